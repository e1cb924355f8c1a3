import { BYTES, SHIFT, WIDTH_SHIFT, add, fill, mul, real, splat, storeRecords, sub } from '../ops';
import { scatter } from '../pairs/scatter';
import { GROUP, Group, Model, Pairs, Scratch } from './layout';
import { monomialGradient, monomials } from './monomials';

/** dE_i/dr_ij of all neighbours of one atom, whose dE/dM stand in scratch.slopes, into forces and virials. */
export function gradients(model: Model, scratch: Scratch, pairs: Pairs): void {
  const row = pairs.row;
  for (let b = 0; b < pairs.blocks; b++) {
    const at = (<usize>b) << 4;
    const x = v128.load(pairs.units + at);
    const y = v128.load(pairs.units + row + at);
    const z = v128.load(pairs.units + 2 * row + at);
    monomials(scratch.monomials, x, y, z, model.rank);
    const along = byMonomials(model, scratch, pairs, at);
    monomialGradient(scratch.chebyshev, scratch.byMonomial, scratch.monomials, x, y, z, model.rank);
    const dx = v128.load(scratch.chebyshev);
    const dy = v128.load(scratch.chebyshev, 16);
    const dz = v128.load(scratch.chebyshev, 32);
    const inverse = v128.load(pairs.inverse + at);
    // du/dr = (1 - u u) / r
    const parallel = add(add(mul(dx, x), mul(dy, y)), mul(dz, z));
    const total = sub(along, mul(parallel, inverse));
    storeRecords(
      scratch.gradients + (at << 2),
      add(mul(dx, inverse), mul(total, x)),
      add(mul(dy, inverse), mul(total, y)),
      add(mul(dz, inverse), mul(total, z)),
    );
  }
}

/** dE/d(monomial) of a block of neighbours; returns the sum over mu of df_mu/dr dE/df_mu. */
function byMonomials(model: Model, scratch: Scratch, pairs: Pairs, at: usize): v128 {
  const row = pairs.row;
  let along = fill(0);
  // Functions with fewer monomials come later: the first one sets what the others add to.
  let range = model.ranges;
  let values = pairs.values + at;
  let slopes = pairs.slopes + at;
  for (let mu = 0; mu < model.functions; mu += 2) {
    const count = load<i32>(range, 4);
    const first = scratch.slopes + ((<usize>load<i32>(range)) << SHIFT);
    const f = v128.load(values);
    if (mu + 1 < model.functions) {
      const both = load<i32>(range, 12);
      const second = scratch.slopes + ((<usize>load<i32>(range, 8)) << SHIFT);
      const g = v128.load(values + row);
      let sum = fill(0);
      let other = sum;
      let one = first;
      let two = second;
      let monomial = scratch.monomials;
      let target = scratch.byMonomial;
      for (const end = two + ((<usize>both) << SHIFT); two < end; two += BYTES) {
        const a = splat(one);
        const b = splat(two);
        const own = v128.load(monomial);
        sum = add(sum, mul(a, own));
        other = add(other, mul(b, own));
        const weight = add(mul(a, f), mul(b, g));
        v128.store(target, mu == 0 ? weight : add(v128.load(target), weight));
        one += BYTES;
        monomial += 16;
        target += 16;
      }
      for (const end = first + ((<usize>count) << SHIFT); one < end; one += BYTES) {
        const a = splat(one);
        sum = add(sum, mul(a, v128.load(monomial)));
        const weight = mul(a, f);
        v128.store(target, mu == 0 ? weight : add(v128.load(target), weight));
        monomial += 16;
        target += 16;
      }
      along = add(along, add(mul(v128.load(slopes), sum), mul(v128.load(slopes + row), other)));
    } else {
      let sum = fill(0);
      let monomial = scratch.monomials;
      let target = scratch.byMonomial;
      for (let one = first, end = first + ((<usize>count) << SHIFT); one < end; one += BYTES) {
        const a = splat(one);
        sum = add(sum, mul(a, v128.load(monomial)));
        const weight = mul(a, f);
        v128.store(target, mu == 0 ? weight : add(v128.load(target), weight));
        monomial += 16;
        target += 16;
      }
      along = add(along, mul(v128.load(slopes), sum));
    }
    range += 16;
    values += 2 * row;
    slopes += 2 * row;
  }
  return along;
}

/**
 * Pairs below the minimum push each other apart (`repulsion` in src/potentials/mtp/radial.ts): adds to their gradients, and
 * returns the energy.
 */
export function repulsion(model: Model, scratch: Scratch, pairs: Pairs): f64 {
  const least = Math.exp(-10 * (model.minimum - 1));
  let sum: f64 = 0;
  for (let g = 0; g < pairs.groupCount; g++) {
    const group = changetype<Group>(pairs.groups + <usize>g * GROUP);
    const start = group.block << WIDTH_SHIFT;
    for (let p = start; p < start + group.count; p++) {
      const at = (<usize>p) << SHIFT;
      const x = <f64>load<real>(pairs.x + at);
      const y = <f64>load<real>(pairs.y + at);
      const z = <f64>load<real>(pairs.z + at);
      const r = Math.sqrt(x * x + y * y + z * z);
      if (r >= model.minimum) continue;
      const here = Math.exp(-10 * (r - 1));
      sum += 1e4 * (here - least);
      const over = (-1e5 * here) / r;
      const gradient = scratch.gradients + (at << 2);
      store<real>(gradient, load<real>(gradient) + <real>(over * x));
      store<real>(gradient + BYTES, load<real>(gradient + BYTES) + <real>(over * y));
      store<real>(gradient + 2 * BYTES, load<real>(gradient + 2 * BYTES) + <real>(over * z));
    }
  }
  return sum;
}

export function book(scratch: Scratch, pairs: Pairs, rows: usize, own: usize): void {
  for (let g = 0; g < pairs.groupCount; g++) {
    const group = changetype<Group>(pairs.groups + <usize>g * GROUP);
    const start = (<usize>group.block) << WIDTH_SHIFT;
    const at = start << SHIFT;
    scatter(
      group.count,
      scratch.gradients + (at << 2),
      pairs.x + at,
      pairs.y + at,
      pairs.z + at,
      pairs.targets + (start << 2),
      rows,
      own,
    );
  }
}
