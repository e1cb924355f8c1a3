import { PhonolinkError } from '../../model/errors.js';
import type { DensityOfStates, MeshModes } from '../../model/phonon-results.js';
import type { QMesh } from '../../symmetry/q-mesh.js';
import { addCornerWeights, tetrahedraAround } from './tetrahedra.js';

/** What each column of a density of states counts: [columns][q][b] shares of the modes. */
export type Shares = readonly Float64Array[];

export interface FrequencyRange {
  /** THz; what lies outside of the modes by ten widths where absent */
  readonly min?: number;
  readonly max?: number;
  /** THz between points; a 200th of the range where absent */
  readonly pitch?: number;
  /** THz, of the smearing; a hundredth of the modes' range where absent */
  readonly width?: number;
}

/** [f] THz: the points at which phonopy gives a density of states. */
export function frequencyPoints(frequencies: Float64Array, range: FrequencyRange = {}): Float64Array {
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const f of frequencies) {
    lowest = Math.min(lowest, f);
    highest = Math.max(highest, f);
  }
  const width = range.width ?? (highest - lowest) / 100;
  const min = range.min ?? lowest - 10 * width;
  const max = range.max ?? highest + 10 * width;
  const pitch = range.pitch ?? (max - min) / 200;
  if (!(pitch > 0 && max >= min)) {
    throw new PhonolinkError(`frequencies from ${min} to ${max} THz in steps of ${pitch} are no range`);
  }
  return Float64Array.from(
    { length: Math.max(0, Math.ceil((max - min) / pitch + 0.1)) },
    (_, k) => min + k * pitch,
  );
}

/**
 * Density of states by linear tetrahedra, states per THz. Each irreducible point has the tetrahedra that meet there,
 * as many times as it stands for points of the mesh.
 * @param points [f] THz, rising
 * @param shares columns; the total where absent
 */
export type TetrahedronMethod = (
  modes: MeshModes,
  mesh: QMesh,
  points: Float64Array,
  shares?: Shares,
) => DensityOfStates;

/** One tetrahedron after the other. */
export const tetrahedronDensity: TetrahedronMethod = (modes, mesh, points, shares) => {
  const { frequencies, primitive, weights } = modes;
  const [n0, n1, n2] = mesh.mesh;
  const total = n0 * n1 * n2;
  const bands = frequencies.length / weights.length;
  const { steps, centres } = tetrahedraAround(primitive.cell, mesh.mesh);
  const numberOf = new Int32Array(total);
  mesh.irreducible.forEach((point, k) => {
    numberOf[point] = k;
  });
  const columns = Array.from({ length: shares?.length ?? 1 }, () => new Float64Array(points.length));
  const corners = new Int32Array(centres.length * 4);
  const values = new Float64Array(4);
  const weight = new Float64Array(points.length);
  // Where each band was found last: it has not gone far since.
  const nearOf = new Int32Array(bands);
  for (let k = 0; k < weights.length; k++) {
    const point = mesh.irreducible[k];
    const [a, b, c] = [point % n0, Math.floor(point / n0) % n1, Math.floor(point / (n0 * n1))];
    for (let t = 0; t < corners.length; t++) {
      const x = (a + steps[3 * t] + n0) % n0;
      const y = (b + steps[3 * t + 1] + n1) % n1;
      const z = (c + steps[3 * t + 2] + n2) % n2;
      corners[t] = bands * numberOf[mesh.map[x + n0 * (y + n1 * z)]];
    }
    const scale = weights[k] / (6 * total);
    for (let band = 0; band < bands; band++) {
      const into = shares ? weight : columns[0];
      let near = nearOf[band];
      for (let t = 0; t < centres.length; t++) {
        values[0] = frequencies[corners[4 * t] + band];
        values[1] = frequencies[corners[4 * t + 1] + band];
        values[2] = frequencies[corners[4 * t + 2] + band];
        values[3] = frequencies[corners[4 * t + 3] + band];
        near = addCornerWeights(values, centres[t], points, scale, into, near);
      }
      nearOf[band] = near;
      if (shares) spread(weight, shares, k * bands + band, columns);
    }
  }
  return { method: 'Tetrahedron method', frequencies: points, columns };
};

function spread(weight: Float64Array, shares: Shares, mode: number, columns: Float64Array[]): void {
  for (let c = 0; c < columns.length; c++) {
    const share = shares[c][mode];
    for (let f = 0; f < weight.length; f++) columns[c][f] += share * weight[f];
  }
  weight.fill(0);
}

/** Smearing: a normal or a Cauchy (Lorentz) distribution of a width in THz around each mode. */
export type Smearing = { readonly kind: 'normal' | 'cauchy'; readonly width: number };

/** Density of states by smearing, states per THz. @param points [f] THz */
export function smearedDensity(
  modes: MeshModes,
  points: Float64Array,
  { kind, width }: Smearing,
  shares?: Shares,
): DensityOfStates {
  if (!(width > 0)) throw new PhonolinkError(`the smearing's width is ${width} THz, expected a positive one`);
  const { frequencies, weights } = modes;
  const bands = frequencies.length / weights.length;
  const total = weights.reduce((sum, w) => sum + w, 0);
  const columns = Array.from({ length: shares?.length ?? 1 }, () => new Float64Array(points.length));
  const weight = new Float64Array(points.length);
  for (let mode = 0; mode < frequencies.length; mode++) {
    const scale = weights[Math.floor(mode / bands)] / total;
    const into = shares ? weight : columns[0];
    for (let f = 0; f < points.length; f++) {
      const x = (points[f] - frequencies[mode]) / width;
      const shape =
        kind === 'normal' ? Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI) : 1 / (Math.PI * (1 + x * x));
      into[f] += (scale * shape) / width;
    }
    if (shares) spread(weight, shares, mode, columns);
  }
  return { method: `Sigma = ${width.toFixed(6)}`, frequencies: points, columns };
}

/**
 * Shares of the atoms, |e|^2 summed over directions; or of the atoms and directions; or of the atoms along one
 * direction.
 * @param along [3] Cartesian
 */
export function atomShares(modes: MeshModes, per: 'atom' | 'direction' | ArrayLike<number>): Shares {
  const { eigenvectors: e, primitive, frequencies } = modes;
  if (!e) throw new PhonolinkError('a projected density of states needs the eigenvectors');
  const size = 3 * primitive.count;
  if (per === 'direction') {
    return Array.from({ length: size }, (_, i) =>
      frequencies.map((_f, m) => squareAt(e, 2 * (m * size + i))),
    );
  }
  const way = per === 'atom' ? undefined : unit(per);
  return Array.from({ length: primitive.count }, (_, atom) =>
    frequencies.map((_f, m) => {
      const at = 2 * (m * size + 3 * atom);
      if (!way) return squareAt(e, at) + squareAt(e, at + 2) + squareAt(e, at + 4);
      const re = way[0] * e[at] + way[1] * e[at + 2] + way[2] * e[at + 4];
      const im = way[0] * e[at + 1] + way[1] * e[at + 3] + way[2] * e[at + 5];
      return re * re + im * im;
    }),
  );
}

function squareAt(e: Float64Array, at: number): number {
  return e[at] * e[at] + e[at + 1] * e[at + 1];
}

function unit(v: ArrayLike<number>): number[] {
  const length = Math.hypot(v[0], v[1], v[2]);
  if (!(length > 0)) throw new PhonolinkError('the direction of a projection is no vector');
  return [v[0] / length, v[1] / length, v[2] / length];
}
