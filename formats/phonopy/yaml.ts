import type { DisplacementSet } from '../../src/model/displacements.js';
import type { ForceConstants } from '../../src/model/force-constants.js';
import type { PolarResponse } from '../../src/model/polar.js';
import type { TextReader } from '../io/text.js';
import { readYaml } from '../io/yaml-file.js';
import type { Yaml } from '../io/yaml-value.js';
import { readCell } from './cell.js';
import type { PhonopyCell, PhonopyFile } from './file.js';
import {
  ANGSTROM_EV,
  CALCULATOR_NAMES,
  calculatorUnits,
  type FileUnits,
  type UnitFactors,
  unitFactors,
  unitValue,
} from './units.js';
import { readAtomDisplacements, readOldSnapshots, readSnapshots } from './yaml-displacements.js';
import { readPairs } from './yaml-pairs.js';

/**
 * Reads phonopy_disp.yaml, phonopy.yaml, phonopy_params.yaml, and phono3py's files of these names, of versions 1.11 to
 * 4; or a cell alone (`lattice` and `points`), as phonopy takes for a unit cell.
 * @throws FormatError, nothing else
 */
export async function readPhonopyYaml(text: TextReader): Promise<PhonopyFile> {
  const root = await readYaml(text);
  const program = root.find('phono3py') ? 'phono3py' : 'phonopy';
  const header = root.find(program);
  if (!header) {
    if (!root.find('lattice'))
      root.fail('neither phonopy, phono3py nor lattice among the keys', 'a file such as phonopy_disp.yaml');
    return { program, units: ANGSTROM_EV, unitCell: readCell(root, 1) };
  }
  const calculator = header.find('calculator')?.text('the name of a calculator').toLowerCase();
  const units = readUnits(root.find('physical_unit'), header, calculator);
  const factors = unitFactors(units);
  const cell = (key: string) => {
    const found = root.find(key);
    return found && readCell(found, factors.length);
  };
  const supercell = cell('supercell');
  const phonon = readPhononCells(root, cell);
  const polar = readPolar(root, header, factors);
  const configuration = header.find('configuration');
  const tolerance = header.find('symmetry_tolerance')?.real('a tolerance');
  const seed = root.find('random_seed') ?? root.find('dataset')?.find('random_seed');
  const frequencyFactor = header.find('frequency_unit_conversion_factor')?.real('a factor to THz');
  const spaceGroup = root.find('space_group');
  const supercellMatrix = root.find('supercell_matrix');
  const primitiveMatrix = root.find('primitive_matrix');
  const sets = readSets(root, { program, supercell, phonon: phonon?.supercell }, factors);
  const forceConstants = root.find('force_constants');
  return withoutGaps({
    program,
    version: header.find('version')?.text('a version'),
    calculator,
    units,
    configuration: configuration && readSettings(configuration),
    frequencyFactor,
    tolerance: tolerance && tolerance * factors.length,
    spaceGroup: spaceGroup && {
      type: spaceGroup.get('type').text('the symbol of a space group'),
      number: spaceGroup.get('number').integer('the number of a space group'),
      hall: spaceGroup.find('Hall_symbol')?.text('a Hall symbol'),
    },
    supercellMatrix: supercellMatrix && readSupercellMatrix(supercellMatrix),
    primitiveMatrix: primitiveMatrix && readMatrix(primitiveMatrix),
    primitive: cell('primitive_cell'),
    unitCell: cell('unit_cell') ?? (root.find('lattice') && readCell(root, factors.length)),
    supercell,
    phonon,
    polar,
    ...sets,
    randomSeed: seed?.integer('the seed of random displacements'),
    forceConstants: forceConstants && readForceConstants(forceConstants, supercell, factors.forceConstants),
  });
}

function readSettings(yaml: Yaml): ReadonlyMap<string, string> {
  if (yaml.kind === 'scalar' && yaml.text('') === '') return new Map();
  const entries = yaml.entries('settings');
  return new Map(
    entries.map(({ key, value }) => [key.text('the name of a setting'), value.text('a setting')]),
  );
}

/** What is not known is not there. */
function withoutGaps(file: PhonopyFile): PhonopyFile {
  return Object.fromEntries(
    Object.entries(file).filter(([, value]) => value !== undefined),
  ) as unknown as PhonopyFile;
}

function readUnits(yaml: Yaml | undefined, header: Yaml, calculator: string | undefined): FileUnits {
  const usual = calculatorUnits(calculator);
  if (!usual)
    return header
      .get('calculator')
      .fail(`the calculator '${calculator}'`, `one of ${CALCULATOR_NAMES.join(', ')}`);
  const named = (key: string, otherwise: string) => {
    const found = yaml?.find(key);
    if (!found) return otherwise;
    const name = found.text('a unit');
    // The length of a length, the force of a force: a name alone cannot tell, but its factor must be known.
    if (unitValue(name) === undefined) found.fail(`the unit '${name}'`, `a unit such as ${otherwise}`);
    return name;
  };
  return {
    length: named('length', usual.length),
    energy: usual.energy,
    force: named('force', usual.force),
    forceConstants: named('force_constants', usual.forceConstants),
  };
}

function readMatrix(yaml: Yaml): Float64Array {
  const values = yaml.rows(3, 'a row of a matrix');
  if (values.length !== 9) yaml.fail(`${values.length / 3} rows`, 'the three rows of a matrix');
  return values;
}

function readSupercellMatrix(yaml: Yaml): Int32Array {
  const values = readMatrix(yaml);
  if (!values.every((x) => Number.isInteger(x) && Math.abs(x) < 1e6))
    yaml.fail(`the matrix ${values.join(' ')}`, 'whole numbers');
  return Int32Array.from(values);
}

function readPhononCells(root: Yaml, cell: (key: string) => PhonopyCell | undefined): PhonopyFile['phonon'] {
  const matrix = root.find('phonon_supercell_matrix');
  const primitive = cell('phonon_primitive_cell');
  const supercell = cell('phonon_supercell');
  // Versions before 2 write the cells of the third order once more, and no matrix.
  if (!matrix) return undefined;
  return {
    supercellMatrix: readSupercellMatrix(matrix),
    ...(primitive && { primitive }),
    ...(supercell && { supercell }),
  };
}

/** Under `nac`; before phonopy 2.18 at the top, and the factor in the header. */
function readPolar(root: Yaml, header: Yaml, factors: UnitFactors): PolarResponse | undefined {
  const at = root.find('nac') ?? root;
  const charges = at.find('born_effective_charge');
  const dielectric = at.find('dielectric_constant');
  if (!charges || !dielectric) return undefined;
  const items = charges.list('Born effective charges');
  const values = new Float64Array(9 * items.length);
  items.forEach((item, i) => {
    values.set(readMatrix(item), 9 * i);
  });
  const factor = (at.find('unit_conversion_factor') ?? header.find('nac_unit_conversion_factor'))?.real(
    'a factor',
  );
  const method = root.find('nac')?.find('method')?.text('Gonze or Wang').toLowerCase();
  if (method !== undefined && method !== 'gonze' && method !== 'wang')
    at.get('method').fail(`'${method}'`, 'Gonze or Wang');
  return {
    dielectric: readMatrix(dielectric),
    charges: values,
    ...(factor !== undefined && { factor: factor * factors.coulomb }),
    ...(method !== undefined && { method: method as 'gonze' | 'wang' }),
  };
}

interface Cells {
  readonly program: PhonopyFile['program'];
  readonly supercell?: PhonopyCell;
  /** phono3py's supercell of the second order */
  readonly phonon?: PhonopyCell;
}

function readSets(
  root: Yaml,
  { program, supercell, phonon }: Cells,
  factors: UnitFactors,
): Pick<PhonopyFile, 'displacements' | 'phononDisplacements'> {
  const set = (prefix: string, cell: PhonopyCell | undefined): DisplacementSet | undefined => {
    const displacements = root.find(`${prefix}displacements`);
    if (displacements) return readAnySet(displacements, cell, factors);
    const dataset = root.find(`${prefix}dataset`);
    return dataset && readSnapshots(dataset, countOf(cell, dataset), factors);
  };
  if (program === 'phonopy') return { displacements: set('', supercell) };
  // Before version 2.2 the second order's displacements had no prefix.
  const unnamed = phonon && !root.find('phonon_displacements') && root.find('displacements');
  const pairs = root.find('displacement_pairs');
  const info = root.find('displacement_pair_info');
  return {
    displacements: pairs
      ? readPairs(pairs, info, countOf(supercell, pairs), factors)
      : unnamed
        ? undefined
        : set('', supercell),
    phononDisplacements: set(unnamed ? '' : 'phonon_', phonon ?? supercell),
  };
}

function readAnySet(yaml: Yaml, cell: PhonopyCell | undefined, factors: UnitFactors): DisplacementSet {
  const [first] = yaml.list('displacements');
  const count = countOf(cell, yaml);
  if (first?.kind === 'list') return readOldSnapshots(yaml, count, factors);
  return readAtomDisplacements(yaml, count, factors);
}

function countOf(cell: PhonopyCell | undefined, at: Yaml): number {
  return (
    cell?.structure.count ?? at.fail('displacements without their supercell', 'the key supercell as well')
  );
}

function readForceConstants(yaml: Yaml, supercell: PhonopyCell | undefined, factor: number): ForceConstants {
  const shape = yaml.get('shape');
  const [rowCount, count] = shape.integers('the number of atoms');
  if (count !== countOf(supercell, yaml) || !(rowCount >= 1 && rowCount <= count))
    shape.fail(`force constants of ${rowCount} times ${count} atoms`, `those of the supercell's atoms`);
  const elements = yaml.get('elements');
  const items = elements.list('matrices');
  if (items.length !== rowCount * count)
    elements.fail(`${items.length} matrices`, `${rowCount} times ${count} of them`);
  const values = new Float64Array(9 * items.length);
  items.forEach((item, i) => {
    const matrix = readMatrix(item);
    for (let c = 0; c < 9; c++) values[9 * i + c] = matrix[c] * factor;
  });
  return { count, rows: rowsOf(yaml, rowCount, supercell as PhonopyCell), values };
}

/** Which atoms the rows belong to: all, or the supercell's atoms that stand for those of the primitive cell. */
function rowsOf(yaml: Yaml, rowCount: number, { structure, reducedTo }: PhonopyCell): Int32Array {
  if (rowCount === structure.count) return Int32Array.from({ length: rowCount }, (_, i) => i);
  const rows = Int32Array.from(new Set(reducedTo)).sort();
  if (rows.length !== rowCount)
    yaml.fail(
      `compact force constants of ${rowCount} atoms`,
      `as many as the supercell's reduced_to tells apart, which are ${rows.length}`,
    );
  return rows;
}
