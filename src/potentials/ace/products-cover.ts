import { type ProductKeys, splitsOf } from './products-keys.js';

/**
 * Chooses which products to form on the way (canonical keys of two factors or more), few of them, so that every product
 * of `products` and every chosen one of three factors or more has a split into parts that are chosen or single factors.
 * Greedy: from the longest products to the shortest, always the part that helps most of them.
 */
export function chooseIntermediates(products: readonly string[], keys: ProductKeys): Set<string> {
  const chosen = new Set<string>();
  const longest = products.reduce((most, key) => Math.max(most, key.length), 0);
  for (let length = longest; length > 2; length--) {
    const items = new Set(products.filter((key) => key.length === length));
    for (const key of chosen) if (key.length === length) items.add(key);
    cover([...items], keys, chosen);
  }
  return chosen;
}

/** What a part would give: the products that it is a part of, with the other part. */
interface Use {
  readonly item: number;
  readonly other: string;
}

function cover(items: readonly string[], keys: ProductKeys, chosen: Set<string>): void {
  const has = (part: string) => part.length === 1 || chosen.has(part);
  const covered = new Uint8Array(items.length);
  const uses = new Map<string, Use[]>();
  items.forEach((key, item) => {
    const splits = splitsOf(key).map(([u, v]) => [keys.canonical(u), keys.canonical(v)]);
    if (splits.some(([u, v]) => has(u) && has(v))) {
      covered[item] = 1;
      return;
    }
    for (const [u, v] of splits) {
      for (const [part, other] of u === v
        ? [[u, v]]
        : [
            [u, v],
            [v, u],
          ]) {
        if (has(part)) continue;
        const list = uses.get(part);
        if (list) list.push({ item, other });
        else uses.set(part, [{ item, other }]);
      }
    }
  });
  /** A product that then lacks nothing counts whole, one that lacks its other part half; long parts cost more. */
  const gain = (part: string) => {
    let sum = 0;
    for (const { item, other } of uses.get(part)!) {
      if (!covered[item]) sum += has(other) || other === part ? 1 : 0.5;
    }
    return sum / (part.length - 1);
  };
  const queue = new Queue();
  for (const part of uses.keys()) queue.push(part, gain(part));
  for (let next = queue.pop(); next; next = queue.pop()) {
    if (chosen.has(next.part)) continue;
    const now = gain(next.part);
    if (now === 0) continue;
    if (now < next.gain) {
      queue.push(next.part, now);
      continue;
    }
    chosen.add(next.part);
    for (const { item, other } of uses.get(next.part)!) {
      if (covered[item]) continue;
      if (has(other)) covered[item] = 1;
      else queue.push(other, gain(other));
    }
  }
}

/** Parts by gain, the largest first: a binary heap. */
class Queue {
  private readonly parts: { part: string; gain: number }[] = [];

  push(part: string, gain: number): void {
    const { parts } = this;
    let at = parts.length;
    parts.push({ part, gain });
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (parts[above].gain >= gain) break;
      parts[at] = parts[above];
      at = above;
    }
    parts[at] = { part, gain };
  }

  pop(): { part: string; gain: number } | undefined {
    const { parts } = this;
    const top = parts[0];
    const last = parts.pop();
    if (!last || parts.length === 0) return top;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= parts.length) break;
      if (below + 1 < parts.length && parts[below + 1].gain > parts[below].gain) below++;
      if (parts[below].gain <= last.gain) break;
      parts[at] = parts[below];
      at = below;
    }
    parts[at] = last;
    return top;
  }
}
