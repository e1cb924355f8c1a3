import { rowsTimes } from '../model/cell.js';
import { times } from './integer-matrix.js';
import { askMoyo } from './moyo.js';
import type { Operation } from './operation.js';

/**
 * The Wyckoff letter of a place in a space group's standard setting.
 * @param hallNumber 1 to 530
 * @param operations all of the conventional cell
 * @param place [3] fractional, at its exact position
 * @param cell [9] A, rows
 * @param tolerance A
 * @returns undefined where the place is on no Wyckoff position at this tolerance
 */
export function wyckoffLetter(
  hallNumber: number,
  operations: readonly Operation[],
  place: readonly number[],
  cell: Float64Array,
  tolerance: number,
): string | undefined {
  const isAt = (a: readonly number[], b: readonly number[]) => {
    const apart = a.map((x, k) => x - b[k]).map((x) => x - Math.round(x));
    return Math.hypot(...rowsTimes(apart, cell)) < tolerance;
  };
  const images = operations.map(({ rotation, translation }) =>
    times(rotation, place).map((x, k) => x + translation[k]),
  );
  const multiplicity = operations.length / images.filter((image) => isAt(image, place)).length;
  return askMoyo((moyo) => moyo.wyckoff_positions(hallNumber))
    .filter((position) => position.multiplicity === multiplicity)
    .find(({ coordinates }) => {
      const project = projection(coordinates);
      return images.some((image) => isAt(project(image), image));
    })?.letter;
}

/** 'x,1/2,-x+1/4' as what takes a place to the nearest one of that form: x y z out of its own coordinates. */
export function projection(coordinates: string): (place: readonly number[]) => number[] {
  const rows = coordinates.split(',').map((text) =>
    Array.from(text.matchAll(/([+-]?)(\d+(?:\/\d+)?)?([xyz])?/g), ([all, sign, number = '1', letter]) => {
      const [over, under = '1'] = number.split('/');
      const factor = all === '' ? 0 : (sign === '-' ? -1 : 1) * (Number(over) / Number(under));
      return { factor, axis: letter === undefined ? -1 : 'xyz'.indexOf(letter) };
    }),
  );
  return (place) =>
    rows.map((terms) =>
      terms.reduce((sum, { factor, axis }) => sum + factor * (axis < 0 ? 1 : place[axis]), 0),
    );
}
