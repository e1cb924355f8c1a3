import type { Precision } from '../../device/cpu.js';
import { float64Words, type HeapImage, ImageBuilder } from '../../device/image.js';
import { type KernelBasis, kernelBasis } from './fast-basis.js';
import type { TrainedMtp } from './parameters.js';
import { envelopeOf, isClamped, recursionOf } from './radial.js';

/** Bytes of a moment: a row of two vectors, as in src/kernels/mtp/layout.ts. */
export const MOMENT = 32;

/** Sizes that the kernels derive from the model and its precision. */
export interface KernelShape {
  /** Numbers of a vector, and bytes of one */
  readonly lanes: 2 | 4;
  readonly bytes: 8 | 4;
  readonly species: number;
  readonly functions: number;
  readonly size: number;
  readonly monomials: number;
  readonly basics: number;
  readonly moments: number;
}

export interface KernelModel {
  readonly image: HeapImage;
  readonly root: number;
}

/** Moments that the kernels can count, by u16; a model of level 28 has 17 thousand. */
const MOST_MOMENTS = 65536;

/** Whether the kernels can take the model. */
export function fitsKernels(parameters: TrainedMtp): boolean {
  return basisFor(parameters).moments <= MOST_MOMENTS;
}

const bases = new WeakMap<TrainedMtp, KernelBasis>();

function basisFor(parameters: TrainedMtp): KernelBasis {
  const known = bases.get(parameters);
  if (known) return known;
  const basis = kernelBasis(parameters.basis, parameters.radial.functions);
  bases.set(parameters, basis);
  return basis;
}

export function kernelShape(parameters: TrainedMtp, precision: Precision): KernelShape {
  const { monomials, basics, moments } = basisFor(parameters);
  return {
    lanes: precision === 'f64' ? 2 : 4,
    bytes: precision === 'f64' ? 8 : 4,
    species: parameters.species.length,
    functions: parameters.radial.functions,
    size: parameters.radial.size,
    monomials,
    basics,
    moments,
  };
}

/** The parameters as the kernels read them: the record Model of src/kernels/mtp/layout.ts and what it points to. */
export function modelImage(parameters: TrainedMtp, precision: Precision): KernelModel {
  const { radial, species, speciesCoefficients, momentCoefficients } = parameters;
  const basis = basisFor(parameters);
  const image = new ImageBuilder();
  const reals = (values: ArrayLike<number>) =>
    image.place(precision === 'f64' ? Float64Array.from(values) : Float32Array.from(values));
  const weights = new Float64Array(basis.moments);
  basis.scalars.forEach((scalar, a) => {
    weights[scalar] += momentCoefficients[a];
  });
  const terms = termWords(basis);
  const termsWord = image.place(terms);
  if (typeof termsWord === 'number') throw new Error('an image places data at offsets');
  const { minimum, maximum } = radial;
  const root = image.words([
    species.length,
    radial.functions,
    radial.size,
    basis.rank,
    basis.monomials,
    basis.basics,
    basis.moments,
    basis.products.length,
    basis.scalars.length,
    envelopeOf(radial),
    radial.type === 'RBChebyshev_repuls' ? 1 : 0,
    0,
    ...float64Words(maximum),
    ...float64Words(minimum),
    ...float64Words(isClamped(radial) ? minimum : -1),
    ...float64Words(2 / (maximum - minimum)),
    ...float64Words(-(maximum + minimum) / (maximum - minimum)),
    ...float64Words((minimum / (maximum - minimum)) ** 2),
    image.place(Int32Array.from(basis.functions.flatMap(({ first, count }) => [first, count]))),
    reals(chebyshevSeries(parameters, basis)),
    image.place(Float64Array.from(speciesCoefficients)),
    image.place(Int32Array.from(basis.products, (product) => product.length / 3)),
    termsWord,
    { offset: termsWord.offset + terms.byteLength },
    reals(weights),
    image.place(scalarWords(basis, momentCoefficients)),
  ]);
  return { image: image.finish(), root: typeof root === 'number' ? root : root.offset };
}

/** Records of two moments as u16 and a factor as f32, which holds the file's whole numbers exactly. */
function termWords({ products }: KernelBasis): Int32Array {
  const flat = products.flat();
  const words = new Int32Array((2 * flat.length) / 3);
  const factors = new Float32Array(words.buffer);
  for (let t = 0; 3 * t < flat.length; t++) {
    words[2 * t] = flat[3 * t] | (flat[3 * t + 1] << 16);
    factors[2 * t + 1] = flat[3 * t + 2];
  }
  return words;
}

/** Records of a byte offset, a gap and an f64 weight. */
function scalarWords({ scalars }: KernelBasis, weights: Float64Array): Int32Array {
  const words = new Int32Array(4 * scalars.length);
  const factors = new Float64Array(words.buffer);
  scalars.forEach((scalar, a) => {
    words[4 * a] = MOMENT * scalar;
    factors[2 * a + 1] = weights[a];
  });
  return words;
}

/**
 * [t][t][functions][2][size] f_mu / envelope as a Chebyshev series in x, whatever polynomials the basis has, and the series
 * of its derivative: d_k-1 = d_k+1 + 2 k p_k, d_0 halved. The scaling is in it.
 */
function chebyshevSeries(parameters: TrainedMtp, { functions }: KernelBasis): Float64Array {
  const { radial, scaling = 1, radialCoefficients, species } = parameters;
  const { size } = radial;
  const polynomials = asChebyshev(parameters);
  const out = new Float64Array(2 * radialCoefficients.length);
  let at = 0;
  for (let pair = 0; pair < species.length ** 2; pair++) {
    for (const { mu } of functions) {
      const from = (pair * radial.functions + mu) * size;
      const series = out.subarray(at, at + size);
      const slopes = out.subarray(at + size, at + 2 * size);
      for (let k = 0; k < size; k++) {
        const coefficient = scaling * radialCoefficients[from + k];
        polynomials[k].forEach((part, t) => {
          series[t] += coefficient * part;
        });
      }
      for (let k = size - 1; k > 0; k--)
        slopes[k - 1] = (k + 1 < size ? slopes[k + 1] : 0) + 2 * k * series[k];
      slopes[0] /= 2;
      at += 2 * size;
    }
  }
  return out;
}

/** The polynomials p_k of the basis, each as a series of T_0 to T_k: x T_k = (T_k+1 + T_|k-1|) / 2. */
function asChebyshev({ radial }: TrainedMtp): Float64Array[] {
  const { first, a, b, c } = recursionOf(radial);
  const { size } = radial;
  const polynomials = [new Float64Array(size)];
  polynomials[0][0] = first;
  for (let k = 0; k + 1 < size; k++) {
    const next = polynomials[k].map((part) => b[k] * part);
    polynomials[k].forEach((part, t) => {
      if (part === 0) return;
      if (t + 1 < size) next[t + 1] += t === 0 ? a[k] * part : (a[k] * part) / 2;
      if (t > 0) next[t - 1] += (a[k] * part) / 2;
    });
    if (k > 0) {
      polynomials[k - 1].forEach((part, t) => {
        next[t] -= c[k] * part;
      });
    }
    polynomials.push(next);
  }
  return polynomials;
}
