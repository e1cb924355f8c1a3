import { describe, expect, it } from 'vitest';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { leastDirections } from '../../src/lattice/displacements/directions.js';
import { harmonicDisplacements } from '../../src/lattice/displacements/harmonic.js';
import { pairDisplacements } from '../../src/lattice/displacements/pairs.js';
import { randomDisplacements } from '../../src/lattice/displacements/random.js';
import { shortestDistances } from '../../src/lattice/shortest.js';
import { inverse, rowsTimes } from '../../src/model/cell.js';
import {
  type CellSymmetry,
  findCellSymmetry,
  permutationOf,
  shiftsAlone,
  siteSymmetry,
} from '../../src/symmetry/cell-symmetry.js';
import { times } from '../../src/symmetry/integer-matrix.js';
import { RECIPES, recipe } from '../helpers/crystals.js';

function symmetryOf(name: string, dim: number[]): CellSymmetry {
  return findCellSymmetry(buildPhononCells(recipe(name), dim, 'P').supercell);
}

/** How many of vectors are independent: Gram and Schmidt; lengths near 1, and what is left of a dependent one is 1e-15. */
function rank(vectors: number[][]): number {
  const basis: number[][] = [];
  for (const vector of vectors) {
    const left = basis.reduce((v, b) => v.map((x, k) => x - b[k] * dot(v, b)), vector);
    const norm = Math.hypot(...left);
    if (norm > 1e-6) basis.push(left.map((x) => x / norm));
  }
  return basis.length;
}

function dot(a: number[], b: number[]): number {
  return a.reduce((sum, x, k) => sum + x * b[k], 0);
}

/** A direction in lattice vectors of a supercell, [3]. */
function direction(displacement: Float64Array, symmetry: CellSymmetry): number[] {
  return [...rowsTimes(displacement, inverse(symmetry.structure.cell))].map((x) => x * 1000);
}

const DIMS = [
  [1, 1, 1],
  [2, 1, 1],
  [1, 1, 0, -1, 1, 0, 0, 0, 1],
];

describe('displacements for second-order force constants', () => {
  it.each(RECIPES.map(({ name }) => name))(
    'span space at every atom, with opposites where symmetry gives none: %s',
    (name) => {
      for (const dim of DIMS) {
        const symmetry = symmetryOf(name, dim);
        for (const diagonal of [true, false]) {
          const { entries } = harmonicDisplacements(symmetry, { diagonal });
          const atoms = new Set(entries.map(({ atom }) => atom));
          expect([...atoms]).toEqual([...new Set(symmetry.equivalent)].sort((a, b) => a - b));
          for (const atom of atoms) {
            const site = siteSymmetry(symmetry, atom);
            const here = entries
              .filter((entry) => entry.atom === atom)
              .map((entry) => direction(entry.displacement, symmetry));
            const images = here.flatMap((d) => site.map(({ rotation }) => [...times(rotation, d)]));
            expect(rank(images)).toBe(3);
            const hasImage = (d: number[]) =>
              images.some((image) => Math.hypot(...image.map((x, k) => x - d[k])) < 1e-9);
            for (const d of here) expect(hasImage(d.map((x) => -x))).toBe(true);
          }
        }
      }
    },
  );

  it('are those known: two for rock salt, along a lattice vector', () => {
    const { entries } = harmonicDisplacements(symmetryOf('rocksalt', [2, 2, 2]));
    expect(entries.map(({ atom }) => atom)).toEqual([0, 32]);
    for (const { displacement } of entries) expect([...displacement]).toEqual([0.01, 0, 0]);
  });

  it('have the length asked for', () => {
    for (const { displacement } of harmonicDisplacements(symmetryOf('P-1', [1, 1, 1]), { distance: 0.02 })
      .entries) {
      expect(Math.hypot(...displacement)).toBeCloseTo(0.02, 14);
    }
    expect(() => harmonicDisplacements(symmetryOf('P-1', [1, 1, 1]), { distance: 0 })).toThrow(/positive/);
    expect(() => harmonicDisplacements(symmetryOf('P-1', [1, 1, 1]), { distance: Number.NaN })).toThrow(
      /positive/,
    );
  });

  it('take opposites always or never where told', () => {
    const count = (opposites: 'where-needed' | 'always' | 'never') =>
      harmonicDisplacements(symmetryOf('rutile', [1, 1, 1]), { opposites }).entries.length;
    expect(count('always')).toBe(2 * count('never'));
    expect(count('where-needed')).toBeGreaterThanOrEqual(count('never'));
  });

  it('are six for each atom without symmetry', () => {
    const { entries } = harmonicDisplacements(shiftsAlone(recipe('bcc')));
    expect(entries.map(({ atom }) => atom)).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
  });

  it('are three axes where a site has no symmetry', () => {
    expect(leastDirections([Int32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1)], true)).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
  });
});

describe('displacements of pairs', () => {
  it.each(['rocksalt', 'wurtzite', 'quartz', 'P-1', 'hcp', 'diamond'])(
    'span space at every second atom: %s',
    (name) => {
      const symmetry = symmetryOf(name, [1, 1, 1]);
      for (const diagonal of [true, false]) {
        const { entries } = pairDisplacements(symmetry, { diagonal });
        for (const first of entries) {
          const d = direction(first.displacement, symmetry);
          const left = siteSymmetry(symmetry, first.atom).filter(
            ({ rotation }) => Math.hypot(...times(rotation, d).map((x, k) => x - d[k])) < 1e-9,
          );
          const reached = new Map<number, number[][]>();
          for (const operation of left) {
            const moves = permutationOf(symmetry, operation);
            for (const second of first.second) {
              const image = times(operation.rotation, direction(second.displacement, symmetry));
              const to = moves[second.atom];
              reached.set(to, [...(reached.get(to) ?? []), [...image]]);
            }
          }
          expect(reached.size).toBe(symmetry.structure.count);
          for (const images of reached.values()) expect(rank(images)).toBe(3);
        }
      }
    },
  );

  it('number supercells one after another, the first displacements before all', () => {
    const { entries } = pairDisplacements(symmetryOf('wurtzite', [1, 1, 1]));
    const ids = [
      ...entries.map(({ id }) => id),
      ...entries.flatMap(({ second }) => second.map(({ id }) => id)),
    ];
    expect(ids).toEqual(ids.map((_, i) => i + 1));
  });

  it('leave out pairs beyond the cutoff, and say how far apart each is', () => {
    const symmetry = symmetryOf('rocksalt', [1, 1, 1]);
    const all = pairDisplacements(symmetry).entries.flatMap(({ second }) => second);
    const near = pairDisplacements(symmetry, { cutoff: 3 }).entries.flatMap(({ second }) => second);
    expect(all.every(({ included }) => included)).toBe(true);
    expect(near.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    for (const { distance, included } of near) expect(included).toBe(distance! < 3);
    expect(new Set(near.map(({ included }) => included)).size).toBe(2);
    // Na and Cl are half a lattice constant apart, Na and Na half a face diagonal.
    expect(
      near
        .map(({ distance }) => distance!)
        .filter((d) => d > 0.1)
        .reduce((a, b) => Math.min(a, b)),
    ).toBeCloseTo(5.69 / 2, 9);
  });

  it('list what occurs twice in the other order, and what phono3py takes to be undone', () => {
    const symmetry = symmetryOf('P-1', [1, 1, 1]);
    const set = pairDisplacements(symmetry);
    const supercell = new Map<number, Map<number, number[]>>();
    for (const first of set.entries) {
      for (const second of first.second) {
        const moved = new Map([[first.atom, [...first.displacement]]]);
        const before = moved.get(second.atom) ?? [0, 0, 0];
        moved.set(
          second.atom,
          before.map((x, k) => x + second.displacement[k]),
        );
        supercell.set(second.id, moved);
      }
    }
    const sorted = (id: number) => [...supercell.get(id)!].sort((a, b) => a[0] - b[0]);
    const opposites = set.duplicates!.filter(([, other]) => other === 0).map(([id]) => sorted(id)[0][1]);
    for (const [id, other] of set.duplicates!) {
      if (other > 0) {
        expect(sorted(id)).toEqual(sorted(other));
        continue;
      }
      expect(sorted(id)).toHaveLength(1);
      const mirrored = opposites.some((d) => Math.hypot(...d.map((x, k) => x + sorted(id)[0][1][k])) < 1e-12);
      expect(mirrored).toBe(true);
    }
    expect(opposites.length).toBeGreaterThan(0);
    expect(set.duplicates!.length).toBeGreaterThan(0);
  });
});

describe('shortest distances', () => {
  it('are found in a skewed cell: no image of a wide search is nearer', () => {
    const { supercell } = buildPhononCells(recipe('P1'), [1, 3, 0, 0, 1, 2, 0, 0, 1], 'P');
    const { cell, positions, count } = supercell;
    const near = shortestDistances(supercell, 0);
    for (let i = 0; i < count; i++) {
      let best = Number.POSITIVE_INFINITY;
      for (let a = -6; a <= 6; a++) {
        for (let b = -6; b <= 6; b++) {
          for (let c = -6; c <= 6; c++) {
            const shift = [0, 1, 2].map(
              (k) => positions[3 * i + k] - positions[k] + a * cell[k] + b * cell[3 + k] + c * cell[6 + k],
            );
            best = Math.min(best, Math.hypot(...shift));
          }
        }
      }
      expect(near[i]).toBeCloseTo(best, 10);
    }
  });
});

describe('random displacements', () => {
  it('move every atom by the distance, in a way that the seed decides', () => {
    const set = randomDisplacements(8, 5, { seed: 3, distance: 0.02 });
    expect(set.entries).toHaveLength(5);
    for (const { displacements } of set.entries) {
      for (let i = 0; i < 24; i += 3)
        expect(Math.hypot(...displacements.subarray(i, i + 3))).toBeCloseTo(0.02, 14);
    }
    expect(randomDisplacements(8, 5, { seed: 3, distance: 0.02 })).toEqual(set);
    expect(randomDisplacements(8, 5, { seed: 4, distance: 0.02 })).not.toEqual(set);
    expect(randomDisplacements(8, 5, { seed: 3, distance: 0.02, like: 'phonopy 2' })).not.toEqual(set);
  });

  it('point everywhere alike: the mean of 3000 unit vectors is small', () => {
    const { entries } = randomDisplacements(1000, 3, { seed: 1, distance: 1 });
    const sum = [0, 0, 0];
    for (const { displacements } of entries)
      displacements.forEach((x, c) => {
        sum[c % 3] += x;
      });
    // A component has the variance 1/3: the sum of 3000 is within four deviations, 4 sqrt(1000).
    for (const x of sum) expect(Math.abs(x)).toBeLessThan(4 * Math.sqrt(1000));
  });

  it('come back mirrored where opposites are asked for', () => {
    const { entries } = randomDisplacements(4, 2, { seed: 1, opposites: true });
    expect(entries).toHaveLength(4);
    for (const k of [0, 1]) {
      expect([...entries[k + 2].displacements]).toEqual([...entries[k].displacements].map((x) => -x));
    }
  });

  it('spread over distances, by supercell or by atom', () => {
    const distances = (drawn: 'supercell' | 'atom') =>
      randomDisplacements(6, 20, { seed: 1, distance: 0.01, greatest: 0.1, drawn }).entries.map(
        ({ displacements }) =>
          Array.from({ length: 6 }, (_, i) => Math.hypot(...displacements.subarray(3 * i, 3 * i + 3))),
      );
    for (const drawn of ['supercell', 'atom'] as const) {
      for (const d of distances(drawn).flat()) {
        expect(d).toBeGreaterThan(0.01 - 1e-12);
        expect(d).toBeLessThan(0.1);
      }
    }
    for (const row of distances('supercell')) expect(Math.max(...row) - Math.min(...row)).toBeLessThan(1e-12);
    for (const row of distances('atom')) expect(Math.max(...row) - Math.min(...row)).toBeGreaterThan(1e-3);
  });

  it.each([
    [{ seed: -1 }, /seed/],
    [{ seed: 0.5 }, /seed/],
    [{ seed: 1, distance: 0 }, /distance/],
    [{ seed: 1, distance: 0.1, greatest: 0.01 }, /greatest/],
  ])('refuses %j', (options, message) => {
    expect(() => randomDisplacements(4, 2, options)).toThrow(message);
  });

  it('refuses no supercells', () => {
    expect(() => randomDisplacements(4, 0, { seed: 1 })).toThrow(/positive whole number/);
  });
});
