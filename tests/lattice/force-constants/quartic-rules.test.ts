import { describe, expect, it } from 'vitest';
import { buildPhononCells } from '../../../src/lattice/cells.js';
import {
  projectQuartic,
  quarticAsymmetry,
  quarticDrift,
} from '../../../src/lattice/force-constants/quartic-rules.js';
import { compactRows, fullRows, type RowLayout } from '../../../src/lattice/force-constants/rows.js';
import { uniform } from '../../../src/math/random.js';
import type { QuarticForceConstants } from '../../../src/model/force-constants.js';
import { findCellSymmetry } from '../../../src/symmetry/cell-symmetry.js';
import { recipe } from '../../helpers/crystals.js';
import { difference } from './helpers.js';

/** Any numbers that a shift of the crystal leaves alone: in compact rows, and the same in full ones. */
function anyNumbers(name: string, dim: number[]) {
  const cells = buildPhononCells(recipe(name), dim);
  const { count } = cells.supercell;
  const layout = compactRows(cells, findCellSymmetry(cells.supercell).translations);
  const next = uniform(3);
  const size = 81 * count ** 3;
  const compact: QuarticForceConstants = {
    count,
    rows: layout.rows,
    values: Float64Array.from({ length: size * layout.rows.length }, () => 2 * next() - 1),
  };
  return { layout, compact, full: expanded(compact, layout) };
}

function expanded({ count: n, values }: QuarticForceConstants, layout: RowLayout): QuarticForceConstants {
  const { rows } = fullRows(n);
  const out = new Float64Array(81 * n ** 4);
  for (let four = 0; four < n ** 4; four++) {
    const [i, j, k, l] = [n ** 3, n ** 2, n, 1].map((step) => Math.floor(four / step) % n);
    const shift = layout.shifts[i];
    const from = ((layout.rowOf[i] * n + shift[j]) * n + shift[k]) * n + shift[l];
    out.set(values.subarray(81 * from, 81 * from + 81), 81 * four);
  }
  return { count: n, rows, values: out };
}

const inner = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i], 0);

describe('sum rules and symmetry between indices of fourth-order force constants', () => {
  // Whole and half periods among the shifts; several atoms of the primitive cell; none to shift.
  it.each([
    ['rocksalt', [1, 1, 1]],
    ['hcp', [2, 1, 1]],
    ['bcc', [3, 1, 1]],
    ['P-1', [1, 1, 1]],
  ] as [string, number[]][])('are imposed, by the least change: %s', (name, dim) => {
    const { layout, compact, full } = anyNumbers(name, dim);
    const all = fullRows(full.count);
    const before = full.values.slice();
    for (const drift of quarticDrift(compact, layout)) expect(Math.abs(drift)).toBeGreaterThan(1);
    expect(quarticAsymmetry(compact, layout)).toBeGreaterThan(0.1);
    // Found in either layout
    expect(quarticAsymmetry(compact, layout)).toBeCloseTo(quarticAsymmetry(full, all), 14);
    projectQuartic(compact, layout);
    projectQuartic(full, all);
    // Sums of some ten numbers of size 1
    for (const drift of [...quarticDrift(compact, layout), ...quarticDrift(full, all)])
      expect(Math.abs(drift)).toBeLessThan(1e-12);
    expect(quarticAsymmetry(compact, layout)).toBeLessThan(1e-13);
    expect(quarticAsymmetry(full, all)).toBeLessThan(1e-13);
    expect(difference(expanded(compact, layout).values, full.values)).toBeLessThan(1e-13);
    // An orthogonal projection: what was taken away has nothing in common with what is left, and nothing more goes.
    const left = inner(full.values, full.values);
    expect(left).toBeGreaterThan(0);
    expect(Math.abs(inner(before, full.values) / left - 1)).toBeLessThan(1e-12);
    const again = { ...full, values: full.values.slice() };
    projectQuartic(again, all);
    expect(difference(again.values, full.values)).toBeLessThan(1e-14);
  });
});
