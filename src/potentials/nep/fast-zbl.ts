import type { CpuDevice } from '../../device/cpu.js';
import type { NeighbourList } from '../../neighbours/list.js';
import type { Rows } from '../rows.js';
import type { NepParameters } from './parameters.js';
import { zblPairs } from './zbl.js';

const CHUNK = 250;

/** The ZBL part of a model on a CPU device. */
export interface FastRepulsion {
  /** Adds its forces and virials to `rows`, its energies to `energies` [n]. */
  add(list: NeighbourList, rows: Rows, energies: Float64Array): void;
  release(): void;
}

/** `kinds` [n] species of the model, in the heap. */
export function createRepulsion(
  device: CpuDevice,
  parameters: NepParameters,
  kinds: Int32Array,
): FastRepulsion | undefined {
  if (!parameters.zbl) return undefined;
  const { heap } = device;
  const pairs = heap.float64From(
    zblPairs(parameters.zbl, parameters.species).flatMap((pair) => [
      pair.strength,
      pair.inverseLength,
      pair.inner,
      pair.outer,
      ...Array.from(pair.screening),
    ]),
  );
  const block = heap.int32(10);
  return {
    add(list, rows, energies) {
      block.set([
        list.points.byteOffset,
        list.owners.byteOffset,
        list.first.byteOffset,
        list.neighbours.byteOffset,
        kinds.byteOffset,
        parameters.species.length,
        pairs.byteOffset,
        rows.pointer,
        rows.stride,
        energies.byteOffset,
      ]);
      device.parallel('zbl', 'repel', block.byteOffset, list.count, CHUNK);
    },
    release() {
      heap.release(pairs);
      heap.release(block);
    },
  };
}
