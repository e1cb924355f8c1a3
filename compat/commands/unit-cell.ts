import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openText } from '../../formats/io/open.js';
import type { PhonopyFile } from '../../formats/phonopy/file.js';
import { readPhonopyYaml } from '../../formats/phonopy/yaml.js';
import { UsageError } from '../../src/model/errors.js';
import type { Frame } from '../../src/model/frame.js';
import type { Structure } from '../../src/model/structure.js';
import { withPhonopyMasses } from './masses.js';
import { CALCULATORS, type Calculator } from './options.js';
import { isPhonopyYaml, type Session } from './session.js';
import { type Tags, unsuited } from './tags.js';

/** A unit cell as a file has it. */
export interface Unit {
  readonly structure: Structure;
  /** What else a phonopy.yaml held */
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

const YAML_NAMES: Readonly<Record<Session['program'], readonly string[]>> = {
  phonopy: ['phonopy_params.yaml', 'phonopy_disp.yaml', 'phonopy.yaml'],
  phono3py: [
    'phono3py_params.yaml',
    'phono3py_params.yaml.xz',
    'phono3py_disp.yaml',
    'phono3py_disp.yaml.xz',
    'phono3py.yaml',
  ],
};

/** The calculator that an argument or a tag names. @throws UsageError where it is not supported */
export function calculatorOf(tags: Tags): Calculator | undefined {
  return tags.choice('calculator', CALCULATORS);
}

/** @throws UsageError where a calculator's files cannot be written or read */
export function writableCalculator(calculator: string | undefined): Calculator {
  const name = calculator ?? 'vasp';
  const known = CALCULATORS.find((candidate) => candidate === name);
  if (!known)
    throw new UsageError(`files of ${name} are not supported, only those of ${CALCULATORS.join(', ')}`);
  return known;
}

/**
 * The unit cell: of the file that is named, or the calculator's usual one, else from a phonopy.yaml.
 * @throws PhonolinkError where there is none
 */
export async function readUnit(session: Session): Promise<Unit> {
  const { folder, tags, file, program } = session;
  const calculator = calculatorOf(tags);
  const cell = tags.text('cell_filename');
  const yamlName =
    file ?? (cell !== undefined && (await isPhonopyYaml(join(folder, cell))) ? cell : undefined);
  if (yamlName !== undefined) return readYamlUnit(folder, yamlName);
  const structureName = cell ?? DEFAULT_NAMES[calculator ?? 'vasp'];
  const wantsStructure = cell !== undefined || calculator !== undefined || tags.has('dim');
  if (wantsStructure && (cell !== undefined || existsSync(join(folder, structureName)))) {
    return readStructure(folder, structureName, calculator ?? 'vasp');
  }
  const found = YAML_NAMES[program].find((name) => existsSync(join(folder, name)));
  if (found !== undefined) return readYamlUnit(folder, found);
  if (existsSync(join(folder, structureName))) {
    return readStructure(folder, structureName, calculator ?? 'vasp');
  }
  throw unsuited(
    `there is no crystal structure: neither ${structureName} nor ${YAML_NAMES[program].join(', ')} in the folder`,
    `name the structure with -c, or a ${program}.yaml behind the command`,
  );
}

/** A phonopy.yaml or a file of its kind, which may be compressed. */
export async function readYamlFile(folder: string, name: string): Promise<PhonopyFile> {
  const { text } = await openText(join(folder, name));
  return readPhonopyYaml(text).finally(() => text.close());
}

async function readYamlUnit(folder: string, name: string): Promise<Unit> {
  const yaml = await readYamlFile(folder, name);
  const unit = yaml.unitCell ?? yaml.supercell;
  if (!unit) throw unsuited(`"${name}" holds no unit cell`);
  return { structure: unit.structure, yaml, name };
}

async function readStructure(folder: string, name: string, calculator: Calculator): Promise<Unit> {
  // Loaded where it is needed alone: it knows every format.
  const { openStructures } = await import('../../formats/read.js');
  const { frames } = await openStructures(join(folder, name), { from: FORMATS[calculator] });
  const { done, value } = await frames.next();
  await frames.return(undefined);
  if (done) throw unsuited(`"${name}" holds no structure`);
  // Inputs of pw.x say their masses themselves.
  return { structure: calculator === 'qe' ? value.structure : withPhonopyMasses(value.structure), name };
}

/** Files of pseudopotentials by symbol, as an input of pw.x names them. */
export async function pseudopotentialsOf(path: string): Promise<ReadonlyMap<string, string>> {
  const { openStructures } = await import('../../formats/read.js');
  const { frames } = await openStructures(path, { from: 'qe-in' });
  const { value } = await frames.next();
  await frames.return(undefined);
  const info = (value as Frame | undefined)?.info.get('pseudopotentials');
  const out = new Map<string, string>();
  if (info?.kind === 'S' && 'shape' in info) {
    for (let k = 0; k + 1 < info.value.length; k += 2) out.set(info.value[k], info.value[k + 1]);
  }
  return out;
}
