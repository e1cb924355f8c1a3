import { determinant, inverse, product } from '../../model/cell.js';
import { centringMatrix } from '../centring.js';
import { IDENTITY, keyOf, multiply, times, unimodularInverse, wholeNumbers } from '../integer-matrix.js';
import { askMoyo, rowMajor } from '../moyo.js';
import type { Operation } from '../operation.js';
import { operationsIn, type SpaceGroup } from '../space-group.js';

/** Tells whether three axes are a space group's own, in its standard setting. */
export class Setting {
  /** The operations of the crystal, in its primitive lattice vectors */
  private readonly operations: readonly Operation[];
  /** Those of the standard setting by their rotations, in the primitive vectors of its centring */
  private readonly standard = new Map<string, Operation>();
  private readonly centring: Float64Array;

  /** @param primitive [9] A, rows, the primitive lattice that axes are said in */
  constructor(group: SpaceGroup, primitive: ArrayLike<number>) {
    this.operations = operationsIn(group, primitive);
    this.centring = centringMatrix(group.centring);
    const back = inverse(this.centring);
    const setting = { type: 'HallNumber', value: group.hallNumber } as const;
    const operations = askMoyo((moyo) => moyo.operations_from_number(group.number, setting, false));
    for (const { rotation, translation } of operations) {
      const whole = wholeNumbers(product(product(back, rowMajor(rotation)), this.centring), 1e-6)!;
      this.standard.set(keyOf(whole), {
        rotation: whole,
        translation: Float64Array.from(times(back, translation)),
      });
    }
  }

  /**
   * @param axes [9] columns (a b c)_standard = columns of the primitive lattice times axes
   * @returns whether the crystal's operations in these axes are those of the standard setting, for some origin p: for
   *   every rotation W, (W - I) p = w_standard - w modulo lattice vectors
   */
  fits(axes: ArrayLike<number>): boolean {
    const change = wholeNumbers(product(axes, this.centring), 1e-3);
    if (!change || Math.abs(determinant(change)) !== 1) return false;
    const back = unimodularInverse(change);
    const equations: number[][] = [];
    for (const { rotation, translation } of this.operations) {
      const moved = multiply(multiply(back, rotation), change);
      const target = this.standard.get(keyOf(moved));
      if (!target) return false;
      const shift = times(back, translation);
      for (let k = 0; k < 3; k++) {
        const coefficients = [0, 1, 2].map((c) => moved[3 * k + c] - IDENTITY[3 * k + c]);
        equations.push([...coefficients, target.translation[k] - shift[k]]);
      }
    }
    return solvable(equations);
  }
}

/**
 * Whether equations a p = d modulo 1, with whole numbers a, have a solution p. Rows [a, d] are combined as in the
 * Hermite normal form: the independent ones have a solution, and what comes down to 0 p must say 0. Operations are
 * known to 1e-5 of the cell or so, and combined a few times over.
 */
function solvable(equations: number[][]): boolean {
  let left = equations;
  for (let k = 0; k < 3; k++) {
    for (;;) {
      const nonzero = left.filter((row) => row[k] !== 0).sort((p, q) => Math.abs(p[k]) - Math.abs(q[k]));
      const [pivot, ...others] = nonzero;
      for (const row of others) {
        const factor = Math.round(row[k] / pivot[k]);
        for (let c = k; c < 4; c++) row[c] -= factor * pivot[c];
      }
      if (others.every((row) => row[k] === 0)) {
        left = left.filter((row) => row !== pivot);
        break;
      }
    }
  }
  return left.every((row) => Math.abs(row[3] - Math.round(row[3])) < 1e-2);
}
