// variants: f64x2 f32x4
//
// Moment tensor potentials (Shapeev, Multiscale Model. Simul. 14, 1153, 2016). LANES atoms at a time: of each, neighbours
// in vectors make the radial functions, the monomials of the unit vector, and from both the basic moments; the products
// of moments, and the way back through them (adjoint), run for all these atoms side by side; then each atom's dE/dM
// becomes dE_i/dr_ij, again with neighbours in vectors.
import { gather } from './mtp/gather';
import { book, gradients, repulsion } from './mtp/gradient';
import { FIRST_PAIRS, Job, LANES, MOMENT, Model, PAIRS, Pairs, ROW, SCRATCH, Scratch } from './mtp/layout';
import { basicMoments } from './mtp/moments';
import { adjoints, describe, energy, products, slopesOf } from './mtp/products';
import { radial } from './mtp/radial';

/** Energies, forces and virials (or descriptors, where the job asks for them) of atoms begin to end - 1. */
export function evaluate(block: usize, thread: i32, begin: i32, end: i32): void {
  const job = changetype<Job>(block);
  const model = changetype<Model>(job.model);
  const scratch = changetype<Scratch>(job.scratch + <usize>thread * SCRATCH);
  const rows = job.rows + <usize>thread * job.rowsStride;
  for (let i = begin; i < end; i += LANES) {
    const count = min(LANES, end - i);
    // Lanes without an atom: what stands there must stay finite.
    if (count < LANES) memory.fill(scratch.moments, 0, <usize>model.basics * MOMENT);
    for (let lane = 0; lane < count; lane++) {
      const pairs = pairsOf(scratch, lane);
      gather(job, model, scratch, pairs, i + lane);
      radial(model, scratch, pairs);
      basicMoments(model, scratch, pairs, lane);
    }
    products(model, scratch);
    if (job.descriptors) {
      for (let lane = 0; lane < count; lane++)
        describe(model, scratch, lane, job.descriptors + ((<usize>((i + lane) * model.scalars)) << 3));
      continue;
    }
    adjoints(model, scratch);
    for (let lane = 0; lane < count; lane++) {
      const pairs = pairsOf(scratch, lane);
      slopesOf(model, scratch, lane);
      gradients(model, scratch, pairs);
      const kind = load<i32>(job.kinds + ((<usize>(i + lane)) << 2));
      let sum = load<f64>(model.energies + ((<usize>kind) << 3)) + energy(model, scratch, lane);
      if (model.stiff) sum += repulsion(model, scratch, pairs);
      store<f64>(job.energies + ((<usize>(i + lane)) << 3), sum);
      book(scratch, pairs, rows, rows + <usize>(i + lane) * ROW);
    }
  }
}

function pairsOf(scratch: Scratch, lane: i32): Pairs {
  return changetype<Pairs>(changetype<usize>(scratch) + FIRST_PAIRS + <usize>lane * PAIRS);
}
