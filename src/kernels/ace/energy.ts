import { Centre, GEOMETRY, GROUP, Group, Model, Pair, Scratch, Side } from './layout';

/**
 * The energy of the atom of lane `lane` (bytes: 0 or 8) from its densities and the core repulsion, as
 * src/potentials/ace/embedding.ts and core-fade.ts have it; writes the slopes behind both. What ZBL's nearest neighbour
 * gets goes to the geometry of its pair, so this comes after the radial slopes.
 */
export function energy(model: Model, centre: Centre, scratch: Scratch, side: Side, lane: usize): f64 {
  const densities = (<usize>centre.densities) << 4;
  let expansion: f64 = 0;
  let exponents = centre.exponents;
  const rho = scratch.densities + lane;
  const base = scratch.base + lane;
  const behind = densities + 16;
  for (let p: usize = 0; p < densities; p += 16) {
    const weight = load<f64>(exponents);
    embed(centre.embedding, load<f64>(rho + p) + load<f64>(base + p), load<f64>(exponents, 8));
    expansion += weight * value;
    store<f64>(base + behind + p, weight * slope);
    exponents += 16;
  }
  const core = load<f64>(base + densities);
  let expansionSlope: f64 = 1;
  let coreSlope: f64 = 1;
  let total = expansion;
  if (model.zbl) {
    coreSlope = 0;
    const nearest = nearestPair(side);
    if (nearest >= 0) {
      fall(nearestWidth - nearestDistance, nearestWidth, nearestWidth);
      total = expansion * value + core * (1 - value);
      expansionSlope = value;
      coreSlope = 1 - value;
      const at = side.geometry + <usize>(nearest >> 1) * GEOMETRY + ((<usize>(nearest & 1)) << 3);
      store<f64>(at, (core - expansion) * slope, 64);
    }
  } else {
    if (core >= centre.coreCutoff) {
      value = 0;
      slope = 0;
    } else {
      fall(core, centre.coreCutoff, centre.coreWidth);
    }
    total = expansion * value + core;
    expansionSlope = value;
    coreSlope = expansion * slope + 1;
  }
  for (let p: usize = 0; p < densities; p += 16) {
    const s = load<f64>(base + behind + p) * expansionSlope;
    store<f64>(base + behind + p, s);
    store<f64>(rho + densities + p, s);
  }
  store<f64>(base + behind + densities, coreSlope);
  return centre.isolated + total;
}

/** What `embed` and `fall` return. */
let value: f64 = 0;
let slope: f64 = 0;

/** Below it the root-like embedding goes over to a straight line: 1/w. */
const STEEPNESS: f64 = 1e6;
const SMALL: f64 = 1e-10;

function embed(kind: i32, rho: f64, m: f64): void {
  if (kind == 1) {
    root(rho, m);
  } else if (kind == 2 && Math.abs(m - 1) >= SMALL) {
    shiftedRoot(rho, m);
  } else {
    value = rho;
    slope = 1;
  }
}

function root(rho: f64, m: f64): void {
  const steady = Math.pow(1 / STEEPNESS, m - 1);
  const a = Math.abs(rho);
  if (a <= SMALL) {
    value = steady * rho;
    slope = steady;
    return;
  }
  const w = STEEPNESS * a;
  const cube = w * w * w;
  const g = cube > 30 ? 0 : Math.exp(-cube);
  const dg = -3 * STEEPNESS * STEEPNESS * STEEPNESS * a * a * g;
  const power = Math.pow(a, m);
  const f = (1 - g) * power + steady * g * a;
  slope = m * Math.pow(a, m - 1) * (1 - g) - power * dg + steady * dg * a + steady * g;
  value = rho < 0 ? -f : f;
}

function shiftedRoot(rho: f64, m: f64): void {
  const a = Math.abs(rho);
  const fade = Math.exp(-a);
  const n = 1 / m;
  const x = Math.pow(n, n / (1 - n)) * fade;
  const y = Math.pow(n, 1 / (1 - n)) * fade;
  const f = Math.pow(x + a, m) - y;
  slope = y + m * (1 - x) * Math.pow(x + a, m - 1);
  value = rho < 0 ? -f : f;
}

/** As src/potentials/ace/smooth-step.ts. */
function fall(x: f64, end: f64, width: f64): void {
  if (x <= end - width) {
    value = 1;
    slope = 0;
    return;
  }
  if (x >= end) {
    value = 0;
    slope = 0;
    return;
  }
  const t = 1 - 2 * (1 + (x - end) / width);
  const t2 = t * t;
  value = 0.5 + 3.75 * t * (0.25 - t2 / 6 + (t2 * t2) / 20);
  slope = (-7.5 / width) * (0.25 - t2 / 2 + (t2 * t2) / 4);
}

/** Of the nearest neighbour: how much farther it is than where the fading ends, and over which width it fades. */
let nearestDistance: f64 = 0;
let nearestWidth: f64 = 0;

/** The neighbour that is nearest, counted from where its pair's fading ends; -1 where there is none. */
function nearestPair(side: Side): i32 {
  let nearest = -1;
  nearestDistance = Infinity;
  const end = side.groups + <usize>side.groupCount * GROUP;
  for (let at = side.groups; at < end; at += GROUP) {
    const group = changetype<Group>(at);
    const pair = changetype<Pair>(group.pair);
    const start = group.block << 1;
    for (let p = start; p < start + group.count; p++) {
      const offset = (<usize>p) << 3;
      const x = load<f64>(side.x + offset);
      const y = load<f64>(side.y + offset);
      const z = load<f64>(side.z + offset);
      const distance = Math.sqrt(x * x + y * y + z * z) - (pair.innerCutoff - pair.innerWidth);
      if (distance < nearestDistance) {
        nearestDistance = distance;
        nearestWidth = pair.innerWidth;
        nearest = p;
      }
    }
  }
  return nearest;
}
