// Reading and writing structure files beside ASE: the same file, one core, in turn. Sizes and numbers are of our own
// making (random positions and forces), so that the table can be made anywhere.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extxyz } from '../formats/extxyz.js';
import { writeWhole } from '../formats/io/sink.js';
import { openStructures } from '../formats/read.js';
import type { Frame } from '../src/model/frame.js';
import type { BenchCase } from './helpers/case.js';
import { alternate, type Run, runPeer } from './helpers/peer.js';
import { writeTrajectory } from './helpers/trajectory.js';

interface FileCase {
  name: string;
  /** The ratio that is asked for. */
  wanted: number;
  /** Makes the input file. */
  makeFile(path: string): void;
  ours(path: string): Promise<Run>;
  /** Python with `path = sys.argv[1]`; prints seconds, frames and check as JSON. */
  peerScript: string;
}

const FRAMES = 800;
const ATOMS = 512;

/** The sum of the squares of all forces: what both must find. */
function forceSum(frame: Frame): number {
  let sum = 0;
  for (const f of frame.labels.forces!) sum += f * f;
  return sum;
}

async function readRun(path: string): Promise<Run> {
  const begin = performance.now();
  const run = { seconds: 0, frames: 0, check: 0 };
  for await (const frame of (await openStructures(path)).frames) {
    run.frames++;
    run.check += forceSum(frame);
  }
  run.seconds = (performance.now() - begin) / 1000;
  return run;
}

const READ_SCRIPT = `
import sys, json, time
import numpy as np
from ase.io import iread
start = time.perf_counter()
frames, check = 0, 0.0
for atoms in iread(sys.argv[1], ':'):
    frames += 1
    check += float((atoms.get_forces() ** 2).sum())
print(json.dumps({'seconds': time.perf_counter() - start, 'frames': frames, 'check': check}))
`;

async function writeRun(path: string): Promise<Run> {
  const frames: Frame[] = [];
  for await (const frame of (await openStructures(path)).frames) frames.push(frame);
  const run = { seconds: 0, frames: frames.length, check: 0 };
  for (const frame of frames) run.check += forceSum(frame);
  const all = (async function* () {
    yield* frames;
  })();
  const begin = performance.now();
  await writeWhole(`${path}.ours.extxyz`, extxyz.write!(all, { note: () => {} }));
  run.seconds = (performance.now() - begin) / 1000;
  return run;
}

const WRITE_SCRIPT = `
import sys, json, time
from ase.io import read, write
images = read(sys.argv[1], ':')
check = sum(float((atoms.get_forces() ** 2).sum()) for atoms in images)
start = time.perf_counter()
write(sys.argv[1] + '.peer.extxyz', images)
print(json.dumps({'seconds': time.perf_counter() - start, 'frames': len(images), 'check': check}))
`;

const CASES: readonly FileCase[] = (['ase', 'full'] as const).flatMap((digits) => {
  const makeFile = (path: string) => writeTrajectory(path, FRAMES, ATOMS, digits);
  const kind = digits === 'ase' ? '8 decimals' : 'all digits';
  return [
    { name: `extxyz read, ${kind}`, wanted: 3, makeFile, ours: readRun, peerScript: READ_SCRIPT },
    { name: `extxyz write, ${kind}`, wanted: 4, makeFile, ours: writeRun, peerScript: WRITE_SCRIPT },
  ];
});

const ROUNDS = 3;

/** MB of the file that is read, or that the frames written come from, a second; the best of the rounds. */
async function compare({ makeFile, ours, peerScript }: FileCase) {
  const folder = mkdtempSync(join(tmpdir(), 'phonolink-bench-'));
  try {
    const path = join(folder, 'run.extxyz');
    makeFile(path);
    const size = statSync(path).size / 1e6;
    const best = await alternate(
      ROUNDS,
      () => ours(path),
      () => runPeer(peerScript, path),
    );
    return { ours: size / best.ours.seconds, peer: size / best.peer.seconds, unit: 'MB/s' };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const cases: readonly BenchCase[] = CASES.map((file) => ({
  name: file.name,
  peer: 'ASE',
  wanted: file.wanted,
  run: () => compare(file),
}));
