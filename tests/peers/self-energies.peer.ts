import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createCpuDevice } from '../../src/device/cpu.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { DynamicalMatrix } from '../../src/lattice/harmonic/dynamical-matrix.js';
import { phononGrid } from '../../src/lattice/scattering/grid.js';
import { gridModes } from '../../src/lattice/scattering/grid-modes.js';
import { addressOperations, irreduciblePoints } from '../../src/lattice/scattering/grid-symmetry.js';
import { gridTetrahedra } from '../../src/lattice/scattering/grid-tetrahedra.js';
import { jointDensity } from '../../src/lattice/scattering/joint-density.js';
import { classesOf, SelfEnergies, type SelfEnergySetup } from '../../src/lattice/scattering/linewidths.js';
import {
  shiftsOfSpectrum,
  spectralFunction,
  spectrumFrequencies,
} from '../../src/lattice/scattering/spectral-function.js';
import { operationsAlong, tripletsAt } from '../../src/lattice/scattering/triplets.js';
import { rowsTimes } from '../../src/model/cell.js';
import { createStructure } from '../../src/model/structure.js';
import { findCellSymmetry } from '../../src/symmetry/cell-symmetry.js';
import { reciprocalOperations } from '../../src/symmetry/q-points.js';
import { DATA, withoutData } from '../helpers/shared-data.js';
import { worst } from '../helpers/worst.js';
import { PYTHON, scratch } from './peers.js';

interface Case {
  name: string;
  yaml: string;
  forces?: string;
  born?: string;
  mesh: [number, number, number];
  cutoff: number;
  /** BZ points */
  points: number[];
  /** Fractions: from where Gamma is approached, where it is the first of the points */
  along?: number[];
  temperatures: number[];
}

const folder = (name: string) => join(DATA, 'phono3py', name);
const CASES: Case[] = [
  {
    name: 'silicon',
    yaml: folder('Si-PBEsol/phono3py_disp.yaml'),
    forces: folder('Si-PBEsol/FORCES_FC3'),
    mesh: [5, 5, 5],
    cutoff: 1e-4,
    points: [0, 1, 32],
    temperatures: [0, 100, 300],
  },
  {
    name: 'sodium chloride',
    yaml: folder('params/phono3py_params_NaCl222.yaml.xz'),
    born: folder('params/BORN_NaCl'),
    mesh: [4, 4, 4],
    cutoff: 1e-2,
    points: [0, 1, 9],
    along: [1, 0, 0],
    temperatures: [0, 100, 300],
  },
];

interface Answer {
  symbols: string[];
  cell: number[];
  fractional: number[];
  masses: number[];
  dim: number[];
  primitive: number[];
  polar: { charges: number[]; dielectric: number[]; factor: number } | null;
  points: { point: number; highest: number }[];
  arrays: Record<string, string>;
}

const ready = createCpuDevice({ threads: 2 });
afterAll(async () => (await ready).close());

describe.skipIf(withoutData).each(CASES.map((entry) => [entry.name, entry] as const))(
  'self-energies of %s, beside phono3py',
  (_, { temperatures, along, mesh, cutoff, points, ...rest }) => {
    const out = scratch('self-energies');
    const file = join(out, 'case.json');
    writeFileSync(file, JSON.stringify({ temperatures, along, mesh, cutoff, points, ...rest }));
    // What it prints are notes to its users.
    execFileSync(PYTHON, [join(PACKAGE_ROOT, 'tests/peers/self_energies.py'), file, out], { stdio: 'pipe' });
    const answer = JSON.parse(readFileSync(join(out, 'answer.json'), 'utf8')) as Answer;
    const read = (name: string) => {
      const bytes = readFileSync(answer.arrays[name]);
      return Float64Array.from(new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8));
    };
    const cell = Float64Array.from(answer.cell);
    const cells = buildPhononCells(
      createStructure({
        symbols: answer.symbols,
        cell,
        positions: rowsTimes(answer.fractional, cell),
        masses: Float64Array.from(answer.masses),
      }),
      answer.dim,
      answer.primitive,
    );
    const { primitive } = cells;
    const grid = phononGrid(mesh, primitive.cell);
    const symmetry = findCellSymmetry(primitive);
    const reciprocal = reciprocalOperations(symmetry.operations.map(({ rotation }) => rotation));
    const operations = addressOperations(grid, reciprocal);
    const classes = classesOf(grid, irreduciblePoints(grid, operations).map);
    const bands = 3 * primitive.count;
    const triplets = points.map((point, i) =>
      tripletsAt(
        grid,
        point,
        i === 0 && along
          ? operationsAlong(
              along,
              reciprocalOperations(symmetry.operations.map(({ rotation }) => rotation)),
              operations,
            )
          : operations,
      ),
    );

    async function selfEnergies(i: number, smearing: SelfEnergySetup['smearing']) {
      const strengths = read(`strengths${i}`);
      return new SelfEnergies({
        device: await ready,
        grid,
        modes: { bands, frequencies: read(`frequencies${i}`) },
        smearing,
        strengths: { at: () => strengths },
        classes,
        cutoffFrequency: cutoff,
      });
    }

    // Sums of some thousand terms. In a polar crystal frequencies of equivalent points differ by what the dipole sum
    // leaves out, 1e-8 of them; here they count as equal.
    const rounding = answer.polar ? 1e-7 : 1e-9;
    const tetrahedra = { kind: 'tetrahedra', tetrahedra: gridTetrahedra(grid) } as const;

    it('has the same points and frequencies', async () => {
      expect([...grid.addresses]).toEqual([...read('addresses')]);
      const { polar } = answer;
      const matrix = new DynamicalMatrix(
        cells,
        {
          rows: Int32Array.from({ length: cells.supercell.count }, (_, k) => k),
          count: cells.supercell.count,
          values: read('fc2'),
        },
        polar
          ? {
              charges: Float64Array.from(polar.charges),
              dielectric: Float64Array.from(polar.dielectric),
              factor: polar.factor,
            }
          : undefined,
      );
      const found = gridModes(matrix, grid, { device: await ready, along });
      const squares = (values: Float64Array) => values.map((f) => f * Math.abs(f));
      // Dipole sums end at 1e-10 of their first terms.
      expect(worst(squares(found.frequencies), squares(read('frequencies')))).toBeLessThan(1e-8);
    });

    it('has the same triplets', () => {
      triplets.forEach((found, i) => {
        expect([...found.points]).toEqual([...read(`triplets${i}`)]);
        expect([...found.weights]).toEqual([...read(`weights${i}`)]);
      });
    });

    it.each([
      ['tetrahedra', tetrahedra],
      ['gaussian', { kind: 'gaussian', sigma: 0.1, cutoff: 3 }],
    ] as const)('has the same linewidths: %s', async (name, smearing) => {
      for (const i of points.keys()) {
        const energies = await selfEnergies(i, smearing);
        const found = energies.linewidths(triplets[i], temperatures, { split: true, withStrengths: true });
        expect(worst(found.gammas, read(`${name}-gammas${i}`))).toBeLessThan(rounding);
        expect(worst(found.normal!, read(`${name}-normal${i}`))).toBeLessThan(rounding);
        expect(worst(found.umklapp!, read(`${name}-umklapp${i}`))).toBeLessThan(rounding);
        const scale = 1e12;
        const mean = read(`mean${i}`).map((x) => x * scale);
        expect(
          worst(
            found.meanStrengths!.map((x) => x * scale),
            mean,
          ),
        ).toBeLessThan(rounding);
        energies.release();
      }
    });

    it('has the same frequency shifts', async () => {
      for (const i of points.keys()) {
        const energies = await selfEnergies(i, { kind: 'principal', epsilon: 0.1 });
        expect(worst(energies.shifts(triplets[i], temperatures), read(`shifts${i}`))).toBeLessThan(rounding);
        energies.release();
      }
    });

    it('has the same spectra', async () => {
      for (const i of points.keys()) {
        const own = read(`frequencies${i}`).subarray(points[i] * bands, (points[i] + 1) * bands);
        const theirs = read(`spectral-frequencies${i}`);
        const frequencies = spectrumFrequencies(theirs.at(-1)! / 2.01, { count: 21 });
        expect(worst(frequencies, theirs)).toBeLessThan(1e-12);
        const energies = await selfEnergies(i, tetrahedra);
        const gammas = energies.spectrum(triplets[i], theirs, temperatures);
        expect(worst(gammas, read(`spectral-gammas${i}`))).toBeLessThan(rounding);
        const [shifts, functions] = [new Float64Array(gammas.length), new Float64Array(gammas.length)];
        for (let row = 0; row < gammas.length / 21; row++) {
          const line = gammas.subarray(21 * row, 21 * (row + 1));
          const shift = shiftsOfSpectrum(line, theirs);
          shifts.set(shift, 21 * row);
          functions.set(spectralFunction(line, shift, own[row % bands], theirs), 21 * row);
        }
        expect(worst(shifts, read(`spectral-shifts${i}`))).toBeLessThan(rounding);
        // A resonance is as sharp as it is wide: differences grow by the ratio of both.
        expect(worst(functions, read(`spectral${i}`))).toBeLessThan(1e-6);
        energies.release();
      }
    });

    it('has the same joint densities of states', async () => {
      for (const i of points.keys()) {
        if (i === 0 && along) continue;
        const setup = {
          device: await ready,
          grid,
          modes: { bands, frequencies: read(`joint-modes${i}`) },
          smearing: tetrahedra,
          classes,
          cutoffFrequency: cutoff,
        };
        const frequencies = read(`joint-frequencies${i}`);
        for (const [name, at] of [
          ['still', undefined],
          ['warm', [300]],
        ] as const) {
          const { merging, decay } = jointDensity(setup, triplets[i], frequencies, at);
          const theirs = read(`joint-${name}${i}`);
          expect(
            worst(
              merging,
              theirs.filter((_, k) => k % 2 === 0),
            ),
          ).toBeLessThan(rounding);
          expect(
            worst(
              decay,
              theirs.filter((_, k) => k % 2 === 1),
            ),
          ).toBeLessThan(rounding);
        }
      }
    });
  },
);
