import type { CpuDevice } from '../../device/cpu.js';
import { requireCpu } from '../../device/device.js';
import { createSharedImages } from '../../device/shared-image.js';
import type { Structure } from '../../model/structure.js';
import { createAdaptiveList } from '../../neighbours/adaptive-list.js';
import { mostNeighbours } from '../../neighbours/list.js';
import { expectFinite } from '../finite.js';
import type { Evaluator } from '../potential.js';
import { createRows } from '../rows.js';
import type { MtpBackend } from './backend.js';
import { fitsKernels, kernelShape, modelImage } from './fast-model.js';
import { createFastScratch, type FastScratch } from './fast-scratch.js';
import type { TrainedMtp } from './parameters.js';

/** A; moving atoms need a new list about every hundred steps, and gathering passes over twice the neighbours at most */
const SKIN = 1;
/** Atoms that a thread takes at a time: whole sets of atoms that the kernels work on side by side, 4 or 8 */
const CHUNKS = { least: 8, most: 248 } as const;
const KERNELS = { f64: 'mtp.f64x2', f32: 'mtp.f32x4' } as const;

/** MTPs by SIMD kernels (src/kernels/mtp.kernel.ts), on all threads of a CPU device. */
export const FAST_BACKEND: MtpBackend = {
  suits: (parameters, device) => device.kind === 'cpu' && fitsKernels(parameters),
  bind: async (parameters, kinds, device, structure) =>
    bind(parameters, kinds, requireCpu(device, 'MTP'), structure),
};

const shareModel = createSharedImages(modelImage);

function bind(
  parameters: TrainedMtp,
  species: Int32Array,
  device: CpuDevice,
  { count, periodic }: Structure,
): Evaluator {
  const { heap, precision, threads } = device;
  const shape = kernelShape(parameters, precision);
  // The model first: it stays in the heap when the rest is given back, and should not lie in the middle.
  const model = shareModel(parameters, device);
  const list = createAdaptiveList(device, {
    count,
    periodic,
    cutoff: parameters.radial.maximum,
    skin: SKIN,
  });
  const kinds = heap.int32From(species);
  const energies = heap.float64(count);
  const rows = createRows(device, count);
  const job = heap.int32(11);
  const width = parameters.basis.scalars.length;
  const chunk = Math.min(
    CHUNKS.most,
    CHUNKS.least * Math.max(1, Math.ceil(count / (8 * threads * CHUNKS.least))),
  );
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
      const { forces, virials } = rows.collect();
      return expectFinite('MTP', { energies: new Float64Array(energies), forces, virials });
    },
    async describe(positions, cell) {
      const values = heap.float64(count * width);
      try {
        run(positions, cell, values.byteOffset);
        return { width, values: new Float64Array(values) };
      } finally {
        heap.release(values);
      }
    },
    release() {
      list.release();
      model.release();
      rows.release();
      scratch?.release();
      for (const view of [kinds, energies, job]) heap.release(view);
    },
  };
}
