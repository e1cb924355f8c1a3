import { determinant } from '../../model/cell.js';
import { times } from '../../symmetry/integer-matrix.js';

/** Whole multiples of the supercell's lattice vectors. */
export type Direction = readonly [number, number, number];

/** Directions tried, in this order: along the lattice vectors, face diagonals, body diagonals (phonopy's order). */
const ALONG_AXES: readonly Direction[] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
const WITH_DIAGONALS: readonly Direction[] = [
  ...ALONG_AXES,
  [1, 1, 0],
  [1, 0, 1],
  [0, 1, 1],
  [1, -1, 0],
  [1, 0, -1],
  [0, 1, -1],
  [1, 1, 1],
  [1, 1, -1],
  [1, -1, 1],
  [-1, 1, 1],
];

/**
 * The fewest directions whose images under an atom's site symmetry span space: one, two or the three axes, the first
 * that will do in phonopy's order. Which they are does not depend on the order of the rotations: as long as no single
 * direction spans space, the images of one lie in a plane or on a line, which is the same for all of them.
 * @param rotations [9] each, the site symmetry in fractions of the cell
 * @param diagonal whether directions off the lattice vectors may be taken
 */
export function leastDirections(rotations: readonly Int32Array[], diagonal: boolean): Direction[] {
  const tried = diagonal ? WITH_DIAGONALS : ALONG_AXES;
  for (const direction of tried) {
    if (spansSpace(direction, imagesOf(direction, rotations))) return [direction];
  }
  for (const direction of tried) {
    for (const image of imagesOf(direction, rotations)) {
      const second = tried.find((other) => determinant([...direction, ...image, ...other]) !== 0);
      if (second) return [direction, second];
    }
  }
  return [...ALONG_AXES];
}

/** Whether a rotation turns a direction into its opposite: then forces of one tell those of the other. */
export function isReversed(direction: Direction, rotations: readonly Int32Array[]): boolean {
  return imagesOf(direction, rotations).some((image) => image.every((x, k) => x + direction[k] === 0));
}

/** The rotations that leave a direction as it is. */
export function keeps(direction: Direction, rotation: Int32Array): boolean {
  return times(rotation, direction).every((x, k) => x === direction[k]);
}

export function opposite([x, y, z]: Direction): Direction {
  return [0 - x, 0 - y, 0 - z];
}

function imagesOf(direction: Direction, rotations: readonly Int32Array[]): Direction[] {
  return rotations.map((rotation) => times(rotation, direction));
}

function spansSpace(direction: Direction, images: readonly Direction[]): boolean {
  return images.some((first, i) =>
    images.slice(i + 1).some((second) => determinant([...direction, ...first, ...second]) !== 0),
  );
}
