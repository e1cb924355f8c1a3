import { harmonicIndex } from './harmonics.js';
import type { AceFunction, AceParameters } from './parameters.js';
import { type Product, type ProductPlan, planProducts } from './products.js';

/** The radial functions R_nl of one l that products of a centre use, and where their A_nlm stand among its leaves. */
export interface Shell {
  readonly l: number;
  /** n, from 1, ascending */
  readonly n: readonly number[];
  /** Leaf of the first n and m = 0; the m of one n lie together */
  readonly leaf: number;
}

/** What a species of the centre does with its neighbours. */
export interface CentrePlan {
  /** [s][l] shells by the neighbours' species; up to the largest l in use, so that none is left out */
  readonly shells: readonly (readonly Shell[])[];
  /** [leaves] l(l + 1)/2 + m */
  readonly harmonics: readonly number[];
  readonly products: ProductPlan;
}

export function planCentre({ functions, species, embeddings }: AceParameters, kind: number): CentrePlan {
  const many = functions[kind].filter((f) => f.rank > 1);
  const { shells, harmonics, leafOf } = planLeaves(many, species.length);
  const { densities } = embeddings[kind];
  const products = many.flatMap((f) => productsOf(f, densities, leafOf));
  const real = harmonics.map((_, leaf) => isReal(shells.flat(), leaf));
  return { shells, harmonics, products: planProducts(products, real, densities) };
}

/** Where A_nlm stands among the leaves, m >= 0. */
export type LeafOf = (neighbour: number, n: number, l: number, m: number) => number;

/** The leaves that functions of rank 2 and more are made of. */
export function planLeaves(
  many: readonly Pick<AceFunction, 'rank' | 'species' | 'n' | 'l'>[],
  species: number,
): Pick<CentrePlan, 'shells' | 'harmonics'> & { leafOf: LeafOf } {
  const harmonics: number[] = [];
  const shells = Array.from({ length: species }, (_, neighbour) => {
    const used = new Set<number>();
    let lMax = -1;
    for (const f of many) {
      for (let t = 0; t < f.rank; t++) {
        if (f.species[t] !== neighbour) continue;
        used.add(f.l[t] * 256 + f.n[t]);
        lMax = Math.max(lMax, f.l[t]);
      }
    }
    return Array.from({ length: lMax + 1 }, (_, l) => {
      const n = [...used].filter((key) => key >> 8 === l).map((key) => key & 255);
      const shell = { l, n: n.sort((a, b) => a - b), leaf: harmonics.length };
      for (const _ of n) for (let m = 0; m <= l; m++) harmonics.push(harmonicIndex(l, m));
      return shell;
    });
  });
  const leafOf: LeafOf = (neighbour, n, l, m) => {
    const shell = shells[neighbour][l];
    return shell.leaf + shell.n.indexOf(n) * (l + 1) + m;
  };
  return { shells, harmonics, leafOf };
}

/** m = 0 comes first of each n. */
function isReal(shells: readonly Shell[], leaf: number): boolean {
  return shells.some(
    ({ l, n, leaf: first }) =>
      leaf >= first && leaf < first + n.length * (l + 1) && (leaf - first) % (l + 1) === 0,
  );
}

function productsOf(f: AceFunction, densities: number, leafOf: LeafOf): Product[] {
  return Array.from({ length: f.coefficients.length / densities }, (_, product) => {
    const { sign, factors } = factorsOf(f, product, leafOf);
    const own = f.coefficients.subarray(product * densities, (product + 1) * densities);
    return { factors, coefficients: own.map((c) => sign * c) };
  });
}

/** The factors of a product as Product has them. A_nl-m is (-1)^m conj(A_nlm): the sign is that of all. */
export function factorsOf(
  { rank, species, n, l, m }: Pick<AceFunction, 'rank' | 'species' | 'n' | 'l' | 'm'>,
  product: number,
  leafOf: LeafOf,
): { sign: number; factors: number[] } {
  let sign = 1;
  const factors = Array.from({ length: rank }, (_, t) => {
    const order = m[product * rank + t];
    if (order < 0 && order % 2 !== 0) sign = -sign;
    return 2 * leafOf(species[t], n[t], l[t], Math.abs(order)) + (order < 0 ? 1 : 0);
  });
  return { sign, factors };
}
