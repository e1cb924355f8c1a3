import type { Command } from 'commander';
import { createCpuDevice } from '../device/cpu.js';
import type { CellFreedom } from '../dynamics/strain-space.js';
import type { ImaginaryModes } from '../lattice/harmonic/imaginary.js';
import { temperatureSteps } from '../lattice/harmonic/thermal.js';
import { UsageError } from '../model/errors.js';
import { type PhononRunPlan, type PhononRunReport, runPhonons } from '../workflows/phonon-run.js';
import { forcesOf, MODEL_HELP, type OpenedModel, openModel } from './open-model.js';
import {
  addForceConstantOptions,
  addRunOptions,
  type PhononFlags,
  parseCount,
  parsePositive,
  parseTemperature,
  phononPlanOf,
} from './phonon-options.js';
import { PhononTeller } from './phonon-teller.js';

interface Flags extends PhononFlags {
  fixedCell?: boolean;
  band: string | string[] | false;
  bandLabels?: string[];
  bandPoints: number;
  tmin: number;
}

const EXAMPLE = `
Examples:
  phonolink phonons nep.txt POSCAR --dim 2 2 2 -o phonons
  phonolink phonons nep.txt POSCAR --dim 4 4 4 --mesh 20 20 20 --nac BORN --tmax 600 -o phonons
  phonolink phonons ipi:unix:qe in.xyz --dim 2 2 2 --no-relax -o phonons     (and: pw.x --ipi qe:UNIX -in pw.in)

FOLDER gets phonopy's own files (phonopy_disp.yaml, FORCE_SETS, force_constants.hdf5, phonopy_params.yaml, band.yaml,
mesh.yaml, total_dos.dat, projected_dos.dat, thermal_properties.yaml) and plots. The same command goes on where an
interrupted one ended, and calculates no displacement again whose forces are known; --restart begins anew.`;

export function addPhonons(program: Command): void {
  const command = program
    .command('phonons')
    .description('from a potential to phonons: relaxed cell, displacements, force constants, bands, heat')
    .argument('<model>', MODEL_HELP)
    .argument('<in>', 'a crystal in any format')
    .requiredOption('-o, --output <folder>', 'where the files go, and are taken up from')
    .requiredOption('--dim <n...>', 'the supercell: 3 or 9 whole numbers')
    .option('--pa <axes...>', 'the primitive cell: auto, P F I A B C R, or 9 numbers', ['auto'])
    .option('--no-relax', 'take the structure as it is')
    .option('--fixed-cell', 'relax the atoms alone')
    .option('--fmax <eV/A>', 'relax until no force is larger', parsePositive, 1e-5);
  addForceConstantOptions(command);
  command
    .option(
      '--band <path...>',
      'auto (of Hinuma et al., as seekpath has it), or points: 0 0 0 1/2 0 1/2, 3/8 3/8 3/4 0 0 0',
      'auto',
    )
    .option('--no-band', 'no bands')
    .option('--band-labels <name...>', 'of the points of a path that is given')
    .option('--band-points <count>', 'of a segment', parseCount, 51)
    .option('--mesh <n...>', 'three numbers, or a length in A', ['100'])
    .option('--gc', 'a mesh of three numbers has Gamma, even ones too')
    .option('--tmin <K>', 'temperatures of the thermal properties', parseTemperature, 0)
    .option('--tmax <K>', 'the highest', parseTemperature, 1000)
    .option('--tstep <K>', 'between two', parsePositive, 10)
    .option('--restart', 'take up nothing of an earlier run');
  addRunOptions(command);
  command.addHelpText('after', EXAMPLE).action(run);
}

function planOf(
  name: string,
  input: string,
  model: OpenedModel,
  flags: Flags,
  note: (s: string) => void,
): PhononRunPlan {
  if (flags.tmax < flags.tmin) throw new UsageError(`--tmax ${flags.tmax} is below --tmin ${flags.tmin}`);
  if (!flags.relax && flags.fixedCell)
    throw new UsageError('--fixed-cell says how to relax, but --no-relax not to');
  const cell: { cell?: CellFreedom } = flags.fixedCell ? {} : { cell: 'full' };
  const path = Array.isArray(flags.band) ? flags.band.join(' ') : flags.band;
  return {
    ...phononPlanOf(name, input, model, flags, note),
    ...(flags.relax && { relax: { fmax: flags.fmax, ...cell } }),
    ...(path !== false && { band: { path, labels: flags.bandLabels, count: flags.bandPoints } }),
    temperatures: temperatureSteps(flags.tmin, flags.tmax, flags.tstep),
  };
}

async function run(name: string, input: string, flags: Flags): Promise<void> {
  const teller = new PhononTeller(flags.quiet || flags.json);
  const model = await openModel(name, flags, teller.say);
  const own = model.kind === 'potential' && model.device.kind === 'cpu' ? model.device : undefined;
  const device = own ?? (await createCpuDevice({ threads: flags.threads }));
  try {
    const plan = planOf(name, input, model, flags, teller.note);
    const report = await runPhonons(plan, forcesOf(model), device, teller);
    for (const sentence of imaginaryOf(report)) teller.note(sentence);
    if (flags.json) process.stdout.write(`${JSON.stringify(jsonOf(report, flags, teller.notes))}\n`);
    else if (!flags.quiet) process.stdout.write(summaryOf(report, flags));
  } finally {
    teller.end();
    if (!own) await device.close();
    await model.close();
  }
}

/** Imaginary modes are told of wherever they are. */
export function imaginaryOf({ imaginary: { mesh, band } }: PhononRunReport): string[] {
  const told = ({ count, modes, lowest, point }: ImaginaryModes, where: string) =>
    `IMAGINARY MODES: ${count} of ${modes} ${where}, the lowest ${lowest.toFixed(4)} THz at q = ` +
    `(${point.map((x) => x.toFixed(4)).join(' ')})`;
  return [
    ...(mesh ? [`${told(mesh, 'on the mesh')}; the thermal properties leave them out`] : []),
    ...(band ? [told(band, 'along the bands')] : []),
  ];
}

function summaryOf(report: PhononRunReport, { output }: Flags): string {
  const { mesh, highest, results, imaginary, files } = report;
  const { thermal } = results;
  const lines = [
    `frequencies up to ${highest.toFixed(4)} THz on a mesh of ${mesh.join(' x ')}` +
      (imaginary.mesh || imaginary.band ? '' : ', none imaginary'),
  ];
  if (thermal) {
    const { temperatures, freeEnergy, entropy, heatCapacity, zeroPoint } = thermal;
    lines.push(`zero-point energy ${zeroPoint.toFixed(4)} kJ/mol`);
    const t = temperatures.findIndex((kelvin) => kelvin >= 300);
    if (t >= 0)
      lines.push(
        `at ${temperatures[t]} K: free energy ${freeEnergy[t].toFixed(4)} kJ/mol, entropy ${entropy[t].toFixed(4)} and ` +
          `heat capacity ${heatCapacity[t].toFixed(4)} J/K/mol, of the primitive cell`,
      );
  }
  lines.push(`${files.length} files in ${output}`);
  return `${lines.join('\n')}\n`;
}

function jsonOf(report: PhononRunReport, { output }: Flags, notes: readonly string[]) {
  const { results, cost, imaginary, model: _, ...rest } = report;
  const { thermal, density } = results;
  return {
    ...rest,
    folder: output,
    mesh: [...report.mesh],
    cost: cost ?? null,
    imaginary: { mesh: imaginary.mesh ?? null, band: imaginary.band ?? null },
    densityPoints: density?.frequencies.length ?? 0,
    thermal: thermal
      ? {
          zeroPoint: thermal.zeroPoint,
          temperatures: [...thermal.temperatures],
          freeEnergy: [...thermal.freeEnergy],
          entropy: [...thermal.entropy],
          heatCapacity: [...thermal.heatCapacity],
        }
      : null,
    notes,
  };
}
