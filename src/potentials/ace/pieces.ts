/** Of the polynomials; the kernel is written for it (src/kernels/ace/pieces.ts). */
export const DEGREE = 7;

/** Functions of a distance as polynomials on a piece. */
export interface Piece {
  /** A; the piece ends just below it */
  readonly end: number;
  /** A */
  readonly centre: number;
  /** 1/A; the polynomials are of t = (r - centre) scale, from -1 to 1 */
  readonly scale: number;
  /** [functions][DEGREE + 1] */
  readonly coefficients: Float64Array;
}

/** What is made pieces of: sets values and slopes (1/A) [functions] at a distance. */
export type Sample = (r: number, values: Float64Array, slopes: Float64Array) => void;

export interface PieceOptions {
  /** Distances (A) where a function or one of its derivatives jumps; those beyond the end do not matter */
  readonly breaks: readonly number[];
  /** A */
  readonly end: number;
  /** Sizes of the sets of functions, in order, whose slopes are held to the largest of all of a set */
  readonly sets: readonly number[];
}

/** Of the largest slope in a piece, or value over distance, which a distance's own rounding is worth: some hundred roundings. */
const TOLERANCE = 1e-13;
/** The same of all distances where atoms are found: enough where the functions fade out. */
const FLOOR = 1e-17;
/** A, nearer than any two atoms of a molecule */
const NEAREST = 0.5;
/** Errors of up to so many tolerances that are no less in half the piece are roundings of the function itself. */
const ROUNDINGS = 1e4;
const NARROWEST = 1e-12;
const MOST = 2000;

/**
 * Polynomials that equal functions to rounding, in pieces from 0 to the end halved until they do: where a function ends in a root, they are
 * ever smaller towards it. Slopes are what is interpolated: values, differentiated, would have their roundings over the
 * width of the piece.
 */
export function makePieces(functions: number, sample: Sample, { breaks, end, sets }: PieceOptions): Piece[] {
  const inside = breaks.filter((r) => r > 0 && r < end).sort((a, b) => a - b);
  const ends = [...inside, end].filter((r, k, all) => !(all[k + 1] - r < NARROWEST * end));
  const judge = errorJudge(functions, sample, end, sets);
  const list: Piece[] = [];
  const add = (from: number, to: number, before: readonly SetError[] | undefined) => {
    const fit = fitPiece(functions, sample, from, to);
    const errors = judge(fit);
    const isEnough = errors.every(
      ({ error, allowed }, set) =>
        !(error > allowed) || (before && error > before[set].error / 2 && error < ROUNDINGS * allowed),
    );
    if (isEnough || to - from < NARROWEST * end || list.length > MOST) {
      list.push(fit.piece);
      return;
    }
    const middle = (from + to) / 2;
    add(from, middle, errors);
    add(middle, to, errors);
  };
  ends.forEach((to, k) => {
    add(k === 0 ? 0 : ends[k - 1], to, undefined);
  });
  return list;
}

/** Of the slopes of a set of functions in a piece, 1/A. */
interface SetError {
  readonly error: number;
  readonly allowed: number;
}

interface Fit {
  readonly piece: Piece;
  /** [functions] largest steepness, and largest error of a slope, 1/A */
  readonly steepest: Float64Array;
  readonly errors: Float64Array;
}

function errorJudge(
  functions: number,
  sample: Sample,
  end: number,
  sets: readonly number[],
): (fit: Fit) => SetError[] {
  const largest = (values: Float64Array) => {
    let first = 0;
    return sets.map((size) => {
      first += size;
      return values.subarray(first - size, first).reduce((most, x) => Math.max(most, x), 0);
    });
  };
  const values = new Float64Array(functions);
  const slopes = new Float64Array(functions);
  const all = new Float64Array(functions);
  const steps = 400;
  for (let k = 0; k < steps; k++) {
    const r = NEAREST + ((end - NEAREST) * (k + 0.5)) / steps;
    sample(r, values, slopes);
    for (let f = 0; f < functions; f++) all[f] = Math.max(all[f], steepness(r, values[f], slopes[f]));
  }
  const floors = largest(all);
  return (fit) => {
    const scales = largest(fit.steepest);
    return largest(fit.errors).map((error, set) => ({
      error,
      allowed: Math.max(TOLERANCE * scales[set], FLOOR * floors[set]),
    }));
  };
}

/** Slopes are met at DEGREE places. */
const NODES = Float64Array.from({ length: DEGREE }, (_, k) => Math.cos((Math.PI * (k + 0.5)) / DEGREE));
/** Where the error of that is largest, the ends left to their neighbours. */
const CHECKS = Float64Array.from({ length: DEGREE + 1 }, (_, k) => 0.9999 * Math.cos((Math.PI * k) / DEGREE));
/** [power][node] the coefficients of the polynomial that has given values at the nodes. */
const INVERSE = inverse();

function fitPiece(functions: number, sample: Sample, from: number, to: number): Fit {
  const centre = (from + to) / 2;
  const scale = 2 / (to - from);
  const values = new Float64Array(functions);
  const slopes = new Float64Array(functions);
  const places = Float64Array.from(NODES, (t) => centre + t / scale);
  const nodes = places.map((r) => (r - centre) * scale); // after rounding
  const steepest = new Float64Array(functions);
  const valuesAt = new Float64Array(functions * DEGREE);
  const slopesAt = new Float64Array(functions * DEGREE);
  places.forEach((r, k) => {
    sample(r, values, slopes);
    for (let f = 0; f < functions; f++) {
      steepest[f] = Math.max(steepest[f], steepness(to, values[f], slopes[f]));
      valuesAt[f * DEGREE + k] = values[f];
      slopesAt[f * DEGREE + k] = slopes[f];
    }
  });
  const coefficients = new Float64Array(functions * (DEGREE + 1));
  const slopeFits = new Float64Array(functions * DEGREE);
  for (let f = 0; f < functions; f++) {
    const slope = slopeFits.subarray(f * DEGREE, (f + 1) * DEGREE);
    const wanted = slopesAt.subarray(f * DEGREE, (f + 1) * DEGREE);
    // In small pieces the rounded places are not quite the nodes.
    for (let pass = 0; pass < 3; pass++) {
      const rest = wanted.map((value, k) => value - polynomial(slope, nodes[k]));
      for (let power = 0; power < DEGREE; power++)
        for (let k = 0; k < DEGREE; k++) slope[power] += INVERSE[power * DEGREE + k] * rest[k];
    }
    const own = coefficients.subarray(f * (DEGREE + 1), (f + 1) * (DEGREE + 1));
    for (let power = 1; power <= DEGREE; power++) own[power] = slope[power - 1] / (power * scale);
    own[0] = mean(nodes.map((t, k) => valuesAt[f * DEGREE + k] - polynomial(own, t)));
  }
  const errors = new Float64Array(functions);
  for (const t of CHECKS) {
    const r = centre + t / scale;
    sample(r, values, slopes);
    for (let f = 0; f < functions; f++) {
      const fit = polynomial(slopeFits.subarray(f * DEGREE, (f + 1) * DEGREE), (r - centre) * scale);
      errors[f] = Math.max(errors[f], Math.abs(fit - slopes[f]));
    }
  }
  return { piece: { end: to, centre, scale, coefficients }, steepest, errors };
}

function steepness(r: number, value: number, slope: number): number {
  return Math.max(Math.abs(slope), Math.abs(value) / r);
}

function polynomial(coefficients: Float64Array, t: number): number {
  let sum = 0;
  for (let power = coefficients.length - 1; power >= 0; power--) sum = sum * t + coefficients[power];
  return sum;
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Through the Chebyshev polynomials, which are orthogonal over the nodes. */
function inverse(): Float64Array {
  const matrix = new Float64Array(DEGREE * DEGREE);
  let before = new Float64Array(DEGREE);
  let powers = new Float64Array(DEGREE);
  powers[0] = 1;
  for (let order = 0; order < DEGREE; order++) {
    for (let power = 0; power < DEGREE; power++) {
      for (let k = 0; k < DEGREE; k++)
        matrix[power * DEGREE + k] +=
          ((order === 0 ? 1 : 2) / DEGREE) * powers[power] * Math.cos((Math.PI * order * (k + 0.5)) / DEGREE);
    }
    // T_n+1 = 2 x T_n - T_n-1, of which T_1 = x T_0
    const next = before.map((c, power) => (order === 0 ? 1 : 2) * (powers[power - 1] ?? 0) - c);
    before = powers;
    powers = next;
  }
  return matrix;
}
