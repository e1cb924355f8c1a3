import { inverse, rowsTimes } from '../../model/cell.js';
import type { PhononCells } from '../../model/phonon-cells.js';
import { setsOf, toldApart } from './degenerate.js';
import type { DynamicalMatrix } from './dynamical-matrix.js';
import { type ModeOptions, solveModes } from './modes.js';
import { PHONOPY_UNITS } from './units.js';

/** One mode, frozen into a supercell. */
export interface ModeRequest {
  /** [3] fractions of the reciprocal vectors of the primitive cell */
  readonly q: readonly number[];
  /** From 0 */
  readonly band: number;
  /** A u^1/2 */
  readonly amplitude: number;
  /** Degrees, of the largest component */
  readonly phase: number;
}

export interface ModulationOptions extends Pick<ModeOptions, 'along' | 'units' | 'eigen'> {
  /** [3] Cartesian: of equal modes those that the derivative of the dynamical matrix along it tells apart */
  readonly split?: readonly number[];
}

export interface Modulation {
  readonly mode: ModeRequest;
  /** THz */
  readonly frequency: number;
  /** [3n][2] of the primitive cell, of norm 1 */
  readonly eigenvector: Float64Array;
  /** [m][3][2] A: complex displacements of the supercell's atoms, of which the real part is taken */
  readonly displacements: Float64Array;
}

/** Eigenvalues nearer than this, eV/A^2/u, are one set (phonopy's number). */
const SAME_VALUE = 1e-4;

/**
 * Displacements of a supercell along one mode: amplitude / sqrt(N m) e exp(2 pi i q r), with N the supercell's atoms, and
 * a common phase that makes the largest component `phase`; phonopy's --modulation.
 * @param cells a supercell of the primitive cell, whose unit cell that is
 */
export function modulate(
  matrix: DynamicalMatrix,
  { primitive, supercell, superToPrimitive, primitiveToSuper }: PhononCells,
  mode: ModeRequest,
  { split, ...options }: ModulationOptions = {},
): Modulation {
  const { size } = matrix;
  const { frequencies, eigenvectors } = solveModes(matrix, mode.q, { ...options, vectors: true });
  const { toTHz } = options.units ?? PHONOPY_UNITS;
  const values = frequencies.map((f) => Math.sign(f) * (f / toTHz) ** 2);
  const whole = split ? withSplit(matrix, mode.q, values, eigenvectors!, split) : eigenvectors!;
  const eigenvector = whole.slice(2 * size * mode.band, 2 * size * (mode.band + 1));
  const fractional = rowsTimes(supercell.positions, inverse(primitive.cell));
  const own = new Map(Array.from(primitiveToSuper, (atom, i) => [atom, i]));
  const displacements = new Float64Array(6 * supercell.count);
  for (let i = 0; i < supercell.count; i++) {
    const turns = 2 * Math.PI * mode.q.reduce((sum, q, c) => sum + q * fractional[3 * i + c], 0);
    const scale = 1 / Math.sqrt(supercell.masses[i] * supercell.count);
    const [c, s] = [scale * Math.cos(turns), scale * Math.sin(turns)];
    const from = 6 * own.get(superToPrimitive[i])!;
    for (let k = 0; k < 6; k += 2) {
      const [x, y] = [eigenvector[from + k], eigenvector[from + k + 1]];
      displacements[6 * i + k] = x * c - y * s;
      displacements[6 * i + k + 1] = x * s + y * c;
    }
  }
  turnTo(displacements, mode);
  return { mode, frequency: frequencies[mode.band], eigenvector, displacements };
}

/** Components that are larger by less count as equal: copies of an atom move as far as each other. */
const LARGER = 1 + 1e-9;

/** Gives the largest component (the first of those) the phase and all of them the amplitude. */
function turnTo(displacements: Float64Array, { amplitude, phase }: ModeRequest): void {
  let largest = 0;
  let most = 0;
  for (let k = 0; k < displacements.length; k += 2) {
    const length = Math.hypot(displacements[k], displacements[k + 1]);
    if (length > most * LARGER) {
      most = length;
      largest = k;
    }
  }
  const angle = (Math.PI * phase) / 180 - Math.atan2(displacements[largest + 1], displacements[largest]);
  const [c, s] = [amplitude * Math.cos(angle), amplitude * Math.sin(angle)];
  for (let k = 0; k < displacements.length; k += 2) {
    const [x, y] = [displacements[k], displacements[k + 1]];
    displacements[k] = x * c - y * s;
    displacements[k + 1] = x * s + y * c;
  }
}

function withSplit(
  matrix: DynamicalMatrix,
  q: readonly number[],
  values: Float64Array,
  vectors: Float64Array,
  split: readonly number[],
): Float64Array {
  const { size } = matrix;
  const gradient = new Float64Array(2 * size * size);
  matrix.evaluateGradient(q, 0, split, gradient);
  const out = vectors.slice();
  const begins = setsOf(values, 0, size, SAME_VALUE);
  for (let s = 0; s + 1 < begins.length; s++) {
    const [first, end] = [begins[s], begins[s + 1]];
    if (end - first === 1) continue;
    const set = vectors.subarray(2 * first * size, 2 * end * size);
    out.set(toldApart(set, end - first, gradient), 2 * first * size);
  }
  return out;
}
