// Phonons of rocksalt with the field of its ions on a mesh of 40 x 40 x 40 (1661 points of it by symmetry), density of
// states by tetrahedra and thermal properties, from the files on, on one thread. As a program: `node phonons-once.js
// polar` prints what a run says of itself.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openText } from '../../formats/io/open.js';
import { expandBorn, imagesOf, readBorn } from '../../formats/phonopy/born.js';
import { readForceConstants } from '../../formats/phonopy/force-constants.js';
import { readPhonopyYaml } from '../../formats/phonopy/yaml.js';
import { createCpuDevice } from '../../src/device/cpu.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { frequencyPoints } from '../../src/lattice/harmonic/density.js';
import { DynamicalMatrix } from '../../src/lattice/harmonic/dynamical-matrix.js';
import { solveMesh } from '../../src/lattice/harmonic/mesh.js';
import { onDevice } from '../../src/lattice/harmonic/on-device.js';
import { symmetricPolar } from '../../src/lattice/harmonic/polar-symmetry.js';
import { temperatureSteps, thermalProperties } from '../../src/lattice/harmonic/thermal.js';
import { findCellSymmetry } from '../../src/symmetry/cell-symmetry.js';
import { reduceMesh } from '../../src/symmetry/q-mesh.js';
import { reciprocalOperations } from '../../src/symmetry/q-points.js';
import { DATA } from '../../tests/helpers/shared-data.js';
import type { Run } from './peer.js';

const MESH = [40, 40, 40];
const FOLDER = join(DATA, 'phonopy', 'NaCl');

/** @param polar with the field of the ions */
export async function phononsOnce(polar: boolean): Promise<Run> {
  const begin = performance.now();
  const text = async (name: string) => (await openText(join(FOLDER, name))).text;
  const file = await readPhonopyYaml(await text('phonopy.yaml'));
  const cells = buildPhononCells(file.unitCell!.structure, file.supercellMatrix!, file.primitiveMatrix);
  const constants = await readForceConstants(await text('FORCE_CONSTANTS'));
  const symmetry = findCellSymmetry(cells.primitive);
  const response = polar
    ? symmetricPolar(expandBorn(await readBorn(await text('BORN')), imagesOf(symmetry)), symmetry)
    : undefined;
  const device = await createCpuDevice({ threads: 1 });
  try {
    const matrix = new DynamicalMatrix(cells, constants, response);
    const operations = reciprocalOperations(symmetry.operations.map(({ rotation }) => rotation));
    const mesh = reduceMesh(MESH, operations);
    const { eigen, tetrahedra } = onDevice(device);
    const modes = solveMesh(matrix, cells.primitive, mesh, { eigen });
    tetrahedra(modes, mesh, frequencyPoints(modes.frequencies));
    const { heatCapacity } = thermalProperties(modes, temperatureSteps(), { cutoff: 0.01 });
    return {
      seconds: (performance.now() - begin) / 1000,
      frames: mesh.weights.length,
      check: heatCapacity.reduce((sum, x) => sum + x, 0),
    };
  } finally {
    await device.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.stdout.write(JSON.stringify(await phononsOnce(process.argv[2] === 'polar')));
