import { createCpuDevice } from '../../src/device/cpu.js';
import type { Device } from '../../src/device/device.js';

/** How exactly a device is held to the contract. Errors are absolute for quantities below 1 and relative above. */
export interface Tolerances {
  /** Energies (eV), forces (eV/A) and virials (eV) that are the same but for rounding */
  readonly rounding: number;
  /** A, the step of finite differences (the strain is that number without the unit) */
  readonly step: number;
  /** Forces and virials against those differences */
  readonly difference: number;
}

/** A device that potentials are held to the contract on. */
export interface ContractDevice {
  readonly name: string;
  readonly tolerances: Tolerances;
  open(): Promise<Device>;
}

/**
 * f64: sums of some hundred terms that cancel leave 1e-13 of their size, and the terms are up to 100 times the sum.
 * The step is small because cutoff functions have a kink in their slope: a pair that crosses one within the step leaves
 * an error of step * second derivative (10 eV/A^2). Energies of 10 eV are rounded at 1e-15 eV; over the step and some
 * hundred atoms' worth of terms that is below 1e-8 eV/A.
 */
export const F64: Tolerances = { rounding: 1e-11, step: 2e-5, difference: 2e-7 };

/**
 * f32: 2^-24 a term, some ten times over in a sum; differences divide the rounding of energies of several eV (1e-6) by
 * the step, where the truncation is 1e-3 at most.
 */
export const F32: Tolerances = { rounding: 2e-5, step: 2e-2, difference: 2e-3 };

export const CPU_F64: ContractDevice = {
  name: 'CPU, f64',
  tolerances: F64,
  open: () => createCpuDevice({ threads: 1, precision: 'f64' }),
};

export const CPU_F64_THREADS: ContractDevice = {
  name: 'CPU, f64, 2 threads',
  tolerances: F64,
  open: () => createCpuDevice({ threads: 2, precision: 'f64' }),
};

export const CPU_F32: ContractDevice = {
  name: 'CPU, f32',
  tolerances: F32,
  open: () => createCpuDevice({ threads: 1, precision: 'f32' }),
};
