import type { CpuDevice } from '../../device/cpu.js';
import { requireCpu } from '../../device/device.js';
import { createSharedImages } from '../../device/shared-image.js';
import type { Structure } from '../../model/structure.js';
import type { Evaluator } from '../potential.js';
import { createSiteRunner } from '../site-runner.js';
import type { AceBackend } from './backend.js';
import type { RadialMode } from './bond-functions.js';
import { descriptorImage, descriptorModel } from './fast-describe.js';
import { kernelShape, modelImage } from './fast-model.js';
import { createFastScratch } from './fast-scratch.js';
import type { AceParameters } from './parameters.js';
import { descriptorWidth } from './projections.js';
import { type Subset, subsetFor } from './subset.js';

/** A; moving atoms need a new list about every hundred steps, and gathering passes over twice the neighbours at most */
const SKIN = 1;
/** Atoms that a thread takes at a time: pairs of one species are worked on together, and most find their like */
const CHUNKS = { least: 8, most: 250 } as const;

/** Models by SIMD kernels (src/kernels/ace.kernel.ts), in f64 on all threads of a CPU device. */
export const FAST_BACKEND: AceBackend = {
  suits: (_parameters, _radial, device) => device.kind === 'cpu',
  bind: async (parameters, radial, kinds, device, structure) =>
    bind(parameters, radial, kinds, requireCpu(device, 'ACE'), structure),
};

/** Bytes of unused tables that stay: the frames of a data set take turns in their species, and tables take long to make. */
const SPARE = 2 ** 27;

const shareModel = {
  spline: createSharedImages((subset: Subset) => modelImage(subset.parameters, 'spline'), SPARE),
  analytic: createSharedImages((subset: Subset) => modelImage(subset.parameters, 'analytic'), SPARE),
};
const shareDescriptions = {
  spline: createSharedImages((subset: Subset) => descriptorImage(descriptorModel(subset), 'spline'), SPARE),
  analytic: createSharedImages(
    (subset: Subset) => descriptorImage(descriptorModel(subset), 'analytic'),
    SPARE,
  ),
};

function bind(
  parameters: AceParameters,
  radial: RadialMode,
  species: Int32Array,
  device: CpuDevice,
  structure: Structure,
): Evaluator {
  const { heap, threads } = device;
  const { count } = structure;
  const { subset, kinds } = subsetFor(parameters, species);
  // The model first: it stays in the heap when the rest is given back, and should not lie in the middle.
  const model = shareModel[radial](subset, device);
  const shape = kernelShape(subset.parameters);
  const runner = createSiteRunner(device, structure, kinds, {
    kernel: 'ace.f64x2',
    cutoff: Math.max(...subset.parameters.bonds.map((bond) => bond.cutoff)),
    skin: SKIN,
    chunk: Math.max(CHUNKS.least, Math.min(CHUNKS.most, Math.ceil(count / (8 * threads)))),
    createScratch: (neighbours) => createFastScratch(device, shape, neighbours),
  });
  return {
    async evaluate(positions, cell) {
      runner.run(model.pointer, runner.place(positions, cell), 0, 0);
      return runner.collect('ACE');
    },
    async describe(positions, cell) {
      const { neighbours } = runner.place(positions, cell);
      const width = descriptorWidth(parameters);
      const image = shareDescriptions[radial](subset, device);
      const room = createFastScratch(device, descriptorModel(subset).shape, neighbours);
      const values = heap.float64(count * width);
      runner.run(image.pointer, room, values.byteOffset, 8 * width);
      const result = new Float64Array(values);
      for (const owner of [image, room]) owner.release();
      heap.release(values);
      return { width, values: result };
    },
    release() {
      runner.release();
      model.release();
    },
  };
}
