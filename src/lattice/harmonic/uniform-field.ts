import { inverse, volume } from '../../model/cell.js';
import type { PolarResponse } from '../../model/polar.js';
import type { Structure } from '../../model/structure.js';
import { COULOMB } from '../../model/units.js';
import type { ShortestVectors } from '../shortest-vectors.js';
import { cartesian, checkPolar, NO_DIRECTION } from './dipoles.js';
import { gatherLatticeSum, type LatticeSum } from './lattice-sum.js';
import { LatticePhases } from './phases.js';

/**
 * The field of the displaced atoms as Wang et al. take it, J. Phys.: Condens. Matter 22, 202201 (2010): force
 * constants (q Z_i)(q Z_j) / (q eps q) that are the same for all pairs of a supercell, summed over it like any others.
 */
export class UniformField {
  /** Sums of 1 over the images: 1 at q = 0, 0 at the other wave vectors of the supercell */
  readonly counts: LatticeSum;
  private readonly phases: LatticePhases;
  private readonly reciprocal: Float64Array;
  readonly scale: number;
  /** [n][3] q Z_i, and its derivative */
  private readonly charges: Float64Array;
  private readonly slopes: Float64Array;

  /** @throws PhonolinkError where charges or dielectric tensor do not go with the cell */
  constructor(
    private readonly primitive: Structure,
    readonly polar: PolarResponse,
    shortest: ShortestVectors,
  ) {
    checkPolar(polar, primitive.count);
    const cells = shortest.primitiveAtom.length / primitive.count;
    this.counts = gatherLatticeSum(shortest, 1, (_i, _k, block) => {
      block[0] = 1 / cells;
    });
    this.phases = new LatticePhases(this.counts.vectors);
    this.reciprocal = inverse(primitive.cell);
    this.scale = ((polar.factor ?? COULOMB) * 4 * Math.PI) / volume(primitive.cell);
    this.charges = new Float64Array(3 * primitive.count);
    this.slopes = new Float64Array(3 * primitive.count);
  }

  /**
   * Adds the field's part to a matrix without the phases of the atoms' places; its lower triangle. As
   * `DipoleSum.add`.
   */
  add(
    q: ArrayLike<number>,
    from: number,
    weights: Float64Array,
    out: Float64Array,
    to: number,
    along?: ArrayLike<number>,
  ): void {
    const n = this.primitive.count;
    const inverseForm = this.setCharges(q, from, along);
    if (inverseForm === 0) return;
    this.phases.set(q, from);
    for (let i = 0, pair = 0; i < n; i++) {
      for (let j = 0; j <= i; j++, pair++) {
        const scale = this.scale * weights[i] * weights[j] * inverseForm;
        const [re, im] = this.count(pair);
        for (let a = 0; a < 3; a++) {
          for (let b = 0; b < 3; b++) {
            const at = to + 2 * ((3 * i + a) * 3 * n + 3 * j + b);
            const value = scale * this.charges[3 * i + a] * this.charges[3 * j + b];
            out[at] += value * re;
            out[at + 1] += value * im;
          }
        }
      }
    }
  }

  /** The same for the derivative along a Cartesian direction [3], per 1/A of q; q is not to be zero. */
  addGradient(
    q: ArrayLike<number>,
    from: number,
    axis: ArrayLike<number>,
    weights: Float64Array,
    out: Float64Array,
    to: number,
    along?: ArrayLike<number>,
  ): void {
    const n = this.primitive.count;
    const inverseForm = this.setCharges(q, from, along);
    if (inverseForm === 0) return;
    const { charges, slopes, polar } = this;
    const e = polar.dielectric;
    const way = cartesian(this.reciprocal, along ?? q, along ? 0 : from);
    let slopeOfForm = 0;
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) slopeOfForm += (e[3 * a + b] + e[3 * b + a]) * axis[a] * way[b];
    }
    this.project(axis, slopes);
    this.phases.set(q, from);
    for (let i = 0, pair = 0; i < n; i++) {
      for (let j = 0; j <= i; j++, pair++) {
        const scale = this.scale * weights[i] * weights[j] * inverseForm;
        const [re, im] = this.count(pair);
        const [slopeRe, slopeIm] = this.countSlope(pair, axis);
        for (let a = 0; a < 3; a++) {
          for (let b = 0; b < 3; b++) {
            const at = to + 2 * ((3 * i + a) * 3 * n + 3 * j + b);
            const [p, q] = [3 * i + a, 3 * j + b];
            const value = scale * charges[p] * charges[q];
            const slope =
              scale * (slopes[p] * charges[q] + charges[p] * slopes[q]) - value * slopeOfForm * inverseForm;
            out[at] += slope * re + value * slopeRe;
            out[at + 1] += slope * im + value * slopeIm;
          }
        }
      }
    }
  }

  /** Sets q Z; 1 / (q eps q), or 0 where q has no direction. */
  private setCharges(q: ArrayLike<number>, from: number, along?: ArrayLike<number>): number {
    const e = this.polar.dielectric;
    const [x, y, z] = along ? cartesian(this.reciprocal, along, 0) : cartesian(this.reciprocal, q, from);
    if (Math.hypot(x, y, z) < NO_DIRECTION) return 0;
    this.project([x, y, z], this.charges);
    return (
      1 /
      (x * (e[0] * x + e[1] * y + e[2] * z) +
        y * (e[3] * x + e[4] * y + e[5] * z) +
        z * (e[6] * x + e[7] * y + e[8] * z))
    );
  }

  private project(v: ArrayLike<number>, out: Float64Array): void {
    const z = this.polar.charges;
    for (let i = 0, at = 0; at < out.length; i += 9) {
      for (let a = 0; a < 3; a++, at++) out[at] = v[0] * z[i + a] + v[1] * z[i + 3 + a] + v[2] * z[i + 6 + a];
    }
  }

  private count(pair: number): [number, number] {
    const { even, odd, columns } = this.counts;
    const { cos, sin } = this.phases;
    let re = 0;
    let im = 0;
    for (let s = 0, at = pair; s < cos.length; s++, at += columns) {
      re += even[at] * cos[s];
      im += odd[at] * sin[s];
    }
    return [re, im];
  }

  private countSlope(pair: number, axis: ArrayLike<number>): [number, number] {
    const { even, odd, columns, vectors } = this.counts;
    const { cos, sin } = this.phases;
    const { cell } = this.primitive;
    let re = 0;
    let im = 0;
    for (let s = 0, at = pair; s < cos.length; s++, at += columns) {
      let length = 0;
      for (let c = 0; c < 3; c++) {
        for (let k = 0; k < 3; k++) length += vectors[3 * s + k] * cell[3 * k + c] * axis[c];
      }
      re -= length * even[at] * sin[s];
      im += length * odd[at] * cos[s];
    }
    return [2 * Math.PI * re, 2 * Math.PI * im];
  }
}
