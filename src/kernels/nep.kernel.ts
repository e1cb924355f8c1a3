// variants: f64x2 f32x4
//
// The neuroevolution potential (Fan et al., J. Chem. Phys. 157, 114801, 2022), energy models: one pass an atom. Gather
// its neighbours, the radial basis and the harmonics of all pairs in vectors, their moments as a small matrix product,
// the expansion A[c][n] from them, invariants, network, and the same way back (adjoint) to dE_i/dr_ij.
import { SHIFT, real } from './ops';
import { basis, radialMoments } from './nep/basis';
import { gather } from './nep/gather';
import { gradient } from './nep/gradient';
import { harmonics } from './nep/harmonics';
import { invariants, invariantSlopes } from './nep/invariants';
import { GROUP, Group, Job, Model, Pair, ROW, SCRATCH, Scratch } from './nep/layout';
import { combine, multiply } from './nep/matrix';
import { angularMoments, harmonicWeights, radialSlopes } from './nep/moments';
import { network, scale, vectorsOf } from './nep/network';
import { pairGradients, scatterGroup } from './nep/scatter';

/** Energies, forces and virials (or descriptors, where the job asks for them) of atoms begin to end - 1. */
export function evaluate(block: usize, thread: i32, begin: i32, end: i32): void {
  const job = changetype<Job>(block);
  const model = changetype<Model>(job.model);
  const scratch = changetype<Scratch>(job.scratch + <usize>thread * SCRATCH);
  const rows = job.rows + <usize>thread * job.rowsStride;
  for (let i = begin; i < end; i++) {
    const groups = gather(job, model, scratch, i);
    forward(model, scratch, groups);
    scale(model, scratch);
    if (job.descriptors) {
      writeDescriptor(job, model, scratch, i);
      continue;
    }
    const kind = load<i32>(job.kinds + ((<usize>i) << 2));
    store<f64>(job.energies + ((<usize>i) << 3), network(model, scratch, kind));
    backward(model, scratch, groups, rows, rows + <usize>i * ROW);
  }
}

function forward(model: Model, scratch: Scratch, groups: i32): void {
  const radialVectors = vectorsOf(model.radialCount);
  const angularVectors = vectorsOf(model.angularCount);
  memory.fill(scratch.q, 0, (<usize>radialVectors) << 4);
  memory.fill(scratch.expansion, 0, (<usize>(model.harmonics * angularVectors)) << 4);
  const end = scratch.groups + <usize>groups * GROUP;
  for (let at = scratch.groups; at < end; at += GROUP) {
    const group = changetype<Group>(at);
    const pair = changetype<Pair>(group.pair);
    basis(model, scratch, group);
    radialMoments(model, scratch, group);
    combine(scratch.q, scratch.moments, pair.radialForward, model.radialBasis, radialVectors, true);
    if (group.angularBlocks == 0 || model.harmonics == 0) continue;
    harmonics(model, scratch, group);
    angularMoments(model, scratch, group);
    multiply(
      scratch.expansion,
      scratch.moments,
      (<usize>1) << SHIFT,
      scratch.momentsRow,
      pair.angularForward,
      model.harmonics,
      model.angularBasis,
      angularVectors,
      true,
    );
  }
  invariants(model, scratch);
}

function backward(model: Model, scratch: Scratch, groups: i32, rows: usize, own: usize): void {
  const seriesVectors = vectorsOf(2 * model.angularBasis);
  const angularRow = (<usize>vectorsOf(model.angularCount)) << 4;
  invariantSlopes(model, scratch);
  const end = scratch.groups + <usize>groups * GROUP;
  for (let at = scratch.groups; at < end; at += GROUP) {
    const group = changetype<Group>(at);
    const pair = changetype<Pair>(group.pair);
    const radialVectors = vectorsOf(2 * model.radialBasis);
    combine(scratch.series, scratch.dq, pair.radialBackward, model.radialCount, radialVectors, false);
    radialSlopes(model, scratch, group);
    if (model.harmonics == 0) group.angularBlocks = 0;
    if (group.angularBlocks > 0) {
      multiply(
        scratch.series,
        scratch.slopes,
        angularRow,
        (<usize>1) << SHIFT,
        pair.angularBackward,
        model.harmonics,
        model.angularCount,
        seriesVectors,
        false,
      );
      harmonicWeights(model, scratch, group, (<usize>seriesVectors) << 4);
      gradient(model, scratch, group);
    }
    pairGradients(scratch, group);
    scatterGroup(scratch, group, rows, own);
  }
}

function writeDescriptor(job: Job, model: Model, scratch: Scratch, i: i32): void {
  let target = job.descriptors + ((<usize>(i * model.dimension)) << 3);
  for (let d = 0; d < model.dimension; d++) {
    store<f64>(target, <f64>load<real>(scratch.scaled + ((<usize>d) << SHIFT)));
    target += 8;
  }
}
