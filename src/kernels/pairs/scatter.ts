import { SHIFT, widePair, wideSplat } from '../ops';

/**
 * Adds pairs of an atom to the rows [fx fy fz, wxx wxy wxz wyx wyy wyz wzx wzy wzz] of this thread, in f64: with
 * g = dE_i/dr_ij (records of four numbers) the force on j is -g and on i +g, the virial -r_ij g goes to j. `target` points
 * to the byte offsets of the neighbours' rows, `own` to the row of i.
 */
export function scatter(
  count: i32,
  g: usize,
  x: usize,
  y: usize,
  z: usize,
  target: usize,
  rows: usize,
  own: usize,
): void {
  let sumXy = f64x2.splat(0);
  let sumZ = sumXy;
  for (let p = 0; p < count; p++) {
    const row = rows + load<i32>(target);
    const gxy = widePair(g);
    const gyz = widePair(g + ((<usize>1) << SHIFT));
    const xx = wideSplat(x);
    const yy = wideSplat(y);
    const zz = wideSplat(z);
    sumXy = f64x2.add(sumXy, gxy);
    sumZ = f64x2.add(sumZ, gyz);
    const xg = f64x2.mul(xx, gxy);
    const gz = v128.shuffle<f64>(gyz, xg, 1, 2); // gz, x gx
    const yzx = v128.shuffle<f64>(f64x2.mul(yy, gyz), f64x2.mul(zz, gxy), 1, 2); // y gz, z gx
    v128.store(row, f64x2.sub(v128.load(row), gxy));
    v128.store(row, f64x2.sub(v128.load(row, 16), gz), 16);
    v128.store(row, f64x2.sub(v128.load(row, 32), f64x2.mul(xx, gyz)), 32);
    v128.store(row, f64x2.sub(v128.load(row, 48), f64x2.mul(yy, gxy)), 48);
    v128.store(row, f64x2.sub(v128.load(row, 64), yzx), 64);
    v128.store(row, f64x2.sub(v128.load(row, 80), f64x2.mul(zz, gyz)), 80);
    g += (<usize>4) << SHIFT;
    x += (<usize>1) << SHIFT;
    y += (<usize>1) << SHIFT;
    z += (<usize>1) << SHIFT;
    target += 4;
  }
  v128.store(own, f64x2.add(v128.load(own), sumXy));
  store<f64>(own, load<f64>(own, 16) + f64x2.extract_lane(sumZ, 1), 16);
}
