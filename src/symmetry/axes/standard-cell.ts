import { inverse, product, rowsTimes, transpose } from '../../model/cell.js';
import { createStructure, type Structure } from '../../model/structure.js';
import { equal, IDENTITY, times } from '../integer-matrix.js';
import type { Operation } from '../operation.js';
import { findSpaceGroup, type SpaceGroup, TOLERANCE } from '../space-group.js';
import { wyckoffLetter } from '../wyckoff.js';
import { primitiveRows } from './conventional.js';
import { operationsInHallOrder } from './hall-order.js';
import { standardRows } from './orientation.js';
import { type StandardSetting, standardSetting, wrapLoosely } from './origin.js';

/** A crystal in its standard setting. */
export interface StandardCrystal {
  readonly group: SpaceGroup;
  readonly setting: StandardSetting;
  /**
   * The conventional cell as the International Tables have it, exactly symmetric and turned to its standard place in space
   * (a along x, b in the plane of x and y): spglib's refine_cell. The atoms of a primitive cell come in their order, then
   * again after each shift of the centring.
   */
  readonly structure: Structure;
  /** [n] Wyckoff letters of the atoms of the crystal that was given, of this setting and origin */
  readonly wyckoffs: readonly string[];
}

/**
 * Brings a crystal into its standard setting, with spglib's choice of axes and origin.
 * @param tolerance A
 * @throws PhonolinkError where there is no space group
 */
export function standardise(structure: Structure, tolerance = TOLERANCE): StandardCrystal {
  const group = findSpaceGroup(structure, tolerance);
  const setting = standardSetting(group, structure.cell, tolerance);
  const standing = product(transpose(setting.axes), structure.cell);
  const cell = standardRows(group.number, standing);
  const { atoms, places } = primitiveAtoms(structure, group, tolerance);
  const toStandard = inverse(transpose(standing));
  const operations = operationsInHallOrder(group.hallSymbol);
  const inStandard = places.map((place) =>
    times(toStandard, place).map((x, k) => wrapLoosely(x + setting.origin[k])),
  );
  const kinds = atoms.map((atom) => structure.kinds[atom]);
  const exact = exactPlaces(inStandard, kinds, operations, cell, tolerance);
  const shifts = operations.filter(({ rotation }) => equal(rotation, IDENTITY));
  const all = shifts.flatMap(({ translation }) =>
    exact.flatMap((place) => place.map((x, k) => wrapLoosely(x + translation[k]))),
  );
  const repeated = <T>(of: (atom: number) => T) => shifts.flatMap(() => atoms.map(of));
  const letters = new Map(
    exact.map((place, i) => [
      atoms[i],
      wyckoffLetter(group.hallNumber, operations, place, cell, tolerance) ?? group.wyckoffs[atoms[i]],
    ]),
  );
  return {
    group,
    setting,
    structure: createStructure({
      species: structure.species,
      kinds: Uint16Array.from(repeated((atom) => structure.kinds[atom])),
      masses: Float64Array.from(repeated((atom) => structure.masses[atom])),
      cell,
      positions: rowsTimes(all, cell),
    }),
    wyckoffs: Array.from(group.lattice.representative, (atom) => letters.get(atom)!),
  };
}

/** The atoms of a primitive cell by the first of their copies, and their places, [3] A: the mean of the copies'. */
function primitiveAtoms(
  { positions, cell }: Structure,
  { lattice }: SpaceGroup,
  tolerance: number,
): { atoms: number[]; places: number[][] } {
  const rows = primitiveRows(lattice, cell, tolerance).flat();
  const fractional = rowsTimes(positions, inverse(rows)).map(wrapLoosely);
  const atoms = Array.from(lattice.representative.keys()).filter((i) => lattice.representative[i] === i);
  const places = atoms.map((atom) => {
    const mean = [0, 1, 2].map((k) => {
      const x = fractional[3 * atom + k];
      const apart = lattice.permutations.map((permutation) => {
        const difference = fractional[3 * permutation[atom] + k] - x;
        return difference - Math.round(difference);
      });
      return x + apart.reduce((sum, d) => sum + d, 0) / apart.length;
    });
    return Array.from(rowsTimes(mean, rows));
  });
  return { atoms, places };
}

/**
 * Places moved to where symmetry has them: the first of an orbit by the mean of the operations that leave it where it is
 * (Grosse-Kunstleve and Adams, Acta Cryst. A 58, 60, 2002), the others as its images.
 */
function exactPlaces(
  places: readonly number[][],
  kinds: readonly number[],
  operations: readonly Operation[],
  cell: Float64Array,
  tolerance: number,
): number[][] {
  const exact: number[][] = [];
  const first: number[] = [];
  const image = ({ rotation, translation }: Operation, x: readonly number[]) =>
    times(rotation, x).map((y, k) => y + translation[k]);
  const isAt = (a: readonly number[], b: readonly number[]) => {
    const apart = a.map((x, k) => x - b[k]).map((x) => x - Math.round(x));
    return Math.hypot(...rowsTimes(apart, cell)) < tolerance;
  };
  places.forEach((place, atom) => {
    for (const other of first) {
      if (kinds[other] !== kinds[atom]) continue;
      for (const operation of operations) {
        const moved = image(operation, exact[other]);
        if (!isAt(moved, place)) continue;
        exact.push(moved.map(wrapLoosely));
        return;
      }
    }
    first.push(atom);
    const fixing = operations
      .map((operation) => image(operation, place))
      .filter((moved) => isAt(moved, place));
    exact.push(
      place.map((x, k) => {
        const total = fixing.reduce((sum, moved) => sum + moved[k] - Math.round(moved[k] - x), 0);
        return total / fixing.length;
      }),
    );
  });
  return exact;
}
