import { isThere, type ProductKeys, splitsOf } from './products-keys.js';

/** A product in a group. */
export interface Member {
  readonly top: string;
  /** The other factor, such that x y is the top or its conjugate */
  readonly y: string;
}

/**
 * Gathers products by one factor x (a canonical key, or '' for those that are values of their own): the factor that most
 * products have comes first and takes them all.
 */
export function gatherProducts(
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
  // Largest first. A list shrinks as others take its products: one that has lost half of them waits for another turn.
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
