import { writeWhole } from '../../formats/io/sink.js';
import type { PotentialFormat } from '../../formats/potential-format.js';
import {
  openPotential,
  POTENTIAL_FORMATS,
  potentialFormatOf,
  readPotential,
} from '../../formats/potentials.js';
import { PhonolinkError, UsageError } from '../model/errors.js';
import { potentialAs } from './model-choice.js';

export interface PotentialConversion {
  read: string;
  written: string;
  potential: string;
}

/** Whether a file is a potential's, not a structure's. */
export async function isPotentialFile(path: string): Promise<boolean> {
  const { format, text } = await openPotential(path);
  await text.close();
  return format !== undefined;
}

/**
 * Rewrites a potential file in another format, or in another dialect of its own ('nep4').
 * @param options.temperature K, for models that take it as an input
 * @param options.species symbols for potentials whose file numbers its species
 * @param options.to the name of a format or dialect; where absent, the name of `output` tells, else the format stays
 * @throws PhonolinkError where the target cannot hold the potential; nothing is written then
 */
export async function convertPotential(
  input: string,
  output: string,
  options: {
    to?: string;
    temperature?: number;
    species?: readonly string[];
    note(sentence: string): void;
  },
): Promise<PotentialConversion> {
  const { format: source, text } = await openPotential(input);
  if (!source) throw new PhonolinkError(`${input}: is no potential file of a known format`);
  const { format, dialect } = options.to
    ? targetNamed(options.to)
    : { format: potentialFormatOf(output, '') ?? source };
  if (!format.write) throw new PhonolinkError(`${format.title} can be read, but not written`);
  const { temperature, species } = options;
  const read = await readPotential(source, text);
  if (species && !read.withSpecies)
    throw new UsageError(`the ${read.name} potential in ${input} names its species`, 'leave --species out');
  let potential = potentialAs(read, { temperature, species });
  if (dialect && format.toDialect) potential = format.toDialect(potential, dialect, options.note);
  await writeWhole(output, format.write(potential));
  return { read: source.name, written: options.to ?? format.name, potential: potential.name };
}

function targetNamed(name: string): { format: PotentialFormat; dialect?: string } {
  for (const format of POTENTIAL_FORMATS) {
    if (format.name === name) return { format };
    if (format.dialects?.includes(name)) return { format, dialect: name };
  }
  const names = POTENTIAL_FORMATS.flatMap((format) => [format.name, ...(format.dialects ?? [])]);
  throw new PhonolinkError(`there is no potential format named '${name}'`, {
    hint: `the formats are ${names.join(', ')}`,
    exitCode: 2,
  });
}
