/**
 * Products of the atomic base as keys: one character a factor, sorted. A factor is 2 leaf, or 2 leaf + 1 for the complex
 * conjugate of a leaf; real leaves are never conjugated.
 */
export interface ProductKeys {
  of(factors: readonly number[]): string;
  conjugate(key: string): string;
  /** The smaller of a product and its conjugate. */
  canonical(key: string): string;
}

/** Two parts of a product, which together are the product. */
export type Split = readonly [string, string];

/** `real` [leaves] says which leaves have no imaginary part. */
export function createKeys(real: readonly boolean[]): ProductKeys {
  const of = (factors: readonly number[]) =>
    String.fromCharCode(...Array.from(factors, (f) => (real[f >> 1] ? f & ~1 : f)).sort((a, b) => a - b));
  const conjugates = new Map<string, string>();
  const conjugate = (key: string) => {
    let known = conjugates.get(key);
    if (known === undefined) {
      known = of(Array.from({ length: key.length }, (_, k) => key.charCodeAt(k) ^ 1));
      conjugates.set(key, known);
    }
    return known;
  };
  return {
    of,
    conjugate,
    canonical: (key) => {
      const other = conjugate(key);
      return [key, other].sort()[0];
    },
  };
}

/** All ways to part a product in two, each once. */
export function splitsOf(key: string): Split[] {
  const found = new Map<string, Split>();
  const last = key.length - 1;
  for (let mask = 0; mask < 2 ** last - 1; mask++) {
    let first = '';
    let second = '';
    for (let k = 0; k < last; k++) {
      if (mask & (1 << k)) first += key[k];
      else second += key[k];
    }
    first += key[last];
    found.set(first < second ? `${first}|${second}` : `${second}|${first}`, [first, second]);
  }
  return [...found.values()];
}

/** Whether a product is a single factor or one of the chosen intermediates (canonical keys). */
export function isThere(key: string, chosen: ReadonlySet<string>, keys: ProductKeys): boolean {
  return key.length < 2 || chosen.has(keys.canonical(key));
}
