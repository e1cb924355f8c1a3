import { coreRepulsion } from './core.js';
import type { AceBond, AceInner } from './parameters.js';
import { expandRadial, radialBase } from './radial.js';
import { interpolate, type SplineTable, tabulate } from './tables.js';

/**
 * How radial functions are evaluated: by the cubic splines that LAMMPS and pacemaker use, whose energies differ by some
 * 1e-8 eV from those of the equations, or by the equations themselves.
 */
export type RadialMode = 'spline' | 'analytic';

export interface Sampled {
  readonly values: Float64Array;
  readonly slopes: Float64Array;
}

/** All that depends on the distance of a pair alone. */
export interface BondFunctions {
  /** Within the cutoff: g_k [baseCount], R_nl [radialCount][lMax + 1] and the core repulsion (eV), with slopes by r. */
  at(r: number): {
    readonly base: Sampled;
    readonly radial: Sampled;
    readonly core: { readonly value: number; readonly slope: number };
    readonly radialCount: number;
    readonly lMax: number;
  };
}

/** @param nuclei atomic numbers of centre and neighbour */
export function bondFunctions(
  bond: AceBond,
  inner: AceInner,
  nuclei: readonly [number, number],
  mode: RadialMode,
  splineStep: number,
): BondFunctions {
  const { baseCount, radialCount, lMax } = bond;
  const counts = { base: baseCount, radial: radialCount * (lMax + 1) };
  // Of the pairs of a model, a structure may have few.
  let tables: ReturnType<typeof bondTables> | undefined;
  return {
    at(r) {
      const base = room(counts.base);
      const radial = room(counts.radial);
      if (mode === 'analytic') {
        radialBase(bond, inner, r, base.values, base.slopes);
        expandRadial(bond, base, radial.values, radial.slopes);
        return { base, radial, core: coreRepulsion(bond, inner, nuclei, r), radialCount, lMax };
      }
      tables ??= bondTables(bond, inner, nuclei, splineStep);
      const core = room(1);
      interpolate(tables.base, r, base.values, base.slopes);
      interpolate(tables.radial, r, radial.values, radial.slopes);
      interpolate(tables.core, r, core.values, core.slopes);
      return { base, radial, core: { value: core.values[0], slope: core.slopes[0] }, radialCount, lMax };
    },
  };
}

/** The tables of a pair: of g_k, of R_nl, of the core repulsion. */
export function bondTables(
  bond: AceBond,
  inner: AceInner,
  nuclei: readonly [number, number],
  splineStep: number,
): { base: SplineTable; radial: SplineTable; core: SplineTable } {
  const base = room(bond.baseCount);
  const table = (functions: number, sample: Parameters<typeof tabulate>[3]) =>
    tabulate(functions, bond.cutoff, splineStep, sample);
  return {
    base: table(bond.baseCount, (r, values, slopes) => radialBase(bond, inner, r, values, slopes)),
    radial: table(bond.radialCount * (bond.lMax + 1), (r, values, slopes) => {
      radialBase(bond, inner, r, base.values, base.slopes);
      expandRadial(bond, base, values, slopes);
    }),
    core: table(1, (r, values, slopes) => {
      const { value, slope } = coreRepulsion(bond, inner, nuclei, r);
      values[0] = value;
      slopes[0] = slope;
    }),
  };
}

function room(count: number): Sampled {
  return { values: new Float64Array(count), slopes: new Float64Array(count) };
}
