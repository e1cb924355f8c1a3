import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  readCubicForceConstantsHdf5,
  readForceConstantsHdf5,
} from '../../formats/phonopy/force-constants-hdf5.js';
import { readPhonopyYaml } from '../../formats/phonopy/yaml.js';
import { formatNamed } from '../../formats/read.js';
import { runCommandLine } from '../../src/cli/program.js';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { createFrame } from '../../src/model/frame.js';
import { createStructure } from '../../src/model/structure.js';
import { conductivityOf } from '../../src/workflows/kappa/conductivity.js';
import type { AnharmonicModel, ConductivityPlan } from '../../src/workflows/kappa/plan.js';
import { scatterAll } from '../../src/workflows/kappa/scatter-all.js';
import { scatteringGrid } from '../../src/workflows/kappa/scattering.js';
import { commandLine } from '../helpers/command-line.js';
import { recipe } from '../helpers/crystals.js';
import { written } from '../helpers/formats.js';
import { conductivityBy } from '../helpers/kappa-cases.js';
import { opened } from '../helpers/phonopy-files.js';

const MODEL = join(PACKAGE_ROOT, 'fixtures', 'silicon', 'Si.tersoff');
const cli = commandLine();

let device: CpuDevice;
beforeAll(async () => {
  device = await createCpuDevice({ threads: 1 });
});
afterAll(() => device.close());

/** Silicon stacked as wurtzite, hexagonal diamond: a crystal with an axis, relaxed by Tersoff's potential. */
async function hexagonal(): Promise<AnharmonicModel> {
  const { positions, cell } = recipe('wurtzite');
  const larger = (values: Float64Array) => values.map((x) => 1.17 * x);
  const symbols = ['Si', 'Si', 'Si', 'Si'];
  const structure = createStructure({ symbols, cell: larger(cell), positions: larger(positions) });
  writeFileSync(cli.at('in.xyz'), await written(formatNamed('extxyz'), [createFrame(structure)]));
  const code = await runCommandLine([
    ...['node', 'phonolink', 'kappa', MODEL, cli.at('in.xyz'), '-o', cli.at('out'), '--threads', '1'],
    ...['--dim', '2', '2', '1', '--mesh', '2', '2', '2', '--temperatures', '300', '--cutoff-pair', '4'],
  ]);
  expect(code).toBe(0);
  const file = await readPhonopyYaml(await opened(cli.at('out/phono3py_disp.yaml')));
  const cells = buildPhononCells(file.unitCell!.structure, file.supercellMatrix!, file.primitiveMatrix);
  const rows = cells.primitiveToSuper;
  const { constants } = await readForceConstantsHdf5(cli.at('out/fc2.hdf5'), { rows });
  const cubic = await readCubicForceConstantsHdf5(cli.at('out/fc3.hdf5'), { rows });
  return { cells, constants, cubicCells: cells, cubic: cubic.constants };
}

const PLAN: ConductivityPlan = {
  mesh: [4, 4, 3],
  convention: 'average',
  widths: ['tetrahedra'],
  equalBands: 'averaged',
  temperatures: Float64Array.of(300, 10_000, 20_000),
};

describe('a conductivity', () => {
  it('has the symmetry of the crystal, falls with 1/T, and goes over into relaxation times', async () => {
    const model = await hexagonal();
    const whole = await conductivityBy(model, PLAN, device);
    const at = (t: number) => whole.kappa!.subarray(6 * t, 6 * t + 6);
    const [xx, yy, zz, ...others] = at(0);
    expect(xx).toBeGreaterThan(0);
    // A sixfold axis along z: isotropic across it, and another along it.
    expect(Math.abs(yy / xx - 1)).toBeLessThan(1e-9);
    expect(Math.abs(zz / xx - 1)).toBeGreaterThan(0.01);
    for (const x of others) expect(Math.abs(x)).toBeLessThan(1e-9 * xx);
    for (const gamma of whole.linewidths!) expect(gamma).toBeGreaterThanOrEqual(0);
    // Occupations are k T / h f, but for (h f / k T)^2 / 12: 16 THz are 768 K, a twentieth of it squared at 10000 K.
    for (const c of [0, 1, 2]) expect(Math.abs((2 * at(2)[c]) / at(1)[c] - 1)).toBeLessThan(1e-3);
    // The same where nothing is left out by symmetry. (Tetrahedra lean to one side: with them it matters which of
    // equivalent triplets stand for the others.)
    const smeared = { ...PLAN, widths: [0.5] };
    const reduced = await conductivityBy(model, smeared, device);
    const plain = await conductivityBy(model, { ...smeared, reducedBy: 'nothing' }, device);
    for (const c of [0, 1, 2]) expect(Math.abs(plain.kappa![c] / reduced.kappa![c] - 1)).toBeLessThan(1e-6);

    const plan = { ...PLAN, collisions: 'reduced' } as const;
    const prepared = scatteringGrid(model, plan, device);
    const { points } = await scatterAll(prepared, model, plan, device);
    const exact = conductivityOf(prepared, model, plan, points!, 0, device);
    expect(Math.abs(exact.kappa![0] / exact.kappaRta![0] - 1)).toBeGreaterThan(1e-3);
    const alone = points!.map((point) => ({
      ...point,
      widths: point.widths.map((width) => ({ ...width, rows: new Float64Array(width.rows!.length) })),
    }));
    const diagonal = conductivityOf(prepared, model, plan, alone, 0, device);
    for (const found of [exact.kappaRta!, diagonal.kappa!]) {
      found.forEach((x, k) => {
        expect(Math.abs(x - whole.kappa![k])).toBeLessThan(1e-9 * whole.kappa![k - (k % 6)]);
      });
    }
  });

  it('rests on collisions in detailed balance', async () => {
    const model = await hexagonal();
    // Gaussians have no direction. Each point is calculated for itself, because operations would turn vectors of equal
    // modes, and none lies on the surface of the zone, where each image of a point has vectors of its own.
    const plan = {
      ...PLAN,
      ...({ mesh: [5, 5, 1], widths: [0.5], collisions: 'full', reducedBy: 'nothing' } as const),
    };
    const prepared = scatteringGrid(model, plan, device);
    const { points } = await scatterAll(prepared, model, plan, device);
    const { grid, modes, irreducible } = prepared;
    expect(irreducible.points).toHaveLength(25);
    const rows = grid.total * modes.bands;
    const matrix = new Float64Array(rows * rows);
    const size = modes.bands * rows;
    points!.forEach(({ widths: [{ rows: own }] }, i) => {
      matrix.set(own!.subarray(0, size), irreducible.points[i] * size);
    });
    const largest = matrix.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    expect(largest).toBeGreaterThan(0);
    let apart = 0;
    for (let i = 0; i < rows; i++) {
      for (let k = 0; k < i; k++)
        apart = Math.max(apart, Math.abs(matrix[i * rows + k] - matrix[k * rows + i]));
    }
    expect(apart).toBeLessThan(1e-9 * largest);
  });
});
