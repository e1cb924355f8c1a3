import { inverse, rowsTimes } from '../../model/cell.js';
import type { ForceConstants } from '../../model/force-constants.js';
import type { PhononCells } from '../../model/phonon-cells.js';
import type { PolarResponse } from '../../model/polar.js';
import { type ShortestVectors, shortestVectors } from '../shortest-vectors.js';
import { rowsOfPrimitive } from './constant-rows.js';
import { DipoleSum } from './dipoles.js';
import { gatherLatticeSum, type LatticeSum } from './lattice-sum.js';
import { LatticePhases } from './phases.js';
import { shortRangeConstants } from './short-range.js';
import { UniformField } from './uniform-field.js';

/**
 * Dynamical matrices in phonopy's convention:
 * D_ij(q) = sum_k Phi(i, k) / sqrt(m_i m_j) exp(2 pi i q (r_k - r_i)) over the supercell's copies k of atom j, of which
 * the nearest images count, in equal shares where there are several; the Hermitian part of it.
 *
 * Everything that does not depend on q is done beforehand, and no call allocates: meshes are many calls. An object is
 * not to be used by two callers at a time. `MatrixBatch` does the same for many q points on the threads of a device.
 */
export class DynamicalMatrix {
  /** 3 n */
  readonly size: number;
  /** [n] u, of the primitive cell */
  readonly masses: Float64Array;
  /** [9] A */
  readonly cell: Float64Array;
  readonly isPolar: boolean;
  /** Of force constants over the root of the masses, without what the dipoles' sum has */
  readonly sum: LatticeSum;
  /** [n][3] fractions of the primitive cell, and A */
  readonly fractional: Float64Array;
  readonly positions: Float64Array;
  /** [m][3] A, of the sum's vectors */
  readonly lattice: Float64Array;
  /** [n] 1/sqrt(m) */
  readonly weights: Float64Array;
  /** The field of the displaced ions, by one method or the other */
  readonly dipoles?: DipoleSum;
  readonly field?: UniformField;
  private readonly n: number;
  private readonly phases: LatticePhases;
  /** [n] exp(2 pi i q r) */
  private readonly placeRe: Float64Array;
  private readonly placeIm: Float64Array;
  /** [columns] */
  private readonly re: Float64Array;
  private readonly im: Float64Array;
  private readonly slopeRe: Float64Array;
  private readonly slopeIm: Float64Array;

  /**
   * @param polar what corrects for the field of the displaced ions: Gonze and Lee's method where it names none
   * @throws PhonolinkError where the force constants are not those of the supercell, or lack rows
   */
  constructor(cells: PhononCells, constants: ForceConstants, polar?: PolarResponse) {
    const { primitive } = cells;
    this.n = primitive.count;
    this.size = 3 * this.n;
    this.masses = primitive.masses;
    this.cell = primitive.cell;
    this.isPolar = polar !== undefined;
    this.positions = primitive.positions;
    this.fractional = rowsTimes(primitive.positions, inverse(primitive.cell));
    this.weights = primitive.masses.map((mass) => 1 / Math.sqrt(mass));
    const shortest = shortestVectors(cells);
    if (polar?.method === 'wang') this.field = new UniformField(primitive, polar, shortest);
    else if (polar) this.dipoles = new DipoleSum(primitive, polar);
    const own = this.dipoles ? shortRangeConstants(cells, constants, shortest, this.dipoles) : constants;
    this.sum = weighted(cells, own, shortest, this.weights);
    this.phases = new LatticePhases(this.sum.vectors);
    this.lattice = rowsTimes(this.sum.vectors, primitive.cell);
    this.placeRe = new Float64Array(this.n);
    this.placeIm = new Float64Array(this.n);
    const { columns } = this.sum;
    this.re = new Float64Array(columns);
    this.im = new Float64Array(columns);
    this.slopeRe = new Float64Array(columns);
    this.slopeIm = new Float64Array(columns);
  }

  /**
   * The matrix at one q point, eV/A^2/u.
   * @param points [..][3] fractions of the primitive cell's reciprocal vectors
   * @param point which of them
   * @param out [..][3n][3n][2] real and imaginary parts
   * @param place which of its matrices
   * @param along [3] fractions: at Gamma of a polar crystal the direction from which it is approached; without one
   *   there is no field
   */
  evaluate(
    points: ArrayLike<number>,
    point: number,
    out: Float64Array,
    place = 0,
    along?: ArrayLike<number>,
  ): void {
    const { size, weights } = this;
    const to = 2 * size * size * place;
    this.phases.set(points, 3 * point);
    this.setPlaces(points, 3 * point);
    this.addUp();
    if (!this.field) {
      this.writePlaced(out, to);
      this.dipoles?.add(points, 3 * point, weights, out, to, along);
    } else {
      this.writeBare(this.re, this.im, out, to);
      this.field.add(points, 3 * point, weights, out, to, along);
      this.rotate(out, to);
    }
    mirror(out, to, size);
  }

  /**
   * The matrix's derivatives along a Cartesian direction, eV/A/u: per 1/A of q without 2 pi. As `evaluate`.
   * @param axis [3]
   */
  evaluateGradient(
    points: ArrayLike<number>,
    point: number,
    axis: ArrayLike<number>,
    out: Float64Array,
    place = 0,
    along?: ArrayLike<number>,
  ): void {
    const { size, weights } = this;
    const to = 2 * size * size * place;
    this.phases.set(points, 3 * point);
    this.setPlaces(points, 3 * point);
    this.addUp();
    this.addUpSlopes(axis);
    if (!this.field) {
      this.addTurns(axis);
      this.writeBare(this.slopeRe, this.slopeIm, out, to);
      this.rotate(out, to);
      this.dipoles?.addGradient(points, 3 * point, axis, weights, out, to, along);
    } else {
      // The field's part too is a sum over images, and takes its share of the phases' derivative.
      const whole = new Float64Array(2 * size * size);
      this.writeBare(this.re, this.im, whole, 0);
      this.field.add(points, 3 * point, weights, whole, 0, along);
      this.writeBare(this.slopeRe, this.slopeIm, out, to);
      this.field.addGradient(points, 3 * point, axis, weights, out, to, along);
      this.addTurnsOf(whole, axis, out, to);
      this.rotate(out, to);
    }
    mirror(out, to, size);
  }

  private setPlaces(points: ArrayLike<number>, at: number): void {
    const { fractional: x, placeRe, placeIm } = this;
    for (let i = 0, a = 0; i < this.n; i++, a += 3) {
      const turns = 2 * Math.PI * (points[at] * x[a] + points[at + 1] * x[a + 1] + points[at + 2] * x[a + 2]);
      placeRe[i] = Math.cos(turns);
      placeIm[i] = Math.sin(turns);
    }
  }

  /** Sums over lattice vectors, without the phases of the atoms' places. */
  private addUp(): void {
    const { re, im } = this;
    const { even, odd, columns } = this.sum;
    const { cos, sin } = this.phases;
    re.fill(0);
    im.fill(0);
    for (let s = 0, at = 0; s < cos.length; s++, at += columns) {
      const [c, d] = [cos[s], sin[s]];
      for (let k = 0; k < columns; k++) {
        re[k] += c * even[at + k];
        im[k] += d * odd[at + k];
      }
    }
  }

  private addUpSlopes(axis: ArrayLike<number>): void {
    const { slopeRe, slopeIm, lattice } = this;
    const { even, odd, columns } = this.sum;
    const { cos, sin } = this.phases;
    slopeRe.fill(0);
    slopeIm.fill(0);
    for (let s = 0, at = 0; s < cos.length; s++, at += columns) {
      const length =
        2 *
        Math.PI *
        (lattice[3 * s] * axis[0] + lattice[3 * s + 1] * axis[1] + lattice[3 * s + 2] * axis[2]);
      const [c, d] = [length * cos[s], -length * sin[s]];
      for (let k = 0; k < columns; k++) {
        slopeRe[k] += d * even[at + k];
        slopeIm[k] += c * odd[at + k];
      }
    }
  }

  /** What the phases exp(2 pi i q (r_j - r_i)) add to the slopes. */
  private addTurns(axis: ArrayLike<number>): void {
    const { slopeRe, slopeIm, re, im, n } = this;
    for (let i = 0, pair = 0; i < n; i++) {
      for (let j = 0; j <= i; j++, pair += 9) {
        const turn = this.turn(i, j, axis);
        for (let k = pair; k < pair + 9; k++) {
          slopeRe[k] -= turn * im[k];
          slopeIm[k] += turn * re[k];
        }
      }
    }
  }

  private addTurnsOf(whole: Float64Array, axis: ArrayLike<number>, out: Float64Array, to: number): void {
    const { n, size } = this;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        const turn = this.turn(i, j, axis);
        for (let k = 0; k < 9; k++) {
          const at = 2 * ((3 * i + Math.floor(k / 3)) * size + 3 * j + (k % 3));
          out[to + at] -= turn * whole[at + 1];
          out[to + at + 1] += turn * whole[at];
        }
      }
    }
  }

  private turn(i: number, j: number, axis: ArrayLike<number>): number {
    const { positions: r } = this;
    let length = 0;
    for (let c = 0; c < 3; c++) length += axis[c] * (r[3 * j + c] - r[3 * i + c]);
    return 2 * Math.PI * length;
  }

  private writePlaced(out: Float64Array, to: number): void {
    this.writeBare(this.re, this.im, out, to);
    this.rotate(out, to);
  }

  /** The lower triangle from blocks of pairs. */
  private writeBare(re: Float64Array, im: Float64Array, out: Float64Array, to: number): void {
    const { n, size } = this;
    for (let i = 0, k = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        for (let a = 0; a < 3; a++) {
          const at = to + 2 * ((3 * i + a) * size + 3 * j);
          for (let b = 0; b < 6; b += 2, k++) {
            out[at + b] = re[k];
            out[at + b + 1] = im[k];
          }
        }
      }
    }
  }

  /** Gives the blocks below the diagonal the phases of the atoms' places. */
  private rotate(out: Float64Array, to: number): void {
    const { n, size, placeRe, placeIm } = this;
    for (let i = 1; i < n; i++) {
      for (let j = 0; j < i; j++) {
        const c = placeRe[i] * placeRe[j] + placeIm[i] * placeIm[j];
        const s = placeRe[i] * placeIm[j] - placeIm[i] * placeRe[j];
        for (let a = 0; a < 3; a++) {
          const at = to + 2 * ((3 * i + a) * size + 3 * j);
          for (let b = at; b < at + 6; b += 2) {
            const [x, y] = [out[b], out[b + 1]];
            out[b] = x * c - y * s;
            out[b + 1] = x * s + y * c;
          }
        }
      }
    }
  }
}

/** Fills what is above the diagonal of a Hermitian matrix, and makes the diagonal real. */
function mirror(out: Float64Array, to: number, size: number): void {
  for (let i = 0; i < size; i++) {
    out[to + 2 * (i * size + i) + 1] = 0;
    for (let j = 0; j < i; j++) {
      const at = to + 2 * (i * size + j);
      const turned = to + 2 * (j * size + i);
      out[turned] = out[at];
      out[turned + 1] = -out[at + 1];
    }
  }
}

function weighted(
  cells: PhononCells,
  constants: ForceConstants,
  shortest: ShortestVectors,
  weights: Float64Array,
): LatticeSum {
  const { values, count } = constants;
  const rows = rowsOfPrimitive(cells, constants);
  const { primitiveAtom } = shortest;
  return gatherLatticeSum(shortest, 3, (i, k, block) => {
    const at = 9 * (rows[i] * count + k);
    const weight = weights[i] * weights[primitiveAtom[k]];
    for (let c = 0; c < 9; c++) block[c] = weight * values[at + c];
  });
}
