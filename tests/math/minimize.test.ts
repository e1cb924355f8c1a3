import { describe, expect, it } from 'vitest';
import { stepsLeft } from '../../src/math/decay.js';
import { solveLinear } from '../../src/math/minimize/conjugate-gradients.js';
import { MINIMIZERS, type MinimizerName } from '../../src/math/minimize/methods.js';
import { dot, type Metric, type Minimizer, plus } from '../../src/math/minimize/minimizer.js';
import { uniform } from '../../src/math/random.js';

type Function = (x: Float64Array) => { value: number; gradient: Float64Array };

const size = (step: Float64Array) => Math.max(...step.map(Math.abs));

/** Follows a minimiser until the gradient is small; the number of evaluations, and where it ended. */
function follow(minimizer: Minimizer, f: Function, start: number[], limit: number, small = 1e-8) {
  let x = Float64Array.from(start);
  let accepted = x;
  let stuck = false;
  let evaluations = 0;
  while (!stuck && evaluations < limit) {
    const { value, gradient } = f(x);
    evaluations++;
    if (Number.isFinite(value) && Math.sqrt(dot(gradient, gradient)) <= small)
      return { x, evaluations, stuck };
    const move = minimizer.next(value, gradient);
    if (move.accepted) accepted = x;
    expect(move.step.every(Number.isFinite)).toBe(true);
    x = plus(x, move.step) as typeof x;
    ({ stuck } = move);
  }
  return { x: accepted, evaluations, stuck };
}

/** sum k_i (x_i - i)^2 / 2 with stiffnesses from 1 to `worst` */
function quadratic(n: number, worst: number): Function & { stiffness: Float64Array } {
  const stiffness = Float64Array.from({ length: n }, (_, i) => worst ** (i / (n - 1)));
  const f = (x: Float64Array) => ({
    value: x.reduce((sum, xi, i) => sum + (stiffness[i] * (xi - i) ** 2) / 2, 0),
    gradient: x.map((xi, i) => stiffness[i] * (xi - i)),
  });
  return Object.assign(f, { stiffness });
}

const rosenbrock: Function = ([x, y]) => ({
  value: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
  gradient: Float64Array.of(-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)),
});

const LIMITS: Readonly<Record<MinimizerName, { quadratic: number; rosenbrock: number }>> = {
  // The quadratic's minimum is 19 away, and steps are of 0.5 at most.
  lbfgs: { quadratic: 100, rosenbrock: 80 },
  fire: { quadratic: 2000, rosenbrock: 20000 },
};

describe.each(Object.keys(MINIMIZERS) as MinimizerName[])('%s', (name) => {
  const make = (limit = 0.5, metric?: Metric) => MINIMIZERS[name]({ size, limit, metric });

  it('finds the minimum of a quadratic function of stiffnesses from 1 to 100', () => {
    const f = quadratic(20, 100);
    const { x, evaluations } = follow(make(), f, new Array(20).fill(0), LIMITS[name].quadratic);
    expect(evaluations).toBeLessThan(LIMITS[name].quadratic);
    // A gradient of 1e-8 and a stiffness of 1 or more
    for (const [i, xi] of x.entries()) expect(Math.abs(xi - i)).toBeLessThan(1e-8);
  });

  it('finds its way through the valley of Rosenbrock', () => {
    const { x, evaluations } = follow(make(0.2), rosenbrock, [-1.2, 1], LIMITS[name].rosenbrock);
    expect(evaluations).toBeLessThan(LIMITS[name].rosenbrock);
    // The smallest curvature at the minimum is 0.4.
    expect(size(plus(x, Float64Array.of(1, 1), -1))).toBeLessThan(1e-7);
  });

  it('comes back from where there is no value', () => {
    // A wall at x = 1.5 hides behind the minimum at 1, and steps are long.
    const walled: Function = (x) =>
      x[0] > 1.5
        ? { value: Number.POSITIVE_INFINITY, gradient: new Float64Array(0) }
        : { value: Math.cosh(x[0] - 1) + x[0] * 1e-9, gradient: Float64Array.of(Math.sinh(x[0] - 1)) };
    const { x } = follow(make(3), walled, [-4], 500);
    expect(Math.abs(x[0] - 1)).toBeLessThan(1e-7);
  });

  it('never goes farther than its limit', () => {
    const minimizer = make(0.05);
    let x = Float64Array.of(-1.2, 1) as Float64Array;
    for (let k = 0; k < 50; k++) {
      const { value, gradient } = rosenbrock(x);
      const { step, accepted } = minimizer.next(value, gradient);
      if (accepted) expect(size(step)).toBeLessThanOrEqual(0.05 * (1 + 1e-12));
      x = plus(x, step);
    }
  });

  it('is stuck where there is no slope', () => {
    expect(make().next(1, new Float64Array(3)).stuck).toBe(true);
  });
});

describe('L-BFGS', () => {
  const lbfgs = MINIMIZERS.lbfgs;

  it('needs one step where the metric is the Hessian', () => {
    const f = quadratic(10, 1e6);
    const { stiffness } = f;
    const metric: Metric = {
      times: (v) => v.map((x, i) => x * stiffness[i]),
      solve: (v) => v.map((x, i) => x / stiffness[i]),
    };
    const start = new Array(10).fill(0.3);
    const { evaluations } = follow(lbfgs({ size, limit: 100, metric }), f, start, 10, 1e-7);
    expect(evaluations).toBe(2);
  });

  it('learns the scale of a metric from its steps', () => {
    const f = quadratic(10, 1e4);
    const { stiffness } = f;
    const metric: Metric = {
      times: (v) => v.map((x, i) => 1000 * x * stiffness[i]),
      solve: (v) => v.map((x, i) => x / stiffness[i] / 1000),
    };
    const { evaluations } = follow(lbfgs({ size, limit: 100, metric }), f, new Array(10).fill(0.3), 10, 1e-6);
    expect(evaluations).toBeLessThanOrEqual(3);
  });

  it('goes on by slopes where values have steps of their own', () => {
    // Steps of 0.1 in the value hide a slope of size 1 below them; the gradient is exact.
    const f = quadratic(6, 30);
    const stepped: Function = (x) => {
      const { value, gradient } = f(x);
      return { value: value + 0.1 * Math.sign(Math.sin(300 * x[0] + 70 * x[3])), gradient };
    };
    const { x, stuck } = follow(lbfgs({ size, limit: 0.5 }), stepped, new Array(6).fill(0), 200);
    expect(stuck).toBe(false);
    for (const [i, xi] of x.entries()) expect(Math.abs(xi - i)).toBeLessThan(1e-7);
  });

  it('leaves a maximum that it is put beside', () => {
    const wave: Function = (x) => ({ value: Math.cos(x[0]), gradient: Float64Array.of(-Math.sin(x[0])) });
    const { x } = follow(lbfgs({ size, limit: 0.5 }), wave, [0.01], 100);
    expect(Math.abs(x[0] - Math.PI)).toBeLessThan(1e-7);
  });
});

describe('solveLinear', () => {
  it('solves a positive system as closely as asked', () => {
    const n = 40;
    const next = uniform(3);
    const a = Float64Array.from({ length: n * n }, () => next() - 0.5);
    // A^T A + 1
    const times = (v: Float64Array) => {
      const av = Float64Array.from({ length: n }, (_, i) => dot(a.subarray(i * n, i * n + n), v));
      return v.map((x, j) => x + av.reduce((sum, y, i) => sum + y * a[i * n + j], 0));
    };
    const x = Float64Array.from({ length: n }, () => next());
    const solved = solveLinear({ times, rough: (v) => v.slice() }, times(x), 1e-12);
    // The residual is 1e-12 of the right-hand side, whose eigenvalues are from 1 to about n.
    expect(size(plus(solved, x, -1))).toBeLessThan(1e-9);
    expect(solveLinear({ times, rough: (v) => v.slice() }, new Float64Array(n), 1e-12)).toEqual(
      new Float64Array(n),
    );
  });
});

describe('stepsLeft', () => {
  it('follows a straight line of logarithms', () => {
    // Ten more divisions by ten from 1e10
    const values = Array.from({ length: 20 }, (_, k) => 10 ** (29 - k));
    expect(stepsLeft(values)).toBeCloseTo(10, 9);
  });

  it('says nothing of what does not fall, or of too little', () => {
    expect(stepsLeft([5, 6, 7, 8, 9])).toBeUndefined();
    expect(stepsLeft([100, 10, 1])).toBeUndefined();
    expect(stepsLeft([1e3, 1e2, 1e1, 0.5])).toBe(0);
  });
});
