import type { CpuDevice, Precision } from '../../device/cpu.js';
import { requireCpu } from '../../device/device.js';
import type { Heap } from '../../device/memory.js';
import type { Structure } from '../../model/structure.js';
import { createAdaptiveList } from '../../neighbours/adaptive-list.js';
import { expectFinite } from '../finite.js';
import type { Evaluator } from '../potential.js';
import { createRows } from '../rows.js';
import { speciesIndex } from '../species.js';
import type { NepBackend } from './backend.js';
import { type HeapImage, upload } from './fast-image.js';
import { kernelShape, modelImage } from './fast-model.js';
import { createFastScratch, type FastScratch, mostNeighbours } from './fast-scratch.js';
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

interface Upload {
  view: Int32Array;
  users: number;
}

const images = new WeakMap<NepParameters, Map<Precision, { image: HeapImage; model: number }>>();
const uploads = new WeakMap<CpuDevice, Map<NepParameters, Upload>>();

/**
 * The model in the device's heap, one copy for all evaluators bound there. One that is no longer used stays until another
 * model comes: data sets bind an evaluator a frame, and copying a model of many species takes as long as a small frame.
 */
function uploadModel(parameters: NepParameters, device: CpuDevice): { pointer: number; release(): void } {
  const { heap, precision } = device;
  const byPrecision = getOrMake(images, parameters, () => new Map());
  const { image, model } = getOrMake(byPrecision, precision, () => modelImage(parameters, precision));
  const onDevice = getOrMake(uploads, device, () => new Map<NepParameters, Upload>());
  const entry = getOrMake(onDevice, parameters, () => {
    releaseUnused(onDevice, heap);
    return { view: upload(heap, image), users: 0 };
  });
  entry.users++;
  const { view } = entry;
  return {
    pointer: view.byteOffset + model,
    release() {
      entry.users--;
    },
  };
}

function releaseUnused(onDevice: Map<NepParameters, Upload>, heap: Heap): void {
  for (const [parameters, { view, users }] of onDevice) {
    if (users > 0) continue;
    onDevice.delete(parameters);
    heap.release(view);
  }
}

function getOrMake<K, V>(
  map: { get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  make: () => V,
): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
