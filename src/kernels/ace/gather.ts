import { FOUND, within } from '../pairs/within';
import { GROUP, Group, Job, Model, PAIR, Pair, ROW, Scratch, Side } from './layout';

/** Collects the neighbours of atom i within the cutoffs of their pairs, sorted by species, in whole blocks. */
export function gather(job: Job, model: Model, scratch: Scratch, side: Side, i: i32): void {
  const kind = load<i32>(job.kinds + ((<usize>i) << 2));
  const pairs = model.pairs + <usize>(kind * model.species) * PAIR;
  const reach = load<f64>(model.reach + ((<usize>kind) << 3));
  const end = within(job.points, job.first, job.neighbours, scratch.found, i, reach);
  classify(job, model, scratch, pairs, end);
  arrange(model, scratch, side, pairs);
  place(scratch, side, end);
  side.atom = i;
}

/** Replaces the point by the offset of its owner's row, adds the bucket (0: beyond the cutoff of its pair), counts. */
function classify(job: Job, model: Model, scratch: Scratch, pairs: usize, end: usize): void {
  const owners = job.owners;
  const kinds = job.kinds;
  const buckets = scratch.buckets;
  memory.fill(buckets, 0, (<usize>model.species) << 2);
  for (let found = scratch.found; found < end; found += FOUND) {
    const owner = load<i32>(owners + (load<i32>(found, 32) << 2));
    const other = load<i32>(kinds + (owner << 2));
    const cutoff = changetype<Pair>(pairs + <usize>other * PAIR).cutoff;
    const bucket = buckets + ((<usize>other) << 2);
    const isSeen = <i32>(Math.sqrt(load<f64>(found, 24)) < cutoff);
    store<i32>(found, owner * <i32>ROW, 32);
    store<usize>(found, select<usize>(bucket, 0, isSeen), 36);
    store<i32>(bucket, load<i32>(bucket) + isSeen);
  }
}

/** Lays the groups out in whole blocks, and makes each bucket its first place. */
function arrange(model: Model, scratch: Scratch, side: Side, pairs: usize): void {
  let groups = 0;
  let block = 0;
  for (let other = 0; other < model.species; other++) {
    const bucket = scratch.buckets + ((<usize>other) << 2);
    const count = load<i32>(bucket);
    if (count == 0) continue;
    const group = changetype<Group>(side.groups + <usize>groups * GROUP);
    const pair = pairs + <usize>other * PAIR;
    group.pair = pair;
    group.block = block;
    group.blocks = (count + 1) >> 1;
    group.count = count;
    const start = block << 1;
    store<i32>(bucket, start);
    block += group.blocks;
    if (count & 1) pad(side, changetype<Pair>(pair), start + count);
    groups++;
  }
  side.groupCount = groups;
  side.blocks = block;
}

/** A pair beyond the cutoff, which contributes nothing. */
function pad(side: Side, pair: Pair, at: i32): void {
  const offset = (<usize>at) << 3;
  store<f64>(side.x + offset, 2 * pair.cutoff);
  store<f64>(side.y + offset, 0);
  store<f64>(side.z + offset, 0);
}

function place(scratch: Scratch, side: Side, end: usize): void {
  const x = side.x;
  const y = side.y;
  const z = side.z;
  const targets = side.targets;
  for (let found = scratch.found; found < end; found += FOUND) {
    const bucket = load<usize>(found, 36);
    if (bucket == 0) continue;
    const at = load<i32>(bucket);
    store<i32>(bucket, at + 1);
    const offset = (<usize>at) << 3;
    store<f64>(x + offset, load<f64>(found));
    store<f64>(y + offset, load<f64>(found, 8));
    store<f64>(z + offset, load<f64>(found, 16));
    store<i32>(targets + ((<usize>at) << 2), load<i32>(found, 32));
  }
}
