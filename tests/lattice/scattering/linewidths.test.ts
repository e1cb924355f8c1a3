import { afterAll, describe, expect, it } from 'vitest';
import { createCpuDevice } from '../../../src/device/cpu.js';
import { buildPhononCells } from '../../../src/lattice/cells.js';
import { DynamicalMatrix } from '../../../src/lattice/harmonic/dynamical-matrix.js';
import { averagedOverEqual } from '../../../src/lattice/scattering/degenerate-average.js';
import type { Smearing } from '../../../src/lattice/scattering/delta-weights.js';
import { TripletDeltas } from '../../../src/lattice/scattering/deltas.js';
import { phononGrid } from '../../../src/lattice/scattering/grid.js';
import { gridModes } from '../../../src/lattice/scattering/grid-modes.js';
import { addressOperations, irreduciblePoints } from '../../../src/lattice/scattering/grid-symmetry.js';
import { gridTetrahedra } from '../../../src/lattice/scattering/grid-tetrahedra.js';
import { jointDensity } from '../../../src/lattice/scattering/joint-density.js';
import { linewidthDetail } from '../../../src/lattice/scattering/linewidth-detail.js';
import {
  classesOf,
  SelfEnergies,
  type SelfEnergySetup,
  selfEnergyUnit,
} from '../../../src/lattice/scattering/linewidths.js';
import { offGrid } from '../../../src/lattice/scattering/off-grid.js';
import { tripletsAt } from '../../../src/lattice/scattering/triplets.js';
import type { Triplets } from '../../../src/model/phonon-grid.js';
import { IDENTITY } from '../../../src/symmetry/integer-matrix.js';
import { recipe } from '../../helpers/crystals.js';
import { springConstants } from '../../helpers/springs.js';
import { worst } from '../../helpers/worst.js';
import { latticeOfRecipe } from './helpers.js';

const ready = createCpuDevice({ threads: 2 });
afterAll(async () => (await ready).close());

/** A crystal of springs with its phonons on a mesh. */
function crystalOf(name: string, mesh: number[]) {
  const cells = buildPhononCells(recipe(name), [2, 2, 2], 'auto');
  const constants = springConstants(cells, {
    reach: 3.4,
    stiffness: (d, [a, b]) => [40 * Math.exp(-d) * (1 + a + b), 6 * Math.exp(-1.5 * d)],
  });
  const { reciprocal } = latticeOfRecipe(name);
  const grid = phononGrid(mesh, cells.primitive.cell);
  const operations = addressOperations(grid, reciprocal);
  const matrix = new DynamicalMatrix(cells, constants);
  const modes = gridModes(matrix, grid);
  return {
    grid,
    operations,
    reciprocal,
    matrix,
    modes,
    classes: classesOf(grid, irreduciblePoints(grid, operations).map),
  };
}

/** Strengths that have any crystal's symmetry: functions of the three frequencies. */
function symmetricStrengths(frequencies: Float64Array, bands: number, total: number) {
  return {
    at: ({ points }: Triplets, bands0?: ArrayLike<number>) => {
      const own = bands0 ?? Array.from({ length: bands }, (_, b) => b);
      const out: number[] = [];
      for (let t = 0; t < points.length; t += 3) {
        const f = (k: number, b: number) => frequencies[points[t + k] * bands + b];
        for (let b = 0; b < own.length; b++) {
          for (let i = 0; i < bands; i++) {
            for (let j = 0; j < bands; j++) {
              const [x, y, z] = [f(0, own[b]), f(1, i), f(2, j)];
              out.push(Math.min(x, y, z) > 1e-4 ? 1e-10 / ((1 + x * y + y * z + z * x) * total) : 0);
            }
          }
        }
      }
      return Float64Array.from(out);
    },
  };
}

const TEMPERATURES = [0, 50, 300, 3000, 6000];
const { grid, operations, reciprocal, matrix, modes, classes } = crystalOf('wurtzite', [4, 4, 3]);
const { bands, frequencies } = modes;
const tetrahedra: Smearing = { kind: 'tetrahedra', tetrahedra: gridTetrahedra(grid, operations) };
const setup = async (more: Partial<SelfEnergySetup> = {}): Promise<SelfEnergySetup> => ({
  device: await ready,
  grid,
  modes,
  smearing: tetrahedra,
  strengths: symmetricStrengths(frequencies, bands, grid.total),
  classes,
  ...more,
});
const point = 17;
const triplets = tripletsAt(grid, point, operations);
const one = [IDENTITY];

describe('delta functions of triplets', () => {
  it.each([
    ['tetrahedra', tetrahedra],
    ['gaussian', { kind: 'gaussian', sigma: 0.2 }],
  ] as const)('integrate to one for each of the grid: %s', async (_, smearing) => {
    const deltas = new TripletDeltas(await ready, grid, modes, smearing);
    const top = 2.2 * frequencies.reduce((a, b) => Math.max(a, b), 0);
    // Weights of tetrahedra are smooth but for kinks, Gaussians smooth: a midpoint rule converges with the square.
    const n = 2000;
    const step = (2 * top) / n;
    let [decay, down] = [0, 0];
    for (let from = 0; from < n; from += 100) {
      const some = Array.from({ length: 100 }, (_, k) => -top + (from + k + 0.5) * step);
      const found = deltas.at(triplets, some, { withTotal: true });
      const size = 100 * bands * bands;
      triplets.weights.forEach((weight, t) => {
        for (let k = t * size; k < (t + 1) * size; k++) {
          decay += weight * found.decay[k] * step;
          down += weight * (found.total![k] - found.decay[k]) * step;
        }
      });
    }
    deltas.release();
    const pairs = grid.total * bands * bands;
    expect(decay / pairs).toBeCloseTo(1, 3);
    expect(down / pairs).toBeCloseTo(2, 3);
  });

  it('count the same pairs whether symmetry leaves some out or not', async () => {
    const at = Float64Array.from({ length: 30 }, (_, k) => 0.21 + 0.4 * k);
    const common = { device: await ready, grid, modes, smearing: tetrahedra };
    const few = jointDensity(common, triplets, at, [300]);
    const all = jointDensity(common, tripletsAt(grid, point, one, { swap: false }), at, [300]);
    expect(worst(few.decay, all.decay)).toBeLessThan(1e-10);
    expect(worst(few.merging, all.merging)).toBeLessThan(1e-10);
    const still = jointDensity(common, triplets, at);
    const stillAll = jointDensity(common, tripletsAt(grid, point, one, { swap: false }), at);
    expect(worst(still.merging, stillAll.merging)).toBeLessThan(1e-10);
  });
});

describe('linewidths', () => {
  it('do not hang on what symmetry leaves out, on batches, bands or classes', async () => {
    const energies = new SelfEnergies(await setup());
    const { gammas } = energies.linewidths(triplets, TEMPERATURES);
    expect(gammas.every((x) => x >= 0)).toBe(true);
    expect(gammas.some((x) => x > 0)).toBe(true);
    const whole = energies.linewidths(tripletsAt(grid, point, one, { swap: false }), TEMPERATURES).gammas;
    expect(worst(whole, gammas)).toBeLessThan(1e-9);
    const some = energies.linewidths(triplets, TEMPERATURES, { bands: [7, 2] }).gammas;
    const mean = new SelfEnergies(await setup({ memory: 1e5, classes: undefined }));
    expect(worst(mean.linewidths(triplets, TEMPERATURES).gammas, gammas)).toBeLessThan(1e-9);
    mean.release();
    const own = frequencies.subarray(point * bands, (point + 1) * bands);
    const isAlone = (b: number) =>
      averagedOverEqual(
        own.map((_, k) => k),
        [...own.keys()],
        own,
      )[b] === b;
    [7, 2].forEach((b, k) => {
      if (isAlone(b)) expect(some[2 * 2 + k]).toBeCloseTo(gammas[2 * bands + b], 12);
    });
    energies.release();
  });

  it('are those of normal triplets and of umklapp ones together, and of all triplets one by one', async () => {
    const energies = new SelfEnergies(await setup());
    const { gammas, normal, umklapp } = energies.linewidths(triplets, TEMPERATURES, { split: true });
    expect(worst(gammas, energies.linewidths(triplets, TEMPERATURES).gammas)).toBeLessThan(1e-12);
    expect(normal!.some((x) => x > 0) && umklapp!.some((x) => x > 0)).toBe(true);
    const deltas = new TripletDeltas(await ready, grid, modes, tetrahedra);
    const own = frequencies.subarray(point * bands, (point + 1) * bands);
    const weights = deltas.at(triplets, own);
    const strengths = symmetricStrengths(frequencies, bands, grid.total).at(triplets);
    TEMPERATURES.forEach((temperature, t) => {
      const detail = linewidthDetail(triplets, modes, weights, strengths, temperature, {
        cutoff: 1e-4,
        unit: selfEnergyUnit(tetrahedra),
      });
      const sums = new Float64Array(bands);
      detail.forEach((x, k) => {
        sums[Math.floor(k / bands ** 2) % bands] += x * triplets.weights[Math.floor(k / bands ** 3)];
      });
      const averaged = averagedOverEqual(sums, [...own.keys()], own);
      expect(worst(gammas.subarray(t * bands, (t + 1) * bands), averaged)).toBeLessThan(1e-10);
    });
    deltas.release();
    energies.release();
  });

  it('are those of the spectrum at the modes, and grow with temperature in proportion', async () => {
    const energies = new SelfEnergies(await setup());
    const own = frequencies.subarray(point * bands, (point + 1) * bands);
    const { gammas } = energies.linewidths(triplets, TEMPERATURES);
    const spectrum = energies.spectrum(triplets, own, TEMPERATURES);
    const alone = [...own.keys()].filter(
      (b) => Math.min(...[...own.keys()].filter((k) => k !== b).map((k) => Math.abs(own[k] - own[b]))) > 1e-3,
    );
    expect(alone.length).toBeGreaterThan(0);
    const largest = gammas.reduce((a, b) => Math.max(a, b), 0);
    TEMPERATURES.forEach((_, t) => {
      for (const b of alone) {
        const apart = spectrum[(t * bands + b) * bands + b] - gammas[t * bands + b];
        expect(Math.abs(apart)).toBeLessThan(1e-9 * largest);
      }
    });
    // n is k T / h f - 1/2 + h f / 12 k T: at 3000 K with frequencies below 20 THz the last is 0.002 of the first.
    for (let b = 0; b < bands; b++) expect(gammas[4 * bands + b] / gammas[3 * bands + b]).toBeCloseTo(2, 2);
    energies.release();
  });

  it('follow the spectrum by Kramers and Kronig to the frequency shifts', async () => {
    const energies = new SelfEnergies(await setup({ smearing: { kind: 'gaussian', sigma: 0.15 } }));
    const principal = new SelfEnergies(await setup({ smearing: { kind: 'principal', epsilon: 0.05 } }));
    const { shiftsOfSpectrum, spectrumFrequencies } = await import(
      '../../../src/lattice/scattering/spectral-function.js'
    );
    const top = frequencies.reduce((a, b) => Math.max(a, b), 0);
    const at = spectrumFrequencies(top, { sigmas: [0.15], count: 801 });
    const gammas = energies.spectrum(triplets, at, [300], { bands: [5] });
    const byIntegral = shiftsOfSpectrum(gammas, at);
    const direct = principal.spectrum(triplets, at, [300], { bands: [5] });
    // Two ways of smearing, of 0.15 and 0.05 THz: alike where shifts vary more slowly, so in the mean.
    const far = byIntegral.reduce((sum, x, k) => sum + Math.abs(x - direct[k]), 0);
    expect(far / direct.reduce((sum, x) => sum + Math.abs(x), 0)).toBeLessThan(0.1);
    energies.release();
    principal.release();
  });
});

describe('a q point that is none of the grid', () => {
  it('has the linewidths of the grid where it is one of it', async () => {
    const q0 = grid.points.subarray(3 * point, 3 * point + 3);
    const {
      grid: extended,
      partnersFrom,
      triplets: off,
      umklapp,
    } = offGrid(grid, q0, reciprocal, operations);
    expect(off.weights.reduce((a, b) => a + b, 0)).toBe(grid.total);
    const all = gridModes(matrix, extended);
    const energies = new SelfEnergies(
      await setup({
        modes: all,
        partnersFrom,
        classes: undefined,
        strengths: symmetricStrengths(all.frequencies, bands, grid.total),
      }),
    );
    const found = energies.linewidths(off, TEMPERATURES, { split: umklapp });
    const onGrid = new SelfEnergies(await setup());
    const expected = onGrid.linewidths(triplets, TEMPERATURES, { split: true });
    // Frequencies of equal points are equal to rounding, of their squares 1e-13.
    expect(worst(found.gammas, expected.gammas)).toBeLessThan(1e-6);
    expect(worst(found.normal!, expected.normal!)).toBeLessThan(1e-6);
    energies.release();
    onGrid.release();
  });
});
