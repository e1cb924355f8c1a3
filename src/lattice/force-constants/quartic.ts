import { PhonolinkError } from '../../model/errors.js';
import type { CubicForceConstants, QuarticForceConstants } from '../../model/force-constants.js';
import type { CellSymmetry } from '../../symmetry/cell-symmetry.js';
import { type Image, siteImages, sourcesOf } from './images.js';
import type { RowLayout } from './rows.js';
import { inverseDisplacements } from './solve.js';
import { rotateBack3, rotateBack4 } from './tensors.js';

/** A displaced atom, and the third-order force constants of the supercell in which it is displaced. */
export interface CubicResponse {
  readonly atom: number;
  /** [3] A */
  readonly displacement: ArrayLike<number>;
  /** Full */
  readonly cubic: CubicForceConstants;
}

/** Numbers that an array of them may hold here: 16 GB */
const MOST = 2 ** 31;

/** @throws PhonolinkError where fourth-order force constants would not fit into memory */
export function requireRoomForQuartic(count: number, rows: number): void {
  const numbers = 81 * count ** 3 * Math.max(rows, 1);
  if (numbers <= MOST) return;
  throw new PhonolinkError(
    `fourth-order force constants of ${rows} rows of ${count} atoms take ${((8 * numbers) / 1e9).toFixed(0)} GB`,
    { hint: 'take a smaller supercell' },
  );
}

/**
 * Fourth-order force constants: by how much third-order ones change as an atom is displaced, in the least-squares sense
 * over its displacements and their images by symmetry, and by the operations for all other atoms. Nothing is forced
 * upon them.
 * @param atRest full third-order force constants of the supercell at rest
 * @param layout which rows to make
 * @throws PhonolinkError where displacements are too few, or there is no room
 */
export function quarticForceConstants(
  symmetry: CellSymmetry,
  atRest: CubicForceConstants,
  responses: readonly CubicResponse[],
  layout: RowLayout,
): QuarticForceConstants {
  const { count } = atRest;
  requireRoomForQuartic(count, layout.rows.length);
  const atoms = [...new Set(responses.map(({ atom }) => atom))];
  const sources = sourcesOf(symmetry, layout.rows, atoms);
  const size = 81 * count ** 3;
  const values = new Float64Array(size * layout.rows.length);
  const solved = new Float64Array(size);
  for (const atom of atoms) {
    solveAtom(
      symmetry,
      atRest,
      responses.filter((response) => response.atom === atom),
      solved,
    );
    sources.forEach(({ atom: source, rotation, moves }, row) => {
      if (source === atom) distribute(solved, rotation, moves, values, size * row);
    });
  }
  return { count, rows: layout.rows, values };
}

/** [n][n][n][81] of one atom, into `out`. */
function solveAtom(
  symmetry: CellSymmetry,
  atRest: CubicForceConstants,
  responses: readonly CubicResponse[],
  out: Float64Array,
): void {
  const { atom } = responses[0];
  const images = siteImages(symmetry, atom);
  const inverse = inverseDisplacements(
    responses.map(({ displacement }) => displacement),
    images,
    atom,
  );
  const columns = responses.length * images.length;
  out.fill(0);
  responses.forEach(({ cubic }, d) => {
    const change = cubic.values.map((x, i) => x - atRest.values[i]);
    images.forEach((image, g) => {
      const weights = [0, 1, 2].map((k) => inverse[k * columns + d * images.length + g]);
      addTurned(change, image, weights, out);
    });
  });
}

/** out[g i][g j][g k] += w R T[i][j][k] for all triplets: [n][n][n][27] into [n][n][n][3][27]. */
function addTurned(
  tensors: Float64Array,
  { rotation: r, moves }: Image,
  weights: readonly number[],
  out: Float64Array,
): void {
  const n = moves.length;
  const forward = Float64Array.of(r[0], r[3], r[6], r[1], r[4], r[7], r[2], r[5], r[8]);
  const turned = new Float64Array(27);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++, at += 27) {
        rotateBack3(forward, tensors, at, turned, 0);
        const to = 81 * (n * (n * moves[i] + moves[j]) + moves[k]);
        for (let a = 0; a < 3; a++) {
          for (let c = 0; c < 27; c++) out[to + 27 * a + c] += weights[a] * turned[c];
        }
      }
    }
  }
}

function distribute(
  from: Float64Array,
  rotation: Float64Array | undefined,
  moves: Int32Array,
  out: Float64Array,
  offset: number,
): void {
  const n = moves.length;
  for (let i = 0, to = offset; i < n; i++) {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++, to += 81) {
        const at = 81 * (n * (n * moves[i] + moves[j]) + moves[k]);
        if (rotation) rotateBack4(rotation, from, at, out, to);
        else for (let c = 0; c < 81; c++) out[to + c] = from[at + c];
      }
    }
  }
}
