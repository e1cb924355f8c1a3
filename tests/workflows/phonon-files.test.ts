import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openText } from '../../formats/io/open.js';
import { readBandYaml } from '../../formats/phonopy/band-yaml.js';
import { readDos } from '../../formats/phonopy/dos-dat.js';
import { readMeshYaml } from '../../formats/phonopy/mesh-yaml.js';
import { readThermalDisplacements } from '../../formats/phonopy/thermal-displacements.js';
import { readThermalProperties } from '../../formats/phonopy/thermal-properties.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { straightLine } from '../../src/lattice/harmonic/bands.js';
import { temperatureSteps } from '../../src/lattice/harmonic/thermal.js';
import { createStructure } from '../../src/model/structure.js';
import { writePhononFiles } from '../../src/workflows/phonon-files.js';
import type { PhononModel, PhononPlan } from '../../src/workflows/phonon-plan.js';
import { calculatePhonons } from '../../src/workflows/phonons.js';
import { springConstants } from '../helpers/springs.js';

/** Caesium chloride's structure of two masses on springs: cubic, two atoms, no optical field. */
function model(): PhononModel {
  const unit = createStructure({
    cell: Float64Array.of(4, 0, 0, 0, 4, 0, 0, 0, 4),
    positions: Float64Array.of(0, 0, 0, 2, 2, 2),
    species: ['Cs', 'Cl'],
    kinds: Uint16Array.of(0, 1),
    masses: Float64Array.of(133, 35),
  });
  const cells = buildPhononCells(unit, [2, 2, 2]);
  const constants = springConstants(cells, {
    reach: 4.1,
    stiffness: (distance) => (distance < 3.6 ? [2, 0.1] : [0.7, 0.05]),
  });
  return { cells, constants };
}

const PLAN: PhononPlan = {
  band: {
    path: [{ points: straightLine([0, 0, 0], [0.5, 0, 0], 5), labels: ['GM', 'X'] }],
    velocities: true,
  },
  mesh: { mesh: [4, 4, 4], reducedBy: 'time reversal' },
  density: {},
  projected: {},
  thermal: { temperatures: temperatureSteps(0, 300, 100) },
  motion: { temperatures: [0, 300], cutoff: 0.01 },
  motionMatrices: { temperatures: [300], cutoff: 0.01 },
};

describe('phonons of a model', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'phonolink-phonons-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const text = async (name: string) => (await openText(join(folder, name))).text;

  it('are in the files of phonopy, as they were calculated', async () => {
    const stages: string[] = [];
    const results = calculatePhonons(model(), PLAN, { progress: (stage) => stages.push(stage) });
    const written = await writePhononFiles(folder, results, PLAN);
    expect(written).toHaveLength(7);
    expect(readdirSync(folder).sort()).toEqual(written.map((path) => path.slice(folder.length + 1)).sort());
    expect(stages.length).toBe(8);

    const band = await readBandYaml(await text('band.yaml'));
    near(band.segments[0].frequencies, results.band!.segments[0].frequencies, 1e-10);
    near(band.segments[0].velocities!, results.band!.segments[0].velocities!, 1e-7);
    expect(band.segments[0].labels).toEqual(['GM', 'X']);
    const mesh = await readMeshYaml(await text('mesh.yaml'));
    near(mesh.frequencies, results.mesh!.frequencies, 1e-10);
    expect(mesh.eigenvectors).toBeUndefined();
    expect(results.mesh!.eigenvectors).toBeDefined();
    const total = await readDos(await text('total_dos.dat'));
    const projected = await readDos(await text('projected_dos.dat'));
    expect(projected.columns).toHaveLength(2);
    const sum = projected.columns[0].map((x, f) => x + projected.columns[1][f]);
    // Two columns, each rounded to ten decimals.
    near(sum, total.columns[0], 3e-10);
    const thermal = await readThermalProperties(await text('thermal_properties.yaml'));
    near(thermal.heatCapacity, results.thermal!.heatCapacity, 1e-7);
    expect(Array.from(thermal.temperatures)).toEqual([0, 100, 200, 300]);
    const motion = await readThermalDisplacements(await text('thermal_displacements.yaml'));
    near(motion.displacements, results.motion!.displacements, 1e-7);
    // Cubic sites: each atom moves alike in all directions.
    near(motion.displacements.subarray(0, 1), motion.displacements.subarray(2, 3), 2e-7);
    expect(existsSync(join(folder, 'thermal_displacement_matrices.yaml'))).toBe(true);
  });

  it('leave out what is not asked for', async () => {
    const plan: PhononPlan = { mesh: { mesh: [2, 2, 2], eigenvectors: true }, thermal: PLAN.thermal };
    const results = calculatePhonons(model(), plan);
    await writePhononFiles(folder, results, plan, { without: ['thermal'] });
    expect(readdirSync(folder)).toEqual(['mesh.yaml']);
    const mesh = await readMeshYaml(await text('mesh.yaml'));
    expect(mesh.eigenvectors).toBeDefined();
    // Without Gamma: a mesh of Monkhorst and Pack.
    expect(Array.from(mesh.points).map(Math.abs)).toEqual([0.25, 0.25, 0.25]);
  });

  it('are the same from the reduced and from the whole mesh', () => {
    const of = (reducedBy: 'symmetry' | 'time reversal' | 'nothing') =>
      calculatePhonons(model(), {
        mesh: { mesh: [3, 3, 3], reducedBy, velocities: true },
        // Tetrahedra have one diagonal of the four, and with it less symmetry than the crystal.
        density: { range: { min: 0, max: 6, pitch: 0.1 }, smearing: { kind: 'normal', width: 0.2 } },
        // Acoustic modes at Gamma are noise around zero, which would count or not.
        thermal: { temperatures: [0, 300], cutoff: 0.01 },
        motionMatrices: { temperatures: [200], cutoff: 0.01 },
      });
    const [few, half, all] = (['symmetry', 'time reversal', 'nothing'] as const).map(of);
    expect([few, half, all].map(({ mesh }) => mesh!.weights.length)).toEqual([4, 14, 27]);
    for (const other of [half, all]) {
      near(other.thermal!.entropy, few.thermal!.entropy, 1e-8);
      near(other.density!.columns[0], few.density!.columns[0], 1e-8);
      near(other.motionMatrices!.matrices, few.motionMatrices!.matrices, 1e-10);
    }
  });

  it('need a mesh for what is summed over one', () => {
    expect(() => calculatePhonons(model(), { density: {} })).toThrow('need a mesh');
    expect(() => calculatePhonons(model(), { mesh: { mesh: [2, 2, 2] }, projected: {} })).toThrow(
      'does not reduce',
    );
  });
});

function near(values: ArrayLike<number>, expected: ArrayLike<number>, allowed: number): void {
  expect(values.length).toBe(expected.length);
  let worst = 0;
  for (let k = 0; k < values.length; k++) worst = Math.max(worst, Math.abs(values[k] - expected[k]));
  expect(worst).toBeLessThanOrEqual(allowed);
}
