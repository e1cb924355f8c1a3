import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import * as bindings from '@spglib/moyo-wasm';

let loaded = false;

/**
 * Asks moyo (a Rust library of space groups, by spglib's authors), which is compiled on first use: about 5 ms.
 * @param question is given its bindings, and keeps nothing of them
 */
export function askMoyo<T>(question: (moyo: typeof bindings) => T): T {
  return unoptimised(() => {
    if (!loaded) {
      const path = createRequire(import.meta.url).resolve('@spglib/moyo-wasm/moyo_wasm_bg.wasm');
      bindings.initSync({ module: readFileSync(path) });
      loaded = true;
    }
    return question(bindings);
  });
}

/** The newest Node of whose V8 the options below are known: it complains of those that it does not know. */
const NEWEST = 24;
const OPTIONS = ['wasm-tier-up', 'wasm-dynamic-tiering'];

/**
 * Runs what compiles WebAssembly without V8's optimising compiler. A crystal is analysed in 3 ms without; but V8 takes
 * the functions that this calls for hot ones, and optimising them costs 120 ms of processor time, for which even the end
 * of the process waits. Kernels, compiled outside of this, are optimised as ever.
 */
function unoptimised<T>(call: () => T): T {
  if (Number(process.versions.node.split('.')[0]) > NEWEST) return call();
  for (const option of OPTIONS) setFlagsFromString(`--no-${option}`);
  try {
    return call();
  } finally {
    for (const option of OPTIONS) setFlagsFromString(`--${option}`);
  }
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
    return askMoyo((moyo) => moyo.analyze_cell(JSON.stringify(input), tolerance, 'Spglib'));
  } catch {
    return undefined;
  }
}

/** [9] row-major, from the order in which moyo gives rotations and changes of basis: column after column. */
export function rowMajor(m: ArrayLike<number>): number[] {
  return [0, 3, 6, 1, 4, 7, 2, 5, 8].map((i) => m[i]);
}
