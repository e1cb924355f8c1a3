import { PhonolinkError } from '../../model/errors.js';
import type { MtpBasis } from './parameters.js';

/**
 * Contraction tables of a level, as MLIP's templates have them (Novikov et al. 2021, section 2.2; Shapeev 2016).
 *
 * The level of a moment M_mu,nu is 2 + 4 mu + nu, that of a contraction the sum over its factors; the basis of a level
 * has all contractions of up to four moments to a scalar whose level is not higher. Such a contraction is a graph: a
 * vertex a moment, an edge an index that two moments share, so that nu edges meet at a moment of rank nu. Moments made on
 * the way are parts of such graphs; their free indices are the edges that are cut. MLIP's templates stop at rank 10 and
 * at mu = 5, which matters at levels 26 and 28 only.
 */
export const MTP_LEVELS = { least: 2, most: 28 } as const;
const MOST_FACTORS = 4;
const HIGHEST_RANK = 10;
const HIGHEST_MU = 5;

/** A graph: [k] mu of each vertex and, row by row from the diagonal on, [k (k + 1) / 2] ranks and shared indices. */
interface Graph {
  readonly mu: readonly number[];
  readonly shared: readonly number[];
}

const keyOf = ({ mu, shared }: Graph) => `${mu.join()};${shared.join()}`;

/**
 * The tables of a level.
 * @throws PhonolinkError (exit code 2) where it is not one of the even levels that there are templates of
 */
export function levelBasis(level: number): MtpBasis {
  if (level % 2 !== 0 || level < MTP_LEVELS.least || level > MTP_LEVELS.most) {
    throw new PhonolinkError(
      `${level} is no level of an MTP, expected an even number from ${MTP_LEVELS.least} to ${MTP_LEVELS.most}`,
      { exitCode: 2 },
    );
  }
  const scalars = scalarGraphs(level);
  const plans = new Map<string, Plan>();
  for (const graph of scalars.values()) planOf(graph, plans);
  const order = [...plans.values()].sort((a, b) => compare(sortKey(a), sortKey(b)));
  const tables = new Tables();
  for (const plan of order) tables.add(plan);
  const sorted = [...scalars.values()].sort((a, b) =>
    compare([a.mu.length, ...a.mu, ...a.shared], [b.mu.length, ...b.mu, ...b.shared]),
  );
  return {
    moments: tables.count,
    basic: Int32Array.from(tables.basic),
    times: Int32Array.from(tables.times),
    scalars: Int32Array.from(sorted, (graph) => tables.scalar(keyOf(graph))),
  };
}

/** Radial functions that the tables need. */
export function radialFunctionsOf({ basic }: MtpBasis): number {
  return basic.reduce((most, mu, k) => (k % 4 === 0 ? Math.max(most, mu + 1) : most), 0);
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, k) => value !== b[k]);
  if (at < 0) return a.length - b.length;
  return b.length > at ? a[at] - b[at] : 1;
}

/** All scalars of a level, each once. */
function scalarGraphs(level: number): Map<string, Graph> {
  const moments: { mu: number; rank: number; level: number }[] = [];
  for (let mu = 0; mu <= HIGHEST_MU; mu++) {
    for (let rank = 0; rank <= HIGHEST_RANK; rank++) {
      const own = 2 + 4 * mu + rank;
      if (own <= level) moments.push({ mu, rank, level: own });
    }
  }
  const found = new Map<string, Graph>();
  const choose = (first: number, chosen: typeof moments, room: number) => {
    if (chosen.length > 0) {
      for (const matrix of pairings(chosen.map(({ rank }) => rank))) {
        const { graph } = canonical(
          chosen.map(({ mu }) => mu),
          matrix,
        );
        found.set(keyOf(graph), graph);
      }
    }
    if (chosen.length === MOST_FACTORS) return;
    for (let m = first; m < moments.length; m++) {
      if (moments[m].level <= room) choose(m, [...chosen, moments[m]], room - moments[m].level);
    }
  };
  choose(0, [], level);
  return found;
}

/** Every symmetric matrix with these ranks on its diagonal whose other entries sum up to them, row by row. */
function* pairings(ranks: readonly number[]): Generator<number[][]> {
  const k = ranks.length;
  const matrix = ranks.map((rank, i) => ranks.map((_, j) => (i === j ? rank : 0)));
  const left = [...ranks];
  function* fill(i: number, j: number): Generator<number[][]> {
    if (j === k) {
      if (left[i] > 0) return;
      if (i === k - 1) yield matrix.map((row) => [...row]);
      else yield* fill(i + 1, i + 2);
      return;
    }
    const most = Math.min(left[i], left[j]);
    for (let shared = 0; shared <= most; shared++) {
      matrix[i][j] = shared;
      matrix[j][i] = shared;
      left[i] -= shared;
      left[j] -= shared;
      yield* fill(i, j + 1);
      left[i] += shared;
      left[j] += shared;
    }
    matrix[i][j] = 0;
    matrix[j][i] = 0;
  }
  yield* fill(0, 1);
}

const ORDERS = [1, 2, 3, 4].map((k) => [...permutations(k)]);

function* permutations(k: number): Generator<number[]> {
  if (k === 0) yield [];
  else {
    for (const rest of permutations(k - 1))
      for (let at = k - 1; at >= 0; at--) yield [...rest.slice(0, at), k - 1, ...rest.slice(at)];
  }
}

/** The graph with its vertices in the order whose numbers come first, and that order. */
function canonical(mu: readonly number[], matrix: readonly number[][]): { graph: Graph; order: number[] } {
  let best: { numbers: number[]; order: number[] } | undefined;
  for (const order of ORDERS[mu.length - 1]) {
    const numbers = order.map((i) => mu[i]);
    for (let i = 0; i < order.length; i++)
      for (let j = i; j < order.length; j++) numbers.push(matrix[order[i]][order[j]]);
    if (!best || compare(numbers, best.numbers) < 0) best = { numbers, order };
  }
  const { numbers, order } = best!;
  return { graph: { mu: numbers.slice(0, mu.length), shared: numbers.slice(mu.length) }, order };
}

function matrixOf({ mu, shared }: Graph): number[][] {
  const matrix = mu.map(() => mu.map(() => 0));
  let at = 0;
  for (let i = 0; i < mu.length; i++) {
    for (let j = i; j < mu.length; j++) {
      matrix[i][j] = shared[at];
      matrix[j][i] = shared[at++];
    }
  }
  return matrix;
}

/** One tensor of the tables: a basic moment, or the product of two others. */
interface Plan {
  readonly graph: Graph;
  readonly matrix: number[][];
  readonly parts?: readonly [Part, Part];
}

/** A part of a graph: its own graph, and which vertex of the whole each of its vertices is. */
interface Part {
  readonly key: string;
  readonly vertices: readonly number[];
}

/** Plans a graph and all that it is made of. */
function planOf(graph: Graph, plans: Map<string, Plan>): void {
  const key = keyOf(graph);
  if (plans.has(key)) return;
  const matrix = matrixOf(graph);
  if (graph.mu.length === 1) {
    plans.set(key, { graph, matrix });
    return;
  }
  const cut = cheapestCut(matrix);
  const rest = graph.mu.map((_, i) => i).filter((i) => !cut.includes(i));
  const part = (vertices: number[]): Part => {
    const { graph: own, order } = canonical(
      vertices.map((i) => graph.mu[i]),
      vertices.map((i) => vertices.map((j) => matrix[i][j])),
    );
    planOf(own, plans);
    return { key: keyOf(own), vertices: order.map((q) => vertices[q]) };
  };
  plans.set(key, { graph, matrix, parts: [part(cut), part(rest)] });
}

/** The vertices on one side of the cut through the fewest edges; one vertex rather than two, early ones first. */
function cheapestCut(matrix: readonly number[][]): number[] {
  const all = matrix.map((_, i) => i);
  const candidates = all.map((i) => [i]);
  if (all.length === 4) candidates.push([0, 1], [0, 2], [0, 3]);
  let best = candidates[0];
  let fewest = Number.POSITIVE_INFINITY;
  for (const side of candidates) {
    let edges = 0;
    for (const i of side) for (const j of all) if (!side.includes(j)) edges += matrix[i][j];
    if (edges < fewest) {
      fewest = edges;
      best = side;
    }
  }
  return best;
}

/** Tensors stand by their number of factors, then products of two pairs before others, then by their numbers. */
function sortKey({ graph, parts }: Plan): number[] {
  const isOfPairs = parts?.every(({ vertices }) => vertices.length === 2) ?? false;
  return [graph.mu.length, isOfPairs ? 0 : 1, ...graph.mu, ...graph.shared];
}

/** Indices x = 0, y = 1, z = 2 of one vertex, ascending. */
type Indices = readonly number[];

/** All ascending lists of so many indices. */
function ascending(rank: number, from = 0): Indices[] {
  if (rank === 0) return [[]];
  return [0, 1, 2]
    .filter((axis) => axis >= from)
    .flatMap((axis) => ascending(rank - 1, axis).map((rest) => [axis, ...rest]));
}

/** All lists of so many indices. */
function lists(rank: number): Indices[] {
  if (rank === 0) return [[]];
  return [0, 1, 2].flatMap((axis) => lists(rank - 1).map((rest) => [axis, ...rest]));
}

function product<T>(choices: readonly (readonly T[])[]): T[][] {
  return choices.reduce<T[][]>(
    (sofar, next) => sofar.flatMap((head) => next.map((item) => [...head, item])),
    [[]],
  );
}

const component = (indices: readonly Indices[]) => indices.map((list) => list.join('')).join('|');

class Tables {
  readonly basic: number[] = [];
  readonly times: number[] = [];
  count = 0;
  /** The number of each component of each tensor */
  private readonly components = new Map<string, Map<string, number>>();

  scalar(key: string): number {
    const [only] = this.components.get(key)!.values();
    return only;
  }

  add(plan: Plan): void {
    const numbers = new Map<string, number>();
    this.components.set(keyOf(plan.graph), numbers);
    if (plan.parts) this.addProduct(plan, plan.parts, numbers);
    else this.addBasic(plan.graph, numbers);
  }

  private addBasic({ mu, shared }: Graph, numbers: Map<string, number>): void {
    for (const indices of ascending(shared[0])) {
      numbers.set(component([indices]), this.count++);
      this.basic.push(mu[0], ...[0, 1, 2].map((axis) => indices.filter((index) => index === axis).length));
    }
  }

  private addProduct({ matrix }: Plan, parts: readonly [Part, Part], numbers: Map<string, number>): void {
    const [left, right] = parts;
    const cut = left.vertices.flatMap((i) =>
      right.vertices.filter((j) => matrix[i][j] > 0).map((j) => [i, j] as const),
    );
    const sums = product(cut.map(([i, j]) => lists(matrix[i][j])));
    const free = matrix.map((row, i) =>
      row.reduce((left, shared, j) => (j === i ? left : left - shared), row[i]),
    );
    // Two components whose products are the same, as those of a symmetric tensor, are one moment.
    const known = new Map<string, number>();
    for (const outer of product(free.map((rank) => ascending(rank)))) {
      const terms = new Map<string, number[]>();
      for (const summed of sums) {
        const indices = outer.map((list) => [...list]);
        for (const [e, [i, j]] of cut.entries()) {
          indices[i].push(...summed[e]);
          indices[j].push(...summed[e]);
        }
        const pair = parts.map(
          ({ key, vertices }) =>
            this.components.get(key)!.get(component(vertices.map((v) => indices[v].sort())))!,
        );
        const [a, b] = pair.sort((p, q) => p - q);
        const term = terms.get(`${a},${b}`);
        if (term) term[2]++;
        else terms.set(`${a},${b}`, [a, b, 1]);
      }
      const rows = [...terms.values()].sort(compare);
      const same = known.get(rows.join());
      numbers.set(component(outer), same ?? this.count);
      if (same !== undefined) continue;
      known.set(rows.join(), this.count);
      for (const row of rows) this.times.push(...row, this.count);
      this.count++;
    }
  }
}
