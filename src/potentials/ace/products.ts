import { chooseIntermediates } from './products-cover.js';
import { createKeys, type ProductKeys, type Split, splitsOf } from './products-keys.js';

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
  const members = gather([...tops.keys()], chosen, keys);

  const parts = new Map<string, Split>();
  const need = (key: string) => {
    const part = keys.canonical(key);
    if (part.length < 2 || parts.has(part)) return;
    const split = splitsOf(part).find((both) => both.every((k) => isThere(k, chosen, keys)))!;
    parts.set(part, split);
    split.forEach(need);
  };
  for (const [x, list] of members) for (const key of [x, ...list.map(({ y }) => y)]) need(key);

  const one = real.length;
  const values = new Map<string, Reference>([['', { value: one, conjugated: false }]]);
  real.forEach((_, leaf) => {
    const key = keys.canonical(String.fromCharCode(2 * leaf));
    values.set(key, { value: leaf, conjugated: false });
  });
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
      values.set(key, { value: one + 1 + steps.length, conjugated: x.conjugated });
      steps.push({ x: x.value, y: y.value, conjugated });
    }
  }
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

interface Reference {
  readonly value: number;
  readonly conjugated: boolean;
}

function isThere(key: string, chosen: ReadonlySet<string>, keys: ProductKeys): boolean {
  return key.length < 2 || chosen.has(keys.canonical(key));
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

interface Member {
  readonly top: string;
  /** The other factor, such that x y is the top or its conjugate */
  readonly y: string;
}

/**
 * Gathers products by one factor x (a canonical key, or '' for those that are values of their own): the factor that most
 * products have comes first and takes them all.
 */
function gather(
  tops: readonly string[],
  chosen: ReadonlySet<string>,
  keys: ProductKeys,
): Map<string, Member[]> {
  const candidates = new Map<string, Member[]>();
  const offer = (top: string, x: string, y: string) => {
    const key = keys.canonical(x);
    const member = { top, y: key === x ? y : keys.conjugate(y) };
    const list = candidates.get(key);
    if (list) list.push(member);
    else candidates.set(key, [member]);
  };
  for (const top of tops) {
    if (isThere(top, chosen, keys)) {
      offer(top, '', top);
      continue;
    }
    for (const [u, v] of splitsOf(top)) {
      if (!isThere(u, chosen, keys) || !isThere(v, chosen, keys)) continue;
      offer(top, u, v);
      if (keys.canonical(u) !== keys.canonical(v)) offer(top, v, u);
    }
  }
  const groups = new Map<string, Member[]>();
  const taken = new Set<string>();
  let queue = [...candidates.keys()];
  // Buckets by size, largest first; a list shrinks as its products are taken by others.
  while (queue.length > 0) {
    queue.sort((a, b) => candidates.get(b)!.length - candidates.get(a)!.length);
    const shrunk: string[] = [];
    for (const key of queue) {
      const before = candidates.get(key)!;
      const left = firstOfEach(before.filter(({ top }) => !taken.has(top)));
      if (left.length === 0) continue;
      if (left.length < before.length / 2) {
        candidates.set(key, left);
        shrunk.push(key);
        continue;
      }
      groups.set(key, left);
      for (const { top } of left) taken.add(top);
    }
    queue = shrunk;
  }
  return groups;
}

function firstOfEach(members: readonly Member[]): Member[] {
  const seen = new Set<string>();
  return members.filter(({ top }) => !seen.has(top) && seen.add(top));
}
