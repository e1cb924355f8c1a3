import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPotential } from '../../formats/potentials.js';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { heldAtoms } from '../../src/dynamics/held-atoms.js';
import { type RelaxOptions, type RelaxStep, relax } from '../../src/dynamics/relax.js';
import { MINIMIZERS, type MinimizerName } from '../../src/math/minimize/methods.js';
import { uniform } from '../../src/math/random.js';
import { product, rowsTimes, volume } from '../../src/model/cell.js';
import { PhonolinkError } from '../../src/model/errors.js';
import { type Column, createFrame } from '../../src/model/frame.js';
import { createStructure, type Structure } from '../../src/model/structure.js';
import { GIGAPASCAL } from '../../src/model/units.js';
import { createLennardJones } from '../../src/potentials/lj/potential.js';
import type { Potential } from '../../src/potentials/potential.js';
import { type Totals, totalsOf } from '../../src/potentials/totals.js';
import { findSpaceGroup } from '../../src/symmetry/space-group.js';
import { createSymmetriser } from '../../src/symmetry/symmetriser.js';
import { skewedDiamond, withoutCell } from '../contract/structures.js';
import { recipe } from '../helpers/crystals.js';
import { difference } from '../helpers/formats.js';

const FMAX = 1e-5;
const SMAX = 1e-4 * GIGAPASCAL;

let device: CpuDevice;
let tersoff: Potential;
// The shifted one: its energy has no step where a pair crosses the cutoff.
const lennardJones = createLennardJones({
  species: ['Ar'],
  pairs: [{ epsilon: 0.0104, sigma: 3.4, cutoff: 8.5 }],
  shift: true,
});

beforeAll(async () => {
  device = await createCpuDevice({ threads: 1 });
  tersoff = await loadPotential(join(PACKAGE_ROOT, 'fixtures', 'silicon', 'Si.tersoff'));
});
afterAll(() => device.close());

async function relaxed(potential: Potential, structure: Structure, options: RelaxOptions = {}) {
  const evaluator = await potential.bind(device, structure);
  const evaluate = async (positions: Float64Array, cell: Float64Array) =>
    totalsOf(await evaluator.evaluate(positions, cell));
  try {
    return await relax(structure, evaluate, device, options);
  } finally {
    evaluator.release();
  }
}

async function energyOf(potential: Potential, structure: Structure): Promise<number> {
  const evaluator = await potential.bind(device, structure);
  const { energy } = totalsOf(await evaluator.evaluate(structure.positions, structure.cell));
  evaluator.release();
  return energy;
}

/** -W/V, eV/A^3 */
function stressOf({ totals, structure }: RelaxStep<Totals>): Float64Array {
  return totals.virial.map((w) => -w / volume(structure.cell));
}

/** fcc, one atom in a primitive cell, strained. */
function fcc(edge: number, strain: readonly number[] = [1, 0, 0, 0, 1, 0, 0, 0, 1]): Structure {
  const cell = product(
    [0, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0].map((x) => x * edge),
    strain,
  );
  return createStructure({ positions: new Float64Array(3), symbols: ['Ar'], cell });
}

/** The minimum of a function of one variable by golden section, to 1e-7 where its values are exact to 1e-14. */
async function minimum(f: (x: number) => Promise<number>, low: number, high: number): Promise<number> {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [low, high];
  while (b - a > 1e-7) {
    const [c, d] = [b - ratio * (b - a), a + ratio * (b - a)];
    if ((await f(c)) < (await f(d))) b = d;
    else a = c;
  }
  return (a + b) / 2;
}

const SHAKEN = skewedDiamond(['Si'], { bond: 2.4, rattle: 0.2, repeat: [2, 2, 2], seed: 3 });

describe.each(Object.keys(MINIMIZERS) as MinimizerName[])('%s', (method) => {
  it('brings silicon with atoms and cell to rest at its lattice constant', async () => {
    const { end, last } = await relaxed(tersoff, SHAKEN, { method, cell: 'full' });
    expect(end).toBe('converged');
    expect(last.fmax).toBeLessThanOrEqual(FMAX);
    expect(last.smax).toBeLessThanOrEqual(SMAX);
    // Tersoff 1988 (C): 5.432 A. The bulk modulus is 98 GPa, so 1e-4 GPa leaves 1e-6 of the volume.
    const edge = Math.cbrt((volume(last.structure.cell) / last.structure.count) * 8);
    expect(edge).toBeCloseTo(5.432, 3);
    expect(findSpaceGroup(last.structure, 1e-3).symbol).toBe('Fd-3m');
    expect(Math.max(...stressOf(last).map(Math.abs))).toBeLessThan(1.0001 * SMAX);
  });

  it('brings a shaken crystal back with the cell as it is', async () => {
    const cell = fcc(5.4);
    const { positions } = repeatedFcc(5.4, 3, 0.2);
    const start = createStructure({ ...repeatedFcc(5.4, 3, 0), positions });
    const { end, last } = await relaxed(lennardJones, start, { method });
    expect(end).toBe('converged');
    expect(last.structure.cell).toEqual(start.cell);
    // Stiffness of 0.05 eV/A^2 or more, of 1e-5 eV/A: the energy is second order in that.
    const perfect = (await energyOf(lennardJones, cell)) * start.count;
    expect(last.totals.energy - perfect).toBeGreaterThan(-1e-9);
    expect(last.totals.energy - perfect).toBeLessThan(1e-6);
  });

  it('brings a molecule to rest where it is', async () => {
    const cluster = withoutCell(repeatedFcc(5.3, 1, 0.1));
    const { end, last } = await relaxed(lennardJones, cluster, { method });
    expect(end).toBe('converged');
    expect(last.pressure).toBeNaN();
    const centre = (x: Float64Array) =>
      [0, 1, 2].map((c) => x.reduce((sum, y, k) => sum + (k % 3 === c ? y : 0), 0));
    // Sums of 16 places of up to 10 A, to rounding errors of some steps
    expect(difference(centre(last.structure.positions), centre(cluster.positions))).toBeLessThan(1e-11);
  });
});

function repeatedFcc(edge: number, n: number, rattle: number): Structure {
  const next = uniform(7);
  const positions: number[] = [];
  for (let i = 0; i < n ** 3; i++) {
    const at = [i % n, Math.floor(i / n) % n, Math.floor(i / n / n)];
    for (const basis of [
      [0, 0, 0],
      [0, 0.5, 0.5],
      [0.5, 0, 0.5],
      [0.5, 0.5, 0],
    ])
      positions.push(...at.map((x, c) => (x + basis[c]) * edge + rattle * (2 * next() - 1)));
  }
  const symbols = new Array<string>(positions.length / 3).fill('Ar');
  const size = n * edge;
  return createStructure({
    positions: Float64Array.from(positions),
    symbols,
    cell: [size, 0, 0, 0, size, 0, 0, 0, size],
  });
}

describe('cells', () => {
  it('of one atom go to the minimum of a scan', async () => {
    const { end, last, first } = await relaxed(
      lennardJones,
      fcc(5.5, [1.03, 0.01, 0, 0.01, 0.98, 0.02, 0, 0.02, 1]),
      {
        cell: 'full',
      },
    );
    expect(end).toBe('converged');
    expect(first.fmax).toBeLessThan(1e-12);
    const edge = await minimum((a) => energyOf(lennardJones, fcc(a)), 5.1, 5.5);
    // A bulk modulus of 3 GPa: 1e-4 GPa leaves 3e-5 of the volume, a third of it of the edge.
    expect(Math.cbrt(4 * volume(last.structure.cell))).toBeCloseTo(edge, 3);
    expect(Math.abs(Math.cbrt(4 * volume(last.structure.cell)) / edge - 1)).toBeLessThan(1.5e-5);
  });

  it('under pressure have the stress that balances it, whatever their shape', async () => {
    const pressure = 5 * GIGAPASCAL;
    const { end, last } = await relaxed(tersoff, SHAKEN, { cell: 'full', pressure });
    expect(end).toBe('converged');
    const stress = stressOf(last);
    for (let k = 0; k < 9; k++)
      expect(Math.abs(stress[k] + (k % 4 === 0 ? pressure : 0))).toBeLessThanOrEqual(1.0001 * SMAX);
    expect(last.enthalpy).toBeCloseTo(last.totals.energy + pressure * volume(last.structure.cell), 9);
  });

  it('keep their volume, or their shape, or all but some strains', async () => {
    const shape = (await relaxed(tersoff, SHAKEN, { cell: 'shape' })).last;
    expect(volume(shape.structure.cell) / volume(SHAKEN.cell)).toBeCloseTo(1, 12);
    const stress = stressOf(shape);
    const mean = (stress[0] + stress[4] + stress[8]) / 3;
    expect(Math.abs(mean)).toBeGreaterThan(10 * SMAX);
    for (let k = 0; k < 9; k++)
      expect(Math.abs(stress[k] - (k % 4 ? 0 : mean))).toBeLessThanOrEqual(1.0001 * SMAX);

    const size = (await relaxed(tersoff, SHAKEN, { cell: 'volume' })).last;
    const factor = size.structure.cell[1] / SHAKEN.cell[1];
    expect(
      difference(
        size.structure.cell,
        SHAKEN.cell.map((x) => factor * x),
      ),
    ).toBeLessThan(1e-12);
    expect(Math.abs(size.pressure)).toBeLessThanOrEqual(SMAX);

    const { end, last } = await relaxed(tersoff, SHAKEN, { cell: ['zz'] });
    expect(end).toBe('converged');
    for (let k = 0; k < 9; k++)
      if (k % 3 !== 2) expect(last.structure.cell[k]).toBeCloseTo(SHAKEN.cell[k], 12);
    expect(Math.abs(stressOf(last)[8])).toBeLessThanOrEqual(1.0001 * SMAX);
  });

  it('come to rest where a finite strain brings others along', async () => {
    // Strains of xx and xy do not commute, and what comes of both is not of these two alone.
    const strain = [1.1, 0.15, 0, 0.15, 1, 0, 0, 0, 1];
    const positions = rowsTimes(SHAKEN.positions, strain);
    const sheared = createStructure({ ...SHAKEN, positions, cell: product(SHAKEN.cell, strain) });
    const { end, last } = await relaxed(tersoff, sheared, { cell: ['xx', 'xy'] });
    expect(end).toBe('converged');
    for (const k of [0, 1]) expect(Math.abs(stressOf(last)[k])).toBeLessThanOrEqual(1.0001 * SMAX);
    expect(Math.abs(stressOf(last)[4])).toBeGreaterThan(100 * SMAX);
  });

  it('of a film keep their vacuum', async () => {
    const film = skewedDiamond(['Si'], { bond: 2.4, repeat: [2, 2, 1], periodic: [true, true, false] });
    const cell = film.cell.slice();
    // A third vector of any length, across the film
    cell.set([0.3, 0.2, 20], 6);
    const { end, last } = await relaxed(tersoff, createStructure({ ...film, cell }), {
      cell: 'full',
      maxSteps: 3000,
    });
    expect(end).toBe('converged');
    const normal = [
      cell[1] * cell[5] - cell[2] * cell[4],
      cell[2] * cell[3] - cell[0] * cell[5],
      cell[0] * cell[4] - cell[1] * cell[3],
    ];
    const along = (c: Float64Array) =>
      (c[6] * normal[0] + c[7] * normal[1] + c[8] * normal[2]) / Math.hypot(...normal);
    expect(along(last.structure.cell)).toBeCloseTo(along(cell), 9);
  });

  it.each([
    [
      'of a molecule',
      () => withoutCell(fcc(5.4)),
      { cell: 'full' as const },
      /not periodic, so it has no cell/,
    ],
    ['fixed, under pressure', () => fcc(5.4), { pressure: 1 }, /a pressure acts on the cell/],
    [
      'of a film without a third vector',
      () =>
        createStructure({
          positions: new Float64Array(3),
          symbols: ['Ar'],
          cell: [4, 0, 0, 0, 4, 0, 0, 0, 0],
          periodic: [true, true, false],
        }),
      { cell: 'full' as const },
      /no volume, so there is no stress/,
    ],
  ])('%s are refused', async (_name, structure, options, message) => {
    await expect(relaxed(lennardJones, structure(), options)).rejects.toThrow(message);
  });
});

describe('symmetry', () => {
  // Quartz' structure in a cell of another size: nothing but symmetry keeps silicon there.
  const start = () => {
    const quartz = recipe('quartz');
    return createStructure({
      positions: quartz.positions.map((x) => 1.1 * x),
      cell: quartz.cell.map((x) => 1.1 * x),
      symbols: new Array<string>(quartz.count).fill('Si'),
    });
  };

  it.each(['lbfgs', 'fire'] as const)('is kept at every step by %s', async (method) => {
    const symmetry = createSymmetriser(start(), 1e-3);
    const number = symmetry.spaceGroup.number;
    const groups: number[] = [];
    const onStep = ({ structure }: RelaxStep<Totals>) => {
      // Rounding errors of some hundred steps
      if (groups.length < 60) groups.push(findSpaceGroup(structure, 1e-8).number);
    };
    const { end } = await relaxed(tersoff, symmetry.structure, { symmetry, cell: 'full', method, onStep });
    expect(end).toBe('converged');
    expect(groups.length).toBeGreaterThan(5);
    // Steps may pass through higher symmetry, never lose it.
    for (const group of groups) expect(group).toBeGreaterThanOrEqual(number);
    expect(groups[0]).toBe(number);
  });

  it('and atoms held in place must agree', async () => {
    const symmetry = createSymmetriser(start(), 1e-3);
    const columns = new Map<string, Column>([
      [
        'move_mask',
        { kind: 'L', width: 1, data: Uint8Array.from({ length: 9 }, (_, k) => (k === 0 ? 0 : 1)) },
      ],
    ]);
    const held = heldAtoms(createFrame(symmetry.structure, { columns }));
    await expect(relaxed(tersoff, symmetry.structure, { symmetry, held })).rejects.toThrow(/not held alike/);
  });
});

describe('atoms held in place', () => {
  const held = (name: string, column: Column) =>
    heldAtoms(createFrame(SHAKEN, { columns: new Map([[name, column]]) }));
  const flags = (value: number, width: number) =>
    Uint8Array.from({ length: width * SHAKEN.count }, (_, k) =>
      Math.floor(k / width) < 4 ? value : 1 - value,
    );

  it.each<[string, Column]>([
    ['selective_dynamics', { kind: 'L', width: 3, data: flags(0, 3) }],
    ['move_mask', { kind: 'L', width: 1, data: flags(0, 1) }],
    ['if_pos', { kind: 'I', width: 3, data: Int32Array.from(flags(0, 3)) }],
    ['constrain_relaxation', { kind: 'I', width: 3, data: Int32Array.from(flags(1, 3)) }],
  ])('by %s stay, and the rest comes to rest', async (name, column) => {
    const holding = held(name, column);
    expect(holding?.count).toBe(4);
    const { end, last } = await relaxed(tersoff, SHAKEN, { held: holding });
    expect(end).toBe('converged');
    expect(last.structure.positions.subarray(0, 12)).toEqual(SHAKEN.positions.subarray(0, 12));
    expect(difference(last.structure.positions, SHAKEN.positions)).toBeGreaterThan(0.05);
    expect(Math.max(...last.totals.forces.subarray(0, 12).map(Math.abs))).toBeGreaterThan(0.01);
    expect(Math.max(...last.totals.forces.subarray(12).map(Math.abs))).toBeLessThanOrEqual(FMAX);
  });

  it('along one lattice vector move along the others', async () => {
    const data = new Uint8Array(3 * SHAKEN.count).fill(1);
    data[2] = 0;
    const holding = held('selective_dynamics', { kind: 'L', width: 3, data });
    const { last } = await relaxed(tersoff, SHAKEN, { held: holding });
    const moved = last.structure.positions.slice(0, 3).map((x, c) => x - SHAKEN.positions[c]);
    expect(Math.hypot(...moved)).toBeGreaterThan(1e-3);
    const [a, b] = [SHAKEN.cell.subarray(0, 3), SHAKEN.cell.subarray(3, 6)];
    const across = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    expect(Math.abs(across.reduce((sum, x, c) => sum + x * moved[c], 0))).toBeLessThan(1e-10);
  });

  it('are none where every flag lets them go, and refused where flags are no flags', () => {
    expect(
      held('move_mask', { kind: 'L', width: 1, data: new Uint8Array(SHAKEN.count).fill(1) }),
    ).toBeUndefined();
    expect(() => held('move_mask', { kind: 'R', width: 1, data: new Float64Array(SHAKEN.count) })).toThrow(
      /move_mask says which atoms are held/,
    );
  });
});

/** Two atoms of which one number counts: how much farther apart along x they are than at the start. */
const PAIR = createStructure({ positions: Float64Array.of(0, 0, 0, 3, 0, 0), symbols: ['Ar', 'Ar'] });
const apart = (positions: Float64Array) => positions[3] - positions[0] - 3;

function pairTotals(energy: number, force: number): Totals {
  return { energy, forces: Float64Array.of(-force, 0, 0, force, 0, 0), virial: new Float64Array(9) };
}

describe('ends', () => {
  it('at once where the start is at rest', async () => {
    const { last: first } = await relaxed(tersoff, SHAKEN, { cell: 'full' });
    const { end, last } = await relaxed(tersoff, first.structure, { cell: 'full' });
    expect(end).toBe('converged');
    expect(last.evaluations).toBe(1);
  });

  it('out of steps with the lowest yet', async () => {
    const energies: number[] = [];
    const { end, last } = await relaxed(tersoff, SHAKEN, {
      maxSteps: 5,
      onStep: ({ totals }) => void energies.push(totals.energy),
    });
    expect(end).toBe('steps');
    expect(last.evaluations).toBeLessThanOrEqual(5);
    expect(last.totals.energy).toBe(Math.min(...energies));
  });

  it('when told to, with the last step', async () => {
    const controller = new AbortController();
    const { end, last } = await relaxed(tersoff, SHAKEN, {
      signal: controller.signal,
      onStep: ({ step }) => {
        if (step === 3) controller.abort();
      },
    });
    expect([end, last.step]).toEqual(['stopped', 3]);
  });

  it('when told to, though the forces never come', async () => {
    const controller = new AbortController();
    let calls = 0;
    const evaluate = async (): Promise<Totals> => {
      if (++calls > 1) {
        setTimeout(() => controller.abort(), 5);
        return new Promise(() => {});
      }
      return pairTotals(1, 1);
    };
    const { end, last } = await relax(PAIR, evaluate, device, { signal: controller.signal });
    expect([end, last.step]).toEqual(['stopped', 0]);
  });

  it('where a cell blows up', async () => {
    const { end, last } = await relaxed(lennardJones, fcc(5.4), { cell: 'full', pressure: -1 });
    expect(end).toBe('unbounded');
    expect(last.structure.cell.every(Number.isFinite)).toBe(true);
  });

  it('stuck where forces point nowhere', async () => {
    // At the start a force is claimed that leads uphill at once.
    const evaluate = async (positions: Float64Array): Promise<Totals> => {
      const x = apart(positions);
      return pairTotals(Math.abs(x), x > 0 ? -1 : 1);
    };
    const { end, last } = await relax(PAIR, evaluate, device, { maxSteps: 500 });
    expect(end).toBe('stuck');
    expect(last.structure.positions).toEqual(PAIR.positions);
  });

  it('with what the model says where the start has no forces', async () => {
    const twice = createStructure({ ...repeatedFcc(5.4, 1, 0), positions: new Float64Array(12) });
    await expect(relaxed(lennardJones, twice)).rejects.toThrow(/not finite|finite number/);
  });

  it('with a sentence where an engine gives no stress', async () => {
    const evaluate = async (): Promise<Totals> => pairTotals(0, 1);
    const crystal = createStructure({
      ...PAIR,
      cell: [6, 0, 0, 0, 6, 0, 0, 0, 6],
      periodic: [true, true, true],
    });
    await expect(relax(crystal, evaluate, device, { cell: 'full' })).rejects.toThrow(/gives no stress/);
  });

  it('steps back from where atoms meet', async () => {
    // A potential with a wall: no energy where the atom is beyond it.
    const evaluate = async (positions: Float64Array): Promise<Totals> => {
      const x = apart(positions);
      if (x > 0.15) throw new PhonolinkError('not finite', { exitCode: 3 });
      return pairTotals(40 * (x - 0.1) ** 2, -80 * (x - 0.1));
    };
    const { end, last } = await relax(PAIR, evaluate, device);
    expect(end).toBe('converged');
    expect(apart(last.structure.positions)).toBeCloseTo(0.1, 6);
  });
});
