import { inverse, product, rowsTimes, transpose } from '../model/cell.js';
import { PhonolinkError } from '../model/errors.js';
import type { Structure } from '../model/structure.js';
import type { Centring } from './centring.js';
import { wholeNumbers } from './integer-matrix.js';
import { analyse, askMoyo, rowMajor } from './moyo.js';
import { type Operation, wrap } from './operation.js';
import { type PrimitiveLattice, primitiveLattice } from './primitive-lattice.js';

/** A, within which positions are the same: phonopy's symprec */
export const TOLERANCE = 1e-5;

/** The standard (conventional) cell that moyo makes of a structure, in the orientation of the International Tables. */
export interface StandardCell {
  /** [9] A, rows */
  readonly cell: Float64Array;
  /** [3m] fractional */
  readonly fractional: Float64Array;
  /** [m] index into the structure's species */
  readonly kinds: Uint16Array;
}

/** What is known of the space group of a structure. */
export interface SpaceGroup {
  /** 1 to 230 */
  readonly number: number;
  /** 1 to 530, spglib's number of the setting */
  readonly hallNumber: number;
  /** Hermann and Mauguin's short symbol, such as 'Fm-3m' */
  readonly symbol: string;
  /** As spglib writes it: moyo has = for the axis " */
  readonly hallSymbol: string;
  /** such as 'm-3m' */
  readonly pointGroup: string;
  /** P A B C I R F, of the standard cell */
  readonly centring: Centring;
  /** The structure's smallest lattice */
  readonly lattice: PrimitiveLattice;
  /** One for each point operation, in fractions of `lattice.cell` */
  readonly operations: readonly Operation[];
  /** [n] Wyckoff letters of the structure's atoms */
  readonly wyckoffs: readonly string[];
  /** [n] symbols of the atoms' site symmetries, such as '.-3m' */
  readonly siteSymbols: readonly string[];
  readonly standard: StandardCell;
  /** [9] L: columns of the standard cell, rotated back, = columns of `lattice.cell` times L */
  readonly standardFromLattice: Float64Array;
}

/**
 * Space group of a structure. moyo sees the primitive cell only, so the size of the structure costs little.
 * @param tolerance A
 * @throws PhonolinkError where there is none: no crystal, overlapping atoms, positions inexact at that tolerance
 */
export function findSpaceGroup(structure: Structure, tolerance = TOLERANCE): SpaceGroup {
  let within = tolerance;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = groupWithin(structure, within);
    if (found) return found;
    within *= REDUCTION;
  }
  throw new PhonolinkError(`no space group is found within ${tolerance} A`, {
    hint: 'atoms may overlap, or positions are inexact at the size of the tolerance: symmetrise them or choose another',
  });
}

/** What agrees within a tolerance need not be a group; as spglib does, the tolerance is then lowered until it is. */
const ATTEMPTS = 100;
const REDUCTION = 0.95;

function groupWithin(structure: Structure, tolerance: number): SpaceGroup | undefined {
  const lattice = primitiveLattice(structure, tolerance);
  if (!lattice) return undefined;
  const { representative } = lattice;
  const atoms = Array.from(representative.keys()).filter((i) => representative[i] === i);
  const fractional = rowsTimes(structure.positions, inverse(lattice.cell));
  const found = analyse(
    lattice.cell,
    atoms.flatMap((i) => [0, 1, 2].map((k) => fractional[3 * i + k])),
    atoms.map((i) => structure.kinds[i]),
    tolerance,
  );
  // A rotation that occurs twice comes with a shift that `lattice` does not know.
  const rotations = new Set(found?.operations.map(({ rotation }) => rotation.join()));
  if (!found || rotations.size < found.operations.length) return undefined;
  const [setting, type] = askMoyo((moyo) => [
    moyo.hall_symbol_entry(found.hall_number),
    moyo.space_group_type(found.number),
  ]);
  const numberOf = new Map(atoms.map((atom, number) => [atom, number]));
  const spread = (values: readonly string[]) =>
    Array.from(representative, (atom) => values[numberOf.get(atom)!]);
  return {
    number: found.number,
    hallNumber: found.hall_number,
    symbol: setting.hm_short.replaceAll(' ', ''),
    hallSymbol: setting.hall_symbol.replaceAll('=', '"'),
    pointGroup: type.geometric_crystal_class,
    centring: setting.centering,
    lattice,
    operations: found.operations.map(({ rotation, translation }) => ({
      rotation: Int32Array.from(rowMajor(rotation)),
      translation: Float64Array.from(translation, wrap),
    })),
    wyckoffs: spread(found.wyckoffs),
    siteSymbols: spread(found.site_symmetry_symbols),
    standard: {
      cell: Float64Array.from(found.std_cell.lattice.basis),
      fractional: Float64Array.from(found.std_cell.positions.flat(), wrap),
      kinds: Uint16Array.from(found.std_cell.numbers, (n) => n - 1),
    },
    standardFromLattice: Float64Array.from(rowMajor(found.std_linear)),
  };
}

/**
 * The space group's operations in fractions of another cell of the same crystal, one for each point operation that
 * maps that cell's lattice onto itself.
 * @param cell [9] A, rows; a supercell of the group's lattice
 */
export function operationsIn(group: SpaceGroup, cell: ArrayLike<number>): Operation[] {
  // Columns: x = T x', with the primitive fractions x and those of the cell x'.
  const multiple = product(cell, inverse(group.lattice.cell));
  const rows = inverse(multiple);
  return group.operations.flatMap(({ rotation, translation }) => {
    const moved = product(product(transpose(rows), rotation), transpose(multiple));
    const whole = wholeNumbers(moved, 1e-3);
    if (!whole) return [];
    return [{ rotation: whole, translation: Float64Array.from(rowsTimes(translation, rows), wrap) }];
  });
}
