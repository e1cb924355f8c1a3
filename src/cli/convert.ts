import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { STRUCTURE_FORMATS } from '../../formats/registry.js';
import { UsageError } from '../model/errors.js';
import { type ConvertReport, convert } from '../workflows/convert.js';
import { byteAmount, Progress } from './progress.js';
import { textTable } from './table.js';

interface Flags {
  from?: string;
  to?: string;
  index?: string;
  species?: string;
  sort?: boolean;
  wrap?: boolean;
  strict?: boolean;
  json?: boolean;
  quiet?: boolean;
  energyKey?: string;
  forcesKey?: string;
  virialKey?: string;
  stressKey?: string;
  units?: string;
  atomStyle?: string;
}

/** Adds `phonolink convert` to the program. */
export function addConvert(program: Command): void {
  program
    .command('convert')
    .summary('convert structures and trajectories between formats')
    .description(
      'Converts a structure file into another format. Says what was read, what was written, and what the written\n' +
        'format cannot hold. Names ending in .gz are compressed; - is standard input or output.',
    )
    .argument('<IN>', 'the file to read; its format is recognised by name and content')
    .argument(
      '<OUT>',
      'the file to write; a name with %d or %03d makes one file of each frame, numbered from 0',
    )
    .option('--from <FORMAT>', 'format of IN')
    .option('--to <FORMAT>', 'format of OUT')
    .option('--index <SLICE>', 'frames, as in Python: 5, -1 (the last), 0:100:2, -10: (numbered from 0)')
    .option(
      '--species <LIST>',
      'symbols such as Si,O: what numbered species of IN are called (the first is number 1), and the order in which ' +
        'OUT numbers or groups species; every species of IN must be listed',
    )
    .option('--sort', 'sort atoms by species: in the order of --species, else of first appearance')
    .option('--wrap', 'move atoms into the cell along periodic directions')
    .option('--strict', 'fail, and write nothing, where OUT cannot hold something of IN')
    .option('--energy-key <NAME>', 'extxyz: the name of the energy (eV)')
    .option('--forces-key <NAME>', 'extxyz: the name of the forces (eV/A)')
    .option('--virial-key <NAME>', 'extxyz: the name of the virial (eV, positive when compressed)')
    .option('--stress-key <NAME>', 'extxyz: the name of the stress (eV/A^3, positive when stretched)')
    .option('--units <STYLE>', "LAMMPS: the files' units (metal where absent)")
    .option('--atom-style <STYLE>', "LAMMPS data: the file's atom style")
    .option('--quiet', 'print nothing but errors')
    .option('--json', 'print the report as one JSON object on standard output')
    .addHelpText(
      'after',
      `\nFormats: ${STRUCTURE_FORMATS.map(({ name, read, write }) => name + (!write ? ' (read)' : !read ? ' (write)' : '')).join(', ')}\n` +
        '\nExample:\n  phonolink convert vasprun.xml train.xyz\n  phonolink convert run.xyz POSCAR-%03d --index ::10 --sort\n',
    )
    .action((input: string, output: string, flags: Flags) => run(input, output, flags));
}

async function run(input: string, output: string, flags: Flags): Promise<void> {
  if (flags.json && output === '-')
    throw new UsageError('--json and OUT = - both write to standard output', 'name a file for OUT');
  if (output === '-' && !flags.to) throw new UsageError('OUT = - needs --to FORMAT');
  const species = flags.species?.split(',').map((symbol) => symbol.trim());
  if (species?.some((symbol) => symbol === '') || new Set(species).size !== (species?.length ?? 0))
    throw new UsageError(`--species ${flags.species}: expected different symbols between commas`);
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
      from: flags.from,
      to: flags.to,
      index: flags.index,
      species,
      sort: flags.sort,
      wrap: flags.wrap,
      strict: flags.strict,
      labels: {
        ...(flags.energyKey !== undefined && { energy: flags.energyKey }),
        ...(flags.forcesKey !== undefined && { forces: flags.forcesKey }),
        ...(flags.virialKey !== undefined && { virial: flags.virialKey }),
        ...(flags.stressKey !== undefined && { stress: flags.stressKey }),
      },
      units: flags.units,
      atomStyle: flags.atomStyle,
      onProgress: (bytes, frames) => progress.update(bytes, `${frames} frames`),
    });
  } finally {
    progress.end();
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else if (!flags.quiet) process.stderr.write(describe(report));
}

function sizeOf(path: string): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? found.size : undefined;
}

function describe(report: ConvertReport): string {
  const { input, output, frames, framesWritten, atoms } = report;
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
  const files = output.files === 1 ? '' : ` in ${output.files} files`;
  const head =
    `read     ${input.path} (${input.format}): ${count(frames, 'frame')}, ${count(atoms, 'atom')}\n` +
    `written  ${output.path} (${output.format}): ${count(framesWritten, 'frame')}${files}\n`;
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
