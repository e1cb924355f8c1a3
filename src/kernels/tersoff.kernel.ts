// Tersoff bond orders, in three passes over the atoms, each of which writes to its own atom only: the result does not
// depend on how atoms are shared out to threads. Symbols as in src/potentials/tersoff/parameters.ts.

@unmanaged
class Block {
  points: usize; // f64 [3 points]
  owners: usize; // i32
  first: usize; // i32 [n + 1]; the arrays of pairs below are laid out like `neighbours`
  neighbours: usize; // i32
  kinds: usize; // i32 [n]
  species: i32; // t
  entries: usize; // f64 [t^3][16], see below
  cutoff2: usize; // f64, largest cutoff squared
  counts: usize; // i32 [n] pairs within the cutoff; they stand first among an atom's
  partners: usize; // i32 [pairs] the other atom
  vectors: usize; // f64 [pairs][4] from the atom to the other, and the distance
  cuts: usize; // f64 [pairs][t][2] f_C and its derivative, for a bond to each species
  angles: usize; // f64 [pairs][4] of the bond at work: cosine, terms of zeta
  slopes: usize; // f64 [pairs][3] dU_i/dr_ij
  energies: usize; // f64 [n]
  forces: usize; // f64 [3n]
  virials: usize; // f64 [9n]
}

// Places in an entry, in bytes
const A: usize = 0;
const B: usize = 8;
const LAMBDA: usize = 16;
const MU: usize = 24;
const BETA: usize = 32;
const N: usize = 40;
const G0: usize = 48; // g = G0 + G1 x^2 / (G2 + G3 x^2) with x = H - cos(theta)
const G1: usize = 56;
const G2: usize = 64;
const G3: usize = 72;
const H: usize = 80;
const INNER: usize = 88;
const OUTER: usize = 96;
const ALPHA: usize = 104;
const M: usize = 112;

@inline function int(base: usize, index: i32): i32 { return load<i32>(base + ((<usize>index) << 2)); }

@inline function entry(b: Block, i: i32, j: i32, k: i32): usize {
  return b.entries + ((<usize>((i * b.species + j) * b.species + k)) << 7);
}

/** Pass 1: pairs within the cutoff, with their vectors and cutoff functions. */
export function pairs(block: usize, thread: i32, begin: i32, end: i32): void {
  const b = changetype<Block>(block);
  const cutoff2 = load<f64>(b.cutoff2);
  const t = b.species;
  for (let i = begin; i < end; i++) {
    const at = b.points + (<usize>i) * 24;
    const x = load<f64>(at), y = load<f64>(at, 8), z = load<f64>(at, 16);
    const kind = int(b.kinds, i);
    const start = int(b.first, i), last = int(b.first, i + 1);
    let slot = start;
    for (let k = start; k < last; k++) {
      const point = int(b.neighbours, k);
      const to = b.points + (<usize>point) * 24;
      const dx = load<f64>(to) - x, dy = load<f64>(to, 8) - y, dz = load<f64>(to, 16) - z;
      const r2 = dx * dx + dy * dy + dz * dz;
      if (r2 >= cutoff2) continue;
      const r = sqrt(r2);
      const vector = b.vectors + ((<usize>slot) << 5);
      store<f64>(vector, dx);
      store<f64>(vector, dy, 8);
      store<f64>(vector, dz, 16);
      store<f64>(vector, r, 24);
      const partner = int(b.owners, point);
      store<i32>(b.partners + ((<usize>slot) << 2), partner);
      for (let bonded = 0; bonded < t; bonded++) {
        cut(entry(b, kind, bonded, int(b.kinds, partner)), r, b.cuts + ((<usize>(slot * t + bonded)) << 4));
      }
      slot++;
    }
    store<i32>(b.counts + ((<usize>i) << 2), slot - start);
  }
}

/** f_C and its derivative at distance r. */
function cut(e: usize, r: f64, out: usize): void {
  const inner = load<f64>(e, INNER), outer = load<f64>(e, OUTER);
  if (r < inner) {
    store<f64>(out, 1);
    store<f64>(out, 0, 8);
  } else if (r < outer) {
    const scale = Math.PI / (outer - inner);
    const phase = scale * (r - inner);
    store<f64>(out, 0.5 * (1 + Math.cos(phase)));
    store<f64>(out, -0.5 * scale * Math.sin(phase), 8);
  } else {
    store<f64>(out, 0);
    store<f64>(out, 0, 8);
  }
}

/** Pass 2: energies U_i of the atoms and their derivatives by the vectors of their own pairs. */
export function bonds(block: usize, thread: i32, begin: i32, end: i32): void {
  const b = changetype<Block>(block);
  for (let i = begin; i < end; i++) {
    const start = int(b.first, i);
    const last = start + int(b.counts, i);
    memory.fill(b.slopes + (<usize>start) * 24, 0, (<usize>(last - start)) * 24);
    let energy: f64 = 0;
    for (let j = start; j < last; j++) energy += bond(b, i, start, last, j);
    store<f64>(b.energies + ((<usize>i) << 3), energy);
  }
}

@inline function addSlope(b: Block, slot: i32, x: f64, y: f64, z: f64): void {
  const at = b.slopes + (<usize>slot) * 24;
  store<f64>(at, load<f64>(at) + x);
  store<f64>(at, load<f64>(at, 8) + y, 8);
  store<f64>(at, load<f64>(at, 16) + z, 16);
}

/** Half the energy of the bond in slot j, as seen from atom i. */
function bond(b: Block, i: i32, start: i32, last: i32, j: i32): f64 {
  const t = b.species;
  const kind = int(b.kinds, i);
  const bonded = int(b.kinds, int(b.partners, j));
  const cutJ = b.cuts + ((<usize>(j * t + bonded)) << 4);
  const fc = load<f64>(cutJ), dfc = load<f64>(cutJ, 8);
  if (fc == 0) return 0;
  const e = entry(b, kind, bonded, bonded);
  const vj = b.vectors + ((<usize>j) << 5);
  const r = load<f64>(vj, 24);
  const inverse = 1 / r;
  const ux = load<f64>(vj) * inverse, uy = load<f64>(vj, 8) * inverse, uz = load<f64>(vj, 16) * inverse;
  const lambda = load<f64>(e, LAMBDA), mu = load<f64>(e, MU);
  const repulsion = load<f64>(e, A) * Math.exp(-lambda * r);
  const attraction = load<f64>(e, B) * Math.exp(-mu * r);
  const zeta = attraction == 0 ? 0 : sumZeta(b, kind, bonded, start, last, j, r, ux, uy, uz);
  // b = (1 + (beta zeta)^n)^(-1/2n)
  let order: f64 = 1, dOrder: f64 = 0;
  const scaled = load<f64>(e, BETA) * zeta;
  if (scaled > 0) {
    const n = load<f64>(e, N);
    const power = Math.pow(scaled, n);
    // Where the power is too large for a number, 1 is lost beside it.
    order = power < 1e300 ? Math.pow(1 + power, -0.5 / n) : 1 / sqrt(scaled);
    dOrder = -0.5 * order * (power < 1e300 ? power / (1 + power) : 1) / zeta;
  }
  const radial = 0.5 * (dfc * (repulsion - order * attraction) + fc * (order * mu * attraction - lambda * repulsion));
  addSlope(b, j, radial * ux, radial * uy, radial * uz);
  const weight = -0.5 * fc * attraction * dOrder;
  if (weight != 0) spread(b, kind, bonded, start, last, j, r, ux, uy, uz, weight);
  return 0.5 * fc * (repulsion - order * attraction);
}

/** exp(alpha (r_ij - r_ik)^m), and in `angles` + 24 the derivative of its exponent by r_ij. */
@inline function stretch(e: usize, at: usize, difference: f64): f64 {
  const alpha = load<f64>(e, ALPHA);
  if (alpha == 0) {
    store<f64>(at, 0, 24);
    return 1;
  }
  if (load<f64>(e, M) == 1) {
    store<f64>(at, alpha, 24);
    return Math.exp(alpha * difference);
  }
  const square = difference * difference;
  store<f64>(at, 3 * alpha * square, 24);
  return Math.exp(alpha * square * difference);
}

/** zeta_ij = sum over k of f_C(r_ik) g(theta) exp(alpha (r_ij - r_ik)^m); keeps what `spread` needs in `angles`. */
function sumZeta(
  b: Block, kind: i32, bonded: i32, start: i32, last: i32, j: i32, r: f64, ux: f64, uy: f64, uz: f64,
): f64 {
  const t = b.species;
  let zeta: f64 = 0;
  for (let k = start; k < last; k++) {
    if (k == j) continue;
    const fc = load<f64>(b.cuts + ((<usize>(k * t + bonded)) << 4));
    if (fc == 0) continue;
    const e = entry(b, kind, bonded, int(b.kinds, int(b.partners, k)));
    const vk = b.vectors + ((<usize>k) << 5);
    const rk = load<f64>(vk, 24);
    const cosine = (load<f64>(vk) * ux + load<f64>(vk, 8) * uy + load<f64>(vk, 16) * uz) / rk;
    const x = load<f64>(e, H) - cosine;
    const g2 = load<f64>(e, G2);
    const below = 1 / (g2 + load<f64>(e, G3) * x * x);
    const g1 = load<f64>(e, G1) * x * below;
    const at = b.angles + ((<usize>k) << 5);
    const factor = stretch(e, at, r - rk);
    const g = (load<f64>(e, G0) + g1 * x) * factor;
    store<f64>(at, cosine);
    store<f64>(at, g, 8); // with the exponential
    store<f64>(at, -2 * g1 * g2 * below * factor, 16); // its derivative by the cosine
    zeta += fc * g;
  }
  return zeta;
}

/** Adds weight * dzeta_ij/dr to the slopes of the bond and of the pairs that weaken it. */
function spread(
  b: Block, kind: i32, bonded: i32, start: i32, last: i32, j: i32, r: f64, ux: f64, uy: f64, uz: f64, weight: f64,
): void {
  const t = b.species;
  let jx: f64 = 0, jy: f64 = 0, jz: f64 = 0;
  for (let k = start; k < last; k++) {
    if (k == j) continue;
    const cuts = b.cuts + ((<usize>(k * t + bonded)) << 4);
    const fc = load<f64>(cuts) * weight;
    if (fc == 0) continue;
    const dfc = load<f64>(cuts, 8) * weight;
    const vk = b.vectors + ((<usize>k) << 5);
    const at = b.angles + ((<usize>k) << 5);
    const rk = load<f64>(vk, 24);
    const inverse = 1 / rk;
    const vx = load<f64>(vk) * inverse, vy = load<f64>(vk, 8) * inverse, vz = load<f64>(vk, 16) * inverse;
    const cosine = load<f64>(at), g = load<f64>(at, 8);
    const turn = fc * load<f64>(at, 16);
    const pull = fc * g * load<f64>(at, 24);
    // d cos/d r_ij = (v - cos u)/r_ij and d cos/d r_ik = (u - cos v)/r_ik with the unit vectors u and v
    const turnJ = turn / r;
    const alongJ = pull - turnJ * cosine;
    jx += turnJ * vx + alongJ * ux;
    jy += turnJ * vy + alongJ * uy;
    jz += turnJ * vz + alongJ * uz;
    const turnK = turn * inverse;
    const alongK = dfc * g - pull - turnK * cosine;
    addSlope(b, k, turnK * ux + alongK * vx, turnK * uy + alongK * vy, turnK * uz + alongK * vz);
  }
  addSlope(b, j, jx, jy, jz);
}

/** A^2; images of an atom that are closer than a thousandth of an Angstrom are one. */
const SAME: f64 = 1e-6;

/** Pass 3: the force on i is the sum of dU_i/dr_ij - dU_j/dr_ji; the virial of i that of -r_ji dU_j/dr_ji. */
export function collect(block: usize, thread: i32, begin: i32, end: i32): void {
  const b = changetype<Block>(block);
  for (let i = begin; i < end; i++) {
    let fx: f64 = 0, fy: f64 = 0, fz: f64 = 0;
    let xx: f64 = 0, xy: f64 = 0, xz: f64 = 0, yx: f64 = 0, yy: f64 = 0, yz: f64 = 0;
    let zx: f64 = 0, zy: f64 = 0, zz: f64 = 0;
    const start = int(b.first, i);
    const last = start + int(b.counts, i);
    for (let slot = start; slot < last; slot++) {
      const own = b.slopes + (<usize>slot) * 24;
      fx += load<f64>(own);
      fy += load<f64>(own, 8);
      fz += load<f64>(own, 16);
      const back = mirror(b, i, slot);
      if (back < 0) continue;
      const vector = b.vectors + ((<usize>back) << 5);
      const other = b.slopes + (<usize>back) * 24;
      const x = load<f64>(vector), y = load<f64>(vector, 8), z = load<f64>(vector, 16);
      const px = load<f64>(other), py = load<f64>(other, 8), pz = load<f64>(other, 16);
      fx -= px;
      fy -= py;
      fz -= pz;
      xx -= x * px; xy -= x * py; xz -= x * pz;
      yx -= y * px; yy -= y * py; yz -= y * pz;
      zx -= z * px; zy -= z * py; zz -= z * pz;
    }
    const f = b.forces + (<usize>i) * 24;
    store<f64>(f, fx);
    store<f64>(f, fy, 8);
    store<f64>(f, fz, 16);
    const w = b.virials + (<usize>i) * 72;
    store<f64>(w, xx);
    store<f64>(w, xy, 8);
    store<f64>(w, xz, 16);
    store<f64>(w, yx, 24);
    store<f64>(w, yy, 32);
    store<f64>(w, yz, 40);
    store<f64>(w, zx, 48);
    store<f64>(w, zy, 56);
    store<f64>(w, zz, 64);
  }
}

/** The slot of the same pair as its other atom sees it, or -1 where rounding put that one beyond the cutoff. */
@inline function mirror(b: Block, i: i32, slot: i32): i32 {
  const j = int(b.partners, slot);
  const vector = b.vectors + ((<usize>slot) << 5);
  const x = load<f64>(vector), y = load<f64>(vector, 8), z = load<f64>(vector, 16);
  const start = int(b.first, j);
  const last = start + int(b.counts, j);
  for (let k = start; k < last; k++) {
    if (int(b.partners, k) != i) continue;
    const back = b.vectors + ((<usize>k) << 5);
    const dx = load<f64>(back) + x, dy = load<f64>(back, 8) + y, dz = load<f64>(back, 16) + z;
    if (dx * dx + dy * dy + dz * dz < SAME) return k;
  }
  return -1;
}
