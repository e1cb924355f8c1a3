import { describe, expect, it } from 'vitest';
import { buildPhononCells } from '../../../src/lattice/cells.js';
import { DynamicalMatrix } from '../../../src/lattice/harmonic/dynamical-matrix.js';
import { modulate } from '../../../src/lattice/harmonic/modulation.js';
import { frequencyMoment } from '../../../src/lattice/harmonic/moment.js';
import { PHONOPY_UNITS } from '../../../src/lattice/harmonic/units.js';
import { createStructure } from '../../../src/model/structure.js';
import { springConstants } from '../../helpers/springs.js';

const UNIT = createStructure({
  cell: [4, 0, 0, 0, 4, 0, 0, 0, 4],
  positions: Float64Array.of(0, 0, 0, 2, 2, 2),
  symbols: ['Cs', 'Cl'],
});
const cells = buildPhononCells(UNIT, [2, 2, 2], 'P');
const springs = {
  reach: 4.1,
  stiffness: (d: number) => (d < 3.6 ? [2, 0.1] : [0.7, 0.05]) as [number, number],
};
const constants = springConstants(cells, springs);
const matrix = new DynamicalMatrix(cells, constants);

describe('a mode frozen into a supercell', () => {
  it.each([
    ['at the zone corner', [0.5, 0.5, 0.5], undefined],
    ['at its face', [0.5, 0, 0], undefined],
    ['of equal ones told apart', [0.5, 0, 0], [0, 1, 0.3]],
  ] as const)('is pulled back by m (2 pi f)^2 u, %s', (_, q, split) => {
    for (let band = 0; band < 6; band++) {
      const { displacements, frequency } = modulate(
        matrix,
        cells,
        { q: [...q], band, amplitude: 3, phase: 25 },
        split && { split },
      );
      const u = displacements.filter((_, k) => k % 2 === 0);
      const value = (frequency / PHONOPY_UNITS.toTHz) ** 2;
      const n = cells.supercell.count;
      let off = 0;
      for (let i = 0; i < 3 * n; i++) {
        let force = 0;
        for (let j = 0; j < 3 * n; j++) {
          const pair = 9 * (Math.floor(i / 3) * n + Math.floor(j / 3));
          force += constants.values[pair + 3 * (i % 3) + (j % 3)] * u[j];
        }
        off = Math.max(off, Math.abs(force - cells.supercell.masses[Math.floor(i / 3)] * value * u[i]));
      }
      expect(off).toBeLessThan(1e-10);
    }
  });

  it('has the amplitude, and its largest component the phase', () => {
    const { displacements } = modulate(matrix, cells, {
      q: [0.1, 0.2, 0.3],
      band: 2,
      amplitude: 3,
      phase: 25,
    });
    const { masses, count } = cells.supercell;
    let sum = 0;
    let largest = 0;
    const length = (k: number) => Math.hypot(displacements[k], displacements[k + 1]);
    for (let k = 0; k < displacements.length; k += 2) {
      sum += masses[Math.floor(k / 6)] * length(k) ** 2;
      if (length(k) > length(largest) * (1 + 1e-9)) largest = k;
    }
    // Each of the cells has |e| = 1, over the number of atoms.
    expect(sum).toBeCloseTo((9 * (count / 2)) / count, 10);
    const phase = Math.atan2(displacements[largest + 1], displacements[largest]);
    expect((phase * 180) / Math.PI).toBeCloseTo(25, 9);
  });
});

describe('moments of the frequency', () => {
  it('are means over modes, and over their shares', () => {
    const al = createStructure({
      symbols: ['Al'],
      positions: new Float64Array(3),
      cell: [3, 0, 0, 0, 3, 0, 0, 0, 3],
    });
    const unit = (axis: number) => [0, 1, 2].flatMap((k) => [k === axis ? 1 : 0, 0]);
    const modes = {
      primitive: al,
      mesh: [2, 1, 1] as const,
      points: new Float64Array(6),
      weights: Int32Array.of(1, 3),
      frequencies: Float64Array.of(0, 1, 2, 3, 4, 5),
      eigenvectors: Float64Array.from([0, 1, 2, 0, 1, 2].flatMap(unit)),
    };
    const { total, atoms } = frequencyMoment(modes, 1);
    // The mode without a frequency does not count.
    expect(total).toBeCloseTo((1 + 2 + 3 * (3 + 4 + 5)) / (2 + 9), 12);
    expect(atoms[0]).toBeCloseTo((3 + (1 + 12) / 4 + (2 + 15) / 4) / 3, 12);
    expect(frequencyMoment(modes, 2, { lowest: 2, highest: 3 }).total).toBeCloseTo((4 + 27) / 4, 12);
  });
});
