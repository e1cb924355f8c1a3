// Phonons of rocksalt with the field of its ions on a mesh of 40 x 40 x 40 (1661 points of it by symmetry), density of
// states by tetrahedra and thermal properties, beside phonopy: from the files on, one thread each.
import { join } from 'node:path';
import { openText } from '../formats/io/open.js';
import { expandBorn, imagesOf, readBorn } from '../formats/phonopy/born.js';
import { readForceConstants } from '../formats/phonopy/force-constants.js';
import { readPhonopyYaml } from '../formats/phonopy/yaml.js';
import { createCpuDevice } from '../src/device/cpu.js';
import { buildPhononCells } from '../src/lattice/cells.js';
import { frequencyPoints } from '../src/lattice/harmonic/density.js';
import { DynamicalMatrix } from '../src/lattice/harmonic/dynamical-matrix.js';
import { solveMesh } from '../src/lattice/harmonic/mesh.js';
import { onDevice } from '../src/lattice/harmonic/on-device.js';
import { symmetricPolar } from '../src/lattice/harmonic/polar-symmetry.js';
import { temperatureSteps, thermalProperties } from '../src/lattice/harmonic/thermal.js';
import { findCellSymmetry } from '../src/symmetry/cell-symmetry.js';
import { reduceMesh } from '../src/symmetry/q-mesh.js';
import { reciprocalOperations } from '../src/symmetry/q-points.js';
import { DATA } from '../tests/helpers/shared-data.js';
import type { BenchCase } from './helpers/case.js';
import { alternate, type Run, runPeer } from './helpers/peer.js';

const ROUNDS = 3;
const MESH = [40, 40, 40];
const FOLDER = join(DATA, 'phonopy', 'NaCl');

const PEER = `
import os, sys, time, json
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = os.environ["RAYON_NUM_THREADS"] = "1"
import numpy as np
import phonopy
folder, polar = sys.argv[1], sys.argv[2] == "polar"
begin = time.perf_counter()
phonon = phonopy.load(f"{folder}/phonopy.yaml", force_constants_filename=f"{folder}/FORCE_CONSTANTS",
    born_filename=f"{folder}/BORN" if polar else None, is_nac=polar, log_level=0)
phonon.run_mesh([40, 40, 40], is_gamma_center=True)
phonon.run_total_dos()
phonon.run_thermal_properties(t_min=0, t_max=1000, t_step=10)
seconds = time.perf_counter() - begin
heat = phonon.thermal_properties.heat_capacity
print(json.dumps({"seconds": seconds, "frames": len(phonon.mesh.weights), "check": float(np.sum(heat))}))
`;

async function ours(polar: boolean): Promise<Run> {
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
    const { heatCapacity } = thermalProperties(modes, temperatureSteps());
    return {
      seconds: (performance.now() - begin) / 1000,
      frames: mesh.weights.length,
      check: heatCapacity.reduce((sum, x) => sum + x, 0),
    };
  } finally {
    await device.close();
  }
}

async function compare(polar: boolean) {
  const best = await alternate(
    ROUNDS,
    () => ours(polar),
    () => runPeer(PEER, FOLDER, polar ? 'polar' : 'plain'),
  );
  return { ours: 1 / best.ours.seconds, peer: 1 / best.peer.seconds, unit: 'runs/s' };
}

export const cases: readonly BenchCase[] = [true, false].map((polar) => ({
  name: `NaCl, mesh 40 x 40 x 40${polar ? ' with the field' : ''}`,
  peer: 'phonopy',
  wanted: 2,
  run: () => compare(polar),
}));
