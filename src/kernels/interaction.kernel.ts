// Strengths of the scattering of three phonons, many triplets of one first point: src/lattice/scattering/interaction.ts.
// What does not depend on the second point is a row for each separation of the second and the third atom (`rows`). Their
// sum over separations is made axis by axis of the grid of points, as triplets follow each other there (`strengths`).
import { contract } from './interaction/contract';
import { Block, f64s, i32At, TILE } from './interaction/layout';
import { firstLeg, otherLegs } from './interaction/rows';
import { tileSum } from './interaction/sums';
import { GEMM_BYTES } from './linear/gemm';

/** Bytes of workspace that matrix products take. */
export function gemmBytes(): usize {
  return GEMM_BYTES;
}

/** Items are pairs of atoms of the primitive cell. */
export function rows(block: usize, thread: i32, begin: i32, end: i32): void {
  const b = changetype<Block>(block);
  const work = b.work + <usize>thread * b.workBytes;
  for (let pair = begin; pair < end; pair++) {
    firstLeg(b, pair / b.n, pair % b.n, work);
    if (b.tensors1) otherLegs(b, pair / b.n, pair % b.n, work);
  }
}

/** Items are runs of triplets with the same step along the third axis, sorted by the other two. */
export function strengths(block: usize, thread: i32, begin: i32, end: i32): void {
  const b = changetype<Block>(block);
  const work = b.work + <usize>thread * b.workBytes;
  const phases = work + b.atPhases;
  const lines = work + b.atLines;
  const planes = work + b.atPlanes;
  const sums = work + b.atSums;
  for (let run = begin; run < end; run++) {
    factors(phases, b.steps2, b.separations, i32At(b.runSteps, run), b.size2, b.roots2);
    alongLines(lines, b.rows, phases, b.lineStarts, b.lines, b.separations, b.tiles);
    let known = -1;
    const last = b.triplets + <usize>i32At(b.runs, run + 1) * 20;
    for (let triplet = b.triplets + <usize>i32At(b.runs, run) * 20; triplet < last; triplet += 20) {
      const step1 = load<i32>(triplet, 16);
      if (step1 != known) {
        known = step1;
        factors(phases, b.steps1, b.lines, step1, b.size1, b.roots1);
        alongLines(planes, lines, phases, b.planeStarts, b.planes, b.lines, b.tiles);
      }
      factors(phases, b.steps0, b.planes, load<i32>(triplet, 12), b.size0, b.roots0);
      let from = planes;
      let to = sums;
      const half = <usize>b.tiles << 5;
      const step = <usize>b.planes * TILE;
      for (const all = to + half; to < all; to += 32) {
        tileSum(to, to + half, from, phases, b.planes);
        from += step;
      }
      contract(b, triplet, sums, work + b.atSmall, work);
    }
  }
}

/** Pairs exp(2 pi i step s / size) of a list of steps s. */
function factors(to: usize, list: usize, count: i32, step: i32, size: i32, roots: usize): void {
  for (const end = list + (<usize>count << 2); list < end; list += 4) {
    v128.store(to, v128.load(roots + (<usize>((step * load<i32>(list)) % size) << 4)));
    to += 16;
  }
}

/** Sums over ranges of rows, one result a range. */
function alongLines(to: usize, from: usize, factors: usize, starts: usize, count: i32, rows: i32, tiles: i32): void {
  const lastStart = starts + (<usize>count << 2);
  const size = <usize>rows * TILE;
  for (let tile = 0; tile < tiles; tile++) {
    for (let at = starts; at < lastStart; at += 4) {
      const first = load<i32>(at);
      tileSum(to, to + 32, from + <usize>first * TILE, factors + (<usize>first << 4), load<i32>(at, 4) - first);
      to += TILE;
    }
    from += size;
  }
}
