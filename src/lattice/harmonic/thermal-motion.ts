import { inverse, product, transpose } from '../../model/cell.js';
import { PhonolinkError } from '../../model/errors.js';
import type {
  MeshModes,
  ThermalDisplacementMatrices,
  ThermalDisplacements,
} from '../../model/phonon-results.js';
import type { CellSymmetry } from '../../symmetry/cell-symmetry.js';
import { cartesianRotation } from '../../symmetry/operation.js';
import { PHONOPY_UNITS, type PhononUnits } from './units.js';

export interface MotionOptions {
  /** THz, modes at or below it do not count; 0 where absent */
  readonly cutoff?: number;
  /** THz, nor do those at or above it */
  readonly highest?: number;
  /** Of the primitive cell, where the mesh was reduced by more than time reversal */
  readonly symmetry?: CellSymmetry;
  readonly units?: PhononUnits;
}

/** K, below which phonopy takes the oscillators to be in their ground state */
const GROUND_STATE = 1;

/**
 * Mean products of an atom's displacements, <u u> = hbar / (2 pi f m) (n + 1/2) Re e e^* over the modes of the mesh,
 * A^2; n is the number of phonons.
 * @param modes with eigenvectors, of a mesh that has Gamma only if the cutoff leaves its modes out
 * @throws PhonolinkError where there are no eigenvectors
 */
export function displacementMatrices(
  modes: MeshModes,
  temperatures: ArrayLike<number>,
  options: MotionOptions = {},
): ThermalDisplacementMatrices {
  const { cutoff = 0, highest = Number.POSITIVE_INFINITY, symmetry, units = PHONOPY_UNITS } = options;
  const { frequencies, eigenvectors: e, weights, primitive } = modes;
  if (!e) throw new PhonolinkError('thermal displacements need the eigenvectors');
  const atoms = primitive.count;
  const size = 3 * atoms;
  const total = weights.reduce((sum, w) => sum + w, 0);
  const steps = temperatures.length;
  const sums = new Float64Array(9 * atoms * steps);
  const square = new Float64Array(9 * atoms);
  for (let mode = 0; mode < frequencies.length; mode++) {
    const f = frequencies[mode];
    if (!(f > cutoff && f < highest)) continue;
    const scale = ((weights[Math.floor(mode / size)] / total) * units.hbar) / (2 * Math.PI * f);
    for (let atom = 0; atom < atoms; atom++) {
      const at = 2 * (mode * size + 3 * atom);
      for (let a = 0; a < 3; a++) {
        for (let b = 0; b < 3; b++) {
          square[9 * atom + 3 * a + b] =
            (scale / primitive.masses[atom]) *
            (e[at + 2 * a] * e[at + 2 * b] + e[at + 2 * a + 1] * e[at + 2 * b + 1]);
        }
      }
    }
    for (let t = 0; t < steps; t++) {
      const occupation = phonons(f, temperatures[t], units) + 0.5;
      for (let k = 0; k < square.length; k++) sums[t * square.length + k] += occupation * square[k];
    }
  }
  return {
    cutoff,
    temperatures: Float64Array.from(temperatures),
    matrices: symmetry ? averaged(sums, symmetry) : sums,
    atoms,
  };
}

function phonons(f: number, temperature: number, { planck, boltzmann }: PhononUnits): number {
  return temperature > GROUND_STATE ? 1 / Math.expm1((f * planck) / (boltzmann * temperature)) : 0;
}

/** Tensors of the atoms, averaged over the operations of the crystal. */
function averaged(tensors: Float64Array, symmetry: CellSymmetry): Float64Array {
  const { operations, permutations, structure } = symmetry;
  const n = structure.count;
  const out = new Float64Array(tensors.length);
  operations.forEach(({ rotation }, o) => {
    const r = cartesianRotation(rotation, structure.cell);
    for (let block = 0; block < tensors.length; block += 9) {
      const atom = (block / 9) % n;
      const moved = product(product(r, tensors.subarray(block, block + 9)), transpose(r));
      const to = block + 9 * (permutations[o][atom] - atom);
      for (let c = 0; c < 9; c++) out[to + c] += moved[c] / operations.length;
    }
  });
  return out;
}

/**
 * Mean squares of the displacements, along the Cartesian axes or along one direction.
 * @param along [3] Cartesian
 */
export function meanSquares(
  motion: ThermalDisplacementMatrices,
  along?: ArrayLike<number>,
): ThermalDisplacements {
  const { matrices, cutoff, temperatures, atoms } = motion;
  const blocks = matrices.length / 9;
  const displacements = new Float64Array(blocks * (along ? 1 : 3));
  for (let k = 0; k < blocks; k++) {
    if (!along) for (let c = 0; c < 3; c++) displacements[3 * k + c] = matrices[9 * k + 4 * c];
    else displacements[k] = squareAlong(matrices, 9 * k, along);
  }
  return { cutoff, temperatures, displacements, atoms };
}

function squareAlong(m: Float64Array, at: number, v: ArrayLike<number>): number {
  const square = v[0] ** 2 + v[1] ** 2 + v[2] ** 2;
  if (!(square > 0)) throw new PhonolinkError('the direction of thermal displacements is no vector');
  let sum = 0;
  for (let a = 0; a < 3; a++) for (let b = 0; b < 3; b++) sum += v[a] * m[at + 3 * a + b] * v[b];
  return sum / square;
}

/**
 * [t][n][9] the matrices in the frame of a .cif file: along the cell's vectors scaled by the lengths of the reciprocal
 * ones (Grosse-Kunstleve and Adams, J. Appl. Cryst. 35, 477, 2002).
 * @param cell [9] A, rows
 */
export function crystalFrame(matrices: Float64Array, cell: ArrayLike<number>): Float64Array {
  const columns = transpose(cell);
  const back = inverse(cell);
  // Rows of `back` go over x y z, columns over a* b* c*.
  const lengths = [0, 1, 2].map((k) => Math.hypot(back[k], back[3 + k], back[6 + k]));
  const toCrystal = inverse(columns.map((x, i) => x * lengths[i % 3]));
  const out = new Float64Array(matrices.length);
  for (let at = 0; at < matrices.length; at += 9) {
    out.set(product(product(toCrystal, matrices.subarray(at, at + 9)), transpose(toCrystal)), at);
  }
  return out;
}
