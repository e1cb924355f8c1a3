import { determinant, inverse, product, rowsTimes, transpose, volume } from '../../src/model/cell.js';
import { PhonolinkError } from '../../src/model/errors.js';
import { createFrame, type Frame, type Labels } from '../../src/model/frame.js';
import { createStructure } from '../../src/model/structure.js';

/**
 * LAMMPS wants a along x, b in the xy plane and three vectors that are right-handed (its manual, "Triclinic
 * simulation boxes"). With the rows of C as lattice vectors, the cell in its frame is L = P C R:
 *
 * | symbol | name     | what it is                                                                                  |
 * |--------|----------|---------------------------------------------------------------------------------------------|
 * | C      | original | [9] A, any cell with a volume                                                               |
 * | P      | lattice  | [9] integers, determinant 1 or -1: other vectors of the same lattice                        |
 * | R      | rotation | [9] a proper rotation: a row vector v becomes v R, a tensor W becomes transpose(R) W R      |
 * | L      | cell     | [9] A, lower triangular with a positive diagonal                                            |
 *
 * The atoms are only ever rotated, never mirrored. A left-handed cell becomes right-handed by P, which turns one of
 * its vectors round: the lattice stays what it was.
 */
export interface Orientation {
  readonly rotation: Float64Array;
  readonly lattice: Float64Array;
  /** [9] A; rows of zeros stay rows of zeros, although LAMMPS needs a box there */
  readonly original: Float64Array;
  /** What the structure was periodic along, where it is known: a data file does not say it otherwise. */
  readonly periodic?: readonly [boolean, boolean, boolean];
}

const IDENTITY = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);

/**
 * A cell in LAMMPS's frame. `reduce` also exchanges vectors for ones of the same lattice whose tilt is at most half a
 * box: LAMMPS before 2022 stops at larger ones, later ones warn. It needs periodic directions, as only there a lattice
 * vector may be added.
 * @param cell [9] A, with a volume
 * @throws PhonolinkError where the cell has no volume
 */
export function toLammpsFrame(
  cell: Float64Array,
  options: { periodic?: readonly boolean[]; reduce?: boolean } = {},
): { cell: Float64Array; orientation: Orientation } {
  const { periodic = [true, true, true], reduce = false } = options;
  if (!(volume(cell) > 0)) {
    throw new PhonolinkError(`the lattice vectors ${Array.from(cell).join(' ')} span no volume`, {
      hint: 'LAMMPS needs a box with three independent vectors',
    });
  }
  const lattice = Float64Array.from(IDENTITY);
  let rows: Float64Array = Float64Array.from(cell);
  if (determinant(cell) < 0) {
    const last = periodic.lastIndexOf(true);
    lattice[4 * (last < 0 ? 2 : last)] = -1;
    rows = product(lattice, cell);
  }
  const rotation = rotationOf(rows);
  const triangular = rotation === IDENTITY ? cleaned(rows) : lowerTriangle(rows, rotation);
  if (reduce) reduceTilt(triangular, lattice, periodic);
  return { cell: triangular, orientation: { rotation, lattice, original: cell } };
}

/** The rotation whose columns are the axes along a, in the plane of a and b, and normal to it; right-handed rows. */
function rotationOf(rows: Float64Array): Float64Array {
  const [ax, ay, az, bx, by, bz] = rows;
  const size = Math.max(...rows.map(Math.abs));
  // Residues of rounding in a cell that already lies right are no reason to turn everything by 1e-16.
  const lies = [ay, az, bz].every((x) => Math.abs(x) <= 1e-15 * size);
  if (lies && ax > 0 && by > 0 && rows[8] > 0) return IDENTITY;
  const a = Math.hypot(ax, ay, az);
  const x = [ax / a, ay / a, az / a];
  const normal = [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
  // Once more orthogonal to x: the cross product of nearly parallel vectors is not, to the last digits.
  const along = normal[0] * x[0] + normal[1] * x[1] + normal[2] * x[2];
  const straight = normal.map((n, c) => n - along * x[c]);
  const length = Math.hypot(...straight);
  const z = straight.map((n) => n / length);
  const y = [z[1] * x[2] - z[2] * x[1], z[2] * x[0] - z[0] * x[2], z[0] * x[1] - z[1] * x[0]];
  return Float64Array.of(x[0], y[0], z[0], x[1], y[1], z[1], x[2], y[2], z[2]);
}

/** Lengths and projections; what is zero by construction is exactly zero. */
function lowerTriangle(rows: Float64Array, rotation: Float64Array): Float64Array {
  const [ax, ay, az, bx, by, bz] = rows;
  const rotated = rowsTimes(rows, rotation);
  const a = Math.hypot(ax, ay, az);
  const normal = Math.hypot(ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx);
  return Float64Array.of(
    a,
    0,
    0,
    rotated[3],
    normal / a,
    0,
    rotated[6],
    rotated[7],
    determinant(rows) / normal,
  );
}

function cleaned(rows: Float64Array): Float64Array {
  return Float64Array.of(rows[0], 0, 0, rows[3], rows[4], 0, rows[6], rows[7], rows[8]);
}

/** Half a box and the rounding of a tilt that is meant to be exactly that (hexagonal cells). */
const HALF = 0.5 * (1 + 1e-12);

/** Adds whole vectors to b and c, and the same to the rows of `lattice`, until the tilts are at most half a box. */
function reduceTilt(cell: Float64Array, lattice: Float64Array, periodic: readonly boolean[]): void {
  for (const [row, other] of [
    [1, 0],
    [2, 1],
    [2, 0],
  ]) {
    const tilt = cell[3 * row + other] / cell[4 * other];
    if (!periodic[other] || Math.abs(tilt) <= HALF) continue;
    const times = Math.round(tilt);
    for (let c = 0; c < 3; c++) {
      cell[3 * row + c] -= times * cell[3 * other + c];
      lattice[3 * row + c] -= times * lattice[3 * other + c];
    }
  }
}

/** Whether nothing was done to the cell, and every lattice vector is there. */
export function isTrivial({ rotation, lattice, original }: Orientation): boolean {
  return isIdentity(rotation) && isIdentity(lattice) && volume(original) > 0;
}

export function isIdentity(m: Float64Array): boolean {
  return m.every((x, k) => x === IDENTITY[k]);
}

/**
 * The cell that a cell of LAMMPS's frame was before: the recorded one itself where LAMMPS's cell is still what it was
 * made, else (a barostat moved it, LAMMPS flipped its tilt) inverse(P) L transpose(R).
 */
function originalCell(
  cell: Float64Array,
  orientation: Orientation,
  periodic: readonly boolean[],
): Float64Array {
  const { rotation, lattice, original } = orientation;
  const back = product(product(inverse(lattice), cell), transpose(rotation));
  const missing = (k: number) => !original.subarray(3 * k, 3 * k + 3).some((x) => x !== 0);
  // A file of 12 digits still names the same cell; a barostat's first step moves it by more.
  const same = [0, 1, 2].every((k) => {
    if (missing(k)) return true;
    const length = Math.hypot(original[3 * k], original[3 * k + 1], original[3 * k + 2]);
    return [0, 1, 2].every((c) => Math.abs(back[3 * k + c] - original[3 * k + c]) <= 1e-11 * length);
  });
  return back.map((x, i) => {
    const k = Math.floor(i / 3);
    if (missing(k)) return periodic[k] ? x : 0;
    return same ? original[i] : x;
  });
}

/** Row vectors [3n] turned by a rotation. */
export const rotatedVectors = rowsTimes;

/** Tensors [9n], row-major, turned by a rotation: transpose(R) W R each. */
export function rotatedTensors(tensors: Float64Array, rotation: Float64Array): Float64Array {
  const out = new Float64Array(tensors.length);
  const turn = transpose(rotation);
  for (let i = 0; i < tensors.length; i += 9) {
    out.set(product(product(turn, tensors.subarray(i, i + 9)), rotation), i);
  }
  return out;
}

/** Every vector and tensor of a frame turned by a rotation, in another cell. The atoms keep their order. */
export function rotatedFrame(frame: Frame, rotation: Float64Array, cell: Float64Array): Frame {
  const { structure, velocities, info } = frame;
  const still = isIdentity(rotation);
  const vectors = (rows: Float64Array) => (still ? rows : rotatedVectors(rows, rotation));
  const origin = info.get('cell_origin');
  const moved = new Map(info);
  if (origin && 'shape' in origin && origin.kind === 'R' && origin.value.length === 3) {
    moved.set('cell_origin', { ...origin, value: vectors(origin.value) });
  }
  return createFrame(createStructure({ ...structure, positions: vectors(structure.positions), cell }), {
    labels: still ? frame.labels : rotatedLabels(frame.labels, rotation, structure.count),
    velocities: velocities && vectors(velocities),
    info: moved,
    columns: frame.columns,
  });
}

function rotatedLabels(labels: Labels, rotation: Float64Array, count: number): Labels {
  const out: Labels = { ...labels };
  for (const key of ['forces', 'dipole'] as const) {
    const value = labels[key];
    if (value) out[key] = rotatedVectors(value, rotation);
  }
  for (const key of ['virial', 'virials', 'polarizability', 'bornCharges'] as const) {
    const value = labels[key];
    if (value) out[key] = rotatedTensors(value, rotation);
  }
  const moments = labels.magneticMoments;
  if (moments && moments.length === 3 * count) out.magneticMoments = rotatedVectors(moments, rotation);
  return out;
}

/** A frame of LAMMPS as it was before `toLammpsFrame`: cell, positions, velocities, forces and tensors. */
export function restoredFrame(frame: Frame, orientation: Orientation): Frame {
  const { cell, periodic } = frame.structure;
  const known = orientation.periodic ?? periodic;
  const before = originalCell(cell, orientation, known);
  const structure = { ...frame.structure, periodic: known };
  const info = new Map(frame.info);
  // A box made only because LAMMPS needs one says nothing where there is no lattice vector.
  if ([0, 1, 2].some((k) => before[3 * k] === 0 && before[3 * k + 1] === 0 && before[3 * k + 2] === 0)) {
    info.delete('cell_origin');
  }
  return rotatedFrame({ ...frame, structure, info }, transpose(orientation.rotation), before);
}
