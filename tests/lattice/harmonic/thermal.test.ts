import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildPhononCells } from '../../../src/lattice/cells.js';
import { DynamicalMatrix } from '../../../src/lattice/harmonic/dynamical-matrix.js';
import { solveMesh } from '../../../src/lattice/harmonic/mesh.js';
import { temperatureSteps, thermalProperties } from '../../../src/lattice/harmonic/thermal.js';
import {
  crystalFrame,
  displacementMatrices,
  meanSquares,
} from '../../../src/lattice/harmonic/thermal-motion.js';
import { CODATA_UNITS, PHONOPY_UNITS } from '../../../src/lattice/harmonic/units.js';
import type { MeshModes } from '../../../src/model/phonon-results.js';
import { BOLTZMANN, HBAR, KINETIC, PLANCK } from '../../../src/model/units.js';
import { findCellSymmetry } from '../../../src/symmetry/cell-symmetry.js';
import { reduceMesh } from '../../../src/symmetry/q-mesh.js';
import { reciprocalOperations } from '../../../src/symmetry/q-points.js';
import { recipe } from '../../helpers/crystals.js';
import { farthest } from '../../helpers/phonopy-files.js';
import { springConstants } from '../../helpers/springs.js';

const GAS = 8.31446261815324;

/** Modes of one atom at one point. */
function oscillators(...frequencies: number[]): MeshModes {
  const structure = recipe('hcp');
  const primitive = { ...structure, count: 1, masses: structure.masses.subarray(0, 1) };
  const size = frequencies.length;
  return {
    primitive,
    mesh: [1, 1, 1],
    points: new Float64Array(3),
    weights: Int32Array.of(1),
    frequencies: Float64Array.from(frequencies),
    eigenvectors: Float64Array.from({ length: 2 * size * size }, (_, k) =>
      k % (2 * (size + 1)) === 0 ? 1 : 0,
    ),
  };
}

describe('thermal properties', () => {
  it("are Einstein's of an oscillator", () => {
    const f = 7;
    const options = { units: CODATA_UNITS };
    const t = [0, 50, 300, 2000];
    const found = thermalProperties(oscillators(f), t, options);
    const energy = (PLANCK / 1000) * f;
    expect(found.zeroPoint).toBeCloseTo((energy / 2 / BOLTZMANN) * (GAS / 1000), 9);
    t.forEach((temperature, k) => {
      if (temperature === 0) {
        expect([found.freeEnergy[k], found.entropy[k], found.heatCapacity[k]]).toEqual([
          found.zeroPoint,
          0,
          0,
        ]);
        return;
      }
      const x = energy / (BOLTZMANN * temperature);
      const n = 1 / (Math.exp(x) - 1);
      expect(found.freeEnergy[k]).toBeCloseTo(
        (GAS / 1000) * temperature * (x / 2 + Math.log(1 - Math.exp(-x))),
        9,
      );
      expect(found.entropy[k]).toBeCloseTo(GAS * ((n + 1) * Math.log(n + 1) - n * Math.log(n)), 9);
      expect(found.heatCapacity[k]).toBeCloseTo(GAS * x * x * n * (n + 1), 9);
    });
  });

  it('entropy is the slope of the free energy, heat capacity T times that of the entropy', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.1, max: 40, noNaN: true }), { minLength: 1, maxLength: 6 }),
        fc.double({ min: 20, max: 1500, noNaN: true }),
        fc.boolean(),
        (frequencies, t, classical) => {
          const h = t * 1e-3;
          const { freeEnergy, entropy, heatCapacity } = thermalProperties(
            oscillators(...frequencies),
            [t - h, t, t + h],
            { classical },
          );
          // Relative errors of h^2 / 6 times third derivatives: of x^2 e^-x at most, x up to 100.
          const slope = (-1000 * (freeEnergy[2] - freeEnergy[0])) / (2 * h);
          expect(Math.abs(slope - entropy[1])).toBeLessThan(2e-3 * Math.abs(entropy[1]) + 1e-5);
          const own = (t * (entropy[2] - entropy[0])) / (2 * h);
          expect(Math.abs(own - heatCapacity[1])).toBeLessThan(2e-3 * heatCapacity[1] + 1e-5);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('become classical where it is hot, and vanish without a NaN where it is cold', () => {
    const modes = oscillators(3, 9, 12);
    const hot = thermalProperties(modes, [1e5]);
    const classical = thermalProperties(modes, [1e5], { classical: true });
    // Terms of x^2 / 12, x = h f / k T = 0.006.
    expect(hot.heatCapacity[0] / classical.heatCapacity[0]).toBeCloseTo(1, 5);
    expect(hot.entropy[0] / classical.entropy[0]).toBeCloseTo(1, 5);
    expect(hot.freeEnergy[0] / classical.freeEnergy[0]).toBeCloseTo(1, 5);
    const cold = thermalProperties(modes, [1e-3, 0.1]);
    expect([...cold.entropy, ...cold.heatCapacity]).toEqual([0, 0, 0, 0]);
    expect([...cold.freeEnergy]).toEqual([cold.zeroPoint, cold.zeroPoint]);
  });

  it('modes below the cutoff, imaginary ones, and other bands do not count', () => {
    const modes = oscillators(-2, 1, 5);
    const count = (options: object) => thermalProperties(modes, [300], options).integratedModes;
    expect(count({})).toBe(2);
    expect(count({ cutoff: 1 })).toBe(1);
    expect(count({ pretendReal: true })).toBe(3);
    expect(count({ bands: [0, 1] })).toBe(1);
    const pretended = thermalProperties(modes, [300], { pretendReal: true });
    expect(farthest(pretended.entropy, thermalProperties(oscillators(2, 1, 5), [300]).entropy)).toBe(0);
  });

  it('temperatures come in steps, the last one included', () => {
    expect([...temperatureSteps(0, 100, 50)]).toEqual([0, 50, 100]);
    expect([...temperatureSteps(10, 25, 10)]).toEqual([10, 20]);
    expect(temperatureSteps().length).toBe(101);
  });
});

describe('thermal displacements', () => {
  it('of oscillators are hbar / (4 pi m f) coth (h f / 2 k T)', () => {
    const modes = oscillators(4, 6, 9);
    const t = [0, 100, 700];
    const { matrices } = displacementMatrices(modes, t, { units: CODATA_UNITS });
    t.forEach((temperature, k) => {
      [4, 6, 9].forEach((f, c) => {
        const coth =
          temperature === 0 ? 1 : 1 / Math.tanh(((PLANCK / 1000) * f) / (2 * BOLTZMANN * temperature));
        const expected = (HBAR / KINETIC / ((4 * Math.PI * f) / 1000) / modes.primitive.masses[0]) * coth;
        expect(matrices[9 * k + 4 * c] / expected).toBeCloseTo(1, 12);
      });
      expect(matrices[9 * k + 1]).toBe(0);
    });
    const few = displacementMatrices(modes, [100], { cutoff: 4, highest: 9 }).matrices;
    expect([few[0] === 0, few[4] > 0, few[8] === 0]).toEqual([true, true, true]);
  });

  it('of a reduced mesh, averaged by symmetry, are those of the whole one; along a direction u U u', () => {
    const cells = buildPhononCells(recipe('wurtzite'), [2, 2, 2], 'auto');
    const springs = { reach: 3.5, stiffness: (d: number) => [30 * Math.exp(-d), 5 * Math.exp(-d)] as const };
    const matrix = new DynamicalMatrix(cells, springConstants(cells, springs));
    const symmetry = findCellSymmetry(cells.primitive);
    const operations = reciprocalOperations(symmetry.operations.map(({ rotation }) => rotation));
    const motion = (ops: readonly Int32Array[], withSymmetry: boolean) => {
      const modes = solveMesh(matrix, cells.primitive, reduceMesh([4, 4, 3], ops), { vectors: true });
      return displacementMatrices(modes, [0, 400], { cutoff: 0.05, ...(withSymmetry && { symmetry }) });
    };
    const whole = motion([], false);
    const largest = whole.matrices.reduce((a, b) => Math.max(a, b));
    expect(farthest(motion(operations, true).matrices, whole.matrices)).toBeLessThan(1e-9 * largest);
    expect(farthest(motion(operations, false).matrices, whole.matrices)).toBeGreaterThan(1e-3 * largest);
    const axes = meanSquares(whole);
    const along = meanSquares(whole, [0, 0, 3]);
    expect(along.displacements.length).toBe(2 * cells.primitive.count);
    along.displacements.forEach((x, k) => {
      expect(x).toBeCloseTo(axes.displacements[3 * k + 2], 12);
    });
  });

  it('in the frame of a .cif file keep u U u of every vector', () => {
    // U_cif: u = sum_k x_k a_k / |a*_k| ... so that of a cube both are the same.
    const cube = [5, 0, 0, 0, 5, 0, 0, 0, 5];
    const m = Float64Array.of(1, 0.2, 0.1, 0.2, 2, 0.3, 0.1, 0.3, 3);
    expect(farthest(crystalFrame(m, cube), m)).toBeLessThan(1e-14);
    // Along a*, whatever the cell: U_11 = a* U a* / |a*|^2.
    const { cell } = recipe('P1');
    const crystal = crystalFrame(m, cell);
    const cross = [
      cell[4] * cell[8] - cell[5] * cell[7],
      cell[5] * cell[6] - cell[3] * cell[8],
      cell[3] * cell[7] - cell[4] * cell[6],
    ];
    let sum = 0;
    for (let a = 0; a < 3; a++) for (let b = 0; b < 3; b++) sum += cross[a] * m[3 * a + b] * cross[b];
    expect(crystal[0]).toBeCloseTo(sum / (cross[0] ** 2 + cross[1] ** 2 + cross[2] ** 2), 12);
  });
});

describe('units', () => {
  it("phonopy's constants differ from the usual ones in the seventh digit", () => {
    // What phonopy's documentation states.
    expect(PHONOPY_UNITS.toTHz).toBeCloseTo(15.633302, 6);
    expect(PHONOPY_UNITS.perMole).toBeCloseTo(96.485391, 6);
    for (const key of ['toTHz', 'planck', 'boltzmann', 'perMole', 'hbar'] as const) {
      const ratio = PHONOPY_UNITS[key] / CODATA_UNITS[key];
      expect(Math.abs(ratio - 1)).toBeLessThan(1e-6);
    }
  });
});
