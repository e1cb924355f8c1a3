/**
 * cos and sin of 2 pi q R for a list of lattice vectors: products of powers of three numbers, so that a q point costs
 * three sines and not one for each vector.
 */
export class LatticePhases {
  readonly cos: Float64Array;
  readonly sin: Float64Array;
  private readonly reach: readonly [number, number, number];
  /** [3] tables [2 reach + 1] of the powers from -reach on */
  private readonly powersRe: readonly Float64Array[];
  private readonly powersIm: readonly Float64Array[];

  /** @param vectors [m][3] whole numbers */
  constructor(private readonly vectors: Int32Array) {
    const reach = [0, 1, 2].map((k) => {
      let most = 0;
      for (let s = k; s < vectors.length; s += 3) most = Math.max(most, Math.abs(vectors[s]));
      return most;
    });
    this.reach = [reach[0], reach[1], reach[2]];
    this.powersRe = reach.map((most) => new Float64Array(2 * most + 1));
    this.powersIm = reach.map((most) => new Float64Array(2 * most + 1));
    this.cos = new Float64Array(vectors.length / 3);
    this.sin = new Float64Array(vectors.length / 3);
  }

  /** @param q [3] from `at` on, fractions of the reciprocal cell */
  set(q: ArrayLike<number>, at = 0): void {
    const { vectors, reach, cos, sin } = this;
    for (let k = 0; k < 3; k++) powers(q[at + k], reach[k], this.powersRe[k], this.powersIm[k]);
    const [are, bre, cre] = this.powersRe;
    const [aim, bim, cim] = this.powersIm;
    for (let s = 0, v = 0; s < cos.length; s++, v += 3) {
      const a = vectors[v] + reach[0];
      const b = vectors[v + 1] + reach[1];
      const c = vectors[v + 2] + reach[2];
      const re = are[a] * bre[b] - aim[a] * bim[b];
      const im = are[a] * bim[b] + aim[a] * bre[b];
      cos[s] = re * cre[c] - im * cim[c];
      sin[s] = re * cim[c] + im * cre[c];
    }
  }
}

/** Powers of exp(2 pi i x) from -reach to reach. */
function powers(x: number, reach: number, re: Float64Array, im: Float64Array): void {
  re[reach] = 1;
  im[reach] = 0;
  if (reach === 0) return;
  const c = Math.cos(2 * Math.PI * x);
  const s = Math.sin(2 * Math.PI * x);
  for (let p = 1; p <= reach; p++) {
    const r = re[reach + p - 1];
    const i = im[reach + p - 1];
    re[reach + p] = r * c - i * s;
    im[reach + p] = r * s + i * c;
    re[reach - p] = re[reach + p];
    im[reach - p] = -im[reach + p];
  }
}
