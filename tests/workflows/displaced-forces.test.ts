import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { harmonicDisplacements } from '../../src/lattice/displacements/harmonic.js';
import { pairDisplacements } from '../../src/lattice/displacements/pairs.js';
import { cubicForceConstants } from '../../src/lattice/force-constants/cubic.js';
import { fullRows } from '../../src/lattice/force-constants/rows.js';
import type { PairDisplacementSet } from '../../src/model/displacements.js';
import { withPositions } from '../../src/model/structure.js';
import { findCellSymmetry, shiftsAlone } from '../../src/symmetry/cell-symmetry.js';
import { estimateCost, withHarmonicForces, withPairForces } from '../../src/workflows/displaced-forces.js';
import { type ForceSource, potentialForces } from '../../src/workflows/force-source.js';
import { LabelJournal } from '../../src/workflows/label-journal.js';
import { recipe } from '../helpers/crystals.js';
import { pairConstants } from '../helpers/pair-constants.js';
import { pairPotential } from '../helpers/pair-potential.js';

const cells = buildPhononCells(recipe('rocksalt'), [2, 1, 1]);
const { supercell } = cells;
const symmetry = findCellSymmetry(supercell);
const folder = mkdtempSync(join(tmpdir(), 'phonolink-displaced-'));
let device: CpuDevice;
beforeAll(async () => {
  device = await createCpuDevice({ threads: 1 });
});
afterAll(async () => {
  await device.close();
  rmSync(folder, { recursive: true });
});

/** Counts what is evaluated, and stops after so many as a kill would. */
function counted(limit = Number.POSITIVE_INFINITY): { source: ForceSource; evaluations: () => number } {
  const real = potentialForces(pairPotential(supercell), device);
  let evaluations = 0;
  return {
    evaluations: () => evaluations,
    source: {
      ...real,
      async bind(structure) {
        const bound = await real.bind(structure);
        return {
          ...bound,
          evaluate: async (positions, cell) => {
            if (evaluations >= limit) throw new Error('killed');
            evaluations++;
            return bound.evaluate(positions, cell);
          },
        };
      },
    },
  };
}

function forcesOf(set: PairDisplacementSet): (number[] | undefined)[] {
  const list = (forces?: Float64Array) => forces && [...forces];
  return set.entries.flatMap((first) => [list(first.forces), ...first.second.map((s) => list(s.forces))]);
}

/** Where atoms end, to 1e-6 A. */
function endOf(moves: readonly [number, Float64Array][]): string {
  const places = new Float64Array(3 * supercell.count);
  for (const [atom, vector] of moves) for (let k = 0; k < 3; k++) places[3 * atom + k] += vector[k];
  return places.map((x) => Math.round(x * 1e6) + 0).join();
}

describe('forces of displaced supercells', () => {
  it('are those of the displaced atoms', async () => {
    const { source, evaluations } = counted();
    const set = await withHarmonicForces(harmonicDisplacements(symmetry), supercell, source);
    expect(evaluations()).toBe(set.entries.length);
    const bound = await source.bind(supercell);
    for (const entry of set.entries as readonly {
      atom: number;
      displacement: Float64Array;
      forces?: Float64Array;
      energy?: number;
    }[]) {
      const positions = supercell.positions.slice();
      entry.displacement.forEach((x, k) => {
        positions[3 * entry.atom + k] += x;
      });
      const { forces, energy } = await bound.evaluate(positions, supercell.cell);
      // Lists of neighbours are in another order: the last digits may differ.
      entry.forces!.forEach((f, i) => {
        expect(f).toBeCloseTo(forces[i], 10);
      });
      expect(entry.energy).toBeCloseTo(energy, 10);
    }
    bound.release();
  });

  it('of all atoms displaced at once, less those at rest', async () => {
    const displacements = Float64Array.from({ length: 3 * supercell.count }, (_, i) => 0.01 * Math.sin(i));
    const given = { kind: 'snapshots', count: supercell.count, entries: [{ displacements }] } as const;
    const { source, evaluations } = counted();
    const plain = await withHarmonicForces(given, supercell, source);
    const less = await withHarmonicForces(given, supercell, source, { subtractResidual: true });
    expect(evaluations()).toBe(3);
    const atRest = withPositions(supercell, supercell.positions);
    const bound = await source.bind(atRest);
    const { forces } = await bound.evaluate(atRest.positions, atRest.cell);
    bound.release();
    less.entries[0].forces!.forEach((f, i) => {
      expect(f).toBeCloseTo(plain.entries[0].forces![i] - forces[i], 10);
    });
  });

  it('give third-order constants as near the closed form as displacements are small', async () => {
    const { cubic: exact } = pairConstants(supercell, pairPotential(supercell).parameters);
    const errors: number[] = [];
    for (const distance of [0.02, 0.01]) {
      const set = await withPairForces(
        pairDisplacements(symmetry, { distance }),
        supercell,
        counted().source,
      );
      const { cubic } = cubicForceConstants(symmetry, set, fullRows(supercell.count));
      errors.push(Math.max(...cubic.values.map((x, i) => Math.abs(x - exact[i]))));
    }
    // Opposite displacements cancel the first order of the error: it falls by four, next order aside.
    expect(errors[0] / errors[1]).toBeGreaterThan(3.9);
    expect(errors[0] / errors[1]).toBeLessThan(4.1);
    // phi''''' of the nearest pair over phi''' is some 14 * 15 / r^2: times h^2 / 2, of 60 eV/A^3
    expect(errors[1]).toBeLessThan(0.1);
  });

  it('are calculated once where displacements end in the same places, and not for pairs left out', async () => {
    const all = pairDisplacements(shiftsAlone(supercell, symmetry.translations));
    const { source, evaluations } = counted();
    const set = await withPairForces(all, supercell, source);
    // Ends, written down without regard to which atom came first: those of one atom by their sum.
    const ends = all.entries.flatMap((first) => [
      endOf([[first.atom, first.displacement]]),
      ...first.second.map((second) =>
        endOf([
          [first.atom, first.displacement],
          [second.atom, second.displacement],
        ]),
      ),
    ]);
    expect(new Set(ends).size).toBeLessThan(ends.length);
    expect(evaluations()).toBe(new Set(ends).size);
    const bound = await source.bind(supercell);
    for (const first of set.entries) {
      for (const second of first.second.filter(({ id }) => id % 7 === 0)) {
        const positions = supercell.positions.slice();
        for (const { atom, displacement } of [first, second]) {
          displacement.forEach((x, k) => {
            positions[3 * atom + k] += x;
          });
        }
        const { forces } = await bound.evaluate(positions, supercell.cell);
        second.forces!.forEach((f, i) => {
          expect(f).toBeCloseTo(forces[i], 10);
        });
      }
    }
    bound.release();
    const cut = await withPairForces(pairDisplacements(symmetry, { cutoff: 3 }), supercell, counted().source);
    for (const { second } of cut.entries) {
      for (const { included, forces } of second) expect(forces !== undefined).toBe(included);
    }
  });

  it('of engines are calculated together, and nothing is begun after a failure', async () => {
    const set = pairDisplacements(symmetry);
    const real = counted();
    const expected = forcesOf(await withPairForces(set, supercell, real.source));
    const engines = (fails = Number.POSITIVE_INFINITY) => {
      const seen = { underWay: 0, most: 0, begun: 0 };
      const source: ForceSource = {
        name: 'engines',
        async bind(structure) {
          const bound = await real.source.bind(structure);
          return {
            ...bound,
            atOnce: 3,
            async evaluate(positions, cell) {
              const number = seen.begun++;
              seen.most = Math.max(seen.most, ++seen.underWay);
              // The later ones come first.
              await new Promise((resolve) => setTimeout(resolve, (7 * number) % 5));
              seen.underWay--;
              if (number === fails) throw new Error('lost');
              return bound.evaluate(positions, cell);
            },
          };
        },
      };
      return { seen, source };
    };
    const { seen, source } = engines();
    const counts: number[] = [];
    const together = await withPairForces(set, supercell, source, { progress: (done) => counts.push(done) });
    expect(seen.most).toBe(3);
    expect(counts).toEqual(counts.map((_, i) => i + 1));
    forcesOf(together).forEach((forces, i) => {
      forces!.forEach((f, c) => {
        expect(f).toBeCloseTo(expected[i]![c], 10);
      });
    });
    const failing = engines(5);
    await expect(withPairForces(set, supercell, failing.source)).rejects.toThrow('lost');
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(failing.seen.begun).toBeLessThanOrEqual(5 + 3);
  });

  it('refuse another supercell', async () => {
    const set = { ...harmonicDisplacements(symmetry), count: 8 };
    await expect(withHarmonicForces(set, supercell, counted().source)).rejects.toThrow(
      'the displacements are of 8 atoms, but the supercell has 16',
    );
  });

  it('have a cost that is measured before', async () => {
    const set = pairDisplacements(symmetry);
    const { source, evaluations } = counted();
    const cost = await estimateCost(set, supercell, source);
    expect(evaluations()).toBeLessThan(6);
    expect(cost.atoms).toBe(16);
    expect(cost.total).toBeCloseTo(cost.each * cost.evaluations, 12);
    const { source: other, evaluations: needed } = counted();
    await withPairForces(set, supercell, other);
    expect(cost.evaluations).toBe(needed());
  });
});

describe('a journal of forces', () => {
  const set = pairDisplacements(symmetry);

  it('takes up a run wherever it was killed, with the same numbers in the end', async () => {
    const whole = counted();
    const expected = forcesOf(await withPairForces(set, supercell, whole.source));
    const path = join(folder, 'kills.jsonl');
    for (const limit of [0, 1, 7, 20]) {
      rmSync(path, { force: true });
      const killed = counted(limit);
      const run = withPairForces(set, supercell, killed.source, { journal: new LabelJournal(path, 'a') });
      await expect(run).rejects.toThrow('killed');
      if (limit === 7) {
        // Within a line, as a kill may leave it.
        const bytes = readFileSync(path);
        writeFileSync(path, bytes.subarray(0, bytes.length - 100));
      }
      const rest = counted();
      const seen: number[] = [];
      const resumed = await withPairForces(set, supercell, rest.source, {
        journal: new LabelJournal(path, 'a'),
        progress: (done, total) => {
          expect(total).toBe(whole.evaluations());
          seen.push(done);
        },
      });
      expect(rest.evaluations()).toBe(whole.evaluations() - limit + (limit === 7 ? 1 : 0));
      expect(seen).toEqual(Array.from({ length: whole.evaluations() }, (_, i) => i + 1));
      forcesOf(resumed).forEach((forces, i) => {
        forces!.forEach((f, c) => {
          expect(f).toBeCloseTo(expected[i]![c], 10);
        });
      });
    }
  });

  it('of another model is refused', async () => {
    const path = join(folder, 'models.jsonl');
    await withPairForces(set, supercell, counted().source, { journal: new LabelJournal(path, 'model one') });
    expect(() => new LabelJournal(path, 'model two')).toThrow(/journal of another source/);
    expect(() => new LabelJournal(path)).toThrow(/journal of another source/);
    expect(new LabelJournal(path, 'model one').size).toBeGreaterThan(0);
  });
});
