import { IDENTITY, INVERSION, keyOf, negated } from '../integer-matrix.js';
import { compose, type Operation, wrap } from '../operation.js';

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

const third = 1 / 3;
/** Shifts of a lattice beside none (his table 1), in the order in which spglib lists them. */
const LATTICES: Readonly<Record<string, readonly (readonly number[])[]>> = {
  P: [],
  A: [[0, 0.5, 0.5]],
  B: [[0.5, 0, 0.5]],
  C: [[0.5, 0.5, 0]],
  I: [[0.5, 0.5, 0.5]],
  R: [
    [2 * third, third, third],
    [third, 2 * third, 2 * third],
  ],
  F: [
    [0, 0.5, 0.5],
    [0.5, 0, 0.5],
    [0.5, 0.5, 0],
  ],
};

/** Shifts of generators (his table 2). */
const SHIFTS: Readonly<Record<string, readonly number[]>> = {
  a: [0.5, 0, 0],
  b: [0, 0.5, 0],
  c: [0, 0, 0.5],
  n: [0.5, 0.5, 0.5],
  u: [0.25, 0, 0],
  v: [0, 0.25, 0],
  w: [0, 0, 0.25],
  d: [0.25, 0.25, 0.25],
};

/**
 * The operations of a space group's conventional cell, in the order in which the generators of its Hall symbol make them
 * (and in which spglib lists them): powers of the first generator, those again after the second, and so on; where the
 * symbol begins with a minus, each followed by its product with the inversion; all of them again after each shift of the
 * lattice.
 */
export function operationsInHallOrder(symbol: string): Operation[] {
  const { lattice, isCentred, generators, origin } = parse(symbol);
  const none = new Float64Array(3);
  let all: Operation[] = [{ rotation: IDENTITY, translation: none }];
  if (isCentred) all.push({ rotation: INVERSION, translation: none });
  for (const generator of generators) {
    const known = new Set(all.map(({ rotation }) => keyOf(rotation)));
    const inner = all;
    for (let power = generator; !known.has(keyOf(power.rotation)); power = compose(generator, power)) {
      all = [...all, ...inner.map((operation) => compose(power, operation))];
    }
  }
  const there: Operation = { rotation: IDENTITY, translation: origin };
  const back: Operation = { rotation: IDENTITY, translation: origin.map((x) => -x) };
  const moved = all.map((operation) => compose(compose(there, operation), back));
  return [[0, 0, 0], ...LATTICES[lattice]].flatMap((shift) =>
    moved.map(({ rotation, translation }) => ({
      rotation,
      translation: translation.map((x, k) => wrap(x + shift[k])),
    })),
  );
}

interface HallSymbol {
  readonly lattice: string;
  /** Whether the lattice comes with an inversion */
  readonly isCentred: boolean;
  readonly generators: readonly Operation[];
  /** [3] where the origin is moved to */
  readonly origin: Float64Array;
}

/** Takes a symbol apart. The axis " is = in moyo's symbols. */
function parse(symbol: string): HallSymbol {
  const [, text, shift] = /^([^(]*)(?:\((.*)\))?$/.exec(symbol.replaceAll('=', '"').trim())!;
  const [lattice, ...parts] = text.trim().split(/\s+/);
  const generators: Operation[] = [];
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
    generators.push({
      rotation: minus ? negated(rotation) : rotation,
      translation: shiftOf(rest, Number(order), 'xyz'.indexOf(axis)),
    });
    last = order;
  }
  return {
    lattice: lattice.replace('-', ''),
    isCentred: lattice.startsWith('-'),
    generators,
    origin: Float64Array.from(shift?.trim().split(/\s+/) ?? [0, 0, 0], (twelfths) => Number(twelfths) / 12),
  };
}

/** Letters add up; a digit is a screw: so many parts of the order along the axis. */
function shiftOf(text: string, order: number, axis: number): Float64Array {
  const out = new Float64Array(3);
  for (const letter of text) {
    if (/\d/.test(letter)) out[axis] += Number(letter) / order;
    SHIFTS[letter]?.forEach((x, k) => {
      out[k] += x;
    });
  }
  return out.map(wrap);
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
