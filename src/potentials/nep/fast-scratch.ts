import type { CpuDevice } from '../../device/cpu.js';
import type { NeighbourList } from '../../neighbours/list.js';
import { type KernelShape, roundUp } from './fast-model.js';

/** Bytes of the kernels' records, as in src/kernels/nep/layout.ts. */
const FOUND = 40;
const GEOMETRY = 224;
const GROUP = 32;
const VECTOR = 16;

/** The kernels' room, for each thread of a device: [threads] records of Scratch and what they point to. */
export interface FastScratch {
  readonly pointer: number;
  /** Most neighbours of an atom that it is made for */
  readonly neighbours: number;
  release(): void;
}

/** The most neighbours that an atom of the list has. */
export function mostNeighbours({ count, first }: NeighbourList): number {
  let most = 0;
  for (let i = 0; i < count; i++) most = Math.max(most, first[i + 1] - first[i]);
  return most;
}

export function createFastScratch(device: CpuDevice, shape: KernelShape, neighbours: number): FastScratch {
  const { heap, threads } = device;
  const sizes = fieldSizes(shape, neighbours);
  const bytes = sizes.reduce((sum, size) => sum + ('bytes' in size ? roundUp(size.bytes, 64) : 0), 0);
  const room = heap.float64((threads * bytes) / 8);
  const records = heap.int32(threads * sizes.length);
  let at = room.byteOffset;
  for (let thread = 0; thread < threads; thread++) {
    records.set(
      sizes.map((size) => {
        if ('value' in size) return size.value;
        const pointer = at;
        at += roundUp(size.bytes, 64);
        return pointer;
      }),
      thread * sizes.length,
    );
  }
  return {
    pointer: records.byteOffset,
    neighbours,
    release: () => {
      heap.release(room);
      heap.release(records);
    },
  };
}

type Field = { bytes: number } | { value: number };

/** The fields of Scratch in order: room of so many bytes, or a number. */
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
