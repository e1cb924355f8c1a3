import { PhonolinkError } from '../../model/errors.js';
import type { Image } from './images.js';
import { pseudoInverse } from './least-squares.js';

/** Displacements of one atom, and the forces that each of them causes. */
export interface Response {
  /** [3] A */
  readonly displacement: ArrayLike<number>;
  /** [3n] eV/A */
  readonly forces: ArrayLike<number>;
}

/**
 * [3][d g] the pseudo-inverse of displacements and their images, all images of the first before those of the second.
 * @throws PhonolinkError where they do not span space
 */
export function inverseDisplacements(
  displacements: readonly ArrayLike<number>[],
  images: readonly Image[],
  atom: number,
): Float64Array {
  const rotated = displacements.flatMap((u) =>
    images.flatMap(({ rotation: r }) =>
      [0, 3, 6].map((k) => r[k] * u[0] + r[k + 1] * u[1] + r[k + 2] * u[2]),
    ),
  );
  const inverse = pseudoInverse(Float64Array.from(rotated));
  if (typeof inverse !== 'number') return inverse;
  throw new PhonolinkError(
    `the displacements of atom ${atom + 1} and their images by symmetry span ${inverse} of three dimensions`,
    { hint: 'displacements are missing, or belong to a structure of more symmetry than this one' },
  );
}

/**
 * Second-order force constants of one displaced atom: the tensors Phi with -F = Phi u for all displacements u and their
 * images under operations that leave the atom in place, in the least-squares sense. As phonopy's finite differences
 * (Parlinski, Li and Kawazoe, Phys. Rev. Lett. 78, 4063, 1997).
 * @param out [n][3][3] written from `offset` on
 * @throws PhonolinkError where the displacements do not span space
 */
export function solveRow(
  atom: number,
  responses: readonly Response[],
  images: readonly Image[],
  out: Float64Array,
  offset: number,
): void {
  const inverse = inverseDisplacements(
    responses.map(({ displacement }) => displacement),
    images,
    atom,
  );
  const columns = responses.length * images.length;
  const count = images[0].moves.length;
  out.fill(0, offset, offset + 9 * count);
  responses.forEach(({ forces }, d) => {
    images.forEach(({ rotation: r, moves }, g) => {
      const column = d * images.length + g;
      for (let j = 0; j < count; j++) {
        const to = offset + 9 * moves[j];
        const [x, y, z] = [forces[3 * j], forces[3 * j + 1], forces[3 * j + 2]];
        for (let c = 0; c < 3; c++) {
          const force = r[3 * c] * x + r[3 * c + 1] * y + r[3 * c + 2] * z;
          for (let k = 0; k < 3; k++) out[to + 3 * k + c] -= inverse[k * columns + column] * force;
        }
      }
    });
  });
}
