import { inverse, product, transpose } from '../../model/cell.js';
import { PhonolinkError } from '../../model/errors.js';
import type { PhononGrid } from '../../model/phonon-grid.js';
import { niggli } from '../../symmetry/axes/niggli.js';
import { IDENTITY, multiply, times, unimodularInverse, wholeNumbers } from '../../symmetry/integer-matrix.js';
import { smithForm } from '../../symmetry/smith.js';

/** 1/A^2: within what the reduced reciprocal vectors are equal, as phonopy asks spglib */
const REDUCTION = 1e-5;
/** Of the square of the largest step of the grid: lengths that differ by less are equal */
const TIE = 0.01;
/** Reciprocal vectors within which the shortest image is looked for, along each axis, in phono3py's order */
const STEPS = [0, 1, 2, -2, -1];

/**
 * The grid of a mesh or of a grid matrix, its BZ points in phono3py's order.
 * @param mesh 3 numbers of points along the reciprocal vectors; or the 9 of M, row-major
 * @param cell [9] A, rows, of the primitive cell
 * @throws PhonolinkError where the numbers are no grid
 */
export function phononGrid(mesh: ArrayLike<number>, cell: Float64Array): PhononGrid {
  const form = gridForm(mesh);
  const { diagonal, right } = form;
  const reciprocal = transpose(inverse(cell)); // rows
  const reduced = Float64Array.from(niggli(rowsOf(reciprocal), REDUCTION).flat());
  // Fractions of the reduced vectors = columns of this times fractions of the given ones.
  const toReduced = wholeNumbers(transpose(product(reciprocal, inverse(reduced))), 1e-4)!;
  const toBasis = multiply(toReduced, right);
  const back = unimodularInverse(toBasis);
  const tolerance = tieOf(reduced, diagonal);
  const search = new ImageSearch(reduced, tolerance);
  const total = diagonal[0] * diagonal[1] * diagonal[2];
  const addresses: number[] = [];
  const regular: number[] = [];
  const first = new Int32Array(total + 1);
  for (let index = 0; index < total; index++) {
    const address = addressOf(index, diagonal);
    // One product of whole numbers, so that points on the surface are rounded as phono3py's.
    const q = times(toBasis, [address[0] / diagonal[0], address[1] / diagonal[1], address[2] / diagonal[2]]);
    for (const image of search.images(q)) {
      const moved = times(back, image);
      for (let k = 0; k < 3; k++) addresses.push(address[k] + moved[k] * diagonal[k]);
      regular.push(index);
    }
    first[index + 1] = regular.length;
  }
  const points = new Float64Array(addresses.length);
  for (let p = 0; p < addresses.length; p += 3) {
    points.set(
      times(
        right,
        [0, 1, 2].map((k) => addresses[p + k] / diagonal[k]),
      ),
      p,
    );
  }
  return {
    ...form,
    cell,
    total,
    addresses: Int32Array.from(addresses),
    points,
    regular: Int32Array.from(regular),
    first,
    tolerance,
  };
}

function gridForm(mesh: ArrayLike<number>): Pick<PhononGrid, 'matrix' | 'diagonal' | 'left' | 'right'> {
  const numbers = Array.from(mesh);
  const nine = numbers.length === 3 ? [numbers[0], 0, 0, 0, numbers[1], 0, 0, 0, numbers[2]] : numbers;
  const matrix = nine.length === 9 ? wholeNumbers(nine, 0) : undefined;
  if (!matrix) {
    throw new PhonolinkError(`the mesh is '${numbers.join(' ')}', expected three or nine whole numbers`);
  }
  if (nine.some((x, i) => i % 4 !== 0 && x !== 0)) return { matrix, ...smithForm(matrix) };
  const diagonal: [number, number, number] = [nine[0], nine[4], nine[8]];
  if (diagonal.some((x) => x < 1)) {
    throw new PhonolinkError(`the mesh is '${diagonal.join(' ')}', expected positive whole numbers`);
  }
  return { matrix, diagonal, left: IDENTITY, right: IDENTITY };
}

/** [3] from 0 to D_k - 1 */
function addressOf(index: number, [a, b]: PhononGrid['diagonal']): [number, number, number] {
  return [index % a, Math.floor(index / a) % b, Math.floor(index / (a * b))];
}

/** Which of the N points an address is an image of. */
export function regularPoint({ diagonal: [a, b, c] }: PhononGrid, x: number, y: number, z: number): number {
  return modulo(x, a) + a * (modulo(y, b) + b * modulo(z, c));
}

/** The BZ point of an address; where it lies outside the zone, the first image of it that does not. */
export function zonePoint(grid: PhononGrid, x: number, y: number, z: number): number {
  const { first, addresses } = grid;
  const index = regularPoint(grid, x, y, z);
  const end = first[index + 1];
  for (let p = first[index]; p < end; p++) {
    if (addresses[3 * p] === x && addresses[3 * p + 1] === y && addresses[3 * p + 2] === z) return p;
  }
  return first[index];
}

/** The grid's point Gamma, as a BZ point. */
export const GAMMA = 0;

function modulo(x: number, n: number): number {
  const rest = x % n;
  return rest < 0 ? rest + n : rest;
}

/** The largest square of a reduced reciprocal vector over that of its mesh number, times TIE. */
function tieOf(reduced: ArrayLike<number>, diagonal: ArrayLike<number>): number {
  const squares = [0, 1, 2].map(
    (k) => (reduced[3 * k] ** 2 + reduced[3 * k + 1] ** 2 + reduced[3 * k + 2] ** 2) / diagonal[k] ** 2,
  );
  return TIE * Math.max(...squares);
}

/** Finds what reciprocal lattice vectors, in a reduced basis, take a point into the first Brillouin zone. */
class ImageSearch {
  private readonly squares = new Float64Array(STEPS.length ** 3);
  /** Points nearer to Gamma than this, squared, have no second image */
  private readonly inside: number;

  constructor(
    private readonly basis: Float64Array,
    private readonly tolerance: number,
  ) {
    const shortest = Math.sqrt(
      Math.min(...[0, 3, 6].map((i) => basis[i] ** 2 + basis[i + 1] ** 2 + basis[i + 2] ** 2)),
    );
    // |q - G|^2 - |q|^2 >= |G| (|G| - 2 |q|), and |G| is not less than that of the shortest.
    this.inside = Math.max(0, (shortest - tolerance / shortest) / 2 - 1e-9 * shortest) ** 2;
  }

  /** Whole-number triples to be added to q, fractions, in phono3py's order. */
  images(q: ArrayLike<number>): number[][] {
    const { squares, tolerance } = this;
    const nearest = [0, 1, 2].map((k) => halfAway(q[k]));
    const x = [0, 1, 2].map((k) => q[k] - nearest[k]);
    if (this.square(x[0], x[1], x[2]) < this.inside) return [nearest.map((n) => 0 - n)];
    let at = 0;
    for (const i of STEPS) {
      for (const j of STEPS) {
        for (const k of STEPS) squares[at++] = this.square(x[0] + i, x[1] + j, x[2] + k);
      }
    }
    // The first of those that are nearly as short counts: rounding does not choose between them.
    let least = squares[0];
    for (const square of squares) if (square < least - tolerance) least = square;
    const out: number[][] = [];
    for (at = 0; at < squares.length; at++) {
      if (squares[at] >= least + tolerance) continue;
      const step = [STEPS[Math.floor(at / 25)], STEPS[Math.floor(at / 5) % 5], STEPS[at % 5]];
      out.push(step.map((s, k) => s - nearest[k]));
    }
    return out;
  }

  private square(x: number, y: number, z: number): number {
    const b = this.basis;
    return (
      (x * b[0] + y * b[3] + z * b[6]) ** 2 +
      (x * b[1] + y * b[4] + z * b[7]) ** 2 +
      (x * b[2] + y * b[5] + z * b[8]) ** 2
    );
  }
}

/** The nearest whole number, of two that are as near the one farther from zero. */
function halfAway(x: number): number {
  return x < 0 ? -Math.round(-x) : Math.round(x);
}

function rowsOf(m: ArrayLike<number>): [number, number, number][] {
  return [0, 3, 6].map((i) => [m[i], m[i + 1], m[i + 2]]);
}
