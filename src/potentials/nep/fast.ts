import type { CpuDevice } from '../../device/cpu.js';
import { requireCpu } from '../../device/device.js';
import { createSharedImages } from '../../device/shared-image.js';
import type { Structure } from '../../model/structure.js';
import type { Evaluator } from '../potential.js';
import { createSiteRunner } from '../site-runner.js';
import { speciesIndex } from '../species.js';
import type { NepBackend } from './backend.js';
import { kernelShape, modelImage } from './fast-model.js';
import { createFastScratch } from './fast-scratch.js';
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
  structure: Structure,
): Evaluator {
  const { heap, precision, threads } = device;
  const { count } = structure;
  const shape = kernelShape(parameters, precision);
  // The model first: it stays in the heap when the rest is given back, and should not lie in the middle.
  const model = uploadModel(parameters, device);
  const runner = createSiteRunner(device, structure, species, {
    kernel: KERNELS[precision],
    cutoff: Math.max(...parameters.radial.cutoffs, ...parameters.angular.cutoffs),
    skin: SKIN,
    chunk: Math.max(CHUNKS.least, Math.min(CHUNKS.most, Math.ceil(count / (8 * threads)))),
    createScratch: (neighbours) => createFastScratch(device, shape, neighbours),
  });
  const { list, rows, energies, kinds } = runner;
  const repulsion = createRepulsion(device, parameters, kinds);
  return {
    async evaluate(positions, cell) {
      runner.run(model.pointer, runner.place(positions, cell), 0);
      repulsion?.add(list, rows, energies);
      return runner.collect(`NEP${parameters.version}`);
    },
    async describe(positions, cell) {
      const room = runner.place(positions, cell);
      const values = heap.float64(count * shape.dimension);
      try {
        runner.run(model.pointer, room, values.byteOffset);
        return { width: shape.dimension, values: new Float64Array(values) };
      } finally {
        heap.release(values);
      }
    },
    release() {
      repulsion?.release();
      runner.release();
      model.release();
    },
  };
}

const uploadModel = createSharedImages(modelImage);
