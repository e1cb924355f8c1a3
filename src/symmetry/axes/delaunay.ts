import { determinant } from '../../model/cell.js';

/** [3] A */
export type Vector = readonly [number, number, number];

/** A^2, norms that differ by less are taken in the order in which they come */
const SAME_NORM = 1e-10;

/**
 * Three shortest vectors that span a lattice, from the seven of a Delaunay set, shortest first, right-handed
 * (International Tables for Crystallography A, section 3.1.2). Which of equally short ones come first is spglib's choice.
 * @param tolerance A (and A^2 of scalar products)
 */
export function delaunay(rows: readonly Vector[], tolerance: number): Vector[] {
  const b = obtuse([...rows, negative(sum(...rows))], 1, tolerance);
  const candidates = byLength([b[0], b[1], sum(b[0], b[1]), b[2], b[3], sum(b[1], b[2]), sum(b[2], b[0])]);
  const [first, second, ...others] = candidates;
  const third = others.find((v) => Math.abs(volumeOf(first, second, v)) > tolerance)!;
  const basis = [first, second, third];
  return volumeOf(first, second, third) < 0 ? basis.map(negative) : basis;
}

/**
 * The same in the plane of two vectors, beside a third that is left as it is but for its sign.
 * @returns the two, and the third turned so that (first, third, second) is right-handed
 */
export function delaunayInPlane(
  p: Vector,
  q: Vector,
  unique: Vector,
  tolerance: number,
): [Vector, Vector, Vector] {
  const b = obtuse([p, q, negative(sum(p, q))], 2, tolerance);
  const [first, ...others] = byLength([b[0], b[1], b[2], sum(b[0], b[1])]);
  const second = others.find((v) => Math.abs(volumeOf(first, unique, v)) > tolerance)!;
  return [first, second, volumeOf(first, unique, second) < 0 ? negative(unique) : unique];
}

/** Turns vectors that add up to zero until no two of them enclose an acute angle. */
function obtuse(vectors: readonly Vector[], times: number, tolerance: number): Vector[] {
  let b = [...vectors];
  for (;;) {
    const acute = pairs(b.length).find(([i, j]) => scalar(b[i], b[j]) > tolerance);
    if (!acute) return b;
    const [i, j] = acute;
    b = b.map((v, k) => {
      if (k === i) return negative(v);
      return k === j ? v : sum(v, scaled(b[i], times));
    });
  }
}

function pairs(n: number): [number, number][] {
  return Array.from({ length: n }, (_, i) =>
    Array.from({ length: n - i - 1 }, (_, j): [number, number] => [i, i + j + 1]),
  ).flat();
}

/** A stable sort whose comparison lets rounding pass: neighbours change places until none is longer than the next. */
function byLength(vectors: readonly Vector[]): Vector[] {
  const sorted = [...vectors];
  for (let pass = 1; pass < sorted.length; pass++) {
    for (let i = 0; i + 1 < sorted.length; i++) {
      if (scalar(sorted[i], sorted[i]) > scalar(sorted[i + 1], sorted[i + 1]) + SAME_NORM) {
        [sorted[i], sorted[i + 1]] = [sorted[i + 1], sorted[i]];
      }
    }
  }
  return sorted;
}

export function scalar(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function volumeOf(a: Vector, b: Vector, c: Vector): number {
  return determinant([...a, ...b, ...c]);
}

function sum(...vectors: readonly Vector[]): Vector {
  return vectors.reduce((s, v) => [s[0] + v[0], s[1] + v[1], s[2] + v[2]]);
}

function scaled(v: Vector, factor: number): Vector {
  return [factor * v[0], factor * v[1], factor * v[2]];
}

function negative(v: Vector): Vector {
  return scaled(v, -1);
}
