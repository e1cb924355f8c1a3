import { erfc } from '../../math/erfc.js';
import { determinant } from '../../model/cell.js';
import { PhonolinkError } from '../../model/errors.js';
import type { NeighbourList } from '../../neighbours/list.js';
import { NEP_COULOMB, NEP_TWO_PI } from './constants.js';

/**
 * Electrostatics of charge models (qNEP): point charges that the network gives, split as Ewald did with
 * alpha = pi / r_c, r_c the radial cutoff. Mode 1 has the real-space part within r_c, the reciprocal one and the self
 * energy; mode 2 the reciprocal part alone; mode 3 the real-space part alone, shifted so that energy and force vanish
 * at r_c.
 *
 * The reciprocal sum ends at |k| < 2 pi alpha, so that energies jump as k vectors enter with a changing cell, and mode
 * 1 cuts erfc(alpha r)/r at r_c without a shift: forces and virials are those of NEP_CPU, and agree with
 * differences of the energy to 1e-6..1e-3 eV/A only.
 */
export interface Electrostatics {
  /** Adds to these: [n] eV, [3n] eV/A, [9n] eV */
  readonly energies: Float64Array;
  readonly forces: Float64Array;
  readonly virials: Float64Array;
  /** [n] eV/e, dE/dQ_i: what the charges' own dependence on the positions is multiplied with */
  readonly potentials: Float64Array;
}

export function addElectrostatics(
  mode: 1 | 2 | 3,
  cutoff: number,
  list: NeighbourList,
  cell: Float64Array,
  charges: Float64Array,
  out: Electrostatics,
): void {
  const alpha = Math.PI / cutoff;
  if (mode !== 3) addReciprocal(alpha, list, cell, charges, out);
  if (mode === 1) {
    addSelf(alpha, charges, out);
    addRealSpace(alpha, cutoff, 0, 0, list, charges, out);
  }
  if (mode === 3) {
    // erfc(alpha r)/r + A r + B with zero value and slope at r_c, where alpha r_c = pi.
    const a =
      erfc(Math.PI) / cutoff ** 2 + ((2 * alpha) / Math.sqrt(Math.PI)) * (Math.exp(-(Math.PI ** 2)) / cutoff);
    addRealSpace(alpha, cutoff, a, -erfc(Math.PI) / cutoff - a * cutoff, list, charges, out);
  }
}

/** E_i = -C alpha/sqrt(pi) Q_i^2, what the reciprocal part has too much. */
function addSelf(alpha: number, charges: Float64Array, out: Electrostatics): void {
  const factor = (NEP_COULOMB * alpha) / Math.sqrt(Math.PI);
  charges.forEach((charge, i) => {
    out.energies[i] -= factor * charge * charge;
    out.potentials[i] -= 2 * factor * charge;
  });
}

/** V(r) = C (erfc(alpha r)/r + a r + b) of all pairs, half to each atom; the virial stays with the centre. */
function addRealSpace(
  alpha: number,
  cutoff: number,
  a: number,
  b: number,
  list: NeighbourList,
  charges: Float64Array,
  out: Electrostatics,
): void {
  const { count, points, owners, first, neighbours } = list;
  for (let i = 0; i < count; i++) {
    for (let p = first[i]; p < first[i + 1]; p++) {
      const j = neighbours[p];
      const d = [0, 1, 2].map((c) => points[3 * j + c] - points[3 * i + c]);
      const r = Math.hypot(d[0], d[1], d[2]);
      if (r >= cutoff) continue;
      const other = charges[owners[j]];
      const decay = erfc(alpha * r) / r;
      const potential = NEP_COULOMB * (decay + a * r + b);
      const gauss = ((2 * alpha) / Math.sqrt(Math.PI)) * Math.exp(-alpha * alpha * r * r);
      // dV/dr / r of half the pair's energy: each pair is met from both ends.
      const half = -0.5 * NEP_COULOMB * charges[i] * other * ((decay + gauss) / (r * r) - a / r);
      out.energies[i] += 0.5 * charges[i] * other * potential;
      out.potentials[i] += other * potential;
      for (let u = 0; u < 3; u++) {
        out.forces[3 * i + u] += 2 * half * d[u];
        for (let v = 0; v < 3; v++) out.virials[9 * i + 3 * u + v] -= d[u] * half * d[v];
      }
    }
  }
}

/**
 * E_i = C sum_k (2 pi/V) exp(-k^2/4 alpha^2)/k^2 Q_i Re(S_k exp(i k r_i)), S_k = sum_j Q_j exp(-i k r_j), over all k
 * within the sphere; k and -k are taken together.
 */
function addReciprocal(
  alpha: number,
  list: NeighbourList,
  cell: Float64Array,
  charges: Float64Array,
  out: Electrostatics,
): void {
  const n = list.count;
  const cosines = new Float64Array(n);
  const sines = new Float64Array(n);
  for (const { k, weight } of waveVectors(alpha, cell)) {
    const kSquare = k[0] ** 2 + k[1] ** 2 + k[2] ** 2;
    const factor = NEP_COULOMB * weight;
    const strain = 1 / (2 * alpha * alpha) + 2 / kSquare;
    let re = 0;
    let im = 0;
    for (let i = 0; i < n; i++) {
      const phase = k[0] * list.points[3 * i] + k[1] * list.points[3 * i + 1] + k[2] * list.points[3 * i + 2];
      cosines[i] = Math.cos(phase);
      sines[i] = Math.sin(phase);
      re += charges[i] * cosines[i];
      im -= charges[i] * sines[i];
    }
    for (let i = 0; i < n; i++) {
      const potential = factor * (re * cosines[i] - im * sines[i]);
      const energy = charges[i] * potential;
      const force = 2 * charges[i] * factor * (re * sines[i] + im * cosines[i]);
      out.energies[i] += energy;
      out.potentials[i] += 2 * potential;
      for (let u = 0; u < 3; u++) {
        out.forces[3 * i + u] += force * k[u];
        for (let v = 0; v < 3; v++)
          out.virials[9 * i + 3 * u + v] += energy * ((u === v ? 1 : 0) - strain * k[u] * k[v]);
      }
    }
  }
}

/** Half of the reciprocal vectors with |k| < 2 pi alpha, and (4 pi/V) exp(-k^2/4 alpha^2)/k^2 of each. */
function waveVectors(alpha: number, cell: Float64Array): { k: number[]; weight: number }[] {
  const volume = determinant(cell);
  if (volume === 0) {
    throw new PhonolinkError('this charge model sums over reciprocal space, but the cell has no volume', {
      hint: 'give the structure a cell with three vectors',
    });
  }
  const scale = NEP_TWO_PI / volume;
  const row = (i: number) => [cell[3 * i], cell[3 * i + 1], cell[3 * i + 2]];
  const b = [0, 1, 2].map((i) => cross(row((i + 1) % 3), row((i + 2) % 3)).map((x) => scale * x));
  // The planes of constant n_i are 2 pi / |a_i| apart, with |a_i| from the reciprocal vectors as they stand.
  const cellOfK = NEP_TWO_PI ** 3 / Math.abs(volume);
  const limit = [0, 1, 2].map((i) => {
    const area = cross(b[(i + 1) % 3], b[(i + 2) % 3]);
    return Math.trunc((alpha * NEP_TWO_PI * Math.hypot(area[0], area[1], area[2])) / cellOfK);
  });
  const found: { k: number[]; weight: number }[] = [];
  for (let n1 = 0; n1 <= limit[0]; n1++) {
    for (let n2 = n1 === 0 ? 0 : -limit[1]; n2 <= limit[1]; n2++) {
      for (let n3 = n1 === 0 && n2 === 0 ? 1 : -limit[2]; n3 <= limit[2]; n3++) {
        const k = [0, 1, 2].map((c) => n1 * b[0][c] + n2 * b[1][c] + n3 * b[2][c]);
        const kSquare = k[0] ** 2 + k[1] ** 2 + k[2] ** 2;
        if (kSquare >= (NEP_TWO_PI * alpha) ** 2) continue;
        const decay = Math.exp(-kSquare / (4 * alpha * alpha));
        found.push({ k, weight: (2 * Math.abs(scale) * decay) / kSquare });
      }
    }
  }
  return found;
}

function cross(a: readonly number[], b: readonly number[]): number[] {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
