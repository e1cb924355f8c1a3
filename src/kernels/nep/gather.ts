import { BYTES, SHIFT, WIDTH, WIDTH_SHIFT, real } from '../ops';
import { FOUND, within } from '../pairs/within';
import { GROUP, Group, Job, Model, PAIR, Pair, ROW, Scratch } from './layout';

/**
 * Collects the neighbours of atom i within the cutoffs, sorted by species, angular ones first, and returns the number of
 * groups. r_ij is formed in f64 whatever the variant.
 */
export function gather(job: Job, model: Model, scratch: Scratch, i: i32): i32 {
  const kind = load<i32>(job.kinds + ((<usize>i) << 2));
  const reach = load<f64>(model.reach + ((<usize>kind) << 3));
  const end = within(job.points, job.first, job.neighbours, scratch.found, i, reach);
  classify(job, model, scratch, kind, end);
  const groups = arrange(model, scratch, kind);
  place(scratch, end);
  return groups;
}

/** Replaces the point by the offset of its owner's row, adds the bucket (2 J, or 2 J + 1 beyond the angular cutoff), counts. */
function classify(job: Job, model: Model, scratch: Scratch, kind: i32, end: usize): void {
  const owners = job.owners;
  const kinds = job.kinds;
  const pairs = model.pairs + <usize>(kind * model.species) * PAIR;
  const buckets = scratch.buckets;
  memory.fill(buckets, 0, (<usize>model.species) << 3);
  for (let found = scratch.found; found < end; found += FOUND) {
    const owner = load<i32>(owners + (load<i32>(found, 32) << 2));
    const other = load<i32>(kinds + (owner << 2));
    const pair = changetype<Pair>(pairs + <usize>other * PAIR);
    const r2 = load<f64>(found, 24);
    const angular = pair.angularCutoff;
    const radial = pair.radialCutoff;
    const isAngular = <i32>(r2 < angular * angular);
    const bucket = buckets + ((<usize>(2 * other + 1 - isAngular)) << 2);
    const isSeen = isAngular | <i32>(r2 < radial * radial);
    store<i32>(found, owner * <i32>ROW, 32);
    store<usize>(found, select<usize>(bucket, 0, isSeen), 36);
    store<i32>(bucket, load<i32>(bucket) + isSeen);
  }
}

/** Lays the groups out in whole blocks, and makes each bucket its first place. */
function arrange(model: Model, scratch: Scratch, kind: i32): i32 {
  let groups = 0;
  let block = 0;
  for (let other = 0; other < model.species; other++) {
    const bucket = scratch.buckets + ((<usize>other) << 3);
    const angular = load<i32>(bucket);
    const count = angular + load<i32>(bucket, 4);
    if (count == 0) continue;
    const group = changetype<Group>(scratch.groups + <usize>groups * GROUP);
    const pair = model.pairs + <usize>(kind * model.species + other) * PAIR;
    group.pair = pair;
    group.block = block;
    group.blocks = (count + WIDTH - 1) >> WIDTH_SHIFT;
    group.angularBlocks = (angular + WIDTH - 1) >> WIDTH_SHIFT;
    group.count = count;
    const start = block << WIDTH_SHIFT;
    store<i32>(bucket, start);
    store<i32>(bucket, start + angular, 4);
    block += group.blocks;
    pad(scratch, changetype<Pair>(pair), start + count, block << WIDTH_SHIFT);
    groups++;
  }
  return groups;
}

/** Fills the last block with pairs at the cutoff, which contribute nothing. */
function pad(scratch: Scratch, pair: Pair, from: i32, to: i32): void {
  const r = <real>max(pair.radialCutoff, pair.angularCutoff);
  for (let at = (<usize>from) << SHIFT; at < (<usize>to) << SHIFT; at += BYTES) {
    store<real>(scratch.x + at, r);
    store<real>(scratch.y + at, 0);
    store<real>(scratch.z + at, 0);
  }
}

function place(scratch: Scratch, end: usize): void {
  const x = scratch.x;
  const y = scratch.y;
  const z = scratch.z;
  const targets = scratch.targets;
  for (let found = scratch.found; found < end; found += FOUND) {
    const bucket = load<usize>(found, 36);
    if (bucket == 0) continue;
    const at = load<i32>(bucket);
    store<i32>(bucket, at + 1);
    const offset = (<usize>at) << SHIFT;
    store<real>(x + offset, <real>load<f64>(found));
    store<real>(y + offset, <real>load<f64>(found, 8));
    store<real>(z + offset, <real>load<f64>(found, 16));
    store<i32>(targets + ((<usize>at) << 2), load<i32>(found, 32));
  }
}
