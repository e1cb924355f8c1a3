import { atomicNumber } from '../../model/elements.js';
import type { NeighbourList } from '../../neighbours/list.js';
import type { Evaluation } from '../potential.js';
import { type BondFunctions, bondFunctions, type RadialMode } from './bond-functions.js';
import { coreFade } from './core-fade.js';
import { embed } from './embedding.js';
import { createHarmonics, type Harmonics, harmonicIndex } from './harmonics.js';
import type { AceFunction, AceParameters } from './parameters.js';
import { descriptorWidth, type Products, projections } from './projections.js';

/**
 * ACE in plain f64 TypeScript, equation by equation (Lysogorskiy et al., npj Comput. Mater. 7, 97, 2021, algorithms 1 to
 * 3): the answer that faster backends are tested against.
 */
export interface PlainAce {
  readonly parameters: AceParameters;
  /** [s * s] */
  readonly bonds: readonly BondFunctions[];
  /** Room of the atomic base: [s][nMax][components] */
  readonly nMax: number;
  readonly lMax: number;
  readonly harmonics: Harmonics;
}

export function createPlainAce(parameters: AceParameters, mode: RadialMode): PlainAce {
  const { bonds, species, inner, splineStep } = parameters;
  const nuclei = species.map((symbol) => atomicNumber(symbol));
  const lMax = Math.max(...bonds.map((bond) => bond.lMax));
  return {
    parameters,
    bonds: bonds.map((bond, pair) => {
      const centre = Math.floor(pair / species.length);
      const neighbour = pair % species.length;
      return bondFunctions(bond, inner, [nuclei[centre], nuclei[neighbour]], mode, splineStep);
    }),
    nMax: Math.max(...bonds.map((bond) => bond.radialCount)),
    lMax,
    harmonics: createHarmonics(lMax),
  };
}

/** What an atom's neighbours make of it, and what is needed on the way back. */
interface Surroundings {
  readonly base: AtomicBase;
  readonly neighbours: readonly Neighbour[];
  /** Sum of the core repulsions, eV */
  readonly core: number;
}

interface AtomicBase {
  /** [s][kMax] sums of g_k, of rank 1 */
  readonly pair: Float64Array;
  /** [s][nMax][components] A_nlm, m >= 0 */
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

interface Neighbour {
  readonly owner: number;
  readonly kind: number;
  readonly vector: readonly [number, number, number];
  readonly r: number;
  readonly bond: ReturnType<BondFunctions['at']>;
}

/** Energies, forces and virials of the atoms in `list`. `kinds` [n] index the model's species. */
export function evaluatePlain(model: PlainAce, kinds: Int32Array, list: NeighbourList): Evaluation {
  const energies = new Float64Array(list.count);
  const forces = new Float64Array(3 * list.count);
  const virials = new Float64Array(9 * list.count);
  for (let i = 0; i < list.count; i++) {
    const around = surroundings(model, kinds, list, i);
    const slopes = emptyBase(model);
    const { energy, coreSlope, nearest } = energyOf(model, kinds[i], around, slopes);
    energies[i] = energy;
    for (const neighbour of around.neighbours) {
      const f = gradient(model, neighbour, slopes);
      const { owner: j, vector, r, bond } = neighbour;
      const along =
        (coreSlope * bond.core.slope + (neighbour === nearest?.neighbour ? nearest.slope : 0)) / r;
      for (let a = 0; a < 3; a++) {
        f[a] += along * vector[a];
        forces[3 * i + a] += f[a];
        forces[3 * j + a] -= f[a];
      }
      for (let a = 0; a < 3; a++) for (let b = 0; b < 3; b++) virials[9 * j + 3 * a + b] -= vector[a] * f[b];
    }
  }
  return { energies, forces, virials };
}

/**
 * Values [n * width] of the functions that describe each atom. Atoms whose species has fewer are padded with zeros.
 */
export function describePlain(
  model: PlainAce,
  kinds: Int32Array,
  list: NeighbourList,
): { width: number; values: Float64Array } {
  const { parameters } = model;
  const sets = parameters.species.map((_, kind) => projections(parameters, kind));
  const width = descriptorWidth(parameters);
  const values = new Float64Array(list.count * width);
  for (let i = 0; i < list.count; i++) {
    const { base } = surroundings(model, kinds, list, i);
    sets[kinds[i]].forEach((f, k) => {
      for (let product = 0; product < f.weights.length; product++)
        values[i * width + k] += f.weights[product] * realProduct(model, base, f, product);
    });
  }
  return { width, values };
}

function emptyBase({ parameters, nMax, lMax }: PlainAce): AtomicBase {
  const species = parameters.species.length;
  const size = species * nMax * harmonicIndex(lMax + 1, 0);
  return {
    pair: new Float64Array(species * mostBase(parameters)),
    real: new Float64Array(size),
    imaginary: new Float64Array(size),
  };
}

function mostBase({ bonds }: AceParameters): number {
  return Math.max(...bonds.map((bond) => bond.baseCount));
}

function surroundings(
  model: PlainAce,
  kinds: Int32Array,
  { points, owners, first, neighbours: list }: NeighbourList,
  i: number,
): Surroundings {
  const { parameters, bonds, harmonics } = model;
  const species = parameters.species.length;
  const kMax = mostBase(parameters);
  const base = emptyBase(model);
  const neighbours: Neighbour[] = [];
  let core = 0;
  for (let p = first[i]; p < first[i + 1]; p++) {
    const j = list[p];
    const kind = kinds[owners[j]];
    const pair = kinds[i] * species + kind;
    const x = points[3 * j] - points[3 * i];
    const y = points[3 * j + 1] - points[3 * i + 1];
    const z = points[3 * j + 2] - points[3 * i + 2];
    const r = Math.sqrt(x * x + y * y + z * z);
    const { cutoff, baseCount, radialCount, lMax } = parameters.bonds[pair];
    if (r >= cutoff) continue;
    const bond = bonds[pair].at(r);
    neighbours.push({ owner: owners[j], kind, vector: [x, y, z], r, bond });
    core += bond.core.value;
    for (let k = 0; k < baseCount; k++) base.pair[kind * kMax + k] += bond.base.values[k];
    harmonics.evaluate(x / r, y / r, z / r);
    for (let n = 0; n < radialCount; n++) {
      for (let l = 0; l <= lMax; l++) {
        const value = bond.radial.values[n * (lMax + 1) + l];
        for (let m = 0; m <= l; m++) {
          const at = baseIndex(model, kind, n, l, m);
          base.real[at] += value * harmonics.real[harmonicIndex(l, m)];
          base.imaginary[at] += value * harmonics.imaginary[harmonicIndex(l, m)];
        }
      }
    }
  }
  return { base, neighbours, core };
}

function baseIndex({ nMax, lMax }: PlainAce, kind: number, n: number, l: number, m: number): number {
  return (kind * nMax + n) * harmonicIndex(lMax + 1, 0) + harmonicIndex(l, m);
}

/** A factor of a product: A_nlm, or by (-1)^m conj(A_nl|m|) where m is negative. */
function factor(model: PlainAce, base: AtomicBase, f: Products, product: number, t: number) {
  const m = f.m[product * f.rank + t];
  const at = baseIndex(model, f.species[t], f.n[t] - 1, f.l[t], Math.abs(m));
  const sign = m < 0 && m % 2 !== 0 ? -1 : 1;
  return {
    at,
    sign,
    flip: m < 0 ? -1 : 1,
    real: sign * base.real[at],
    imaginary: sign * (m < 0 ? -1 : 1) * base.imaginary[at],
  };
}

function realProduct(model: PlainAce, base: AtomicBase, f: Products, product: number): number {
  if (f.rank === 1) return base.pair[f.species[0] * mostBase(model.parameters) + f.n[0] - 1];
  let real = 1;
  let imaginary = 0;
  for (let t = 0; t < f.rank; t++) {
    const a = factor(model, base, f, product, t);
    [real, imaginary] = [real * a.real - imaginary * a.imaginary, real * a.imaginary + imaginary * a.real];
  }
  return real;
}

/** Energy of an atom, and its slopes by the atomic base (added to `slopes`: d/dRe and d/dIm) and by the core repulsion. */
function energyOf(model: PlainAce, kind: number, around: Surroundings, slopes: AtomicBase) {
  const { parameters } = model;
  const embedding = parameters.embeddings[kind];
  const functions = parameters.functions[kind];
  const { densities } = embedding;
  const rho = new Float64Array(densities);
  for (const f of functions) {
    const products = f.coefficients.length / densities;
    for (let product = 0; product < products; product++) {
      const value = realProduct(model, around.base, f, product);
      for (let p = 0; p < densities; p++) rho[p] += f.coefficients[product * densities + p] * value;
    }
  }
  const rhoSlopes = new Float64Array(densities);
  const expansion = embed(embedding, rho, rhoSlopes);
  const { energy, expansionSlope, coreSlope, nearest } = coreFade(
    parameters,
    kind,
    expansion,
    around.core,
    around.neighbours,
  );
  for (const f of functions) {
    const products = f.coefficients.length / densities;
    for (let product = 0; product < products; product++) {
      let weight = 0;
      for (let p = 0; p < densities; p++) weight += rhoSlopes[p] * f.coefficients[product * densities + p];
      addSlopes(model, around.base, f, product, weight * expansionSlope, slopes);
    }
  }
  return { energy: parameters.isolated[kind] + energy, coreSlope, nearest };
}

/** Adds weight * d Re(product) to the slopes by each of its factors. */
function addSlopes(
  model: PlainAce,
  base: AtomicBase,
  f: AceFunction,
  product: number,
  weight: number,
  slopes: AtomicBase,
): void {
  if (f.rank === 1) {
    slopes.pair[f.species[0] * mostBase(model.parameters) + f.n[0] - 1] += weight;
    return;
  }
  for (let t = 0; t < f.rank; t++) {
    let real = weight;
    let imaginary = 0;
    for (let u = 0; u < f.rank; u++) {
      if (u === t) continue;
      const a = factor(model, base, f, product, u);
      [real, imaginary] = [real * a.real - imaginary * a.imaginary, real * a.imaginary + imaginary * a.real];
    }
    // Re((real + i imaginary) sign (Re A + i flip Im A))
    const { at, sign, flip } = factor(model, base, f, product, t);
    slopes.real[at] += sign * real;
    slopes.imaginary[at] -= sign * flip * imaginary;
  }
}

/** dE_i/dr_ij through the atomic base, eV/A. */
function gradient(
  model: PlainAce,
  { kind, vector, r, bond }: Neighbour,
  slopes: AtomicBase,
): [number, number, number] {
  const { harmonics, parameters } = model;
  const { lMax, radialCount } = bond;
  const unit = vector.map((v) => v / r);
  harmonics.evaluate(unit[0], unit[1], unit[2]);
  const kMax = mostBase(parameters);
  let along = 0;
  bond.base.slopes.forEach((slope, k) => {
    along += slopes.pair[kind * kMax + k] * slope;
  });
  const across = [0, 0, 0];
  for (let n = 0; n < radialCount; n++) {
    for (let l = 0; l <= lMax; l++) {
      const value = bond.radial.values[n * (lMax + 1) + l] / r;
      const slope = bond.radial.slopes[n * (lMax + 1) + l];
      for (let m = 0; m <= l; m++) {
        const at = baseIndex(model, kind, n, l, m);
        const lm = harmonicIndex(l, m);
        const wr = slopes.real[at];
        const wi = slopes.imaginary[at];
        along += slope * (wr * harmonics.real[lm] + wi * harmonics.imaginary[lm]);
        for (let a = 0; a < 3; a++) {
          across[a] +=
            value * (wr * harmonics.realSlopes[3 * lm + a] + wi * harmonics.imaginarySlopes[3 * lm + a]);
        }
      }
    }
  }
  return [0, 1, 2].map((a) => along * unit[a] + across[a]) as [number, number, number];
}
