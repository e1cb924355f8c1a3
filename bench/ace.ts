import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPotential } from '../formats/potentials.js';
import { openStructures } from '../formats/read.js';
import { createCpuDevice } from '../src/device/cpu.js';
import { PACKAGE_ROOT } from '../src/device/paths.js';
import { uniform } from '../src/math/random.js';
import { PYTHON } from '../tests/peers/peers.js';
import type { BenchCase } from './helpers/case.js';

/**
 * ACE beside the C++ evaluator of LAMMPS's pair_style pace (its default, recursive), as python-ace has it, on one
 * thread, the same structure, in turns. Ours holds the neighbour list, built anew in each evaluation or kept as in
 * dynamics; the peer's time is the evaluation alone, because python-ace's own list is not the one of LAMMPS and slow.
 * PEERS_PYTHON names the Python that has python-ace, PHONOLINK_DATA the reference data.
 */
const DATA = process.env.PHONOLINK_DATA ?? join(PACKAGE_ROOT, '..', 'shared', 'data');
const PEERS = join(PACKAGE_ROOT, 'tests', 'peers');
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 4);
/** s of the peer's share in a round */
const SHARE = 2;

const MODELS = [
  { file: 'Cu-PBE-core-rep.ace', structure: 'copper', wanted: 1.5 },
  { file: 'Cu-III.yace', structure: 'copper', wanted: 1.5 },
  { file: 'ethanol.yace', structure: 'ethanol', wanted: 1.5 },
  { file: 'ternary_AlCuZn.yace', structure: 'alloy' },
] as const;

interface Rates {
  /** Thousand atoms a second, the best evaluation */
  dynamics: number;
  scratch: number;
  peer: number;
}

async function compare(model: (typeof MODELS)[number]): Promise<Rates> {
  const folder = mkdtempSync(join(tmpdir(), 'phonolink-bench-'));
  const file = join(folder, 'structure.extxyz');
  const potentialFile = join(DATA, 'ace', 'potentials', model.file);
  const device = await createCpuDevice({ threads: 1 });
  try {
    python('pace_structure.py', [model.structure, file]);
    const potential = await loadPotential(potentialFile);
    const structure = await firstStructure(file);
    const evaluator = await potential.bind(device, structure);
    const positions = Float64Array.from(structure.positions);
    const next = uniform(1);
    let side = 1;
    /** s; `jump` moves an atom so far that the list cannot be kept. */
    const time = async (jump: boolean) => {
      for (let k = 0; k < positions.length; k++) positions[k] += 1e-4 * (2 * next() - 1);
      if (jump) {
        side = -side;
        positions[0] += 0.6 * side;
      }
      const start = performance.now();
      await evaluator.evaluate(positions, structure.cell);
      return (performance.now() - start) / 1e3;
    };
    const best = { dynamics: Infinity, scratch: Infinity, peer: Infinity };
    await time(false);
    for (let round = 0; round < ROUNDS; round++) {
      const end = performance.now() + 1e3 * SHARE;
      do {
        best.scratch = Math.min(best.scratch, await time(true));
        await time(true); // back where it was
        await time(false);
        best.dynamics = Math.min(best.dynamics, await time(false));
      } while (performance.now() < end);
      const answer = python('pace_time.py', [potentialFile, file, 'recursive', String(SHARE)]);
      best.peer = Math.min(best.peer, (JSON.parse(answer) as { evaluation: number }).evaluation);
    }
    evaluator.release();
    const rate = (seconds: number) => structure.count / 1e3 / seconds;
    return { dynamics: rate(best.dynamics), scratch: rate(best.scratch), peer: rate(best.peer) };
  } finally {
    await device.close();
    rmSync(folder, { recursive: true });
  }
}

function python(script: string, options: string[]): string {
  return execFileSync(PYTHON, [join(PEERS, script), ...options], {
    encoding: 'utf8',
    env: { ...process.env, OMP_NUM_THREADS: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function firstStructure(file: string) {
  const { frames } = await openStructures(file);
  for await (const { structure } of frames) return structure;
  throw new Error(`${file} holds no structure`);
}

const UNIT = 'thousand atoms/s';

export const cases: readonly BenchCase[] = MODELS.flatMap((model): BenchCase[] => {
  let measured: Promise<Rates> | undefined;
  const both = () => {
    measured ??= compare(model);
    return measured;
  };
  const wanted = 'wanted' in model ? model.wanted : undefined;
  const from = (kind: 'scratch' | 'dynamics', title: string): BenchCase => ({
    name: `ACE ${model.file}, ${model.structure}, ${title}`,
    peer: 'pace recursive',
    wanted,
    run: async () => {
      const rates = await both();
      return { ours: rates[kind], peer: rates.peer, unit: UNIT };
    },
  });
  return [from('scratch', 'list built anew'), from('dynamics', 'dynamics')];
});
