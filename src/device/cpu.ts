import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { PhonolinkError } from '../model/errors.js';
import { instantiateKernel, kernelFiles } from './kernels.js';
import { Heap } from './memory.js';
import { KERNEL_FOLDER } from './paths.js';

/** A kernel function that works on items [begin, end): `block` points to its parameters in the heap. */
type RangeFunction = (block: number, thread: number, begin: number, end: number) => void;

/** Words of the control block, shared with worker.js. */
const SEQUENCE = 0; // odd while a job is open
const NEXT = 1; // first item not yet taken
const ACTIVE = 2; // workers inside the job
const COUNT = 3;
const CHUNK = 4;
const KERNEL = 5;
const BLOCK = 6;
const QUIT = 7;
const FAILED = 8; // the first worker whose kernel failed, 0: none
const NAME_LENGTH = 9;
const NAME = 10; // the function's name, a code a word
const WORDS = 64;
/** Room for what a worker says when it fails: its length, then its codes. */
const MESSAGE = 400;
/** Looks at the workers before the calling thread sleeps: some microseconds, by when they are done if they have cores */
const SPINS = 2000;

/** Arithmetic of a backend: results in f64 either way. */
export type Precision = 'f64' | 'f32';

export interface CpuDevice {
  readonly kind: 'cpu';
  readonly threads: number;
  readonly precision: Precision;
  readonly heap: Heap;
  /** Exports of dist/kernels/NAME.wasm on the calling thread. */
  kernel(name: string): WebAssembly.Exports;
  /**
   * Calls the exported `name` of a kernel for all items of [0, count), in pieces of `chunk`, on all threads; returns
   * when all are done. `block` points to the parameters. Threads are numbered 0 to threads - 1.
   * @throws where the kernel does, on whichever thread: the others have stopped by then, and the device is of use still
   */
  parallel(kernel: string, name: string, block: number, count: number, chunk: number): void;
  /** Ends the workers. The device and what is bound to it are of no use afterwards. */
  close(): Promise<void>;
}

/**
 * A CPU device; `threads` counts the calling one, and one thread starts no worker.
 * @throws PhonolinkError where the kernels are not built
 */
export async function createCpuDevice(
  options: { threads?: number; precision?: Precision } = {},
): Promise<CpuDevice> {
  const threads = options.threads ?? availableParallelism();
  if (!Number.isInteger(threads) || threads < 1 || threads > 256) {
    throw new PhonolinkError(`threads is ${threads}, expected a whole number from 1 to 256`);
  }
  const heap = new Heap();
  const files = kernelFiles();
  const instances = new Map<string, WebAssembly.Exports>();
  const kernel = (name: string): WebAssembly.Exports => {
    const known = instances.get(name);
    if (known) return known;
    const exports = instantiateKernel(name, heap.memory);
    instances.set(name, exports);
    return exports;
  };
  const control = new Int32Array(new SharedArrayBuffer(4 * WORDS));
  const message = new Uint16Array(new SharedArrayBuffer(2 * MESSAGE));
  const workers = await Promise.all(
    Array.from({ length: threads - 1 }, (_, index) =>
      startWorker({ control, message, heap, files, thread: index + 1 }),
    ),
  );

  const parallel = (name: string, call: string, block: number, count: number, chunk: number) => {
    const run = kernel(name)[call] as RangeFunction;
    if (workers.length === 0 || count <= chunk) {
      for (let begin = 0; begin < count; begin += chunk) run(block, 0, begin, Math.min(count, begin + chunk));
      return;
    }
    control[COUNT] = count;
    control[CHUNK] = chunk;
    control[KERNEL] = files.indexOf(`${name}.wasm`);
    control[BLOCK] = block | 0;
    control[NAME_LENGTH] = call.length;
    for (let i = 0; i < call.length; i++) control[NAME + i] = call.charCodeAt(i);
    Atomics.store(control, NEXT, 0);
    Atomics.store(control, FAILED, 0);
    Atomics.add(control, SEQUENCE, 1);
    // No more than there are pieces for: waking a thread takes longer than a small piece.
    Atomics.notify(control, SEQUENCE, Math.ceil(count / chunk) - 1);
    try {
      for (;;) {
        const begin = Atomics.add(control, NEXT, chunk);
        if (begin >= count) break;
        run(block, 0, begin, Math.min(count, begin + chunk));
      }
    } finally {
      Atomics.store(control, NEXT, count);
      // Close first, then wait: a worker counts itself in before it looks whether the job is open.
      Atomics.add(control, SEQUENCE, 1);
      awaitWorkers(control);
    }
    const failed = Atomics.exchange(control, FAILED, 0);
    if (failed > 0) {
      const text = String.fromCharCode(...message.subarray(1, 1 + message[0]));
      throw new Error(`kernel ${name}, thread ${failed}: ${text}`);
    }
  };

  return {
    kind: 'cpu',
    threads,
    precision: options.precision ?? 'f64',
    heap,
    kernel,
    parallel,
    close: async () => {
      Atomics.store(control, QUIT, 1);
      Atomics.add(control, SEQUENCE, 2);
      Atomics.notify(control, SEQUENCE);
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** Returns when no worker is inside a job. Where threads outnumber cores it sleeps, so that they get on. */
function awaitWorkers(control: Int32Array): void {
  for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(control, ACTIVE) === 0) return;
  for (;;) {
    const active = Atomics.load(control, ACTIVE);
    if (active === 0) return;
    Atomics.wait(control, ACTIVE, active, 1);
  }
}

/** A thread of a device, waiting for jobs: see worker.js. */
async function startWorker(options: {
  control: Int32Array;
  message: Uint16Array;
  heap: Heap;
  files: string[];
  thread: number;
}): Promise<Worker> {
  const { control, message, heap, files, thread } = options;
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: { control, message, memory: heap.memory, files, thread, folder: KERNEL_FOLDER },
  });
  await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  worker.unref();
  return worker;
}
