import type { Modes } from '../../model/phonon-results.js';

/** Modes of imaginary frequency, which a crystal at rest in a minimum has none of. */
export interface ImaginaryModes {
  /** How many there are, and of how many modes */
  readonly count: number;
  readonly modes: number;
  /** THz, negative: the lowest, and where it is (fractions of the reciprocal vectors) */
  readonly lowest: number;
  readonly point: readonly [number, number, number];
}

/** THz: acoustic modes at Gamma come out as rounding errors around zero, below this with the sum rule kept */
export const NOT_ZERO = 1e-3;

/**
 * The imaginary modes of q points; undefined where there are none.
 * @param weights [q] how many points each stands for; 1 where absent
 */
export function imaginaryModes(
  { points, frequencies }: Modes,
  weights?: ArrayLike<number>,
): ImaginaryModes | undefined {
  const width = (3 * frequencies.length) / points.length;
  let count = 0;
  let modes = 0;
  let lowest = 0;
  for (let k = 0; k < frequencies.length; k++) {
    const weight = weights ? weights[Math.floor(k / width)] : 1;
    modes += weight;
    if (frequencies[k] >= -NOT_ZERO) continue;
    count += weight;
    if (frequencies[k] < frequencies[lowest]) lowest = k;
  }
  if (count === 0) return undefined;
  const at = 3 * Math.floor(lowest / width);
  return { count, modes, lowest: frequencies[lowest], point: [points[at], points[at + 1], points[at + 2]] };
}
