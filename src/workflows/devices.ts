import { availableParallelism, cpus } from 'node:os';
import { type AdapterInfo, listAdapters } from '../device/adapter.js';
import { kernelFiles } from '../device/kernels.js';
import { PhonolinkError } from '../model/errors.js';

/** The processors of this machine that phonolink can use. */
export interface Devices {
  readonly cpu: {
    /** 'AMD EPYC 9B14', or '' where the system does not say */
    readonly model: string;
    /** Threads that a CPU device has unless it is told otherwise. */
    readonly threads: number;
    /** Names of the compiled kernels; one with several arithmetics has its name before the point. */
    readonly kernels: readonly string[];
  };
  readonly gpus: readonly AdapterInfo[];
  /** Why there is no GPU, one sentence, and what to do. */
  readonly noGpu?: { readonly reason: string; readonly hint: string };
}

/** @throws PhonolinkError where the CPU's kernels are not built */
export async function listDevices(): Promise<Devices> {
  const cpu = {
    model: cpus()[0]?.model.trim() ?? '',
    threads: availableParallelism(),
    kernels: kernelFiles().map((file) => file.replace(/\.wasm$/, '')),
  };
  try {
    return { cpu, gpus: await listAdapters() };
  } catch (error) {
    if (!(error instanceof PhonolinkError)) throw error;
    return { cpu, gpus: [], noGpu: { reason: error.message, hint: error.hint } };
  }
}
