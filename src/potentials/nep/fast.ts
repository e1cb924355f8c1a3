import type { CpuDevice } from '../../device/cpu.js';
import { requireCpu } from '../../device/device.js';
import { createSharedImages } from '../../device/shared-image.js';
import type { Structure } from '../../model/structure.js';
import { createAdaptiveList } from '../../neighbours/adaptive-list.js';
import { mostNeighbours } from '../../neighbours/list.js';
import { expectFinite } from '../finite.js';
import type { Evaluator } from '../potential.js';
import { createRows } from '../rows.js';
import { speciesIndex } from '../species.js';
import type { NepBackend } from './backend.js';
import { kernelShape, modelImage } from './fast-model.js';
import { createFastScratch, type FastScratch } from './fast-scratch.js';
import { createRepulsion } from './fast-zbl.js';
import type { NepParameters } from './parameters.js';

/** A; moving atoms need a new list about every hundred steps, and gathering passes over twice the neighbours at most */
const SKIN = 1;
/** Atoms that a thread takes at a time: fewer take less than waking it */
const CHUNKS = { least: 4, most: 250 } as const;
const KERNELS = { f64: 'nep.f64x2', f32: 'nep.f32x4' } as const;

/** Energy models by SIMD kernels (src/kernels/nep.kernel.ts), on all threads of a CPU device. */
export const FAST_BACKEND: NepBackend = {
  suits: (parameters, device) =>
    device.kind === 'cpu' && parameters.predicts === 'energy' && parameters.chargeMode === 0,
  bind: async (parameters, kinds, device, structure) =>
    bind(parameters, kinds, requireCpu(device, 'NEP'), structure),
};

/** Binds an energy model without charges. */
export async function bindNepFast(
  parameters: NepParameters,
  device: CpuDevice,
  structure: Structure,
): Promise<Evaluator> {
  const kinds = speciesIndex(`NEP${parameters.version}`, parameters.species, structure);
  return bind(parameters, kinds, device, structure);
}

function bind(
  parameters: NepParameters,
  species: Int32Array,
  device: CpuDevice,
  { count, periodic }: Structure,
): Evaluator {
  const { heap, precision, threads } = device;
  const shape = kernelShape(parameters, precision);
  const cutoff = Math.max(...parameters.radial.cutoffs, ...parameters.angular.cutoffs);
  // The model first: it stays in the heap when the rest is given back, and should not lie in the middle.
  const model = uploadModel(parameters, device);
  const list = createAdaptiveList(device, { count, periodic, cutoff, skin: SKIN });
  const kinds = heap.int32From(species);
  const energies = heap.float64(count);
  const rows = createRows(device, count);
  const repulsion = createRepulsion(device, parameters, kinds);
  const job = heap.int32(11);
  const chunk = Math.max(CHUNKS.least, Math.min(CHUNKS.most, Math.ceil(count / (8 * threads))));
  let scratch: FastScratch | undefined;
  let checkedBuilds = -1;

  const run = (positions: Float64Array, cell: Float64Array, descriptors: number) => {
    list.update(positions, cell);
    if (list.builds !== checkedBuilds) {
      checkedBuilds = list.builds;
      const most = mostNeighbours(list);
      if (!scratch || scratch.neighbours < most) {
        scratch?.release();
        scratch = createFastScratch(device, shape, Math.ceil(1.1 * most));
      }
    }
    job.set([
      model.pointer,
      scratch!.pointer,
      list.points.byteOffset,
      list.owners.byteOffset,
      list.first.byteOffset,
      list.neighbours.byteOffset,
      kinds.byteOffset,
      rows.pointer,
      rows.stride,
      energies.byteOffset,
      descriptors,
    ]);
    device.parallel(KERNELS[precision], 'evaluate', job.byteOffset, count, chunk);
  };

  return {
    async evaluate(positions, cell) {
      run(positions, cell, 0);
      repulsion?.add(list, rows, energies);
      const { forces, virials } = rows.collect();
      return expectFinite(`NEP${parameters.version}`, {
        energies: new Float64Array(energies),
        forces,
        virials,
      });
    },
    async describe(positions, cell) {
      const values = heap.float64(count * shape.dimension);
      try {
        run(positions, cell, values.byteOffset);
        return { width: shape.dimension, values: new Float64Array(values) };
      } finally {
        heap.release(values);
      }
    },
    release() {
      list.release();
      model.release();
      rows.release();
      repulsion?.release();
      scratch?.release();
      for (const view of [kinds, energies, job]) heap.release(view);
    },
  };
}

const uploadModel = createSharedImages(modelImage);
