import { describe, expect, it } from 'vitest';
import { buildPhononCells } from '../../../src/lattice/cells.js';
import { expandHarmonic, selectRows } from '../../../src/lattice/force-constants/expand.js';
import { harmonicDrift } from '../../../src/lattice/force-constants/harmonic-rules.js';
import { projectHarmonic } from '../../../src/lattice/force-constants/projection.js';
import { compactRows, fullRows } from '../../../src/lattice/force-constants/rows.js';
import type { ForceConstants } from '../../../src/model/force-constants.js';
import { createStructure } from '../../../src/model/structure.js';
import { findCellSymmetry } from '../../../src/symmetry/cell-symmetry.js';

const CELLS = buildPhononCells(
  createStructure({
    cell: [4, 0, 0, 0, 4, 0, 0, 0, 4],
    positions: Float64Array.of(0, 0, 0, 2, 2, 2),
    symbols: ['Cs', 'Cl'],
  }),
  [2, 2, 1],
);
const COMPACT = compactRows(CELLS, findCellSymmetry(CELLS.supercell).translations);
const { count } = CELLS.supercell;
const FULL = fullRows(count);

/** Numbers of no symmetry but the lattice's. */
function anyConstants(): ForceConstants {
  const values = Float64Array.from({ length: 9 * count * COMPACT.rows.length }, (_, k) =>
    Math.sin(3 * k + 1),
  );
  return { count, rows: COMPACT.rows, values };
}

function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = 0;
  for (let k = 0; k < a.length; k++) most = Math.max(most, Math.abs(a[k] - b[k]));
  return most;
}

// Sums of 8 numbers of about 1: 1e-14.
describe('projected force constants', () => {
  it('obey both rules, and are projected to themselves', () => {
    const fc = anyConstants();
    projectHarmonic(fc, COMPACT);
    for (const drift of harmonicDrift(fc, COMPACT)) expect(Math.abs(drift)).toBeLessThan(1e-14);
    const { values } = expandHarmonic(fc, COMPACT);
    for (let i = 0; i < count; i++)
      for (let j = 0; j < count; j++)
        for (let k = 0; k < 9; k++) {
          const other = values[9 * (j * count + i) + 3 * (k % 3) + Math.floor(k / 3)];
          expect(Math.abs(values[9 * (i * count + j) + k] - other)).toBeLessThan(1e-14);
        }
    const before = fc.values.slice();
    projectHarmonic(fc, COMPACT);
    expect(farthest(fc.values, before)).toBeLessThan(1e-14);
  });

  it('are the nearest: what is taken off is at right angles to all that is allowed', () => {
    const given = expandHarmonic(anyConstants(), COMPACT);
    const near = { ...given, values: given.values.slice() };
    projectHarmonic(near, FULL);
    // Any allowed ones: others, projected.
    const allowed = { ...given, values: given.values.map((_, k) => Math.cos(7 * k)) };
    projectHarmonic(allowed, FULL);
    const product = near.values.reduce((sum, x, k) => sum + (given.values[k] - x) * allowed.values[k], 0);
    expect(Math.abs(product)).toBeLessThan(1e-12);
  });

  it('are the same, compact or full', () => {
    const compact = anyConstants();
    const full = expandHarmonic(compact, COMPACT);
    projectHarmonic(compact, COMPACT);
    projectHarmonic(full, FULL);
    expect(farthest(selectRows(full, COMPACT.rows).values, compact.values)).toBeLessThan(1e-14);
  });
});
