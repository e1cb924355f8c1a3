import { bondTables, type RadialMode } from './bond-functions.js';
import { coreBreaks, coreRepulsion } from './core.js';
import type { Shell } from './fast-products.js';
import type { AceParameters } from './parameters.js';
import { DEGREE, makePieces } from './pieces.js';
import { radialBase, radialBreaks } from './radial.js';
import { knotsOf } from './tables.js';

/** A pair's functions of the distance as the kernels read them (src/kernels/ace/radial.ts and pieces.ts). */
export interface PairTable {
  /** What makes the kernels' slopes 1/A */
  readonly scale: number;
  /** Pairs of functions in a row, each with c_0 of both, c_1 of both and so on; the last row is zero */
  readonly vectors: number;
  /** Rows are found by the distance: knots, or cells that know in which row they begin */
  readonly knots: number;
  readonly cells?: { readonly scale: number; readonly offsets: Int32Array };
  readonly length: number;
  /** Writes the table's numbers. */
  fill(zeros: Float64Array): void;
}

/** A pair of species, and what a centre needs of it. */
export interface PairUse {
  readonly parameters: AceParameters;
  /** Of centre and neighbour: indices of their species, and atomic numbers */
  readonly kinds: readonly [number, number];
  readonly nuclei: readonly [number, number];
  readonly shells: readonly Shell[];
}

/** The functions of a pair that a centre uses, as the kernels have them for a radial mode. */
export function pairTable(use: PairUse, mode: RadialMode): PairTable {
  return mode === 'spline' ? splineTable(use) : pieceTable(use);
}

/** One function: a sum of g_k or R_nl, by their indices among those of the bond, with factors; or the core repulsion. */
type Combination =
  | { readonly of: 'base' | 'radial'; readonly terms: readonly { f: number; factor: number }[] }
  | { readonly of: 'core' };

/**
 * The functions in order: R_nl of the shells, the sum of the functions of rank 1 for each density (linear in g_k, so one
 * function does), the core repulsion.
 */
function combinationsOf({ parameters, kinds: [kind, neighbour], shells }: PairUse): Combination[] {
  const { bonds, embeddings, functions, species } = parameters;
  const { lMax } = bonds[kind * species.length + neighbour];
  const { densities } = embeddings[kind];
  const pairwise = functions[kind].filter((f) => f.rank === 1 && f.species[0] === neighbour);
  return [
    ...shells.flatMap(({ l, n }) =>
      n.map((order) => ({
        of: 'radial' as const,
        terms: [{ f: (order - 1) * (lMax + 1) + l, factor: 1 }],
      })),
    ),
    ...Array.from({ length: densities }, (_, p) => ({
      of: 'base' as const,
      terms: pairwise.map((f) => ({ f: f.n[0] - 1, factor: f.coefficients[p] })),
    })),
    { of: 'core' },
  ];
}

function splineTable(use: PairUse): PairTable {
  const { bonds, inner, species, splineStep } = use.parameters;
  const bond = bonds[use.kinds[0] * species.length + use.kinds[1]];
  const combinations = combinationsOf(use);
  const vectors = Math.ceil(combinations.length / 2);
  const row = 8 * vectors;
  const { bins, scale } = knotsOf(bond.cutoff, splineStep);
  const fill = (values: Float64Array) => {
    const tables = bondTables(bond, inner, use.nuclei, splineStep);
    combinations.forEach((combination, k) => {
      const at = (k >> 1) * 8 + (k & 1);
      const { functions, coefficients } = tables[combination.of];
      const terms = combination.of === 'core' ? [{ f: 0, factor: 1 }] : combination.terms;
      for (const { f, factor } of terms) {
        for (let knot = 0; knot < bins; knot++) {
          const c = 4 * (knot * functions + f);
          for (let k = 0; k < 4; k++) values[knot * row + at + 2 * k] += factor * coefficients[c + k];
        }
      }
    });
  };
  return { scale, knots: bins, vectors, length: (bins + 1) * row, fill };
}

/** Numbers before the coefficients of a piece: its end, centre and scale, and one unused. */
const HEAD = 4;
/** Most pieces are wider than a cell. */
const CELLS = 512;

/** R_nl are sums of the g_k: pieces are made of these alone, and of r times the core repulsion, finite at all distances. */
function pieceTable(use: PairUse): PairTable {
  const { bonds, inner, species } = use.parameters;
  const bond = bonds[use.kinds[0] * species.length + use.kinds[1]];
  const { baseCount, cutoff } = bond;
  const sample = (r: number, values: Float64Array, slopes: Float64Array) => {
    radialBase(bond, inner, r, values, slopes);
    const { value, slope } = coreRepulsion(bond, inner, use.nuclei, r);
    values[baseCount] = r * value;
    slopes[baseCount] = r * slope + value;
  };
  const pieces = makePieces(baseCount + 1, sample, {
    breaks: [...radialBreaks(bond, inner), ...coreBreaks(bond, inner)],
    end: cutoff,
    sets: [baseCount, 1],
  });
  const combinations = combinationsOf(use).map((combination) => {
    if (combination.of === 'core') return [{ f: baseCount, factor: 1 }];
    if (combination.of === 'base') return combination.terms;
    return combination.terms.flatMap(({ f, factor }) =>
      Array.from({ length: baseCount }, (_, k) => ({
        f: k,
        factor: factor * bond.coefficients[f * baseCount + k],
      })),
    );
  });
  const vectors = Math.ceil(combinations.length / 2);
  const row = HEAD + 2 * (DEGREE + 1) * vectors;
  const fill = (values: Float64Array) => {
    pieces.forEach(({ end, centre, scale, coefficients }, k) => {
      values.set([end, centre, scale], k * row);
      combinations.forEach((terms, g) => {
        const at = k * row + HEAD + (g >> 1) * 2 * (DEGREE + 1) + (g & 1);
        for (const { f, factor } of terms) {
          for (let power = 0; power <= DEGREE; power++)
            values[at + 2 * power] += factor * coefficients[f * (DEGREE + 1) + power];
        }
      });
    });
    values[pieces.length * row] = Number.POSITIVE_INFINITY;
  };
  return {
    scale: 1,
    knots: CELLS,
    cells: {
      scale: CELLS / cutoff,
      offsets: cellStarts(
        pieces.map(({ end }) => end),
        cutoff,
      ).map((piece) => 8 * row * piece),
    },
    vectors,
    length: (pieces.length + 1) * row,
    fill,
  };
}

/** [CELLS + 1] the piece in which each cell begins; one too early does no harm, and rounding could make it one too late. */
function cellStarts(ends: readonly number[], cutoff: number): Int32Array {
  let piece = 0;
  return Int32Array.from({ length: CELLS + 1 }, (_, cell) => {
    const start = ((cell * cutoff) / CELLS) * (1 - 1e-14);
    while (ends[piece] <= start) piece++;
    return piece;
  });
}
