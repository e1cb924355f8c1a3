/** Axis-parallel bins over a box of points, and which of them lie within reach of a bin. */
export interface Grid {
  /** Numbers of bins along x, y, z, with the empty ones around: no atom's stencil leaves the grid. */
  readonly bins: readonly [number, number, number];
  /** Empty bins on each side */
  readonly border: readonly [number, number, number];
  /** A */
  readonly widths: readonly [number, number, number];
  /** Pairs: first bin of a row within reach, and the bin behind its last, both relative to the bin in the middle */
  readonly stencil: readonly number[];
}

/** Sizes of a bin along x, y and z as parts of the reach: found by measurement (bench/tersoff.ts). */
const BIN_PARTS = [1 / 6, 1 / 2, 1 / 2] as const;
const BINS_PER_POINT = 8;

/** Bins for `points` points in a box of the given extents (A), of which pairs within `reach` (A) are sought. */
export function layGrid(extents: readonly number[], reach: number, points: number): Grid {
  const inner = binCounts(extents, reach, points);
  // A little wider, so that the last point is inside the last bin. No thinner than bins are meant to be: points that lie
  // almost in a plane would have thin ones, of which very many are in reach.
  const widths = inner.map((n, k) => Math.max((extents[k] / n) * (1 + 1e-12), reach * BIN_PARTS[k]));
  const border = widths.map((width) => stepsWithin(reach, width));
  const bins = inner.map((n, k) => n + 2 * border[k]);
  const stencil: number[] = [];
  for (let z = -border[2]; z <= border[2]; z++) {
    for (let y = -border[1]; y <= border[1]; y++) {
      const left = reach ** 2 - gap(z, widths[2]) ** 2 - gap(y, widths[1]) ** 2;
      if (left < 0) continue;
      const steps = stepsWithin(Math.sqrt(left), widths[0]);
      const middle = (z * bins[1] + y) * bins[0];
      stencil.push(middle - steps, middle + steps + 1);
    }
  }
  return {
    bins: [bins[0], bins[1], bins[2]],
    border: [border[0], border[1], border[2]],
    widths: [widths[0], widths[1], widths[2]],
    stencil,
  };
}

/** The least distance between points of two bins that are `steps` apart. */
function gap(steps: number, width: number): number {
  return Math.max(0, Math.abs(steps) - 1) * width;
}

/** How many steps away a bin can be and still have points within `distance`. */
function stepsWithin(distance: number, width: number): number {
  return 1 + Math.floor(distance / width);
}

/** Numbers of bins, at least 1 each: of the size wanted, but not many more than points. */
function binCounts(extents: readonly number[], reach: number, points: number): number[] {
  const bins = extents.map((extent, k) => Math.max(1, Math.floor(extent / (reach * BIN_PARTS[k]))));
  const limit = BINS_PER_POINT * points + 64;
  // Halving the longest side ends, because the product falls below any limit.
  while (bins[0] * bins[1] * bins[2] > limit) {
    const k = bins.indexOf(Math.max(...bins));
    bins[k] = Math.ceil(bins[k] / 2);
  }
  return bins;
}
