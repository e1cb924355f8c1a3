import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openText } from '../../formats/io/open.js';
import type { PhonopyFile } from '../../formats/phonopy/file.js';
import {
  calculatorUnits,
  type FileUnits,
  type UnitFactors,
  unitFactors,
} from '../../formats/phonopy/units.js';
import { readPhonopyYaml } from '../../formats/phonopy/yaml.js';
import { openStructures } from '../../formats/read.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import type { PrimitiveChoice } from '../../src/lattice/primitive-matrix.js';
import { shiftSymmetry } from '../../src/lattice/shift-symmetry.js';
import { UsageError } from '../../src/model/errors.js';
import type { PhononCells } from '../../src/model/phonon-cells.js';
import { createStructure, type Structure, symbolsOf } from '../../src/model/structure.js';
import { type CellSymmetry, findCellSymmetry, shiftsAlone } from '../../src/symmetry/cell-symmetry.js';
import { TOLERANCE } from '../../src/symmetry/space-group.js';
import { withPhonopyMasses } from './phonopy-masses.js';
import { CALCULATORS, type Calculator } from './phonopy-options.js';
import { type Tags, unsuited } from './tags.js';

/** Whose defaults hold. */
export type Version = 2 | 3 | 4;

/** Everything that a run begins with. */
export interface Session {
  /** Where files are read and written */
  readonly folder: string;
  readonly tags: Tags;
  readonly version: Version;
  /** Forced to be a phonopy.yaml's: what the user named */
  readonly file?: string;
  readonly say: (line: string) => void;
}

/** The crystal of a run. */
export interface Crystal {
  readonly cells: PhononCells;
  /** Of the supercell and of the primitive cell; shifts alone under --nosym */
  readonly symmetry: CellSymmetry;
  readonly primitiveSymmetry: CellSymmetry;
  readonly calculator?: string;
  readonly units: FileUnits;
  readonly factors: UnitFactors;
  /** What else a phonopy.yaml held, and its name */
  readonly yaml?: PhonopyFile;
  readonly name: string;
}

/** What a calculator's unit cell is called where nobody says. */
export const DEFAULT_NAMES: Readonly<Record<Calculator, string>> = {
  vasp: 'POSCAR',
  qe: 'unitcell.in',
  aims: 'geometry.in',
};
const FORMATS: Readonly<Record<Calculator, string>> = { vasp: 'poscar', qe: 'qe-in', aims: 'aims-in' };

const YAML_NAMES: Readonly<Record<Version, readonly string[]>> = {
  2: ['phonopy_params.yaml', 'phonopy_disp.yaml', 'phonopy.yaml'],
  3: ['phonopy_params.yaml', 'phonopy_disp.yaml', 'phonopy.yaml'],
  4: ['phonopy_params.yaml', 'phonopy_disp.yaml', 'phonopy.yaml'],
};

/** The calculator that an argument or a tag names. @throws UsageError where it is not supported */
export function calculatorOf(tags: Tags): Calculator | undefined {
  return tags.choice('calculator', CALCULATORS);
}

/** Whether a file is a phonopy.yaml, and not a file of settings. */
export async function isPhonopyYaml(path: string): Promise<boolean> {
  const { text, head } = await openText(path);
  await text.close();
  return /^(phonopy|phono3py|lattice|unit_cell|supercell|primitive_cell)\s*:/m.test(head);
}

/**
 * The unit cell, and the cells made of it: from --dim with -c or the calculator's usual file, else from a phonopy.yaml.
 * @throws PhonolinkError where there is neither
 */
export async function openCrystal(session: Session, asUnitCell = false): Promise<Crystal> {
  const { tags, folder, say } = session;
  const asked = calculatorOf(tags);
  const { structure, yaml, name } = await readUnit(session, asked);
  say(`Crystal structure was read from "${name}".`);
  const calculator = yaml?.calculator ?? asked;
  const units = yaml?.units ?? calculatorUnits(calculator)!;
  const factors = unitFactors(units);
  const dim = asUnitCell ? [1, 1, 1] : (yaml?.supercellMatrix ?? dimensionsOf(tags));
  if (!dim) {
    throw unsuited(`"${name}" says no supercell, and there is no --dim`, 'give --dim, such as --dim 2 2 2');
  }
  const tolerance = (tags.real('symmetry_tolerance') ?? TOLERANCE) * factors.length;
  const primitive = primitiveOf(session, yaml);
  let cells = buildPhononCells(named(structure, tags), dim, primitive, tolerance);
  refuseMoments(session, yaml, name);
  const masses = tags.reals('mass');
  if (masses) cells = buildPhononCells(withMasses(cells, masses, tags), dim, primitive, tolerance);
  const isSymmetric = tags.flag('symmetry') !== false;
  return {
    cells,
    symmetry: isSymmetric ? findCellSymmetry(cells.supercell, tolerance) : shiftSymmetry(cells),
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

/** Moments lower the symmetry that phonopy finds, which is not followed: without symmetry there is nothing to go wrong. */
function refuseMoments({ tags }: Session, yaml: PhonopyFile | undefined, name: string): void {
  const isMagnetic = yaml?.unitCell?.moments?.some((moment) => moment !== 0);
  if (isMagnetic && tags.flag('symmetry') !== false)
    throw unsuited(
      `"${name}" has magnetic moments, whose symmetry is not supported by phonolink`,
      '--nosym goes without symmetry',
    );
}

interface Unit {
  readonly structure: Structure;
  readonly yaml?: PhonopyFile;
  readonly name: string;
}

async function readUnit(session: Session, calculator: Calculator | undefined): Promise<Unit> {
  const { folder, tags, version, file } = session;
  const cell = tags.text('cell_filename');
  const yamlName =
    file ?? (cell !== undefined && (await isPhonopyYaml(join(folder, cell))) ? cell : undefined);
  if (yamlName !== undefined) return readYamlUnit(folder, yamlName);
  const structureName = cell ?? DEFAULT_NAMES[calculator ?? 'vasp'];
  const wantsStructure = cell !== undefined || calculator !== undefined || tags.has('dim');
  if (wantsStructure && (cell !== undefined || existsSync(join(folder, structureName)))) {
    return readStructure(folder, structureName, calculator ?? 'vasp');
  }
  const found = YAML_NAMES[version].find((name) => existsSync(join(folder, name)));
  if (found !== undefined) return readYamlUnit(folder, found);
  if (existsSync(join(folder, structureName))) {
    return readStructure(folder, structureName, calculator ?? 'vasp');
  }
  throw unsuited(
    `there is no crystal structure: neither ${structureName} nor ${YAML_NAMES[version].join(', ')} in the folder`,
    'name the structure with -c, or a phonopy.yaml behind the command',
  );
}

async function readYamlUnit(folder: string, name: string): Promise<Unit> {
  const { text } = await openText(join(folder, name));
  try {
    const yaml = await readPhonopyYaml(text);
    const unit = yaml.unitCell ?? yaml.supercell;
    if (!unit) throw unsuited(`"${name}" holds no unit cell`);
    return { structure: unit.structure, yaml, name };
  } finally {
    await text.close();
  }
}

async function readStructure(folder: string, name: string, calculator: Calculator): Promise<Unit> {
  const { frames } = await openStructures(join(folder, name), { from: FORMATS[calculator] });
  const { done, value } = await frames.next();
  await frames.return(undefined);
  if (done) throw unsuited(`"${name}" holds no structure`);
  // Inputs of pw.x say their masses themselves.
  return { structure: calculator === 'qe' ? value.structure : withPhonopyMasses(value.structure), name };
}

function dimensionsOf(tags: Tags): number[] | undefined {
  const dim = tags.integers('dim');
  if (dim && dim.length !== 3 && dim.length !== 9) tags.fail('dim', '3 or 9 whole numbers');
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

/** @throws UsageError where a calculator's files cannot be written or read */
export function writableCalculator(calculator: string | undefined): Calculator {
  const name = calculator ?? 'vasp';
  const known = CALCULATORS.find((candidate) => candidate === name);
  if (!known)
    throw new UsageError(`files of ${name} are not supported, only those of ${CALCULATORS.join(', ')}`);
  return known;
}
