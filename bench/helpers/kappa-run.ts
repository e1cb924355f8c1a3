// What a command does for a conductivity, from files to a file: node kappa-run.js FOLDER MESH rta|lbte THREADS. FOLDER has
// phono3py_disp.yaml, fc2.hdf5 and fc3.hdf5, and gets kappa-m*.hdf5. Prints the conductivity and the most memory used.
import { join } from 'node:path';
import { openText } from '../../formats/io/open.js';
import { kappaName, writeKappa } from '../../formats/phono3py/kappa.js';
import {
  readCubicForceConstantsHdf5,
  readForceConstantsHdf5,
} from '../../formats/phonopy/force-constants-hdf5.js';
import { readPhonopyYaml } from '../../formats/phonopy/yaml.js';
import { createCpuDevice } from '../../src/device/cpu.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { conductivityOf } from '../../src/workflows/kappa/conductivity.js';
import { scatterAll } from '../../src/workflows/kappa/scatter-all.js';
import { scatteringGrid } from '../../src/workflows/kappa/scattering.js';

const [folder, meshText, method, threads] = process.argv.slice(2);
const device = await createCpuDevice({ threads: Number(threads) });
const file = await readPhonopyYaml((await openText(join(folder, 'phono3py_disp.yaml'))).text);
const cells = buildPhononCells(file.unitCell!.structure, file.supercellMatrix!, file.primitiveMatrix);
const rows = cells.primitiveToSuper;
const { constants } = await readForceConstantsHdf5(join(folder, 'fc2.hdf5'), { rows });
const cubic = await readCubicForceConstantsHdf5(join(folder, 'fc3.hdf5'), { rows });
const model = {
  cells,
  constants,
  cubicCells: cells,
  cubic: cubic.constants,
  ...(file.polar && { polar: { ...file.polar, method: 'gonze' as const } }),
};
const mesh = new Array<number>(3).fill(Number(meshText));
const plan = {
  mesh,
  convention: 'average' as const,
  widths: ['tetrahedra' as const],
  temperatures: Float64Array.of(300),
  ...(method === 'lbte' && { collisions: 'reduced' as const }),
};
const prepared = scatteringGrid(model, plan, device);
const { points } = await scatterAll(prepared, model, plan, device);
const result = conductivityOf(prepared, model, plan, points!, 0, device);
await writeKappa(join(folder, kappaName(result)), result);
await device.close();
console.log(JSON.stringify({ kappa: result.kappa![0], megabytes: process.resourceUsage().maxRSS / 1024 }));
