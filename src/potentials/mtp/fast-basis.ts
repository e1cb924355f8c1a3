import type { MtpBasis } from './parameters.js';

/**
 * The tables in the order in which the kernels want them: basic moments of all monomials up to the highest rank of each
 * radial function, functions with the most monomials first; then sums of products, each with all its terms, in an order in
 * which they can be made; then one moment that is zero.
 */
export interface KernelBasis {
  /** Highest rank of a monomial */
  readonly rank: number;
  /** Monomials of all ranks */
  readonly monomials: number;
  /** [functions] the function's number in the file, its first moment, and how many monomials it has */
  readonly functions: readonly { readonly mu: number; readonly first: number; readonly count: number }[];
  readonly basics: number;
  /** Of each product: terms [a, b, factor, ...] */
  readonly products: readonly (readonly number[])[];
  readonly moments: number;
  /** [scalars] the moments that are scalars of the energy, in the order of the file */
  readonly scalars: Int32Array;
}

/** Monomials of ranks below `rank`. */
export function monomialsBelow(rank: number): number {
  return (rank * (rank + 1) * (rank + 2)) / 6;
}

/** The place of x^a y^b z^c among 1, x, y, z, xx, xy, xz, yy, ... */
function monomialIndex(a: number, b: number, c: number): number {
  const others = b + c;
  return monomialsBelow(a + others) + (others * (others + 1)) / 2 + c;
}

export function kernelBasis(basis: MtpBasis, functions: number): KernelBasis {
  const ranges = functionRanges(basis, functions);
  const count = basis.basic.length / 4;
  const basics = ranges.reduce((sum, range) => sum + range.count, 0);
  const place = new Int32Array(basis.moments).fill(-1);
  const firstOf = new Map(ranges.map(({ mu, first }) => [mu, first]));
  for (let m = 0; m < count; m++) {
    const [mu, a, b, c] = basis.basic.subarray(4 * m, 4 * m + 4);
    place[m] = firstOf.get(mu)! + monomialIndex(a, b, c);
  }
  const products: number[][] = [];
  for (const { target, terms } of productsOf(basis)) {
    // Moments that nothing is ever added to are zero, and so are their products.
    const known = terms.filter(([a, b]) => place[a] >= 0 && place[b] >= 0);
    place[target] = basics + products.length;
    products.push(known.flatMap(([a, b, factor]) => [place[a], place[b], factor]));
  }
  const zero = basics + products.length;
  const rank = Math.max(0, ...ranges.map((range) => range.rank));
  return {
    rank,
    monomials: monomialsBelow(rank + 1),
    functions: ranges,
    basics,
    products,
    moments: zero + 1,
    scalars: basis.scalars.map((scalar) => (place[scalar] < 0 ? zero : place[scalar])),
  };
}

function functionRanges({ basic }: MtpBasis, functions: number) {
  const ranks = new Array<number>(functions).fill(-1);
  for (let at = 0; at < basic.length; at += 4)
    ranks[basic[at]] = Math.max(ranks[basic[at]], basic[at + 1] + basic[at + 2] + basic[at + 3]);
  let first = 0;
  return ranks
    .map((rank, mu) => ({ mu, rank, count: monomialsBelow(rank + 1) }))
    .sort((a, b) => b.count - a.count)
    .map((range) => {
      first += range.count;
      return { ...range, first: first - range.count };
    });
}

interface Product {
  readonly target: number;
  readonly terms: [a: number, b: number, factor: number][];
}

/** The sums of products, each where its last term stands: by then its factors are made, and nothing has used it yet. */
function productsOf({ times }: MtpBasis): Product[] {
  const products = new Map<number, Product>();
  for (let p = 0; p < times.length; p += 4) {
    const [a, b, factor, target] = times.subarray(p, p + 4);
    const product = products.get(target) ?? { target, terms: [] };
    product.terms.push([a, b, factor]);
    products.delete(target);
    products.set(target, product);
  }
  return [...products.values()];
}
