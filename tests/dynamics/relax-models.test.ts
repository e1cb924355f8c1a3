import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPotential } from '../../formats/potentials.js';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { relax } from '../../src/dynamics/relax.js';
import { uniform } from '../../src/math/random.js';
import { product, rowsTimes } from '../../src/model/cell.js';
import { createStructure, type Structure } from '../../src/model/structure.js';
import { totalsOf } from '../../src/potentials/totals.js';
import { findSpaceGroup } from '../../src/symmetry/space-group.js';
import { repeated, skewedDiamond } from '../contract/structures.js';
import { DATA, withoutData } from '../helpers/shared-data.js';

let device: CpuDevice;
beforeAll(async () => {
  device = await createCpuDevice({ threads: 1 });
});
afterAll(() => device.close());

/** Strained, and each atom moved by up to `most` along each axis. */
function shaken(structure: Structure, most: number): Structure {
  const strain = [1.02, 0.03, -0.02, 0.03, 0.97, 0.04, -0.02, 0.04, 1.01];
  const next = uniform(1);
  const positions = rowsTimes(structure.positions, strain).map((x) => x + most * (2 * next() - 1));
  return createStructure({ ...structure, positions, cell: product(structure.cell, strain) });
}

const copper = () =>
  repeated(
    createStructure({
      positions: Float64Array.of(0, 0, 0, 0, 1.8, 1.8, 1.8, 0, 1.8, 1.8, 1.8, 0),
      symbols: ['Cu', 'Cu', 'Cu', 'Cu'],
      cell: [3.6, 0, 0, 0, 3.6, 0, 0, 0, 3.6],
    }),
    [2, 1, 1],
  );

describe.skipIf(withoutData)('relaxation by fitted models', () => {
  it.each([
    [
      'NEP, carbon',
      'nep/potentials/C_2022_NEP4.txt',
      () => skewedDiamond(['C'], { bond: 1.56, rattle: 0.1, repeat: [2, 2, 2] }),
      227,
    ],
    // Its forces are not quite the gradient of its energy.
    [
      'NEP with charges, BaTiO3',
      'nep/potentials/BaTiO3_qnep_zbl_charge1.txt',
      () => shaken(perovskite(), 0.05),
      undefined,
    ],
    ['ACE, copper', 'ace/potentials/Cu-III.yace', () => shaken(copper(), 0.1), 225],
    ['MTP, silicon', 'mtp/maml_Si.mtp', () => skewedDiamond(['Si'], { bond: 2.38, rattle: 0.1 }), 227],
  ])('%s, comes to rest', async (_name, file, make, group) => {
    const loaded = await loadPotential(join(DATA, file));
    const structure = make();
    const potential = loaded.withSpecies?.(structure.species) ?? loaded;
    const evaluator = await potential.bind(device, structure);
    const evaluate = async (positions: Float64Array, cell: Float64Array) =>
      totalsOf(await evaluator.evaluate(positions, cell));
    const { end, last } = await relax(structure, evaluate, device, { cell: 'full', maxSteps: 300 });
    evaluator.release();
    expect(end).toBe('converged');
    if (group !== undefined) expect(findSpaceGroup(last.structure, 1e-3).number).toBe(group);
  });
});

function perovskite(): Structure {
  const sites = [0, 0, 0, 0.5, 0.5, 0.52, 0.5, 0.5, 0.97, 0.5, 0, 0.48, 0, 0.5, 0.48];
  return createStructure({
    positions: Float64Array.from(sites, (x) => 4.05 * x),
    symbols: ['Ba', 'Ti', 'O', 'O', 'O'],
    cell: [4.05, 0, 0, 0, 4.05, 0, 0, 0, 4.05],
  });
}
