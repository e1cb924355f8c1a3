import { describe, expect, it } from 'vitest';
import { setsOf } from '../../../src/lattice/harmonic/degenerate.js';
import { DynamicalMatrix } from '../../../src/lattice/harmonic/dynamical-matrix.js';
import { solveModes } from '../../../src/lattice/harmonic/modes.js';
import { PlainInteraction } from '../../../src/lattice/scattering/interaction-plain.js';
import type {
  HomeConvention,
  InteractionGrid,
  InteractionSetup,
} from '../../../src/lattice/scattering/interaction-setup.js';
import { uniform } from '../../../src/math/random.js';
import { UsageError } from '../../../src/model/errors.js';
import type { CubicForceConstants } from '../../../src/model/force-constants.js';
import type { PhononCells } from '../../../src/model/phonon-cells.js';
import type { GridModes, Triplets } from '../../../src/model/phonon-grid.js';
import { pairConstants } from '../../helpers/pair-constants.js';
import { pairPotential } from '../../helpers/pair-potential.js';
import {
  allTriplets,
  bondStrengths,
  scatteringCells,
  symmetricCubic,
  twofoldGrid,
} from '../../helpers/scattering.js';

const CONVENTIONS: readonly HomeConvention[] = ['first', 'average'];

/** A crystal of pairs that attract and repel each other, its phonons on two images of every point of a mesh. */
function pairCrystal(name: string, dim: number[], reach: number, mesh: readonly [number, number, number]) {
  const cells = scatteringCells(name, dim);
  const { count } = cells.supercell;
  const potential = pairPotential(cells.supercell, reach);
  const { harmonic, cubic } = pairConstants(cells.supercell, potential.parameters);
  const rows = Int32Array.from({ length: count }, (_, i) => i);
  const constants: CubicForceConstants = { count, rows, values: cubic };
  const grid = twofoldGrid(mesh);
  const matrix = new DynamicalMatrix(cells, { count, rows, values: harmonic });
  const { frequencies, eigenvectors } = solveModes(matrix, grid.points, { vectors: true });
  // Whether the crystal is stable in its potential is of no account.
  const modes: GridModes = {
    bands: matrix.size,
    frequencies: frequencies.map((f) => Math.abs(f)),
    eigenvectors: eigenvectors!,
  };
  return { cells, constants, grid, modes, potential };
}

function largest(values: Float64Array): number {
  return values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}

function apart(a: Float64Array, b: Float64Array): number {
  expect(a.length).toBe(b.length);
  return largest(a.map((x, i) => x - b[i])) / largest(b);
}

function single(...points: readonly [number, number, number]) {
  return { points: Int32Array.from(points) };
}

describe('interaction strengths, term by term', () => {
  // Bonds shorter than half of the supercell: no image is in doubt.
  const small = pairCrystal('diamond', [1, 1, 1], 2.6, [3, 3, 3]);

  it.each(CONVENTIONS)('are those of the bonds of an endless crystal, home atom: %s', (convention) => {
    const { potential, ...setup } = small;
    const triplets = allTriplets(setup.grid, 10);
    const found = new PlainInteraction({ ...setup, convention }).at(triplets);
    // Sums of some hundred terms, each off by roundings of 1e-16 times constants of up to 1e3.
    expect(
      apart(found, bondStrengths({ ...setup, convention }, triplets, potential.parameters)),
    ).toBeLessThan(1e-11);
  });

  // Force constants all around the supercell: images share, and the conventions differ.
  const bonded = pairCrystal('P1', [2, 1, 1], 4.5, [3, 2, 2]);
  const crowded = { ...bonded, constants: symmetricCubic(bonded.cells) };
  const strengths = (setup: InteractionSetup, three: readonly [number, number, number]) =>
    new PlainInteraction(setup).at(single(...three));

  it('differ with the home atom where images share', () => {
    const { points } = allTriplets(crowded.grid, 2);
    const three = [points[15], points[16], points[17]] as const;
    const [first, average] = CONVENTIONS.map((convention) => strengths({ ...crowded, convention }, three));
    expect(apart(first, average)).toBeGreaterThan(1e-3);
  });

  it.each([
    { convention: 'first', order: [0, 2, 1], alike: true },
    { convention: 'first', order: [1, 0, 2], alike: false },
    { convention: 'average', order: [0, 2, 1], alike: true },
    { convention: 'average', order: [1, 0, 2], alike: true },
    { convention: 'average', order: [2, 0, 1], alike: true },
  ] as const)('home atom $convention: phonons in the order $order', ({ convention, order, alike }) => {
    const { points } = allTriplets(crowded.grid, 2);
    const three = [points[15], points[16], points[17]] as const;
    const { bands } = crowded.modes;
    const [p, q, r] = order;
    const before = strengths({ ...crowded, convention }, three);
    const after = strengths({ ...crowded, convention }, [three[p], three[q], three[r]]);
    const back = before.map((_, k) => {
      const b = [Math.floor(k / bands ** 2), Math.floor(k / bands) % bands, k % bands];
      return after[(b[p] * bands + b[q]) * bands + b[r]];
    });
    if (alike) expect(apart(back, before)).toBeLessThan(1e-11);
    else expect(apart(back, before)).toBeGreaterThan(1e-3);
  });

  /** Sums over sets of equal modes at each of the three points. */
  const summed = (
    { modes, grid }: { modes: GridModes; grid: InteractionGrid },
    t: Pick<Triplets, 'points'>,
    values: Float64Array,
  ) => {
    const { bands, frequencies } = modes;
    const sets = Array.from(t.points.subarray(0, 3), (point) => {
      const begins = setsOf(frequencies, 2 * bands * grid.regular[point], bands, 1e-4);
      return Array.from({ length: bands }, (_, b) => begins.filter((begin) => begin <= b).length - 1);
    });
    const out = new Float64Array(bands ** 3);
    values.forEach((x, k) => {
      const b = [Math.floor(k / bands ** 2), Math.floor(k / bands) % bands, k % bands];
      const [x0, x1, x2] = sets.map((set, s) => set[b[s]]);
      out[(x0 * bands + x1) * bands + x2] += x;
    });
    return out;
  };

  it.each(CONVENTIONS)(
    'are the same at points that differ by reciprocal lattice vectors, %s',
    (convention) => {
      const setup = { ...crowded, convention };
      const plain = new PlainInteraction(setup);
      const { points } = allTriplets(crowded.grid, 2);
      for (let t = 3; t < points.length; t += 6) {
        const here = single(points[t], points[t + 1], points[t + 2]);
        const there = single(points[t] ^ 1, points[t + 1] ^ 1, points[t + 2]);
        const a = summed(setup, here, plain.at(here));
        // Equal modes are told apart at random: frequencies are equal to 1e-8 THz there, vectors to 1e-8.
        expect(apart(summed(setup, there, plain.at(there)), a)).toBeLessThan(1e-6);
      }
    },
  );

  it('of a set of equal modes do not depend on how they are told apart', () => {
    const setup = { ...small, convention: 'average' as const };
    const { bands, frequencies, eigenvectors } = setup.modes;
    const turned = Float64Array.from(eigenvectors);
    const next = uniform(3);
    let pairs = 0;
    for (let p = 0; p < frequencies.length / bands; p++) {
      const begins = setsOf(frequencies, p * bands, bands, 1e-4);
      for (let s = 0; s + 1 < begins.length; s++) {
        if (begins[s + 1] - begins[s] !== 2) continue;
        pairs++;
        const [cos, sin] = [Math.cos(7 * next()), Math.sin(7 * next())];
        const norm = Math.hypot(cos, sin);
        const at = 2 * bands * (p * bands + begins[s]);
        for (let k = at; k < at + 2 * bands; k += 2) {
          const [a, b, c, d] = [0, 1, 2 * bands, 2 * bands + 1].map((o) => eigenvectors[k + o]);
          // [cos, i sin] and [i sin, cos], which is unitary.
          turned[k] = (cos * a - sin * d) / norm;
          turned[k + 1] = (cos * b + sin * c) / norm;
          turned[k + 2 * bands] = (cos * c - sin * b) / norm;
          turned[k + 2 * bands + 1] = (cos * d + sin * a) / norm;
        }
      }
    }
    expect(pairs).toBeGreaterThan(5);
    const { points } = allTriplets(setup.grid, 10);
    const plain = new PlainInteraction(setup);
    const other = new PlainInteraction({ ...setup, modes: { ...setup.modes, eigenvectors: turned } });
    for (let t = 0; t < points.length; t += 9) {
      const three = single(points[t], points[t + 1], points[t + 2]);
      // Equal frequencies differ by some 1e-7 THz at soft modes, of which the strengths are inverse.
      expect(
        apart(summed(setup, three, other.at(three)), summed(setup, three, plain.at(three))),
      ).toBeLessThan(1e-6);
    }
  });

  it('take chosen bands of the first point, and no mode up to the cutoff', () => {
    const { bands, frequencies } = small.modes;
    const triplets = allTriplets(small.grid, 10);
    const setup = { ...small, convention: 'first' as const };
    const all = new PlainInteraction(setup).at(triplets);
    const cutoffFrequency = frequencies[10 * bands + 2] - 1e-3;
    const some = new PlainInteraction({ ...setup, cutoffFrequency }).at(triplets, [4, 2]);
    let [kept, left] = [0, 0];
    some.forEach((x, k) => {
      const t = Math.floor(k / (2 * bands ** 2));
      const b = [[4, 2][Math.floor(k / bands ** 2) % 2], Math.floor(k / bands) % bands, k % bands];
      const takesPart = b.every(
        (band, s) => frequencies[triplets.points[3 * t + s] * bands + band] > cutoffFrequency,
      );
      if (takesPart) kept++;
      else left++;
      expect(x).toBe(takesPart ? all[((t * bands + b[0]) * bands + b[1]) * bands + b[2]] : 0);
    });
    expect(Math.min(kept, left)).toBeGreaterThan(0);
  });

  it('say what does not belong together', () => {
    const setup = { ...small, convention: 'first' as const };
    const triplets = allTriplets(small.grid, 0);
    expect(() => new PlainInteraction(setup).at(triplets, [6])).toThrow(UsageError);
    const other: PhononCells = scatteringCells('wurtzite', [1, 1, 1]);
    expect(() => new PlainInteraction({ ...setup, cells: other })).toThrow('12');
    const fewer = { ...setup.modes, frequencies: setup.modes.frequencies.subarray(6) };
    expect(() => new PlainInteraction({ ...setup, modes: fewer })).toThrow('the grid has 54');
  });
});
