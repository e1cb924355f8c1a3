// What of pp (n1 + n2 + 1) g + pp (n1 - n2) h goes with n1, with n2 and with neither: pp (g + h), pp (g - h) and pp g.
// These do not depend on temperature; occupations are applied when all triplets are added up.
import { Sums, int, real } from './layout';

export function collectTriplet(s: Sums, t: i32, out: usize): void {
  const bands = s.bands;
  const size = bands * bands;
  const p1 = int(s.triplets, 3 * t + 1);
  const p2 = int(s.triplets, 3 * t + 2);
  const first = s.modes + (<usize>(p1 * bands) << 3);
  const second = s.modes + (<usize>(p2 * bands) << 3);
  const cutoff = load<f64>(s.cutoff);
  const weight = <f64>int(s.weights, t);
  const rows = s.isSpectral ? s.points * s.own : s.own;
  const width = <usize>s.width << 3;
  const one = <usize>(int(s.classes, p1) * bands) << 3;
  const two = <usize>(int(s.classes, p2) * bands) << 3;
  let row = out + <usize>(int(s.parts, t) * rows) * width;
  for (let r = 0; r < rows; r++, row += width) {
    const point = s.isSpectral ? r / s.own : r;
    const own = s.isSpectral ? r % s.own : r;
    const from = <usize>((t * s.points + point) * size);
    const pp = s.strengths ? s.strengths + (<usize>((t * s.own + own) * size) << 3) : 0;
    let rest: f64 = 0;
    for (let i = 0; i < bands; i++) {
      if (!(real(first, i) > cutoff)) continue;
      let mine: f64 = 0;
      for (let j = 0; j < bands; j++) {
        const at = from + i * bands + j;
        if (load<u8>(s.zero + at)) continue;
        if (!(real(second, j) > cutoff)) continue;
        const strength = weight * (pp ? real(pp, i * bands + j) : 1);
        const g = s.decay ? strength * load<f64>(s.decay + (at << 3)) : 0;
        const h = s.merging ? strength * load<f64>(s.merging + (at << 3)) : 0;
        mine += g + h;
        rest += g;
        const place = row + two + (<usize>j << 3);
        store<f64>(place, load<f64>(place) + g - h);
      }
      const place = row + one + (<usize>i << 3);
      store<f64>(place, load<f64>(place) + mine);
    }
    const place = row + width - 8;
    store<f64>(place, load<f64>(place) + rest);
  }
}
