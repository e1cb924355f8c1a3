import { volume } from './cell.js';
import { massesOf, type Structure } from './structure.js';

/** A value of a frame that phonolink carries but does not interpret. */
export type InfoValue =
  | { kind: 'R' | 'I'; value: number }
  | { kind: 'L'; value: boolean }
  | { kind: 'S'; value: string }
  /** An array: `shape` has one entry for a vector, two for a matrix (row-major). */
  | { kind: 'R' | 'I'; shape: number[]; value: Float64Array }
  | { kind: 'L'; shape: number[]; value: boolean[] }
  | { kind: 'S'; shape: number[]; value: string[] };

/** One per-atom quantity that phonolink carries but does not interpret: `width` numbers, flags or words an atom. */
export type Column =
  | { kind: 'R'; width: number; data: Float64Array }
  | { kind: 'I'; width: number; data: Int32Array }
  | { kind: 'L'; width: number; data: Uint8Array }
  | { kind: 'S'; width: number; data: string[] };

/** What a calculation says of a structure. Internal units: eV, A, e. */
export interface Labels {
  /** eV. Where a file gives several, the one that its forces are the gradient of is `freeEnergy`. */
  energy?: number;
  /** eV, electronic free energy (VASP's TOTEN with smearing, ASE's free_energy) */
  freeEnergy?: number;
  /** [3n] eV/A, -dE/dr */
  forces?: Float64Array;
  /** [9] eV, row-major xx xy xz yx ..., -dE/d(strain); stress = -virial / volume */
  virial?: Float64Array;
  /** [n] eV per atom */
  energies?: Float64Array;
  /** [9n] eV per atom, not symmetrised */
  virials?: Float64Array;
  /** [n] e */
  charges?: Float64Array;
  /** [n] or [3n] Bohr magnetons */
  magneticMoments?: Float64Array;
  /** [3] */
  dipole?: Float64Array;
  /** [9] row-major */
  polarizability?: Float64Array;
  /** [9n] e, Born effective charges, row-major */
  bornCharges?: Float64Array;
}

/** A structure and everything that a file said about it: nothing is dropped between a reader and a writer. */
export interface Frame {
  readonly structure: Structure;
  readonly labels: Labels;
  /** [3n] A/fs */
  readonly velocities?: Float64Array;
  /** Frame-wide values, by the file's own names */
  readonly info: ReadonlyMap<string, InfoValue>;
  /** Per-atom values, by the file's own names */
  readonly columns: ReadonlyMap<string, Column>;
}

/** A frame of a structure and whatever else is known. */
export function createFrame(structure: Structure, rest: Partial<Omit<Frame, 'structure'>> = {}): Frame {
  return {
    structure,
    labels: rest.labels ?? {},
    velocities: rest.velocities,
    info: rest.info ?? new Map(),
    columns: rest.columns ?? new Map(),
  };
}

/** Stress [9] eV/A^3 (positive when stretched, ASE's sign) from a virial [9] eV. */
export function stressOf(virial: ArrayLike<number>, cell: ArrayLike<number>): Float64Array {
  const v = volume(cell);
  return Float64Array.from(virial, (w) => -w / v);
}

/** Virial [9] eV from a stress [9] eV/A^3 (positive when stretched). */
export function virialOf(stress: ArrayLike<number>, cell: ArrayLike<number>): Float64Array {
  const v = volume(cell);
  return Float64Array.from(stress, (s) => -s * v);
}

/** 9 row-major numbers from Voigt xx yy zz yz xz xy. */
export function fromVoigt(v: ArrayLike<number>): Float64Array {
  return Float64Array.of(v[0], v[5], v[4], v[5], v[1], v[3], v[4], v[3], v[2]);
}

/** Voigt xx yy zz yz xz xy from 9 row-major numbers; the off-diagonal pairs are averaged. */
export function toVoigt(m: ArrayLike<number>): Float64Array {
  return Float64Array.of(m[0], m[4], m[8], (m[5] + m[7]) / 2, (m[2] + m[6]) / 2, (m[1] + m[3]) / 2);
}

/**
 * What a frame holds, by name, for tables of what was read and what a format cannot hold: 'positions', 'species',
 * 'cell', 'partial periodicity', 'velocities', 'masses' (where they are not the standard ones), each label by its
 * own key, 'info NAME' and 'column NAME'.
 */
export function quantitiesOf(frame: Frame): string[] {
  const { structure, labels } = frame;
  const names = ['positions', 'species'];
  if (structure.cell.some((x) => x !== 0)) names.push('cell');
  const { periodic } = structure;
  if (structure.cell.some((x) => x !== 0) && !(periodic[0] && periodic[1] && periodic[2]))
    names.push('partial periodicity');
  const standard = massesOf(structure.species, structure.kinds);
  if (structure.masses.some((m, i) => Math.abs(m - standard[i]) > 1e-9 * Math.max(1, m)))
    names.push('masses');
  if (frame.velocities) names.push('velocities');
  for (const [key, value] of Object.entries(labels)) if (value !== undefined) names.push(key);
  for (const key of frame.info.keys()) names.push(`info ${key}`);
  for (const key of frame.columns.keys()) names.push(`column ${key}`);
  return names;
}

const ATOM_QUANTITIES: ReadonlySet<string> = new Set([
  'positions',
  'species',
  'masses',
  'velocities',
  'forces',
  'energies',
  'virials',
  'charges',
  'magneticMoments',
  'bornCharges',
] satisfies (keyof Labels | 'positions' | 'species' | 'masses' | 'velocities')[]);

/** Whether a quantity, by its name in `quantitiesOf`, has a value for each atom. */
export function isPerAtom(quantity: string): boolean {
  return ATOM_QUANTITIES.has(quantity) || quantity.startsWith('column ');
}
