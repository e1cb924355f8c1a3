// variants: f64x2
//
// The atomic cluster expansion (Lysogorskiy et al., npj Comput. Mater. 7, 97, 2021). Two atoms of one species at a time:
// for each its neighbours, the functions of the distance from a table, the harmonics and the atomic base A_nlm; then, for
// both side by side, products and densities, and the same way back (adjoint) to dE_i/dr_ij.
import { atomicBase, normalise, sumRankOne } from './ace/base';
import { describeProducts, describeRankOne } from './ace/describe';
import { energy } from './ace/energy';
import { gather } from './ace/gather';
import { gradients } from './ace/gradient';
import { harmonics } from './ace/harmonics';
import { CENTRE, Centre, DESCRIPTION, Description, GROUP, Group, Job, Model, Pair, ROW, SCRATCH, SIDE, Scratch, Side, THREAD, VALUE } from './ace/layout';
import { pieces } from './ace/pieces';
import { backward, forward } from './ace/products';
import { directions, splines } from './ace/radial';

/** Energies, forces and virials (or descriptors, where the job asks for them) of atoms begin to end - 1. */
export function evaluate(block: usize, thread: i32, begin: i32, end: i32): void {
  const job = changetype<Job>(block);
  const model = changetype<Model>(job.model);
  const scratch = changetype<Scratch>(job.scratch + <usize>thread * THREAD);
  const rows = job.rows + <usize>thread * job.rowsStride;
  for (let kind = 0; kind < model.species; kind++) {
    const centre = changetype<Centre>(model.centres + <usize>kind * CENTRE);
    let waiting = false;
    for (let i = begin; i < end; i++) {
      if (load<i32>(job.kinds + ((<usize>i) << 2)) != kind) continue;
      if (!waiting) clear(centre, scratch);
      surroundings(job, model, centre, scratch, i, waiting ? 1 : 0);
      if (waiting) conclude(job, model, kind, scratch, rows, 2);
      waiting = !waiting;
    }
    if (waiting) conclude(job, model, kind, scratch, rows, 1);
  }
}

/** What sums are added to: leaves of species that are not there stay zero. */
function clear(centre: Centre, scratch: Scratch): void {
  const leaves = <usize>centre.leaves * VALUE;
  memory.fill(scratch.values, 0, leaves);
  store<f64>(scratch.values + leaves, 1);
  store<f64>(scratch.values + leaves, 1, 8);
  memory.fill(scratch.values + leaves + 16, 0, 16);
  memory.fill(scratch.base, 0, (<usize>(centre.densities + 1)) << 4);
}

/** The atomic base of atom i, as the first or the second of two. */
function surroundings(job: Job, model: Model, centre: Centre, scratch: Scratch, i: i32, place: usize): void {
  const side = changetype<Side>(changetype<usize>(scratch) + SCRATCH + place * SIDE);
  const lane = place << 3;
  gather(job, model, scratch, side, i);
  const end = side.groups + <usize>side.groupCount * GROUP;
  for (let at = side.groups; at < end; at += GROUP) {
    const group = changetype<Group>(at);
    directions(side, group);
    if (changetype<Pair>(group.pair).index == 0) splines(side, group);
    else pieces(side, group, centre.densities);
    sumRankOne(centre, scratch, side, group, lane);
    if (changetype<Pair>(group.pair).lMax < 0) continue;
    harmonics(model, scratch, side, group);
    atomicBase(scratch, side, group, lane);
  }
}

/** What is wanted of the one or two atoms. */
function conclude(job: Job, model: Model, kind: i32, scratch: Scratch, rows: usize, atoms: usize): void {
  const centre = changetype<Centre>(model.centres + <usize>kind * CENTRE);
  normalise(centre, scratch.values);
  if (job.descriptors == 0) {
    finish(job, model, centre, scratch, rows, atoms);
    return;
  }
  const description = changetype<Description>(model.descriptions + <usize>kind * DESCRIPTION);
  const first = rowOf(job, scratch, 0);
  const second = atoms > 1 ? rowOf(job, scratch, 1) : 0;
  describeRankOne(centre, description, scratch, 0, first);
  if (second) describeRankOne(centre, description, scratch, 8, second);
  describeProducts(description, scratch, first, second);
}

function rowOf(job: Job, scratch: Scratch, place: usize): usize {
  const side = changetype<Side>(changetype<usize>(scratch) + SCRATCH + place * SIDE);
  return job.descriptors + <usize>side.atom * job.descriptorsStride;
}

/** Energies and forces of the one or two atoms. */
function finish(job: Job, model: Model, centre: Centre, scratch: Scratch, rows: usize, atoms: usize): void {
  forward(centre, scratch);
  for (let place: usize = 0; place < atoms; place++) {
    const side = changetype<Side>(changetype<usize>(scratch) + SCRATCH + place * SIDE);
    store<f64>(job.energies + ((<usize>side.atom) << 3), energy(model, centre, scratch, side, place << 3));
  }
  backward(centre, scratch);
  for (let place: usize = 0; place < atoms; place++) {
    const side = changetype<Side>(changetype<usize>(scratch) + SCRATCH + place * SIDE);
    const own = rows + <usize>side.atom * ROW;
    const end = side.groups + <usize>side.groupCount * GROUP;
    for (let at = side.groups; at < end; at += GROUP) {
      gradients(centre, scratch, side, changetype<Group>(at), place << 3, rows, own);
    }
  }
}
