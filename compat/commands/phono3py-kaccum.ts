import { join } from 'node:path';
import type { Command } from 'commander';
import { fixed, scientific } from '../../formats/io/fixed.js';
import {
  type TensorView,
  writeCumulativeNumbers,
  writeCumulativeTensors,
} from '../../formats/phono3py/kaccum-dat.js';
import { readKappa } from '../../formats/phono3py/kappa.js';
import {
  cumulativeSpectrum,
  type Spectrum,
  type SpectrumGrid,
  samplingPoints,
  spectrumGrid,
} from '../../src/lattice/scattering/cumulative.js';
import { gridTetrahedra, neighboursOf } from '../../src/lattice/scattering/grid-tetrahedra.js';
import { lifetimes, meanFreePaths } from '../../src/lattice/scattering/relaxation-time.js';
import { volume } from '../../src/model/cell.js';
import type { Conductivity } from '../../src/model/conductivity.js';
import { UsageError } from '../../src/model/errors.js';
import { reducedGrid } from '../../src/workflows/kappa/scattering.js';
import { readArguments } from './arguments.js';
import { type ArgumentTable, flag, helpOf, one } from './options.js';
import { openCrystals } from './phono3py-crystals.js';
import type { Session } from './session.js';
import { Tags, unsuited } from './tags.js';

/** The arguments of phono3py-kaccum that are followed. */
export const KACCUM: ArgumentTable = {
  program: 'phono3py-kaccum',
  options: [
    flag('--average', 'view', 'average'),
    flag('--cv', 'of', 'cv'),
    flag('--dos', 'of', 'dos'),
    flag('--gamma', 'of', 'gamma'),
    flag('--gv', 'of', 'gv'),
    flag('--gv-norm', 'of', 'gv-norm'),
    flag('--mfp', 'mfp'),
    one('--nsp --num-sampling-points', 'num_sampling_points'),
    flag('--pqj', 'of', 'pqj'),
    flag('--tau', 'of', 'tau'),
    one('--temperature', 'temperature'),
    flag('--trace', 'view', 'trace'),
  ],
  unsupported: new Set(['--gruneisen', '--no-gridsym', '--smearing']),
  fileTags: new Set(),
};

/** What is summed up. */
type Property = 'kappa' | 'gv' | 'cv' | 'tau' | 'gamma' | 'gv-norm' | 'pqj' | 'dos';

/** A kappa-*.hdf5 with the grid that it is of. */
interface Input {
  readonly result: Conductivity;
  readonly grid: SpectrumGrid;
  /** A^3, of the primitive cell */
  readonly volume: number;
  /** Which of the temperatures */
  readonly chosen: readonly number[];
  readonly count: number;
}

/** phonolink phono3py-kaccum. */
export function addKaccum(program: Command): void {
  program
    .command('phono3py-kaccum')
    .description(
      "phono3py-kaccum's own arguments: what a kappa-*.hdf5 sums up to against frequency or mean free path",
    )
    .argument('[arguments...]', "phono3py-kaccum's")
    .allowUnknownOption()
    .addHelpText('after', `\nArguments:\n${helpOf(KACCUM.options)}`)
    .action((words: string[]) => runKaccum(words));
}

/**
 * Prints what phono3py-kaccum does: conductivity and others summed up against frequency or mean free path.
 * @throws UsageError where an argument is not supported; PhonolinkError where files do not go together
 */
export async function runKaccum(words: readonly string[], folder = '.'): Promise<void> {
  const { tags: given, files } = readArguments(words, KACCUM);
  const tags = new Tags(given);
  if (files.length !== 1)
    throw new UsageError(`found ${files.length} files, expected one: a kappa-*.hdf5 of phono3py`);
  const property = (tags.text('of') ?? 'kappa') as Property;
  const input = await openInput(folder, files[0], tags);
  for (const piece of piecesOf(input, property, tags)) process.stdout.write(piece);
}

async function openInput(folder: string, name: string, tags: Tags): Promise<Input> {
  const session: Session = {
    program: 'phono3py',
    folder,
    tags: new Tags(new Map()),
    version: 4,
    say: () => {},
  };
  const { phonon, name: cellName } = await openCrystals(session);
  process.stdout.write(`# Crystal structure was read from "${cellName}".\n`);
  const result = await readKappa(join(folder, name));
  process.stdout.write('# Read frequency, weight, qpoint, and optionally grid_point.\n');
  const { weights, mesh, generalGrid } = result;
  if (!weights || !result.frequencies || typeof result.gridPoints === 'number')
    throw unsuited(`${name} is not of a whole grid`, 'kappa-m*.hdf5 of a conductivity is');
  const { cells, primitiveSymmetry: symmetry } = phonon;
  const isWhole = weights.every((w) => w === 1);
  const reduced = reducedGrid(
    { cells, symmetry },
    { mesh: Array.from(generalGrid?.matrix ?? mesh), ...(isWhole && { reducedBy: 'nothing' }) },
  );
  const { grid, irreducible } = reduced;
  const isSame =
    weights.length === irreducible.weights.length && weights.every((w, i) => w === irreducible.weights[i]);
  if (!isSame)
    throw unsuited(
      `the points of ${name} are not those of its mesh and the crystal in "${cellName}"`,
      'another primitive cell, or another symmetry',
    );
  const tetrahedra = gridTetrahedra(grid, []);
  const around = { neighbours: neighboursOf(grid, tetrahedra), corners: tetrahedra.corners };
  const points = irreducible.points.map((p) => grid.first[p]);
  const count = tags.integer('num_sampling_points') ?? 100;
  if (count < 2) tags.fail('num_sampling_points', 'a whole number from 2 on');
  return {
    result,
    grid: spectrumGrid(around, points, grid.regular, irreducible.map),
    volume: volume(cells.primitive.cell),
    chosen: chosenTemperatures(tags, result.temperatures, name),
    count,
  };
}

function chosenTemperatures(tags: Tags, temperatures: Float64Array, name: string): number[] {
  const asked = tags.real('temperature');
  const all = Array.from(temperatures.keys());
  if (asked === undefined) return all;
  const chosen = all.filter((t) => Math.abs(temperatures[t] - asked) < 1e-8);
  if (chosen.length === 0)
    throw unsuited(`there is no temperature of ${asked} K in ${name}`, `it has ${temperatures.join(' ')} K`);
  return chosen;
}

function* piecesOf(input: Input, property: Property, tags: Tags): Generator<string> {
  const { result, chosen } = input;
  const temperatures = chosen.map((t) => result.temperatures[t]);
  if (property === 'kappa' || property === 'gv') {
    const view = (tags.text('view') ?? 'tensor') as TensorView;
    const isPath = tags.flag('mfp') ?? false;
    const spectra = property === 'gv' ? [velocitySpectrum(input)] : tensorSpectra(input, isPath);
    yield* writeCumulativeTensors(spectra, property === 'gv' ? undefined : temperatures, view);
    return;
  }
  const spectra = numberSpectra(input, property);
  if (property !== 'gv-norm' && property !== 'pqj') {
    yield* writeCumulativeNumbers(spectra, property === 'dos' ? result.temperatures : temperatures);
    return;
  }
  const [{ points, cumulative, density }] = spectra;
  for (const [s, x] of points.entries())
    yield `${fixed(x, 0, 6)} ${scientific(cumulative[s], 0, 6)} ${scientific(density[s], 0, 6)}\n`;
}

/** Conductivity against frequency, or against mean free path. */
function tensorSpectra({ result, grid, chosen, count }: Input, isPath: boolean): Spectrum[] {
  const { frequencies, linewidths, velocities } = result;
  const modeKappa = result.modeKappa ?? lacks('mode_kappa');
  const modes = frequencies!.length;
  const paths = isPath
    ? meanFreePaths(linewidths ?? lacks('gamma'), velocities ?? lacks('group_velocity'))
    : undefined;
  return chosen.map((t) => {
    const values = paths ? paths.slice(t * modes, (t + 1) * modes) : frequencies!;
    const own = modeKappa.slice(6 * t * modes, 6 * (t + 1) * modes);
    return cumulativeSpectrum(grid, values, own, samplingPoints(values, count));
  });
}

function velocitySpectrum({ result, grid, volume: size, count }: Input): Spectrum {
  const { frequencies, products } = result;
  const each = (products ?? lacks('gv_by_gv')).map((x) => x / size);
  return cumulativeSpectrum(grid, frequencies!, each, samplingPoints(frequencies!, count));
}

/** Numbers of modes against frequency, each as often as its point stands for others. */
function numberSpectra(input: Input, property: Exclude<Property, 'kappa' | 'gv'>): Spectrum[] {
  const { result, grid, chosen, count } = input;
  const { frequencies, weights } = result;
  const modes = frequencies!.length;
  const bands = modes / weights!.length;
  const points = samplingPoints(frequencies!, count);
  const spectrum = (values: Float64Array) =>
    cumulativeSpectrum(
      grid,
      frequencies!,
      values.map((x, m) => x * weights![Math.floor(m / bands)]),
      points,
    );
  const byTemperature = (values: Float64Array) =>
    chosen.map((t) => spectrum(values.slice(t * modes, (t + 1) * modes)));
  const { linewidths, heatCapacities, velocities, averageStrengths } = result;
  switch (property) {
    case 'cv':
      return byTemperature(heatCapacities ?? lacks('heat_capacity'));
    case 'tau':
      return byTemperature(lifetimes(linewidths ?? lacks('gamma')));
    case 'gamma':
      return byTemperature(linewidths ?? lacks('gamma'));
    case 'pqj':
      return [spectrum(averageStrengths ?? lacks('ave_pp'))];
    case 'dos':
      return [spectrum(new Float64Array(modes).fill(1))];
    case 'gv-norm': {
      const v = velocities ?? lacks('group_velocity');
      return [
        spectrum(Float64Array.from({ length: modes }, (_, m) => Math.hypot(...v.subarray(3 * m, 3 * m + 3)))),
      ];
    }
  }
}

function lacks(name: string): never {
  throw unsuited(`there is no data set ${name} in the file`);
}
