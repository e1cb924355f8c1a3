import type { Hdf5Input } from '../io/hdf5.js';

/**
 * Lengths of sides by the letters of arrays: t temperatures, q points, p points of a matrix, b bands; 3, 6 and 9 are
 * themselves.
 */
export type Sides = Partial<Record<string, number>>;

/** The shape that letters stand for. */
export function shapeOf(letters: string, sides: Sides): number[] {
  return [...letters].flatMap((letter) => {
    if (letter === '9') return [3, 3];
    return /\d/.test(letter) ? [Number(letter)] : (sides[letter] ?? []);
  });
}

/**
 * Reads an array, of complex numbers the real parts, whose shape must be that of its letters; letters that are met for the first time are learned from it.
 * @throws FormatError
 */
export function readShaped(file: Hdf5Input, name: string, letters: string, sides: Sides): Float64Array {
  const shape = file.shape(name);
  const wanted = [...letters].flatMap((letter) => (letter === '9' ? ['3', '3'] : [letter]));
  const learned: Sides = {};
  const fits =
    shape.length === wanted.length &&
    wanted.every((letter, k) => {
      const known = /\d/.test(letter) ? Number(letter) : (sides[letter] ?? learned[letter]);
      if (known === undefined) learned[letter] = shape[k];
      return known === undefined || known === shape[k];
    });
  if (!fits)
    file.fail(
      `${name} of the shape ${shape.join(' x ') || 'of a single number'}`,
      wanted.map((letter) => sides[letter] ?? (WORDS[letter] || letter)).join(' x ') || 'a single number',
    );
  Object.assign(sides, learned);
  // What cancels up to rounding errors is left out.
  return file.isComplex(name) ? file.complex(name).filter((_, k) => k % 2 === 0) : file.reals(name);
}

const WORDS: Record<string, string> = {
  t: 'temperatures',
  q: 'points',
  p: 'points',
  b: 'bands',
  m: 'grid points',
};
