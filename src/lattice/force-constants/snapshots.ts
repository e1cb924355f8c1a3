import type { DisplacementSet } from '../../model/displacements.js';
import { PhonolinkError } from '../../model/errors.js';
import type { ForceConstants } from '../../model/force-constants.js';
import type { CellSymmetry } from '../../symmetry/cell-symmetry.js';
import { requireForces } from './harmonic.js';
import { solvePositive } from './normal-equations.js';
import { type PairBasis, pairBasis } from './pair-basis.js';
import type { RowLayout } from './rows.js';
import { freeParameters } from './sum-rule.js';

/**
 * Second-order force constants that fit the forces of displaced supercells best, of all those that have the symmetry of
 * the crystal, the symmetry between indices and obey the acoustic sum rule. Any displacements will do that determine
 * them: random ones of all atoms at once, or of single atoms. The same least squares as symfc's (Seko and Togo, Phys.
 * Rev. B 110, 214302, 2024).
 * @throws PhonolinkError where forces are missing or do not determine the force constants
 */
export function fitHarmonic(symmetry: CellSymmetry, set: DisplacementSet, layout: RowLayout): ForceConstants {
  const { count } = symmetry.structure;
  if (set.count !== count) {
    throw new PhonolinkError(`the displacements are of ${set.count} atoms, but the supercell has ${count}`, {
      hint: 'dim or the structure are not those that the displacements were made with',
    });
  }
  const basis = pairBasis(symmetry);
  const free = freeParameters(basis);
  const size = free.count;
  const matrix = new Float64Array(size * size);
  const right = new Float64Array(size);
  const design = new Float64Array(3 * count * basis.parameters);
  const reduced = new Float64Array(3 * count * size);
  snapshotsOf(set).forEach(({ displacements, forces }, index) => {
    const known = requireForces(forces, count, `displacement ${index + 1}`);
    fillDesign(basis, displacements, design);
    free.reduce(design, reduced);
    for (let r = 0; r < 3 * count; r++) {
      const row = reduced.subarray(r * size, (r + 1) * size);
      for (let p = 0; p < size; p++) {
        const value = row[p];
        if (value === 0) continue;
        right[p] += value * known[r];
        for (let q = 0; q <= p; q++) matrix[p * size + q] += value * row[q];
      }
    }
  });
  if (!solvePositive(matrix, right)) {
    const { length } = set.entries;
    throw new PhonolinkError(
      `${length} displaced supercell${length === 1 ? ' does' : 's do'} not determine the ${size} independent force constants`,
      { hint: 'add displaced supercells with their forces' },
    );
  }
  return expand(basis, free.expand(right), layout);
}

function snapshotsOf(
  set: DisplacementSet,
): readonly { displacements: Float64Array; forces?: Float64Array }[] {
  if (set.kind === 'snapshots') return set.entries;
  return set.entries.map(({ atom, displacement, forces }) => {
    const displacements = new Float64Array(3 * set.count);
    displacements.set(displacement, 3 * atom);
    return { displacements, forces };
  });
}

/** [3n][parameters] the forces that each parameter causes. */
function fillDesign(basis: PairBasis, displacements: Float64Array, design: Float64Array): void {
  const { count, parameters, rowOf, shifts, starts, columns, tensors } = basis;
  design.fill(0);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      const [x, y, z] = [displacements[3 * j], displacements[3 * j + 1], displacements[3 * j + 2]];
      if (x === 0 && y === 0 && z === 0) continue;
      const pair = rowOf[i] * count + shifts[i][j];
      for (let term = starts[pair]; term < starts[pair + 1]; term++) {
        const at = 9 * term;
        const to = 3 * i * parameters + columns[term];
        design[to] -= tensors[at] * x + tensors[at + 1] * y + tensors[at + 2] * z;
        design[to + parameters] -= tensors[at + 3] * x + tensors[at + 4] * y + tensors[at + 5] * z;
        design[to + 2 * parameters] -= tensors[at + 6] * x + tensors[at + 7] * y + tensors[at + 8] * z;
      }
    }
  }
}

function expand(basis: PairBasis, parameters: Float64Array, layout: RowLayout): ForceConstants {
  const { count, rowOf, shifts, starts, columns, tensors } = basis;
  const values = new Float64Array(9 * count * layout.rows.length);
  layout.rows.forEach((i, row) => {
    for (let j = 0; j < count; j++) {
      const pair = rowOf[i] * count + shifts[i][j];
      const to = 9 * (row * count + j);
      for (let term = starts[pair]; term < starts[pair + 1]; term++) {
        for (let c = 0; c < 9; c++) values[to + c] += parameters[columns[term]] * tensors[9 * term + c];
      }
    }
  });
  return { count, rows: layout.rows, values };
}
