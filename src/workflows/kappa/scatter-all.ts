import { setImmediate as turn } from 'node:timers/promises';
import type { CpuDevice } from '../../device/cpu.js';
import type { AnharmonicModel, ScatteringPlan } from './plan.js';
import { PointScatterer, type PointScattering } from './point-scattering.js';
import type { PointStore } from './point-store.js';
import type { ScatteringGrid } from './scattering.js';

/** One of several processes that share the points of a grid. */
export interface Shard {
  /** From 0 */
  readonly index: number;
  readonly count: number;
}

export interface ScatterOptions {
  readonly store?: PointStore;
  /** Which points are this process's: all where absent */
  readonly shard?: Shard;
  /** Told after each point, and before the first */
  readonly progress?: (state: ScatterProgress) => void;
  /** Told once, when the first points were timed: s that the rest will take on this machine, and how many they are */
  readonly estimate?: (seconds: number, points: number) => void;
}

/** Of the points of one process. */
export interface ScatterProgress {
  /** Those found in the store included */
  readonly done: number;
  readonly total: number;
  readonly found: number;
  /** Part of the work of this run that is done, from 0 to 1: points have unlike numbers of triplets */
  readonly work: number;
}

export interface Scattered {
  /** [i] all irreducible points, where they are there */
  readonly points?: readonly PointScattering[];
  /** Points that other processes have not finished */
  readonly missing: number;
  /** Calculated now */
  readonly calculated: number;
}

/** Points that are timed before the rest is estimated: the first also warms up */
const TIMED = 2;

/**
 * Scattering at the irreducible points of a grid. Points that a store has are not calculated again; those of other
 * shards are waited for by nobody: they are there, or missing.
 */
export async function scatterAll(
  prepared: ScatteringGrid,
  model: AnharmonicModel,
  plan: ScatteringPlan,
  device: CpuDevice,
  { store, shard = { index: 0, count: 1 }, progress = () => {}, estimate = () => {} }: ScatterOptions = {},
): Promise<Scattered> {
  const total = prepared.irreducible.points.length;
  const points: (PointScattering | undefined)[] = [];
  for (let i = 0; i < total; i++) points.push(await store?.read(i));
  // Neighbouring points take like times: shards take turns.
  const own = Array.from(points.keys()).filter((i) => i % shard.count === shard.index);
  const left = own.filter((i) => !points[i]);
  const found = own.length - left.length;
  if (left.length > 0) {
    // Those with the most triplets come first: what they take says most about the rest.
    const { weights } = prepared.irreducible;
    left.sort((a, b) => weights[b] - weights[a] || a - b);
    const all = left.reduce((sum, i) => sum + weights[i], 0);
    let rest = all;
    const tell = (done: number) =>
      progress({ done: found + done, total: own.length, found, work: 1 - rest / all });
    tell(0);
    const scatterer = new PointScatterer(prepared, model, plan, device);
    try {
      for (const [k, i] of left.entries()) {
        const begin = performance.now();
        const scattering = scatterer.at(i);
        points[i] = scattering;
        await store?.write(i, scattering);
        rest -= weights[i];
        if (k + 1 === TIMED && rest > 0)
          estimate(((performance.now() - begin) / 1000 / weights[i]) * rest, left.length - TIMED);
        tell(k + 1);
        // Signals are heard between points.
        await turn();
      }
    } finally {
      scatterer.release();
    }
  }
  // Others may have come to an end meanwhile.
  for (let i = 0; i < total; i++) points[i] ??= await store?.read(i);
  const missing = points.filter((point) => point === undefined).length;
  return {
    ...(missing === 0 && { points: points as PointScattering[] }),
    missing,
    calculated: left.length,
  };
}
