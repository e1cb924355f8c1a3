import { inverse, rowsTimes } from '../../src/model/cell.js';
import { PhonolinkError } from '../../src/model/errors.js';
import type { PhononCells } from '../../src/model/phonon-cells.js';
import type { PolarResponse } from '../../src/model/polar.js';

export interface ControlOptions {
  /** [3] numbers of q points */
  readonly mesh: ArrayLike<number>;
  /** K: one, or the first, the last and the step */
  readonly temperatures: number | { readonly min: number; readonly max: number; readonly step: number };
  /** Of the atoms of the unit cell */
  readonly polar?: PolarResponse;
  /** Scattering by isotopes; false where absent */
  readonly isotopes?: boolean;
  /** Solved by iteration, not by relaxation times alone; true where absent */
  readonly convergence?: boolean;
  /** Of the widths of the adaptive Gaussians; 1 where absent */
  readonly broadening?: number;
}

/**
 * Pieces of CONTROL, the settings of ShengBTE (W. Li et al., Comput. Phys. Commun. 185, 1747, 2014), for the force constants
 * that are written beside it: cells and supercells are those of FORCE_CONSTANTS_2ND and FORCE_CONSTANTS_3RD.
 * @throws PhonolinkError where ShengBTE has no place for the supercell
 */
export function* writeControl(
  { unitCell, supercellMatrix }: Pick<PhononCells, 'unitCell' | 'supercellMatrix'>,
  options: ControlOptions,
): Generator<string> {
  const { mesh, temperatures, polar, isotopes = false, convergence = true, broadening = 1 } = options;
  const { cell, positions, species, kinds, count } = unitCell;
  if (supercellMatrix.some((x, e) => (e % 4 === 0 ? x < 1 : x !== 0)))
    throw new PhonolinkError('ShengBTE takes supercells along the vectors of the cell only', {
      hint: 'make force constants in a supercell of three numbers (--dim 2 2 2)',
    });
  if (polar && polar.charges.length !== 9 * count)
    throw new PhonolinkError(
      `${polar.charges.length / 9} Born charges, expected one for each of ${count} atoms of the unit cell`,
    );
  yield `&allocations\n  nelements=${species.length},\n  natoms=${count},\n  ngrid(:)=${Array.from(mesh).join(' ')}\n&end\n`;
  yield '&crystal\n  lfactor=0.1,\n';
  for (let k = 0; k < 3; k++) yield `  lattvec(:,${k + 1})=${reals(cell.subarray(3 * k, 3 * k + 3))},\n`;
  yield `  elements=${species.map((symbol) => `"${symbol}"`).join(' ')},\n`;
  yield `  types=${Array.from(kinds, (kind) => kind + 1).join(' ')},\n`;
  const fractions = rowsTimes(positions, inverse(cell));
  for (let i = 0; i < count; i++)
    yield `  positions(:,${i + 1})=${reals(fractions.subarray(3 * i, 3 * i + 3))},\n`;
  if (polar) yield* response(polar, count);
  yield `  scell(:)=${[0, 4, 8].map((e) => supercellMatrix[e]).join(' ')}\n&end\n`;
  const range =
    typeof temperatures === 'number'
      ? `T=${temperatures}`
      : `T_min=${temperatures.min},\n  T_max=${temperatures.max},\n  T_step=${temperatures.step}`;
  yield `&parameters\n  ${range},\n  scalebroad=${broadening}\n&end\n`;
  const flags = { nonanalytic: polar !== undefined, isotopes, convergence };
  const lines = Object.entries(flags).map(([name, on]) => `  ${name}=.${on ? 'TRUE' : 'FALSE'}.`);
  yield `&flags\n${lines.join(',\n')}\n&end\n`;
}

/** Matrices by columns: of a charge the first index goes with the field, the second with the displacement. */
function* response({ dielectric, charges }: PolarResponse, count: number): Generator<string> {
  const column = (m: Float64Array, k: number) => reals([m[k], m[3 + k], m[6 + k]]);
  for (let k = 0; k < 3; k++) yield `  epsilon(:,${k + 1})=${column(dielectric, k)},\n`;
  for (let i = 0; i < count; i++) {
    const charge = charges.subarray(9 * i, 9 * i + 9);
    for (let k = 0; k < 3; k++) yield `  born(:,${k + 1},${i + 1})=${column(charge, k)},\n`;
  }
}

function reals(numbers: ArrayLike<number>): string {
  return Array.from(numbers, (x) => x.toFixed(12)).join(' ');
}
