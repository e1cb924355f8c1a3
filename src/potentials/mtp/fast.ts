import type { CpuDevice } from '../../device/cpu.js';
import { requireCpu } from '../../device/device.js';
import { createSharedImages } from '../../device/shared-image.js';
import type { Structure } from '../../model/structure.js';
import type { Evaluator } from '../potential.js';
import { createSiteRunner } from '../site-runner.js';
import type { MtpBackend } from './backend.js';
import { fitsKernels, kernelShape, modelImage } from './fast-model.js';
import { createFastScratch } from './fast-scratch.js';
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
  structure: Structure,
): Evaluator {
  const { heap, precision, threads } = device;
  const { count } = structure;
  const shape = kernelShape(parameters, precision);
  // The model first: it stays in the heap when the rest is given back, and should not lie in the middle.
  const model = shareModel(parameters, device);
  const width = parameters.basis.scalars.length;
  const runner = createSiteRunner(device, structure, species, {
    kernel: KERNELS[precision],
    cutoff: parameters.radial.maximum,
    skin: SKIN,
    chunk: Math.min(CHUNKS.most, CHUNKS.least * Math.max(1, Math.ceil(count / (8 * threads * CHUNKS.least)))),
    createScratch: (neighbours) => createFastScratch(device, shape, neighbours),
  });
  return {
    async evaluate(positions, cell) {
      runner.run(model.pointer, runner.place(positions, cell), 0);
      return runner.collect('MTP');
    },
    async describe(positions, cell) {
      const room = runner.place(positions, cell);
      const values = heap.float64(count * width);
      try {
        runner.run(model.pointer, room, values.byteOffset);
        return { width, values: new Float64Array(values) };
      } finally {
        heap.release(values);
      }
    },
    release() {
      runner.release();
      model.release();
    },
  };
}
