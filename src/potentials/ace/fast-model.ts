import { float64Words, type HeapImage, ImageBuilder, type Word } from '../../device/image.js';
import { atomicNumber } from '../../model/elements.js';
import type { RadialMode } from './bond-functions.js';
import { type CentrePlan, planCentre } from './fast-products.js';
import { pairTable } from './fast-tables.js';
import { harmonicIndex } from './harmonics.js';
import type { ACE_EMBEDDINGS, AceParameters } from './parameters.js';
import type { ProductPlan } from './products.js';

/** Bytes of a complex value of two atoms. */
export const VALUE = 32;

/** The most that atoms of any species need room for. */
export interface KernelShape {
  readonly species: number;
  /** -1 where there are functions of rank 1 alone */
  readonly lMax: number;
  readonly densities: number;
  /** Pairs of functions of the distance */
  readonly vectors: number;
  readonly values: number;
  readonly groups: number;
}

/** How the kernels number the embeddings. */
const EMBEDDING_NUMBERS: Record<(typeof ACE_EMBEDDINGS)[number], number> = {
  linear: 0,
  FinnisSinclair: 1,
  FinnisSinclairShiftedScaled: 2,
};

const plans = new WeakMap<AceParameters, readonly CentrePlan[]>();

/** What each species of the centre does; made once a model. */
export function centrePlans(parameters: AceParameters): readonly CentrePlan[] {
  let made = plans.get(parameters);
  if (!made) {
    made = parameters.species.map((_, kind) => planCentre(parameters, kind));
    plans.set(parameters, made);
  }
  return made;
}

export function kernelShape(parameters: AceParameters, centres = centrePlans(parameters)): KernelShape {
  const most = (of: (plan: CentrePlan, kind: number) => number) => Math.max(...centres.map(of));
  const densities = (kind: number) => parameters.embeddings[kind].densities;
  return {
    species: parameters.species.length,
    lMax: most(({ shells }) => Math.max(...shells.map((l) => l.length)) - 1),
    densities: most((_, kind) => densities(kind)),
    vectors: most(({ shells }, kind) =>
      Math.max(
        ...shells.map((list) =>
          Math.ceil(list.reduce((sum, { n }) => sum + n.length, densities(kind) + 1) / 2),
        ),
      ),
    ),
    values: most(({ products }) => valueCount(products)),
    groups: most(({ products }) => products.groups.length),
  };
}

function valueCount({ leaves, steps }: ProductPlan): number {
  return leaves + 1 + steps.length;
}

/**
 * The parameters as the kernels read them: records Model, Pair and Centre of src/kernels/ace/layout.ts; `describe` places
 * those of Description, where there are any.
 */
export function modelImage(
  parameters: AceParameters,
  mode: RadialMode,
  centres = centrePlans(parameters),
  describe: (image: ImageBuilder) => Word = () => 0,
): { image: HeapImage; root: number } {
  const { species, bonds, inner } = parameters;
  const { lMax } = kernelShape(parameters, centres);
  const image = new ImageBuilder();
  const pairs = centres.flatMap((plan, kind) =>
    species.flatMap((_, neighbour) => pairWords(image, parameters, mode, plan, [kind, neighbour])),
  );
  const records = centres.flatMap((plan, kind) => centreWords(image, parameters, plan, kind, lMax));
  const reach = species.map(
    (_, a) =>
      Math.max(...bonds.slice(a * species.length, (a + 1) * species.length).map((b) => b.cutoff)) ** 2,
  );
  const root = image.words([
    species.length,
    lMax,
    inner === 'zbl' ? 1 : 0,
    image.place(Float64Array.from(reach)),
    image.words(pairs),
    image.words(records),
    image.place(recursionFactors(lMax)),
    describe(image),
  ]);
  return { image: image.finish(), root: typeof root === 'number' ? root : root.offset };
}

function pairWords(
  image: ImageBuilder,
  parameters: AceParameters,
  mode: RadialMode,
  plan: CentrePlan,
  kinds: readonly [number, number],
): Word[] {
  const [kind, neighbour] = kinds;
  const { species, bonds } = parameters;
  const bond = bonds[kind * species.length + neighbour];
  const nuclei = [atomicNumber(species[kind]), atomicNumber(species[neighbour])] as const;
  const shells = plan.shells[neighbour];
  const table = pairTable({ parameters, kinds, nuclei, shells }, mode);
  let first = 0;
  const shellWords = shells.flatMap(({ l, n, leaf }) => {
    const words = [n.length, first, leaf * VALUE, (l + 1) * VALUE];
    first += n.length;
    return words;
  });
  return [
    ...float64Words(bond.cutoff),
    ...float64Words(table.scale),
    ...float64Words(bond.innerCutoff),
    ...float64Words(bond.innerWidth),
    image.placeMade(table.length, table.fill),
    table.knots,
    table.vectors,
    shells.length - 1,
    image.words(shellWords),
    first,
    table.cells ? image.place(table.cells.offsets) : 0,
    0,
    ...float64Words(table.cells?.scale ?? 0),
  ];
}

function centreWords(
  image: ImageBuilder,
  { isolated, embeddings }: AceParameters,
  { harmonics, products }: CentrePlan,
  kind: number,
  lMax: number,
): Word[] {
  const { coreCutoff, coreWidth, densities, kind: embedding, parameters } = embeddings[kind];
  const { steps, groups } = products;
  const exponents =
    embedding === 'linear'
      ? Float64Array.from({ length: 2 * densities }, (_, k) => (k % 2 === 0 ? parameters[k] : 1))
      : parameters;
  const norms = harmonicNorms(lMax);
  const terms = groups.flatMap(({ plain, conjugated }) => [...plain, ...conjugated]);
  const runs = runsOf(steps.map(({ conjugated }) => conjugated));
  return [
    ...float64Words(isolated[kind]),
    ...float64Words(coreCutoff),
    ...float64Words(coreWidth),
    densities,
    EMBEDDING_NUMBERS[embedding],
    image.place(Float64Array.from(exponents)),
    harmonics.length,
    valueCount(products),
    image.place(Float64Array.from(harmonics, (lm) => norms[lm])),
    image.words(runs),
    runs.length,
    image.words(steps.flatMap(({ x, y }) => [x * VALUE, y * VALUE])),
    steps.length,
    image.words(groups.flatMap(({ x, plain, conjugated }) => [x * VALUE, plain.length, conjugated.length])),
    groups.length,
    image.words(terms.map(({ y }) => y * VALUE)),
    image.place(Float64Array.from(terms.flatMap(({ coefficients }) => Array.from(coefficients)))),
  ];
}

/** Counts of what is not conjugated and of what is, by turns. */
function runsOf(conjugated: readonly boolean[]): number[] {
  const runs = [0];
  let current = false;
  for (const flag of conjugated) {
    if (flag !== current) runs.push(0);
    current = flag;
    runs[runs.length - 1]++;
  }
  if (runs.length % 2 !== 0) runs.push(0);
  return runs;
}

/** [lm] factors that make the m-th derivative of P_l the normalised harmonic's (harmonics.ts). */
function harmonicNorms(lMax: number): Float64Array {
  const norms = new Float64Array(harmonicIndex(lMax + 1, 0));
  for (let l = 0; l <= lMax; l++) {
    let square = 2 * l + 1;
    for (let m = 0; m <= l; m++) {
      if (m > 0) square /= (l - m + 1) * (l + m); // (2l + 1) (l - m)! / (l + m)!
      norms[harmonicIndex(l, m)] = (m % 2 === 0 ? 1 : -1) * Math.sqrt(square);
    }
  }
  return norms;
}

/** [m][l - m][2] factors (2l+1)/(l-m+1) and (l+m)/(l-m+1) of the recursion Z_l+1 = f z Z_l - g Z_l-1. */
function recursionFactors(lMax: number): Float64Array {
  const factors = new Float64Array(2 * (lMax + 1) ** 2);
  for (let m = 0; m <= lMax; m++) {
    for (let l = m; l <= lMax; l++) {
      const at = 2 * (m * (lMax + 1) + l - m);
      factors[at] = (2 * l + 1) / (l - m + 1);
      factors[at + 1] = (l + m) / (l - m + 1);
    }
  }
  return factors;
}
