import { cumulativeSpectrum, samplingPoints, spectrumGrid } from '../../lattice/scattering/cumulative.js';
import { gridTetrahedra, neighboursOf } from '../../lattice/scattering/grid-tetrahedra.js';
import {
  boundaryLinewidths,
  meanFreePaths,
  totalLinewidths,
} from '../../lattice/scattering/relaxation-time.js';
import {
  cumulativeFrequencyPlot,
  cumulativePathPlot,
  kappaPlot,
  linewidthPlot,
  modeKappaPlot,
} from '../../plots/conductivity.js';
import { bandPlot } from '../../plots/phonons.js';
import { thermalPlot } from '../../plots/thermal.js';
import type { ConductivityResult } from './conductivity.js';
import type { KappaOutcome } from './outcome.js';

export interface Drawing {
  readonly file: string;
  readonly heading: string;
  readonly caption: string;
  readonly svg: string;
}

/** K: curves at one temperature are drawn at the nearest to it */
const USUAL = 300;

/** Plots of a conductivity and of what it is made of; those of the first width. */
export async function kappaDrawings(outcome: KappaOutcome): Promise<Drawing[]> {
  const { results, phonons, plan } = outcome;
  const [result] = results;
  const { band, density, thermal } = phonons.results;
  const t = nearest(result.temperatures, USUAL);
  const kelvin = `${result.temperatures[t]} K`;
  const { frequencies } = outcome.prepared;
  const modeKappa = modeKappaAt(outcome, result, t);
  const linewidths = linewidthsAt(outcome, result, t);
  const scattering = [...frequencies.keys()].filter((m) => linewidths[m] > 0);
  const { byFrequency, byPath } = cumulatives(outcome, linewidths, modeKappa);
  const named = (name: string, kappa: Float64Array | undefined) =>
    kappa ? [{ name, temperatures: result.temperatures, kappa }] : [];
  const drawings: (Drawing | undefined)[] = [
    density && {
      file: 'band.svg',
      heading: 'Phonons',
      caption: 'Bands and density of states',
      svg: await bandPlot(band, density),
    },
    {
      file: 'kappa.svg',
      heading: 'Conductivity and temperature',
      caption: 'Lattice thermal conductivity',
      svg: await kappaPlot([
        ...(plan.conductivity.collisions
          ? [...named('Boltzmann equation', result.kappa), ...named('relaxation times', result.kappaRta)]
          : named('relaxation times', result.kappa)),
        ...named('coherences', result.kappaCoherences),
      ]),
    },
    {
      file: 'cumulative-frequency.svg',
      heading: 'Which frequencies carry heat',
      caption: `Cumulative conductivity at ${kelvin}`,
      svg: await cumulativeFrequencyPlot([{ name: kelvin, ...byFrequency }]),
    },
    {
      file: 'cumulative-path.svg',
      heading: 'How far phonons fly',
      caption: `Cumulative conductivity against mean free path at ${kelvin}`,
      svg: await cumulativePathPlot([{ name: kelvin, ...byPath }]),
    },
    {
      file: 'linewidths.svg',
      heading: 'Linewidths',
      caption: `Half linewidths at ${kelvin}, of all processes`,
      svg: await linewidthPlot([
        {
          name: kelvin,
          frequencies: scattering.map((m) => frequencies[m]),
          values: scattering.map((m) => linewidths[m]),
        },
      ]),
    },
    {
      file: 'mode-kappa.svg',
      heading: 'Conductivity of modes',
      caption: `What each mode and its equivalents carry at ${kelvin}`,
      svg: await modeKappaPlot(frequencies, modeKappa, outcome.prepared.grid.total),
    },
    thermal && {
      file: 'thermal_properties.svg',
      heading: 'Thermal properties',
      caption: 'Of a mole of primitive cells',
      svg: await thermalPlot(thermal),
    },
  ];
  return drawings.filter((drawing) => drawing !== undefined);
}

/** Which temperature is nearest to one. */
export function nearest(temperatures: ArrayLike<number>, kelvin: number): number {
  let best = 0;
  for (let t = 1; t < temperatures.length; t++)
    if (Math.abs(temperatures[t] - kelvin) < Math.abs(temperatures[best] - kelvin)) best = t;
  return best;
}

/** [q][b][6] of irreducible points and all that are equivalent to them. */
function modeKappaAt(
  { prepared, plan }: KappaOutcome,
  { modeKappa }: ConductivityResult,
  t: number,
): Float64Array {
  const { frequencies, irreducible, modes, grid } = prepared;
  const size = 6 * frequencies.length;
  if (plan.conductivity.collisions !== 'full') return modeKappa!.subarray(t * size, (t + 1) * size);
  // A full collision matrix gives each point its own.
  const out = new Float64Array(size);
  const row = 6 * modes.bands;
  const places = new Map(Array.from(irreducible.points, (point, i) => [point, i]));
  irreducible.map.forEach((to, p) => {
    const [from, at] = [(t * grid.total + p) * row, places.get(to)! * row];
    for (let k = 0; k < row; k++) out[at + k] += modeKappa![from + k];
  });
  return out;
}

/** [q][b] THz of all processes */
function linewidthsAt(
  { prepared, plan }: KappaOutcome,
  { linewidths, isotope }: ConductivityResult,
  t: number,
): Float64Array {
  const modes = prepared.frequencies.length;
  const { boundary } = plan.conductivity;
  return totalLinewidths(
    linewidths!.slice(t * modes, (t + 1) * modes),
    isotope,
    boundary === undefined ? undefined : boundaryLinewidths(prepared.velocities, boundary),
  );
}

function cumulatives({ prepared }: KappaOutcome, linewidths: Float64Array, modeKappa: Float64Array) {
  const { grid, symmetry, irreducible, frequencies, velocities } = prepared;
  const tetrahedra = gridTetrahedra(grid);
  const spectra = spectrumGrid(
    { neighbours: neighboursOf(grid, tetrahedra), corners: tetrahedra.corners },
    symmetry.points,
    grid.regular,
    irreducible.map,
  );
  const paths = meanFreePaths(linewidths, velocities);
  return {
    byFrequency: cumulativeSpectrum(spectra, frequencies, modeKappa, samplingPoints(frequencies)),
    byPath: cumulativeSpectrum(spectra, paths, modeKappa, equalRatios(paths, modeKappa)),
  };
}

/** Points along a logarithmic axis */
const POINTS = 200;
/** The part of the heat that the modes of the shortest paths carry, which are not drawn */
const NOTHING = 1e-3;

/** From where heat begins to the longest path, each the same multiple of the one before. */
function equalRatios(paths: Float64Array, modeKappa: Float64Array): Float64Array {
  const carried = (m: number) => modeKappa[6 * m] + modeKappa[6 * m + 1] + modeKappa[6 * m + 2];
  const order = [...paths.keys()].filter((m) => carried(m) > 0).sort((a, b) => paths[a] - paths[b]);
  const total = order.reduce((sum, m) => sum + carried(m), 0);
  let first = 0;
  for (let sum = 0; first < order.length; first++) {
    sum += carried(order[first]);
    if (sum > NOTHING * total) break;
  }
  const [low, high] = [paths[order[first]], paths[order[order.length - 1]]];
  if (!(low > 0 && low < high)) return samplingPoints(paths, POINTS);
  return Float64Array.from({ length: POINTS }, (_, k) => low * (high / low) ** (k / (POINTS - 1)));
}
