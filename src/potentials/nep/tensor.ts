import type { NeighbourList } from '../../neighbours/list.js';
import { type DescriptorModel, type Descriptors, visitPairs } from './descriptors.js';

/**
 * Tensor models (Xu et al., J. Chem. Theory Comput. 20, 3273, 2024): with the atoms' scalars U_i in place of energies,
 * the dipole is the rank-one analogue of the virial, mu = - sum_ij r_ij^2 dU_i/dr_ij. [3], the model's units.
 */
export function dipole(
  model: DescriptorModel,
  kinds: Int32Array,
  list: NeighbourList,
  { moments }: Descriptors,
  slopes: Float64Array,
): Float64Array {
  const mu = new Float64Array(3);
  visitPairs(model, kinds, list, moments, slopes, (_i, _j, x, y, z, fx, fy, fz) => {
    const square = x * x + y * y + z * z;
    mu[0] -= square * fx;
    mu[1] -= square * fy;
    mu[2] -= square * fz;
  });
  return mu;
}

/**
 * The polarizability is the virial of one set of networks plus the sum of another one's scalars on the diagonal:
 * alpha = - sum_ij r_ij (dU_i/dr_ij)^T + 1 sum_i U'_i. [9] row-major, the model's units.
 */
export function polarizability(
  model: DescriptorModel,
  kinds: Int32Array,
  list: NeighbourList,
  { moments }: Descriptors,
  slopes: Float64Array,
  scalar: number,
): Float64Array {
  const alpha = Float64Array.of(scalar, 0, 0, 0, scalar, 0, 0, 0, scalar);
  visitPairs(model, kinds, list, moments, slopes, (_i, _j, x, y, z, fx, fy, fz) => {
    const r = [x, y, z];
    const f = [fx, fy, fz];
    for (let u = 0; u < 3; u++) {
      for (let v = 0; v < 3; v++) alpha[3 * u + v] -= r[u] * f[v];
    }
  });
  return alpha;
}
