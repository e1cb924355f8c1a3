import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { requireRoomForQuartic } from '../../src/lattice/force-constants/quartic.js';
import { quarticAsymmetry, quarticDrift } from '../../src/lattice/force-constants/quartic-rules.js';
import { compactRows, fullRows } from '../../src/lattice/force-constants/rows.js';
import { rowsTimes } from '../../src/model/cell.js';
import { type Structure, withPositions } from '../../src/model/structure.js';
import { findCellSymmetry } from '../../src/symmetry/cell-symmetry.js';
import { potentialForces } from '../../src/workflows/force-source.js';
import { quarticFromForces } from '../../src/workflows/quartic.js';
import { recipe } from '../helpers/crystals.js';
import { pairConstants } from '../helpers/pair-constants.js';
import { pairPotential } from '../helpers/pair-potential.js';

let device: CpuDevice;
beforeAll(async () => {
  device = await createCpuDevice({ threads: 1 });
});
afterAll(() => device.close());

/** A, amid the widest gap of the distances from 3 to 5 A: displacements move no pair across it, where forces jump. */
function cutoffOf({ count, positions, cell }: Structure): number {
  const distances = [3, 5];
  for (let pair = 0; pair < count ** 2; pair++) {
    const [i, j] = [Math.floor(pair / count), pair % count];
    for (let image = 0; image < 125; image++) {
      const step = [(image % 5) - 2, (Math.floor(image / 5) % 5) - 2, Math.floor(image / 25) - 2];
      const shift = rowsTimes(step, cell);
      const r = Math.hypot(...[0, 1, 2].map((k) => positions[3 * j + k] - positions[3 * i + k] + shift[k]));
      if (r > 3 && r < 5) distances.push(r);
    }
  }
  distances.sort((a, b) => a - b);
  const gaps = distances.slice(1).map((r, k) => r - distances[k]);
  const widest = gaps.indexOf(Math.max(...gaps));
  return distances[widest] + gaps[widest] / 2;
}

/**
 * [n][n][n][n][81] by differences of third-order constants in closed form: their error goes with the square of 1e-4 A,
 * and is 1e-5 of what the displacements of the test make.
 */
function expected(structure: Structure): Float64Array {
  const n = structure.count;
  const { parameters } = pairPotential(structure, cutoffOf(structure));
  const out = new Float64Array(81 * n ** 4);
  const step = 1e-4;
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < 3; a++) {
      const [plus, minus] = [step, -step].map((by) => {
        const positions = structure.positions.slice();
        positions[3 * i + a] += by;
        return pairConstants(withPositions(structure, positions), parameters).cubic;
      });
      for (let triplet = 0; triplet < n ** 3; triplet++) {
        for (let c = 0; c < 27; c++) {
          const at = 27 * triplet + c;
          out[81 * (n ** 3 * i + triplet) + 27 * a + c] = (plus[at] - minus[at]) / (2 * step);
        }
      }
    }
  }
  return out;
}

describe('fourth-order force constants', () => {
  it.each([
    ['hcp', [2, 1, 1]],
    ['P-1', [1, 1, 1]],
    ['bcc', [2, 1, 1]],
  ] as [string, number[]][])(
    'come as near the closed form as displacements are small, %s',
    async (name, dim) => {
      const cells = buildPhononCells(recipe(name), dim);
      const { supercell } = cells;
      const symmetry = findCellSymmetry(supercell);
      const source = potentialForces(pairPotential(supercell, cutoffOf(supercell)), device);
      const exact = expected(supercell);
      const largest = exact.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      const errors: number[] = [];
      for (const distance of [0.02, 0.01]) {
        const { values } = await quarticFromForces(symmetry, source, fullRows(supercell.count), { distance });
        expect(values.length).toBe(exact.length);
        errors.push(values.reduce((most, x, i) => Math.max(most, Math.abs(x - exact[i])), 0) / largest);
      }
      // Opposite displacements cancel the first order of the error: it falls by four, next order aside.
      expect(errors[0] / errors[1]).toBeGreaterThan(3.8);
      expect(errors[0] / errors[1]).toBeLessThan(4.2);
      expect(errors[1]).toBeLessThan(0.02);
    },
  );

  it('are the same in compact rows, and add up to nothing over the last index', async () => {
    const cells = buildPhononCells(recipe('hcp'), [2, 1, 1]);
    const { supercell } = cells;
    const n = supercell.count;
    const symmetry = findCellSymmetry(supercell);
    const source = potentialForces(pairPotential(supercell, cutoffOf(supercell)), device);
    const layout = compactRows(cells, symmetry.translations);
    const progress: number[] = [];
    const options = { progress: (done: number) => progress.push(done) };
    const compact = await quarticFromForces(symmetry, source, layout, options);
    const full = await quarticFromForces(symmetry, source, fullRows(n));
    expect(compact.rows.length).toBe(2);
    expect(progress).toEqual(progress.map((_, i) => i + 1));
    const size = 81 * n ** 3;
    layout.rows.forEach((atom, row) => {
      const [here, there] = [compact, full].map(({ values }, which) => {
        const start = size * (which === 0 ? row : atom);
        return values.subarray(start, start + size);
      });
      // 1e-15 eV/A of forces over three displacements of 0.03 A
      here.forEach((x, i) => {
        expect(Math.abs(x - there[i])).toBeLessThan(1e-7);
      });
    });
    for (let first = 0; first < n ** 3; first++) {
      for (let c = 0; c < 81; c++) {
        let sum = 0;
        for (let l = 0; l < n; l++) sum += full.values[81 * (n * first + l) + c];
        // Forces of all atoms add up to nothing.
        expect(Math.abs(sum)).toBeLessThan(1e-7);
      }
    }
  });

  it('obey the sum rule and are the same for all orders of the indices, if asked, and no farther off', async () => {
    const cells = buildPhononCells(recipe('hcp'), [2, 1, 1]);
    const { supercell } = cells;
    const symmetry = findCellSymmetry(supercell);
    const source = potentialForces(pairPotential(supercell, cutoffOf(supercell)), device);
    const layout = fullRows(supercell.count);
    const exact = expected(supercell);
    const apart = (values: Float64Array) => Math.hypot(...values.map((x, i) => x - exact[i]));
    const plain = await quarticFromForces(symmetry, source, layout, { distance: 0.01 });
    const ruled = await quarticFromForces(symmetry, source, layout, { distance: 0.01, symmetrise: true });
    expect(quarticAsymmetry(plain, layout)).toBeGreaterThan(1e-4);
    // 1e-16 of sums of tensors of some 1000 eV/A^4
    expect(quarticAsymmetry(ruled, layout)).toBeLessThan(1e-10);
    for (const drift of quarticDrift(ruled, layout)) expect(Math.abs(drift)).toBeLessThan(1e-9);
    // The exact ones obey both: a projection onto what does comes nearer to them.
    expect(apart(ruled.values)).toBeLessThan(apart(plain.values));
  });

  it('that would not fit are refused', () => {
    expect(() => requireRoomForQuartic(216, 216)).toThrow(
      'fourth-order force constants of 216 rows of 216 atoms take 1411 GB',
    );
  });
});
