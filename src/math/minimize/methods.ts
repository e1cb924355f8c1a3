import { createFire } from './fire.js';
import { createLbfgs } from './lbfgs.js';
import type { Minimizer, MinimizerSetup } from './minimizer.js';

/** Every minimiser by its name: one file and one line here. */
export const MINIMIZERS = {
  lbfgs: createLbfgs,
  fire: createFire,
} as const satisfies Readonly<Record<string, (setup: MinimizerSetup) => Minimizer>>;

export type MinimizerName = keyof typeof MINIMIZERS;
