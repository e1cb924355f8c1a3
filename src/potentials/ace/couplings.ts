import { clebschGordan } from '../../math/wigner.js';
import { PhonolinkError } from '../../model/errors.js';

/** Products of spherical harmonics that make an invariant, each with its generalised Clebsch-Gordan coefficient. */
export interface Coupling {
  /** [products * rank] */
  readonly m: Int8Array;
  /** [products] */
  readonly values: Float64Array;
}

/** Couples angular momenta `l` by way of the intermediate ones, `coupled`, to 0. The arrays are shared: leave them. */
export type Couple = (l: ArrayLike<number>, coupled: ArrayLike<number>) => Coupling;

/** More sets of m than this come of a slip in a file, not of a model. */
const MOST_SETS = 3e7;

/**
 * The tree by which pacemaker couples `rank` angular momenta: [first, second, result] by indices into l with the
 * intermediate ones behind it. Neighbours pair first, then the results pair in their order, and the odd one comes last.
 * The result of the last pair is the total, 0, at 2 rank - 2.
 */
export function couplingTree(rank: number): [first: number, second: number, result: number][] {
  const tree: [number, number, number][] = [];
  let free = rank;
  const results: number[] = [];
  for (let i = 0; i + 1 < rank; i += 2) {
    tree.push([i, i + 1, free]);
    results.push(free++);
  }
  while (results.length > 1) {
    const [first, second] = results.splice(0, 2);
    tree.push([first, second, free]);
    results.push(free++);
  }
  if (rank > 1 && rank % 2 === 1) tree.push([results[0], rank - 1, free]);
  return tree;
}

/**
 * The intermediate angular momenta of a function, with the last one put in where `coupled` leaves it out: what remains
 * is coupled to 0, so that its two must be equal.
 * @throws PhonolinkError where they do not couple to 0
 */
export function completeCoupled(l: readonly number[], coupled: readonly number[]): number[] {
  const rank = l.length;
  const wanted = Math.max(0, rank - 2);
  const all = [...l, ...coupled];
  const tree = couplingTree(rank);
  if (rank > 2 && all.length === rank + wanted - 1) {
    const [first, second] = tree[tree.length - 1];
    all.push(all[first === all.length ? second : first]);
  }
  if (all.length !== rank + wanted)
    throw new PhonolinkError(
      `${coupled.length} intermediate angular momenta for ${rank} of its own, where there must be ${wanted}`,
    );
  if (rank === 1 && l[0] !== 0)
    throw new PhonolinkError(`angular momentum ${l[0]} alone, where it must be 0`);
  if (l.reduce((sum, value) => sum + value, 0) % 2 !== 0)
    throw new PhonolinkError(`angular momenta ${l.join(' ')} whose sum is odd`);
  all.push(0);
  for (const [first, second, result] of tree) {
    if (all[result] < Math.abs(all[first] - all[second]) || all[result] > all[first] + all[second])
      throw new PhonolinkError(
        `angular momenta ${all[first]} and ${all[second]} that do not couple to ${all[result]}`,
      );
  }
  return all.slice(rank, rank + wanted);
}

/**
 * Makes the couplings of functions. Of each product and its complex conjugate one stands for both, with twice the
 * coefficient: that whose first m beside 0 is positive (Drautz, Phys. Rev. B 102, 024104, 2020). Products come in the
 * order of their last m, then of the last but one, and so on.
 */
export function createCouple(): Couple {
  const known = new Map<string, Coupling>();
  const tables = new Map<number, Float64Array>();
  const table = (l1: number, l2: number, L: number) => {
    const key = (l1 * 256 + l2) * 512 + L;
    const found = tables.get(key) ?? pairTable(l1, l2, L);
    tables.set(key, found);
    return found;
  };
  return (l, coupled) => {
    const key = `${Array.from(l)} ${Array.from(coupled)}`;
    const found = known.get(key) ?? enumerate(Array.from(l), Array.from(coupled), table);
    known.set(key, found);
    return found;
  };
}

/** [2 l1 + 1][2 l2 + 1] <l1 m1 l2 m2 | L m1+m2> */
function pairTable(l1: number, l2: number, L: number): Float64Array {
  const values = new Float64Array((2 * l1 + 1) * (2 * l2 + 1));
  let at = 0;
  for (let m1 = -l1; m1 <= l1; m1++)
    for (let m2 = -l2; m2 <= l2; m2++) values[at++] = clebschGordan(l1, m1, l2, m2, L, m1 + m2);
  return values;
}

function enumerate(
  l: number[],
  coupled: number[],
  table: (l1: number, l2: number, L: number) => Float64Array,
): Coupling {
  const rank = l.length;
  const sets = l.slice(1).reduce((product, value) => product * (2 * value + 1), 1);
  if (sets > MOST_SETS)
    throw new PhonolinkError(`${rank} angular momenta ${l.join(' ')}, whose products are too many`);
  const lAll = [...l, ...coupled, 0];
  const steps = couplingTree(rank).map(([first, second, result]): Step => {
    const values = table(lAll[first], lAll[second], lAll[result]);
    return { first, second, result, values, l1: lAll[first], l2: lAll[second], L: lAll[result] };
  });
  const m = new Int32Array(2 * rank - 1);
  const products: number[] = [];
  const values: number[] = [];
  for (let set = 0; set < sets; set++) {
    let rest = set;
    let sum = 0;
    for (let i = 1; i < rank; i++) {
      m[i] = (rest % (2 * l[i] + 1)) - l[i];
      rest = Math.floor(rest / (2 * l[i] + 1));
      sum += m[i];
    }
    if (Math.abs(sum) > l[0]) continue;
    m[0] = -sum;
    const sign = firstSign(m, rank);
    if (sign < 0) continue;
    let value = sign > 0 ? 2 : 1;
    for (const step of steps) {
      value *= factor(step, m);
      if (value === 0) break;
    }
    if (value === 0) continue;
    for (let i = 0; i < rank; i++) products.push(m[i]);
    values.push(value);
  }
  return { m: Int8Array.from(products), values: Float64Array.from(values) };
}

interface Step {
  readonly first: number;
  readonly second: number;
  readonly result: number;
  readonly values: Float64Array;
  readonly l1: number;
  readonly l2: number;
  readonly L: number;
}

/** The coefficient of a pair whose m are set; sets that of its result. */
function factor({ first, second, result, values, l1, l2, L }: Step, m: Int32Array): number {
  m[result] = m[first] + m[second];
  return Math.abs(m[result]) > L ? 0 : values[(m[first] + l1) * (2 * l2 + 1) + m[second] + l2];
}

/** Of the first m beside 0; 0 where all are 0. */
function firstSign(m: Int32Array, rank: number): number {
  for (let i = 0; i < rank; i++) if (m[i] !== 0) return Math.sign(m[i]);
  return 0;
}
