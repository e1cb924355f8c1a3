import { join } from 'node:path';
import type { PhonopyFile } from '../../formats/phonopy/file.js';
import {
  calculatorUnits,
  type FileUnits,
  type UnitFactors,
  unitFactors,
} from '../../formats/phonopy/units.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import type { PrimitiveChoice } from '../../src/lattice/primitive-matrix.js';
import { shiftSymmetry } from '../../src/lattice/shift-symmetry.js';
import type { PhononCells } from '../../src/model/phonon-cells.js';
import { createStructure, type Structure, symbolsOf } from '../../src/model/structure.js';
import { type CellSymmetry, findCellSymmetry, shiftsAlone } from '../../src/symmetry/cell-symmetry.js';
import { TOLERANCE } from '../../src/symmetry/space-group.js';
import { withPhonopyMasses } from './masses.js';
import type { Session } from './session.js';
import { type Tags, unsuited } from './tags.js';
import { calculatorOf, readUnit, type Unit } from './unit-cell.js';

/** The crystal of a run. */
export interface Crystal {
  readonly cells: PhononCells;
  /** Of the supercell and of the primitive cell; none, or shifts alone, under --nosym */
  readonly symmetry: CellSymmetry;
  readonly primitiveSymmetry: CellSymmetry;
  readonly calculator?: string;
  readonly units: FileUnits;
  readonly factors: UnitFactors;
  /** What else a phonopy.yaml held, and its name */
  readonly yaml?: PhonopyFile;
  readonly name: string;
}

/**
 * The unit cell, and the cells made of it: from --dim with -c or the calculator's usual file, else from a phonopy.yaml.
 * @throws PhonolinkError where there is neither
 */
export async function openCrystal(session: Session, asUnitCell = false): Promise<Crystal> {
  const { tags, say } = session;
  const unit = await readUnit(session);
  say(`Crystal structure was read from "${unit.name}".`);
  const dim = asUnitCell ? [1, 1, 1] : (unit.yaml?.supercellMatrix ?? dimensionsOf(tags, 'dim'));
  if (!dim) {
    throw unsuited(
      `"${unit.name}" says no supercell, and there is no --dim`,
      'give --dim, such as --dim 2 2 2',
    );
  }
  return crystalOf(session, unit, dim);
}

/** Moments lower the symmetry that phonopy finds, which is not followed: without symmetry there is nothing to go wrong. */
function refuseMoments({ tags }: Session, yaml: PhonopyFile | undefined, name: string): void {
  const isMagnetic = yaml?.unitCell?.moments?.some((moment) => moment !== 0);
  if (isMagnetic && tags.flag('symmetry') !== false)
    throw unsuited(
      `"${name}" has magnetic moments, whose symmetry is not supported by phonolink`,
      '--nosym goes without symmetry',
    );
}

/**
 * The cells made of a unit cell.
 * @param dim the supercell, 3 or 9 whole numbers
 * @throws PhonolinkError where there are no such cells
 */
export function crystalOf(session: Session, unit: Unit, dim: ArrayLike<number>): Crystal {
  const { tags, folder } = session;
  const { structure, yaml, name } = unit;
  const calculator = yaml?.calculator ?? calculatorOf(tags);
  const units = yaml?.units ?? calculatorUnits(calculator)!;
  const factors = unitFactors(units);
  const tolerance = (tags.real('symmetry_tolerance') ?? TOLERANCE) * factors.length;
  const primitive = primitiveOf(session, yaml);
  let cells = buildPhononCells(named(structure, tags), dim, primitive, tolerance);
  refuseMoments(session, yaml, name);
  const masses = tags.reals('mass');
  if (masses) cells = buildPhononCells(withMasses(cells, masses, tags), dim, primitive, tolerance);
  const isSymmetric = tags.flag('symmetry') !== false;
  return {
    cells,
    symmetry: isSymmetric ? findCellSymmetry(cells.supercell, tolerance) : withoutSymmetry(session, cells),
    primitiveSymmetry: isSymmetric
      ? findCellSymmetry(cells.primitive, tolerance)
      : shiftsAlone(cells.primitive, undefined, tolerance),
    ...(calculator !== undefined && { calculator }),
    units,
    factors,
    ...(yaml && { yaml }),
    name: join(folder, name),
  };
}

/** Under --nosym phonopy knows shifts by primitive lattice vectors, and phono3py not even these. */
function withoutSymmetry({ program }: Session, cells: PhononCells): CellSymmetry {
  return program === 'phonopy'
    ? shiftSymmetry(cells)
    : shiftsAlone(cells.supercell, undefined, cells.tolerance);
}

/** The supercell that a tag says. @throws UsageError where it is none */
export function dimensionsOf(tags: Tags, name: string): number[] | undefined {
  const dim = tags.integers(name);
  if (dim && dim.length !== 3 && dim.length !== 9) tags.fail(name, '3 or 9 whole numbers');
  return dim;
}

/** Whether the path of bands is to be found. */
export function isBandAuto(tags: Tags): boolean {
  return tags.text('band')?.trim().toLowerCase() === 'auto';
}

/** What --pa or the file says; phonopy 4 looks for the primitive cell by itself, 2 and 3 take the unit cell. */
function primitiveOf({ tags, version }: Session, yaml: PhonopyFile | undefined): PrimitiveChoice {
  // The recommended path is one of the primitive cell.
  if (isBandAuto(tags)) return 'auto';
  const tag = tags.has('primitive_axes') ? 'primitive_axes' : 'primitive_axis';
  const text = tags.text(tag)?.trim();
  if (text === undefined) return yaml?.primitiveMatrix ?? (version === 4 ? 'auto' : 'P');
  if (text.toLowerCase() === 'auto') return 'auto';
  if (/^[PFIACR]$/i.test(text)) return text.toUpperCase() as PrimitiveChoice;
  const numbers = tags.reals(tag)!;
  if (numbers.length !== 9) tags.fail(tag, '9 numbers, one of P F I A C R, or auto');
  return numbers;
}

/** ATOM_NAME: what the species are called, in the order in which they occur. */
function named(structure: Structure, tags: Tags): Structure {
  const names = tags.text('atom_name')?.split(/\s+/);
  if (!names) return structure;
  const order = [...new Set(symbolsOf(structure))];
  if (names.length !== order.length)
    tags.fail('atom_name', `${order.length} symbols: ${order.join(', ')} of the structure in this order`);
  const { masses: _, ...rest } = structure;
  const species = structure.species.map((symbol) => names[order.indexOf(symbol)] ?? symbol);
  return withPhonopyMasses(createStructure({ ...rest, species }));
}

/** MASS: of the atoms of the primitive cell. */
function withMasses(cells: PhononCells, masses: readonly number[], tags: Tags): Structure {
  const { unitCell, primitive, superToPrimitive, primitiveToSuper, supercell } = cells;
  if (masses.length !== primitive.count || masses.some((mass) => !(mass > 0)))
    tags.fail('mass', `${primitive.count} masses above 0, one for each atom of the primitive cell`);
  const copies = supercell.count / unitCell.count;
  const own = Float64Array.from(unitCell.kinds, (_, u) => {
    return masses[primitiveToSuper.indexOf(superToPrimitive[u * copies])];
  });
  return createStructure({ ...unitCell, masses: own });
}
