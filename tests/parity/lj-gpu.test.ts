import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { createGpuDevice, type GpuDevice } from '../../src/device/gpu.js';
import { uniform } from '../../src/math/random.js';
import { inverse, rowsTimes } from '../../src/model/cell.js';
import { createStructure, type Structure, withPositions } from '../../src/model/structure.js';
import { chooseBox, reducedCell } from '../../src/neighbours/gpu-box.js';
import { energyAtCutoff, type LennardJonesPair } from '../../src/potentials/lj/parameters.js';
import { createLennardJones, type LennardJonesPotential } from '../../src/potentials/lj/potential.js';
import type { Evaluation } from '../../src/potentials/potential.js';
import { withoutGpu } from '../helpers/gpu.js';
import { bruteForcePairs } from '../neighbours/brute-force.js';

/** Rounding of one f32 operation, relative. */
const U = 2 ** -24;

/**
 * How far each atom's energy [n], force [n] and virial [n] may be from exact ones, any component; derived from the
 * operations of shaders/box.wgsl and shaders/lj.wgsl, to first order in U.
 *
 * r = sum over k of f_k a_k: f_k, differences of fixed-point fractions (2^-33 of the box vector a_k at each end), are
 * turned into f32 (2 U: WGSL may round to either side), a_k are f32 (U); products (U) and sums (2 U) follow. Together
 * that is at most 6 U sum |f_k a_k| + 2^-32 sum |a_k|.
 * With eta the relative error of r: r^2 has 2 eta + 3 U; s2 = sigma^2/r^2 also U of sigma^2 and 5 U of the division
 * (2.5 units in the last place): 2 eta + 9 U; s6 three times that and 2 U; s12 twice s6's and U. With the other factors
 * s12 terms of an energy have at most 12 eta + 64 U, of a force 15 eta + 80 U, of a virial 16 eta + 84 U; s6 terms
 * less. A sum of m terms adds (m + 1) U of the sum of their magnitudes, and a pair so near the cutoff that rounding
 * decides counts whole.
 */
function bounds(potential: LennardJonesPotential, structure: Structure) {
  const { parameters } = potential;
  const { positions, cell, periodic, kinds, species, count } = structure;
  const shape = chooseBox(positions, cell, periodic, potential.cutoff + 1, 1);
  const box = reducedCell(shape, cell, periodic).map((x, i) => x * shape.replicas[Math.floor(i / 3)]);
  const inverted = inverse(box);
  const step = [0, 1, 2].reduce(
    (sum, k) => sum + 2 ** -32 * Math.hypot(box[3 * k], box[3 * k + 1], box[3 * k + 2]),
    0,
  );
  const eta = (vector: readonly number[]) => {
    const fractions = rowsTimes(vector, inverted);
    const parts = rowsTimes(fractions.map(Math.abs), box.map(Math.abs));
    return (6 * U * Math.hypot(...parts) + step) / Math.hypot(...vector);
  };
  const error = {
    energies: new Float64Array(count),
    forces: new Float64Array(count),
    virials: new Float64Array(count),
  };
  const sizes = {
    energies: new Float64Array(count),
    forces: new Float64Array(count),
    virials: new Float64Array(count),
  };
  const terms = new Float64Array(count);
  const index = species.map((symbol) => parameters.species.indexOf(symbol));
  for (const text of bruteForcePairs({ positions, cell, periodic }, potential.cutoff * 1.001)) {
    const [i, j, a, b, c] = text.split(' ').map(Number);
    const vector = [0, 1, 2].map(
      (x) => positions[3 * j + x] - positions[3 * i + x] + a * cell[x] + b * cell[3 + x] + c * cell[6 + x],
    );
    const r = Math.hypot(...vector);
    const pair = parameters.pairs[index[kinds[i]] * parameters.species.length + index[kinds[j]]];
    const e = eta(vector);
    if (r > pair.cutoff * (1 + 2 * e)) continue;
    const undecided = r > pair.cutoff * (1 - 2 * e);
    const s6 = (pair.sigma / r) ** 6;
    const shift = parameters.shift ? Math.abs(energyAtCutoff(pair)) : 0;
    const size = 4 * Math.abs(pair.epsilon) * (s6 * s6 + s6);
    const slope = (6 * Math.abs(pair.epsilon) * 4 * (2 * s6 * s6 + s6)) / r;
    error.energies[i] += undecided ? size + shift : size * (12 * e + 64 * U) + 2 * U * shift;
    error.forces[i] += undecided ? slope : slope * (15 * e + 80 * U);
    error.virials[i] += (undecided ? 1 : 16 * e + 84 * U) * 0.5 * slope * r;
    sizes.energies[i] += size + shift;
    sizes.forces[i] += slope;
    sizes.virials[i] += 0.5 * slope * r;
    terms[i]++;
  }
  for (const name of ['energies', 'forces', 'virials'] as const) {
    for (let i = 0; i < count; i++) error[name][i] += (terms[i] + 1) * U * sizes[name][i];
  }
  return error;
}

/** Kr and Xe with Ar, Lorentz-Berthelot; eV and A. */
function nobleGases(shift: boolean): LennardJonesPotential {
  const own = [
    [0.0104, 3.4],
    [0.014, 3.65],
    [0.02, 3.98],
  ];
  const pairs: LennardJonesPair[] = own.flatMap(([e1, s1]) =>
    own.map(([e2, s2]) => {
      const sigma = (s1 + s2) / 2;
      return { epsilon: Math.sqrt(e1 * e2), sigma, cutoff: 2.3 * sigma };
    }),
  );
  return createLennardJones({ species: ['Ar', 'Kr', 'Xe'], pairs, shift });
}

/** A face-centred crystal of edge 5.4 A, repeated, sheared and shaken; species in turn. */
function crystal(options: {
  repeat: readonly [number, number, number];
  shake: number;
  seed: number;
  symbols?: readonly string[];
  shear?: readonly number[];
  periodic?: readonly [boolean, boolean, boolean];
  offset?: number;
}): Structure {
  const { repeat, shake, seed, symbols = ['Ar'], shear = [0, 0, 0], periodic, offset = 0 } = options;
  const next = uniform(seed);
  const edge = 5.4;
  const basis = [
    [0, 0, 0],
    [0.5, 0.5, 0],
    [0.5, 0, 0.5],
    [0, 0.5, 0.5],
  ];
  const frame = Float64Array.of(edge, 0, 0, shear[0] * edge, edge, 0, shear[1] * edge, shear[2] * edge, edge);
  const fractions: number[] = [];
  for (let a = 0; a < repeat[0]; a++)
    for (let b = 0; b < repeat[1]; b++)
      for (let c = 0; c < repeat[2]; c++) for (const [x, y, z] of basis) fractions.push(a + x, b + y, c + z);
  const positions = rowsTimes(fractions, frame).map((x) => x + shake * (next() - 0.5) + offset);
  return createStructure({
    positions,
    cell: frame.map((x, i) => x * repeat[Math.floor(i / 3)]),
    symbols: Array.from({ length: positions.length / 3 }, (_, i) => symbols[i % symbols.length]),
    periodic,
  });
}

const mixed = ['Ar', 'Kr', 'Ar', 'Xe', 'Kr'];
const open = [false, false, false] as const;
const structures: [string, Structure][] = [
  ['a perfect crystal in its smallest cube', crystal({ repeat: [1, 1, 1], shake: 0, seed: 1 })],
  [
    'a shaken cube far smaller than the cutoff',
    crystal({ repeat: [1, 1, 1], shake: 0.4, seed: 2, symbols: mixed }),
  ],
  ['500 atoms of three species', crystal({ repeat: [5, 5, 5], shake: 0.6, seed: 3, symbols: mixed })],
  [
    'a skewed cell',
    crystal({ repeat: [4, 3, 5], shake: 0.6, seed: 4, shear: [0.4, -0.3, 0.45], symbols: mixed }),
  ],
  ['a slab', crystal({ repeat: [4, 4, 2], shake: 0.5, seed: 5, periodic: [true, true, false] })],
  ['a wire', crystal({ repeat: [2, 2, 3], shake: 0.5, seed: 6, periodic: [false, false, true] })],
  ['a cluster', crystal({ repeat: [3, 3, 3], shake: 0.5, seed: 7, periodic: open, symbols: mixed })],
  ['atoms that drifted 3000 A', crystal({ repeat: [3, 3, 3], shake: 0.5, seed: 8, offset: 3000 })],
  ['a long box', crystal({ repeat: [150, 1, 1], shake: 0.5, seed: 9, symbols: mixed })],
  ['one atom alone', createStructure({ positions: Float64Array.of(1, 2, 3), symbols: ['Ar'] })],
  ['no atom', createStructure({ positions: new Float64Array(0), symbols: [] })],
];

describe.skipIf(withoutGpu)('Lennard-Jones on the GPU is that on the CPU', () => {
  let gpu: GpuDevice;
  let cpu: CpuDevice;
  beforeAll(async () => {
    [gpu, cpu] = await Promise.all([createGpuDevice(), createCpuDevice({ threads: 1 })]);
  });
  afterAll(() => Promise.all([gpu.close(), cpu.close()]));

  function expectWithin(result: Evaluation, wanted: Evaluation, bound: ReturnType<typeof bounds>): void {
    for (const [name, width] of [
      ['energies', 1],
      ['forces', 3],
      ['virials', 9],
    ] as const) {
      expect(result[name].length).toBe(wanted[name].length);
      for (let i = 0; i < wanted[name].length; i++) {
        const off = Math.abs(result[name][i] - wanted[name][i]);
        // The CPU has rounding of its own, 1e-15 of far larger terms than the difference.
        const limit = bound[name][Math.floor(i / width)] + 1e-14;
        if (!(off <= limit))
          throw new Error(`${name}[${i}] is ${result[name][i]}, not ${wanted[name][i]} +- ${limit}`);
      }
    }
  }

  it.each(structures)('for %s', async (_, structure) => {
    for (const potential of [nobleGases(false), nobleGases(true)]) {
      const [onGpu, onCpu] = await Promise.all([
        potential.bind(gpu, structure),
        potential.bind(cpu, structure),
      ]);
      const result = await onGpu.evaluate(structure.positions, structure.cell);
      const wanted = await onCpu.evaluate(structure.positions, structure.cell);
      const bound = bounds(potential, structure);
      // A bound that allowed much more than f32 loses over a hundred neighbours would prove nothing.
      const largest = Math.max(0.1, ...wanted.forces.map(Math.abs));
      expect(Math.max(0, ...bound.forces)).toBeLessThan(1e-3 * largest);
      expectWithin(result, wanted, bound);
      onGpu.release();
      onCpu.release();
    }
  });

  it('while atoms move and the cell strains, with fewer lists than steps', async () => {
    const potential = nobleGases(true);
    let structure = crystal({ repeat: [3, 3, 3], shake: 0.4, seed: 10, symbols: mixed });
    const [onGpu, onCpu] = await Promise.all([
      potential.bind(gpu, structure),
      potential.bind(cpu, structure),
    ]);
    const next = uniform(11);
    for (let step = 0; step < 20; step++) {
      const { positions, cell } = structure;
      const result = await onGpu.evaluate(positions, cell);
      expectWithin(result, await onCpu.evaluate(positions, cell), bounds(potential, structure));
      const strain = Float64Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1], (x) => x + 0.01 * (next() - 0.5));
      const moved = rowsTimes(positions, strain).map((x) => x + 0.2 * (next() - 0.5));
      structure = withPositions(structure, moved, rowsTimes(cell, strain));
    }
    onGpu.release();
    onCpu.release();
  });

  it('the same to the last bit in every run, also when several are under way', async () => {
    const potential = nobleGases(false);
    const { positions, cell, ...rest } = crystal({ repeat: [4, 4, 4], shake: 0.6, seed: 12, symbols: mixed });
    const structure = { positions, cell, ...rest };
    const evaluators = await Promise.all([1, 2, 3].map(() => potential.bind(gpu, structure)));
    const all = await Promise.all(
      evaluators.flatMap((one) => [1, 2].map(() => one.evaluate(positions, cell))),
    );
    for (const result of all) expect(result).toEqual(all[0]);
    for (const one of evaluators) one.release();
  });

  it('takes the positions that it was called with, whatever becomes of them', async () => {
    const potential = nobleGases(false);
    const structure = crystal({ repeat: [2, 2, 2], shake: 0.4, seed: 13 });
    const evaluator = await potential.bind(gpu, structure);
    const positions = structure.positions.slice();
    const wanted = await evaluator.evaluate(positions, structure.cell);
    const under = evaluator.evaluate(positions, structure.cell);
    positions.fill(0);
    expect(await under).toEqual(wanted);
    evaluator.release();
  });

  it.each([0, 1e-9, 0.005])('refuses atoms %d A apart by name, and goes on with others', async (distance) => {
    const potential = nobleGases(false);
    const positions = Float64Array.of(0, 0, 0, 9, 9, 9, 9, 9, 9 + distance);
    const structure = createStructure({ positions, symbols: ['Ar', 'Ar', 'Ar'] });
    const evaluator = await potential.bind(gpu, structure);
    await expect(evaluator.evaluate(positions, structure.cell)).rejects.toThrow(/atom 2 .*not finite/);
    positions[8] = 13;
    const { forces } = await evaluator.evaluate(positions, structure.cell);
    expect(forces.every(Number.isFinite)).toBe(true);
    evaluator.release();
  });

  it('gives all its buffers back', async () => {
    const before = gpu.usedBytes;
    const structure = crystal({ repeat: [2, 2, 2], shake: 0.4, seed: 14 });
    const evaluator = await nobleGases(false).bind(gpu, structure);
    await evaluator.evaluate(structure.positions, structure.cell);
    expect(gpu.usedBytes).toBeGreaterThan(before);
    evaluator.release();
    expect(gpu.usedBytes).toBe(before);
  });
});
