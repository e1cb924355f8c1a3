import { beforeAll, describe, expect, it } from 'vitest';
import { readBandYaml } from '../../../formats/phonopy/band-yaml.js';
import { readDos } from '../../../formats/phonopy/dos-dat.js';
import { readMeshYaml } from '../../../formats/phonopy/mesh-yaml.js';
import { readThermalProperties } from '../../../formats/phonopy/thermal-properties.js';
import { solveBands } from '../../../src/lattice/harmonic/bands.js';
import { atomShares, frequencyPoints, tetrahedronDensity } from '../../../src/lattice/harmonic/density.js';
import { DynamicalMatrix } from '../../../src/lattice/harmonic/dynamical-matrix.js';
import { solveMesh } from '../../../src/lattice/harmonic/mesh.js';
import { thermalProperties } from '../../../src/lattice/harmonic/thermal.js';
import type { MeshModes } from '../../../src/model/phonon-results.js';
import { meshShift, type QMesh, reduceMesh } from '../../../src/symmetry/q-mesh.js';
import { openPhononCase, type PhononCase } from '../../helpers/phonon-cases.js';
import { farthest, opened } from '../../helpers/phonopy-files.js';
import { withoutData } from '../../helpers/shared-data.js';

/** Half of the last digit of a file of ten decimals, and what its q points of seven decimals leave open: THz. */
const TEN_DIGITS = 6e-11;
const SEVEN_DIGITS = 5e-6;

/** Files that phonopy 2.17 wrote: what is between reading them and a plot of them is checked with its own numbers. */
describe.skipIf(withoutData).each(['Si', 'NaCl', 'ZnO'])("phonopy's files of %s", (name) => {
  const folder = `phonopy/${name}`;
  let all: PhononCase;
  let file: MeshModes;
  let mesh: QMesh;
  let modes: MeshModes;
  beforeAll(async () => {
    all = await openPhononCase(`${folder}/phonopy_reference.json`);
    file = await readMeshYaml(await opened(`${folder}/mesh.yaml`));
    // phonopy's own --mesh is not centred at Gamma: an even number of points misses it.
    mesh = reduceMesh(file.mesh, all.operations, meshShift(file.mesh, { gammaCentred: name === 'Si' }));
    modes = solveMesh(all.matrix, all.cells.primitive, mesh, { velocities: true, vectors: true });
  });

  it('mesh.yaml', () => {
    expect([...modes.weights]).toEqual([...file.weights]);
    expect(farthest(modes.points, file.points)).toBeLessThan(6e-8);
    expect(farthest(optical(modes.frequencies), optical(file.frequencies))).toBeLessThan(TEN_DIGITS);
    // Seven decimals.
    if (file.velocities) expect(farthest(modes.velocities, file.velocities)).toBeLessThan(6e-8);
  });

  /** Without the three acoustic modes of the first point: Gamma in one file, and noise there. */
  function optical(frequencies: Float64Array): Float64Array {
    return frequencies.subarray(name === 'Si' ? 3 : 0);
  }

  it('band.yaml', async () => {
    const { segments } = await readBandYaml(await opened(`${folder}/band.yaml`));
    const bands = solveBands(all.matrix, all.cells.primitive, segments);
    segments.forEach(({ frequencies, distances }, s) => {
      expect(farthest(bands.segments[s].distances, distances)).toBeLessThan(2e-7);
      expect(farthest(bands.segments[s].frequencies, frequencies)).toBeLessThan(SEVEN_DIGITS);
    });
  });

  it('thermal_properties.yaml', async () => {
    const expected = await readThermalProperties(await opened(`${folder}/thermal_properties.yaml`));
    const found = thermalProperties(modes, expected.temperatures);
    expect(found.integratedModes).toBe(expected.integratedModes);
    expect(found.modes).toBe(expected.modes);
    for (const key of ['freeEnergy', 'entropy', 'heatCapacity'] as const) {
      expect(farthest(found[key], expected[key])).toBeLessThan(6e-8);
    }
  });

  it('total_dos.dat', async () => {
    const expected = await readDos(await opened(`${folder}/total_dos.dat`));
    if (name === 'Si') {
      const own = reduceMesh([15, 15, 15], all.operations);
      const found = tetrahedronDensity(
        solveMesh(all.matrix, all.cells.primitive, own),
        own,
        expected.frequencies,
      );
      expect(farthest(found.columns, expected.columns)).toBeLessThan(TEN_DIGITS);
      return;
    }
    const points = frequencyPoints(modes.frequencies);
    expect(farthest(points, expected.frequencies)).toBeLessThan(TEN_DIGITS);
    const found = tetrahedronDensity(modes, mesh, points);
    const most = expected.columns[0].reduce((a, b) => Math.max(a, b));
    expect(farthest(found.columns, expected.columns)).toBeLessThan(1e-6 * most);
  });
});

describe.skipIf(withoutData)("phonopy's other files", () => {
  it('wang_band.yaml: bands with the field of Wang et al.', async () => {
    const { cells, constants, polar } = await openPhononCase('phonopy/NaCl/phonopy_reference.json');
    const { segments } = await readBandYaml(await opened('phonopy/NaCl/wang_band.yaml'));
    const matrix = new DynamicalMatrix(cells, constants, { ...polar!, method: 'wang' });
    const bands = solveBands(matrix, cells.primitive, segments);
    segments.forEach(({ frequencies }, s) => {
      expect(farthest(bands.segments[s].frequencies, frequencies)).toBeLessThan(SEVEN_DIGITS);
    });
  });

  it('nonac_thermal_properties.yaml: without a field', async () => {
    const { cells, constants, operations } = await openPhononCase('phonopy/NaCl/phonopy_reference.json');
    const mesh = reduceMesh([10, 10, 10], operations, meshShift([10, 10, 10], { gammaCentred: false }));
    const modes = solveMesh(new DynamicalMatrix(cells, constants), cells.primitive, mesh);
    const expected = await readThermalProperties(await opened('phonopy/NaCl/nonac_thermal_properties.yaml'));
    const found = thermalProperties(modes, expected.temperatures);
    for (const key of ['freeEnergy', 'entropy', 'heatCapacity'] as const) {
      expect(farthest(found[key], expected[key])).toBeLessThan(6e-8);
    }
  });

  it('projected_dos.dat: shares of the atoms', async () => {
    const { matrix, cells } = await openPhononCase('phonopy/Si/phonopy_reference.json');
    const mesh = reduceMesh([9, 9, 9], []);
    const modes = solveMesh(matrix, cells.primitive, mesh, { vectors: true });
    const expected = await readDos(await opened('phonopy/Si/projected_dos_9x9x9.dat'));
    const found = tetrahedronDensity(modes, mesh, expected.frequencies, atomShares(modes, 'atom'));
    expect(farthest(found.columns, expected.columns)).toBeLessThan(TEN_DIGITS);
  });
});
