import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createCpuDevice } from '../../src/device/cpu.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { averagedOverEqual } from '../../src/lattice/scattering/degenerate-average.js';
import type { DeltaWeights, Smearing } from '../../src/lattice/scattering/delta-weights.js';
import { TripletDeltas } from '../../src/lattice/scattering/deltas.js';
import { phononGrid } from '../../src/lattice/scattering/grid.js';
import { generalGridMatrix } from '../../src/lattice/scattering/grid-matrix.js';
import { addressOperations, irreduciblePoints } from '../../src/lattice/scattering/grid-symmetry.js';
import { gridTetrahedra } from '../../src/lattice/scattering/grid-tetrahedra.js';
import { linewidthDetail } from '../../src/lattice/scattering/linewidth-detail.js';
import { classesOf, SelfEnergies, selfEnergyUnit } from '../../src/lattice/scattering/linewidths.js';
import { tripletsAt } from '../../src/lattice/scattering/triplets.js';
import { inverse, rowsTimes } from '../../src/model/cell.js';
import { symbolsOf } from '../../src/model/structure.js';
import { findCellSymmetry } from '../../src/symmetry/cell-symmetry.js';
import { INVERSION } from '../../src/symmetry/integer-matrix.js';
import { reciprocalOperations } from '../../src/symmetry/q-points.js';
import { recipe } from '../helpers/crystals.js';
import { farthest } from '../helpers/phonopy-files.js';
import { worst } from '../helpers/worst.js';
import { PYTHON, scratch } from './peers.js';

interface Case {
  name: string;
  /** Three numbers, or the length of a generalised regular grid */
  mesh: number[] | number;
  bands: number;
  /** THz: how far below zero the lowest frequency lies */
  floor: number;
  /** The cells of the grid have several shortest diagonals: theirs is chosen by rounding errors */
  isTied?: boolean;
}

const TEMPERATURES = [0, 20, 300, 1000];
const CASES: Case[] = [
  { name: 'diamond', mesh: [6, 6, 6], bands: 6, floor: 0 },
  { name: 'diamond', mesh: 24, bands: 6, floor: 0.01 },
  { name: 'wurtzite', mesh: [5, 5, 3], bands: 4, floor: 0 },
  { name: 'wurtzite', mesh: [4, 4, 4], bands: 3, floor: 0 },
  { name: 'bcc', mesh: [5, 5, 5], bands: 3, floor: 0.01, isTied: true },
  { name: 'C2/c', mesh: 16, bands: 5, floor: 0 },
  { name: 'R3m', mesh: [4, 4, 4], bands: 4, floor: 0 },
];

interface Answer {
  bands: number;
  points: { point: number; spectrum: number[] }[];
  arrays: Record<string, string>;
}

const primitives = CASES.map(({ name }) => buildPhononCells(recipe(name), [1, 1, 1], 'auto').primitive);
const folder = scratch('linewidths');
const file = join(folder, 'cases.json');
writeFileSync(
  file,
  JSON.stringify(
    CASES.map((entry, k) => ({
      ...entry,
      temperatures: TEMPERATURES,
      symbols: symbolsOf(primitives[k]),
      cell: [...primitives[k].cell],
      fractional: [...rowsTimes(primitives[k].positions, inverse(primitives[k].cell))],
    })),
  ),
);
const answers = JSON.parse(
  execFileSync(PYTHON, [join(PACKAGE_ROOT, 'tests/peers/linewidths.py'), file, folder], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  }),
) as Answer[];

const ready = createCpuDevice({ threads: 2 });
afterAll(async () => (await ready).close());

describe.each(CASES.map((entry, k) => [`${entry.name} ${entry.mesh}`, k] as const))(
  'scattering in %s, beside phono3py',
  (_, k) => {
    const { mesh, isTied = false } = CASES[k];
    const { bands, points, arrays } = answers[k];
    const primitive = primitives[k];
    const read = (name: string) => {
      const bytes = readFileSync(arrays[name]);
      return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
    };
    const numbers = typeof mesh === 'number' ? generalGridMatrix(mesh, primitive) : mesh;
    const grid = phononGrid(numbers, primitive.cell);
    const reciprocal = reciprocalOperations(
      findCellSymmetry(primitive).operations.map(({ rotation }) => rotation),
    );
    const operations = addressOperations(grid, reciprocal);
    const frequencies = Float64Array.from(read('frequencies'));
    const at = points.map(({ point }) => tripletsAt(grid, point, operations));
    const own = points.map(({ point }) => frequencies.subarray(point * bands, (point + 1) * bands));

    it('takes place among the same triplets', () => {
      at.forEach((triplets, i) => {
        expect([...triplets.points]).toEqual([...read(`triplets${i}`)]);
        expect([...triplets.weights]).toEqual([...read(`weights${i}`)]);
      });
    });

    const smearings: [string, Smearing][] = [
      ['tetrahedra', { kind: 'tetrahedra', tetrahedra: gridTetrahedra(grid) }],
      ['averaged', { kind: 'tetrahedra', tetrahedra: gridTetrahedra(grid), equalBands: 'averaged' }],
      ['symmetrised', { kind: 'tetrahedra', tetrahedra: gridTetrahedra(grid, operations) }],
      ['gaussian', { kind: 'gaussian', sigma: 0.3 }],
      ['cut', { kind: 'gaussian', sigma: 0.3, cutoff: 3 }],
    ];
    it.each(smearings.filter(([name]) => !isTied || !['tetrahedra', 'averaged'].includes(name)))(
      'has the same weights: %s',
      async (name, smearing) => {
        const deltas = new TripletDeltas(await ready, grid, { bands, frequencies }, smearing);
        points.forEach((_, i) => {
          const found = deltas.at(at[i], own[i], { withTotal: true });
          compare(found, name, i);
          if (name === 'tetrahedra')
            compare(deltas.at(at[i], points[i].spectrum, { withTotal: true }), 'spectrum', i);
        });
        deltas.release();
      },
    );

    const tetrahedra = { kind: 'tetrahedra', tetrahedra: gridTetrahedra(grid) } as const;
    // Made-up frequencies have no symmetry but that of q and -q: classes of these alone.
    const inverted = irreduciblePoints(grid, addressOperations(grid, [INVERSION])).map;

    /** Self-energies from their strengths, in small batches. */
    async function selfEnergies(i: number, smearing: Smearing) {
      const strengths = read(`strengths${i}`);
      const size = bands ** 3;
      return new SelfEnergies({
        device: await ready,
        grid,
        modes: { bands, frequencies },
        smearing,
        strengths: {
          at: ({ points: some }) => {
            const first = (some.byteOffset - at[i].points.byteOffset) / 12;
            return Float64Array.from(strengths.subarray(first * size, (first + some.length / 3) * size));
          },
        },
        classes: classesOf(grid, inverted),
        cutoffFrequency: 1e-2,
        memory: 40 * size * 30,
      });
    }

    /** Theirs as they come, without the mean over equal frequencies, and not in THz. */
    function expectEqual(found: ArrayLike<number>, theirs: Float64Array, i: number, smearing: Smearing) {
      const unit = selfEnergyUnit(smearing);
      const chosen = Array.from({ length: bands }, (_, b) => b);
      const expected = averagedOverEqual(theirs, chosen, own[i]).map((x) => x * unit);
      expect(worst(found, expected)).toBeLessThan(1e-10);
    }

    it.skipIf(isTied)('has the same linewidths', async () => {
      for (const i of points.keys()) {
        const energies = await selfEnergies(i, tetrahedra);
        const { gammas, normal, umklapp } = energies.linewidths(at[i], TEMPERATURES, { split: true });
        expectEqual(gammas, read(`gammas${i}`), i, tetrahedra);
        expectEqual(normal!, read(`normal${i}`), i, tetrahedra);
        expectEqual(umklapp!, read(`umklapp${i}`), i, tetrahedra);
        expectEqual(energies.linewidths(at[i], TEMPERATURES).gammas, read(`gammas${i}`), i, tetrahedra);
        const some = energies.linewidths(at[i], TEMPERATURES, { bands: [2, 1] }).gammas;
        expect(some.length).toBe(2 * TEMPERATURES.length);
        const { spectrum } = points[i];
        const found = energies.spectrum(at[i], spectrum, TEMPERATURES);
        expectEqual(turned(found, bands, spectrum.length), read(`spectral${i}`), i, tetrahedra);
        energies.release();
      }
    });

    it('has the same frequency shifts', async () => {
      const principal = { kind: 'principal', epsilon: 0.05 } as const;
      for (const i of points.keys()) {
        const energies = await selfEnergies(i, principal);
        const found = energies.shifts(at[i], TEMPERATURES);
        const theirs = read(`shifts${i}`);
        // Modes that take no part have none.
        const isStill = own[i].map((f) => (f < 1e-2 ? 0 : 1));
        const counting = averagedOverEqual(theirs, Array.from(own[i].keys()), own[i]).map(
          (x, at0) => x * isStill[at0 % bands] * selfEnergyUnit(principal),
        );
        expect(
          worst(
            found.map((x, at0) => x * isStill[at0 % bands]),
            counting,
          ),
        ).toBeLessThan(1e-10);
        const { spectrum } = points[i];
        const spectral = energies.spectrum(at[i], spectrum, TEMPERATURES);
        expectEqual(turned(spectral, bands, spectrum.length), read(`spectral_shifts${i}`), i, principal);
        energies.release();
      }
    });

    it.skipIf(isTied)('has the same contributions of triplets', async () => {
      const unit = selfEnergyUnit(tetrahedra);
      const deltas = new TripletDeltas(await ready, grid, { bands, frequencies }, tetrahedra);
      for (const i of points.keys()) {
        const weights = deltas.at(at[i], own[i]);
        const detail = linewidthDetail(
          at[i],
          { bands, frequencies },
          weights,
          read(`strengths${i}`),
          TEMPERATURES.at(-1)!,
          { cutoff: 1e-2, unit },
        );
        expect(
          worst(
            detail,
            read(`detail${i}`).map((x) => x * unit),
          ),
        ).toBeLessThan(1e-10);
      }
      deltas.release();
    });

    function compare(found: DeltaWeights, name: string, i: number) {
      for (const part of ['decay', 'merging', 'total'] as const) {
        const theirs = read(`${name}-${part}${i}`);
        const largest = theirs.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
        expect(farthest(found[part]!, theirs), `${name} ${part}`).toBeLessThanOrEqual(1e-10 * largest);
      }
      // Theirs marks no Gaussian that has run out by itself.
      const theirs = read(`${name}-zero${i}`);
      if (name !== 'gaussian') expect(farthest(found.zero, theirs)).toBe(0);
    }
  },
);

/** [t][b][f] as [t][f][b]. */
function turned(values: Float64Array, bands: number, count: number): Float64Array {
  const size = bands * count;
  return values.map((_, k) => {
    const [t, f, b] = [Math.floor(k / size), Math.floor((k % size) / bands), k % bands];
    return values[t * size + b * count + f];
  });
}
