import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStructures } from '../formats/read.js';
import { vasprunHead, vasprunStep } from '../tests/helpers/vasp-files.js';
import { PYTHON } from '../tests/peers/peers.js';
import type { BenchCase } from './helpers/case.js';

/**
 * A molecular dynamics run of 64 atoms: eight electronic cycles, eigenvalues of 8 k-points x 160 bands and a density
 * of states of 301 points a step, about 90 kB of which 70 % are eigenvalues and densities, as in a real file.
 */
const SHAPE = { atoms: 64, cycles: 8, bands: 160, kpoints: 8, dos: 301 };
const STEPS = 800;

/** Writes a vasprun.xml, its twenty different steps repeated; its size in MB. */
function writeVasprun(path: string): number {
  const file = openSync(path, 'w');
  writeSync(file, vasprunHead(SHAPE));
  const steps = Array.from({ length: 20 }, (_, i) => vasprunStep(SHAPE, i + 1));
  for (let i = 0; i < STEPS; i++) writeSync(file, steps[i % steps.length]);
  writeSync(file, '</modeling>\n');
  closeSync(file);
  return statSync(path).size / 1e6;
}

/** Seconds for all frames. */
async function readOurs(path: string): Promise<number> {
  const start = performance.now();
  let frames = 0;
  for await (const { labels } of (await openStructures(path)).frames) {
    if (labels.forces && labels.virial && labels.energy !== undefined) frames++;
  }
  if (frames !== STEPS) throw new Error(`read ${frames} frames of ${STEPS}`);
  return (performance.now() - start) / 1000;
}

/** Seconds ASE takes for all frames, its import not counted. */
function readPeer(path: string): number {
  const script = `
import sys, time, ase.io, ase.io.vasp
start = time.perf_counter()
frames = ase.io.read(sys.argv[1], index=':', format='vasp-xml')
seconds = time.perf_counter() - start
assert len(frames) == ${STEPS}
print(seconds)
`;
  return Number(execFileSync(PYTHON, ['-c', script, path], { encoding: 'utf8' }));
}

async function benchVasprun(): Promise<{ ours: number; peer: number; unit: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'phonolink-bench-'));
  try {
    const path = join(folder, 'vasprun.xml');
    const megabytes = writeVasprun(path);
    await readOurs(path); // the file comes into the page cache, the code to its compiler
    const ours: number[] = [];
    const peer: number[] = [];
    for (let round = 0; round < 2; round++) {
      ours.push(await readOurs(path));
      peer.push(readPeer(path));
    }
    ours.push(await readOurs(path));
    return { ours: megabytes / Math.min(...ours), peer: megabytes / Math.min(...peer), unit: 'MB/s' };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const cases: BenchCase[] = [{ name: 'vasprun.xml read', peer: 'ASE', wanted: 5, run: benchVasprun }];
