import { describe, expect, it } from 'vitest';
import { harmonicDisplacements } from '../../../src/lattice/displacements/harmonic.js';
import { selectRows } from '../../../src/lattice/force-constants/expand.js';
import { harmonicDrift, symmetriseHarmonic } from '../../../src/lattice/force-constants/harmonic-rules.js';
import { solvePositive } from '../../../src/lattice/force-constants/normal-equations.js';
import { compactRows, fullRows } from '../../../src/lattice/force-constants/rows.js';
import { fitHarmonic } from '../../../src/lattice/force-constants/snapshots.js';
import type { DisplacementSet } from '../../../src/model/displacements.js';
import { shiftsAlone } from '../../../src/symmetry/cell-symmetry.js';
import type { PairConstants } from '../../helpers/pair-constants.js';
import { copy, difference, type Model, modelOf, noise, withForces } from './helpers.js';

/** The forces of the harmonic part alone. */
function harmonicForces({ harmonic }: PairConstants, u: Float64Array): Float64Array {
  const n = u.length / 3;
  return Float64Array.from(u, (_, r) => {
    let sum = 0;
    for (let j = 0; j < n; j++) {
      for (let b = 0; b < 3; b++)
        sum -= harmonic[9 * (Math.floor(r / 3) * n + j) + 3 * (r % 3) + b] * u[3 * j + b];
    }
    return sum;
  });
}

function snapshots({ cells, constants }: Model, number: number, error = 0): DisplacementSet {
  const { count } = cells.supercell;
  const [random, wrong] = [noise(0.03), noise(error)];
  return {
    kind: 'snapshots',
    count,
    entries: Array.from({ length: number }, () => {
      const displacements = random(new Float64Array(3 * count));
      return { displacements, forces: wrong(harmonicForces(constants, displacements)) };
    }),
  };
}

/**
 * Normal equations square the condition of the displacements, random ones of a size: some 10 to 1000; with rounding of
 * 1e-16 and sums of a few hundred terms.
 */
const EXACT = 1e-9;

describe('force constants fitted to snapshots', () => {
  it.each([
    ['diamond', [1, 1, 1], 2],
    ['rocksalt', [2, 1, 1], 4],
    ['hcp', [2, 2, 1], 3],
    ['quartz', [1, 1, 1], 8],
    ['P-1', [2, 1, 1], 12],
  ] as [string, number[], number][])('are exact where forces are harmonic, %s', (name, dim, number) => {
    const model = modelOf(name, dim);
    const { cells, symmetry, constants } = model;
    const layout = compactRows(cells, symmetry.translations);
    const set = snapshots(model, number);
    const full = fitHarmonic(symmetry, set, fullRows(cells.supercell.count));
    expect(difference(full.values, constants.harmonic)).toBeLessThan(EXACT);
    const compact = fitHarmonic(symmetry, set, layout);
    expect(difference(compact.values, selectRows(full, layout.rows).values)).toBe(0);
    const single = withForces(harmonicDisplacements(symmetry, { opposites: 'always' }), constants);
    const fitted = fitHarmonic(symmetry, single, layout);
    expect(difference(fitted.values, compact.values)).toBeLessThan(EXACT);
  });

  it('obey the sum rule and have all symmetry where forces have errors, and fit them best', () => {
    const model = modelOf('quartz', [1, 1, 1]);
    const { cells, symmetry, constants } = model;
    const layout = fullRows(cells.supercell.count);
    const set = snapshots(model, 12, 0.1);
    const fit = fitHarmonic(symmetry, set, layout);
    expect(difference(fit.values, constants.harmonic)).toBeGreaterThan(1e-5);
    expect(Math.max(...harmonicDrift(fit, layout).map(Math.abs))).toBeLessThan(1e-11);
    const symmetric = copy(fit);
    symmetriseHarmonic(symmetric, layout);
    expect(difference(symmetric.values, fit.values)).toBeLessThan(1e-12);
    const wrong = (values: Float64Array) =>
      set.entries.reduce((sum, entry) => {
        const { displacements, forces } = entry as { displacements: Float64Array; forces: Float64Array };
        const found = harmonicForces({ ...constants, harmonic: values }, displacements);
        return sum + found.reduce((s, f, i) => s + (f - forces[i]) ** 2, 0);
      }, 0);
    // The true constants have the symmetry too: any way towards them makes the fit worse.
    const best = wrong(fit.values);
    for (const step of [-0.1, 0.1, 1]) {
      expect(wrong(fit.values.map((x, i) => x + step * (constants.harmonic[i] - x)))).toBeGreaterThan(best);
    }
  });

  it('say where too little is determined', () => {
    const model = modelOf('P-1', [2, 1, 1]);
    const rows = fullRows(model.cells.supercell.count);
    expect(() => fitHarmonic(model.symmetry, snapshots(model, 1), rows)).toThrow(
      '1 displaced supercell does not determine the 108 independent force constants',
    );
    // 10 atoms that are free of each other but for a common shift: 27 directions, each to be seen once.
    const none = shiftsAlone(model.cells.supercell);
    expect(() => fitHarmonic(none, snapshots(model, 26), rows)).toThrow('26 displaced supercells do not');
    expect(
      difference(fitHarmonic(none, snapshots(model, 40), rows).values, model.constants.harmonic),
    ).toBeLessThan(EXACT);
  });
});

describe('equations of a symmetric matrix', () => {
  it('are solved, whatever the size of the unknowns', () => {
    const lower = Float64Array.of(4, 0, 0, 2e3, 5e6, 0, -1e-3, 1, 9e-6);
    const x = [3, -2e-3, 500];
    const full = (i: number, j: number) => lower[3 * Math.max(i, j) + Math.min(i, j)];
    const b = Float64Array.from([0, 1, 2], (i) => x.reduce((sum, v, j) => sum + full(i, j) * v, 0));
    expect(solvePositive(lower.slice(), b)).toBe(true);
    b.forEach((v, i) => {
      expect(v / x[i]).toBeCloseTo(1, 10);
    });
  });

  it('tell where unknowns are not determined', () => {
    expect(solvePositive(Float64Array.of(1, 0, 1, 1), Float64Array.of(1, 1))).toBe(false);
    expect(solvePositive(Float64Array.of(0, 0, 0, 1), Float64Array.of(0, 1))).toBe(false);
  });
});
