import type { PairDisplacementSet } from '../../model/displacements.js';
import { PhonolinkError } from '../../model/errors.js';
import type { CubicForceConstants, ForceConstants } from '../../model/force-constants.js';
import type { CellSymmetry } from '../../symmetry/cell-symmetry.js';
import { keepKnownPairs } from './cutoff-pairs.js';
import { selectRows } from './expand.js';
import { harmonicForceConstants, requireForces } from './harmonic.js';
import { type Image, keeping, siteImages, sourcesOf } from './images.js';
import { fullRows, type RowLayout } from './rows.js';
import { inverseDisplacements, type Response, solveRow } from './solve.js';
import { rotateBack2, rotateBack3 } from './tensors.js';

type First = PairDisplacementSet['entries'][number];

/** Third-order force constants, and those of second order that the first displacements alone give. */
export interface CubicResult {
  readonly harmonic: ForceConstants;
  readonly cubic: CubicForceConstants;
}

/**
 * Third-order force constants from displacements of pairs of atoms: the second-order ones of the crystal with one atom
 * displaced, less those of the crystal at rest, for each displacement of that atom and its images by symmetry; then
 * by the operations for all other atoms. phono3py's finite differences (Chaput, Togo, Tanaka and Hug, Phys. Rev. B 84,
 * 094302, 2011), with no symmetry between indices and no sum rule forced upon them.
 *
 * Where pairs are left out (a cutoff), what is not known of a triplet is taken from the permutations of it that are,
 * which are averaged; a triplet of which no permutation is known is zero.
 * @param symmetry of the supercell
 * @param layout which rows to make of both orders
 * @throws PhonolinkError where forces are missing or displacements are too few
 */
export function cubicForceConstants(
  symmetry: CellSymmetry,
  set: PairDisplacementSet,
  layout: RowLayout,
): CubicResult {
  const { count } = symmetry.structure;
  const full = harmonicForceConstants(symmetry, set, fullRows(count));
  const firsts = new Map<number, First[]>();
  for (const entry of set.entries) firsts.set(entry.atom, [...(firsts.get(entry.atom) ?? []), entry]);
  const sources = sourcesOf(symmetry, layout.rows, [...firsts.keys()]);
  const cut = set.cutoff !== undefined || set.entries.some((e) => e.second.some((s) => !s.included));
  const size = 27 * count * count;
  const values = new Float64Array(size * layout.rows.length);
  const known = new Uint8Array(cut ? count * layout.rows.length : 0);
  const solved = new Float64Array(size);
  for (const [atom, entries] of firsts) {
    solveFirst(symmetry, atom, entries, full, solved);
    const pairs = cut ? knownPairs(siteImages(symmetry, atom), entries, count) : undefined;
    sources.forEach(({ atom: source, rotation, moves }, row) => {
      if (source !== atom) return;
      distribute(solved, rotation, moves, values, size * row);
      if (pairs) for (let j = 0; j < count; j++) known[count * row + j] = pairs[moves[j]];
    });
  }
  const cubic = { count, rows: layout.rows, values };
  if (cut) keepKnownPairs(cubic, layout, known);
  return { harmonic: selectRows(full, layout.rows), cubic };
}

/** [n][n][3][3][3] of one displaced atom, into `out`. */
function solveFirst(
  symmetry: CellSymmetry,
  atom: number,
  entries: readonly First[],
  harmonic: ForceConstants,
  out: Float64Array,
): void {
  const images = siteImages(symmetry, atom);
  const inverse = inverseDisplacements(
    entries.map(({ displacement }) => displacement),
    images,
    atom,
  );
  out.fill(0);
  entries.forEach((entry, d) => {
    const change = changeOfHarmonic(entry, images, harmonic);
    images.forEach((image, g) => {
      const columns = entries.length * images.length;
      const column = d * images.length + g;
      const weights = [0, 1, 2].map((k) => inverse[k * columns + column]);
      addRotated(change, image, weights, out);
    });
  });
}

/** [n][n][3][3] eV/A^2, by how much second-order force constants change as an atom is displaced. */
function changeOfHarmonic(entry: First, images: readonly Image[], harmonic: ForceConstants): Float64Array {
  const { count } = harmonic;
  const left = keeping(images, entry.displacement);
  const forces = requireForces(entry.forces, count, `supercell ${entry.id}`);
  const responses = new Map<number, Response[]>();
  for (const second of entry.second) {
    if (!second.included) continue;
    const both = requireForces(second.forces, count, `supercell ${second.id}`);
    const list = responses.get(second.atom) ?? [];
    responses.set(second.atom, list);
    list.push({ displacement: second.displacement, forces: both.map((f, i) => f - forces[i]) });
  }
  const out = new Float64Array(9 * count * count);
  const isKnown = new Uint8Array(count);
  for (const [atom, list] of responses) {
    const bond = left.filter(({ moves }) => moves[atom] === atom);
    solveRow(atom, list, bond, out, 9 * count * atom);
    isKnown[atom] = 1;
  }
  for (const atom of responses.keys()) {
    for (const { rotation, moves } of left) {
      const to = moves[atom];
      if (isKnown[to]) continue;
      isKnown[to] = 1;
      turnRow(rotation, moves, out, atom, to);
    }
  }
  for (let i = 0; i < count; i++) {
    const row = 9 * count * i;
    if (isKnown[i]) for (let k = row; k < row + 9 * count; k++) out[k] -= harmonic.values[k];
    else if (entry.second.every(({ included }) => included)) throw missing(entry, i);
  }
  return out;
}

function missing(entry: First, atom: number): PhonolinkError {
  return new PhonolinkError(
    `no second displacement after supercell ${entry.id} tells of atom ${atom + 1}, nor does symmetry`,
    { hint: 'displacements are missing, or belong to a structure of more symmetry than this one' },
  );
}

/** A row of second-order force constants taken to another by an operation. */
function turnRow(r: Float64Array, moves: Int32Array, values: Float64Array, from: number, to: number): void {
  const n = moves.length;
  const back = Float64Array.of(r[0], r[3], r[6], r[1], r[4], r[7], r[2], r[5], r[8]);
  for (let j = 0; j < n; j++) rotateBack2(back, values, 9 * (n * from + j), values, 9 * (n * to + moves[j]));
}

/** out[g i][g j] += w_k R T[i][j] R^T for all pairs of atoms: [n][n][3][3] into [n][n][3][3][3]. */
function addRotated(
  tensors: Float64Array,
  { rotation: r, moves }: Image,
  [wx, wy, wz]: readonly number[],
  out: Float64Array,
): void {
  const n = moves.length;
  const [a, b, c, d, e, f, g, h, i] = r;
  for (let p = 0; p < n; p++) {
    for (let q = 0; q < n; q++) {
      const at = 9 * (n * p + q);
      let to = 27 * (n * moves[p] + moves[q]);
      for (let k = 0; k < 3; k++) {
        const [u, v, w] = k === 0 ? [a, b, c] : k === 1 ? [d, e, f] : [g, h, i];
        const x = u * tensors[at] + v * tensors[at + 3] + w * tensors[at + 6];
        const y = u * tensors[at + 1] + v * tensors[at + 4] + w * tensors[at + 7];
        const z = u * tensors[at + 2] + v * tensors[at + 5] + w * tensors[at + 8];
        const s = x * a + y * b + z * c;
        const t = x * d + y * e + z * f;
        const o = x * g + y * h + z * i;
        out[to] += wx * s;
        out[to + 1] += wx * t;
        out[to + 2] += wx * o;
        out[to + 9] += wy * s;
        out[to + 10] += wy * t;
        out[to + 11] += wy * o;
        out[to + 18] += wz * s;
        out[to + 19] += wz * t;
        out[to + 20] += wz * o;
        to += 3;
      }
    }
  }
}

/** All pairs of one first atom to another's row. */
function distribute(
  from: Float64Array,
  rotation: Float64Array | undefined,
  moves: Int32Array,
  out: Float64Array,
  offset: number,
): void {
  const n = moves.length;
  let to = offset;
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < n; k++, to += 27) {
      const at = 27 * (n * moves[j] + moves[k]);
      if (rotation) rotateBack3(rotation, from, at, out, to);
      else for (let c = 0; c < 27; c++) out[to + c] = from[at + c];
    }
  }
}

/** [n] whether the second order with a first atom displaced is known of an atom, by some displacement of the first. */
function knownPairs(images: readonly Image[], entries: readonly First[], count: number): Uint8Array {
  const known = new Uint8Array(count);
  for (const { second } of entries) {
    for (const { atom, included } of second) {
      if (included) for (const { moves } of images) known[moves[atom]] = 1;
    }
  }
  return known;
}
