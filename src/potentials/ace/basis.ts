import type { Couple } from './couplings.js';
import type { AceBasisFunction, AceFunction } from './parameters.js';

/** Couplings of products that merge to less than this are rounding errors of 0. */
const NOTHING = 1e-15;

/** A function of a B-basis as a file gives it; `coupled` complete. */
export interface FunctionShape {
  readonly species: readonly number[];
  readonly n: readonly number[];
  readonly l: readonly number[];
  readonly coupled: readonly number[];
  readonly coefficients: readonly number[];
}

/**
 * The functions of one centre with their couplings, in pacemaker's order: by rank, species, n, l, number of products
 * and m, as they are before equal products merge.
 */
export function basisFunctions(shapes: readonly FunctionShape[], couple: Couple): AceBasisFunction[] {
  return shapes
    .map((shape) => ({ shape, coupling: couple(shape.l, shape.coupled) }))
    .sort(
      (a, b) =>
        compareKeys(a.shape, b.shape) ||
        a.coupling.values.length - b.coupling.values.length ||
        lexical(a.coupling.m, b.coupling.m),
    )
    .map(({ shape, coupling }) => merged(shape, coupling.m, coupling.values));
}

/**
 * A function whose products are sorted by species, n, l and m and merged where they are the same then. Where none are,
 * all stay as they were, as pacemaker has it (who sorts also where a Clebsch-Gordan coefficient that is 0 comes out as a
 * rounding error: the order of factors then differs from ours, and nothing else).
 */
function merged(
  { species, n, l, coupled, coefficients }: FunctionShape,
  m: Int8Array,
  values: Float64Array,
): AceBasisFunction {
  const rank = species.length;
  const order = Array.from(species, (_, i) => i).sort(
    (a, b) => species[a] - species[b] || n[a] - n[b] || l[a] - l[b],
  );
  const same = (a: number, b: number) => species[a] === species[b] && n[a] === n[b] && l[a] === l[b];
  const sums = new Map<string, { m: number[]; value: number }>();
  for (let product = 0; product < values.length; product++) {
    const of = (i: number) => m[product * rank + i];
    const sorted = order.map(of);
    // Only the m of factors that are the same otherwise are free to change places.
    for (let from = 0; from < rank; ) {
      let to = from + 1;
      while (to < rank && same(order[from], order[to])) to++;
      const run = sorted.slice(from, to).sort((a, b) => a - b);
      sorted.splice(from, to - from, ...run);
      from = to;
    }
    const key = sorted.join(' ');
    const sum = sums.get(key) ?? { m: sorted, value: 0 };
    sum.value += values[product];
    sums.set(key, sum);
  }
  const kept = [...sums.values()].filter(({ value }) => Math.abs(value) >= NOTHING);
  const gain = kept.length < values.length;
  const places = gain ? order : species.map((_, i) => i);
  kept.sort((a, b) => lexical(a.m, b.m));
  return {
    rank,
    species: Uint8Array.from(places, (i) => species[i]),
    n: Uint8Array.from(places, (i) => n[i]),
    l: Uint8Array.from(places, (i) => l[i]),
    order: Uint8Array.from(places),
    coupled: Uint8Array.from(coupled),
    coefficients: Float64Array.from(coefficients),
    m: gain ? Int8Array.from(kept.flatMap((product) => product.m)) : m,
    couplings: gain ? Float64Array.from(kept, ({ value }) => value) : values,
  };
}

/** A function as its file gives it: in the file's order. */
export function shapeOf({ species, n, l, order, coupled, coefficients }: AceBasisFunction): FunctionShape {
  const place = (values: Uint8Array) => {
    const placed = new Array<number>(values.length);
    order.forEach((to, i) => {
      placed[to] = values[i];
    });
    return placed;
  };
  return {
    species: place(species),
    n: place(n),
    l: place(l),
    coupled: Array.from(coupled),
    coefficients: Array.from(coefficients),
  };
}

/**
 * The functions of a centre that are evaluated: those of the B-basis that differ by their couplings alone are one, with
 * the sum of coefficients times couplings for each product (Lysogorskiy et al., npj Comput. Mater. 7, 97, 2021, eq. 9).
 * In pacemaker's order: by rank, species, n and l; the products by m.
 */
export function evaluatedFunctions(basis: readonly AceBasisFunction[]): AceFunction[] {
  const groups = new Map<string, AceBasisFunction[]>();
  for (const f of basis) {
    const key = `${f.species} ${f.n} ${f.l}`;
    const group = groups.get(key);
    if (group) group.push(f);
    else groups.set(key, [f]);
  }
  return [...groups.values()].map(summed).sort(compareKeys);
}

function summed(group: readonly AceBasisFunction[]): AceFunction {
  const { rank, species, n, l, coefficients } = group[0];
  const sums = new Map<string, { m: number[]; values: Float64Array }>();
  for (const f of group) {
    f.couplings.forEach((coupling, product) => {
      const m = Array.from(f.m.subarray(product * rank, (product + 1) * rank));
      const key = m.join(' ');
      const sum = sums.get(key) ?? { m, values: new Float64Array(coefficients.length) };
      f.coefficients.forEach((c, p) => {
        sum.values[p] += c * coupling;
      });
      sums.set(key, sum);
    });
  }
  const products = [...sums.values()].sort((a, b) => lexical(a.m, b.m));
  return {
    rank,
    species,
    n,
    l,
    m: Int8Array.from(products.flatMap((product) => product.m)),
    coefficients: Float64Array.from(products.flatMap((product) => Array.from(product.values))),
  };
}

interface Keys {
  readonly species: ArrayLike<number>;
  readonly n: ArrayLike<number>;
  readonly l: ArrayLike<number>;
}

function compareKeys(a: Keys, b: Keys): number {
  return (
    a.species.length - b.species.length ||
    lexical(a.species, b.species) ||
    lexical(a.n, b.n) ||
    lexical(a.l, b.l)
  );
}

/** Of two rows, the one that is smaller where they first differ comes first; where one ends, the shorter. */
function lexical(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}
