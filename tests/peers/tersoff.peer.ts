import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPotential } from '../../formats/potentials.js';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import type { Structure } from '../../src/model/structure.js';
import { createLennardJones } from '../../src/potentials/lj/potential.js';
import type { Potential } from '../../src/potentials/potential.js';
import { repeated, skewedDiamond } from '../contract/structures.js';
import { lammps } from './lammps.js';

/** Where Debian's lammps-data puts them; LAMMPS_POTENTIALS names another place. */
const POTENTIALS = process.env.LAMMPS_POTENTIALS ?? '/usr/share/lammps/potentials';

let device: CpuDevice;
beforeAll(async () => {
  device = await createCpuDevice({ threads: 1 });
});
afterAll(() => device.close());

/** Rounding of sums of some thousand terms on both sides, relative to the largest component. */
const TOLERANCE = 1e-10;

async function expectSame(potential: Potential, structure: Structure, pair: string[]): Promise<void> {
  const expected = lammps(structure, pair);
  const evaluator = await potential.bind(device, structure);
  const { energies, forces, virials } = await evaluator.evaluate(structure.positions, structure.cell);
  evaluator.release();
  const energy = energies.reduce((sum, x) => sum + x, 0);
  expect(Math.abs(energy - expected.energy)).toBeLessThan(TOLERANCE * Math.abs(expected.energy));
  const virial = Float64Array.from({ length: 9 }, (_, c) =>
    virials.reduce((sum, x, i) => (i % 9 === c ? sum + x : sum), 0),
  );
  for (const [ours, theirs] of [
    [forces, expected.forces],
    [virial, expected.virial],
  ]) {
    const scale = theirs.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const error = theirs.reduce((most, x, i) => Math.max(most, Math.abs(x - ours[i])), 0);
    expect(scale).toBeGreaterThan(0.01);
    expect(error / scale).toBeLessThan(TOLERANCE);
  }
}

/** Structures of two species (or one), bonds in A. */
function structures(symbols: string[], bond: number): [string, Structure][] {
  return [
    ['two atoms in a cell smaller than the cutoff', skewedDiamond(symbols, { bond, repeat: [1, 1, 1] })],
    ['a skewed cell', skewedDiamond(symbols, { bond, repeat: [3, 2, 4], seed: 2 })],
    [
      'a compressed one',
      skewedDiamond(symbols, { bond: 0.9 * bond, repeat: [2, 2, 2], rattle: 0.15 * bond, seed: 3 }),
    ],
    [
      'a stretched one',
      skewedDiamond(symbols, { bond: 1.15 * bond, repeat: [2, 3, 2], rattle: 0.15 * bond, seed: 4 }),
    ],
    ['512 atoms', repeated(skewedDiamond(symbols, { bond, repeat: [4, 4, 4], seed: 5 }), [2, 2, 1])],
  ];
}

interface Case {
  file: string;
  elements: string[];
  bond: number;
}

// m = 1 and m = 3 with lambda3 not zero, one to three elements, entries over one to three lines, a sharp cutoff (1990).
// SiC_1989 and SiC_1994 are left out: their A of C-Si and Si-C differ in the seventh digit, see parameters.ts.
const cases: Case[] = [
  { file: 'Si.tersoff', elements: ['Si'], bond: 2.35 },
  { file: 'SiC.tersoff', elements: ['Si', 'C'], bond: 1.89 },
  { file: 'SiC.tersoff', elements: ['C'], bond: 1.54 },
  { file: 'SiC_1990.tersoff', elements: ['Si', 'C'], bond: 1.89 },
  { file: 'SiC_Erhart-Albe.tersoff', elements: ['Si', 'C'], bond: 1.89 },
  { file: 'GaN.tersoff', elements: ['Ga', 'N'], bond: 1.95 },
  { file: 'BNC.tersoff', elements: ['B', 'N'], bond: 1.57 },
  { file: 'SiO.tersoff', elements: ['Si', 'O'], bond: 1.7 },
  { file: 'Ge.tersoff', elements: ['Ge'], bond: 2.45 },
];

describe.each(cases)('Tersoff $file for $elements against LAMMPS', ({ file, elements, bond }) => {
  it.each(structures(elements, bond))('%s', async (_name, structure) => {
    const path = join(POTENTIALS, file);
    expect(existsSync(path)).toBe(true);
    const potential = await loadPotential(path);
    await expectSame(potential, structure, [
      'pair_style tersoff',
      `pair_coeff * * ${path} ${structure.species.join(' ')}`,
    ]);
  });
});

it('our own silicon file is LAMMPS’s format', async () => {
  const path = join(PACKAGE_ROOT, 'fixtures', 'silicon', 'Si.tersoff');
  const structure = skewedDiamond(['Si'], { bond: 2.35, repeat: [2, 2, 2] });
  await expectSame(await loadPotential(path), structure, ['pair_style tersoff', `pair_coeff * * ${path} Si`]);
});

describe('Lennard-Jones against LAMMPS', () => {
  const argon = { epsilon: 0.0104, sigma: 3.4, cutoff: 8.5 };
  const krypton = { epsilon: 0.0141, sigma: 3.65, cutoff: 9.125 };
  const mixed = { epsilon: 0.0121, sigma: 3.52, cutoff: 7 };
  const species = ['Ar', 'Kr'];

  it.each(structures(species, 3.7))('%s', async (_name, structure) => {
    const order = structure.species.map((symbol) => species.indexOf(symbol));
    const table = [argon, mixed, mixed, krypton];
    const lines = order.flatMap((a, i) =>
      order.slice(i).map((b, step) => {
        const { epsilon, sigma, cutoff } = table[2 * a + b];
        return `pair_coeff ${i + 1} ${i + 1 + step} ${epsilon} ${sigma} ${cutoff}`;
      }),
    );
    for (const shift of [false, true]) {
      const potential = createLennardJones({ species, pairs: table, shift });
      const modify = `pair_modify shift ${shift ? 'yes' : 'no'}`;
      await expectSame(potential, structure, ['pair_style lj/cut 9', modify, ...lines]);
    }
  });
});
