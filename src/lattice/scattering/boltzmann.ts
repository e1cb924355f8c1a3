import { IDENTITY, times } from '../../symmetry/integer-matrix.js';
import { setsOf } from '../harmonic/degenerate.js';
import { PHONOPY_UNITS, type PhononUnits } from '../harmonic/units.js';
import { DEGENERATE } from '../harmonic/velocities.js';
import { inverseSinh } from './collision-rows.js';
import { SLOWEST } from './heat-capacity.js';
import { applyInverse, type CollisionSolver } from './pseudo-inverse.js';
import { conductivityUnit } from './relaxation-time.js';
import { applySix, groupSum, VOIGT } from './star-sums.js';

/** The modes that a collision matrix belongs to: at the irreducible points of a grid, or at all N. */
export interface BoltzmannModes {
  readonly kind: 'reduced' | 'full';
  /** N */
  readonly total: number;
  /** A^3, of the primitive cell */
  readonly volume: number;
  readonly bands: number;
  /** [q][b] THz */
  readonly frequencies: Float64Array;
  /** [q][b][3] THz A */
  readonly velocities: Float64Array;
  /** [q] what each point counts in the matrix: `starRoots`, or ones */
  readonly roots: Float64Array;
  /** Which point is Gamma: its three lowest modes do not count; none where absent */
  readonly gamma?: number;
  /** [9] each, Cartesian: the point group */
  readonly rotations: readonly ArrayLike<number>[];
  /** [q][9] means of the rotations that leave each point of the reduced matrix where it is: `pointProjectors` */
  readonly projectors?: Float64Array;
}

/**
 * Modes of all N points of those of the irreducible ones, for the full matrix.
 * @param linewidths [i][b] THz
 * @param own [i] which of the N points each irreducible point is
 * @param moves [r][N] where each rotation takes each of the N points
 */
export function spreadModes(
  modes: BoltzmannModes,
  linewidths: Float64Array,
  own: ArrayLike<number>,
  moves: readonly ArrayLike<number>[],
): BoltzmannModes & { readonly linewidths: Float64Array } {
  const { bands, total, rotations } = modes;
  const frequencies = new Float64Array(total * bands);
  const velocities = new Float64Array(3 * total * bands);
  const spread = new Float64Array(total * bands);
  for (let i = 0; i < own.length; i++) {
    // What leaves the point where it is averages its velocities.
    const share = 1 / moves.filter((move) => move[own[i]] === own[i]).length;
    rotations.forEach((r, k) => {
      const to = moves[k][own[i]];
      for (let b = 0; b < bands; b++) {
        const from = i * bands + b;
        const at = to * bands + b;
        frequencies[at] = modes.frequencies[from];
        spread[at] = linewidths[from];
        const [x, y, z] = modes.velocities.subarray(3 * from, 3 * from + 3);
        for (let c = 0; c < 3; c++)
          velocities[3 * at + c] += share * (r[3 * c] * x + r[3 * c + 1] * y + r[3 * c + 2] * z);
      }
    });
  }
  return {
    ...modes,
    kind: 'full',
    frequencies,
    velocities,
    linewidths: spread,
    roots: new Float64Array(total).fill(1),
    ...(modes.gamma !== undefined && { gamma: own[modes.gamma] }),
  };
}

/** The conductivity at one temperature. Tensors are xx, yy, zz, yz, xz, xy. */
export interface BoltzmannConductivity {
  /** [6] W/m/K */
  readonly kappa: Float64Array;
  /** [6] W/m/K, without what is off the matrix's main diagonal */
  readonly kappaRta: Float64Array;
  /** [q][b][6] W/m/K; their sums over N are kappa */
  readonly modeKappa: Float64Array;
  readonly modeKappaRta: Float64Array;
  /** [q][b][3] phono3py's f_vector: Y / 2 over the point's root */
  readonly vectors: Float64Array;
  /** [n] THz, rising, where the matrix was decomposed */
  readonly eigenvalues?: Float64Array;
  /** How many of them were left out */
  readonly dropped?: number;
  readonly iterations?: number;
}

export interface BoltzmannOptions {
  readonly solver: CollisionSolver;
  /** THz */
  readonly cutoff?: number;
  readonly units?: PhononUnits;
}

/**
 * Solves the linearised Boltzmann equation at one temperature by the symmetric collision matrix (Chaput, Phys. Rev. Lett.
 * 110, 265506, 2013): Omega Y = X with X = v h f / (4 k T^2 sinh(h f / 2 k T)), and kappa the sum of X Y.
 * @param matrix [n][n] THz, from `completeReduced` or `completeFull`
 * @param linewidths [q][b] THz, of all processes: the matrix's main diagonal
 */
export function boltzmannConductivity(
  modes: BoltzmannModes,
  temperature: number,
  matrix: Float64Array,
  linewidths: Float64Array,
  { solver, cutoff = SLOWEST, units = PHONOPY_UNITS }: BoltzmannOptions,
): BoltzmannConductivity {
  const { frequencies, velocities, roots, bands } = modes;
  // Nothing is carried where nothing is excited.
  if (!(temperature > 0)) return nothingCarried(modes, matrix);
  const drive = new Float64Array(velocities.length);
  const turned = inverseSinh(frequencies, temperature, cutoff, units);
  const factor = units.planck / (4 * units.boltzmann * temperature ** 2);
  for (let k = 0; k < drive.length; k++) {
    const m = Math.floor(k / 3);
    drive[k] = velocities[k] * roots[Math.floor(m / bands)] * frequencies[m] * turned[m] * factor;
  }
  const alone = drive.map((x, k) => {
    const m = Math.floor(k / 3);
    return frequencies[m] > cutoff && linewidths[m] > 0 ? x / linewidths[m] : 0;
  });
  // What the matrix knows nothing of would keep conjugate gradients from an end; eigenvectors leave it out by themselves.
  const known = solver.kind === 'gradients' ? knownPart(modes, drive) : drive;
  const { solutions, ...told } = applyInverse(matrix, sidesOf(modes, known), linewidths, solver);
  const answer = fromSides(modes, solutions);
  const rta = modeTensors(modes, temperature, drive, alone, units);
  const full = modeTensors(modes, temperature, drive, answer, units);
  return {
    kappa: summed(full, modes.total),
    kappaRta: summed(rta, modes.total),
    modeKappa: full,
    modeKappaRta: rta,
    vectors: answer.map((y, k) => y / (2 * roots[Math.floor(k / (3 * bands))])),
    ...told,
  };
}

function nothingCarried({ velocities }: BoltzmannModes, matrix: Float64Array): BoltzmannConductivity {
  const none = () => new Float64Array(2 * velocities.length);
  return {
    kappa: new Float64Array(6),
    kappaRta: new Float64Array(6),
    modeKappa: none(),
    modeKappaRta: none(),
    vectors: new Float64Array(velocities.length),
    eigenvalues: new Float64Array(Math.sqrt(matrix.length)),
  };
}

/**
 * What is left of vectors of modes when those of equal modes are made equal, and what the symmetry of their point
 * forbids is taken away. Velocities on the zone's surface are not that symmetric.
 */
function knownPart({ frequencies, bands, projectors }: BoltzmannModes, x: Float64Array): Float64Array {
  const out = new Float64Array(x.length);
  for (let at = 0; at < frequencies.length; at += bands) {
    const begins = setsOf(frequencies, at, bands, DEGENERATE);
    for (let s = 0; s + 1 < begins.length; s++) {
      const count = begins[s + 1] - begins[s];
      const mean = [0, 0, 0];
      for (let m = at + begins[s]; m < at + begins[s + 1]; m++) {
        for (let c = 0; c < 3; c++) mean[c] += x[3 * m + c] / count;
      }
      const p = projectors?.subarray((9 * at) / bands, (9 * at) / bands + 9) ?? IDENTITY;
      for (let m = at + begins[s]; m < at + begins[s + 1]; m++) out.set(times(p, mean), 3 * m);
    }
  }
  return out;
}

/** The reduced matrix takes all three components at once, the full one each alone. */
function sidesOf({ kind }: BoltzmannModes, drive: Float64Array): Float64Array[] {
  if (kind === 'reduced') return [drive];
  return [0, 1, 2].map((c) => drive.filter((_, k) => k % 3 === c));
}

function fromSides({ kind }: BoltzmannModes, solutions: readonly Float64Array[]): Float64Array {
  if (kind === 'reduced') return solutions[0];
  return Float64Array.from(
    { length: 3 * solutions[0].length },
    (_, k) => solutions[k % 3][Math.floor(k / 3)],
  );
}

/** [q][b][6] k T^2 / V (R x)(R y), twice the symmetric part, over the point group. */
function modeTensors(
  modes: BoltzmannModes,
  temperature: number,
  x: Float64Array,
  y: Float64Array,
  units: PhononUnits,
): Float64Array {
  const { bands, gamma, rotations, kind, volume } = modes;
  const sum = groupSum(rotations);
  const out = new Float64Array(2 * x.length);
  const six = new Float64Array(6);
  const factor =
    (conductivityUnit(volume, units) * units.boltzmann * temperature ** 2) /
    (kind === 'full' ? rotations.length : 1);
  for (let m = 0, at = 0; at < x.length; m++, at += 3) {
    if (gamma !== undefined && Math.floor(m / bands) === gamma && m % bands < 3) continue;
    VOIGT.forEach(([a, b], k) => {
      six[k] = x[at + a] * y[at + b] + x[at + b] * y[at + a];
    });
    applySix(sum, six, factor, out, 6 * m);
  }
  return out;
}

function summed(tensors: Float64Array, total: number): Float64Array {
  const out = new Float64Array(6);
  for (let k = 0; k < tensors.length; k++) out[k % 6] += tensors[k];
  return out.map((x) => x / total);
}
