import { BYTES, SHIFT, WIDTH, WIDTH_SHIFT, real } from '../ops';
import { FOUND, within } from '../pairs/within';
import { GROUP, Group, Job, Model, Pairs, ROW, Scratch } from './layout';

/** Collects the neighbours of atom i within the cutoff, sorted by species, in whole blocks. */
export function gather(job: Job, model: Model, scratch: Scratch, pairs: Pairs, i: i32): void {
  const end = within(job.points, job.first, job.neighbours, scratch.found, i, model.cutoff * model.cutoff);
  classify(job, model, scratch, end);
  arrange(model, scratch, pairs, load<i32>(job.kinds + ((<usize>i) << 2)));
  place(scratch, pairs, end);
}

/** Replaces the point by the offset of its owner's row, adds the bucket of its species, counts. */
function classify(job: Job, model: Model, scratch: Scratch, end: usize): void {
  const owners = job.owners;
  const kinds = job.kinds;
  const buckets = scratch.buckets;
  memory.fill(buckets, 0, (<usize>model.species) << 2);
  for (let found = scratch.found; found < end; found += FOUND) {
    const owner = load<i32>(owners + (load<i32>(found, 32) << 2));
    const bucket = buckets + (load<i32>(kinds + (owner << 2)) << 2);
    store<i32>(found, owner * <i32>ROW, 32);
    store<usize>(found, bucket, 36);
    store<i32>(bucket, load<i32>(bucket) + 1);
  }
}

/** Lays the groups out in whole blocks, and makes each bucket its first place. */
function arrange(model: Model, scratch: Scratch, pairs: Pairs, kind: i32): void {
  const seriesBytes = (<usize>(2 * model.functions * model.size)) << SHIFT;
  let groups = 0;
  let block = 0;
  for (let other = 0; other < model.species; other++) {
    const bucket = scratch.buckets + ((<usize>other) << 2);
    const count = load<i32>(bucket);
    if (count == 0) continue;
    const group = changetype<Group>(pairs.groups + <usize>groups * GROUP);
    group.series = model.series + <usize>(kind * model.species + other) * seriesBytes;
    group.block = block;
    group.blocks = (count + WIDTH - 1) >> WIDTH_SHIFT;
    group.count = count;
    const start = block << WIDTH_SHIFT;
    store<i32>(bucket, start);
    block += group.blocks;
    pad(model, pairs, start + count, block << WIDTH_SHIFT);
    groups++;
  }
  pairs.groupCount = groups;
  pairs.blocks = block;
}

/** Fills the last block with pairs beyond the cutoff, which contribute nothing. */
function pad(model: Model, pairs: Pairs, from: i32, to: i32): void {
  const r = <real>(2 * model.cutoff);
  for (let at = (<usize>from) << SHIFT; at < (<usize>to) << SHIFT; at += BYTES) {
    store<real>(pairs.x + at, r);
    store<real>(pairs.y + at, 0);
    store<real>(pairs.z + at, 0);
  }
}

function place(scratch: Scratch, pairs: Pairs, end: usize): void {
  const x = pairs.x;
  const y = pairs.y;
  const z = pairs.z;
  const targets = pairs.targets;
  for (let found = scratch.found; found < end; found += FOUND) {
    const bucket = load<usize>(found, 36);
    const at = load<i32>(bucket);
    store<i32>(bucket, at + 1);
    const offset = (<usize>at) << SHIFT;
    store<real>(x + offset, <real>load<f64>(found));
    store<real>(y + offset, <real>load<f64>(found, 8));
    store<real>(z + offset, <real>load<f64>(found, 16));
    store<i32>(targets + ((<usize>at) << 2), load<i32>(found, 32));
  }
}
