import type { CpuDevice } from '../../device/cpu.js';
import { createThreadRecords, type Field } from '../../device/thread-records.js';
import type { SiteScratch } from '../site-runner.js';
import { type KernelShape, roundUp } from './fast-model.js';

/** Bytes of the kernels' records, as in src/kernels/nep/layout.ts. */
const FOUND = 40;
const GEOMETRY = 224;
const GROUP = 32;
const VECTOR = 16;

/** The kernels' room, for each thread of a device: [threads] records of Scratch and what they point to. */
export function createFastScratch(device: CpuDevice, shape: KernelShape, neighbours: number): SiteScratch {
  return { ...createThreadRecords(device, fieldSizes(shape, neighbours)), neighbours };
}

/** The fields of Scratch in order. */
function fieldSizes(shape: KernelShape, neighbours: number): Field[] {
  const { lanes, bytes, species, harmonics, radialBasis, angularBasis } = shape;
  // Each species present may leave a block half empty.
  const blocks = Math.ceil(neighbours / lanes) + Math.min(species, neighbours);
  const pairs = blocks * lanes;
  // Sums go by 4 k over the radial records, by 3 k over the angular ones; both may be the same.
  const radialStride = VECTOR * Math.max(2, roundUp(radialBasis, 4), roundUp(radialBasis, 3));
  const angularStride = VECTOR * Math.max(2, roundUp(angularBasis, 3));
  const harmonicsStride = VECTOR * roundUp(harmonics, 4);
  const weightsStride = 2 * VECTOR * roundUp(harmonics, 2);
  const momentsRow = bytes * roundUp(harmonics, 4);
  const angularRow = bytes * roundUp(shape.angularCount, lanes);
  const seriesRow = (basis: number) => bytes * roundUp(2 * basis, lanes);
  // The last vectors of the descriptor's components run over its end.
  const descriptor = bytes * (shape.dimension + 8 * lanes);
  const places: Field[] = [
    { bytes: FOUND * (neighbours + 1) },
    { bytes: 8 * species },
    { bytes: GROUP * species },
    { bytes: bytes * pairs },
    { bytes: bytes * pairs },
    { bytes: bytes * pairs },
    { bytes: 4 * pairs },
    { bytes: GEOMETRY * blocks },
    { bytes: radialStride * blocks },
    { bytes: angularStride * blocks },
    { value: radialStride },
    { value: angularStride },
    { bytes: harmonicsStride * blocks },
    { value: harmonicsStride },
    { bytes: weightsStride * blocks },
    { value: weightsStride },
    { bytes: 4 * bytes * pairs },
    { bytes: Math.max(momentsRow * roundUp(angularBasis, 3), bytes * roundUp(radialBasis, 4)) },
    { value: momentsRow },
    { bytes: angularRow * harmonics },
    { bytes: angularRow * harmonics },
    { bytes: Math.max(seriesRow(angularBasis) * roundUp(harmonics, 2), seriesRow(radialBasis)) },
    { bytes: descriptor },
    { bytes: descriptor },
    { bytes: descriptor },
    { bytes: bytes * roundUp(shape.neurons, lanes) },
  ];
  return places;
}
