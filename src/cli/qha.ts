import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseIpiModel } from '../../compat/ipi/address.js';
import { createCpuDevice } from '../device/cpu.js';
import { PHONOPY_UNITS } from '../lattice/harmonic/units.js';
import { EQUATIONS_OF_STATE, type EquationName } from '../lattice/quasi-harmonic/equation-of-state.js';
import { UsageError } from '../model/errors.js';
import { type QhaPlan, type QhaReport, runQha } from '../workflows/qha.js';
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
  strains?: number[];
  volumes: number;
  eos: EquationName;
  pressure: number;
}

const EXAMPLE = `
Examples:
  phonolink qha nep.txt POSCAR --dim 4 4 4 -o qha
  phonolink qha nep.txt POSCAR --dim 2 2 2 --strains -0.03:0.09:13 --tmax 1500 --eos birch_murnaghan -o qha

FOLDER gets a folder of each volume, with phonopy's own files, and beside them phonopy-qha's (e-v.dat,
volume-temperature.dat, thermal_expansion.dat, Cp-temperature.dat, ...), gruneisen_mesh.yaml and plots. The same command
goes on where an interrupted one ended, and volumes that are there are not calculated again; --restart begins anew.`;

/** V/V0 - 1 where nothing is said: solids expand more than they shrink. */
const RANGE = [-0.04, 0.06] as const;

export function addQha(program: Command): void {
  const command = program
    .command('qha')
    .description('from a potential to thermal expansion and heat capacity, by phonons at several volumes')
    .argument('<model>', MODEL_HELP)
    .argument('<in>', 'a crystal in any format')
    .requiredOption('-o, --output <folder>', 'where the files go, and are taken up from')
    .requiredOption('--dim <n...>', 'the supercell: 3 or 9 whole numbers')
    .option('--pa <axes...>', 'the primitive cell: auto, P F I A B C R, or 9 numbers', ['auto'])
    .option(
      '--strains <list>',
      'changes of the volume, V/V0 - 1: FROM:TO:COUNT, or numbers between commas',
      parseStrains,
    )
    .option(
      '--volumes <count>',
      `so many from ${RANGE.join(' to ')}, where no strains are given`,
      parseCount,
      11,
    )
    .addOption(
      new Option('--eos <name>', 'equation of state')
        .choices(Object.keys(EQUATIONS_OF_STATE))
        .default('vinet'),
    )
    .option('--pressure <GPa>', 'on the crystal', parseNumber, 0)
    .option('--no-relax', 'take the structure as it is, and scale it')
    .option('--fmax <eV/A>', 'relax until no force is larger', parsePositive, 1e-5)
    .option('--mesh <n...>', 'three numbers, or a length in A', ['100'])
    .option('--gc', 'a mesh of three numbers has Gamma, even ones too')
    .option('--tmax <K>', 'the highest temperature', parseTemperature, 1000)
    .option('--tstep <K>', 'between two', parsePositive, 10)
    .option('--restart', 'take up nothing of an earlier run');
  addForceConstantOptions(command);
  addRunOptions(command);
  command.addHelpText('after', EXAMPLE).action(run);
}

function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('expected a number.');
  return value;
}

/** '-0.04:0.06:11' or '-0.02,0,0.02'; rounded to what the names of folders tell apart. */
function parseStrains(text: string): number[] {
  const parts = text.split(':');
  const numbers = (parts.length === 3 ? parts : text.split(',')).map((part) =>
    part.trim() === '' ? Number.NaN : Number(part),
  );
  const [from, to, count] = numbers;
  const isRange = parts.length === 3;
  if (!numbers.every(Number.isFinite) || (isRange && !(Number.isInteger(count) && count > 1)))
    throw new InvalidArgumentError(
      'expected FROM:TO:COUNT, such as -0.04:0.06:11, or numbers between commas.',
    );
  const strains = isRange ? spread(from, to, count) : numbers.map(rounded);
  if (strains.some((strain) => strain <= -1))
    throw new InvalidArgumentError('a volume cannot shrink by all of itself: expected strains above -1.');
  return strains;
}

function spread(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, k) => rounded(from + ((to - from) * k) / (count - 1)));
}

function rounded(strain: number): number {
  return Math.round(strain * 1e5) / 1e5 || 0;
}

function planOf(
  name: string,
  input: string,
  model: OpenedModel,
  flags: Flags,
  note: (sentence: string) => void,
): QhaPlan {
  return {
    phonons: phononPlanOf(name, input, model, flags, note),
    ...(flags.relax && { relax: { fmax: flags.fmax } }),
    strains: flags.strains ?? spread(...RANGE, flags.volumes),
    equation: flags.eos,
    pressure: flags.pressure * PHONOPY_UNITS.gigapascal,
    highest: flags.tmax,
    step: flags.tstep,
  };
}

async function run(name: string, input: string, flags: Flags): Promise<void> {
  const teller = new PhononTeller(flags.quiet || flags.json);
  if (parseIpiModel(name) && flags.relax)
    throw new UsageError(
      'force engines are set up for the atoms of the supercell, and cannot relax the unit cell',
      'relax it first with phonolink relax, and give --no-relax here, where atoms need no relaxation at other volumes',
    );
  const model = await openModel(name, flags, teller.say);
  const own = model.kind === 'potential' && model.device.kind === 'cpu' ? model.device : undefined;
  const device = own ?? (await createCpuDevice({ threads: flags.threads }));
  try {
    const plan = planOf(name, input, model, flags, teller.note);
    const report = await runQha(plan, forcesOf(model), device, teller);
    if (flags.json) process.stdout.write(`${JSON.stringify(jsonOf(report, flags, teller.notes))}\n`);
    else if (!flags.quiet) process.stdout.write(summaryOf(report, flags));
  } finally {
    teller.end();
    if (!own) await device.close();
    await model.close();
  }
}

function summaryOf(
  { volumes, atRest, expansion, files, primitiveAtoms }: QhaReport,
  { output }: Flags,
): string {
  const { gigapascal, perMole } = PHONOPY_UNITS;
  const { temperatures, minima, gruneisen, heatCapacityByVolume, heatCapacityAtVolume } = expansion;
  const used = volumes.filter(({ imaginary }) => !imaginary).length;
  const lines = [
    `${used} of ${volumes.length} volumes, of a primitive cell of ${primitiveAtoms} atoms`,
    `without phonons: volume ${atRest.volume.toFixed(4)} A^3, bulk modulus ${(atRest.bulkModulus / gigapascal).toFixed(3)} GPa, ` +
      `its derivative ${atRest.slope.toFixed(3)}`,
    '   T (K)   V (A^3)   alpha (1e-6/K)   B (GPa)   C_P (J/K/mol)   C_V (J/K/mol)   gamma',
  ];
  for (const kelvin of [0, 100, 300, 600, 1000, 1500, 2000]) {
    const t = temperatures.indexOf(kelvin);
    if (t < 0) continue;
    const row = [
      kelvin.toFixed(0).padStart(8),
      minima[t].volume.toFixed(4).padStart(10),
      (1e6 * expansion.expansion[t]).toFixed(4).padStart(17),
      (minima[t].bulkModulus / gigapascal).toFixed(3).padStart(10),
      (1000 * perMole * heatCapacityByVolume[t]).toFixed(4).padStart(16),
      (1000 * perMole * heatCapacityAtVolume[t]).toFixed(4).padStart(16),
      gruneisen[t].toFixed(4).padStart(8),
    ];
    lines.push(row.join(''));
  }
  lines.push(`${files.length} files in ${output}, and a folder of each volume`);
  return `${lines.join('\n')}\n`;
}

/** Of the primitive cell: A^3, eV, GPa, J/K/mol, 1/K. */
function jsonOf(report: QhaReport, { output, eos, pressure }: Flags, notes: readonly string[]) {
  const { gigapascal, perMole } = PHONOPY_UNITS;
  const { volumes, primitiveAtoms, atRest, expansion, modesOf, files } = report;
  const molar = (values: Float64Array) => [...values].map((x) => 1000 * perMole * x);
  const minima = expansion.minima.slice(0, expansion.temperatures.length);
  return {
    folder: output,
    equationOfState: eos,
    pressure,
    primitiveAtoms,
    volumes: volumes.map((one) => ({ ...one, imaginary: one.imaginary ?? null })),
    atRest: {
      volume: atRest.volume,
      energy: atRest.energy,
      bulkModulus: atRest.bulkModulus / gigapascal,
      bulkModulusSlope: atRest.slope,
    },
    temperatures: [...expansion.temperatures],
    volume: minima.map((one) => one.volume),
    gibbs: minima.map((one) => one.energy),
    bulkModulus: minima.map((one) => one.bulkModulus / gigapascal),
    thermalExpansion: [...expansion.expansion],
    heatCapacityP: molar(expansion.heatCapacityByVolume),
    heatCapacityPNumerical: molar(expansion.heatCapacity),
    heatCapacityV: molar(expansion.heatCapacityAtVolume),
    gruneisen: [...expansion.gruneisen],
    gruneisenModesOf: modesOf,
    files,
    notes,
  };
}
