import type { CpuDevice } from '../../device/cpu.js';
import { requireCpu } from '../../device/device.js';
import { createSharedImages } from '../../device/shared-image.js';
import type { Structure } from '../../model/structure.js';
import { createAdaptiveList } from '../../neighbours/adaptive-list.js';
import { mostNeighbours } from '../../neighbours/list.js';
import { expectFinite } from '../finite.js';
import type { Evaluator } from '../potential.js';
import { createRows } from '../rows.js';
import type { AceBackend } from './backend.js';
import type { RadialMode } from './bond-functions.js';
import { kernelShape, modelImage } from './fast-model.js';
import { createFastScratch, type FastScratch } from './fast-scratch.js';
import type { AceParameters } from './parameters.js';
import { createPlainAce, describePlain, type PlainAce } from './plain.js';
import { subsetFor } from './subset.js';

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
  spline: createSharedImages((parameters: AceParameters) => modelImage(parameters, 'spline'), SPARE),
  analytic: createSharedImages((parameters: AceParameters) => modelImage(parameters, 'analytic'), SPARE),
};

function bind(
  whole: AceParameters,
  radial: RadialMode,
  species: Int32Array,
  device: CpuDevice,
  { count, periodic }: Structure,
): Evaluator {
  const { heap, threads } = device;
  const { parameters, kinds: ownKinds } = subsetFor(whole, species);
  const cutoff = Math.max(...parameters.bonds.map((bond) => bond.cutoff));
  // The model first: it stays in the heap when the rest is given back, and should not lie in the middle.
  const model = shareModel[radial](parameters, device);
  const shape = kernelShape(parameters);
  const list = createAdaptiveList(device, { count, periodic, cutoff, skin: SKIN });
  const kinds = heap.int32From(ownKinds);
  const energies = heap.float64(count);
  const rows = createRows(device, count);
  const job = heap.int32(10);
  const chunk = Math.max(CHUNKS.least, Math.min(CHUNKS.most, Math.ceil(count / (8 * threads))));
  let scratch: FastScratch | undefined;
  let checkedBuilds = -1;

  const update = (positions: Float64Array, cell: Float64Array): FastScratch => {
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

  return {
    async evaluate(positions, cell) {
      const room = update(positions, cell);
      job.set([
        model.pointer,
        room.pointer,
        list.points.byteOffset,
        list.owners.byteOffset,
        list.first.byteOffset,
        list.neighbours.byteOffset,
        kinds.byteOffset,
        rows.pointer,
        rows.stride,
        energies.byteOffset,
      ]);
      device.parallel('ace.f64x2', 'evaluate', job.byteOffset, count, chunk);
      const { forces, virials } = rows.collect();
      return expectFinite('ACE', { energies: new Float64Array(energies), forces, virials });
    },
    async describe(positions, cell) {
      list.update(positions, cell);
      return describePlain(plainModel(whole, radial), species, list);
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

const plainModels: Record<RadialMode, WeakMap<AceParameters, PlainAce>> = {
  spline: new WeakMap(),
  analytic: new WeakMap(),
};

/** What describes atoms, made once a model: the kernels keep no single function. */
function plainModel(parameters: AceParameters, radial: RadialMode): PlainAce {
  let model = plainModels[radial].get(parameters);
  if (!model) {
    model = createPlainAce(parameters, radial);
    plainModels[radial].set(parameters, model);
  }
  return model;
}
