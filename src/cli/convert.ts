import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { POTENTIAL_FORMATS } from '../../formats/potentials.js';
import { STRUCTURE_FORMATS } from '../../formats/registry.js';
import { UsageError } from '../model/errors.js';
import { type ConvertReport, convert } from '../workflows/convert.js';
import { convertPotential, isPotentialFile } from '../workflows/convert-potential.js';
import { parseTemperature } from './model-options.js';
import { byteAmount, Progress } from './progress.js';
import { addReadOptions, type ReadFlags, readOptionsOf, speciesOf } from './read-options.js';
import { textTable } from './table.js';

interface Flags extends ReadFlags {
  to?: string;
  index?: string;
  sort?: boolean;
  wrap?: boolean;
  strict?: boolean;
  rotationFrom?: string;
  temperature?: number;
  json?: boolean;
  quiet?: boolean;
}

/** Adds `phonolink convert` to the program. */
export function addConvert(program: Command): void {
  const command = program
    .command('convert')
    .summary('convert structures and trajectories between formats')
    .description(
      'Converts a structure file into another format. Says what was read, what was written, and what the ' +
        'written format cannot hold. Names ending in .gz are compressed; - is standard input or output.',
    )
    .argument('<IN>', 'the file to read; its format is recognised by name and content')
    .argument(
      '<OUT>',
      'the file to write; a name with %d or %03d makes one file of each frame, numbered from 0',
    )
    .option('--to <FORMAT>', 'format of OUT')
    .option('--index <SLICE>', 'frames, as in Python: 5, -1 (the last), 0:100:2, -10: (numbered from 0)')
    .option('--sort', 'sort atoms by species: in the order of --species, else of first appearance')
    .option('--wrap', 'move atoms into the cell along periodic directions')
    .option(
      '--temperature <K>',
      'potentials that take it as an input: write the one at this',
      parseTemperature,
    )
    .option(
      '--rotation-from <FILE>',
      'IN is of a LAMMPS run that began from FILE, a data file that phonolink wrote: undo the turn that it records',
    )
    .option('--strict', 'fail, and write nothing, where OUT cannot hold something of IN');
  addReadOptions(command);
  command
    .option('--quiet', 'print nothing but errors')
    .option('--json', 'print the report as one JSON object on standard output')
    .addHelpText(
      'after',
      `\nPotentials: ${POTENTIAL_FORMATS.flatMap(({ name, dialects }) => [name, ...(dialects ?? [])]).join(', ')}\n` +
        `\nFormats: ${STRUCTURE_FORMATS.map(({ name, read, write }) => name + (!write ? ' (read)' : !read ? ' (write)' : '')).join(', ')}\n` +
        '\nExample:\n  phonolink convert vasprun.xml train.xyz\n  phonolink convert run.xyz POSCAR-%03d --index ::10 --sort\n  phonolink convert nep5.txt nep.txt --to nep4\n  phonolink convert fitted.mtp SiO.mtp --species Si,O\n',
    )
    .action((input: string, output: string, flags: Flags) => run(input, output, flags));
}

async function run(input: string, output: string, flags: Flags): Promise<void> {
  if (flags.json && output === '-')
    throw new UsageError('--json and OUT = - both write to standard output', 'name a file for OUT');
  if (output === '-' && !flags.to) throw new UsageError('OUT = - needs --to FORMAT');
  // What can be read once only (a pipe) is not opened to see what it is: it holds structures.
  if (sizeOf(input) !== undefined && (await isPotentialFile(input)))
    return runPotential(input, output, flags);
  if (flags.temperature !== undefined)
    throw new UsageError(`--temperature is for potentials, but ${input} holds structures`);
  const progress = new Progress({
    amount: byteAmount,
    total: sizeOf(input),
    quiet: flags.quiet,
  });
  let report: ConvertReport;
  try {
    report = await convert({
      input,
      output,
      ...readOptionsOf(flags),
      from: flags.from,
      to: flags.to,
      index: flags.index,
      sort: flags.sort,
      wrap: flags.wrap,
      strict: flags.strict,
      rotationFrom: flags.rotationFrom,
      onProgress: (bytes, frames) => progress.update(bytes, `${frames} frames`),
    });
  } finally {
    progress.end();
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else if (!flags.quiet) process.stderr.write(describe(report));
}

/** The options that speak of structures. */
const OF_STRUCTURES = ['from', 'index', 'sort', 'wrap', 'rotationFrom'] as const satisfies (keyof Flags)[];

async function runPotential(input: string, output: string, flags: Flags): Promise<void> {
  const odd = OF_STRUCTURES.find((name) => flags[name] !== undefined);
  if (odd)
    throw new UsageError(
      `--${odd === 'rotationFrom' ? 'rotation-from' : odd} is for structures, but ${input} is a potential`,
    );
  const notes: string[] = [];
  const report = await convertPotential(input, output, {
    to: flags.to,
    temperature: flags.temperature,
    species: speciesOf(flags),
    note: (sentence) => notes.push(sentence),
  });
  if (flags.json) process.stdout.write(`${JSON.stringify({ ...report, notes })}\n`);
  else if (!flags.quiet) {
    const lines = [`${report.potential}: ${input} (${report.read}) written as ${output} (${report.written})`];
    process.stderr.write([...lines, ...notes.map((note) => `note: ${note}`), ''].join('\n'));
  }
}

function sizeOf(path: string): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? found.size : undefined;
}

function describe(report: ConvertReport): string {
  const { input, output, frames, atoms } = report;
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
  const files = output.files === 1 ? '' : ` in ${output.files} files`;
  const head =
    `read     ${input.path} (${input.format}): ${count(frames, 'frame')}, ${count(atoms, 'atom')}\n` +
    `written  ${output.path} (${output.format}): ${count(frames, 'frame')}${files}\n`;
  const table = textTable([
    ['quantity', 'per', 'frames', 'written'],
    ...report.quantities.map(({ name, per, frames: n, written }) => [
      name,
      per,
      String(n),
      written ? 'yes' : 'LOST',
    ]),
  ]);
  const lines = [
    ...report.losses.map((loss) => `lost: ${loss}\n`),
    ...report.notes.map((note) => `note: ${note}\n`),
  ];
  return `${head}${table}${lines.join('')}`;
}
