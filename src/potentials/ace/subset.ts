import type { AceFunction, AceParameters } from './parameters.js';

/** The part of a model that speaks of some species alone. */
export interface Subset {
  readonly whole: AceParameters;
  /** By their numbering in the whole, ascending */
  readonly present: readonly number[];
  /** The whole where all are present; without the B-basis where not */
  readonly parameters: AceParameters;
}

const subsets = new WeakMap<AceParameters, Map<string, WeakRef<Subset>>>();

/**
 * What a structure of species `kinds` needs of a model, and `kinds` by its numbering. What is left out is zero there, and
 * so are its slopes; of a model of many species it is nearly all. The same object is given for the same species as long as
 * somebody holds it.
 */
export function subsetFor(whole: AceParameters, kinds: Int32Array): { subset: Subset; kinds: Int32Array } {
  const present = [...new Set(kinds)].sort((a, b) => a - b);
  // A model of no species is none.
  if (present.length === 0) present.push(0);
  let known = subsets.get(whole);
  if (!known) {
    known = new Map();
    subsets.set(whole, known);
  }
  const key = present.join(' ');
  let subset = known.get(key)?.deref();
  if (!subset) {
    const isWhole = present.length === whole.species.length;
    subset = { whole, present, parameters: isWhole ? whole : restrict(whole, present) };
    known.set(key, new WeakRef(subset));
  }
  return { subset, kinds: kinds.map((kind) => present.indexOf(kind)) };
}

function restrict(
  { species, isolated, splineStep, embeddings, bonds, inner, functions }: AceParameters,
  present: readonly number[],
): AceParameters {
  const chosen = <T>(list: ArrayLike<T>) => present.map((kind) => list[kind]);
  return {
    species: chosen(species),
    isolated: Float64Array.from(chosen(isolated)),
    splineStep,
    embeddings: chosen(embeddings),
    bonds: present.flatMap((a) => present.map((b) => bonds[a * species.length + b])),
    inner,
    functions: chosen(functions).map((list) => list.flatMap((f) => renumbered(f, present))),
  };
}

function renumbered(f: AceFunction, present: readonly number[]): AceFunction[] {
  if (!f.species.every((kind) => present.includes(kind))) return [];
  return [{ ...f, species: f.species.map((kind) => present.indexOf(kind)) }];
}
