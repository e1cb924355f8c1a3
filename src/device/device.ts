import { PhonolinkError } from '../model/errors.js';
import type { CpuDevice } from './cpu.js';
import type { GpuDevice } from './gpu.js';

/** A processor that evaluators are bound to; `kind` tells them apart. */
export type Device = CpuDevice | GpuDevice;

/**
 * The device, where `name` (a potential) has kernels for the CPU only.
 * @throws PhonolinkError on another device
 */
export function requireCpu(device: Device, name: string): CpuDevice {
  if (device.kind === 'cpu') return device;
  throw new PhonolinkError(`the ${name} potential has no kernels for a GPU`, {
    hint: 'run it with --device cpu',
    exitCode: 2,
  });
}
