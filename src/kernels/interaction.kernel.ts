// Strengths of the scattering of three phonons, many triplets of one first point: src/lattice/scattering/interaction.ts.
// Force constants are transformed over the place of the second atom (`transform`, once a point) and, for the legs that
// are at home with another atom than the first, over that of the first (`vertices`, once a first point), so that one
// lattice sum a leg and triplet is left (`strengths`).
import { contract } from './interaction/contract';
import { Block, f64s, ROW, ROW_BYTES, seen, start, tableAt, tableSize, tensorsAt } from './interaction/layout';
import { phases } from './interaction/phases';
import { complexSum } from './interaction/sums';
import { vertex, vertexAt, vertexRow } from './interaction/vertices';
import { ADD, GEMM_BYTES, gemm, SET } from './linear/gemm';

/** Bytes of workspace that matrix products take. */
export function gemmBytes(): usize {
  return GEMM_BYTES;
}

/** Items are `fills`: tables of points that follow each other. */
export function transform(block: usize, thread: i32, begin: i32, end: i32): void {
  const b = changetype<Block>(block);
  const work = b.work + <usize>thread * b.workBytes;
  const at = work + b.atPhases1;
  for (let item = begin; item < end; item++) {
    const fill = b.fills + <usize>item * 12;
    const to = <usize>load<u32>(fill);
    const first = load<i32>(fill, 4);
    const points = load<i32>(fill, 8);
    for (let p = 0; p < points; p++) {
      phases(b, load<i32>(b.wanted + (<usize>(first + p) << 2)), at + f64s(2 * b.count * p), work + b.atLattice);
    }
    for (let home = 0; home < b.n; home++) {
      for (let x = 0; x < b.n; x++) {
        overPlaces(b, home, x, at, points, to + f64s(tableAt(b, home, x)), f64s(tableSize(b)), work);
      }
    }
  }
}

/** Sums over the atoms x of one pair for many points: [2][y tensors] each, `step` bytes apart. */
function overPlaces(b: Block, home: i32, x: i32, from: usize, points: i32, to: usize, step: usize, work: usize): void {
  const pair = home * b.n + x;
  const atoms = start(b, pair + 1) - start(b, pair);
  const columns = seen(b, home) * ROW;
  const tensors = tensorsAt(b, b.tensors, home, x);
  const a = from + (<usize>start(b, pair) << 4);
  const apart = f64s(2 * b.count);
  gemm(to, step, a, apart, tensors, f64s(columns), false, points, columns, atoms, SET, work);
  gemm(to + f64s(columns), step, a + f64s(atoms), apart, tensors, f64s(columns), false, points, columns, atoms, SET, work);
}

/** Items are atoms of all pairs. */
export function vertices(block: usize, thread: i32, begin: i32, end: i32): void {
  const b = changetype<Block>(block);
  const work = b.work + <usize>thread * b.workBytes;
  const at = work + b.atPhases1;
  phases(b, b.point0, at, work + b.atLattice);
  let pair = 0;
  for (let atom = begin; atom < end; atom++) {
    while (start(b, pair + 1) <= atom) pair++;
    const local = atom - start(b, pair);
    vertex(b, 0, pair / b.n, pair % b.n, local, at, work + b.atSmall);
    vertex(b, 1, pair / b.n, pair % b.n, local, at, work + b.atSmall);
  }
}

/** Items are triplets; a call does one block of them. */
export function strengths(block: usize, thread: i32, begin: i32, end: i32): void {
  const b = changetype<Block>(block);
  const work = b.work + <usize>thread * b.workBytes;
  const count = end - begin;
  const hasLegs = b.tensors1 != 0;
  for (let t = 0; t < count; t++) {
    const points = b.triplets + (<usize>(begin + t) << 4);
    const to = f64s(2 * b.count * t);
    if (hasLegs || !b.tabled) phases(b, load<i32>(points, 4), work + b.atPhases1 + to, work + b.atLattice);
    phases(b, load<i32>(points, 8), work + b.atPhases2 + to, work + b.atLattice);
  }
  if (hasLegs) otherLegs(b, count, work);
  const size = f64s(6 * b.n * 9 * b.n * b.n);
  const sums = work + b.atSums;
  if (!b.tabled) sumsOfBlock(b, count, sums, size, work);
  const legSize = f64s(b.n * b.n * vertexRow(b));
  for (let t = 0; t < count; t++) {
    let at = sums;
    if (b.tabled) tabledSums(b, begin + t, work + b.atPhases2 + f64s(2 * b.count * t), sums, work);
    else at += <usize>t * size;
    const legs = hasLegs ? work + b.atLegs + <usize>t * legSize : 0;
    contract(b, begin + t, at, legs, work + b.atSmall, work);
  }
}

/** The legs at home with the second and the third atom: [t][pairs][vertexRow]. */
function otherLegs(b: Block, count: i32, work: usize): void {
  const n = b.n;
  const row = vertexRow(b);
  const step = f64s(n * n * row);
  const apart = f64s(2 * b.count);
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < n; k++) {
      const to = work + b.atLegs + f64s((j * n + k) * row);
      const jk = j * n + k;
      const kj = k * n + j;
      const a2 = work + b.atPhases2 + (<usize>start(b, jk) << 4);
      gemm(to, step, a2, apart, vertexAt(b, 0, jk), f64s(row), false, count, row, 2 * (start(b, jk + 1) - start(b, jk)), SET, work);
      const a1 = work + b.atPhases1 + (<usize>start(b, kj) << 4);
      gemm(to, step, a1, apart, vertexAt(b, 1, kj), f64s(row), false, count, row, 2 * (start(b, kj + 1) - start(b, kj)), ADD, work);
    }
  }
}

/** The leg at home with the first atom, from the table of the second point. */
function tabledSums(b: Block, triplet: i32, phases2: usize, sums: usize, work: usize): void {
  const point = <usize>load<i32>(b.triplets + (<usize>triplet << 4), 4);
  const table = <usize>load<u32>(b.tables + (point << 2));
  const sign = <f64>load<i32>(b.signs + (point << 2));
  for (let home = 0; home < b.n; home++) {
    const plane = <usize>seen(b, home) * ROW_BYTES;
    for (let x = 0; x < b.n; x++) {
      const re = table + f64s(tableAt(b, home, x));
      overSeen(b, home, x, re, re + plane, phases2, sign, sums, work);
    }
  }
}

/** The same for a block of triplets without a table. */
function sumsOfBlock(b: Block, count: i32, sums: usize, size: usize, work: usize): void {
  const transformed = work + b.atTransformed;
  for (let home = 0; home < b.n; home++) {
    const plane = <usize>seen(b, home) * ROW_BYTES;
    for (let x = 0; x < b.n; x++) {
      overPlaces(b, home, x, work + b.atPhases1, count, transformed, 2 * plane, work);
      for (let t = 0; t < count; t++) {
        const re = transformed + <usize>(2 * t) * plane;
        overSeen(b, home, x, re, re + plane, work + b.atPhases2 + f64s(2 * b.count * t), 1, sums + <usize>t * size, work);
      }
    }
  }
}

/** Sums over the third atom of a home atom and a second one, into sums [2][3 n][n n][9]. */
function overSeen(b: Block, home: i32, x: i32, re: usize, im: usize, phases: usize, sign: f64, sums: usize, work: usize): void {
  const n = b.n;
  const begin = start(b, home * n);
  const row = f64s(9 * n * n);
  const plane = <usize>(3 * n) * row;
  const result = work + b.atSmall;
  for (let y = 0; y < n; y++) {
    const pair = home * n + y;
    const first = start(b, pair);
    const atoms = start(b, pair + 1) - first;
    const p = phases + (<usize>first << 4);
    const from = <usize>(first - begin) * ROW_BYTES;
    complexSum(result, re + from, im + from, p, p + f64s(atoms), atoms, sign);
    let to = sums + f64s(9 * (x * n + y)) + <usize>(3 * home) * row;
    for (let a: usize = 0; a < 216; a += 72) {
      copyNine(to, result + a);
      copyNine(to + plane, result + a + ROW_BYTES);
      to += row;
    }
  }
}

@inline function copyNine(to: usize, from: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
  v128.store(to, v128.load(from, 32), 32);
  v128.store(to, v128.load(from, 48), 48);
  store<f64>(to, load<f64>(from, 64), 64);
}
