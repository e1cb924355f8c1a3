import type { NeighbourList } from '../../neighbours/list.js';
import type { Evaluation } from '../potential.js';
import type { TrainedMtp } from './parameters.js';
import { createRadialBasis, type RadialBasis, repulsion } from './radial.js';

/** MTP in plain f64 TypeScript, equation by equation: the answer that the kernels are tested against. */
export interface PlainMtp {
  readonly parameters: TrainedMtp;
  readonly basis: RadialBasis;
}

export function createPlainMtp(parameters: TrainedMtp): PlainMtp {
  return { parameters, basis: createRadialBasis(parameters.radial) };
}

/** Energies, forces and virials of the atoms in `list`; `kinds` [n] index the model's species. */
export function evaluatePlain(model: PlainMtp, kinds: Int32Array, list: NeighbourList): Evaluation {
  const { radial, basis, speciesCoefficients, momentCoefficients } = model.parameters;
  const energies = new Float64Array(list.count);
  const forces = new Float64Array(3 * list.count);
  const virials = new Float64Array(9 * list.count);
  const slopes = new Float64Array(basis.moments);
  for (let i = 0; i < list.count; i++) {
    const pairs = pairsOf(model, kinds, list, i);
    const moments = momentsOf(model, pairs);
    let energy = speciesCoefficients[kinds[i]];
    slopes.fill(0);
    basis.scalars.forEach((scalar, a) => {
      energy += momentCoefficients[a] * moments[scalar];
      slopes[scalar] = momentCoefficients[a];
    });
    backThroughProducts(basis.times, moments, slopes);
    for (const pair of pairs) {
      const [own, slope] = repulsion(radial, pair.r);
      energy += own;
      const gradient = pairGradient(basis.basic, slopes, pair);
      for (let c = 0; c < 3; c++) gradient[c] += slope * pair.u[c];
      book(i, pair, gradient, forces, virials);
    }
    energies[i] = energy;
  }
  return { energies, forces, virials };
}

/** [n][scalars] the basis functions B_a of each atom. */
export function describePlain(model: PlainMtp, kinds: Int32Array, list: NeighbourList): Float64Array {
  const { scalars } = model.parameters.basis;
  const values = new Float64Array(list.count * scalars.length);
  for (let i = 0; i < list.count; i++) {
    const moments = momentsOf(model, pairsOf(model, kinds, list, i));
    scalars.forEach((scalar, a) => {
      values[i * scalars.length + a] = moments[scalar];
    });
  }
  return values;
}

/** A neighbour within the cutoff. */
interface Pair {
  /** The atom that it is, or is an image of */
  readonly owner: number;
  /** A */
  readonly r: number;
  /** The unit vector to it */
  readonly u: readonly [number, number, number];
  /** [functions] f_mu(r), and derivatives */
  readonly values: Float64Array;
  readonly slopes: Float64Array;
}

function pairsOf({ parameters, basis }: PlainMtp, kinds: Int32Array, list: NeighbourList, i: number): Pair[] {
  const { radial, radialCoefficients, scaling = 1, species } = parameters;
  const { size, functions } = radial;
  const { points, owners, first, neighbours } = list;
  const pairs: Pair[] = [];
  const phi = new Float64Array(size);
  const dphi = new Float64Array(size);
  for (let at = first[i]; at < first[i + 1]; at++) {
    const j = neighbours[at];
    const [x, y, z] = [0, 1, 2].map((c) => points[3 * j + c] - points[3 * i + c]);
    const r = Math.hypot(x, y, z);
    if (!(r < radial.maximum)) continue;
    basis(r, phi, dphi);
    const owner = owners[j];
    const from = (kinds[i] * species.length + kinds[owner]) * functions * size;
    const values = new Float64Array(functions);
    const slopes = new Float64Array(functions);
    for (let mu = 0; mu < functions; mu++) {
      for (let k = 0; k < size; k++) {
        const coefficient = scaling * radialCoefficients[from + mu * size + k];
        values[mu] += coefficient * phi[k];
        slopes[mu] += coefficient * dphi[k];
      }
    }
    pairs.push({ owner, r, u: [x / r, y / r, z / r], values, slopes });
  }
  return pairs;
}

function momentsOf({ parameters }: PlainMtp, pairs: readonly Pair[]): Float64Array {
  const { basic, times, moments: count } = parameters.basis;
  const moments = new Float64Array(count);
  for (const { u, values } of pairs) {
    for (let b = 0; b < basic.length; b += 4)
      moments[b / 4] += values[basic[b]] * u[0] ** basic[b + 1] * u[1] ** basic[b + 2] * u[2] ** basic[b + 3];
  }
  for (let p = 0; p < times.length; p += 4)
    moments[times[p + 3]] += times[p + 2] * moments[times[p]] * moments[times[p + 1]];
  return moments;
}

/** From dU/dM of the scalars to that of all moments, last product first. */
function backThroughProducts(times: Int32Array, moments: Float64Array, slopes: Float64Array): void {
  for (let p = times.length - 4; p >= 0; p -= 4) {
    const [a, b] = [times[p], times[p + 1]];
    const slope = times[p + 2] * slopes[times[p + 3]];
    slopes[a] += slope * moments[b];
    slopes[b] += slope * moments[a];
  }
}

/** dU_i/dr_ij, eV/A. */
function pairGradient(basic: Int32Array, slopes: Float64Array, { r, u, values, slopes: radial }: Pair) {
  const [x, y, z] = u;
  let along = 0;
  const byUnit: [number, number, number] = [0, 0, 0];
  for (let b = 0; b < basic.length; b += 4) {
    const slope = slopes[b / 4];
    const [mu, p, q, s] = [basic[b], basic[b + 1], basic[b + 2], basic[b + 3]];
    along += slope * radial[mu] * x ** p * y ** q * z ** s;
    const weight = slope * values[mu];
    if (p > 0) byUnit[0] += weight * p * x ** (p - 1) * y ** q * z ** s;
    if (q > 0) byUnit[1] += weight * q * x ** p * y ** (q - 1) * z ** s;
    if (s > 0) byUnit[2] += weight * s * x ** p * y ** q * z ** (s - 1);
  }
  // du/dr = (1 - u u) / r
  const parallel = byUnit[0] * x + byUnit[1] * y + byUnit[2] * z;
  return byUnit.map((d, c) => along * u[c] + (d - parallel * u[c]) / r);
}

/** Newton's third law, and the virial on the neighbour (src/potentials/potential.ts). */
function book(i: number, pair: Pair, gradient: number[], forces: Float64Array, virials: Float64Array): void {
  const { owner, r, u } = pair;
  for (let a = 0; a < 3; a++) {
    forces[3 * i + a] += gradient[a];
    forces[3 * owner + a] -= gradient[a];
    for (let b = 0; b < 3; b++) virials[9 * owner + 3 * a + b] -= r * u[a] * gradient[b];
  }
}
