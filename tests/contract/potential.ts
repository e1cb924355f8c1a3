import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Device } from '../../src/device/device.js';
import { rowsTimes, transpose } from '../../src/model/cell.js';
import { PhonolinkError } from '../../src/model/errors.js';
import { createStructure, type Structure, withPositions } from '../../src/model/structure.js';
import type { Evaluation, Potential } from '../../src/potentials/potential.js';
import { type ContractDevice, CPU_F64, CPU_F64_THREADS } from './devices.js';
import { reordered, repeated, withoutCell } from './structures.js';

export interface PotentialContract {
  readonly name: string;
  make(): Promise<Potential>;
  /**
   * What to try it on, by name: rattled, so that nothing vanishes by symmetry, of some ten atoms, so that it is quick;
   * at least one in a skewed cell smaller than the cutoff (`skewedDiamond` makes them).
   */
  readonly structures: Readonly<Record<string, Structure>>;
  /** The first defines the answer that the others are compared with; the CPU in f64 on 1 and 2 threads where absent. */
  readonly devices?: readonly ContractDevice[];
}

/**
 * What every potential must do, on every device: call it at the top of a test file. It holds energies, forces and
 * virials against each other by finite differences, against every symmetry there is, and evaluators against the
 * interface (src/potentials/potential.ts).
 */
export function describePotential(contract: PotentialContract): void {
  const { name, structures, devices = [CPU_F64, CPU_F64_THREADS] } = contract;
  describe.each(devices)(`${name} on $name`, (setup) => {
    let device: Device;
    let potential: Potential;
    beforeAll(async () => {
      potential = await contract.make();
      device = await setup.open();
    });
    afterAll(() => device.close());

    const session: Session = {
      tolerances: setup.tolerances,
      evaluate: (structure) => evaluateOnce(potential, device, structure),
      potential: () => potential,
      device: () => device,
    };
    describe.each(Object.entries(structures))('%s', (_name, structure) => {
      describeDerivatives(session, structure);
      describeSymmetries(session, structure);
      describeEvaluator(session, structure);
      if (setup !== devices[0]) {
        it(`agrees with ${devices[0].name}`, async () => {
          const first = await devices[0].open();
          const expected = await evaluateOnce(potential, first, structure);
          await first.close();
          expectSame(await session.evaluate(structure), expected, setup.tolerances.rounding);
        });
      }
    });
    describeOddStructures(session, Object.values(structures)[0]);
  });
}

interface Session {
  readonly tolerances: ContractDevice['tolerances'];
  evaluate(structure: Structure): Promise<Evaluation>;
  potential(): Potential;
  device(): Device;
}

async function evaluateOnce(potential: Potential, device: Device, structure: Structure): Promise<Evaluation> {
  const evaluator = await potential.bind(device, structure);
  try {
    return await evaluator.evaluate(structure.positions, structure.cell);
  } finally {
    evaluator.release();
  }
}

/** The sum over atoms of each of `width` numbers. */
function total(values: Float64Array, width: number): number[] {
  const sums = new Array<number>(width).fill(0);
  values.forEach((value, i) => {
    sums[i % width] += value;
  });
  return sums;
}

/** Numbers that must agree within the tolerance, relative to the largest expected one, or absolutely below 1. */
function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  expect(actual.length, what).toBe(expected.length);
  const scale = Array.from(expected).reduce((most, x) => Math.max(most, Math.abs(x)), 1);
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i]);
    if (!(error <= tolerance * scale))
      expect.fail(
        `${what}[${i}] is ${actual[i]}, expected ${expected[i]}: off by ${error}, allowed ${tolerance * scale}`,
      );
  }
}

function expectSame(actual: Evaluation, expected: Evaluation, tolerance: number): void {
  expectClose(actual.energies, expected.energies, tolerance, 'energies');
  expectClose(actual.forces, expected.forces, tolerance, 'forces');
  expectClose(actual.virials, expected.virials, tolerance, 'virials');
}

/** dE/dx at 0 by central differences at h and 2h (Richardson): the error is of order h^4. */
async function derivative(energies: (x: number) => Promise<Float64Array>, h: number): Promise<number> {
  const difference = async (x: number) => {
    const [above, below] = [await energies(x), await energies(-x)];
    // Atom by atom, so that the parts that do not change cancel exactly.
    return above.reduce((sum, energy, i) => sum + (energy - below[i]), 0) / (2 * x);
  };
  return (4 * (await difference(h)) - (await difference(2 * h))) / 3;
}

const UNIT = [1, 0, 0, 0, 1, 0, 0, 0, 1];

function describeDerivatives(
  { tolerances, evaluate, potential, device }: Session,
  structure: Structure,
): void {
  const { step, difference } = tolerances;

  it('forces are -dE/dr', async () => {
    const { forces } = await evaluate(structure);
    const evaluator = await potential().bind(device(), structure);
    // Five atoms tell as much as all.
    const atoms = Array.from({ length: Math.min(5, structure.count) }, (_, k) =>
      Math.floor((k * structure.count) / 5),
    );
    const places = [...new Set(atoms)].flatMap((atom) => [3 * atom, 3 * atom + 1, 3 * atom + 2]);
    const numeric = [];
    for (const place of places) {
      const energies = async (x: number) => {
        const moved = structure.positions.slice();
        moved[place] += x;
        return (await evaluator.evaluate(moved, structure.cell)).energies;
      };
      numeric.push(-(await derivative(energies, step)));
    }
    evaluator.release();
    expectClose(
      places.map((place) => forces[place]),
      numeric,
      difference,
      'forces',
    );
  });

  it('virials sum to -dE/d(strain), each of nine components', async () => {
    const { virials } = await evaluate(structure);
    const evaluator = await potential().bind(device(), structure);
    const numeric = [];
    for (let component = 0; component < 9; component++) {
      const energies = async (x: number) => {
        const strain = UNIT.map((one, i) => (i === component ? one + x : one));
        const [positions, cell] = [structure.positions, structure.cell].map((rows) =>
          rowsTimes(rows, strain),
        );
        return (await evaluator.evaluate(positions, cell)).energies;
      };
      numeric.push(-(await derivative(energies, step)));
    }
    evaluator.release();
    expectClose(total(virials, 9), numeric, difference, 'virial');
  });

  it('forces sum to zero, and the virial is symmetric: nothing pushes or turns itself', async () => {
    const { forces, virials } = await evaluate(structure);
    const largest = forces.reduce((most, f) => Math.max(most, Math.abs(f)), 1);
    for (const sum of total(forces, 3))
      expect(Math.abs(sum)).toBeLessThan(tolerances.rounding * largest * structure.count);
    const virial = Float64Array.from(total(virials, 9));
    expectClose(virial, transpose(virial), tolerances.rounding * structure.count, 'virial');
  });
}

/** A rotation by about 100 degrees around an axis along no symmetry, exact to rounding (from a unit quaternion). */
function rotation(): Float64Array {
  const q = [0.6, 0.3, -0.5, 0.4];
  const norm = Math.hypot(...q);
  const [w, x, y, z] = q.map((value) => value / norm);
  return Float64Array.of(
    1 - 2 * (y * y + z * z),
    2 * (x * y - w * z),
    2 * (x * z + w * y),
    2 * (x * y + w * z),
    1 - 2 * (x * x + z * z),
    2 * (y * z - w * x),
    2 * (x * z - w * y),
    2 * (y * z + w * x),
    1 - 2 * (x * x + y * y),
  );
}

/** R^T W R for each of the matrices W: how virials turn when row vectors turn by R. */
function turned(matrices: Float64Array, r: Float64Array): Float64Array {
  const out = new Float64Array(matrices.length);
  for (let at = 0; at < matrices.length; at += 9) {
    const right = rowsTimes(matrices.subarray(at, at + 9), r);
    out.set(transpose(rowsTimes(transpose(right), r)), at);
  }
  return out;
}

function describeSymmetries({ tolerances, evaluate }: Session, structure: Structure): void {
  const { rounding } = tolerances;
  const { count, positions, cell, periodic } = structure;

  it('turns with the atoms', async () => {
    const r = rotation();
    const before = await evaluate(structure);
    const after = await evaluate(withPositions(structure, rowsTimes(positions, r), rowsTimes(cell, r)));
    const expected = {
      energies: before.energies,
      forces: rowsTimes(before.forces, r),
      virials: turned(before.virials, r),
    };
    expectSame(after, expected, rounding);
  });

  it('is mirrored with the atoms', async () => {
    const mirror = Float64Array.of(-1, 0, 0, 0, 1, 0, 0, 0, 1);
    const before = await evaluate(structure);
    const after = await evaluate(
      withPositions(structure, rowsTimes(positions, mirror), rowsTimes(cell, mirror)),
    );
    const expected = {
      energies: before.energies,
      forces: rowsTimes(before.forces, mirror),
      virials: turned(before.virials, mirror),
    };
    expectSame(after, expected, rounding);
  });

  it('does not depend on where the origin is', async () => {
    const before = await evaluate(structure);
    const moved = positions.map((x, i) => x + [1.7, -0.9, 12.3][i % 3]);
    expectSame(await evaluate(withPositions(structure, moved)), before, rounding);
  });

  it('does not depend on the order of atoms', async () => {
    const order = Array.from({ length: count }, (_, i) => i).reverse();
    const before = await evaluate(structure);
    const after = await evaluate(reordered(structure, order));
    const expected = {
      energies: Float64Array.from(order, (i) => before.energies[i]),
      forces: Float64Array.from(order.flatMap((i) => Array.from(before.forces.subarray(3 * i, 3 * i + 3)))),
      virials: Float64Array.from(order.flatMap((i) => Array.from(before.virials.subarray(9 * i, 9 * i + 9)))),
    };
    expectSame(after, expected, rounding);
  });

  const images = async () => {
    const before = await evaluate(structure);
    const moved = positions.slice();
    for (let i = 0; i < count; i++) {
      const n = [(i % 3) - 1, ((i * 5) % 7) - 3, (i % 2) * 4].map((shift, k) => (periodic[k] ? shift : 0));
      rowsTimes(n, cell).forEach((x, c) => {
        moved[3 * i + c] += x;
      });
    }
    expectSame(await evaluate(withPositions(structure, moved)), before, rounding);
  };
  if (periodic.includes(true)) it('does not depend on which image of an atom is given', images);

  const lattices = async () => {
    const before = await evaluate(structure);
    const other = rowsTimes([1, 2, 0, 0, 1, 0, -1, 0, -1], cell);
    expectSame(await evaluate(withPositions(structure, positions, other)), before, rounding);
  };
  if (periodic.every((is) => is)) it('does not depend on the lattice vectors chosen', lattices);

  it('gives each copy of a supercell what the cell has', async () => {
    const times = [0, 1, 2].map((k) => (periodic[k] ? 1 + (k % 2) : 1)) as [number, number, number];
    if (periodic[0]) times[0] = 2;
    const before = await evaluate(structure);
    const after = await evaluate(repeated(structure, times));
    const copies = times[0] * times[1] * times[2];
    const spread = (values: Float64Array) =>
      Float64Array.from({ length: copies * values.length }, (_, i) => values[i % values.length]);
    const expected = {
      energies: spread(before.energies),
      forces: spread(before.forces),
      virials: spread(before.virials),
    };
    expectSame(after, expected, rounding);
  });
}

function describeEvaluator({ tolerances, evaluate, potential, device }: Session, structure: Structure): void {
  const { positions, cell } = structure;

  it('answers twice the same to rounding, in arrays that are the caller’s', async () => {
    const evaluator = await potential().bind(device(), structure);
    const before = positions.slice();
    const first = await evaluator.evaluate(positions, cell);
    const copy = [first.energies, first.forces, first.virials].map((values) => values.slice());
    const second = await evaluator.evaluate(positions, cell);
    await evaluator.evaluate(
      positions.map((x, i) => x + 0.01 * Math.sin(i)),
      cell,
    );
    evaluator.release();
    expect([first.energies, first.forces, first.virials]).toEqual(copy);
    // A list with a skin, or pieces that threads take in another order, sum the same terms in another order.
    expectSame(second, first, tolerances.rounding);
    expect(positions).toEqual(before);
    expect([first.energies.length, first.forces.length, first.virials.length]).toEqual([
      structure.count,
      3 * structure.count,
      9 * structure.count,
    ]);
  });

  it('follows atoms and cell on their way', async () => {
    const evaluator = await potential().bind(device(), structure);
    for (const step of [0.01, 0.1, 0.4, 0.02]) {
      const strain = UNIT.map((one, i) => one + 0.05 * step * Math.cos(i));
      const moved = rowsTimes(positions, strain).map((x, i) => x + 0.3 * step * Math.sin(7 * i));
      const newCell = rowsTimes(cell, strain);
      const onTheWay = await evaluator.evaluate(moved, newCell);
      expectSame(onTheWay, await evaluate(withPositions(structure, moved, newCell)), tolerances.rounding);
    }
    evaluator.release();
  });

  it('serves two evaluators at a time', async () => {
    const expected = await evaluate(structure);
    const [one, other] = [
      await potential().bind(device(), structure),
      await potential().bind(device(), structure),
    ];
    const results = await Promise.all([one.evaluate(positions, cell), other.evaluate(positions, cell)]);
    one.release();
    expectSame(await other.evaluate(positions, cell), expected, tolerances.rounding);
    other.release();
    for (const result of results) expectSame(result, expected, tolerances.rounding);
  });

  it('gives its memory back', async () => {
    const owner = device();
    if (owner.kind === 'gpu') {
      const used = owner.usedBytes;
      for (let round = 0; round < 3; round++) await evaluate(structure);
      expect(owner.usedBytes).toBe(used);
      return;
    }
    // A request larger than any gap comes from behind all that is taken.
    const top = () => {
      const probe = owner.heap.float64(1 << 20);
      owner.heap.release(probe);
      return probe.byteOffset;
    };
    const before = top();
    for (let round = 0; round < 3; round++) await evaluate(structure);
    expect(top()).toBe(before);
  });
}

function describeOddStructures(
  { tolerances, evaluate, potential, device }: Session,
  sample: Structure,
): void {
  it('an atom alone has no force, in a vacuum and in a large box', async () => {
    for (const symbol of potential().species) {
      const alone = createStructure({ positions: Float64Array.of(3, -1, 0.5), symbols: [symbol] });
      const vacuum = await evaluate(alone);
      expect(Number.isFinite(vacuum.energies[0])).toBe(true);
      expectClose(vacuum.forces, [0, 0, 0], tolerances.rounding, 'forces');
      expectClose(vacuum.virials, new Array(9).fill(0), tolerances.rounding, 'virials');
      const edge = 3 * potential().cutoff;
      const box = Float64Array.of(edge, 0, 0, 0, edge, 0, 0, 0, edge);
      const boxed = createStructure({ positions: alone.positions, symbols: [symbol], cell: box });
      expectSame(await evaluate(boxed), vacuum, tolerances.rounding);
    }
  });

  it('two molecules far apart are twice one', async () => {
    const molecule = withoutCell(sample);
    const one = await evaluate(molecule);
    const far = Float64Array.from([
      ...molecule.positions,
      ...molecule.positions.map((x) => x + 10 * potential().cutoff),
    ]);
    const pair = createStructure({
      positions: far,
      species: molecule.species,
      kinds: Uint16Array.from([...molecule.kinds, ...molecule.kinds]),
    });
    const both = await evaluate(pair);
    const twice = (values: Float64Array) => Float64Array.from([...values, ...values]);
    const expected = {
      energies: twice(one.energies),
      forces: twice(one.forces),
      virials: twice(one.virials),
    };
    expectSame(both, expected, tolerances.rounding);
  });

  it('no atom has no energy', async () => {
    const nothing = createStructure({ positions: new Float64Array(0), symbols: [], cell: sample.cell });
    const { energies, forces, virials } = await evaluate(nothing);
    expect([energies.length, forces.length, virials.length]).toEqual([0, 0, 0]);
  });

  it('a species that it does not know is named in the error', async () => {
    const stranger = createStructure({ positions: new Float64Array(3), symbols: ['Uuo'] });
    const error = await potential()
      .bind(device(), stranger)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PhonolinkError);
    expect((error as PhonolinkError).message).toContain('Uuo');
  });

  it('atoms at one place, and a number that is not finite, end in numbers or in an error', async () => {
    const molecule = withoutCell(sample);
    const together = molecule.positions.slice();
    together.copyWithin(3, 0, 3);
    const broken = molecule.positions.slice();
    broken[1] = Number.NaN;
    for (const positions of [together, broken]) {
      const evaluator = await potential().bind(device(), molecule);
      const outcome = await evaluator.evaluate(positions, molecule.cell).catch((reason: unknown) => reason);
      if (!(outcome instanceof PhonolinkError)) {
        const { energies, forces } = outcome as Evaluation;
        expect([...energies, ...forces].every(Number.isFinite)).toBe(true);
        expect(positions).toBe(together);
      }
      // An error leaves the evaluator as it was.
      expectSame(
        await evaluator.evaluate(molecule.positions, molecule.cell),
        await evaluate(molecule),
        tolerances.rounding,
      );
      evaluator.release();
    }
  });
}
