import type { AceFunction, AceParameters } from './parameters.js';

const subsets = new WeakMap<AceParameters, Map<string, WeakRef<AceParameters>>>();

/**
 * The part of a model that speaks of the species in `kinds` alone, and `kinds` by its numbering. What is left out is zero
 * in a structure of these species, and so are its slopes; of a model of many species it is nearly all. The same object is
 * given for the same species as long as somebody holds it.
 */
export function subsetFor(
  parameters: AceParameters,
  kinds: Int32Array,
): { parameters: AceParameters; kinds: Int32Array } {
  const present = [...new Set(kinds)].sort((a, b) => a - b);
  // A model of no species is none.
  if (present.length === 0) present.push(0);
  if (present.length === parameters.species.length) return { parameters, kinds };
  let known = subsets.get(parameters);
  if (!known) {
    known = new Map();
    subsets.set(parameters, known);
  }
  const key = present.join(' ');
  let subset = known.get(key)?.deref();
  if (!subset) {
    subset = restrict(parameters, present);
    known.set(key, new WeakRef(subset));
  }
  return { parameters: subset, kinds: kinds.map((kind) => present.indexOf(kind)) };
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
