import { beforeAll, describe, expect, it } from 'vitest';
import { smearedDensity, tetrahedronDensity } from '../../../src/lattice/harmonic/density.js';
import { DynamicalMatrix } from '../../../src/lattice/harmonic/dynamical-matrix.js';
import { solveMesh, velocitiesAt } from '../../../src/lattice/harmonic/mesh.js';
import { solveModes } from '../../../src/lattice/harmonic/modes.js';
import { thermalProperties } from '../../../src/lattice/harmonic/thermal.js';
import { displacementMatrices } from '../../../src/lattice/harmonic/thermal-motion.js';
import type { MeshModes } from '../../../src/model/phonon-results.js';
import { type QMesh, reduceMesh } from '../../../src/symmetry/q-mesh.js';
import { openPhononCase, type PhononCase, phononCases } from '../../helpers/phonon-cases.js';
import { withoutData } from '../../helpers/shared-data.js';

const GAMMA = 1e-3;

describe.skipIf(withoutData).each([...phononCases()])('%s', (file, cases) => {
  const tolerance = (name: string) => {
    const entry = cases.find(({ id }) => id.endsWith(`/${name}`))!;
    return entry.quantities[name].abs ?? entry.quantities[name].rel!;
  };
  let all: PhononCase;
  let points: number[];
  let mesh: QMesh;
  let modes: MeshModes;
  beforeAll(async () => {
    all = await openPhononCase(file);
    points = all.reference.q_points_primitive_reduced.flat();
    mesh = reduceMesh(all.reference.mesh.mesh, all.operations);
    modes = solveMesh(all.matrix, all.cells.primitive, mesh, { vectors: true });
  });

  it('dynamical matrices', () => {
    const { matrix, reference } = all;
    const { size } = matrix;
    // Not kept of the larger crystals.
    if (!reference.dynamical_matrices_real) return;
    const out = new Float64Array(2 * size * size);
    reference.q_points_primitive_reduced.forEach((_, p) => {
      matrix.evaluate(points, p, out);
      const expected = reference.dynamical_matrices_real![p].flatMap((row, i) =>
        row.flatMap((re, j) => [re, reference.dynamical_matrices_imag![p][i][j]]),
      );
      expectNear(out, expected, tolerance('dynamical_matrices_*'));
    });
  });

  it('frequencies', () => {
    expectFrequencies(solveModes(all.matrix, points).frequencies, all.reference.frequencies_THz.flat());
  });

  it('frequencies without and with a field', () => {
    const { reference, cells, constants, matrix } = all;
    if (reference.frequencies_without_nac_THz) {
      const bare = solveModes(new DynamicalMatrix(cells, constants), points).frequencies;
      expectFrequencies(bare, reference.frequencies_without_nac_THz.flat());
    }
    for (const { direction_reduced: along, frequencies_THz } of reference.gamma_with_nac_direction ?? []) {
      expectFrequencies(solveModes(matrix, [0, 0, 0], { along }).frequencies, frequencies_THz);
    }
  });

  function expectFrequencies(values: Float64Array, expected: number[]): void {
    const { size } = all.matrix;
    // The index: acoustic modes at Gamma, the first of the points, are noise.
    expectNear(values.subarray(0, 3), expected.slice(0, 3), GAMMA);
    expectNear(values.subarray(3), expected.slice(3), tolerance('frequencies_THz'));
    expect(values.length % size).toBe(0);
  }

  it('group velocities', () => {
    const { matrix, reference, operations, polar } = all;
    const { frequencies, eigenvectors } = solveModes(matrix, points, { vectors: true });
    // phonopy 2 takes differences where there are dipoles.
    const step = polar ? 1e-5 : undefined;
    const velocities = velocitiesAt(matrix, points, frequencies, eigenvectors!, { operations, step });
    const expected = reference.group_velocities_THz_A.flat(2);
    const fastest = Math.max(...expected.map(Math.abs));
    for (let k = 0; k < expected.length; k += 3) {
      const speed = Math.hypot(...expected.slice(k, k + 3));
      // Of a slow mode the rounding of the matrix counts, and more the lower its frequency is: by which it is divided.
      const allowed = tolerance('group_velocities_THz_A') * speed + 1e-7 * fastest;
      expectNear(velocities.subarray(k, k + 3), expected.slice(k, k + 3), allowed);
    }
  });

  it('the irreducible mesh', () => {
    expect(mesh.weights.length).toBe(all.reference.mesh.num_irreducible);
    expect(mesh.weights.reduce((sum, w) => sum + w, 0)).toBe(all.reference.mesh.weights_sum);
  });

  it('thermal properties', () => {
    const expected = all.reference.thermal_properties;
    const found = thermalProperties(modes, expected.temperatures);
    const allowed = tolerance('thermal_properties');
    expectClose(found.freeEnergy, expected.free_energy_kJ_mol, allowed);
    expectClose(found.entropy, expected.entropy_J_K_mol, allowed);
    expectClose(found.heatCapacity, expected.heat_capacity_J_K_mol, allowed);
  });

  it('densities of states', () => {
    const { total_dos_tetrahedron: sharp, 'total_dos_gaussian_sigma0.2': smeared } = all.reference;
    const allowed = (name: string, { total_dos }: typeof sharp) => tolerance(name) * Math.max(...total_dos);
    const tetrahedra = tetrahedronDensity(modes, mesh, Float64Array.from(sharp.frequency_points));
    expectNear(tetrahedra.columns[0], sharp.total_dos, allowed('total_dos_tetrahedron', sharp));
    const gauss = smearedDensity(modes, Float64Array.from(smeared.frequency_points), {
      kind: 'normal',
      width: 0.2,
    });
    expectNear(gauss.columns[0], smeared.total_dos, allowed('total_dos_gaussian_sigma0.2', smeared));
  });

  it('thermal displacements', () => {
    const expected = all.reference.thermal_displacement_matrices_A2;
    if (!expected) return;
    const values = expected.matrices.flat(3);
    const { matrices } = displacementMatrices(modes, expected.temperatures, {
      cutoff: expected.freq_min,
      symmetry: all.symmetry,
    });
    const largest = Math.max(...values);
    expectNear(matrices, values, tolerance('thermal_displacement_matrices_A2') * largest);
  });
});

function expectNear(values: ArrayLike<number>, expected: ArrayLike<number>, allowed: number): void {
  expect(values.length).toBe(expected.length);
  let worst = 0;
  for (let k = 0; k < expected.length; k++) worst = Math.max(worst, Math.abs(values[k] - expected[k]));
  expect(worst).toBeLessThanOrEqual(allowed);
}

function expectClose(values: ArrayLike<number>, expected: ArrayLike<number>, relative: number): void {
  expect(values.length).toBe(expected.length);
  for (let k = 0; k < expected.length; k++) {
    expect(Math.abs(values[k] - expected[k])).toBeLessThanOrEqual(relative * Math.abs(expected[k]));
  }
}

// A file without any suite fails: where there is no reference data, the loops above make none.
describe.skipIf(withoutData)('phonons of the reference set', () => {
  it('has cases', () => {
    expect(withoutData).toBe(false);
  });
});
