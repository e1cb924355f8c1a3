import { inverse, volume } from '../../model/cell.js';
import { PhonolinkError } from '../../model/errors.js';
import type { PolarResponse } from '../../model/polar.js';
import type { Structure } from '../../model/structure.js';
import { COULOMB } from '../../model/units.js';

/** 1/A: nearer to zero a wave vector has no direction; phonopy's number */
export const NO_DIRECTION = 1e-5;
/** Reciprocal lattice vectors that phonopy's sphere holds, and what is left of a term at its surface */
const SPHERE = 300;
const REST = 1e-10;

/**
 * Dipole-dipole interaction of the primitive cell's atoms: the sum over reciprocal lattice vectors of Gonze and Lee,
 * Phys. Rev. B 55, 10355 (1997), eq. 71, damped so that it converges, with no sum in real space (what it leaves out
 * is of short range). Like phonopy's it takes the same sphere around the origin for every q: it is not quite periodic.
 */
export class DipoleSum {
  /** [g][3] 1/A, Cartesian, without 2 pi */
  readonly lattice: Float64Array;
  /** [n (n - 1) / 2][g] of 2 pi G (r_i - r_j), pairs (1,0) (2,0) (2,1) ... */
  readonly cos: Float64Array;
  readonly sin: Float64Array;
  /** [g][6] xx yy zz yz xz xy of K K exp(-K eps K / 4 L^2) / (K eps K), K = G + q */
  private readonly terms: Float64Array;
  /** [6] their sum */
  private readonly own = new Float64Array(6);
  /** [2][9] real and imaginary part of a pair's sum */
  private readonly block = new Float64Array(18);
  /** [n][9] of each atom with all others at q = 0: what an atom's force on itself must balance */
  readonly balance: Float64Array;
  private readonly reciprocal: Float64Array;
  /** 4 L^2 */
  readonly width: number;
  /** eV A, of a pair's sum */
  readonly scale: number;
  private readonly n: number;

  /** @throws PhonolinkError where charges or dielectric tensor do not go with the cell */
  constructor(
    primitive: Structure,
    readonly polar: PolarResponse,
  ) {
    checkPolar(polar, primitive.count);
    const { cell, positions, count } = primitive;
    const size = volume(cell);
    this.n = count;
    this.reciprocal = inverse(cell);
    const cutoff = polar.reciprocalCutoff ?? Math.cbrt((3 * SPHERE) / (4 * Math.PI * size));
    const [xx, yy, zz] = [0, 4, 8].map((d) => polar.dielectric[d]);
    const splitting =
      polar.splitting ?? Math.sqrt((-(cutoff ** 2) * (xx + yy + zz)) / 3 / 4 / Math.log(REST));
    this.width = 4 * splitting ** 2;
    this.scale = ((polar.factor ?? COULOMB) * 4 * Math.PI) / size;
    this.lattice = sphere(cell, this.reciprocal, cutoff);
    const g = this.lattice.length / 3;
    this.terms = new Float64Array(6 * g);
    this.cos = new Float64Array(((count * (count - 1)) / 2) * g);
    this.sin = new Float64Array(this.cos.length);
    for (let i = 1, at = 0; i < count; i++) {
      for (let j = 0; j < i; j++) {
        for (let k = 0; k < g; k++, at++) {
          let turns = 0;
          for (let c = 0; c < 3; c++) {
            turns += this.lattice[3 * k + c] * (positions[3 * i + c] - positions[3 * j + c]);
          }
          this.cos[at] = Math.cos(2 * Math.PI * turns);
          this.sin[at] = Math.sin(2 * Math.PI * turns);
        }
      }
    }
    this.balance = this.balances();
  }

  /**
   * Adds the interaction to a matrix [3n][3n] of complex pairs, its lower triangle, each block times a weight.
   * @param q [3] fractions of the reciprocal cell, from `from` on
   * @param weights [n] of the atoms: 1/sqrt(mass)
   * @param to the first number of the matrix in `out`
   * @param along [3] fractions; at q = 0 the direction from which it is approached, no field where absent
   */
  add(
    q: ArrayLike<number>,
    from: number,
    weights: Float64Array,
    out: Float64Array,
    to: number,
    along?: ArrayLike<number>,
  ): void {
    this.setTerms(q, from, along);
    for (let i = 0; i < this.n; i++) {
      for (let j = 0; j <= i; j++) {
        this.setBlock(i, j);
        this.book(i, j, this.scale * weights[i] * weights[j], out, to, this.balance);
      }
    }
  }

  /** The same for the derivative along a Cartesian direction [3], per 1/A of q (without 2 pi). */
  addGradient(
    q: ArrayLike<number>,
    from: number,
    axis: ArrayLike<number>,
    weights: Float64Array,
    out: Float64Array,
    to: number,
    along?: ArrayLike<number>,
  ): void {
    this.setGradients(q, from, axis, along);
    for (let i = 0; i < this.n; i++) {
      for (let j = 0; j <= i; j++) {
        this.setBlock(i, j);
        this.book(i, j, this.scale * weights[i] * weights[j], out, to);
      }
    }
  }

  private setTerms(q: ArrayLike<number>, from: number, along?: ArrayLike<number>): void {
    const { lattice, terms, width, polar } = this;
    const e = polar.dielectric;
    const shift = this.cartesian(q, from);
    const [xx, yy, zz] = [e[0], e[4], e[8]];
    const [yz, xz, xy] = [e[5] + e[7], e[2] + e[6], e[1] + e[3]];
    const way = this.wayOf(along);
    for (let k = 0, t = 0; k < lattice.length; k += 3, t += 6) {
      let x = lattice[k] + shift[0];
      let y = lattice[k + 1] + shift[1];
      let z = lattice[k + 2] + shift[2];
      const still = x * x + y * y + z * z < NO_DIRECTION * NO_DIRECTION;
      if (still && way) {
        x = way[0];
        y = way[1];
        z = way[2];
      }
      const length = x * (xx * x + xy * y) + y * (yy * y + yz * z) + z * (zz * z + xz * x);
      const weight = !still ? Math.exp(-length / width) / length : way ? 1 / length : 0;
      terms[t] = weight * x * x;
      terms[t + 1] = weight * y * y;
      terms[t + 2] = weight * z * z;
      terms[t + 3] = weight * y * z;
      terms[t + 4] = weight * x * z;
      terms[t + 5] = weight * x * y;
    }
    this.sumOwn();
  }

  /** Derivatives of the terms: with B = K eps K, d(K K w(B)) = (u K + K u) w + K K w'(B) 2 u eps K. */
  private setGradients(
    q: ArrayLike<number>,
    from: number,
    u: ArrayLike<number>,
    along?: ArrayLike<number>,
  ): void {
    const { lattice, terms, width, polar } = this;
    const e = polar.dielectric;
    const shift = this.cartesian(q, from);
    for (let k = 0, t = 0; k < lattice.length; k += 3, t += 6) {
      let x = lattice[k] + shift[0];
      let y = lattice[k + 1] + shift[1];
      let z = lattice[k + 2] + shift[2];
      const length = Math.sqrt(x * x + y * y + z * z);
      if (length < NO_DIRECTION) {
        const way = this.wayOf(along);
        if (!way) {
          terms.fill(0, t, t + 6);
          continue;
        }
        [x, y, z] = way;
      }
      const b = form(e, x, y, z);
      const w = Math.exp(-b / width) / b;
      const uk =
        u[0] * (e[0] * x + e[1] * y + e[2] * z) +
        u[1] * (e[3] * x + e[4] * y + e[5] * z) +
        u[2] * (e[6] * x + e[7] * y + e[8] * z);
      const slope = -2 * uk * w * (1 / b + 1 / width);
      terms[t] = 2 * u[0] * x * w + x * x * slope;
      terms[t + 1] = 2 * u[1] * y * w + y * y * slope;
      terms[t + 2] = 2 * u[2] * z * w + z * z * slope;
      terms[t + 3] = (u[1] * z + u[2] * y) * w + y * z * slope;
      terms[t + 4] = (u[0] * z + u[2] * x) * w + x * z * slope;
      terms[t + 5] = (u[0] * y + u[1] * x) * w + x * y * slope;
    }
    this.sumOwn();
  }

  /** Sums the terms of a pair i >= j into `block`. */
  private setBlock(i: number, j: number): void {
    if (i !== j) this.addUp(((i * (i - 1)) / 2 + j) * (this.lattice.length / 3));
    else this.setOwn();
  }

  /** Of different atoms, with their phases from `at` on. */
  private addUp(at: number): void {
    const { terms, cos, sin, block } = this;
    const g = this.lattice.length / 3;
    let [xx, yy, zz, yz, xz, xy] = [0, 0, 0, 0, 0, 0];
    let [xxi, yyi, zzi, yzi, xzi, xyi] = [0, 0, 0, 0, 0, 0];
    for (let k = 0, t = 0; k < g; k++, t += 6) {
      const c = cos[at + k];
      const s = sin[at + k];
      xx += terms[t] * c;
      yy += terms[t + 1] * c;
      zz += terms[t + 2] * c;
      yz += terms[t + 3] * c;
      xz += terms[t + 4] * c;
      xy += terms[t + 5] * c;
      xxi += terms[t] * s;
      yyi += terms[t + 1] * s;
      zzi += terms[t + 2] * s;
      yzi += terms[t + 3] * s;
      xzi += terms[t + 4] * s;
      xyi += terms[t + 5] * s;
    }
    setTensor(block, 0, xx, yy, zz, yz, xz, xy);
    setTensor(block, 9, xxi, yyi, zzi, yzi, xzi, xyi);
  }

  /** Of an atom with its own images: no phases, and the same for all. */
  private setOwn(): void {
    const [xx, yy, zz, yz, xz, xy] = this.own;
    setTensor(this.block, 0, xx, yy, zz, yz, xz, xy);
    this.block.fill(0, 9);
  }

  private sumOwn(): void {
    const { terms, own } = this;
    own.fill(0);
    for (let t = 0; t < terms.length; t += 6) for (let c = 0; c < 6; c++) own[c] += terms[t + c];
  }

  /** Adds Z_i^T X Z_j of the block X, less the balance of an atom with itself. */
  private book(
    i: number,
    j: number,
    scale: number,
    out: Float64Array,
    to: number,
    balance?: Float64Array,
  ): void {
    const { polar, block, n } = this;
    const z = polar.charges;
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) {
        let re = 0;
        let im = 0;
        for (let k = 0; k < 3; k++) {
          for (let l = 0; l < 3; l++) {
            const charge = z[9 * i + 3 * k + a] * z[9 * j + 3 * l + b];
            re += charge * block[3 * k + l];
            im += charge * block[9 + 3 * k + l];
          }
        }
        if (i === j && balance) re -= balance[9 * i + 3 * a + b];
        const at = to + 2 * ((3 * i + a) * 3 * n + 3 * j + b);
        out[at] += scale * re;
        out[at + 1] += scale * im;
      }
    }
  }

  /** [n][9] symmetric part of the sum of an atom's blocks with all atoms at q = 0. */
  private balances(): Float64Array {
    const { n } = this;
    const all = new Float64Array(18 * n * n);
    const sums = new Float64Array(9 * n);
    this.setTerms([0, 0, 0], 0);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        this.setBlock(i, j);
        this.book(i, j, 1, all, 0);
      }
    }
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        for (let a = 0; a < 3; a++) {
          for (let b = 0; b < 3; b++) {
            // Above the diagonal stands the conjugate transpose of what is below.
            const [row, column] = j <= i ? [3 * i + a, 3 * j + b] : [3 * j + b, 3 * i + a];
            const value = all[2 * (row * 3 * n + column)];
            sums[9 * i + 3 * a + b] += value / 2;
            sums[9 * i + 3 * b + a] += value / 2;
          }
        }
      }
    }
    return sums;
  }

  /** [3] of length 1, Cartesian; a direction of no length is none. */
  private wayOf(along?: ArrayLike<number>): [number, number, number] | undefined {
    if (!along) return undefined;
    const [x, y, z] = this.cartesian(along, 0);
    const length = Math.hypot(x, y, z);
    return length > 0 ? [x / length, y / length, z / length] : undefined;
  }

  private cartesian(q: ArrayLike<number>, from: number): [number, number, number] {
    return cartesian(this.reciprocal, q, from);
  }
}

function setTensor(
  out: Float64Array,
  at: number,
  xx: number,
  yy: number,
  zz: number,
  yz: number,
  xz: number,
  xy: number,
): void {
  out[at] = xx;
  out[at + 1] = out[at + 3] = xy;
  out[at + 2] = out[at + 6] = xz;
  out[at + 4] = yy;
  out[at + 5] = out[at + 7] = yz;
  out[at + 8] = zz;
}

/** [3] 1/A of fractions q. @param columns [9] the reciprocal lattice vectors as columns: the inverse of the cell */
export function cartesian(columns: Float64Array, q: ArrayLike<number>, at: number): [number, number, number] {
  const [a, b, c] = [q[at], q[at + 1], q[at + 2]];
  return [
    columns[0] * a + columns[1] * b + columns[2] * c,
    columns[3] * a + columns[4] * b + columns[5] * c,
    columns[6] * a + columns[7] * b + columns[8] * c,
  ];
}

/** @throws PhonolinkError */
export function checkPolar({ charges, dielectric }: PolarResponse, atoms: number): void {
  if (charges.length !== 9 * atoms) {
    throw new PhonolinkError(
      `there are Born effective charges of ${charges.length / 9} atoms, expected those of the ${atoms} of the primitive cell`,
    );
  }
  const finite = charges.every(Number.isFinite) && dielectric.every(Number.isFinite);
  const positive = [0, 4, 8].every((d) => dielectric[d] > 0);
  if (dielectric.length !== 9 || !finite || !positive) {
    throw new PhonolinkError(
      `the dielectric tensor is '${Array.from(dielectric).join(' ')}', expected nine finite numbers with a positive diagonal, and finite charges`,
    );
  }
}

function form(e: ArrayLike<number>, x: number, y: number, z: number): number {
  return (
    x * (e[0] * x + e[1] * y + e[2] * z) +
    y * (e[3] * x + e[4] * y + e[5] * z) +
    z * (e[6] * x + e[7] * y + e[8] * z)
  );
}

/** [g][3] reciprocal lattice vectors shorter than a cutoff in 1/A. */
function sphere(cell: Float64Array, reciprocal: Float64Array, cutoff: number): Float64Array {
  // A vector G = h a* + ... has the component h = G a along each lattice vector.
  const most = [0, 1, 2].map((k) =>
    Math.floor(cutoff * Math.hypot(cell[3 * k], cell[3 * k + 1], cell[3 * k + 2])),
  );
  const out: number[] = [];
  for (let h = -most[0]; h <= most[0]; h++) {
    for (let k = -most[1]; k <= most[1]; k++) {
      for (let l = -most[2]; l <= most[2]; l++) {
        const g = cartesian(reciprocal, [h, k, l], 0);
        if (Math.hypot(...g) < cutoff) out.push(...g);
      }
    }
  }
  return Float64Array.from(out);
}
