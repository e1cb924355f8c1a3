import { describe, expect, it } from 'vitest';
import { harmonicDisplacements } from '../../../src/lattice/displacements/harmonic.js';
import { pairDisplacements } from '../../../src/lattice/displacements/pairs.js';
import { cubicForceConstants } from '../../../src/lattice/force-constants/cubic.js';
import { expandCubic, expandHarmonic, selectRows } from '../../../src/lattice/force-constants/expand.js';
import { harmonicForceConstants } from '../../../src/lattice/force-constants/harmonic.js';
import { averagePermutations } from '../../../src/lattice/force-constants/permutations.js';
import { compactRows, fullRows } from '../../../src/lattice/force-constants/rows.js';
import { shortestDistances } from '../../../src/lattice/shortest.js';
import { PhonolinkError } from '../../../src/model/errors.js';
import { shiftsAlone } from '../../../src/symmetry/cell-symmetry.js';
import { cartesianRotation } from '../../../src/symmetry/operation.js';
import { difference, modelOf, noise, withForces, withForcesOfPairs } from './helpers.js';

const CRYSTALS: readonly [string, number[]][] = [
  ['diamond', [1, 1, 1]],
  ['rocksalt', [2, 1, 1]],
  ['hcp', [2, 2, 1]],
  ['quartz', [1, 1, 1]],
  ['C2/c', [1, 1, 1]],
  ['P-1', [2, 1, 1]],
  ['P1', [1, 2, 1]],
];

/**
 * Forces of a polynomial of third order have no error of finite differences left once opposite displacements are
 * taken together, only that of rounding: 1e-16 of the largest force over a displacement of 0.01 A for the second
 * order, over 0.03 A twice for the third, times the few hundred terms of the sums. Positions that are rounded to 1e-16
 * of 10 A make rotations as inexact.
 */
const HARMONIC = 1e-12;
const CUBIC = 1e-10;

describe('force constants of a crystal whose energy is a polynomial are its coefficients', () => {
  it.each(CRYSTALS)('second order, %s', (name, dim) => {
    const { cells, symmetry, constants } = modelOf(name, dim);
    const { count } = cells.supercell;
    for (const options of [{}, { opposites: 'always' as const }, { diagonal: false, distance: 0.03 }]) {
      const set = withForces(harmonicDisplacements(symmetry, options), constants);
      const full = harmonicForceConstants(symmetry, set, fullRows(count));
      expect(difference(full.values, constants.harmonic)).toBeLessThan(HARMONIC);
      const layout = compactRows(cells, symmetry.translations);
      const compact = harmonicForceConstants(symmetry, set, layout);
      expect(compact.values.length).toBe(9 * count * cells.primitive.count);
      expect(difference(compact.values, selectRows(full, layout.rows).values)).toBeLessThan(HARMONIC);
      expect(difference(expandHarmonic(compact, layout).values, full.values)).toBeLessThan(HARMONIC);
    }
  });

  it.each(CRYSTALS)('third order, %s', (name, dim) => {
    const { cells, symmetry, constants } = modelOf(name, dim);
    const { count } = cells.supercell;
    const set = withForcesOfPairs(pairDisplacements(symmetry), constants);
    const full = cubicForceConstants(symmetry, set, fullRows(count));
    expect(difference(full.harmonic.values, constants.harmonic)).toBeLessThan(HARMONIC);
    expect(difference(full.cubic.values, constants.cubic)).toBeLessThan(CUBIC);
    const layout = compactRows(cells, symmetry.translations);
    const { harmonic, cubic } = cubicForceConstants(symmetry, set, layout);
    expect(difference(harmonic.values, selectRows(full.harmonic, layout.rows).values)).toBeLessThan(HARMONIC);
    expect(difference(cubic.values, selectRows(full.cubic, layout.rows).values)).toBeLessThan(CUBIC);
    expect(difference(expandCubic(cubic, layout).values, full.cubic.values)).toBeLessThan(CUBIC);
  });

  it('without symmetry, and with shifts alone', () => {
    const { cells, symmetry, constants } = modelOf('rocksalt', [2, 1, 1]);
    const { supercell } = cells;
    for (const less of [shiftsAlone(supercell), shiftsAlone(supercell, symmetry.translations)]) {
      const set = withForcesOfPairs(pairDisplacements(less), constants);
      const { harmonic, cubic } = cubicForceConstants(less, set, fullRows(supercell.count));
      expect(difference(harmonic.values, constants.harmonic)).toBeLessThan(HARMONIC);
      expect(difference(cubic.values, constants.cubic)).toBeLessThan(CUBIC);
    }
  });

  it('with more displacements than are needed, of other atoms and lengths too', () => {
    const { cells, symmetry, constants } = modelOf('quartz', [1, 1, 1]);
    const least = harmonicDisplacements(symmetry);
    const entries = [0.01, 0.02, 0.05].flatMap((distance) =>
      harmonicDisplacements(shiftsAlone(cells.supercell), { distance }).entries.slice(6),
    );
    const set = withForces({ ...least, entries: [...entries, ...least.entries] }, constants);
    const fc = harmonicForceConstants(symmetry, set, fullRows(cells.supercell.count));
    expect(difference(fc.values, constants.harmonic)).toBeLessThan(HARMONIC);
  });
});

describe('force constants of inexact forces', () => {
  it.each(CRYSTALS)('have the symmetry of the crystal, %s', (name, dim) => {
    const { cells, symmetry, constants } = modelOf(name, dim);
    const { count: n, cell } = cells.supercell;
    const set = withForcesOfPairs(pairDisplacements(symmetry), constants, noise(0.1));
    const { harmonic, cubic } = cubicForceConstants(symmetry, set, fullRows(n));
    // The noise is not lost: what is tested is more than the polynomial's own symmetry.
    expect(difference(cubic.values, constants.cubic)).toBeGreaterThan(1e-3);
    symmetry.operations.forEach(({ rotation }, o) => {
      const r = cartesianRotation(rotation, cell);
      const moves = symmetry.permutations[o];
      const [turned2, turned3] = turned(harmonic.values, cubic.values, r, moves);
      expect(difference(turned2, harmonic.values)).toBeLessThan(HARMONIC);
      expect(difference(turned3, cubic.values)).toBeLessThan(CUBIC);
    });
  });
});

/** Both orders moved along by an operation, one component after the other. */
function turned(
  harmonic: Float64Array,
  cubic: Float64Array,
  r: Float64Array,
  moves: Int32Array,
): [Float64Array, Float64Array] {
  const n = moves.length;
  const out2 = new Float64Array(harmonic.length);
  const out3 = new Float64Array(cubic.length);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const to = 9 * (n * moves[i] + moves[j]);
      for (let a = 0; a < 9; a++) {
        const row = 3 * Math.floor(a / 3);
        const column = 3 * (a % 3);
        for (let b = 0; b < 9; b++) {
          out2[to + a] += r[row + Math.floor(b / 3)] * r[column + (b % 3)] * harmonic[9 * (n * i + j) + b];
        }
      }
      for (let k = 0; k < n; k++) {
        const from = cubic.subarray(27 * (n * (n * i + j) + k));
        const at = 27 * (n * (n * moves[i] + moves[j]) + moves[k]);
        // One axis after the other.
        let tensor = Array.from(from.subarray(0, 27));
        for (const stride of [9, 3, 1]) {
          tensor = tensor.map((_, e) => {
            const axis = Math.floor(e / stride) % 3;
            const base = e - axis * stride;
            return [0, 1, 2].reduce((sum, x) => sum + r[3 * axis + x] * tensor[base + x * stride], 0);
          });
        }
        out3.set(tensor, at);
      }
    }
  }
  return [out2, out3];
}

describe('a cutoff of pairs', () => {
  it('changes nothing where no force reaches so far, save that orders of indices are averaged', () => {
    const { cells, symmetry, constants } = modelOf('diamond', [2, 1, 1], 3);
    const layout = compactRows(cells, symmetry.translations);
    const all = cubicForceConstants(
      symmetry,
      withForcesOfPairs(pairDisplacements(symmetry), constants),
      layout,
    );
    const set = withForcesOfPairs(pairDisplacements(symmetry, { cutoff: 3.1 }), constants);
    const seconds = set.entries.flatMap(({ second }) => second);
    expect(seconds.filter(({ included }) => included).length).toBeLessThan(seconds.length);
    const cut = cubicForceConstants(symmetry, set, layout);
    averagePermutations(all.cubic, layout, () => 1);
    expect(difference(cut.cubic.values, all.cubic.values)).toBeLessThan(CUBIC);
    expect(difference(cut.harmonic.values, all.harmonic.values)).toBeLessThan(HARMONIC);
  });

  it.each([1, 3, 4])('of %s A leaves zero what no known pair tells, and nothing else', (cutoff) => {
    const { cells, symmetry, constants } = modelOf('diamond', [2, 1, 1], 3);
    const { supercell } = cells;
    const n = supercell.count;
    const set = withForcesOfPairs(pairDisplacements(symmetry, { cutoff }), constants, noise(1e-3));
    const { cubic } = cubicForceConstants(symmetry, set, fullRows(n));
    const isNear = Array.from({ length: n }, (_, i) =>
      Array.from(shortestDistances(supercell, i), (distance) => distance < cutoff),
    );
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        for (let k = 0; k < n; k++) {
          // An atom is near itself; what symmetry makes zero there is left aside.
          if (i === j || j === k || i === k) continue;
          const at = 27 * ((i * n + j) * n + k);
          const isZero = cubic.values.subarray(at, at + 27).every((x) => x === 0);
          expect(isZero).toBe(!(isNear[i][j] || isNear[j][k] || isNear[i][k]));
        }
      }
    }
    expect(cubic.values.some((x) => x !== 0)).toBe(true);
  });
});

describe('what is missing or does not belong together is said', () => {
  const { cells, symmetry, constants } = modelOf('quartz', [1, 1, 1]);
  const rows = fullRows(cells.supercell.count);
  const set = withForces(harmonicDisplacements(symmetry), constants);
  const pairs = withForcesOfPairs(pairDisplacements(symmetry), constants);
  const harmonic = (entries: typeof set.entries) => () =>
    harmonicForceConstants(symmetry, { count: set.count, entries }, rows);

  it('second order', () => {
    expect(harmonic([])).toThrow('there are no displacements');
    expect(harmonic(set.entries.map((e) => ({ ...e, forces: undefined })))).toThrow(
      'displacement 1 has no forces',
    );
    expect(harmonic(set.entries.map((e) => ({ ...e, forces: new Float64Array(3) })))).toThrow(
      'displacement 1 has 3 force components, expected 27',
    );
    expect(harmonic(set.entries.map((e) => ({ ...e, atom: 9 })))).toThrow(
      'displacement 1 is of atom 10, but the supercell has 9 atoms',
    );
    expect(harmonic(set.entries.filter(({ atom }) => atom === 0))).toThrow(
      'symmetry takes atom 4 of the supercell to no atom that is displaced',
    );
    expect(harmonic(set.entries.filter(({ atom }, i) => i === 0 || atom !== 0))).toThrow(
      'the displacements of atom 1 and their images by symmetry span 2 of three dimensions',
    );
    expect(() => harmonicForceConstants(symmetry, { ...set, count: 8 }, rows)).toThrow(PhonolinkError);
  });

  it('third order', () => {
    const less = (change: (second: (typeof pairs.entries)[0]['second']) => typeof second) => () =>
      cubicForceConstants(
        symmetry,
        { ...pairs, entries: pairs.entries.map((e) => ({ ...e, second: change(e.second) })) },
        rows,
      );
    expect(less((second) => second.map((s) => ({ ...s, forces: undefined })))).toThrow(
      /^supercell \d+ has no forces/,
    );
    expect(less((second) => second.slice(0, -6))).toThrow(
      /^no second displacement after supercell 1 tells of atom/,
    );
    expect(less((second) => second.slice(2))).toThrow(/span \d of three dimensions$/);
  });

  it('compact rows without shifts', () => {
    const { cells, symmetry } = modelOf('diamond', [1, 1, 1]);
    expect(() => compactRows(cells, shiftsAlone(cells.supercell).translations)).toThrow(
      'no shift takes atom 3 of the supercell to atom 1',
    );
    expect(compactRows(cells, symmetry.translations).rows).toEqual(cells.primitiveToSuper);
  });
});
