import { determinant } from '../../model/cell.js';
import { IDENTITY, multiply, negated, times } from '../integer-matrix.js';

/** [3] in primitive lattice vectors */
type Axis = readonly number[];

/** Axes that a rotation of a reduced primitive lattice can have, in the order in which spglib tries them. */
const AXES: readonly Axis[] = (
  '1,0,0 0,1,0 0,0,1 0,1,1 1,0,1 1,1,0 0,1,-1 -1,0,1 1,-1,0 1,1,1 -1,1,1 1,-1,1 1,1,-1 0,1,2 2,0,1 1,2,0 0,2,1 ' +
  '1,0,2 2,1,0 0,-1,2 2,0,-1 -1,2,0 0,-2,1 1,0,-2 -2,1,0 2,1,1 1,2,1 1,1,2 2,-1,-1 -1,2,-1 -1,-1,2 2,1,-1 ' +
  '-1,2,1 1,-1,2 2,-1,1 1,2,-1 -1,1,2 3,1,2 2,3,1 1,2,3 3,2,1 1,3,2 2,1,3 3,-1,2 2,3,-1 -1,2,3 3,-2,1 1,3,-2 ' +
  '-2,1,3 3,-1,-2 -2,3,-1 -1,-2,3 3,-2,-1 -1,3,-2 -2,-1,3 3,1,-2 -2,3,1 1,-2,3 3,2,-1 -1,3,2 2,-1,3 1,1,3 ' +
  '-1,1,3 1,-1,3 -1,-1,3 1,3,1 -1,3,1 1,3,-1 -1,3,-1 3,1,1 3,1,-1 3,-1,1 3,-1,-1'
)
  .split(' ')
  .map((axis) => axis.split(',').map(Number));

/**
 * [9] columns: axes along which the symmetry of a space group stands, in primitive lattice vectors; three axes of a
 * cell that is centred where their determinant is not 1. Step (c) of Grosse-Kunstleve, Acta Cryst. A 55, 383 (1999).
 * @param rotations in the order in which the first of its kind is to be taken
 */
export function pointAxes(group: number, rotations: readonly Int32Array[]): Int32Array {
  const proper = rotations.map((rotation) => (determinant(rotation) < 0 ? negated(rotation) : rotation));
  if (group <= 2) return IDENTITY;
  if (group <= 15) return twofold(proper);
  if (group <= 74) return threeAxes(proper, -1);
  if (group <= 142) return oneAxis(proper, 1, 4);
  if (group <= 194) return oneAxis(proper, 0, 3);
  return threeAxes(proper, group <= 206 ? -1 : 1);
}

/** Monoclinic: b along the twofold axis, a and c the shortest across it. */
function twofold(proper: readonly Int32Array[]): Int32Array {
  const rotation = proper.find((r) => trace(r) === -1)!;
  const across = acrossOf(rotation, 2);
  const norm = (v: Axis) => v.reduce((sum, x) => sum + x * x, 0);
  const shortest = (list: readonly Axis[]) => list.reduce((best, v) => (norm(v) < norm(best) ? v : best));
  const a = shortest(across);
  return columns(a, axisOf(rotation), shortest(across.filter((v) => v !== a)));
}

/** Tetragonal, trigonal and hexagonal: c along the main axis, b the image of a. */
function oneAxis(proper: readonly Int32Array[], kind: number, order: number): Int32Array {
  const rotation = proper.find((r) => trace(r) === kind)!;
  const c = axisOf(rotation);
  const across = acrossOf(rotation, order);
  for (const a of across) {
    const b = times(rotation, a);
    const known = across.some((v) => v.every((x, k) => x === b[k]) || v.every((x, k) => x === -b[k]));
    const axes = columns(a, b, c);
    // Four would be face-centred, which these lattices are not.
    if (known && Math.abs(determinant(axes)) < 4) return determinant(axes) < 0 ? columns(b, a, c) : axes;
  }
  throw new Error('a rotation of a lattice has no axes across it');
}

/** Orthorhombic and cubic: along the three axes of one kind, in the order of the table. */
function threeAxes(proper: readonly Int32Array[], kind: number): Int32Array {
  const found = new Set(proper.filter((r) => trace(r) === kind).map(axisOf));
  const [a, b, c] = AXES.filter((axis) => found.has(axis));
  const axes = columns(a, b, c);
  return determinant(axes) < 0 ? columns(a, c, b) : axes;
}

function axisOf(rotation: Int32Array): Axis {
  return AXES.find((axis) => times(rotation, axis).every((x, k) => x === axis[k]))!;
}

/** Axes that add up to nothing with their images under a rotation of an order: those across it. */
function acrossOf(rotation: Int32Array, order: number): Axis[] {
  const total = IDENTITY.slice();
  let power = IDENTITY;
  for (let k = 1; k < order; k++) {
    power = multiply(rotation, power);
    power.forEach((x, i) => {
      total[i] += x;
    });
  }
  return AXES.filter((axis) => times(total, axis).every((x) => x === 0));
}

function trace(m: Int32Array): number {
  return m[0] + m[4] + m[8];
}

function columns(a: Axis, b: Axis, c: Axis): Int32Array {
  return Int32Array.of(a[0], b[0], c[0], a[1], b[1], c[1], a[2], b[2], c[2]);
}
