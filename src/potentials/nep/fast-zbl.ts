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
  const pairs = heap.float64From(pairTable(parameters, parameters.zbl));
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

const tables = new WeakMap<NepParameters, Float64Array>();

/** What the kernel knows of each pair of species; made once a model. */
function pairTable(parameters: NepParameters, zbl: NonNullable<NepParameters['zbl']>): Float64Array {
  const known = tables.get(parameters);
  if (known) return known;
  const table = Float64Array.from(
    zblPairs(zbl, parameters.species).flatMap(({ strength, inverseLength, inner, outer, screening }) => [
      strength,
      inverseLength,
      inner,
      outer,
      ...Array.from(screening),
    ]),
  );
  tables.set(parameters, table);
  return table;
}
