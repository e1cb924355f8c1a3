import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { atomShares, tetrahedronDensity } from '../../src/lattice/harmonic/density.js';
import { DynamicalMatrix } from '../../src/lattice/harmonic/dynamical-matrix.js';
import { gruneisenParameters } from '../../src/lattice/harmonic/gruneisen.js';
import { solveMesh, velocitiesAt } from '../../src/lattice/harmonic/mesh.js';
import { solveModes } from '../../src/lattice/harmonic/modes.js';
import { symmetricPolar } from '../../src/lattice/harmonic/polar-symmetry.js';
import { thermalProperties } from '../../src/lattice/harmonic/thermal.js';
import { displacementMatrices } from '../../src/lattice/harmonic/thermal-motion.js';
import { uniform } from '../../src/math/random.js';
import { inverse, rowsTimes } from '../../src/model/cell.js';
import type { PolarResponse } from '../../src/model/polar.js';
import { symbolsOf, withPositions } from '../../src/model/structure.js';
import { findCellSymmetry } from '../../src/symmetry/cell-symmetry.js';
import { reduceMesh } from '../../src/symmetry/q-mesh.js';
import { reciprocalOperations } from '../../src/symmetry/q-points.js';
import { recipe } from '../helpers/crystals.js';
import { farthest } from '../helpers/phonopy-files.js';
import { springConstants } from '../helpers/springs.js';
import { PYTHON, scratch } from './peers.js';

interface Case {
  name: string;
  dim: [number, number, number];
  mesh: [number, number, number];
  shift?: [0 | 1, 0 | 1, 0 | 1];
  method?: 'gonze' | 'wang';
}

/** Every crystal system; supercells that are too small for the springs, so that images share. */
const CASES: Case[] = [
  { name: 'P1', dim: [2, 1, 1], mesh: [3, 3, 2] },
  { name: 'C2/c', dim: [1, 2, 1], mesh: [3, 3, 3] },
  { name: 'Pnma', dim: [1, 1, 1], mesh: [3, 2, 3] },
  { name: 'Amm2', dim: [2, 1, 1], mesh: [3, 3, 3] },
  { name: 'rutile', dim: [1, 1, 2], mesh: [4, 4, 5], shift: [1, 1, 0] },
  { name: 'chalcopyrite', dim: [1, 1, 1], mesh: [3, 3, 3] },
  { name: 'quartz', dim: [1, 1, 1], mesh: [3, 3, 3], method: 'gonze' },
  { name: 'corundum', dim: [1, 1, 1], mesh: [3, 3, 3] },
  { name: 'wurtzite', dim: [2, 2, 2], mesh: [4, 4, 3], method: 'gonze' },
  { name: 'wurtzite', dim: [2, 2, 2], mesh: [4, 4, 3], method: 'wang' },
  { name: 'pyrite', dim: [1, 1, 1], mesh: [4, 4, 4] },
  { name: 'rocksalt', dim: [2, 2, 2], mesh: [6, 6, 6], method: 'gonze' },
  { name: 'diamond', dim: [1, 1, 1], mesh: [5, 5, 5] },
];

interface Answer {
  version: string;
  frequencies: number[];
  velocities: number[];
  mesh_weights: number[];
  mesh_points: number[];
  mesh_frequencies: number[];
  dos_points: number[];
  dos: number[];
  free_energy: number[];
  entropy: number[];
  heat_capacity: number[];
  motion: number[];
  projected: number[];
  gruneisen_points: number[];
  gruneisen_frequencies: number[];
  gruneisen: number[];
}

/** Springs that weaken as the crystal grows. */
function crystalOf({ name, dim, method }: Case, scale = 1) {
  const unit = recipe(name);
  const grown = withPositions(
    unit,
    unit.positions.map((x) => x * scale),
    unit.cell.map((x) => x * scale),
  );
  const cells = buildPhononCells(grown, dim, 'auto');
  const { primitive } = cells;
  const constants = springConstants(cells, {
    reach: 3.4,
    stiffness: (d, [a, b]) => [40 * Math.exp(-d) * (1 + a + b), 6 * Math.exp(-1.5 * d)],
  });
  const charges = Float64Array.from({ length: 9 * primitive.count }, (_, k) =>
    k % 4 === 0 ? 1 + primitive.kinds[Math.floor(k / 9)] : 0.1 * Math.sin(k),
  );
  const dielectric = Float64Array.of(3, 0.3, 0, 0.3, 4, 0.2, 0, 0.2, 5);
  const symmetry = findCellSymmetry(primitive);
  const polar: PolarResponse | undefined = method && {
    ...symmetricPolar({ charges, dielectric }, symmetry),
    factor: 14.4,
    method,
  };
  return { cells, constants, polar, symmetry, matrix: new DynamicalMatrix(cells, constants, polar) };
}

const next = uniform(7);
const POINTS = Array.from({ length: 24 }, (_, k) => (k < 3 ? 0 : next() - 0.5));
/** How far frequencies reach, THz; the last point of the densities. */
const TOP = 12;

function input(entry: Case, scale = 1) {
  const { cells, constants, polar } = crystalOf(entry, scale);
  const { unitCell } = cells;
  return {
    symbols: symbolsOf(unitCell),
    cell: [...unitCell.cell],
    fractional: [...rowsTimes(unitCell.positions, inverse(unitCell.cell))],
    masses: [...unitCell.masses],
    dim: [...cells.supercellMatrix],
    primitive: [...cells.primitiveMatrix],
    constants: [...constants.values],
    polar: polar && { ...polar, charges: [...polar.charges], dielectric: [...polar.dielectric] },
    points: POINTS,
    mesh: entry.mesh,
    shift: entry.shift ?? [0, 0, 0],
    top: TOP,
  };
}

const STRAIN = 0.003;
const cases = CASES.map((entry) => ({
  ...input(entry),
  volumes: [input(entry, 1 + STRAIN), input(entry, 1 - STRAIN)],
}));
const file = join(scratch('phonons'), 'cases.json');
writeFileSync(file, JSON.stringify(cases));
const answers = JSON.parse(
  execFileSync(PYTHON, [join(PACKAGE_ROOT, 'tests/peers/phonons.py'), file], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  }),
) as Answer[];

const largest = (values: ArrayLike<number>) =>
  Array.from(values).reduce((a, b) => Math.max(a, Math.abs(b)), 0);

describe.each(CASES.map((entry, k) => [`${entry.name} ${entry.method ?? ''}`, entry, answers[k]] as const))(
  'phonons of %s, beside phonopy',
  (_, entry, answer) => {
    const { cells, matrix, symmetry } = crystalOf(entry);
    const operations = reciprocalOperations(symmetry.operations.map(({ rotation }) => rotation));
    const isOld = answer.version.startsWith('2.');
    const squares = (values: ArrayLike<number>) => Array.from(values, (f) => f * Math.abs(f));
    const whole = reduceMesh(entry.mesh, [], entry.shift);
    // Eigenvalues of 100 THz^2 to rounding. The dipoles' sum ends at 1e-10 of its first terms, and on the surface of the
    // zone it matters which of equal points is taken.
    const rounding = entry.method === 'gonze' ? 1e-6 : 1e-9;

    it('frequencies and group velocities', () => {
      const { frequencies, eigenvectors } = solveModes(matrix, POINTS, { vectors: true });
      expect(farthest(squares(frequencies), squares(answer.frequencies))).toBeLessThan(rounding);
      const step = isOld && entry.method === 'gonze' ? 1e-5 : undefined;
      const velocities = velocitiesAt(matrix, POINTS, frequencies, eigenvectors!, { operations, step });
      // At the first point, Gamma, acoustic modes are noise.
      const optical = (values: ArrayLike<number>) => Array.from(values).slice(3 * matrix.size);
      expect(farthest(optical(velocities), optical(answer.velocities))).toBeLessThan(
        (step ? 1e-6 : 1e-8) * largest(answer.velocities),
      );
    });

    it('mesh, densities of states and thermal properties', () => {
      const mesh = reduceMesh(entry.mesh, operations, entry.shift);
      const modes = solveMesh(matrix, cells.primitive, mesh);
      expect(modes.weights.length).toBe(answer.mesh_weights.length);
      if (isOld) {
        expect(farthest(modes.weights, answer.mesh_weights)).toBe(0);
        // On the zone's surface the same up to a reciprocal lattice vector.
        const apart = modes.points.map((x, k) => x - answer.mesh_points[k]);
        expect(farthest(apart, apart.map(Math.round))).toBeLessThan(1e-9);
      }
      const { columns } = tetrahedronDensity(modes, mesh, Float64Array.from(answer.dos_points));
      expect(farthest(columns[0], answer.dos)).toBeLessThan(1e-7 * largest(answer.dos));
      const thermal = thermalProperties(modes, [0, 7, 150, 900], { cutoff: 0.2 });
      for (const [values, expected] of [
        [thermal.freeEnergy, answer.free_energy],
        [thermal.entropy, answer.entropy],
        [thermal.heatCapacity, answer.heat_capacity],
      ]) {
        expect(farthest(values, expected)).toBeLessThan(1e-8 * largest(expected));
      }
    });

    it('thermal displacements and projected densities of states', () => {
      const modes = solveMesh(matrix, cells.primitive, whole, { vectors: true });
      const { matrices } = displacementMatrices(modes, [0, 300], { cutoff: 0.2 });
      expect(farthest(matrices, answer.motion)).toBeLessThan(1e-7 * largest(answer.motion));
      const found = tetrahedronDensity(
        modes,
        whole,
        Float64Array.from(answer.dos_points),
        atomShares(modes, 'direction'),
      );
      // Equal modes share their vectors in another way, but have the same tetrahedra only where they are equal at
      // every corner: what is left is a hundredth where bands touch.
      const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
      const all = found.columns.flatMap((column) => [...column]);
      expect(Math.abs(sum(all) - sum(answer.projected))).toBeLessThan(1e-7 * sum(answer.projected));
    });

    it('Grueneisen parameters', () => {
      const [larger, smaller] = [1 + STRAIN, 1 - STRAIN].map((scale) => crystalOf(entry, scale).matrix);
      const found = gruneisenParameters(matrix, larger, smaller, answer.gruneisen_points);
      expect(farthest(squares(found.frequencies), squares(answer.gruneisen_frequencies))).toBeLessThan(
        rounding,
      );
      found.parameters.forEach((parameter, k) => {
        // A difference of eigenvalues over a change of volume of 0.018, and over the square of the frequency.
        const f = answer.gruneisen_frequencies[k];
        const allowed = (100 * rounding) / f ** 2 + 1e-6;
        if (f > 0.3) expect(Math.abs(parameter - answer.gruneisen[k])).toBeLessThan(allowed);
      });
    });
  },
);
