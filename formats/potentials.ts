import { FormatError, PhonolinkError } from '../src/model/errors.js';
import type { Potential } from '../src/potentials/potential.js';
import { ACE_LEGACY } from './ace-legacy.js';
import { GPUMD_LJ } from './gpumd-lj.js';
import { GPUMD_TERSOFF } from './gpumd-tersoff.js';
import { bareName } from './io/names.js';
import { openText } from './io/open.js';
import type { TextReader } from './io/text.js';
import { LAMMPS_TERSOFF } from './lammps-tersoff.js';
import { MLIP_MTP } from './mlip/mtp.js';
import { NEP } from './nep.js';
import { PACEMAKER_YAML } from './pacemaker-yaml.js';
import type { PotentialFormat } from './potential-format.js';
import { YACE } from './yace.js';

/** Every potential file format, the more particular first: recognition asks in this order. */
export const POTENTIAL_FORMATS: readonly PotentialFormat[] = [
  NEP,
  YACE,
  PACEMAKER_YAML,
  ACE_LEGACY,
  MLIP_MTP,
  GPUMD_LJ,
  GPUMD_TERSOFF,
  LAMMPS_TERSOFF,
];

/**
 * Reads a potential file of any known format.
 * @throws PhonolinkError where it cannot be read or its format is not recognised, FormatError where it is malformed
 */
export async function loadPotential(path: string): Promise<Potential> {
  const { format, text } = await openPotential(path);
  if (!format) {
    throw new PhonolinkError(`${path}: is no potential file of a known format`, {
      hint: `the formats are ${POTENTIAL_FORMATS.map((candidate) => candidate.title).join(', ')}`,
    });
  }
  return readPotential(format, text);
}

/** Opens a file and tells which potential format it is of, or that it is none. */
export async function openPotential(path: string): Promise<{ format?: PotentialFormat; text: TextReader }> {
  const { text, head } = await openText(path);
  return { format: potentialFormatOf(path, head), text };
}

/** The potential format of a file by its name and first bytes (none for a file to be written). */
export function potentialFormatOf(path: string, head: string): PotentialFormat | undefined {
  const name = bareName(path);
  return POTENTIAL_FORMATS.find((candidate) => candidate.recognises(name, head));
}

/** The potential in an opened file; what the model refuses arrives as a FormatError with file and line too. */
export async function readPotential<P extends Potential>(
  format: PotentialFormat<P>,
  text: TextReader,
): Promise<P> {
  try {
    return await format.read(text);
  } catch (error) {
    if (error instanceof FormatError || !(error instanceof PhonolinkError)) throw error;
    throw new FormatError({
      file: text.file,
      line: text.line,
      found: `a potential that makes no sense (${error.message})`,
      expected: format.title,
      hint: error.hint,
    });
  }
}
