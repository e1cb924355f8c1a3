import type { Triplets } from '../../model/phonon-grid.js';
import { rowsOfPrimitive } from '../harmonic/constant-rows.js';
import { LatticePhases } from '../harmonic/phases.js';
import { type ShortestVectors, shortestVectors } from '../shortest-vectors.js';
import { type HomeShares, homeShares, LEGS } from './home-shares.js';
import {
  bandsOf,
  CUTOFF_FREQUENCY,
  checkSetup,
  type Interaction,
  type InteractionSetup,
  latticeVectors,
  placesAndWeights,
  strengthUnit,
} from './interaction-setup.js';

/**
 * Interaction strengths term by term, which define the answer (A. Togo, L. Chaput and I. Tanaka, Phys. Rev. B 91, 094306
 * (2015), the matrix elements of H_3):
 *
 * Phi = 1/sqrt(N) 1/3! sum over i a, j b, k c of A_ia(q0) A_jb(q1) A_kc(q2) sum over R_j, R_k of
 *   Phi_abc(0 i, R_j j, R_k k) exp(2 pi i (q1 R_j + q2 R_k)),
 * A_ia(q) = sqrt(hbar / (2 m_i omega)) e_ia exp(2 pi i q r_i).
 *
 * Atoms of the supercell are taken at their nearest images, in equal shares where there are several.
 */
export class PlainInteraction implements Interaction {
  private readonly n: number;
  private readonly rows: Int32Array;
  private readonly shortest: ShortestVectors;
  private readonly shares: HomeShares;
  private readonly phases: LatticePhases;
  private readonly atoms: ReturnType<typeof placesAndWeights>;

  /**
   * @throws UsageError where the parts do not belong together
   * @throws PhonolinkError where the force constants are not those of the supercell, or lack rows
   */
  constructor(private readonly setup: InteractionSetup) {
    checkSetup(setup);
    this.n = setup.cells.primitive.count;
    this.rows = rowsOfPrimitive(setup.cells, setup.constants);
    this.shortest = shortestVectors(setup.cells);
    this.shares = homeShares(this.shortest, setup.convention);
    this.phases = new LatticePhases(this.shortest.vectors);
    this.atoms = placesAndWeights(setup.cells);
  }

  at({ points }: Pick<Triplets, 'points'>, bands0?: ArrayLike<number>): Float64Array {
    const { grid, modes, cutoffFrequency = CUTOFF_FREQUENCY } = this.setup;
    const { bands, frequencies } = modes;
    const chosen = bandsOf(bands, bands0);
    const unit = strengthUnit(this.setup);
    const out = new Float64Array((points.length / 3) * chosen.length * bands * bands);
    for (let t = 0, at = 0; t < points.length; t += 3) {
      const three = points.subarray(t, t + 3);
      const element = this.reciprocal(three);
      const [e0, e1, e2] = Array.from(three, (p) => latticeVectors(grid, modes, this.atoms, p));
      for (const b0 of chosen) {
        const m = contracted(element, e0, b0, bands);
        for (let b1 = 0; b1 < bands; b1++) {
          const v = contracted(m, e1, b1, bands);
          for (let b2 = 0; b2 < bands; b2++, at++) {
            const [x, y, z] = [b0, b1, b2].map((b, k) => frequencies[three[k] * bands + b]);
            if (!(Math.min(x, y, z) > cutoffFrequency)) continue;
            const [re, im] = contracted(v, e2, b2, bands);
            out[at] = (unit * (re * re + im * im)) / (x * y * z);
          }
        }
      }
    }
    return out;
  }

  /** [3n][3n][3n][2] eV/A^3: force constants at (q0, q1, q2). */
  private reciprocal(points: Int32Array): Float64Array {
    const { n, rows, shortest, shares } = this;
    const { primitiveAtom } = shortest;
    const { count, values } = this.setup.constants;
    const strides = [9 * n * n, 3 * n, 1];
    const out = new Float64Array(2 * 27 * n ** 3);
    const phases = Array.from(points, (point) => this.phasesAt(point));
    for (const [leg, [h, x, y]] of LEGS.slice(0, shares.legs.length).entries()) {
      const [agreeing, others] = shares.legs[leg];
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < count; j++) {
          for (let k = 0; k < count; k++) {
            const share = shares.agreed[(i * count + j) * count + k] === 1 ? agreeing : others;
            if (share === 0) continue;
            const from = 27 * ((rows[i] * count + j) * count + k);
            const [p, q] = [2 * (i * count + j), 2 * (i * count + k)];
            const [a, b, c, d] = [phases[x][p], phases[x][p + 1], phases[y][q], phases[y][q + 1]];
            const re = share * (a * c - b * d);
            const im = share * (a * d + b * c);
            const to = 3 * (strides[h] * i + strides[x] * primitiveAtom[j] + strides[y] * primitiveAtom[k]);
            for (let axes = 0; axes < 27; axes++) {
              const [u, v, w] = [Math.floor(axes / 9), Math.floor(axes / 3) % 3, axes % 3];
              const at = 2 * (to + strides[h] * u + strides[x] * v + strides[y] * w);
              out[at] += values[from + axes] * re;
              out[at + 1] += values[from + axes] * im;
            }
          }
        }
      }
    }
    return out;
  }

  /** [n][N][2] mean of exp(2 pi i q R) over the nearest images of each atom, seen from each home atom. */
  private phasesAt(point: number): Float64Array {
    const { starts } = this.shortest;
    const { cos, sin } = this.phases;
    this.phases.set(this.setup.grid.points, 3 * point);
    const out = new Float64Array(2 * (starts.length - 1));
    for (let pair = 0; pair < starts.length - 1; pair++) {
      const [begin, end] = [starts[pair], starts[pair + 1]];
      for (let s = begin; s < end; s++) {
        out[2 * pair] += cos[s] / (end - begin);
        out[2 * pair + 1] += sin[s] / (end - begin);
      }
    }
    return out;
  }
}

/** Sum over the first index of a tensor of complex pairs with vector `band` of those of latticeVectors. */
function contracted(tensor: Float64Array, vectors: Float64Array, band: number, size: number): Float64Array {
  const out = new Float64Array(tensor.length / size);
  for (let i = 0, at = 0; i < size; i++) {
    const re = vectors[band * size + i];
    const im = vectors[(size + band) * size + i];
    for (let k = 0; k < out.length; k += 2, at += 2) {
      out[k] += re * tensor[at] - im * tensor[at + 1];
      out[k + 1] += re * tensor[at + 1] + im * tensor[at];
    }
  }
  return out;
}
