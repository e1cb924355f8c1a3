// One thread of a CPU device: waits for a job in the control block (its words: cpu.ts) and takes pieces of it until
// none is left. JavaScript, because a worker is loaded as it stands, from the sources and from dist/ alike.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';

const { control, message, memory, files, thread, folder } = workerData;
const [SEQUENCE, NEXT, ACTIVE, COUNT, CHUNK, KERNEL, BLOCK, QUIT, FAILED, NAME_LENGTH, NAME] =
  Array(11).keys();
const SPINS = 20_000; // about 0.1 ms: a step after a step finds the workers awake, an idle program sleeps

/** @type {Map<number, Record<string, Function>>} */
const kernels = new Map();

/** @param {number} index */
function kernel(index) {
  let exports = kernels.get(index);
  if (!exports) {
    const module = new WebAssembly.Module(readFileSync(join(folder, files[index])));
    exports = /** @type {Record<string, Function>} */ (
      new WebAssembly.Instance(module, { env: { memory } }).exports
    );
    kernels.set(index, exports);
  }
  return exports;
}

/** Takes pieces of the open job until none is left. */
function work() {
  const name = String.fromCharCode(...control.subarray(NAME, NAME + control[NAME_LENGTH]));
  const run = kernel(control[KERNEL])[name];
  const count = control[COUNT];
  const chunk = control[CHUNK];
  for (;;) {
    const begin = Atomics.add(control, NEXT, chunk);
    if (begin >= count) return;
    run(control[BLOCK], thread, begin, Math.min(count, begin + chunk));
  }
}

/**
 * Ends the job for all; the first to fail says why. The message goes through shared memory, because the calling thread
 * does not return to its event loop before the job is over.
 * @param {unknown} error
 */
function fail(error) {
  Atomics.store(control, NEXT, control[COUNT]);
  if (Atomics.compareExchange(control, FAILED, 0, thread) !== 0) return;
  const text = error instanceof Error ? error.message : String(error);
  const length = Math.min(text.length, message.length - 1);
  message[0] = length;
  for (let i = 0; i < length; i++) message[1 + i] = text.charCodeAt(i);
}

let seen = 0;
parentPort?.postMessage('ready');
for (;;) {
  for (let spin = 0; spin < SPINS && Atomics.load(control, SEQUENCE) === seen; spin++);
  Atomics.wait(control, SEQUENCE, seen);
  if (Atomics.load(control, QUIT)) break;
  Atomics.add(control, ACTIVE, 1);
  seen = Atomics.load(control, SEQUENCE);
  if (seen & 1) {
    try {
      work();
    } catch (error) {
      fail(error);
    }
  }
  if (Atomics.sub(control, ACTIVE, 1) === 1) Atomics.notify(control, ACTIVE);
}
