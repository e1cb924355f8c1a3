import type { CpuDevice, Precision } from './cpu.js';
import { type HeapImage, upload } from './image.js';
import type { Heap } from './memory.js';

/** An image in a device's heap, and the address of its main record. */
export interface SharedImage {
  readonly pointer: number;
  release(): void;
}

interface Upload {
  view: Int32Array;
  users: number;
}

/**
 * Models in the heaps of devices, one copy for all evaluators bound there. What is no longer used stays until another
 * model comes: data sets bind an evaluator a frame, and copying a model of many species takes as long as a small frame.
 * @param make called once a model and precision; `root` is the offset of the main record
 * @param spare bytes of unused models that stay even then, the last used first
 */
export function createSharedImages<Model extends object>(
  make: (model: Model, precision: Precision) => { image: HeapImage; root: number },
  spare = 0,
): (model: Model, device: CpuDevice) => SharedImage {
  const images = new WeakMap<Model, Map<Precision, { image: HeapImage; root: number }>>();
  const uploads = new WeakMap<CpuDevice, Map<Model, Upload>>();
  return (model, device) => {
    const { heap, precision } = device;
    const byPrecision = getOrMake(images, model, () => new Map());
    const { image, root } = getOrMake(byPrecision, precision, () => make(model, precision));
    const onDevice = getOrMake(uploads, device, () => new Map<Model, Upload>());
    const entry = getOrMake(onDevice, model, () => {
      releaseUnused(onDevice, heap, spare);
      return { view: upload(heap, image), users: 0 };
    });
    // The last used stands last.
    onDevice.delete(model);
    onDevice.set(model, entry);
    entry.users++;
    const { view } = entry;
    return {
      pointer: view.byteOffset + root,
      release() {
        entry.users--;
      },
    };
  };
}

function releaseUnused<Model>(onDevice: Map<Model, Upload>, heap: Heap, spare: number): void {
  let kept = 0;
  for (const [model, { view, users }] of [...onDevice].reverse()) {
    if (users > 0) continue;
    kept += view.byteLength;
    if (kept <= spare) continue;
    onDevice.delete(model);
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
