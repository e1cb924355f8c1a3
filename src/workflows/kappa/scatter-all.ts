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
  /** Told how many of this process's points are done, those found in the store included */
  readonly progress?: (done: number, total: number, found: number) => void;
}

export interface Scattered {
  /** [i] all irreducible points, where they are there */
  readonly points?: readonly PointScattering[];
  /** Points that other processes have not finished */
  readonly missing: number;
  /** Calculated now */
  readonly calculated: number;
}

/**
 * Scattering at the irreducible points of a grid. Points that a store has are not calculated again; those of other
 * shards are waited for by nobody: they are there, or missing.
 */
export async function scatterAll(
  prepared: ScatteringGrid,
  model: AnharmonicModel,
  plan: ScatteringPlan,
  device: CpuDevice,
  { store, shard = { index: 0, count: 1 }, progress = () => {} }: ScatterOptions = {},
): Promise<Scattered> {
  const total = prepared.irreducible.points.length;
  const all: (PointScattering | undefined)[] = [];
  for (let i = 0; i < total; i++) all.push(await store?.read(i));
  // Neighbouring points take like times: shards take turns.
  const own = Array.from(all.keys()).filter((i) => i % shard.count === shard.index);
  const left = own.filter((i) => !all[i]);
  const found = own.length - left.length;
  if (left.length > 0) {
    progress(found, own.length, found);
    const scatterer = new PointScatterer(prepared, model, plan, device);
    try {
      for (const [done, i] of left.entries()) {
        const scattering = scatterer.at(i);
        all[i] = scattering;
        await store?.write(i, scattering);
        progress(found + done + 1, own.length, found);
        // Signals are heard between points.
        await turn();
      }
    } finally {
      scatterer.release();
    }
  }
  // Others may have come to an end meanwhile.
  for (let i = 0; i < total; i++) all[i] ??= await store?.read(i);
  const missing = all.filter((point) => point === undefined).length;
  return {
    ...(missing === 0 && { points: all as PointScattering[] }),
    missing,
    calculated: left.length,
  };
}
