import { describe, expect, it } from 'vitest';
import { harmonicDisplacements } from '../../../src/lattice/displacements/harmonic.js';
import { pairDisplacements } from '../../../src/lattice/displacements/pairs.js';
import { cubicForceConstants } from '../../../src/lattice/force-constants/cubic.js';
import { cubicDrift, symmetriseCubic } from '../../../src/lattice/force-constants/cubic-rules.js';
import { cutCubic, cutHarmonic } from '../../../src/lattice/force-constants/cut.js';
import { selectRows } from '../../../src/lattice/force-constants/expand.js';
import { harmonicForceConstants } from '../../../src/lattice/force-constants/harmonic.js';
import {
  harmonicDrift,
  removeColumnDrift,
  removeRowDrift,
  symmetriseHarmonic,
} from '../../../src/lattice/force-constants/harmonic-rules.js';
import { pseudoInverse } from '../../../src/lattice/force-constants/least-squares.js';
import { compactRows, fullRows, type RowLayout } from '../../../src/lattice/force-constants/rows.js';
import { shortestDistances } from '../../../src/lattice/shortest.js';
import type { CubicForceConstants, ForceConstants } from '../../../src/model/force-constants.js';
import { copy, difference, modelOf, noise, withForces, withForcesOfPairs } from './helpers.js';

/** Crystals whose compact rows are fewer; half periods among the shifts of the first and the last. */
const CRYSTALS: readonly [string, number[]][] = [
  ['rocksalt', [2, 1, 1]],
  ['hcp', [3, 1, 1]],
  ['quartz', [1, 1, 1]],
  ['P1', [2, 1, 2]],
];

/** Sums of some hundred numbers of 16 digits, of at most 100 eV/A^2 or 1000 eV/A^3 here. */
const ROUNDING = 1e-11;

function noisy(name: string, dim: number[]) {
  const model = modelOf(name, dim);
  const { cells, symmetry, constants } = model;
  const layouts = {
    full: fullRows(cells.supercell.count),
    compact: compactRows(cells, symmetry.translations),
  };
  const atoms = withForces(harmonicDisplacements(symmetry), constants, noise(1e-4));
  const pairs = withForcesOfPairs(pairDisplacements(symmetry), constants, noise(1e-4));
  return {
    ...model,
    layouts,
    harmonic: harmonicForceConstants(symmetry, atoms, layouts.full),
    cubic: cubicForceConstants(symmetry, pairs, layouts.full).cubic,
  };
}

const worst = (values: readonly number[]) => Math.max(...values.map(Math.abs));

describe('sum rules and symmetry between indices', () => {
  it.each(CRYSTALS)('second order, %s', (name, dim) => {
    const { harmonic, layouts } = noisy(name, dim);
    const compact = selectRows(harmonic, layouts.compact.rows);
    expect(worst(harmonicDrift(harmonic, layouts.full))).toBeGreaterThan(1e-4);
    expect(worst(harmonicDrift(compact, layouts.compact))).toBeGreaterThan(1e-4);
    expect(asymmetry2(harmonic)).toBeGreaterThan(1e-4);
    const before = copy(harmonic);
    symmetriseHarmonic(harmonic, layouts.full);
    symmetriseHarmonic(compact, layouts.compact);
    expect(worst(harmonicDrift(harmonic, layouts.full))).toBeLessThan(ROUNDING);
    expect(worst(harmonicDrift(compact, layouts.compact))).toBeLessThan(ROUNDING);
    expect(asymmetry2(harmonic)).toBeLessThan(ROUNDING);
    expect(difference(compact.values, selectRows(harmonic, layouts.compact.rows).values)).toBeLessThan(1e-12);
    // No more than what was wrong is changed, and nothing is a second time.
    expect(difference(harmonic.values, before.values)).toBeLessThan(0.1);
    const again = copy(harmonic);
    symmetriseHarmonic(again, layouts.full, 2);
    expect(difference(again.values, harmonic.values)).toBeLessThan(1e-12);
  });

  it.each(CRYSTALS)('third order, %s', (name, dim) => {
    const { cubic, layouts } = noisy(name, dim);
    const compact = selectRows(cubic, layouts.compact.rows);
    expect(worst(cubicDrift(cubic, layouts.full))).toBeGreaterThan(1e-3);
    expect(worst(cubicDrift(compact, layouts.compact))).toBeGreaterThan(1e-3);
    expect(asymmetry3(cubic)).toBeGreaterThan(1e-3);
    symmetriseCubic(cubic, layouts.full);
    symmetriseCubic(compact, layouts.compact);
    expect(worst(cubicDrift(cubic, layouts.full))).toBeLessThan(10 * ROUNDING);
    expect(worst(cubicDrift(compact, layouts.compact))).toBeLessThan(10 * ROUNDING);
    expect(asymmetry3(cubic)).toBeLessThan(10 * ROUNDING);
    expect(difference(compact.values, selectRows(cubic, layouts.compact.rows).values)).toBeLessThan(1e-12);
    const again = copy(cubic);
    symmetriseCubic(again, layouts.full, 2);
    expect(difference(again.values, cubic.values)).toBeLessThan(1e-12);
  });

  it('leave constants that obey them as they are, under phonopy’s rule for compact ones too', () => {
    const { cells, symmetry, constants } = modelOf('rocksalt', [2, 1, 1]);
    const { count } = cells.supercell;
    const rows = fullRows(count).rows;
    const layout = compactRows(cells, symmetry.translations);
    const harmonic = selectRows({ count, rows, values: constants.harmonic }, layout.rows);
    const cubic = selectRows({ count, rows, values: constants.cubic }, layout.rows);
    for (const rule of ['exact', 'phonopy'] as const) {
      const [second, third] = [copy(harmonic), copy(cubic)];
      symmetriseHarmonic(second, layout, 1, rule);
      symmetriseCubic(third, layout, 1, rule);
      expect(difference(second.values, harmonic.values)).toBeLessThan(1e-12);
      expect(difference(third.values, cubic.values)).toBeLessThan(1e-12);
    }
  });

  it('differ by phonopy’s rule where a shift is half a period, and only there', () => {
    for (const [name, dim] of CRYSTALS) {
      const { cubic, layouts } = noisy(name, dim);
      const exact = selectRows(cubic, layouts.compact.rows);
      const theirs = copy(exact);
      symmetriseCubic(exact, layouts.compact);
      symmetriseCubic(theirs, layouts.compact, 1, 'phonopy');
      const isHalf = layouts.compact.shifts.some((s) => s[0] !== 0 && s[s[0]] === 0);
      const apart = difference(theirs.values, exact.values);
      if (isHalf) expect(apart).toBeGreaterThan(1e-6);
      else expect(apart).toBe(0);
    }
  });
});

describe('phonopy’s rule for compact constants', () => {
  it.each(CRYSTALS)('is a swap in place, means off rows, and the swap back, %s', (name, dim) => {
    const { harmonic, layouts } = noisy(name, dim);
    const { compact: layout } = layouts;
    const found = selectRows(harmonic, layout.rows);
    const expected = copy(found);
    removeColumnDrift(found, layout, 'phonopy');
    swapInPlace(expected, layout);
    removeRowDrift(expected);
    swapInPlace(expected, layout);
    expect(difference(found.values, expected.values)).toBeLessThan(1e-13);
  });
});

/** Element by element, so that a tensor that is its own counterpart is swapped twice, but once for an atom with itself. */
function swapInPlace({ count, values }: ForceConstants, { rows, rowOf, shifts }: RowLayout): void {
  const done = new Uint8Array(rows.length * count);
  const swap = (p: number, q: number) => {
    [values[p], values[q]] = [values[q], values[p]];
  };
  rows.forEach((atom, row) => {
    for (let j = 0; j < count; j++) {
      const [here, there] = [row * count + j, rowOf[j] * count + shifts[j][atom]];
      if (j === atom) {
        for (const [p, q] of [
          [1, 3],
          [2, 6],
          [5, 7],
        ]) {
          swap(9 * here + p, 9 * here + q);
        }
      } else if (!done[here]) {
        done[here] = done[there] = 1;
        for (let e = 0; e < 9; e++) swap(9 * here + e, 9 * there + 3 * (e % 3) + Math.floor(e / 3));
      }
    }
  });
}

/** Largest |Phi_ij - Phi_ji^T| of full constants. */
function asymmetry2({ count: n, values }: ForceConstants): number {
  let out = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      for (let e = 0; e < 9; e++) {
        const transposed = 3 * (e % 3) + Math.floor(e / 3);
        out = Math.max(out, Math.abs(values[9 * (i * n + j) + e] - values[9 * (j * n + i) + transposed]));
      }
    }
  }
  return out;
}

/** Two swaps make up all permutations. */
function asymmetry3({ count: n, values }: CubicForceConstants): number {
  let out = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++) {
        for (let e = 0; e < 27; e++) {
          const [a, b, c] = [Math.floor(e / 9), Math.floor(e / 3) % 3, e % 3];
          const here = values[27 * ((i * n + j) * n + k) + e];
          const first = values[27 * ((j * n + i) * n + k) + 9 * b + 3 * a + c];
          const last = values[27 * ((i * n + k) * n + j) + 9 * a + 3 * c + b];
          out = Math.max(out, Math.abs(here - first), Math.abs(here - last));
        }
      }
    }
  }
  return out;
}

describe('force constants beyond a distance', () => {
  it('become zero, the others stay', () => {
    const { cells, harmonic, cubic, layouts } = noisy('hcp', [3, 1, 1]);
    const { supercell } = cells;
    const n = supercell.count;
    const near = Array.from({ length: n }, (_, i) =>
      Array.from(shortestDistances(supercell, i), (distance) => distance <= 3.3),
    );
    const compact = selectRows(cubic, layouts.compact.rows);
    const [h, c] = [copy(harmonic), copy(compact)];
    cutHarmonic(h, supercell, 3.3);
    cutCubic(c, supercell, 3.3);
    h.values.forEach((x, at) => {
      const [i, j] = [Math.floor(at / 9 / n), Math.floor(at / 9) % n];
      expect(x).toBe(near[i][j] ? harmonic.values[at] : 0);
    });
    c.values.forEach((x, at) => {
      const [row, j, k] = [Math.floor(at / 27 / n / n), Math.floor(at / 27 / n) % n, Math.floor(at / 27) % n];
      const i = layouts.compact.rows[row];
      expect(x).toBe(near[i][j] && near[j][k] && near[i][k] ? compact.values[at] : 0);
    });
  });
});

describe('the pseudo-inverse', () => {
  const random = noise(1);

  it('solves in the least-squares sense', () => {
    for (const m of [3, 4, 12]) {
      const rows = random(new Float64Array(3 * m));
      const inverse = pseudoInverse(rows) as Float64Array;
      // A+ A = 1, and A A+ is symmetric: Penrose's conditions where the columns are independent.
      for (let k = 0; k < 3; k++) {
        for (let l = 0; l < 3; l++) {
          let sum = 0;
          for (let i = 0; i < m; i++) sum += inverse[k * m + i] * rows[3 * i + l];
          expect(sum).toBeCloseTo(k === l ? 1 : 0, 12);
        }
      }
      const through = (i: number, j: number) =>
        [0, 1, 2].reduce((sum, k) => sum + rows[3 * i + k] * inverse[k * m + j], 0);
      for (let i = 0; i < m; i++)
        for (let j = 0; j < i; j++) expect(through(i, j)).toBeCloseTo(through(j, i), 12);
    }
  });

  it('says how many dimensions the rows span', () => {
    expect(pseudoInverse(new Float64Array(6))).toBe(0);
    expect(pseudoInverse(Float64Array.of(1, 2, 3, -2, -4, -6, 0.5, 1, 1.5))).toBe(1);
    expect(pseudoInverse(Float64Array.of(1, 2, 3, 0, 1, 0, 1, 3, 3))).toBe(2);
  });
});
