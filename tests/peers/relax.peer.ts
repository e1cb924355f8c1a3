import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { formatNamed } from '../../formats/read.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { volume } from '../../src/model/cell.js';
import { createFrame } from '../../src/model/frame.js';
import type { Structure } from '../../src/model/structure.js';
import { skewedDiamond } from '../contract/structures.js';
import { framesOf, written } from '../helpers/formats.js';
import { DATA, withoutData } from '../helpers/shared-data.js';
import { PYTHON, scratch } from './peers.js';

const MAIN = join(PACKAGE_ROOT, 'dist', 'src', 'cli', 'main.js');
const SILICON = join(PACKAGE_ROOT, 'fixtures', 'silicon', 'Si.tersoff');
const run = promisify(execFile);

beforeAll(() => {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is absent: run npm run build`);
});

interface Rest {
  energy: number;
  volume: number;
  /** a b c alpha beta gamma */
  cell: number[];
  evaluations: number;
  converged: boolean;
}

/** What ASE's FrechetCellFilter and an optimiser of ASE come to, with forces of ours or calorine's. */
async function ase(
  model: string,
  file: string,
  optimizer: string,
  pressure: number,
  calculator = '',
): Promise<Rest> {
  const script = join(PACKAGE_ROOT, 'tests', 'peers', 'relax_ase.py');
  const args = [script, model, file, optimizer, String(pressure), ...(calculator ? [calculator] : [])];
  const env = {
    ...process.env,
    PYTHONPATH: join(PACKAGE_ROOT, 'compat', 'ase'),
    PYTHONDONTWRITEBYTECODE: '1',
    PHONOLINK_COMMAND: `"${process.execPath}" "${MAIN}"`,
    OMP_NUM_THREADS: '1',
  };
  const { stdout } = await run(PYTHON, args, { env });
  return JSON.parse(stdout.trim().split('\n').at(-1)!)[0];
}

async function ours(model: string, file: string, pressure: number) {
  const out = join(scratch('relax'), 'out.xyz');
  const options = ['--cell', '--pressure', String(pressure), '--smax', '1e-5', '--json'];
  const { stdout } = await run(process.execPath, [MAIN, 'relax', model, file, '-o', out, ...options]);
  const [{ structure, labels }] = await framesOf(out);
  return { structure, energy: labels.energy!, report: JSON.parse(stdout).frames[0] };
}

/** Lengths of the lattice vectors, A, and the angles between them, degrees. */
function cellpar({ cell }: Structure): number[] {
  const rows = [0, 3, 6].map((k) => Array.from(cell.subarray(k, k + 3)));
  const length = rows.map((row) => Math.hypot(...row));
  const angle = (i: number, j: number) =>
    (Math.acos(rows[i].reduce((sum, x, c) => sum + x * rows[j][c], 0) / length[i] / length[j]) * 180) /
    Math.PI;
  return [...length, angle(1, 2), angle(0, 2), angle(0, 1)];
}

async function fileOf(structure: Structure): Promise<string> {
  const file = join(scratch('relax'), 'in.extxyz');
  writeFileSync(file, await written(formatNamed('extxyz'), [createFrame(structure)]));
  return file;
}

describe('phonolink relax beside ASE', () => {
  it.each([
    ['BFGS', 0],
    ['LBFGS', 5],
  ])('silicon: %s at %d GPa', async (optimizer, pressure) => {
    const file = await fileOf(skewedDiamond(['Si'], { bond: 2.4, rattle: 0.15, repeat: [1, 2, 2] }));
    const peer = await ase(SILICON, file, optimizer, pressure);
    const { structure, energy, report } = await ours(SILICON, file, pressure);
    expect(peer.converged && report.converged).toBe(true);
    expect(Math.abs(energy / peer.energy - 1)).toBeLessThan(1e-6);
    // What both leave of the stress, 1e-4 GPa, is 1e-6 of silicon's stiffness.
    for (const [k, x] of cellpar(structure).entries())
      expect(Math.abs(x / peer.cell[k] - 1)).toBeLessThan(1e-6);
    expect(report.evaluations).toBeLessThanOrEqual(peer.evaluations);
  });

  it.skipIf(withoutData)('barium titanate by NEP: calorine and BFGS', async () => {
    const model = join(DATA, 'nep', 'potentials', 'BaTiO3_nep4_zbl.txt');
    const file = join(scratch('relax'), 'in.extxyz');
    // The tetragonal phase: one direction of polarisation, so that both come to the same minimum.
    const sites = ['Ba 0 0 0.01', 'Ti 0.5 0.5 0.52', 'O 0.5 0.5 0.97', 'O 0.5 0 0.48', 'O 0 0.5 0.48'];
    const rows = sites.map((site) => {
      const [symbol, ...x] = site.split(' ');
      return `${symbol} ${x.map((value, c) => Number(value) * (c === 2 ? 4.15 : 4)).join(' ')}\n`;
    });
    writeFileSync(file, `5\nLattice="4 0 0 0 4 0 0 0 4.15" Properties=species:S:1:pos:R:3\n${rows.join('')}`);
    const peer = await ase(model, file, 'BFGS', 0, 'calorine');
    const { structure, energy, report } = await ours(model, file, 0);
    expect(peer.converged && report.converged).toBe(true);
    expect(Math.abs(energy / peer.energy - 1)).toBeLessThan(1e-6);
    expect(Math.abs(volume(structure.cell) / peer.volume - 1)).toBeLessThan(1e-5);
  });
});
