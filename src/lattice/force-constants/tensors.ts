/** Rotations of the small tensors that force constants consist of, from one place of an array to another. */

/** out = R^T T R, 3x3: a tensor taken back from where a rotation R put it. */
export function rotateBack2(
  r: Float64Array,
  from: Float64Array,
  at: number,
  out: Float64Array,
  to: number,
): void {
  for (let k = 0; k < 3; k++) {
    const x = r[k] * from[at] + r[3 + k] * from[at + 3] + r[6 + k] * from[at + 6];
    const y = r[k] * from[at + 1] + r[3 + k] * from[at + 4] + r[6 + k] * from[at + 7];
    const z = r[k] * from[at + 2] + r[3 + k] * from[at + 5] + r[6 + k] * from[at + 8];
    for (let l = 0; l < 3; l++) out[to + 3 * k + l] = x * r[l] + y * r[3 + l] + z * r[6 + l];
  }
}

const first = new Float64Array(27);
const second = new Float64Array(27);

/** out_klm = R_ak R_bl R_cm T_abc. */
export function rotateBack3(
  r: Float64Array,
  from: Float64Array,
  at: number,
  out: Float64Array,
  to: number,
): void {
  for (let k = 0; k < 3; k++) {
    for (let i = 0; i < 9; i++) {
      first[9 * k + i] = r[k] * from[at + i] + r[3 + k] * from[at + 9 + i] + r[6 + k] * from[at + 18 + i];
    }
  }
  for (let k = 0; k < 27; k += 9) {
    for (let l = 0; l < 3; l++) {
      for (let c = 0; c < 3; c++) {
        second[k + 3 * l + c] =
          r[l] * first[k + c] + r[3 + l] * first[k + 3 + c] + r[6 + l] * first[k + 6 + c];
      }
    }
  }
  for (let i = 0; i < 27; i += 3) {
    const [x, y, z] = [second[i], second[i + 1], second[i + 2]];
    for (let m = 0; m < 3; m++) out[to + i + m] = x * r[m] + y * r[3 + m] + z * r[6 + m];
  }
}

const outer = new Float64Array(81);

/** out_klmn = R_ak R_bl R_cm R_dn T_abcd. */
export function rotateBack4(
  r: Float64Array,
  from: Float64Array,
  at: number,
  out: Float64Array,
  to: number,
): void {
  for (let k = 0; k < 3; k++) {
    for (let i = 0; i < 27; i++) {
      outer[27 * k + i] = r[k] * from[at + i] + r[3 + k] * from[at + 27 + i] + r[6 + k] * from[at + 54 + i];
    }
  }
  for (let k = 0; k < 81; k += 27) rotateBack3(r, outer, k, out, to + k);
}
