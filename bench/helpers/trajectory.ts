import { writeFileSync } from 'node:fs';
import { uniform } from '../../src/math/random.js';

/** Text of a trajectory as ASE writes it: 8 decimals, 16 wide; or with all the digits of a double. */
export function writeTrajectory(path: string, frames: number, atoms: number, digits: 'ase' | 'full'): void {
  const next = uniform(11);
  const parts: string[] = [];
  const number = digits === 'ase' ? (x: number) => x.toFixed(8).padStart(16) : (x: number) => x.toString();
  for (let f = 0; f < frames; f++) {
    const virial = Array.from({ length: 9 }, () => String((next() - 0.5) * 20)).join(' ');
    parts.push(
      `${atoms}\nLattice="21.72 0.0 0.0 0.0 21.72 0.0 0.0 0.0 21.72" Properties=species:S:1:pos:R:3:forces:R:3 ` +
        `energy=${-2000 + next()} virial="${virial}" pbc="T T T"\n`,
    );
    for (let i = 0; i < atoms; i++) {
      let line = i % 4 === 0 ? 'Ge' : 'Si';
      for (let c = 0; c < 3; c++) line += ` ${number(21.72 * next())}`;
      for (let c = 0; c < 3; c++) line += ` ${number((next() - 0.5) * 4)}`;
      parts.push(`${line}\n`);
    }
  }
  writeFileSync(path, parts.join(''));
}
