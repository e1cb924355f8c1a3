import { IDENTITY, INVERSION, keyOf, multiply, negated } from '../integer-matrix.js';

/** Rotations about c by their order (Hall, Acta Cryst. A 37, 517, 1981, table 3); those about a and b by turning axes. */
const ABOUT_C: Readonly<Record<string, readonly number[]>> = {
  1: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  2: [-1, 0, 0, 0, -1, 0, 0, 0, 1],
  3: [0, -1, 0, 1, -1, 0, 0, 0, 1],
  4: [0, -1, 0, 1, 0, 0, 0, 0, 1],
  6: [1, -1, 0, 1, 0, 0, 0, 0, 1],
  "2'": [0, -1, 0, -1, 0, 0, 0, 0, -1],
  '2"': [0, 1, 0, 1, 0, 0, 0, 0, -1],
};
const BODY_DIAGONAL = [0, 0, 1, 1, 0, 0, 0, 1, 0];

/**
 * The rotations of a space group, each once, in the order in which the generators of its Hall symbol make them (and in
 * which spglib lists them): powers of the first generator, those again after the second, and so on; where the symbol
 * begins with a minus, each followed by its product with the inversion.
 */
export function rotationsInHallOrder(symbol: string): Int32Array[] {
  const [lattice, ...generators] = generatorsOf(symbol);
  let all = lattice === '-' ? [IDENTITY, INVERSION] : [IDENTITY];
  for (const generator of generators) {
    const known = new Set(all.map(keyOf));
    const inner = all;
    for (let power = generator; !known.has(keyOf(power)); power = multiply(generator, power)) {
      all = [...all, ...inner.map((rotation) => multiply(power, rotation))];
    }
  }
  return all;
}

/** '-' or '' for the lattice's own inversion, then the generators' rotations. */
function generatorsOf(symbol: string): ['-' | '', ...Int32Array[]] {
  const [lattice, ...parts] = symbol
    .replace(/\(.*\)/, '')
    .trim()
    .split(/\s+/);
  const generators: Int32Array[] = [];
  let axis = 'z';
  let last = '';
  for (const part of parts) {
    const [, minus, order, rest] = /^(-?)([12346])(.*)$/.exec(part)!;
    const named = /[xyz'"*]/.exec(rest)?.[0] ?? defaultAxis(order, last, generators.length);
    if ('xyz'.includes(named)) axis = named;
    const rotation =
      named === '*'
        ? Int32Array.from(BODY_DIAGONAL)
        : about(axis, ABOUT_C[order + ('\'"'.includes(named) ? named : '')]);
    generators.push(minus ? negated(rotation) : rotation);
    last = order;
  }
  return [lattice.startsWith('-') ? '-' : '', ...generators];
}

function defaultAxis(order: string, last: string, before: number): string {
  if (before === 0 || order === '1') return 'z';
  if (order === '3') return '*';
  return last === '2' || last === '4' ? 'x' : "'";
}

/** A rotation about c as one about another axis: a b c become b c a or c a b. */
function about(axis: string, matrix: readonly number[]): Int32Array {
  const shift = { z: 0, x: 1, y: 2 }[axis]!;
  const out = new Int32Array(9);
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) out[3 * ((i + shift) % 3) + ((j + shift) % 3)] = matrix[3 * i + j];
  }
  return out;
}
