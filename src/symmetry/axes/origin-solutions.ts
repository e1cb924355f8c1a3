import type { Centring } from '../centring.js';
import { INVERSION, negated } from '../integer-matrix.js';

/** Generators of a point group, and how an origin comes out of the shifts that go with them. */
export interface OriginSolution {
  /** One to three rotations in conventional axes, [9] each */
  readonly generators: readonly Int32Array[];
  /** [3][9] p = matrix d, in primitive vectors: d holds the generators' shifts one behind the other */
  readonly matrix: readonly Float64Array[];
}

const ROTATIONS: Readonly<Record<string, readonly number[]>> = {
  1: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  '2x': [1, 0, 0, 0, -1, 0, 0, 0, -1],
  '2y': [-1, 0, 0, 0, 1, 0, 0, 0, -1],
  '2z': [-1, 0, 0, 0, -1, 0, 0, 0, 1],
  "2'": [0, -1, 0, -1, 0, 0, 0, 0, -1],
  '2"': [0, 1, 0, 1, 0, 0, 0, 0, -1],
  '3z': [0, -1, 0, 1, -1, 0, 0, 0, 1],
  '3*': [0, 0, 1, 1, 0, 0, 0, 1, 0],
  '4z': [0, -1, 0, 1, 0, 0, 0, 0, 1],
  '6z': [1, -1, 0, 1, 0, 0, 0, 0, 1],
};

/**
 * Origins by crystal system and centring, in the order in which spglib tries them. An origin p has (W - I) p = d modulo
 * lattice vectors for every generator W; with the Smith normal form S = U (W - I) V a solution is p = V S^+ U d
 * (Grosse-Kunstleve, Acta Cryst. A 55, 383, 1999). V and U are not unique, and with them p is free to differ by what the
 * symmetry allows: these are the V S^+ U, in twelfths, that spglib's origins come of. Behind a colon three rows, which |
 * parts; zeros at the end of a row are left out.
 */
const SOLUTIONS: Readonly<Record<string, string>> = {
  'triclinic P': `
    1 : 0 | 0 | 0
    1 -1 : 0 0 0 -6 | 0 0 0 0 -6 | 0 0 0 0 0 -6
  `,
  'monoclinic P': `
    2y : -6 | 0 | 0 0 -6
    -2y : 0 | 0 -6 | 0
    2y -1 : -6 | 0 0 0 0 -6 | 0 0 -6
  `,
  'monoclinic C': `
    2y : -12 | 0 | 0 0 -6
    -2y : -12 | 0 | 0
    2y -1 : 0 0 0 -6 | -12 0 0 6 | 0 0 -6
  `,
  'orthorhombic P': `
    2z 2x : -6 | 0 -6 | 0 0 0 0 0 -6
    2z -2x : -6 | 0 -6 | 0
    -2z 2x : 0 | 0 0 0 0 -6 | 0 0 -6
    -2z -2x : 0 0 0 -6 | 0 | 0 0 -6
    2z 2x -1 : -6 | 0 0 0 0 -6 | 0 0 0 0 0 -6
  `,
  'orthorhombic I': `
    2z 2x : 0 0 0 -6 | 6 -6 0 -6 | -6 -6
    2z -2x : -6 0 0 0 6 | 0 | -6 0 0 0 -6
    -2z 2x : 0 0 0 -6 | 0 -12 0 6 | 0
    -2z -2x : -6 0 0 0 6 | -6 0 0 0 -6 | 0
    2z 2x -1 : 0 0 0 0 0 0 -6 | 0 0 -6 0 -12 0 6 | 0 0 -6
  `,
  'orthorhombic F': `
    2z 2x : 0 6 0 -3 -3 | 0 -6 0 -3 -3 | 0 -6 0 -3 9
    2z -2x : 0 12 0 0 -12 | 0 0 0 0 -12 | 0
    -2z 2x : 0 -12 0 0 12 | 0 0 0 0 -12 | 0
    -2z -2x : 0 -12 0 0 12 | 0 0 0 0 -12 | 0
    2z 2x -1 : 0 12 0 0 0 0 0 -6 | 0 0 0 0 0 0 0 -6 | 0 0 0 0 12 0 0 -6
  `,
  'orthorhombic A': `
    2z 2x : -6 | 0 0 0 0 -6 | 0 12 0 0 -6
    2z -2x : -6 | 0 -12 | 0
    -2z 2x : 0 | 0 0 0 0 -6 | 0 -12 0 0 6
    -2z -2x : 0 0 0 -6 | 0 -12 | 0
    2z 2x -1 : -6 | 0 -12 0 0 0 -6 | 0 0 0 0 0 -6
  `,
  'orthorhombic C': `
    2z 2x : -6 | -6 0 0 12 | 0 0 0 0 0 -6
    2z -2x : -6 | 6 0 0 -12 | 0
    -2z 2x : 0 0 0 -12 | 0 | 0 0 -6
    -2z -2x : 0 0 0 -12 | 0 | 0 0 -6
    2z 2x -1 : 0 0 0 0 0 0 -6 | 0 0 0 12 0 0 -6 | 0 0 0 0 0 -6
  `,
  'tetragonal P': `
    4z : -6 6 | -6 -6 | 0
    4z 2x : -12 0 0 0 6 | 0 0 0 0 -6 | 0 0 0 0 0 -6
    4z -2x : 0 0 0 -6 | -12 0 0 6 | 0
    -4z : -6 -6 | 6 -6 | 0 0 -6
    -4z 2x : -12 0 0 0 -6 | 0 0 0 0 -6 | 0 0 -6
    -4z -2x : 0 0 0 -6 | 12 0 0 -6 | 0 0 -6
    4z -1 : 0 0 0 -6 | -12 0 0 6 | 0 0 0 0 0 -6
    4z 2x -1 : -12 0 0 0 6 | 0 0 0 0 -6 | 0 0 0 0 0 -6
  `,
  'tetragonal I': `
    4z : -12 | 0 | 0 -12
    4z 2x : 0 0 0 -6 | 12 0 0 -6 | 12 0 -12
    4z -2x : -12 | 0 | -12 0 0 0 -12
    -4z : -9 3 3 | -3 -3 -3 | -6 6 -6
    -4z 2x : 0 0 0 -6 | -12 0 0 6 | 12 0 -12 -12
    -4z -2x : -9 3 0 0 3 | -3 -3 0 0 -3 | -6 6 0 0 -6
    4z -1 : 0 24 0 -6 0 -12 | 12 0 0 -6 | 0 -12
    4z 2x -1 : -12 0 0 0 -12 0 6 0 -6 | 0 0 0 0 -12 0 6 0 -6 | 12 0 0 0 12 0 -12
  `,
  'trigonal P': `
    3z : -8 4 | -4 -4 | 0
    3z 2' : 0 4 0 -8 | 0 -4 0 -4 | 0 0 0 0 0 -6
    3z 2" : 0 -12 0 -24 | 0 -12 0 -12 | 0 0 0 0 0 -6
    3z -2' : 0 -12 0 -24 | 0 -12 0 -12 | 0
    3z -2" : 0 4 0 -8 | 0 -4 0 -4 | 0
    -3z : 0 -12 | 12 -12 | 0 0 -6
    -3z 2' : 0 -12 | 0 12 0 -12 | 0 0 -6
    -3z 2" : 0 -12 | 0 -12 0 12 | 0 0 -6
    -3z -2' : 0 -12 | 0 -12 0 12 | 0 0 -6
    -3z -2" : 0 -12 | 0 12 0 -12 | 0 0 -6
    3z -1 : -72 36 0 48 | -36 12 0 24 | 0 0 0 0 0 -6
    3z 2' -1 : 0 12 0 -24 0 0 12 | 0 -12 0 12 0 0 -12 | 0 0 0 0 0 -6
    3z 2" -1 : 0 -12 0 -24 | 0 -12 0 -12 | 0 0 0 0 0 -6
  `,
  'trigonal R': `
    3z : -12 | 0 0 12 | 0
    3z 2" : -6 0 0 -6 | -6 -12 0 -6 | 6 0 0 -6
    3z -2" : 0 0 0 -12 | 0 -12 0 -12 | 0
    -3z : -6 -6 6 | 6 -6 -6 | -6 6 -6
    -3z 2" : 0 -12 0 0 6 | 0 0 0 0 -6 | 0 12 0 -12 -6
    -3z -2" : -6 0 0 -6 | 6 -12 0 6 | -6 0 0 6
    3z -1 : 0 0 0 -6 | 12 0 12 -6 | 12 0 0 -6
    3z 2" -1 : 0 0 0 0 0 0 -6 | 0 -12 0 0 0 0 -6 | 0 0 0 -12 0 0 6
  `,
  'hexagonal P': `
    6z : -12 12 | -12 | 0
    6z 2' : 12 0 0 -12 | -12 | 0 0 0 0 0 -6
    6z -2' : -12 0 0 -12 | -12 | 0
    -6z : -4 -4 | 4 -8 | 0 0 -6
    -6z 2' : -4 0 0 -4 | 4 0 0 -8 | 0 0 -6
    -6z -2' : -12 0 0 12 | -12 0 0 24 | 0 0 -6
    6z -1 : -12 12 | -12 | 0 0 0 0 0 -6
    6z 2' -1 : 12 0 0 -12 | -12 | 0 0 0 0 0 -6
  `,
  'cubic P': `
    4z 3* : -6 6 | -6 -6 | -6 6 0 12
    4z -3* : -6 6 | -6 -6 | 6 -6 0 -12
    2z 3* : 0 -6 0 -12 0 -12 | 0 -6 | 0 -6 0 0 0 -12
    2z -3* : 0 -6 0 -12 0 12 | 0 -6 | 0 6 0 0 0 -12
    -4z 3* : -6 -6 | 6 -6 | -6 -6 0 12
    -4z -3* : -6 -6 | 6 -6 | 6 6 0 -12
    -2z 3* : 0 0 -6 -12 | 0 0 -6 0 0 12 | 0 0 -6
    -2z -3* : 0 0 6 -12 | 0 0 6 0 0 -12 | 0 0 -6
    4z 3* -1 : 0 0 0 0 0 0 -6 | 0 -12 0 0 0 0 -6 | 0 0 0 12 0 0 -6
    2z 3* -1 : 0 0 0 0 0 0 -6 | 0 0 0 12 0 12 -6 | 0 0 0 12 0 0 -6
  `,
  'cubic I': `
    4z 3* : 0 -12 0 -12 | 12 -12 0 -12 | 0 -12
    4z -3* : -12 0 12 -12 | 0 0 12 -12 | 12 0 -12
    2z 3* : 12 0 -12 -24 0 -12 | 12 0 -12 -12 | 12 0 -12 -12 0 -12
    2z -3* : -12 0 12 0 0 -12 | 36 0 -12 -36 0 24 | -36 0 12 36 0 -36
    -4z 3* : 12 24 -60 -84 | 12 12 -48 -60 | 0 12 -24 -24
    -4z -3* : -24 12 0 12 | 12 -12 0 -12 | 24 -12 0 -24
    -2z 3* : -12 0 0 0 0 -12 | -12 0 0 12 | -12 0 0 12 0 -12
    -2z -3* : 12 0 0 0 -24 12 | -12 0 0 0 12 -12 | 12 0 0 0 -12
    4z 3* -1 : -24 -36 0 -12 0 0 12 -12 12 | -12 -36 0 -12 0 0 12 -12 12 | 0 -12
    2z 3* -1 : -12 0 0 0 0 -12 0 -12 12 | -12 0 0 12 0 0 0 -12 12 | -12 0 0 12 0 -12 0 -12 12
  `,
  'cubic F': `
    4z 3* : 0 0 -6 -6 | 0 -12 6 -6 | 0 0 -6 6
    4z -3* : 0 6 -6 0 -6 | 0 -6 6 0 -6 | 0 -6 -6 0 6
    2z 3* : 0 3 -3 -6 | 0 -9 -3 -6 | 0 3 -3 6
    2z -3* : 0 6 0 0 -6 | 0 -6 0 0 -6 | 0 -6 0 -12 6
    -4z 3* : -3 3 0 -6 | -3 -9 0 6 | -3 3 0 6
    -4z -3* : 0 0 6 -6 | 0 -12 -6 -6 | 0 0 -6 -6
    -2z 3* : 0 -6 0 -6 0 -6 | 0 -6 0 6 0 6 | 0 -6 0 6 0 -6
    -2z -3* : 0 0 6 -6 0 6 | 0 0 6 6 0 -6 | 0 0 -6 -6 0 -6
    4z 3* -1 : 0 0 0 0 0 0 -6 | 0 -12 0 -12 0 0 6 | 0 0 0 12 0 0 -6
    2z 3* -1 : 0 0 0 0 0 0 -6 | 0 0 -12 -24 0 0 18 | 0 0 0 12 0 0 -6
  `,
};

/** The ways in which an origin of a space group is looked for. */
export function originSolutions(number: number, centring: Centring): OriginSolution[] {
  const lines = SOLUTIONS[`${systemOf(number)} ${centring}`].trim().split('\n');
  return lines.map((line) => {
    const [names, rows] = line.split(':').map((part) => part.trim());
    return {
      generators: names.split(' ').map(rotationOf),
      matrix: rows.split('|').map((row) => {
        const out = new Float64Array(9);
        row
          .trim()
          .split(' ')
          .forEach((twelfths, k) => {
            out[k] = Number(twelfths) / 12;
          });
        return out;
      }),
    };
  });
}

function rotationOf(name: string): Int32Array {
  if (name === '-1') return INVERSION;
  const rotation = Int32Array.from(ROTATIONS[name.replace('-', '')]);
  return name.startsWith('-') ? negated(rotation) : rotation;
}

const SYSTEMS: readonly (readonly [last: number, system: string])[] = [
  [2, 'triclinic'],
  [15, 'monoclinic'],
  [74, 'orthorhombic'],
  [142, 'tetragonal'],
  [167, 'trigonal'],
  [194, 'hexagonal'],
  [230, 'cubic'],
];

function systemOf(number: number): string {
  return SYSTEMS.find(([last]) => number <= last)![1];
}
