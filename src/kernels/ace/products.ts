import { add, fill, mul, splat, splat1, sub } from '../ops';
import { Centre, Scratch, VALUE } from './layout';

/** The products of two values, and what the densities get of them all. */
export function forward(centre: Centre, scratch: Scratch): void {
  const values = scratch.values;
  let target = values + <usize>(centre.values - centre.stepCount) * VALUE;
  let step = centre.steps;
  const runs = centre.runs;
  for (let run = 0; run < centre.runCount; run += 2) {
    const at = runs + ((<usize>run) << 2);
    let end = step + ((<usize>load<i32>(at)) << 3);
    for (; step < end; step += 8, target += VALUE) {
      const x = values + load<i32>(step);
      const y = values + load<i32>(step, 4);
      const xr = v128.load(x);
      const xi = v128.load(x, 16);
      const yr = v128.load(y);
      const yi = v128.load(y, 16);
      v128.store(target, sub(mul(xr, yr), mul(xi, yi)));
      v128.store(target, add(mul(xr, yi), mul(xi, yr)), 16);
    }
    end = step + ((<usize>load<i32>(at, 4)) << 3);
    for (; step < end; step += 8, target += VALUE) {
      const x = values + load<i32>(step);
      const y = values + load<i32>(step, 4);
      const xr = v128.load(x);
      const xi = v128.load(x, 16);
      const yr = v128.load(y);
      const yi = v128.load(y, 16);
      v128.store(target, add(mul(xr, yr), mul(xi, yi)));
      v128.store(target, sub(mul(xi, yr), mul(xr, yi)), 16);
    }
  }
  if (centre.densities == 1) oneDensity(centre, scratch);
  else if (centre.densities == 2) twoDensities(centre, scratch);
  else manyDensities(centre, scratch);
}

function oneDensity(centre: Centre, scratch: Scratch): void {
  const values = scratch.values;
  let term = centre.terms;
  let c = centre.coefficients;
  let sums = scratch.sums;
  let rho = fill(0);
  const end = centre.groups + <usize>centre.groupCount * 12;
  for (let group = centre.groups; group < end; group += 12) {
    let sr = fill(0);
    let si = sr;
    let last = term + (load<i32>(group, 4) << 2);
    for (; term < last; term += 4, c += 8) {
      const y = values + load<i32>(term);
      const c0 = splat(c);
      sr = add(sr, mul(c0, v128.load(y)));
      si = add(si, mul(c0, v128.load(y, 16)));
    }
    last = term + (load<i32>(group, 8) << 2);
    for (; term < last; term += 4, c += 8) {
      const y = values + load<i32>(term);
      const c0 = splat(c);
      sr = add(sr, mul(c0, v128.load(y)));
      si = sub(si, mul(c0, v128.load(y, 16)));
    }
    const x = values + load<i32>(group);
    rho = add(rho, sub(mul(v128.load(x), sr), mul(v128.load(x, 16), si)));
    v128.store(sums, sr);
    v128.store(sums, si, 16);
    sums += VALUE;
  }
  v128.store(scratch.densities, rho);
}

function twoDensities(centre: Centre, scratch: Scratch): void {
  const values = scratch.values;
  let term = centre.terms;
  let c = centre.coefficients;
  let sums = scratch.sums;
  let rho = fill(0);
  let sigma = rho;
  const end = centre.groups + <usize>centre.groupCount * 12;
  for (let group = centre.groups; group < end; group += 12) {
    let sr = fill(0);
    let si = sr;
    let tr = sr;
    let ti = sr;
    let last = term + (load<i32>(group, 4) << 2);
    for (; term < last; term += 4, c += 16) {
      const y = values + load<i32>(term);
      const yr = v128.load(y);
      const yi = v128.load(y, 16);
      const c0 = splat(c);
      const c1 = splat1(c);
      sr = add(sr, mul(c0, yr));
      si = add(si, mul(c0, yi));
      tr = add(tr, mul(c1, yr));
      ti = add(ti, mul(c1, yi));
    }
    last = term + (load<i32>(group, 8) << 2);
    for (; term < last; term += 4, c += 16) {
      const y = values + load<i32>(term);
      const yr = v128.load(y);
      const yi = v128.load(y, 16);
      const c0 = splat(c);
      const c1 = splat1(c);
      sr = add(sr, mul(c0, yr));
      si = sub(si, mul(c0, yi));
      tr = add(tr, mul(c1, yr));
      ti = sub(ti, mul(c1, yi));
    }
    const x = values + load<i32>(group);
    const xr = v128.load(x);
    const xi = v128.load(x, 16);
    rho = add(rho, sub(mul(xr, sr), mul(xi, si)));
    sigma = add(sigma, sub(mul(xr, tr), mul(xi, ti)));
    v128.store(sums, sr);
    v128.store(sums, si, 16);
    v128.store(sums, tr, 32);
    v128.store(sums, ti, 48);
    sums += 2 * VALUE;
  }
  v128.store(scratch.densities, rho);
  v128.store(scratch.densities, sigma, 16);
}

function manyDensities(centre: Centre, scratch: Scratch): void {
  const values = scratch.values;
  const row = (<usize>centre.densities) << 3;
  const end = centre.groups + <usize>centre.groupCount * 12;
  for (let p = 0; p < centre.densities; p++) {
    let term = centre.terms;
    let c = centre.coefficients + ((<usize>p) << 3);
    let sums = scratch.sums + <usize>p * VALUE;
    let rho = fill(0);
    for (let group = centre.groups; group < end; group += 12) {
      let sr = fill(0);
      let si = sr;
      let last = term + (load<i32>(group, 4) << 2);
      for (; term < last; term += 4, c += row) {
        const y = values + load<i32>(term);
        sr = add(sr, mul(splat(c), v128.load(y)));
        si = add(si, mul(splat(c), v128.load(y, 16)));
      }
      last = term + (load<i32>(group, 8) << 2);
      for (; term < last; term += 4, c += row) {
        const y = values + load<i32>(term);
        sr = add(sr, mul(splat(c), v128.load(y)));
        si = sub(si, mul(splat(c), v128.load(y, 16)));
      }
      const x = values + load<i32>(group);
      rho = add(rho, sub(mul(v128.load(x), sr), mul(v128.load(x, 16), si)));
      v128.store(sums, sr);
      v128.store(sums, si, 16);
      sums += <usize>centre.densities * VALUE;
    }
    v128.store(scratch.densities + ((<usize>p) << 4), rho);
  }
}

/**
 * The way back: from dE/drho_p (behind the densities) to the slopes dE/d(value) of all values. For the value z = x y with
 * slope g (dE/dRe + i dE/dIm) that of x gets g conj(y), and so on.
 */
export function backward(centre: Centre, scratch: Scratch): void {
  memory.fill(scratch.slopes, 0, <usize>centre.values * VALUE);
  groupSlopes(centre, scratch);
  if (centre.densities == 1) oneSlope(centre, scratch);
  else if (centre.densities == 2) twoSlopes(centre, scratch);
  else manySlopes(centre, scratch);
  stepSlopes(centre, scratch);
}

/** Slopes of the common factors x of the groups. */
function groupSlopes(centre: Centre, scratch: Scratch): void {
  const slopes = scratch.slopes;
  const weights = scratch.densities + ((<usize>centre.densities) << 4);
  const stop = weights + ((<usize>centre.densities) << 4);
  let sums = scratch.sums;
  const end = centre.groups + <usize>centre.groupCount * 12;
  for (let group = centre.groups; group < end; group += 12) {
    const x = slopes + load<i32>(group);
    let re = v128.load(x);
    let im = v128.load(x, 16);
    for (let weight = weights; weight < stop; weight += 16) {
      const d = v128.load(weight);
      re = add(re, mul(d, v128.load(sums)));
      im = sub(im, mul(d, v128.load(sums, 16)));
      sums += VALUE;
    }
    v128.store(x, re);
    v128.store(x, im, 16);
  }
}

function oneSlope(centre: Centre, scratch: Scratch): void {
  const values = scratch.values;
  const slopes = scratch.slopes;
  const d = v128.load(scratch.densities, 16);
  let term = centre.terms;
  let c = centre.coefficients;
  const end = centre.groups + <usize>centre.groupCount * 12;
  for (let group = centre.groups; group < end; group += 12) {
    const x = values + load<i32>(group);
    const xr = mul(d, v128.load(x));
    const xi = mul(d, v128.load(x, 16));
    let last = term + (load<i32>(group, 4) << 2);
    for (; term < last; term += 4, c += 8) {
      const y = slopes + load<i32>(term);
      const c0 = splat(c);
      v128.store(y, add(v128.load(y), mul(c0, xr)));
      v128.store(y, sub(v128.load(y, 16), mul(c0, xi)), 16);
    }
    last = term + (load<i32>(group, 8) << 2);
    for (; term < last; term += 4, c += 8) {
      const y = slopes + load<i32>(term);
      const c0 = splat(c);
      v128.store(y, add(v128.load(y), mul(c0, xr)));
      v128.store(y, add(v128.load(y, 16), mul(c0, xi)), 16);
    }
  }
}

function twoSlopes(centre: Centre, scratch: Scratch): void {
  const values = scratch.values;
  const slopes = scratch.slopes;
  const d0 = v128.load(scratch.densities, 32);
  const d1 = v128.load(scratch.densities, 48);
  let term = centre.terms;
  let c = centre.coefficients;
  const end = centre.groups + <usize>centre.groupCount * 12;
  for (let group = centre.groups; group < end; group += 12) {
    const x = values + load<i32>(group);
    const xr = v128.load(x);
    const xi = v128.load(x, 16);
    let last = term + (load<i32>(group, 4) << 2);
    for (; term < last; term += 4, c += 16) {
      const y = slopes + load<i32>(term);
      const weight = add(mul(d0, splat(c)), mul(d1, splat1(c)));
      v128.store(y, add(v128.load(y), mul(weight, xr)));
      v128.store(y, sub(v128.load(y, 16), mul(weight, xi)), 16);
    }
    last = term + (load<i32>(group, 8) << 2);
    for (; term < last; term += 4, c += 16) {
      const y = slopes + load<i32>(term);
      const weight = add(mul(d0, splat(c)), mul(d1, splat1(c)));
      v128.store(y, add(v128.load(y), mul(weight, xr)));
      v128.store(y, add(v128.load(y, 16), mul(weight, xi)), 16);
    }
  }
}

function manySlopes(centre: Centre, scratch: Scratch): void {
  const values = scratch.values;
  const slopes = scratch.slopes;
  const weights = scratch.densities + ((<usize>centre.densities) << 4);
  const stop = weights + ((<usize>centre.densities) << 4);
  let term = centre.terms;
  let c = centre.coefficients;
  const end = centre.groups + <usize>centre.groupCount * 12;
  for (let group = centre.groups; group < end; group += 12) {
    const x = values + load<i32>(group);
    const xr = v128.load(x);
    const xi = v128.load(x, 16);
    const plain = term + (load<i32>(group, 4) << 2);
    const last = plain + (load<i32>(group, 8) << 2);
    for (; term < last; term += 4) {
      const y = slopes + load<i32>(term);
      let weight = fill(0);
      for (let at = weights; at < stop; at += 16, c += 8) weight = add(weight, mul(v128.load(at), splat(c)));
      const im = mul(weight, xi);
      v128.store(y, add(v128.load(y), mul(weight, xr)));
      v128.store(y, term < plain ? sub(v128.load(y, 16), im) : add(v128.load(y, 16), im), 16);
    }
  }
}

/** Slopes of the factors of the products of two, last first. */
function stepSlopes(centre: Centre, scratch: Scratch): void {
  const values = scratch.values;
  const slopes = scratch.slopes;
  let source = slopes + <usize>centre.values * VALUE;
  let step = centre.steps + ((<usize>centre.stepCount) << 3);
  for (let run = centre.runCount - 2; run >= 0; run -= 2) {
    const at = centre.runs + ((<usize>run) << 2);
    let begin = step - ((<usize>load<i32>(at, 4)) << 3);
    while (step > begin) {
      step -= 8;
      source -= VALUE;
      const gr = v128.load(source);
      const gi = v128.load(source, 16);
      const x = load<i32>(step);
      const y = load<i32>(step, 4);
      const xr = v128.load(values + x);
      const xi = v128.load(values + x, 16);
      const yr = v128.load(values + y);
      const yi = v128.load(values + y, 16);
      v128.store(slopes + x, add(v128.load(slopes + x), sub(mul(gr, yr), mul(gi, yi))));
      v128.store(slopes + x, add(v128.load(slopes + x, 16), add(mul(gr, yi), mul(gi, yr))), 16);
      v128.store(slopes + y, add(v128.load(slopes + y), add(mul(gr, xr), mul(gi, xi))));
      v128.store(slopes + y, add(v128.load(slopes + y, 16), sub(mul(gr, xi), mul(gi, xr))), 16);
    }
    begin = step - ((<usize>load<i32>(at)) << 3);
    while (step > begin) {
      step -= 8;
      source -= VALUE;
      const gr = v128.load(source);
      const gi = v128.load(source, 16);
      const x = load<i32>(step);
      const y = load<i32>(step, 4);
      const xr = v128.load(values + x);
      const xi = v128.load(values + x, 16);
      const yr = v128.load(values + y);
      const yi = v128.load(values + y, 16);
      v128.store(slopes + x, add(v128.load(slopes + x), add(mul(gr, yr), mul(gi, yi))));
      v128.store(slopes + x, add(v128.load(slopes + x, 16), sub(mul(gi, yr), mul(gr, yi))), 16);
      v128.store(slopes + y, add(v128.load(slopes + y), add(mul(gr, xr), mul(gi, xi))));
      v128.store(slopes + y, add(v128.load(slopes + y, 16), sub(mul(gi, xr), mul(gr, xi))), 16);
    }
  }
}
