import type { AceParameters } from './parameters.js';
import { fall } from './smooth-step.js';

/** Energy of an atom without that of the isolated one, and its slopes. */
export interface CoreFade<N> {
  readonly energy: number;
  /** dE/d(expansion) and dE/d(core) */
  readonly expansionSlope: number;
  readonly coreSlope: number;
  /** With ZBL: the neighbour whose distance hands the energy over, and dE/dr by it */
  readonly nearest?: { readonly neighbour: N; readonly slope: number };
}

/**
 * Joins the energy of the expansion and the sum of the core repulsions of an atom: the expansion fades where the core
 * density is high, or, with ZBL, hands over to it where the nearest neighbour is within the inner cutoff (Bochkarev et
 * al., Phys. Rev. Mater. 6, 013804, 2022).
 */
export function coreFade<N extends { readonly kind: number; readonly r: number }>(
  { inner, bonds, species, embeddings }: AceParameters,
  kind: number,
  expansion: number,
  core: number,
  neighbours: readonly N[],
): CoreFade<N> {
  if (inner !== 'zbl') {
    const { coreCutoff, coreWidth } = embeddings[kind];
    // Checked in this order: a width of zero is a step.
    const { value, slope } = core >= coreCutoff ? { value: 0, slope: 0 } : fall(core, coreCutoff, coreWidth);
    return { energy: expansion * value + core, expansionSlope: value, coreSlope: expansion * slope + 1 };
  }
  let least = Number.POSITIVE_INFINITY;
  let nearest: N | undefined;
  for (const neighbour of neighbours) {
    const { innerCutoff, innerWidth } = bonds[kind * species.length + neighbour.kind];
    const distance = neighbour.r - (innerCutoff - innerWidth);
    if (distance < least) {
      least = distance;
      nearest = neighbour;
    }
  }
  if (!nearest) return { energy: expansion, expansionSlope: 1, coreSlope: 0 };
  const { innerWidth } = bonds[kind * species.length + nearest.kind];
  const { value, slope } = fall(innerWidth - least, innerWidth, innerWidth);
  return {
    energy: expansion * value + core * (1 - value),
    expansionSlope: value,
    coreSlope: 1 - value,
    nearest: { neighbour: nearest, slope: (core - expansion) * slope },
  };
}
