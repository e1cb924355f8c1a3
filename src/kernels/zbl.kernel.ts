// Ziegler-Biersack-Littmark repulsion of each pair, switched off between two cutoffs; the equations stand in
// src/potentials/nep/zbl.ts. Half of a pair's energy to each of its atoms, its force and virial booked like any other.

@unmanaged
class Block {
  points: usize; // the neighbour list
  owners: usize;
  first: usize;
  neighbours: usize;
  kinds: usize; // [n] species
  species: i32;
  pairs: usize; // [species^2] records of Pair
  rows: usize; // [threads][n][12] f64, to add to
  stride: usize;
  energies: usize; // [n] f64, to add to
}

@unmanaged
class Pair {
  strength: f64;
  inverseLength: f64;
  inner: f64;
  outer: f64;
}

const PAIR: usize = 96; // and eight numbers of the screening function: A_1 B_1 ...

/** Atoms begin to end - 1. */
export function repel(block: usize, thread: i32, begin: i32, end: i32): void {
  const b = changetype<Block>(block);
  const rows = b.rows + <usize>thread * b.stride;
  for (let i = begin; i < end; i++) {
    const centre = b.points + <usize>i * 24;
    const x0 = load<f64>(centre);
    const y0 = load<f64>(centre, 8);
    const z0 = load<f64>(centre, 16);
    const pairs = b.pairs + <usize>(load<i32>(b.kinds + ((<usize>i) << 2)) * b.species) * PAIR;
    const first = b.first + ((<usize>i) << 2);
    const stop = load<i32>(first, 4);
    let energy: f64 = 0;
    for (let at = load<i32>(first); at < stop; at++) {
      const j = load<i32>(b.neighbours + ((<usize>at) << 2));
      const point = b.points + <usize>j * 24;
      const x = load<f64>(point) - x0;
      const y = load<f64>(point, 8) - y0;
      const z = load<f64>(point, 16) - z0;
      const r2 = x * x + y * y + z * z;
      const owner = load<i32>(b.owners + ((<usize>j) << 2));
      const pair = pairs + <usize>load<i32>(b.kinds + ((<usize>owner) << 2)) * PAIR;
      const outer = changetype<Pair>(pair).outer;
      if (r2 >= outer * outer) continue;
      energy += book(pair, rows + <usize>i * 96, rows + <usize>owner * 96, x, y, z, Math.sqrt(r2));
    }
    const target = b.energies + ((<usize>i) << 3);
    store<f64>(target, load<f64>(target) + energy);
  }
}

/** Books one pair; returns half its energy. */
function book(record: usize, own: usize, other: usize, x: f64, y: f64, z: f64, r: f64): f64 {
  const pair = changetype<Pair>(record);
  const s = r * pair.inverseLength;
  let phi: f64 = 0;
  let phiSlope: f64 = 0;
  for (let k: usize = 32; k < PAIR; k += 16) {
    const rate = load<f64>(record + k, 8);
    const term = load<f64>(record + k) * Math.exp(-rate * s);
    phi += term;
    phiSlope -= rate * term;
  }
  let energy = (pair.strength * phi) / r;
  let slope = (pair.strength * pair.inverseLength * phiSlope) / r - energy / r;
  if (r >= pair.inner) {
    const wave = Math.PI / (pair.outer - pair.inner);
    const fc = 0.5 * (1 + Math.cos(wave * (r - pair.inner)));
    const fcSlope = -0.5 * wave * Math.sin(wave * (r - pair.inner));
    slope = slope * fc + energy * fcSlope;
    energy *= fc;
  }
  const factor = (0.5 * slope) / r;
  const fx = x * factor;
  const fy = y * factor;
  const fz = z * factor;
  add(own, 0, fx);
  add(own, 8, fy);
  add(own, 16, fz);
  add(other, 0, -fx);
  add(other, 8, -fy);
  add(other, 16, -fz);
  add(other, 24, -x * fx);
  add(other, 32, -x * fy);
  add(other, 40, -x * fz);
  add(other, 48, -y * fx);
  add(other, 56, -y * fy);
  add(other, 64, -y * fz);
  add(other, 72, -z * fx);
  add(other, 80, -z * fy);
  add(other, 88, -z * fz);
  return 0.5 * energy;
}

@inline
function add(row: usize, at: usize, value: f64): void {
  store<f64>(row + at, load<f64>(row + at) + value);
}
