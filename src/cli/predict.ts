import { type Command, Option } from 'commander';
import { parseIpiModel } from '../../compat/ipi/address.js';
import { openStructures } from '../../formats/read.js';
import { readable } from '../plots/parity.js';
import { enginePredictor } from '../workflows/label.js';
import { LabelJournal } from '../workflows/label-journal.js';
import { predictorOf } from '../workflows/predict.js';
import { compared, type PredictReport, predictFiles } from '../workflows/predict-files.js';
import { addDeviceOptions } from './device-options.js';
import { addEngineOptions } from './engine-options.js';
import { addModelOptions } from './model-options.js';
import { MODEL_HELP, type ModelFlags, openModel } from './open-model.js';
import { Progress } from './progress.js';
import { addReadOptions, type ReadFlags, readOptionsOf } from './read-options.js';

export interface PredictFlags extends ModelFlags, ReadFlags {
  output?: string;
  to?: string;
  descriptors?: string;
  plot?: string;
  json?: boolean;
  quiet?: boolean;
}

const EXAMPLE = `
Example:
  phonolink predict nep.txt test.xyz -o predicted.extxyz --plot parity.svg
  phonolink predict ipi:unix:qe structures.xyz -o dft.extxyz     (and: pw.x --ipi qe:UNIX -in pw.in, any number of them)

OUT gets energy (eV), virial (9 numbers, eV, positive when compressed), stress (eV/A^3, positive when stretched) and,
for each atom, forces (eV/A) and energies (eV). Labels of IN are kept as REF_energy, REF_forces, REF_virial and compared.`;

export function addPredict(program: Command): void {
  const command = program
    .command('predict')
    .description('energies, forces and virials of structures; errors where they have labels')
    .argument('<model>', MODEL_HELP)
    .argument('<in>', 'structures in any format')
    .option('-o, --output <file>', 'the structures with their predictions, in input order')
    .addOption(new Option('--to <FORMAT>', 'format of the output, where its name does not tell'))
    .option('--descriptors <file>', 'descriptors as text, a row an atom')
    .option('--plot <file.svg>', 'a parity plot of predictions against labels');
  addModelOptions(command);
  addReadOptions(command);
  addDeviceOptions(command);
  addEngineOptions(command);
  command
    .option('--json', 'one JSON object on standard output')
    .option('--quiet', 'say nothing but errors')
    .addHelpText('after', EXAMPLE)
    .action(runPredict);
}

/** The command's work, with its progress and its table. */
export async function runPredict(name: string, input: string, flags: PredictFlags): Promise<void> {
  const say = (line: string) => {
    if (!flags.quiet && !flags.json) process.stderr.write(`${line}\n`);
  };
  const quiet = flags.quiet || flags.json;
  // Structures may take hours on engines: there a first pass counts them, for the time left.
  const isRemote = parseIpiModel(name) !== undefined;
  const progress = isRemote
    ? new Progress({ amount: structures, total: await countOf(input, flags), quiet })
    : new Progress({ amount: (atoms) => `${Math.round(atoms)} atoms`, quiet });
  const model = await openModel(name, flags, say);
  const notes = new Set<string>();
  try {
    const journal = model.kind === 'engines' ? openJournal(flags.output, say) : undefined;
    const predictor =
      model.kind === 'engines'
        ? enginePredictor(model.server, model.name, journal)
        : predictorOf(model.potential, model.device);
    const report = await predictFiles(
      {
        input,
        output: flags.output,
        from: flags.from,
        to: flags.to,
        descriptors: flags.descriptors,
        plot: flags.plot,
        read: { ...readOptionsOf(flags), note: (sentence) => notes.add(sentence) },
      },
      predictor,
      {
        progress: (frames, atoms) =>
          model.kind === 'engines'
            ? progress.update(frames, engineCount(model.server.engines))
            : progress.update(atoms, `${frames} frames`),
        note: (sentence) => notes.add(sentence),
      },
    );
    progress.end();
    journal?.remove();
    for (const note of notes) say(`note: ${note}`);
    if (flags.json) process.stdout.write(`${JSON.stringify(jsonOf(report, flags, [...notes]))}\n`);
    else if (!flags.quiet)
      (flags.output === '-' ? process.stderr : process.stdout).write(tableOf(report, flags));
  } finally {
    progress.end();
    await model.close();
  }
}

function structures(count: number): string {
  return `${count < 10 && count % 1 !== 0 ? count.toFixed(2) : Math.round(count)} structures`;
}

function engineCount(count: number): string {
  return count === 1 ? '1 engine' : `${count} engines`;
}

/** The number of structures in a file; undefined for a stream, which can be read once only. */
async function countOf(input: string, flags: PredictFlags): Promise<number | undefined> {
  if (input === '-') return undefined;
  const { frames } = await openStructures(input, { ...readOptionsOf(flags), from: flags.from });
  let count = 0;
  for await (const _ of frames) count++;
  return count;
}

/** Results of force engines are kept beside the output until it is whole. */
function openJournal(output: string | undefined, say: (line: string) => void): LabelJournal | undefined {
  if (output === undefined || output === '-') return undefined;
  const journal = new LabelJournal(`${output}.journal.jsonl`);
  say(
    journal.size > 0
      ? `${journal.path} has the labels of ${journal.size} structures: these are not computed again`
      : `labels are kept in ${journal.path} until all are there: the same command goes on after an interruption`,
  );
  return journal;
}

function tableOf(report: PredictReport, flags: PredictFlags): string {
  const { frames, atoms, seconds } = report;
  const lines = [
    `${report.potential}: ${frames} frames, ${atoms} atoms in ${seconds.toFixed(2)} s${flags.output ? `, written to ${flags.output}` : ''}`,
  ];
  const rows = compared(report.comparisons);
  if (rows.length > 0) {
    lines.push('', row(['', 'RMSE', 'MAE', 'max', 'R2', 'unit', 'values']));
    for (const { title, unit, agreement } of rows) {
      const { rmse, mae, worst, r2, count } = agreement;
      const errors = [rmse, mae, worst].map(readable);
      lines.push(row([title, ...errors, Number.isNaN(r2) ? '-' : r2.toFixed(6), unit, String(count)]));
    }
  } else {
    lines.push('no labels to compare with');
  }
  if (flags.plot) lines.push('', `parity plot: ${flags.plot}`);
  return `${lines.join('\n')}\n`;
}

function row(cells: readonly string[]): string {
  return cells.map((cell, k) => (k === 0 ? cell.padEnd(15) : cell.padStart(12))).join('');
}

function jsonOf(report: PredictReport, flags: PredictFlags, notes: string[]) {
  const { comparisons, ...rest } = report;
  const errors = Object.fromEntries(
    Object.entries(comparisons)
      .filter(([, { agreement }]) => agreement.count > 0)
      .map(([key, { unit, agreement }]) => {
        const { rmse, mae, worst, r2, count } = agreement;
        return [key, { rmse, mae, max: worst, r2: Number.isNaN(r2) ? null : r2, unit, values: count }];
      }),
  );
  return { ...rest, output: flags.output ?? null, errors, notes };
}
