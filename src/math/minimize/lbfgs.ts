import {
  dot,
  type Metric,
  type Minimizer,
  type MinimizerSetup,
  type Move,
  plus,
  scaled,
} from './minimizer.js';

/** Pairs of steps and changes of the gradient that are remembered: as many as most relaxations have steps. */
const MEMORY = 40;
/** Part of the decrease that the slope promises which a step must bring (Armijo). */
const DECREASE = 1e-4;
/** Part of the slope that may be left where values no longer tell. */
const SLOPE = 0.9;
/** Rounding errors of a value, of its size: sums over thousands of terms */
const ROUNDING = 1e-12;
/** Shorter and shorter trials along one direction before it is given up. */
const TRIALS = 8;

interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  /** 1 / (s y) */
  readonly rho: number;
}

/** Where the run stands, and the trial that is under way from there. */
interface Base {
  readonly value: number;
  readonly gradient: Float64Array;
  readonly direction: Float64Array;
  /** Of the value along the direction: negative */
  readonly slope: number;
  /** The trial is at `length` times the direction. */
  length: number;
  trials: number;
}

/**
 * Limited-memory BFGS (Liu and Nocedal, Math. Program. 45, 503, 1989) with a metric in place of the first guess of the
 * inverse Hessian (Packwood et al., J. Chem. Phys. 144, 164109, 2016), whose scale each step measures. Steps must lower
 * the value; where a change is no larger than its rounding errors, the slope decides (Hager and Zhang, SIAM J. Optim.
 * 16, 170, 2005). A function whose values do not fit its gradients (f32, forces of a self-consistency that is not
 * tight) would stop that search: from then on slopes decide alone.
 */
export function createLbfgs(setup: MinimizerSetup): Minimizer {
  return new Lbfgs(setup);
}

class Lbfgs implements Minimizer {
  #pairs: Pair[] = [];
  #base: Base | undefined;
  #scale = 1;
  #trustsValues = true;
  readonly #metric: Metric;

  constructor(private readonly setup: MinimizerSetup) {
    this.#metric = setup.metric ?? { times: (v) => v, solve: (v) => v };
  }

  next(value: number, gradient: Float64Array): Move {
    const base = this.#base;
    if (!base) return this.#goOn(value, gradient);
    if (!Number.isFinite(value)) return this.#retry(base, base.length / 4);
    const slope = dot(gradient, base.direction);
    if (base.trials > 0 && this.#contradicts(base, value, slope)) this.#trustsValues = false;
    if (!this.#isGood(base, value, slope)) return this.#retry(base, this.#shorter(base, value, slope));
    this.#learn(scaled(base.direction, base.length), plus(gradient, base.gradient, -1));
    return this.#goOn(value, gradient);
  }

  #isGood(base: Base, value: number, slope: number): boolean {
    const isFlat = slope <= SLOPE * -base.slope;
    if (!this.#trustsValues) return isFlat;
    if (value <= base.value + DECREASE * base.length * base.slope) return true;
    return isFlat && Math.abs(value - base.value) <= ROUNDING * Math.max(1, Math.abs(base.value));
  }

  /** Whether a short step changes the value by something else than the slopes at its ends say, by the size of what they say. */
  #contradicts({ value: f0, slope: g0, length }: Base, value: number, slope: number): boolean {
    const error = Math.abs(value - f0 - (length * (g0 + slope)) / 2);
    return error > Math.max(length * -g0, ROUNDING * Math.max(1, Math.abs(f0)));
  }

  /** Where the cubic through both ends, or without values the straight line of the slope, has its minimum. */
  #shorter({ value: f0, slope: g0, length }: Base, f: number, g: number): number {
    let part = g0 / (g0 - g);
    if (this.#trustsValues) {
      const [a, b] = [g0 * length, g * length];
      const d = a + b - 3 * (f - f0);
      const root = Math.sqrt(d * d - a * b);
      part = 1 - (b + root - d) / (b - a + 2 * root);
    }
    return length * Math.min(0.5, Math.max(0.1, Number.isFinite(part) ? part : 0.3));
  }

  #retry(base: Base, length: number): Move {
    if (++base.trials < TRIALS) {
      const step = scaled(base.direction, length - base.length);
      base.length = length;
      return { step, accepted: false, stuck: false };
    }
    const back = scaled(base.direction, -base.length);
    if (this.#pairs.length > 0) this.#pairs = [];
    else if (this.#trustsValues) this.#trustsValues = false;
    else return { step: back, accepted: false, stuck: true };
    const { step, stuck } = this.#goOn(base.value, base.gradient);
    return { step: plus(back, step), accepted: false, stuck };
  }

  #goOn(value: number, gradient: Float64Array): Move {
    let direction = this.#direction(gradient);
    let slope = dot(gradient, direction);
    if (!(slope < 0) && this.#pairs.length > 0) {
      this.#pairs = [];
      direction = this.#direction(gradient);
      slope = dot(gradient, direction);
    }
    if (!(slope < 0)) return { step: new Float64Array(gradient.length), accepted: true, stuck: true };
    const length = Math.min(1, this.setup.limit / this.setup.size(direction));
    this.#base = { value, gradient: gradient.slice(), direction, slope, length, trials: 0 };
    return { step: scaled(direction, length), accepted: true, stuck: false };
  }

  /** What a step says of the Hessian, where the function curves upwards along it. */
  #learn(s: Float64Array, y: Float64Array): void {
    const curvature = dot(s, y);
    if (!(curvature > 1e-8 * Math.sqrt(dot(s, s) * dot(y, y)))) return;
    this.#pairs.push({ s, y, rho: 1 / curvature });
    if (this.#pairs.length > MEMORY) this.#pairs.shift();
    this.#scale = curvature / dot(y, this.#metric.solve(y));
  }

  #direction(gradient: Float64Array): Float64Array {
    const q = scaled(gradient, -1);
    const alphas = new Float64Array(this.#pairs.length);
    for (let k = this.#pairs.length - 1; k >= 0; k--) {
      const { s, y, rho } = this.#pairs[k];
      alphas[k] = rho * dot(s, q);
      for (let i = 0; i < q.length; i++) q[i] -= alphas[k] * y[i];
    }
    const r = scaled(this.#metric.solve(q), this.#scale);
    for (const [k, { s, y, rho }] of this.#pairs.entries()) {
      const beta = rho * dot(y, r);
      for (let i = 0; i < r.length; i++) r[i] += (alphas[k] - beta) * s[i];
    }
    return r;
  }
}
