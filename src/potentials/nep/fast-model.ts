import type { Precision } from '../../device/cpu.js';
import { float64Words, type HeapImage, ImageBuilder, type Word } from '../../device/image.js';
import { higherTerms, recursionFactors, squareWeights } from './fast-harmonics.js';
import { FIVE_BODY_FACTOR } from './invariants.js';
import type { NepBasis, NepParameters } from './parameters.js';
import { coefficientsByPair } from './radial.js';

/** Sizes that the kernels derive from the model and its precision; lengths in numbers. */
export interface KernelShape {
  /** Numbers of a vector, and bytes of one */
  readonly lanes: 2 | 4;
  readonly bytes: 8 | 4;
  readonly species: number;
  readonly harmonics: number;
  readonly dimension: number;
  readonly neurons: number;
  readonly radialCount: number;
  readonly angularCount: number;
  readonly radialBasis: number;
  readonly angularBasis: number;
}

export function kernelShape(parameters: NepParameters, precision: Precision): KernelShape {
  return {
    lanes: precision === 'f64' ? 2 : 4,
    bytes: precision === 'f64' ? 8 : 4,
    species: parameters.species.length,
    harmonics: (parameters.lMax + 1) ** 2 - 1,
    dimension: parameters.dimension,
    neurons: parameters.neurons,
    radialCount: parameters.radial.nMax + 1,
    angularCount: parameters.angular.nMax + 1,
    radialBasis: parameters.radial.basisSize + 1,
    angularBasis: parameters.angular.basisSize + 1,
  };
}

export function roundUp(count: number, multiple: number): number {
  return Math.ceil(count / multiple) * multiple;
}

/** The parameters as the kernels read them: records Model, Pair and Network of src/kernels/nep/layout.ts; Model first. */
export function modelImage(
  parameters: NepParameters,
  precision: Precision,
): { image: HeapImage; root: number } {
  const shape = kernelShape(parameters, precision);
  const { lMax } = parameters;
  const image = new ImageBuilder();
  const reals = (values: ArrayLike<number>) => {
    const padded =
      precision === 'f64'
        ? new Float64Array(roundUp(values.length, 2))
        : new Float32Array(roundUp(values.length, 4));
    padded.set(values);
    return image.place(padded);
  };
  /** Rows of `columns` numbers, padded to whole vectors. */
  const matrix = (rows: number, columns: number, at: (row: number, column: number) => number) => {
    const width = roundUp(columns, shape.lanes);
    const values = new Float64Array(rows * width);
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) values[r * width + c] = at(r, c);
    return reals(values);
  };

  const { terms, square } = higherTerms(parameters);
  const row = roundUp(shape.angularCount, shape.lanes) * shape.bytes;
  const termWords = terms.flatMap(({ harmonics, component, coefficient }) => [
    ...harmonics.map((c) => c * row),
    component,
    ...float64Words(coefficient),
  ]);
  const pairs = pairWords(parameters, shape, matrix);
  const networks: Word[] = parameters.networks.flatMap((network) => [
    ...float64Words(parameters.bias + network.bias),
    matrix(shape.dimension, shape.neurons, (d, n) => network.w0[n * shape.dimension + d]),
    matrix(shape.neurons, shape.dimension, (n, d) => network.w0[n * shape.dimension + d]),
    reals(network.b0),
    reals(network.w1),
    0,
    0,
  ]);
  const model = image.words([
    shape.species,
    lMax,
    shape.harmonics,
    shape.dimension,
    shape.neurons,
    shape.radialCount,
    shape.angularCount,
    shape.radialBasis,
    shape.angularBasis,
    terms.length,
    square,
    image.words(pairs),
    image.place(reach(parameters)),
    reals(squareWeights(lMax)),
    image.words(termWords),
    reals(recursionFactors()),
    reals([FIVE_BODY_FACTOR]),
    reals(parameters.scaler),
    image.words(networks),
  ]);
  return { image: image.finish(), root: typeof model === 'number' ? model : model.offset };
}

type Matrix = (rows: number, columns: number, at: (row: number, column: number) => number) => Word;

/** Records of Pair, centre by neighbour. */
function pairWords(parameters: NepParameters, shape: KernelShape, matrix: Matrix): Word[] {
  const { radial, angular } = parameters;
  const species = shape.species;
  const radialSeries = chebyshevSeries(radial, parameters.radialCoefficients, species);
  const angularSeries = chebyshevSeries(angular, parameters.angularCoefficients, species);
  const both = (series: Series, basis: NepBasis, pair: number): [Word, Word] => {
    const [count, size] = [basis.nMax + 1, basis.basisSize + 1];
    const at = (n: number, k: number) => (pair * count + n) * size + k;
    return [
      matrix(size, count, (k, n) => series.values[at(n, k)]),
      matrix(count, 2 * size, (n, c) => (c % 2 === 0 ? series.values : series.slopes)[at(n, c >> 1)]),
    ];
  };
  const words: Word[] = [];
  for (let i = 0; i < species; i++) {
    for (let j = 0; j < species; j++) {
      const pair = i * species + j;
      words.push(
        ...float64Words(0.5 * (radial.cutoffs[i] + radial.cutoffs[j])),
        ...float64Words(0.5 * (angular.cutoffs[i] + angular.cutoffs[j])),
        ...both(radialSeries, radial, pair),
        ...both(angularSeries, angular, pair),
      );
    }
  }
  return words;
}

interface Series {
  /** [t][t][n][k] of T_k(x) in g_n / f_c */
  readonly values: Float64Array;
  /** The same of its derivative with respect to x */
  readonly slopes: Float64Array;
}

/**
 * g_n = f_c sum_k c_nk (T_k + 1)/2 as a plain Chebyshev series f_c sum_k p_k T_k, and the series of its derivative:
 * d_k-1 = d_k+1 + 2 k p_k, d_0 halved.
 */
function chebyshevSeries(basis: NepBasis, coefficients: Float64Array, species: number): Series {
  const size = basis.basisSize + 1;
  const values = coefficientsByPair(coefficients, species, basis.nMax, basis.basisSize);
  const slopes = new Float64Array(values.length);
  for (let at = 0; at < values.length; at += size) {
    let sum = 0;
    for (let k = 0; k < size; k++) {
      values[at + k] /= 2;
      sum += values[at + k];
    }
    values[at] += sum;
    for (let k = size - 1; k > 0; k--) {
      slopes[at + k - 1] = (k + 1 < size ? slopes[at + k + 1] : 0) + 2 * k * values[at + k];
    }
    slopes[at] /= 2;
  }
  return { values, slopes };
}

/** [t] square of the largest cutoff of each centre, A^2. */
function reach({ radial, angular }: NepParameters): Float64Array {
  const widest = (basis: NepBasis, i: number) => 0.5 * (basis.cutoffs[i] + Math.max(...basis.cutoffs));
  return Float64Array.from(radial.cutoffs, (_, i) => Math.max(widest(radial, i), widest(angular, i)) ** 2);
}
