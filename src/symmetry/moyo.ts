import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as bindings from '@spglib/moyo-wasm';

let loaded = false;

/** The bindings of moyo (a Rust library of space groups, by spglib's authors), compiled on first use: about 5 ms. */
export function moyo(): typeof bindings {
  if (!loaded) {
    const path = createRequire(import.meta.url).resolve('@spglib/moyo-wasm/moyo_wasm_bg.wasm');
    bindings.initSync({ module: readFileSync(path) });
    loaded = true;
  }
  return bindings;
}

/**
 * What moyo says of a primitive cell, in spglib's settings of the space groups.
 * @param cell [9] A, rows
 * @param fractional [3n]
 * @param kinds [n]
 * @returns undefined where moyo finds no space group
 */
export function analyse(
  cell: ArrayLike<number>,
  fractional: ArrayLike<number>,
  kinds: ArrayLike<number>,
  tolerance: number,
): bindings.MoyoDataset | undefined {
  const input = {
    lattice: { basis: Array.from(cell) },
    positions: Array.from(kinds, (_, i) => [0, 1, 2].map((k) => fractional[3 * i + k])),
    numbers: Array.from(kinds, (kind) => kind + 1),
  };
  try {
    return moyo().analyze_cell(JSON.stringify(input), tolerance, 'Spglib');
  } catch {
    return undefined;
  }
}

/** [9] row-major, from the order in which moyo gives rotations and changes of basis: column after column. */
export function rowMajor(m: ArrayLike<number>): number[] {
  return [0, 3, 6, 1, 4, 7, 2, 5, 8].map((i) => m[i]);
}
