import { chooseIntermediates } from './products-cover.js';
import { gatherProducts } from './products-groups.js';
import { createKeys, isThere, type ProductKeys, type Split, splitsOf } from './products-keys.js';

/** A product that counts by its real part, which its complex conjugate shares. */
export interface Product {
  /** 2 leaf, or 2 leaf + 1 for the complex conjugate of a leaf */
  readonly factors: readonly number[];
  /** [densities] */
  readonly coefficients: ArrayLike<number>;
}

/**
 * Products of complex values as a program: which products of two values to form, so that those of higher rank share what
 * they have in common, and the linear combinations that make the densities. Values are numbered: the leaves, the
 * constant 1, then what the steps make, each from values before it: those of two factors first, and
 * of as many factors those without a conjugate first.
 */
export interface ProductPlan {
  readonly leaves: number;
  readonly steps: readonly ProductStep[];
  readonly groups: readonly ProductGroup[];
}

/** The value x y, or x times the conjugate of y. */
export interface ProductStep {
  readonly x: number;
  readonly y: number;
  readonly conjugated: boolean;
}

/** What goes to the densities: Re(x (sum_k c_k y_k + conj sum_l c_l y_l)), k being `plain` and l `conjugated`. */
export interface ProductGroup {
  readonly x: number;
  readonly plain: readonly ProductTerm[];
  readonly conjugated: readonly ProductTerm[];
}

export interface ProductTerm {
  readonly y: number;
  /** [densities] */
  readonly coefficients: Float64Array;
}

/** `real` [leaves] says which leaves have no imaginary part. */
export function planProducts(
  products: readonly Product[],
  real: readonly boolean[],
  densities: number,
): ProductPlan {
  const keys = createKeys(real);
  const tops = mergeEqual(products, keys, densities);
  const chosen = chooseIntermediates([...tops.keys()], keys);
  const members = gatherProducts([...tops.keys()], chosen, keys);

  const { steps, refer } = numberValues(
    real.length,
    partsOf(
      [...members].flatMap(([x, list]) => [x, ...list.map(({ y }) => y)]),
      chosen,
      keys,
    ),
    keys,
  );
  const groups = [...members].map(([key, list]) => {
    const x = refer(key);
    const plain: ProductTerm[] = [];
    const conjugated: ProductTerm[] = [];
    for (const member of list) {
      const y = refer(member.y);
      const side = x.conjugated === y.conjugated ? plain : conjugated;
      side.push({ y: y.value, coefficients: tops.get(member.top)! });
    }
    return { x: x.value, plain, conjugated };
  });
  return { leaves: real.length, steps, groups };
}

/** The intermediates that `wanted` come to, each with the parts that it is made of. */
function partsOf(
  wanted: readonly string[],
  chosen: ReadonlySet<string>,
  keys: ProductKeys,
): Map<string, Split> {
  const parts = new Map<string, Split>();
  const need = (key: string) => {
    const part = keys.canonical(key);
    if (part.length < 2 || parts.has(part)) return;
    const split = splitsOf(part).find((both) => both.every((k) => isThere(k, chosen, keys)))!;
    parts.set(part, split);
    split.forEach(need);
  };
  wanted.forEach(need);
  return parts;
}

interface Reference {
  readonly value: number;
  readonly conjugated: boolean;
}

/** Numbers the intermediates, and says which value a key is, or is the conjugate of; that of '' is the constant 1. */
function numberValues(
  leaves: number,
  parts: ReadonlyMap<string, Split>,
  keys: ProductKeys,
): { steps: ProductStep[]; refer: (key: string) => Reference } {
  const values = new Map<string, Reference>([['', { value: leaves, conjugated: false }]]);
  for (let leaf = 0; leaf < leaves; leaf++)
    values.set(String.fromCharCode(2 * leaf), { value: leaf, conjugated: false });
  const refer = (key: string): Reference => {
    const part = keys.canonical(key);
    const { value, conjugated } = values.get(part)!;
    return { value, conjugated: conjugated !== (part !== key) };
  };
  const steps: ProductStep[] = [];
  const longest = Math.max(0, ...[...parts.keys()].map((key) => key.length));
  for (let length = 2; length <= longest; length++) {
    const level = [...parts]
      .filter(([key]) => key.length === length)
      .map(([key, [first, second]]) => {
        const [x, y] = [refer(first), refer(second)];
        return { key, x, y, conjugated: x.conjugated !== y.conjugated };
      });
    level.sort((a, b) => Number(a.conjugated) - Number(b.conjugated));
    for (const { key, x, y, conjugated } of level) {
      // The value may be the conjugate of what the key says.
      values.set(key, { value: leaves + 1 + steps.length, conjugated: x.conjugated });
      steps.push({ x: x.value, y: y.value, conjugated });
    }
  }
  return { steps, refer };
}

/** Coefficients by canonical key; products whose coefficients are or become zero are left out. */
function mergeEqual(
  products: readonly Product[],
  keys: ProductKeys,
  densities: number,
): Map<string, Float64Array> {
  const tops = new Map<string, Float64Array>();
  for (const { factors, coefficients } of products) {
    const key = keys.canonical(keys.of(factors));
    let sum = tops.get(key);
    if (!sum) {
      sum = new Float64Array(densities);
      tops.set(key, sum);
    }
    for (let p = 0; p < densities; p++) sum[p] += coefficients[p];
  }
  for (const [key, sum] of tops) if (sum.every((c) => c === 0)) tops.delete(key);
  return tops;
}
