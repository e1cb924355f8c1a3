import type { CpuDevice } from './cpu.js';

/** Arithmetic of a backend: results in f64 either way. */
export type Precision = 'f64' | 'f32';

/**
 * A processor that evaluators are bound to. `kind` tells them apart; a GPU device joins this union with its own
 * file.
 */
export type Device = CpuDevice;
