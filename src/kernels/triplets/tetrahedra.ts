// Delta functions by linear interpolation between the points around a triplet: q1 and q2 move against each other, so
// that a corner of a tetrahedron is a point around q1 with the opposite one around q2.
import { cornerWeight } from './corner';
import { Deltas, int, real } from './layout';

@inline function pitch(bands: i32): i32 { return (bands + 1) & ~1; }

export function workBytes(bands: i32, vertices: i32, tetrahedra: i32): usize {
  const width = pitch(bands);
  return <usize>(2 * vertices * width + 4 * width + vertices + 1 + 5 * tetrahedra + 8 & ~7) << 3;
}

export function tetrahedraTriplet(b: Deltas, t: i32, work: usize): void {
  const bands = b.bands;
  const width = <usize>pitch(bands) << 3;
  const v = b.vertices;
  const f1 = work; // [v][width]
  const f2 = f1 + <usize>v * width;
  const bounds = f2 + <usize>v * width; // [4][width] of f1 + f2 and f2 - f1, least and largest
  const values = bounds + 4 * width; // [v]
  const sorted = values + (<usize>(v + 1 & ~1) << 3); // [5][k]
  const near1 = b.near + (<usize>(int(b.triplets, 3 * t + 1) * v) << 2);
  const near2 = b.near + (<usize>(int(b.triplets, 3 * t + 2) * v) << 2);
  const row = <usize>bands << 3;
  for (let k = 0; k < v; k++) {
    memory.copy(f1 + <usize>k * width, b.modes + <usize>int(near1, k) * row, row);
    memory.copy(f2 + <usize>k * width, b.modes + <usize>int(near2, int(b.turned, k)) * row, row);
  }
  const size = bands * bands;
  for (let i = 0; i < bands; i++) {
    findBounds(bounds, f1 + (<usize>i << 3), f2, width, v);
    for (let j = 0; j < bands; j++) {
      const lowSum = real(bounds, j);
      const highSum = real(bounds + width, j);
      const low = real(bounds + 2 * width, j);
      const high = real(bounds + 3 * width, j);
      let at = (t * b.points) * size + i * bands + j;
      let met = 0;
      for (let k = 0; k < b.points; k++, at += size) {
        const f = real(b.frequencies, k);
        const inSum = lowSum <= f && f <= highSum;
        const inDown = low <= f && f <= high;
        const inUp = -high <= f && f <= -low;
        const place = <usize>at << 3;
        store<f64>(b.decay + place, 0);
        store<f64>(b.merging + place, 0);
        if (b.total) store<f64>(b.total + place, 0);
        store<u8>(b.zero + at, inSum || inDown || inUp ? 0 : 1);
        met |= (inSum ? 1 : 0) | (inDown || inUp ? 2 : 0);
      }
      if (met & 1) {
        for (let k = 0; k < v; k++) {
          const p = <usize>k * width;
          store<f64>(values + (<usize>k << 3), real(f1 + p, i) + real(f2 + p, j));
        }
        addSums(b, t, i, j, values, sorted, lowSum, highSum);
      }
      if (met & 2) {
        for (let k = 0; k < v; k++) {
          const p = <usize>k * width;
          store<f64>(values + (<usize>k << 3), real(f2 + p, j) - real(f1 + p, i));
        }
        addDifferences(b, t, i, j, values, sorted, low, high);
      }
    }
  }
}

/** Least and largest of f1 + f2 and of f2 - f1 around the triplet, for one band of q1 and all of q2. */
@inline function findBounds(bounds: usize, f1: usize, f2: usize, width: usize, v: i32): void {
  for (let j: usize = 0; j < width; j += 16) {
    let x = v128.load64_splat(f1);
    let y = v128.load(f2 + j);
    let lowSum = f64x2.add(x, y);
    let highSum = lowSum;
    let low = f64x2.sub(y, x);
    let high = low;
    for (let k = 1; k < v; k++) {
      const p = <usize>k * width;
      x = v128.load64_splat(f1 + p);
      y = v128.load(f2 + p + j);
      const sum = f64x2.add(x, y);
      const difference = f64x2.sub(y, x);
      lowSum = f64x2.pmin(lowSum, sum);
      highSum = f64x2.pmax(highSum, sum);
      low = f64x2.pmin(low, difference);
      high = f64x2.pmax(high, difference);
    }
    v128.store(bounds + j, lowSum);
    v128.store(bounds + width + j, highSum);
    v128.store(bounds + 2 * width + j, low);
    v128.store(bounds + 3 * width + j, high);
  }
}

function addSums(b: Deltas, t: i32, i: i32, j: i32, values: usize, sorted: usize, low: f64, high: f64): void {
  const scale = real(b.numbers, 0);
  const size = b.bands * b.bands;
  sortCorners(b, values, sorted);
  let at = (t * b.points) * size + i * b.bands + j;
  for (let k = 0; k < b.points; k++, at += size) {
    const f = real(b.frequencies, k);
    if (f < low || f > high) continue;
    const g = scale * weightAt(sorted, b.tetrahedra, f);
    store<f64>(b.decay + (<usize>at << 3), g);
    if (b.total) store<f64>(b.total + (<usize>at << 3), g);
  }
}

/** delta(f - (f2 - f1)) and delta(f - (f1 - f2)): the second is the first of -f, with everything upside down. */
function addDifferences(b: Deltas, t: i32, i: i32, j: i32, values: usize, sorted: usize, low: f64, high: f64): void {
  const scale = real(b.numbers, 0);
  const size = b.bands * b.bands;
  sortCorners(b, values, sorted);
  let at = (t * b.points) * size + i * b.bands + j;
  for (let k = 0; k < b.points; k++, at += size) {
    const f = real(b.frequencies, k);
    let down: f64 = 0;
    let up: f64 = 0;
    if (low <= f && f <= high) down = scale * weightAt(sorted, b.tetrahedra, f);
    if (-high <= f && f <= -low) up = scale * turnedWeightAt(sorted, b.tetrahedra, f);
    const place = <usize>at << 3;
    store<f64>(b.merging + place, down - up);
    if (b.total) store<f64>(b.total + place, load<f64>(b.total + place) + down + up);
  }
}

/** Sorts the corners of each tetrahedron, two tetrahedra at a time: [4][k] values, [k] how many are below the point. */
function sortCorners(b: Deltas, values: usize, sorted: usize): void {
  const v = v128.load64_splat(values);
  const row = <usize>b.tetrahedra << 3;
  const one = f64x2.splat(1);
  let corners = b.corners;
  for (let at = sorted, end = sorted + row; at < end; at += 16, corners += 24) {
    const x = two(values, corners, 0);
    const y = two(values, corners, 1);
    const z = two(values, corners, 2);
    const low = f64x2.pmin(x, y);
    const high = f64x2.pmax(x, y);
    const least = f64x2.pmin(low, z);
    const rest = f64x2.pmax(low, z);
    const middle = f64x2.pmin(high, rest);
    const most = f64x2.pmax(high, rest);
    v128.store(at, f64x2.pmin(least, v));
    v128.store(at + row, f64x2.pmax(least, f64x2.pmin(middle, v)));
    v128.store(at + 2 * row, f64x2.pmin(most, f64x2.pmax(middle, v)));
    v128.store(at + 3 * row, f64x2.pmax(most, v));
    const below = f64x2.add(
      f64x2.add(v128.and(f64x2.lt(least, v), one), v128.and(f64x2.lt(middle, v), one)),
      v128.and(f64x2.lt(most, v), one),
    );
    v128.store(at + 4 * row, below);
  }
}

/** Values at one corner of two tetrahedra. */
@inline function two(values: usize, corners: usize, corner: i32): v128 {
  const a = v128.load64_zero(values + (<usize>int(corners, corner) << 3));
  return v128.load64_lane(values + (<usize>int(corners, 3 + corner) << 3), a, 1);
}

@inline function weightAt(sorted: usize, tetrahedra: i32, f: f64): f64 {
  const row = <usize>tetrahedra << 3;
  const x = f64x2.splat(f);
  let sum: f64 = 0;
  for (let at = sorted, end = sorted + row; at < end; at += 16) {
    const inside = v128.and(f64x2.le(v128.load(at), x), f64x2.lt(x, v128.load(at + 3 * row)));
    const lanes = i64x2.bitmask(inside);
    if (lanes & 1) sum += one(at, row, f);
    if (lanes & 2) sum += one(at + 8, row, f);
  }
  return sum;
}

@inline function turnedWeightAt(sorted: usize, tetrahedra: i32, f: f64): f64 {
  const row = <usize>tetrahedra << 3;
  const x = f64x2.splat(-f);
  let sum: f64 = 0;
  for (let at = sorted, end = sorted + row; at < end; at += 16) {
    const inside = v128.and(f64x2.lt(v128.load(at), x), f64x2.le(x, v128.load(at + 3 * row)));
    const lanes = i64x2.bitmask(inside);
    if (lanes & 1) sum += turned(at, row, f);
    if (lanes & 2) sum += turned(at + 8, row, f);
  }
  return sum;
}

@inline function one(at: usize, row: usize, f: f64): f64 {
  return cornerWeight(load<f64>(at), load<f64>(at + row), load<f64>(at + 2 * row), load<f64>(at + 3 * row), <i32>load<f64>(at + 4 * row), f);
}

@inline function turned(at: usize, row: usize, f: f64): f64 {
  return cornerWeight(-load<f64>(at + 3 * row), -load<f64>(at + 2 * row), -load<f64>(at + row), -load<f64>(at), 3 - <i32>load<f64>(at + 4 * row), f);
}
