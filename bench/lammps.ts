import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStructures } from '../formats/read.js';
import { uniform } from '../src/math/random.js';
import { python } from '../tests/peers/peers.js';
import type { BenchCase } from './helpers/case.js';

const ATOMS = 4000;

/** A dump `id type element x y z vx vy vz fx fy fz` of about 70 MB; returns its frames and its size in MB. */
function writeDump(path: string, number: (x: number) => string): { frames: number; size: number } {
  const next = uniform(3);
  const file = openSync(path, 'w');
  // Ten different frames, repeated: making numbers takes longer than reading them.
  const bodies = Array.from({ length: 10 }, () => {
    const rows: string[] = [];
    for (let i = 0; i < ATOMS; i++) {
      const values = [43.4, 43.4, 43.4, 8, 8, 8, 3, 3, 3].map((range, k) =>
        number(range * (next() - (k < 3 ? 0 : 0.5))),
      );
      rows.push(`${i + 1} ${1 + (i % 2)} ${i % 2 ? 'O' : 'Si'} ${values.join(' ')}\n`);
    }
    return rows.join('');
  });
  let size = 0;
  let frames = 0;
  for (; size < 70e6; frames++) {
    const bounds = '0.0000000000000000e+00 4.3400000000000000e+01\n'.repeat(3);
    size += writeSync(
      file,
      `ITEM: TIMESTEP\n${100 * frames}\nITEM: NUMBER OF ATOMS\n${ATOMS}\nITEM: BOX BOUNDS pp pp pp\n${bounds}` +
        `ITEM: ATOMS id type element x y z vx vy vz fx fy fz\n${bodies[frames % bodies.length]}`,
    );
  }
  closeSync(file);
  return { frames, size: statSync(path).size / 1e6 };
}

interface Reading {
  seconds: number;
  frames: number;
  /** The sum of the squares of all forces: what both must find. */
  check: number;
}

async function readOurs(path: string): Promise<Reading> {
  const start = performance.now();
  let frames = 0;
  let check = 0;
  for await (const { labels } of (await openStructures(path)).frames) {
    frames++;
    const forces = labels.forces!;
    for (let i = 0; i < forces.length; i++) check += forces[i] * forces[i];
  }
  return { seconds: (performance.now() - start) / 1000, frames, check };
}

function readAse(path: string): Reading {
  return python<Reading>(
    `
import json, sys, time
import ase.io
start = time.perf_counter()
images = ase.io.read(sys.argv[1], index=':', format='lammps-dump-text')
check = sum(float((atoms.get_forces() ** 2).sum()) for atoms in images)
print(json.dumps(dict(seconds=time.perf_counter() - start, frames=len(images), check=check)))`,
    path,
  );
}

/** Ours and ASE's in turn, A B A B, so that a busy machine slows both; the better time of each. */
async function compare(number: (x: number) => string): Promise<{ ours: number; peer: number; unit: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'phonolink-bench-'));
  try {
    const path = join(folder, 'run.dump');
    const { frames, size } = writeDump(path, number);
    let [ours, peer] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let round = 0; round < 2; round++) {
      const own = await readOurs(path);
      const other = readAse(path);
      for (const { frames: found, check } of [own, other]) {
        if (found !== frames || Math.abs(check - own.check) > 1e-9 * check)
          throw new Error(`the readers do not agree: ${JSON.stringify(own)} and ${JSON.stringify(other)}`);
      }
      ours = Math.min(ours, own.seconds);
      peer = Math.min(peer, other.seconds);
    }
    return { ours: size / ours, peer: size / peer, unit: 'MB/s' };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** LAMMPS prints %g unless told otherwise. */
const sixDigits = (x: number) => String(Number(x.toPrecision(6)));
const allDigits = (x: number) => String(x);

export const cases: BenchCase[] = [
  { name: 'LAMMPS dump read, 6 digits', peer: 'ASE', wanted: 6, run: () => compare(sixDigits) },
  { name: 'LAMMPS dump read, all digits', peer: 'ASE', wanted: 6, run: () => compare(allDigits) },
];
