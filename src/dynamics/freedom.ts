import type { StrainSpace } from './strain-space.js';

/**
 * What may move: the places of atoms and, where there is a strain space, the strain of the cell, as one vector. Places
 * are A in the cell as it was first; a strain follows them as 9 numbers times `strainUnit` (A), so that a number of it
 * moves atoms about as far as one of a place does.
 */
export interface Freedom {
  readonly atoms: number;
  readonly strain?: StrainSpace;
  /** A */
  readonly strainUnit: number;
  /** Each gives vectors [3n] of atoms without what must stay */
  readonly constraints: readonly ((vectors: Float64Array) => Float64Array)[];
}

/** Without what must stay as it is, of a vector of places and strain. */
export function allowed(freedom: Freedom, vector: Float64Array): Float64Array {
  const { atoms, strain, constraints } = freedom;
  let places = vector.subarray(0, 3 * atoms);
  for (const constrain of constraints) places = constrain(places);
  return joined(places, strain?.project(vector.subarray(3 * atoms)));
}

export function joined(places: Float64Array, strain: Float64Array | undefined): Float64Array {
  if (!strain) return places.slice();
  const out = new Float64Array(places.length + 9);
  out.set(places);
  out.set(strain, places.length);
  return out;
}

/** Vectors [3n] without what moves all atoms alike: no energy changes by that, and rounding errors would add up. */
export function withoutDrift(vectors: Float64Array): Float64Array {
  const count = vectors.length / 3;
  let [x, y, z] = [0, 0, 0];
  for (let k = 0; k < vectors.length; k += 3) {
    x += vectors[k];
    y += vectors[k + 1];
    z += vectors[k + 2];
  }
  const out = new Float64Array(vectors.length);
  for (let k = 0; k < vectors.length; k += 3) {
    out[k] = vectors[k] - x / count;
    out[k + 1] = vectors[k + 1] - y / count;
    out[k + 2] = vectors[k + 2] - z / count;
  }
  return out;
}
