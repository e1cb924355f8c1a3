import type { PhononRunReport } from '../phonon-run.js';
import type { ConductivityResult } from './conductivity.js';
import type { ConductivityPlan } from './plan.js';
import type { ScatteringGrid } from './scattering.js';
import type { ThirdOrderReport } from './third-order.js';

/** All that came of a run, for files, drawings and the report. */
export interface KappaOutcome {
  readonly plan: {
    readonly conductivity: ConductivityPlan;
    readonly version: string;
    readonly settings: readonly (readonly [string, string])[];
  };
  readonly phonons: PhononRunReport;
  readonly third: ThirdOrderReport;
  readonly prepared: ScatteringGrid;
  /** For each width of the plan */
  readonly results: readonly ConductivityResult[];
}
