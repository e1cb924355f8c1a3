import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PhonolinkError } from '../model/errors.js';
import { KERNEL_FOLDER } from './paths.js';

/**
 * The files of the compiled kernels, sorted.
 * @throws PhonolinkError where they are not built
 */
export function kernelFiles(): string[] {
  try {
    return readdirSync(KERNEL_FOLDER)
      .filter((file) => file.endsWith('.wasm'))
      .sort();
  } catch {
    throw new PhonolinkError(`the compiled kernels are missing in ${KERNEL_FOLDER}`, {
      hint: 'run `npm run build`',
    });
  }
}

/** Exports of dist/kernels/NAME.wasm on the calling thread, working in `memory`. */
export function instantiateKernel(name: string, memory: WebAssembly.Memory): WebAssembly.Exports {
  const file = `${name}.wasm`;
  if (!kernelFiles().includes(file)) throw new Error(`there is no kernel ${name}`);
  const module = new WebAssembly.Module(readFileSync(join(KERNEL_FOLDER, file)));
  return new WebAssembly.Instance(module, { env: { memory } }).exports;
}
