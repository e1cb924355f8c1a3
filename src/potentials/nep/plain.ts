import type { NeighbourList } from '../../neighbours/list.js';
import type { Evaluation } from '../potential.js';
import { addElectrostatics } from './coulomb.js';
import {
  createDescriptorModel,
  type DescriptorModel,
  type Descriptors,
  describeAtoms,
  type PairVisitor,
  visitPairs,
} from './descriptors.js';
import { evaluateNetwork } from './network.js';
import type { NepNetwork, NepParameters } from './parameters.js';
import { dipole, polarizability } from './tensor.js';
import { type ZblPair, zblEnergy, zblPairs } from './zbl.js';

/**
 * NEP in plain f64 TypeScript, equation by equation: the answer that faster backends are tested against, and the
 * backend of the dialects that they leave out.
 */
export interface PlainNep {
  readonly parameters: NepParameters;
  readonly descriptor: DescriptorModel;
  readonly repulsion?: readonly ZblPair[];
}

export function createPlainNep(parameters: NepParameters): PlainNep {
  return {
    parameters,
    descriptor: createDescriptorModel(parameters),
    repulsion: parameters.zbl && zblPairs(parameters.zbl, parameters.species),
  };
}

/**
 * All that the model says of the atoms in `list`, whose cutoff is at least the model's. `kinds` [n] index the model's
 * species; the cell is that of the list.
 */
export function evaluatePlain(
  model: PlainNep,
  kinds: Int32Array,
  list: NeighbourList,
  cell: Float64Array,
): Evaluation {
  const { parameters, descriptor } = model;
  const described = describeAtoms(descriptor, kinds, list);
  if (parameters.predicts !== 'energy') {
    const main = applyNetworks(parameters.networks, parameters.bias, kinds, described);
    const tensor =
      parameters.predicts === 'dipole'
        ? dipole(descriptor, kinds, list, described, main.slopes)
        : polarizability(
            descriptor,
            kinds,
            list,
            described,
            main.slopes,
            scalarPart(model, kinds, described),
          );
    return {
      energies: new Float64Array(0),
      forces: new Float64Array(0),
      virials: new Float64Array(0),
      tensor,
    };
  }
  const { values: energies, slopes } = applyNetworks(parameters.networks, parameters.bias, kinds, described);
  const forces = new Float64Array(3 * list.count);
  const virials = new Float64Array(9 * list.count);
  const book = booking(forces, virials);
  const charged =
    parameters.chargeMode === 0
      ? {}
      : addCharges(model, kinds, list, cell, described, slopes, { energies, forces, virials });
  visitPairs(descriptor, kinds, list, described.moments, slopes, book);
  if (model.repulsion) addRepulsion(model, model.repulsion, kinds, list, energies, book);
  return { energies, forces, virials, ...charged };
}

/** Output of each atom's network [n], and its slopes [n][dimension] with respect to the scaled descriptor. */
function applyNetworks(
  networks: readonly NepNetwork[],
  bias: number,
  kinds: Int32Array,
  { q }: Descriptors,
  output: 'w1' | 'wCharge' = 'w1',
): { values: Float64Array; slopes: Float64Array } {
  const dimension = q.length / kinds.length;
  const values = new Float64Array(kinds.length);
  const slopes = new Float64Array(q.length);
  kinds.forEach((kind, i) => {
    const network = networks[kind];
    values[i] = evaluateNetwork(
      network,
      bias + (output === 'w1' ? network.bias : 0),
      q,
      slopes,
      i * dimension,
      network[output],
    );
  });
  return { values, slopes };
}

/** Sum of the isotropic networks of a polarizability model. */
function scalarPart(model: PlainNep, kinds: Int32Array, described: Descriptors): number {
  const { scalarNetworks = [], scalarBias = 0 } = model.parameters;
  return applyNetworks(scalarNetworks, scalarBias, kinds, described).values.reduce((sum, x) => sum + x, 0);
}

/** Takes pairs by Newton's third law for f_ij = dU_i/dr_ij, and books the virial r_ij f_ij on the neighbour. */
function booking(forces: Float64Array, virials: Float64Array): PairVisitor {
  return (i, j, x, y, z, fx, fy, fz) => {
    forces[3 * i] += fx;
    forces[3 * i + 1] += fy;
    forces[3 * i + 2] += fz;
    forces[3 * j] -= fx;
    forces[3 * j + 1] -= fy;
    forces[3 * j + 2] -= fz;
    const w = 9 * j;
    virials[w] -= x * fx;
    virials[w + 1] -= x * fy;
    virials[w + 2] -= x * fz;
    virials[w + 3] -= y * fx;
    virials[w + 4] -= y * fy;
    virials[w + 5] -= y * fz;
    virials[w + 6] -= z * fx;
    virials[w + 7] -= z * fy;
    virials[w + 8] -= z * fz;
  };
}

/** Half of V(r_ij) to each atom of a pair within the angular cutoff, met from both ends. */
function addRepulsion(
  model: PlainNep,
  pairs: readonly ZblPair[],
  kinds: Int32Array,
  { count, points, owners, first, neighbours }: NeighbourList,
  energies: Float64Array,
  book: PairVisitor,
): void {
  const reach = Math.max(...model.parameters.angular.cutoffs);
  for (let i = 0; i < count; i++) {
    for (let p = first[i]; p < first[i + 1]; p++) {
      const j = neighbours[p];
      const x = points[3 * j] - points[3 * i];
      const y = points[3 * j + 1] - points[3 * i + 1];
      const z = points[3 * j + 2] - points[3 * i + 2];
      const r = Math.sqrt(x * x + y * y + z * z);
      const pair = pairs[kinds[i] * model.descriptor.species + kinds[owners[j]]];
      if (r >= Math.min(reach, pair.outer)) continue;
      const { energy, slope } = zblEnergy(pair, r);
      energies[i] += 0.5 * energy;
      const f = (0.5 * slope) / r;
      book(i, owners[j], x, y, z, f * x, f * y, f * z);
    }
  }
}

/**
 * Charges Q_i of the networks, shifted to neutrality; Born effective charges; and the electrostatics, whose potentials
 * dE/dQ_i join the slopes: dE/dq_i = dU_i/dq_i + (dE/dQ_i) dQ_i/dq_i. The shift is not differentiated, as in
 * NEP_CPU; GPUMD 5.6 and calorine 4.1 do it (they take the mean off the potentials dE/dQ_i), and their forces differ
 * from these by some 1e-3 eV/A.
 */
function addCharges(
  model: PlainNep,
  kinds: Int32Array,
  list: NeighbourList,
  cell: Float64Array,
  described: Descriptors,
  slopes: Float64Array,
  sums: { energies: Float64Array; forces: Float64Array; virials: Float64Array },
): { charges: Float64Array; bornCharges: Float64Array } {
  const { parameters, descriptor } = model;
  const { chargeMode, networks, radial } = parameters;
  const output = applyNetworks(networks, 0, kinds, described, 'wCharge');
  const mean = output.values.reduce((sum, q) => sum + q, 0) / Math.max(1, list.count);
  const charges = output.values.map((q) => q - mean);
  const bornCharges = new Float64Array(9 * list.count);
  charges.forEach((q, i) => {
    for (let u = 0; u < 3; u++) bornCharges[9 * i + 4 * u] = q;
  });
  // Z_i = Q_i 1 + sum_j (r_ij/2)(dQ_i/dr_ij - ...): the dipole of a pair whose charges change, half at each end.
  visitPairs(descriptor, kinds, list, described.moments, output.slopes, (i, j, x, y, z, fx, fy, fz) => {
    const r = [x, y, z];
    const f = [fx, fy, fz];
    for (let u = 0; u < 3; u++) {
      for (let v = 0; v < 3; v++) {
        const half = 0.5 * r[u] * f[v];
        bornCharges[9 * i + 3 * u + v] += half;
        bornCharges[9 * j + 3 * u + v] -= half;
      }
    }
  });
  const scale = parameters.sqrtEpsilon ?? 1;
  for (let k = 0; k < bornCharges.length; k++) bornCharges[k] *= scale;
  if (chargeMode !== 0) {
    const potentials = new Float64Array(list.count);
    addElectrostatics(chargeMode, Math.max(...radial.cutoffs), list, cell, charges, { ...sums, potentials });
    const { dimension } = parameters;
    for (let k = 0; k < slopes.length; k++)
      slopes[k] += output.slopes[k] * potentials[Math.floor(k / dimension)];
  }
  return { charges, bornCharges };
}

/** Descriptors of all atoms [n * dimension], atom-major, each component times its scaler. */
export function describePlain(model: PlainNep, kinds: Int32Array, list: NeighbourList): Float64Array {
  return describeAtoms(model.descriptor, kinds, list).q;
}
