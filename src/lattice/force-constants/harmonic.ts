import type { AtomDisplacement } from '../../model/displacements.js';
import { PhonolinkError } from '../../model/errors.js';
import type { ForceConstants } from '../../model/force-constants.js';
import type { CellSymmetry } from '../../symmetry/cell-symmetry.js';
import { siteImages, sourcesOf } from './images.js';
import type { RowLayout } from './rows.js';
import { type Response, solveRow } from './solve.js';
import { rotateBack2 } from './tensors.js';

/** Displacements of single atoms with their forces. */
export interface AtomResponses {
  readonly count: number;
  readonly entries: readonly AtomDisplacement[];
}

/**
 * Second-order force constants from displacements of single atoms, by least squares over each displaced atom's site
 * symmetry, and by the operations for all other atoms: phonopy's finite differences, with no symmetry between indices
 * and no sum rule forced upon them. More displacements than are needed are averaged.
 * @param symmetry of the supercell
 * @param layout which rows to make
 * @throws PhonolinkError where forces are missing or displacements are too few
 */
export function harmonicForceConstants(
  symmetry: CellSymmetry,
  set: AtomResponses,
  layout: RowLayout,
): ForceConstants {
  const { count } = symmetry.structure;
  if (set.count !== count) {
    throw new PhonolinkError(`the displacements are of ${set.count} atoms, but the supercell has ${count}`, {
      hint: 'dim or the structure are not those that the displacements were made with',
    });
  }
  const responses = byAtom(set.entries, count);
  const solved = new Map<number, Float64Array>();
  for (const [atom, list] of responses) {
    const row = new Float64Array(9 * count);
    solveRow(atom, list, siteImages(symmetry, atom), row, 0);
    solved.set(atom, row);
  }
  const values = new Float64Array(9 * count * layout.rows.length);
  sourcesOf(symmetry, layout.rows, [...solved.keys()]).forEach(({ atom, rotation, moves }, row) => {
    const from = solved.get(atom)!;
    const start = 9 * count * row;
    for (let j = 0; j < count; j++) {
      const at = 9 * moves[j];
      if (rotation) rotateBack2(rotation, from, at, values, start + 9 * j);
      else values.set(from.subarray(at, at + 9), start + 9 * j);
    }
  });
  return { count, rows: layout.rows, values };
}

/** Responses of each displaced atom, atoms in the order in which they first occur. */
function byAtom(entries: readonly AtomDisplacement[], count: number): Map<number, Response[]> {
  if (entries.length === 0) throw new PhonolinkError('there are no displacements to make force constants of');
  const out = new Map<number, Response[]>();
  entries.forEach(({ atom, displacement, forces }, index) => {
    const what = `displacement ${index + 1}`;
    if (!(Number.isInteger(atom) && atom >= 0 && atom < count)) {
      throw new PhonolinkError(`${what} is of atom ${atom + 1}, but the supercell has ${count} atoms`);
    }
    const known = requireForces(forces, count, what);
    out.set(atom, [...(out.get(atom) ?? []), { displacement, forces: known }]);
  });
  return out;
}

/** @throws PhonolinkError where there are none, or not three for each atom */
export function requireForces(forces: Float64Array | undefined, count: number, what: string): Float64Array {
  if (!forces) {
    throw new PhonolinkError(`${what} has no forces`, {
      hint: 'force constants need the forces of all displaced supercells',
    });
  }
  if (forces.length !== 3 * count) {
    throw new PhonolinkError(`${what} has ${forces.length} force components, expected ${3 * count}`);
  }
  return forces;
}
