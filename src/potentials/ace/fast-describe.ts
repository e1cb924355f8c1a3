import type { HeapImage, ImageBuilder, Word } from '../../device/image.js';
import type { RadialMode } from './bond-functions.js';
import { type KernelShape, kernelShape, modelImage, VALUE } from './fast-model.js';
import { type CentrePlan, factorsOf, type LeafOf, planLeaves } from './fast-products.js';
import type { AceFunction, AceParameters } from './parameters.js';
import { type Projection, projections } from './projections.js';
import type { Subset } from './subset.js';

/** The functions that describe the atoms of a structure, as the kernels want them. */
export interface DescriptorModel {
  /** Those of the subset, but with a density for each function of rank 1, and no other functions */
  readonly parameters: AceParameters;
  /** [s] */
  readonly centres: readonly DescribedCentre[];
  readonly shape: KernelShape;
}

interface DescribedCentre extends CentrePlan {
  /** Columns of the functions of rank 1 */
  readonly places: readonly number[];
  /** The others */
  readonly many: readonly Described[];
  readonly leafOf: LeafOf;
}

interface Described {
  readonly column: number;
  readonly f: Projection;
}

const models = new WeakMap<Subset, DescriptorModel>();

/** Made once a subset. */
export function descriptorModel(subset: Subset): DescriptorModel {
  let model = models.get(subset);
  if (!model) {
    model = makeModel(subset);
    models.set(subset, model);
  }
  return model;
}

function makeModel({ whole, parameters, present }: Subset): DescriptorModel {
  const own = present.map((kind) => describedBy(projections(whole, kind), present));
  const alone = own.map((list) => list.filter(({ f }) => f.rank === 1));
  const centres = own.map((list, kind): DescribedCentre => {
    const many = list.filter(({ f }) => f.rank > 1);
    const leaves = planLeaves(
      many.map(({ f }) => f),
      present.length,
    );
    const products = { leaves: leaves.harmonics.length, steps: [], groups: [] };
    return { ...leaves, products, many, places: alone[kind].map(({ column }) => column) };
  });
  const described: AceParameters = {
    ...parameters,
    embeddings: parameters.embeddings.map((embedding, kind) => {
      const densities = alone[kind].length;
      return { ...embedding, kind: 'linear', densities, parameters: new Float64Array(2 * densities) };
    }),
    functions: alone.map((list) => asDensities(list.map(({ f }) => f))),
  };
  return { parameters: described, centres, shape: kernelShape(described, centres) };
}

/** Those that are not zero where only the species present are there, by their numbering. */
function describedBy(all: readonly Projection[], present: readonly number[]): Described[] {
  return all.flatMap((f, column) => {
    if (!f.species.every((kind) => present.includes(kind))) return [];
    return [{ column, f: { ...f, species: f.species.map((kind) => present.indexOf(kind)) } }];
  });
}

/** Functions of rank 1, each the sum of its own density. */
function asDensities(list: readonly Projection[]): AceFunction[] {
  return list.map(({ rank, species, n, l, m, weights }, k) => {
    const coefficients = new Float64Array(list.length);
    coefficients[k] = weights.reduce((sum, weight) => sum + weight, 0);
    return { rank, species, n, l, m, coefficients };
  });
}

/** Records Model, Pair, Centre and Description of src/kernels/ace/layout.ts. */
export function descriptorImage(
  { parameters, centres }: DescriptorModel,
  mode: RadialMode,
): { image: HeapImage; root: number } {
  return modelImage(parameters, mode, centres, (image) =>
    image.words(centres.flatMap((centre) => descriptionWords(image, centre))),
  );
}

function descriptionWords(image: ImageBuilder, { places, many, leafOf }: DescribedCentre): Word[] {
  const functions: number[] = [];
  const factors: number[] = [];
  const weights: number[] = [];
  for (const { column, f } of many) {
    functions.push(8 * column, f.rank, f.weights.length);
    f.weights.forEach((weight, product) => {
      const { sign, factors: own } = factorsOf(f, product, leafOf);
      weights.push(sign * weight);
      for (const factor of own) factors.push((factor >> 1) * VALUE + (factor & 1));
    });
  }
  return [
    image.words(places.map((column) => 8 * column)),
    many.length,
    image.words(functions),
    image.words(factors),
    image.place(Float64Array.from(weights)),
  ];
}
