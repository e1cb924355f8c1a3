import { inverse, product, rowsTimes, transpose } from '../../model/cell.js';
import { PhonolinkError } from '../../model/errors.js';
import type { Structure } from '../../model/structure.js';
import { conventionalAxes } from '../../symmetry/axes/conventional.js';
import { IDENTITY } from '../../symmetry/integer-matrix.js';
import { reducedBasis } from '../../symmetry/reduced-basis.js';
import { findSpaceGroup, type SpaceGroup, TOLERANCE } from '../../symmetry/space-group.js';
import { type CellParameters, LATTICE_PATHS } from './band-path-tables.js';
import { type PathSegment, straightLine } from './bands.js';

/** A path through the Brillouin zone that shows what is special of a crystal. */
export interface BandPath {
  /** The extended Bravais lattice, such as 'cF2' */
  readonly lattice: string;
  /** Whether the cell that was asked about is the one that the paper gives coordinates in, vector for vector */
  readonly isStandard: boolean;
  /** Straight lines between named points, in fractions of the reciprocal vectors of the cell that was asked about */
  readonly lines: readonly {
    readonly labels: readonly [string, string];
    readonly from: Float64Array;
    readonly to: Float64Array;
  }[];
}

/**
 * The path of Hinuma et al., Comput. Mater. Sci. 128, 140 (2017), as seekpath and with it phonopy's --band auto take
 * it. At the border of two kinds of lattice one of them is taken.
 * @param primitive a primitive cell, in the standard setting or not
 * @param coordinates 'moved' to where the named points are in that cell; or those of the standard setting 'as they are':
 *   what phonopy does with every cell, so that in cells that are not standard its points are not the named ones
 * @throws PhonolinkError where there is no space group
 */
export function recommendedPath(
  primitive: Structure,
  tolerance = TOLERANCE,
  coordinates: 'moved' | 'as they are' = 'moved',
): BandPath {
  const group = findSpaceGroup(primitive, tolerance);
  const standard = standardCell(group, primitive.cell, tolerance);
  const lattice = extendedLattice(group, standard.conventional);
  const { path, points, parameters } = LATTICE_PATHS[lattice];
  const letters = parameters?.(parametersOf(standard.conventional)) ?? {};
  // From fractions of the standard cell's reciprocal vectors: through 1/A to those of the given cell.
  const isStandard = isSameCell(standard.primitive, primitive.cell, tolerance);
  const toGiven =
    isStandard || coordinates === 'as they are'
      ? IDENTITY
      : product(transpose(inverse(standard.primitive)), transpose(primitive.cell));
  const place = (label: string): Float64Array => {
    if (label === 'GAMMA') return new Float64Array(3);
    return rowsTimes(
      points[label].split(' ').map((text) => coordinate(text, letters)),
      toGiven,
    );
  };
  const lines = path.split(' | ').flatMap((piece) => {
    const labels = piece.split(' ');
    return labels.slice(1).map((to, k) => ({
      labels: [labels[k], to] as const,
      from: place(labels[k]),
      to: place(to),
    }));
  });
  return { lattice, isStandard, lines };
}

/**
 * Whether two cells have the same lengths and angles, vector for vector. The setting may still turn the crystal in its
 * lattice, where the lattice has rotations that the crystal has not: the one is as standard as the other, and phonopy
 * takes the cell as it is.
 */
function isSameCell(a: Float64Array, b: Float64Array, tolerance: number): boolean {
  const [p, q] = [product(a, transpose(a)), product(b, transpose(b))];
  return p.every((x, k) => Math.abs(x - q[k]) < tolerance * Math.sqrt(p[0] + p[4] + p[8]));
}

/** A path as lines of as many points each, ends included. */
export function pathSegments({ lines }: Pick<BandPath, 'lines'>, points: number): PathSegment[] {
  return lines.map(({ labels, from, to }) => ({ labels, points: straightLine(from, to, points) }));
}

/** A sum of fractions and of multiples of letters, such as '1/2-D' or '-1+Y'. */
function coordinate(text: string, letters: Readonly<Record<string, number>>): number {
  let sum = 0;
  for (const [, sign, term] of text.matchAll(/([+-]?)([^+-]+)/g)) {
    const [numerator, denominator = '1'] = term.split('/');
    sum += (sign === '-' ? -1 : 1) * (letters[term] ?? Number(numerator) / Number(denominator));
  }
  return sum;
}

/** Conventional and primitive cells of the paper, [9] A each, rows, turned as the crystal is. */
function standardCell(
  group: SpaceGroup,
  given: Float64Array,
  tolerance: number,
): { conventional: Float64Array; primitive: Float64Array } {
  if (group.number <= 2) {
    const cell = triclinicCell(given);
    return { conventional: cell, primitive: cell };
  }
  const columns = product(transpose(given), conventionalAxes(group, given, tolerance));
  const conventional = transpose(columns);
  const centring = PRIMITIVE[familyOf(group)];
  return { conventional, primitive: centring ? transpose(product(columns, centring)) : conventional };
}

const third = 1 / 3;
/** Table 3: (a b c)_primitive = (a b c)_conventional P; those of mC and oA are the paper's own. */
const PRIMITIVE: Readonly<Record<string, readonly number[]>> = {
  cF: [0, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0],
  oF: [0, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0],
  cI: [-0.5, 0.5, 0.5, 0.5, -0.5, 0.5, 0.5, 0.5, -0.5],
  tI: [-0.5, 0.5, 0.5, 0.5, -0.5, 0.5, 0.5, 0.5, -0.5],
  oI: [-0.5, 0.5, 0.5, 0.5, -0.5, 0.5, 0.5, 0.5, -0.5],
  hR: [2 * third, -third, -third, third, third, -2 * third, third, third, third],
  oC: [0.5, 0.5, 0, -0.5, 0.5, 0, 0, 0, 1],
  oA: [0, 0, 1, 0.5, 0.5, 0, -0.5, 0.5, 0],
  mC: [0.5, -0.5, 0, 0.5, 0.5, 0, 0, 0, 1],
};

/** Crystal family and centring: 'cF', 'hR', ... */
function familyOf({ number, centring }: SpaceGroup): string {
  const family = 'amothc'[[2, 15, 74, 142, 194, 230].findIndex((last) => number <= last)];

  return `${family}${centring}`;
}

/**
 * The cell whose reciprocal vectors are as short as can be, the two that are nearest to a right angle the first and
 * second, with angles that are all acute or all obtuse.
 */
function triclinicCell(cell: Float64Array): Float64Array {
  const reciprocal = reducedBasis(transpose(inverse(cell))).cell;
  const row = (k: number) => reciprocal.subarray(3 * (k % 3), 3 * (k % 3) + 3);
  const dots = [0, 1, 2].map((k) => Math.abs(dot(row(k + 1), row(k + 2))));
  const last = dots.indexOf(Math.min(...dots));
  const vectors = [1, 2, 0].map((k) => Array.from(row(last + k)));
  // Signs of the cosines of alpha, beta, gamma; two vectors turned around change two of them.
  const positive = [0, 1, 2].map((k) => dot(vectors[(k + 1) % 3], vectors[(k + 2) % 3]) > 0);
  const odd = positive.findIndex(
    (sign, k) => sign !== positive[(k + 1) % 3] && sign !== positive[(k + 2) % 3],
  );
  const turned = vectors.flatMap((v, k) => v.map((x) => (odd >= 0 && k !== odd ? -x : x)));
  return transpose(inverse(turned));
}

function extendedLattice(group: SpaceGroup, cell: Float64Array): string {
  const { a, b, c, cosbeta, sinbeta } = parametersOf(cell);
  const { number } = group;
  const family = familyOf(group);
  switch (family) {
    case 'cP':
    case 'cF':
      return `${family}${number <= 206 ? 1 : 2}`;
    case 'tI':
      return c <= a ? 'tI1' : 'tI2';
    case 'oF':
      if (1 / a ** 2 > 1 / b ** 2 + 1 / c ** 2) return 'oF1';
      return 1 / c ** 2 > 1 / a ** 2 + 1 / b ** 2 ? 'oF2' : 'oF3';
    case 'oI':
      // By the longest of the three.
      if (c >= a && c >= b) return 'oI1';
      return a >= b ? 'oI2' : 'oI3';
    case 'oC':
      return a <= b ? 'oC1' : 'oC2';
    case 'oA':
      return b <= c ? 'oA1' : 'oA2';
    case 'hP':
      return FIRST_HEXAGONAL.has(number) ? 'hP1' : 'hP2';
    case 'hR':
      return Math.sqrt(3) * a <= Math.sqrt(2) * c ? 'hR1' : 'hR2';
    case 'mC':
      if (b < a * sinbeta) return 'mC1';
      return (-a * cosbeta) / c + (a * sinbeta) ** 2 / b ** 2 <= 1 ? 'mC2' : 'mC3';
    case 'aP':
      return reciprocalIsAcute(cell) ? 'aP3' : 'aP2';
    case 'cI':
    case 'tP':
    case 'oP':
    case 'mP':
      return `${family}1`;
    default:
      throw new PhonolinkError(
        `there is no path for the lattice ${family} of space group ${number} (${group.symbol})`,
      );
  }
}

/** Space groups of lattice hP whose K-H lines differ above and below. */
const FIRST_HEXAGONAL = new Set([143, 144, 145, 147, 149, 151, 153, 157, 159, 162, 163]);

function reciprocalIsAcute(cell: Float64Array): boolean {
  const reciprocal = transpose(inverse(cell));
  return [0, 1, 2].every(
    (k) =>
      dot(
        reciprocal.subarray(3 * k, 3 * k + 3),
        reciprocal.subarray(3 * ((k + 1) % 3), 3 * ((k + 1) % 3) + 3),
      ) >= 0,
  );
}

function parametersOf(cell: Float64Array): CellParameters {
  const row = (k: number) => cell.subarray(3 * k, 3 * k + 3);
  const [a, b, c] = [0, 1, 2].map((k) => Math.sqrt(dot(row(k), row(k))));
  const cosbeta = dot(row(0), row(2)) / (a * c);
  return { a, b, c, cosbeta, sinbeta: Math.sqrt(1 - cosbeta ** 2) };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
