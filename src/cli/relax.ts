import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseCellFreedom } from '../dynamics/strain-space.js';
import { stepsLeft } from '../math/decay.js';
import { MINIMIZERS, type MinimizerName } from '../math/minimize/methods.js';
import { PhonolinkError, UsageError } from '../model/errors.js';
import { GIGAPASCAL } from '../model/units.js';
import { readable } from '../plots/parity.js';
import { type RelaxReport, relaxFiles } from '../workflows/relax.js';
import {
  type FoundGroup,
  RELAX_TOLERANCE,
  type RelaxedFrame,
  type RestReport,
} from '../workflows/relax-frame.js';
import { addDeviceOptions } from './device-options.js';
import { addEngineOptions } from './engine-options.js';
import { addModelOptions } from './model-options.js';
import { forcesOf, identityOf, MODEL_HELP, type ModelFlags, openModel } from './open-model.js';
import { duration, Progress } from './progress.js';
import { addReadOptions, type ReadFlags, readOptionsOf } from './read-options.js';
import { stopOnSignal } from './stop-on-signal.js';
import { textTable } from './table.js';

interface Flags extends ModelFlags, ReadFlags {
  output: string;
  to?: string;
  index?: string;
  cell?: string | true;
  pressure?: number;
  fmax: number;
  smax: number;
  maxSteps: number;
  method: MinimizerName;
  keepSymmetry?: boolean;
  tolerance: number;
  trajectory?: string;
  plot?: string;
  json?: boolean;
  quiet?: boolean;
}

const EXAMPLE = `
Examples:
  phonolink relax nep.txt POSCAR -o CONTCAR --cell --keep-symmetry
  phonolink relax nep.txt slab.xyz -o relaxed.xyz --cell xx,yy,xy         (the vacuum stays)
  phonolink relax nep.txt in.xyz -o out.xyz --cell --pressure 10 --trajectory steps.xyz --plot rest.svg
  phonolink relax ipi:unix:qe in.xyz -o out.xyz                           (and: pw.x --ipi qe:UNIX -in pw.in)

Atoms that IN holds in place (selective dynamics, if_pos, move_mask, constrain_relaxation) stay. OUT gets the labels that
predict writes. Exit code 3 where a structure does not come to rest: OUT then has its last step. Ctrl-C writes the last
step too (exit code 130); relaxing OUT goes on from there. After a crash or a kill the same command goes on where it ended.`;

export function addRelax(program: Command): void {
  const command = program
    .command('relax')
    .description('moves atoms, and with --cell the cell, to rest')
    .argument('<model>', MODEL_HELP)
    .argument('<in>', 'structures in any format, relaxed one by one')
    .requiredOption('-o, --output <file>', 'the relaxed structures; a name with %d makes one file of each')
    .addOption(new Option('--to <FORMAT>', 'format of OUT, where its name does not tell'))
    .option('--index <SLICE>', 'frames of IN, as in Python: 5, -1 (the last), 0:100:2 (numbered from 0)')
    .option(
      '--cell [how]',
      'relax the cell too: full (the default), volume (its shape stays), shape (its volume stays), axes (xx,yy,zz), or ' +
        'strains of xx,yy,zz,yz,xz,xy between commas',
    )
    .option('--pressure <GPa>', 'with --cell: the pressure to relax to (default: 0)', parseNumber)
    .option('--fmax <eV/A>', 'the largest force on an atom that is left', parsePositive, 1e-5)
    .option(
      '--smax <GPa>',
      'with --cell: the largest stress beyond the pressure that is left',
      parsePositive,
      1e-4,
    )
    .option('--max-steps <count>', 'evaluations of the forces of a structure at most', parseCount, 2000)
    .addOption(
      new Option('--method <name>', 'L-BFGS preconditioned with springs, or FIRE: slow, and hard to mislead')
        .choices(Object.keys(MINIMIZERS))
        .default('lbfgs'),
    )
    .option('--keep-symmetry', 'make the start exactly symmetric, and keep its space group')
    .option('--tolerance <A>', 'of the space group', parsePositive, RELAX_TOLERANCE)
    .option('--trajectory <file>', 'every step, as extended XYZ')
    .option('--plot <file.svg>', 'forces, stress and energy as they come to rest');
  addModelOptions(command);
  addReadOptions(command);
  addDeviceOptions(command);
  addEngineOptions(command);
  command
    .option('--json', 'one JSON object on standard output')
    .option('--quiet', 'say nothing but errors')
    .addHelpText('after', EXAMPLE)
    .action(runRelax);
}

function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('expected a number.');
  return value;
}

function parsePositive(text: string): number {
  const value = parseNumber(text);
  if (!(value > 0)) throw new InvalidArgumentError('expected a positive number.');
  return value;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('expected a count of 1 or more.');
  return count;
}

async function runRelax(name: string, input: string, flags: Flags): Promise<void> {
  const { output, pressure, fmax } = flags;
  const smax = flags.smax * GIGAPASCAL;
  const cell =
    flags.cell === undefined ? undefined : parseCellFreedom(flags.cell === true ? 'full' : flags.cell);
  if (pressure !== undefined && cell === undefined)
    throw new UsageError('--pressure acts on the cell, which stays as it is', 'give --cell too');
  if (output === '-' && flags.to === undefined) throw new UsageError('-o - needs --to FORMAT');
  if (output === '-' && flags.json)
    throw new UsageError('--json and -o - both write to standard output', 'name a file for the output');
  const quiet = flags.quiet || flags.json;
  const say = (line: string) => {
    if (!quiet) process.stderr.write(`${line}\n`);
  };
  const progress = new RelaxProgress(fmax, cell === undefined ? Infinity : smax, quiet);
  const notes = new Set<string>();
  const model = await openModel(name, flags, say);
  const stopping = stopOnSignal();
  try {
    const plan = {
      ...{ input, output, from: flags.from, to: flags.to, index: flags.index },
      ...{ model: identityOf(name, model, flags), isRemote: model.kind === 'engines' },
      ...{ cell, fmax, smax, maxSteps: flags.maxSteps, method: flags.method },
      ...{ keepSymmetry: flags.keepSymmetry, tolerance: flags.tolerance },
      ...{ trajectory: flags.trajectory, plot: flags.plot, signal: stopping.signal },
      pressure: pressure === undefined ? undefined : pressure * GIGAPASCAL,
      read: { ...readOptionsOf(flags), note: (sentence: string) => void notes.add(sentence) },
    };
    const heap = model.kind === 'potential' && model.device.kind === 'cpu' ? model.device : undefined;
    const report = await relaxFiles(
      plan,
      forcesOf(model),
      { note: (sentence) => void notes.add(sentence), step: (...args) => progress.step(...args) },
      heap,
    );
    progress.end();
    for (const sentence of remarksOf(report)) notes.add(sentence);
    for (const note of notes) say(`note: ${note}`);
    if (flags.json) process.stdout.write(`${JSON.stringify(jsonOf(report, flags, [...notes]))}\n`);
    else if (!flags.quiet) (output === '-' ? process.stderr : process.stdout).write(tableOf(report, flags));
    failUnlessAtRest(report, output, stopping.signal.aborted);
  } finally {
    progress.end();
    stopping.release();
    await model.close();
  }
}

/** The line that says how far the structure under way is from rest, and how long it may take. */
class RelaxProgress {
  readonly #line: Progress;
  #frame = -1;
  #begin = 0;
  #steps = 0;
  #unrest: number[] = [];

  constructor(
    private readonly fmax: number,
    private readonly smax: number,
    quiet: boolean | undefined,
  ) {
    this.#line = new Progress({ amount: (steps) => `${Math.round(steps)} steps`, quiet });
  }

  step(
    now: { step: number; enthalpy: number; fmax: number; smax: number; pressure: number },
    frame: number,
    frames: number,
  ): void {
    if (frame !== this.#frame) {
      this.#frame = frame;
      this.#begin = performance.now();
      this.#unrest = [];
    }
    this.#unrest.push(Math.max(now.fmax / this.fmax, now.smax / this.smax));
    const left = stepsLeft(this.#unrest);
    const each = (performance.now() - this.#begin) / 1000 / Math.max(1, now.step);
    const parts = [
      ...(frames > 1 ? [`structure ${frame + 1} of ${frames}`] : []),
      `step ${now.step}`,
      `${now.enthalpy.toFixed(6)} eV`,
      `fmax ${readable(now.fmax)} eV/A`,
      ...(Number.isFinite(now.pressure) ? [`${readable(now.pressure / GIGAPASCAL)} GPa`] : []),
      ...(left === undefined ? [] : [`about ${duration(left * each)} left`]),
    ];
    this.#line.update(++this.#steps, parts.join(', '));
  }

  end(): void {
    this.#line.end();
  }
}

const ENDS: { readonly [end in RelaxedFrame['end']]: string } = {
  converged: 'at rest',
  steps: 'OUT OF STEPS',
  stopped: 'INTERRUPTED',
  stuck: 'STUCK',
  unbounded: 'UNBOUNDED',
};

function tableOf(
  { model, frames, tolerance }: RelaxReport,
  { output, cell, plot, trajectory }: Flags,
): string {
  const steps = frames.reduce((sum, { evaluations }) => sum + evaluations, 0);
  const seconds = frames.reduce((sum, frame) => sum + frame.seconds, 0);
  const head = [
    ...['frame', '', 'steps', 'energy (eV)', 'fmax (eV/A)', 'pressure (GPa)', 'volume (A^3)'],
    `space group (${tolerance} A)`,
  ];
  const rows = frames.flatMap((frame, k): string[][] => [
    [String(k), frame.composition, '0', ...numbersOf(frame.start)],
    ['', ENDS[frame.end], String(frame.steps), ...numbersOf(frame.last)],
  ]);
  const files = [plot && `plot: ${plot}`, trajectory && `steps: ${trajectory}`].filter(Boolean);
  return [
    `${model}, ${cell === undefined ? 'atoms alone' : 'atoms and cell'}: ${steps} evaluations in ${seconds.toFixed(2)} s, written to ${output}\n`,
    textTable([head, ...rows]),
    ...files.map((file) => `${file}\n`),
  ].join('');
}

function numbersOf({ energy, fmax, pressure, volume, spaceGroup }: RestReport): string[] {
  return [
    energy.toFixed(8),
    fmax.toExponential(2),
    Number.isFinite(pressure) ? gigapascals(pressure).toFixed(5) : '-',
    volume > 0 ? volume.toFixed(4) : '-',
    nameOf(spaceGroup),
  ];
}

/** In GPa; no negative zeros. */
function gigapascals(pressure: number): number {
  return Math.abs(pressure) < 5e-6 * GIGAPASCAL ? 0 : pressure / GIGAPASCAL;
}

function nameOf(group: FoundGroup): string {
  return 'none' in group ? 'none' : `${group.symbol} (${group.number})`;
}

function remarksOf({ frames, untouched, known, tolerance }: RelaxReport): string[] {
  const remarks =
    known > 0 ? [`${known} structures were relaxed by an earlier run, which was cut short`] : [];
  const more = frames.flatMap((frame, k) => {
    const [before, after] = [frame.start.spaceGroup, frame.last.spaceGroup];
    const lines: string[] = [];
    if (frame.held > 0) lines.push(`frame ${k}: ${frame.held} atoms are held in place as the file says`);
    if ('none' in before) lines.push(`frame ${k}: ${before.none}`);
    if (nameOf(before) !== nameOf(after)) {
      const how = `within ${tolerance} A`;
      lines.push(`frame ${k}: the space group changed from ${nameOf(before)} to ${nameOf(after)} ${how}`);
    }
    return lines;
  });
  remarks.push(...more);
  if (untouched > 0) remarks.push(`${untouched} structures were not begun and are written as they were`);
  return remarks;
}

const REASONS: { readonly [end in 'steps' | 'stuck' | 'unbounded']: readonly [string, string] } = {
  steps: ['did not come to rest within --max-steps', 'relax the output to go on, or allow more steps'],
  stuck: [
    'found no way further down before the forces were as small as asked',
    'the forces are no exact gradient to that size (f32, a self-consistency that is not tight): raise --fmax, or use --method fire',
  ],
  unbounded: [
    'has a cell that grew or shrank without bounds',
    'the model may hold no such solid at that pressure: look at the start and at --pressure',
  ],
};

function failUnlessAtRest({ frames }: RelaxReport, output: string, isInterrupted: boolean): void {
  if (isInterrupted) {
    throw new PhonolinkError('interrupted: the last step is written', {
      hint: `relax ${output} to go on`,
      exitCode: 130,
    });
  }
  const failed = frames.flatMap(({ end }, k) =>
    end === 'steps' || end === 'stuck' || end === 'unbounded' ? [{ end, k }] : [],
  );
  if (failed.length === 0) return;
  const [reason, hint] = REASONS[failed[0].end];
  const others =
    failed.length > 1 ? `, and ${failed.length - 1} more of ${frames.length} are not at rest` : '';
  throw new PhonolinkError(
    `frame ${failed[0].k} ${reason} (${unrestOf(frames[failed[0].k])})${others}; ${output} has the last step`,
    { hint, exitCode: 3 },
  );
}

/** Both, because either may be what is left. */
function unrestOf({ last: { fmax, smax } }: RelaxedFrame): string {
  const stress = smax > 0 ? `, stress beyond the pressure ${readable(smax / GIGAPASCAL)} GPa` : '';
  return `fmax ${readable(fmax)} eV/A${stress}`;
}

/** Energies in eV, forces in eV/A, pressures and stresses in GPa, volumes in A^3. */
function jsonOf({ model, frames, untouched, known, tolerance }: RelaxReport, flags: Flags, notes: string[]) {
  const rest = ({ energy, enthalpy, fmax, smax, pressure, volume, spaceGroup }: RestReport) => ({
    ...{ energy, enthalpy, fmax, smax: smax / GIGAPASCAL },
    pressure: Number.isFinite(pressure) ? pressure / GIGAPASCAL : null,
    volume,
    spaceGroup: 'none' in spaceGroup ? null : spaceGroup,
  });
  return {
    model,
    output: flags.output,
    trajectory: flags.trajectory ?? null,
    plot: flags.plot ?? null,
    tolerance,
    frames: frames.map(({ start, last, end, ...frame }) => ({
      ...frame,
      converged: end === 'converged',
      end,
      start: rest(start),
      last: rest(last),
    })),
    untouched,
    known,
    notes,
  };
}
