import { product, transpose } from '../../model/cell.js';
import type { PolarResponse } from '../../model/polar.js';
import type { CellSymmetry } from '../../symmetry/cell-symmetry.js';
import { cartesianRotation } from '../../symmetry/operation.js';

/**
 * Charges and dielectric tensor as the crystal's symmetry has them, and charges that add up to nothing: what phonopy
 * makes of a BORN file before it uses it. Without it the acoustic modes would have a field at Gamma.
 * @param symmetry of the primitive cell
 */
export function symmetricPolar(polar: PolarResponse, symmetry: CellSymmetry): PolarResponse {
  const n = polar.charges.length / 9;
  const share = 1 / symmetry.operations.length;
  const dielectric = new Float64Array(9);
  const charges = new Float64Array(9 * n);
  symmetry.operations.forEach(({ rotation }, o) => {
    const r = cartesianRotation(rotation, symmetry.structure.cell);
    addRotated(polar.dielectric, r, share, dielectric, 0);
    for (let i = 0; i < n; i++) {
      addRotated(
        polar.charges.subarray(9 * i, 9 * i + 9),
        r,
        share,
        charges,
        9 * symmetry.permutations[o][i],
      );
    }
  });
  for (let c = 0; c < 9; c++) {
    let mean = 0;
    for (let i = 0; i < n; i++) mean += charges[9 * i + c] / n;
    for (let i = 0; i < n; i++) charges[9 * i + c] -= mean;
  }
  return { ...polar, dielectric, charges };
}

function addRotated(
  tensor: Float64Array,
  r: Float64Array,
  share: number,
  out: Float64Array,
  at: number,
): void {
  const rotated = product(product(r, tensor), transpose(r));
  for (let c = 0; c < 9; c++) out[at + c] += share * rotated[c];
}
