import { volume } from '../../model/cell.js';
import { PhonolinkError } from '../../model/errors.js';
import type { GruneisenModes } from '../../model/phonon-results.js';
import { applyMatrix, overlap, setsOf, toldApart } from './degenerate.js';
import type { DynamicalMatrix } from './dynamical-matrix.js';
import { plainEigen } from './eigen-batch.js';
import { frequencyOf, type ModeOptions } from './modes.js';
import { PHONOPY_UNITS } from './units.js';

export interface GruneisenOptions extends ModeOptions {
  /** What the outer volumes differ by, as a part of the middle one; that of the cells where absent */
  readonly strain?: number;
}

/** eV/A^2/u: eigenvalues nearer to each other are one set; phonopy's number */
const EQUAL = 1e-4;

/**
 * Mode Grueneisen parameters from the dynamical matrices at three volumes, gamma = -V / (2 f^2) <e| dD/dV |e> with the
 * eigenvectors at the middle one; of equal modes those that the change tells apart.
 * @throws PhonolinkError where the three are not of one crystal, or the outer volumes are equal
 */
export function gruneisenParameters(
  middle: DynamicalMatrix,
  larger: DynamicalMatrix,
  smaller: DynamicalMatrix,
  points: ArrayLike<number>,
  { units = PHONOPY_UNITS, eigen = plainEigen, along, vectors = false, strain: given }: GruneisenOptions = {},
): GruneisenModes {
  const { size } = middle;
  if (larger.size !== size || smaller.size !== size) {
    throw new PhonolinkError(
      `the three volumes have ${size / 3}, ${larger.size / 3} and ${smaller.size / 3} atoms in their primitive cells, expected as many in each`,
    );
  }
  const strain = given ?? (volume(larger.cell) - volume(smaller.cell)) / volume(middle.cell);
  if (!(Math.abs(strain) > 1e-10)) {
    throw new PhonolinkError('the two outer volumes are equal: there is no change to take a derivative from');
  }
  const total = points.length / 3;
  const frequencies = new Float64Array(total * size);
  const parameters = new Float64Array(total * size);
  const change = new Float64Array(2 * size * size);
  const other = new Float64Array(2 * size * size);
  const product = new Float64Array(2 * size);
  const eigenvectors = new Float64Array(vectors ? 2 * total * size * size : 0);
  const solver = eigen({ size, vectors: true, batch: 1 });
  try {
    for (let p = 0; p < total; p++) {
      solver.fill(middle, points, p, 1, along);
      solver.solve(1);
      larger.evaluate(points, p, change, 0, along);
      smaller.evaluate(points, p, other, 0, along);
      for (let k = 0; k < change.length; k++) change[k] -= other[k];
      const begins = setsOf(solver.values, 0, size, EQUAL);
      for (let s = 0; s + 1 < begins.length; s++) {
        const [first, end] = [begins[s], begins[s + 1]];
        const set = solver.vectors.slice(2 * first * size, 2 * end * size);
        const told = end - first === 1 ? set : toldApart(set, end - first, change);
        if (vectors) eigenvectors.set(told, 2 * (p * size + first) * size);
        for (let b = first; b < end; b++) {
          applyMatrix(change, told, 2 * (b - first) * size, product);
          const slope = overlap(told, 2 * (b - first) * size, product);
          parameters[p * size + b] = -slope / strain / solver.values[b] / 2;
          frequencies[p * size + b] = frequencyOf(solver.values[b], units);
        }
      }
    }
  } finally {
    solver.release();
  }
  return { points: Float64Array.from(points), frequencies, parameters, ...(vectors && { eigenvectors }) };
}
