import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TextReader } from '../../formats/io/text.js';
import { writeNep } from '../../formats/nep/write.js';
import { readNep } from '../../formats/nep.js';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { createStructure, type Structure } from '../../src/model/structure.js';
import { atTemperature, toVersion } from '../../src/potentials/nep/convert.js';
import type { NepParameters } from '../../src/potentials/nep/parameters.js';
import { createNepPotential } from '../../src/potentials/nep/potential.js';
import { type ModelShape, nepText } from '../helpers/nep-models.js';

let device: CpuDevice;
beforeAll(async () => {
  device = await createCpuDevice({ threads: 1 });
});
afterAll(() => device.close());

const read = (shape: ModelShape) => readNep(new TextReader(nepText(shape), 'nep.txt'));

// biome-ignore format: a table
const POSITIONS = Float64Array.of(
  0, 0, 0, 1.7, 0.2, 0.1, 0.3, 2.9, 0.4, 2.8, 3.1, 0.2, 0.1, 0.2, 3.0, 3.1, 0.1, 2.9, 0.2, 2.8, 3.2, 2.9, 3.0, 3.1,
);
const CELL = [6.3, 0, 0, 0.4, 6.1, 0, 0, -0.5, 6.2];

function eight(species: readonly string[]): Structure {
  return createStructure({
    positions: POSITIONS,
    symbols: Array.from({ length: 8 }, (_, i) => species[i % species.length]),
    cell: CELL,
  });
}

async function evaluate(parameters: NepParameters, structure = eight(parameters.species)) {
  const evaluator = await createNepPotential(parameters).bind(device, structure);
  const result = await evaluator.evaluate(structure.positions, structure.cell);
  evaluator.release();
  return result;
}

const total = (values: Float64Array) => values.reduce((sum, x) => sum + x, 0);
const farthest = (a: Float64Array, b: Float64Array) =>
  a.reduce((worst, x, k) => Math.max(worst, Math.abs(x - b[k])), 0);

describe('version 2', () => {
  it('has the energies, forces and virials of the last program that read it', async () => {
    // NEP_CPU at commit b6d8feb~1 (July 2024), f64, for nepText of this shape and these eight atoms
    const parameters = await read({
      dialect: 'nep_zbl',
      species: ['Te', 'Pb'],
      zbl: '1 2',
      lMax: '4',
      seed: 7,
    });
    const { energies, forces, virials } = await evaluate(parameters);
    // biome-ignore format: a table
    const expected = {
      forces: [
        -46.53729337679274, -5.478164011671426, -2.7418991278435927,
        46.52628355669907, 5.474218344708076, 2.7333830220633053,
      ],
      virial: [
        79.144961478015, 9.318790869370787, 4.6593052159252055, 9.318790869370787, 1.3334114782749826,
        0.5374901539964952, 4.659305215925205, 0.5374901539964952, 0.5126783983139508,
      ],
    };
    // Rounding of sums of numbers up to 100
    expect(total(energies)).toBeCloseTo(3.992344562108591, 12);
    for (const [k, f] of expected.forces.entries()) expect(forces[k]).toBeCloseTo(f, 11);
    for (const [c, w] of expected.virial.entries())
      expect(total(virials.filter((_x, k) => k % 9 === c))).toBeCloseTo(w, 11);
  });
});

describe('temperature models', () => {
  const shape: ModelShape = { dialect: 'nep4_temperature', species: ['Te', 'Pb'], seed: 5 };

  it('are networks with the temperature as their last input', async () => {
    const parameters = await read(shape);
    const folded = atTemperature(parameters, 300);
    expect(folded.dimension).toBe(parameters.dimension - 1);
    const structure = eight(parameters.species);
    const evaluator = await createNepPotential(folded).bind(device, structure);
    const described = await evaluator.describe?.(structure.positions, structure.cell);
    const { energies } = await evaluator.evaluate(structure.positions, structure.cell);
    evaluator.release();
    if (!described) throw new Error('NEP has descriptors');
    for (let i = 0; i < 8; i++) {
      const { w0, b0, w1 } = parameters.networks[i % 2];
      const q = [...described.values.subarray(i * described.width, (i + 1) * described.width)];
      q.push(300 * parameters.scaler[parameters.dimension - 1]);
      let energy = -parameters.bias;
      b0.forEach((b, u) => {
        const input = q.reduce((sum, x, d) => sum + x * w0[u * q.length + d], -b);
        energy += w1[u] * Math.tanh(input);
      });
      expect(energies[i]).toBeCloseTo(energy, 13);
    }
  });

  it('change with the temperature, and are written as ordinary models', async () => {
    const parameters = await read(shape);
    const cold = await evaluate(atTemperature(parameters, 0));
    const warm = await evaluate(atTemperature(parameters, 50));
    expect(farthest(cold.energies, warm.energies)).toBeGreaterThan(0.01);
    expect(writeNep(atTemperature(parameters, 50)).startsWith('nep4 2 Te Pb\n')).toBe(true);
  });

  it('cannot be evaluated without one', async () => {
    const parameters = await read(shape);
    await expect(evaluate(parameters)).rejects.toThrow(/depends on the temperature/);
    expect(() => atTemperature(parameters, Number.NaN)).toThrow(/NaN K/);
    expect(() => atTemperature(parameters, -1)).toThrow(/-1 K/);
  });
});

describe('conversion between versions', () => {
  const species = ['Te', 'Pb'];

  it('from 3 up, and back down, keeps everything', async () => {
    for (const dialect of ['nep3', 'nep3_polarizability', 'nep3_temperature']) {
      const parameters = await read({ dialect, species });
      const four = toVersion(parameters, 4);
      expect(writeNep(four).startsWith(dialect.replace('3', '4'))).toBe(true);
      expect(await readNep(new TextReader(writeNep(four), 'four'))).toEqual(four);
      expect(toVersion(four, 3)).toEqual(parameters);
    }
    const parameters = await read({ dialect: 'nep3', species });
    const five = toVersion(parameters, 5);
    expect(toVersion(five, 3)).toEqual(parameters);
    expect(await evaluate(five)).toEqual(await evaluate(parameters));
  });

  it('from 5 to 4 puts biases that differ into one more neuron, and says so', async () => {
    const parameters = await read({ dialect: 'nep5', species });
    const notes: string[] = [];
    const four = toVersion(parameters, 4, (sentence) => notes.push(sentence));
    expect(notes).toEqual(['each network has one more neuron, which holds the bias of its species']);
    expect(four.neurons).toBe(parameters.neurons + 1);
    const [a, b] = [await evaluate(parameters), await evaluate(four)];
    // The order of a sum of numbers of order 1 is all that changes.
    expect(farthest(a.energies, b.energies)).toBeLessThan(1e-14);
    expect(b.forces).toEqual(a.forces);
    expect(b.virials).toEqual(a.virials);
  });

  it('from 5 to 4 puts equal biases into the common one', async () => {
    const parameters = await read({ dialect: 'nep5', species });
    const equal = { ...parameters, networks: parameters.networks.map((n) => ({ ...n, bias: 0.75 })) };
    const notes: string[] = [];
    const four = toVersion(equal, 4, (sentence) => notes.push(sentence));
    expect(notes).toEqual([]);
    expect(four.neurons).toBe(parameters.neurons);
    expect((await evaluate(four)).energies).toEqual((await evaluate(equal)).energies);
  });

  it('says what would be lost', async () => {
    const four = await read({ dialect: 'nep4', species });
    expect(() => toVersion(four, 3)).toThrow(/those of Te and Pb differ/);
    const charged = await read({ dialect: 'nep4_charge1', species });
    expect(() => toVersion(charged, 5)).toThrow(/charges: they would be lost/);
    const dipole = await read({ dialect: 'nep4_dipole', species });
    expect(() => toVersion(dipole, 5)).toThrow(/dipole model/);
    const temperature = await read({ dialect: 'nep4_temperature', species });
    expect(() => toVersion(temperature, 5)).toThrow(/temperature model/);
    expect(toVersion(four, 4)).toBe(four);
  });
});

describe('what cannot be evaluated', () => {
  it('two atoms in one place', async () => {
    const parameters = await read({ dialect: 'nep4', species: ['Si'] });
    const twice = createStructure({ positions: Float64Array.of(1, 2, 3, 1, 2, 3), symbols: ['Si', 'Si'] });
    await expect(evaluate(parameters, twice)).rejects.toThrow(/which are not finite/);
  });

  it('a species that the model does not know', async () => {
    const parameters = await read({ dialect: 'nep4', species: ['Si'] });
    await expect(evaluate(parameters, eight(['Ge']))).rejects.toThrow(/atom 1 is Ge, but the NEP4/);
  });

  it('a reciprocal sum without a volume', async () => {
    const parameters = await read({ dialect: 'nep4_charge1', species: ['Te', 'Pb'] });
    const molecule = createStructure({ positions: POSITIONS, symbols: Array(8).fill('Te') });
    await expect(evaluate(parameters, molecule)).rejects.toThrow(/the cell has no volume/);
    const real = await read({ dialect: 'nep4_charge3', species: ['Te', 'Pb'] });
    expect((await evaluate(real, molecule)).charges?.every(Number.isFinite)).toBe(true);
  });
});

describe('forces and virials are the slopes of the energy', () => {
  const shapes: ModelShape[] = [
    { dialect: 'nep3', species: ['Te', 'Pb'] },
    { dialect: 'nep4', species: ['Te', 'Pb'], lMax: '8 1 1 1 1 1 1', cutoff: '6 4 5 4.5 200 100' },
    { dialect: 'nep5_zbl', species: ['Te', 'Pb'], zbl: '1 2.5' },
    { dialect: 'nep4_zbl', species: ['Te', 'Pb'], zbl: '0 0' },
    { dialect: 'nep4_zbl', species: ['Te', 'Pb'], zbl: '1 3 0.7' },
  ];

  it.each(shapes.map((shape) => [`${shape.dialect} ${shape.zbl ?? shape.lMax ?? ''}`, shape] as const))(
    '%s',
    async (_name, shape) => {
      const parameters = await read(shape);
      const structure = eight(parameters.species);
      const evaluator = await createNepPotential(parameters).bind(device, structure);
      const energy = async (positions: Float64Array, cell: Float64Array) =>
        total((await evaluator.evaluate(positions, cell)).energies);
      const { forces, virials } = await evaluator.evaluate(structure.positions, structure.cell);
      const h = 1e-5;
      // Central differences: h^2/6 of third derivatives up to 1e3 of the largest force, and 1e-14/h of rounding.
      const tolerance = 1e-6 * Math.max(1, ...forces.map(Math.abs));
      for (const k of [0, 4, 11, 23]) {
        const moved = (d: number) => structure.positions.with(k, structure.positions[k] + d);
        const slope =
          ((await energy(moved(h), structure.cell)) - (await energy(moved(-h), structure.cell))) / (2 * h);
        expect(Math.abs(forces[k] + slope)).toBeLessThan(tolerance);
      }
      for (const [a, b] of [
        [0, 0],
        [0, 1],
        [2, 1],
      ]) {
        // r -> r (1 + e): component b gains e times component a
        const strained = (rows: Float64Array, e: number) =>
          rows.map((x, k) => (k % 3 === b ? x + e * rows[k - b + a] : x));
        const at = (e: number) => energy(strained(structure.positions, e), strained(structure.cell, e));
        const slope = ((await at(h)) - (await at(-h))) / (2 * h);
        expect(Math.abs(total(virials.filter((_x, k) => k % 9 === 3 * a + b)) + slope)).toBeLessThan(
          10 * tolerance,
        );
      }
      evaluator.release();
    },
  );
});
