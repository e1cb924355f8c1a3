import { uniform } from '../../src/math/random.js';
import { rowsTimes } from '../../src/model/cell.js';
import { createStructure, type Structure } from '../../src/model/structure.js';

type Periodic = readonly [boolean, boolean, boolean];

export interface CrystalOptions {
  /** A, from an atom to its nearest neighbours */
  bond: number;
  /** A, at most along each axis; a tenth of the bond where absent */
  rattle?: number;
  /** Primitive cells along each lattice vector; 1 2 1 where absent */
  repeat?: readonly [number, number, number];
  periodic?: Periodic;
  seed?: number;
}

/**
 * A rattled diamond (one symbol) or zinc blende crystal (two) in a skewed cell of low symmetry: primitive fcc vectors,
 * strained by several per cent. Two atoms a primitive cell, so a small repeat is smaller than any cutoff.
 */
export function skewedDiamond(symbols: readonly string[], options: CrystalOptions): Structure {
  const { bond, rattle = 0.1 * bond, repeat = [1, 2, 1], periodic, seed = 1 } = options;
  const a = (4 * bond) / Math.sqrt(3);
  const strain = [1.02, 0.03, -0.02, 0.01, 0.97, 0.04, -0.03, 0.02, 1.01];
  const fcc = rowsTimes([0, a / 2, a / 2, a / 2, 0, a / 2, a / 2, a / 2, 0], strain);
  const next = uniform(seed);
  const fractions: number[] = [];
  const names: string[] = [];
  for (let i = 0; i < repeat[0]; i++) {
    for (let j = 0; j < repeat[1]; j++) {
      for (let k = 0; k < repeat[2]; k++) {
        for (const [atom, at] of [0, 0.25].entries()) {
          fractions.push(i + at, j + at, k + at);
          names.push(symbols[atom % symbols.length]);
        }
      }
    }
  }
  const positions = rowsTimes(fractions, fcc).map((x) => x + rattle * (2 * next() - 1));
  const cell = Float64Array.from(fcc, (x, i) => x * repeat[Math.floor(i / 3)]);
  return createStructure({ positions, symbols: names, cell, periodic });
}

/** The same atoms without a cell: a molecule. */
export function withoutCell(structure: Structure): Structure {
  return createStructure({ ...structure, cell: new Float64Array(9), periodic: [false, false, false] });
}

/** A supercell: copies along each lattice vector, the original atoms first, then copy after copy. */
export function repeated(structure: Structure, times: readonly [number, number, number]): Structure {
  const { cell, count } = structure;
  const positions: number[] = [];
  const kinds: number[] = [];
  for (let i = 0; i < times[0]; i++) {
    for (let j = 0; j < times[1]; j++) {
      for (let k = 0; k < times[2]; k++) {
        const shift = rowsTimes([i, j, k], cell);
        for (let atom = 0; atom < count; atom++) {
          for (let c = 0; c < 3; c++) positions.push(structure.positions[3 * atom + c] + shift[c]);
          kinds.push(structure.kinds[atom]);
        }
      }
    }
  }
  return createStructure({
    positions: Float64Array.from(positions),
    species: structure.species,
    kinds: Uint16Array.from(kinds),
    cell: cell.map((x, i) => x * times[Math.floor(i / 3)]),
    periodic: structure.periodic,
  });
}

/** The atoms in another order: atom k of the result is atom order[k] of the structure. */
export function reordered(structure: Structure, order: readonly number[]): Structure {
  return createStructure({
    ...structure,
    positions: Float64Array.from(
      order.flatMap((i) => Array.from(structure.positions.subarray(3 * i, 3 * i + 3))),
    ),
    kinds: Uint16Array.from(order, (i) => structure.kinds[i]),
    masses: Float64Array.from(order, (i) => structure.masses[i]),
  });
}
