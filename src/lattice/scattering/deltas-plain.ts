import type { PhononGrid, Triplets } from '../../model/phonon-grid.js';
import { cornerWeight } from './corner-weight.js';
import type { DeltaWeights, PairFrequencies, Smearing } from './delta-weights.js';
import { pointsAround, scaleOf, tableFor } from './deltas.js';
import { averageEqualBands } from './deltas-average.js';
import type { GridTetrahedra } from './grid-tetrahedra.js';

/** Squares of x / sigma from which on exp(-x^2 / 2 sigma^2) is less than the smallest number */
const RUN_OUT = 1492;

/** What a pair of bands adds at one frequency: delta(f - f1 - f2), delta(f + f1 - f2), delta(f - f1 + f2); is it zero? */
type Deltas = (f: number) => readonly [decay: number, down: number, up: number, zero: boolean];

/** Delta functions of triplets in plain words: these define the answer that TripletDeltas gives. */
export function plainDeltas(
  grid: PhononGrid,
  pairs: PairFrequencies,
  smearing: Smearing,
  { points }: Pick<Triplets, 'points'>,
  frequencies: ArrayLike<number>,
): Required<DeltaWeights> {
  const { bands } = pairs;
  const table = tableFor(smearing);
  const modes = table(pairs.frequencies);
  const n = frequencies.length;
  const values = (points.length / 3) * n * bands * bands;
  const out = {
    points: n,
    decay: new Float64Array(values),
    merging: new Float64Array(values),
    total: new Float64Array(values),
    zero: new Uint8Array(values),
  };
  const maker =
    smearing.kind === 'tetrahedra' ? tetrahedraMaker(grid, smearing.tetrahedra, pairs) : undefined;
  for (let t = 0; 3 * t < points.length; t++) {
    const [p1, p2] = [points[3 * t + 1], points[3 * t + 2]];
    for (let i = 0; i < bands; i++) {
      for (let j = 0; j < bands; j++) {
        const at1 = (p: number) => modes[p * bands + i];
        const at2 = (p: number) => modes[p * bands + j];
        const deltas = maker ? maker(p1, p2, at1, at2) : smeared(smearing, at1(p1), at2(p2));
        for (let k = 0; k < n; k++) {
          const at = ((t * n + k) * bands + i) * bands + j;
          const [decay, down, up, zero] = deltas(frequencies[k]);
          out.decay[at] = decay;
          out.merging[at] = down - up;
          out.total[at] = decay + down + up;
          out.zero[at] = zero ? 1 : 0;
        }
      }
    }
  }
  if (smearing.kind === 'tetrahedra' && smearing.equalBands) averageEqualBands(out, { points }, pairs);
  return out;
}

function tetrahedraMaker(grid: PhononGrid, tetrahedra: GridTetrahedra, pairs: PairFrequencies) {
  const { corners } = tetrahedra;
  const { near, turned } = pointsAround(grid, tetrahedra, pairs);
  const width = turned.length;
  const scale = scaleOf(corners.length / 3);
  return (p1: number, p2: number, at1: (p: number) => number, at2: (p: number) => number): Deltas => {
    const f1 = turned.map((_, k) => near[p1 * width + k]);
    const f2 = turned.map((k) => near[p2 * width + k]);
    const sums = Array.from(f1, (p, k) => at1(p) + at2(f2[k]));
    const down = Array.from(f1, (p, k) => at2(f2[k]) - at1(p));
    const up = down.map((x) => -x);
    const weight = (values: number[], f: number) => {
      let sum = 0;
      for (let c = 0; c < corners.length; c += 3) {
        sum += cornerWeight(values[0], values[corners[c]], values[corners[c + 1]], values[corners[c + 2]], f);
      }
      return scale * sum;
    };
    const meets = (values: number[], f: number) => Math.min(...values) <= f && f <= Math.max(...values);
    return (f) => [
      weight(sums, f),
      weight(down, f),
      weight(up, f),
      ![sums, down, up].some((values) => meets(values, f)),
    ];
  };
}

function smeared(smearing: Smearing, f1: number, f2: number): Deltas {
  if (smearing.kind === 'principal') {
    const inverse = (x: number) => x / (x * x + smearing.epsilon ** 2);
    return (f) => [
      inverse(f - f1 - f2) - inverse(f + f1 + f2),
      inverse(f + f1 - f2),
      inverse(f - f1 + f2),
      false,
    ];
  }
  if (smearing.kind === 'tetrahedra') throw new Error('tetrahedra need more than one point');
  const { sigma, cutoff = 0 } = smearing;
  const normal = (x: number) => Math.exp(-((x / sigma) ** 2) / 2) / (sigma * Math.sqrt(2 * Math.PI));
  return (f) => {
    const all = [f - f1 - f2, f + f1 - f2, f - f1 + f2];
    const [decay, down, up] = all.map(normal);
    const isCut = cutoff > 0 && all.every((x) => Math.abs(x) > cutoff * sigma);
    const isZero = isCut || all.every((x) => (x / sigma) ** 2 > RUN_OUT);
    return isZero ? [0, 0, 0, true] : [decay, down, up, false];
  };
}
