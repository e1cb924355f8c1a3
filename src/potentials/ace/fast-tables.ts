import { bondTables } from './bond-functions.js';
import type { Shell } from './fast-products.js';
import type { AceParameters } from './parameters.js';
import { knotsOf, type SplineTable } from './tables.js';

/** A pair's functions of the distance as the kernel reads them (src/kernels/ace/radial.ts). */
export interface PairTable {
  /** Knots an A */
  readonly scale: number;
  readonly knots: number;
  /** Pairs of functions in a row, each with c_0 of both, c_1 of both and so on; a row of zeros follows the last knot */
  readonly vectors: number;
  readonly length: number;
  /** Writes the table's numbers. */
  fill(zeros: Float64Array): void;
}

/** One function: sums of tabulated ones, by their indices and factors. */
type Combination = readonly { readonly table: SplineTable; readonly f: number; readonly factor: number }[];

/**
 * The functions of a pair that a centre uses, in order: R_nl of the shells, the sum of the functions of rank 1 for each
 * density (linear in g_k, so one spline does), the core repulsion.
 * @param nuclei atomic numbers of centre and neighbour
 */
export function pairTable(
  { bonds, embeddings, functions, inner, species, splineStep }: AceParameters,
  kind: number,
  neighbour: number,
  nuclei: readonly [number, number],
  shells: readonly Shell[],
): PairTable {
  const bond = bonds[kind * species.length + neighbour];
  const { densities } = embeddings[kind];
  const pairwise = functions[kind].filter((f) => f.rank === 1 && f.species[0] === neighbour);
  const { bins, scale } = knotsOf(bond.cutoff, splineStep);
  const vectors = Math.ceil((shells.reduce((sum, { n }) => sum + n.length, 0) + densities + 1) / 2);
  const row = 8 * vectors;
  const fill = (values: Float64Array) => {
    const { base, radial, core } = bondTables(bond, inner, nuclei, splineStep);
    const combinations: Combination[] = [
      ...shells.flatMap(({ l, n }) =>
        n.map((order) => [{ table: radial, f: (order - 1) * (bond.lMax + 1) + l, factor: 1 }]),
      ),
      ...Array.from({ length: densities }, (_, p) =>
        pairwise.map((f) => ({ table: base, f: f.n[0] - 1, factor: f.coefficients[p] })),
      ),
      [{ table: core, f: 0, factor: 1 }],
    ];
    combinations.forEach((combination, k) => {
      const at = (k >> 1) * 8 + (k & 1);
      for (const { table, f, factor } of combination) {
        for (let knot = 0; knot < bins; knot++) {
          const c = 4 * (knot * table.functions + f);
          for (let k = 0; k < 4; k++) values[knot * row + at + 2 * k] += factor * table.coefficients[c + k];
        }
      }
    });
  };
  return { scale, knots: bins, vectors, length: (bins + 1) * row, fill };
}
