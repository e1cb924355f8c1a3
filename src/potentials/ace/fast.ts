import type { CpuDevice } from '../../device/cpu.js';
import { requireCpu } from '../../device/device.js';
import { createSharedImages, type SharedImage } from '../../device/shared-image.js';
import type { Structure } from '../../model/structure.js';
import { createAdaptiveList } from '../../neighbours/adaptive-list.js';
import { mostNeighbours } from '../../neighbours/list.js';
import { expectFinite } from '../finite.js';
import type { Evaluator } from '../potential.js';
import { createRows } from '../rows.js';
import type { AceBackend } from './backend.js';
import type { RadialMode } from './bond-functions.js';
import { descriptorImage, descriptorModel } from './fast-describe.js';
import { kernelShape, modelImage } from './fast-model.js';
import { createFastScratch, type FastScratch } from './fast-scratch.js';
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
  { count, periodic }: Structure,
): Evaluator {
  const { heap, threads } = device;
  const { subset, kinds: ownKinds } = subsetFor(parameters, species);
  const cutoff = Math.max(...subset.parameters.bonds.map((bond) => bond.cutoff));
  // The model first: it stays in the heap when the rest is given back, and should not lie in the middle.
  const model = shareModel[radial](subset, device);
  const shape = kernelShape(subset.parameters);
  const list = createAdaptiveList(device, { count, periodic, cutoff, skin: SKIN });
  const kinds = heap.int32From(ownKinds);
  const energies = heap.float64(count);
  const rows = createRows(device, count);
  const job = heap.int32(12);
  const chunk = Math.max(CHUNKS.least, Math.min(CHUNKS.most, Math.ceil(count / (8 * threads))));
  let scratch: FastScratch | undefined;
  let checkedBuilds = -1;

  const roomFor = (positions: Float64Array, cell: Float64Array): FastScratch => {
    list.update(positions, cell);
    if (!scratch || list.builds !== checkedBuilds) {
      checkedBuilds = list.builds;
      const most = mostNeighbours(list);
      if (!scratch || scratch.neighbours < most) {
        scratch?.release();
        scratch = createFastScratch(device, shape, Math.ceil(1.1 * most));
      }
    }
    return scratch;
  };
  const run = (image: SharedImage, room: FastScratch, descriptors: number, stride: number) => {
    job.set([
      image.pointer,
      room.pointer,
      list.points.byteOffset,
      list.owners.byteOffset,
      list.first.byteOffset,
      list.neighbours.byteOffset,
      kinds.byteOffset,
      rows.pointer,
      rows.stride,
      energies.byteOffset,
      descriptors,
      stride,
    ]);
    device.parallel('ace.f64x2', 'evaluate', job.byteOffset, count, chunk);
  };

  return {
    async evaluate(positions, cell) {
      run(model, roomFor(positions, cell), 0, 0);
      const { forces, virials } = rows.collect();
      return expectFinite('ACE', { energies: new Float64Array(energies), forces, virials });
    },
    async describe(positions, cell) {
      list.update(positions, cell);
      const width = descriptorWidth(parameters);
      const image = shareDescriptions[radial](subset, device);
      const room = createFastScratch(device, descriptorModel(subset).shape, mostNeighbours(list));
      const values = heap.float64(count * width);
      run(image, room, values.byteOffset, 8 * width);
      const result = new Float64Array(values);
      for (const owner of [image, room]) owner.release();
      heap.release(values);
      return { width, values: result };
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
