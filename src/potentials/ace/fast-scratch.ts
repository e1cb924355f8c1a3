import type { CpuDevice } from '../../device/cpu.js';
import { createThreadRecords, type Field } from '../../device/thread-records.js';
import type { SiteScratch } from '../site-runner.js';
import { type KernelShape, VALUE } from './fast-model.js';

/** Bytes of the kernels' records, as in src/kernels/ace/layout.ts and src/kernels/pairs/within.ts. */
const FOUND = 40;
const GEOMETRY = 96;
const GROUP = 16;
const VECTOR = 16;

/** The kernels' room, for each thread of a device: records of Scratch and of two Sides, and what they point to. */
export function createFastScratch(device: CpuDevice, shape: KernelShape, neighbours: number): SiteScratch {
  return { ...createThreadRecords(device, fields(shape, neighbours)), neighbours };
}

function fields(shape: KernelShape, neighbours: number): Field[] {
  const { species, lMax, densities, vectors, values, groups } = shape;
  // Each species present may leave a block half empty.
  const blocks = Math.ceil(neighbours / 2) + Math.min(species, neighbours);
  const harmonicsStride = VECTOR * (lMax + 1) ** 2;
  const halves = ((lMax + 1) * (lMax + 2)) / 2;
  const radialStride = 2 * VECTOR * vectors;
  const legendreStride = VECTOR * halves;
  const powersStride = 2 * VECTOR * (lMax + 1);
  const side: Field[] = [
    { value: 0 },
    { value: 0 },
    { value: 0 },
    { bytes: GROUP * species },
    { bytes: VECTOR * blocks },
    { bytes: VECTOR * blocks },
    { bytes: VECTOR * blocks },
    { bytes: 8 * blocks },
    { bytes: GEOMETRY * blocks },
    { bytes: radialStride * blocks },
    { bytes: radialStride * blocks },
    { value: radialStride },
    { bytes: legendreStride * blocks },
    { value: legendreStride },
    { bytes: powersStride * blocks },
    { value: powersStride },
  ];
  return [
    { bytes: FOUND * (neighbours + 1) },
    { bytes: 4 * species },
    { bytes: harmonicsStride * blocks },
    { value: harmonicsStride },
    { bytes: VECTOR * values },
    { bytes: 4 * VECTOR * blocks },
    { bytes: VALUE * values },
    { bytes: VALUE * values },
    { bytes: VALUE * groups * densities },
    { bytes: 2 * VECTOR * densities },
    { bytes: 2 * VECTOR * (densities + 1) },
    ...side,
    ...side,
  ];
}
