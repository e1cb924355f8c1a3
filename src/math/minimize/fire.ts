import { dot, type Minimizer, type MinimizerSetup, type Move, plus, scaled } from './minimizer.js';

/** The authors' own numbers. */
const PATIENCE = 5;
const FASTER = 1.1;
const SLOWER = 0.5;
const MIXING = 0.1;
const FADING = 0.99;
/** Steps of time, in units of a mass 1: eV, A */
const FIRST = 0.1;
const LONGEST = 1;

/**
 * FIRE: dynamics with friction that stops whenever it goes uphill (Bitzek et al., Phys. Rev. Lett. 97, 170201, 2006),
 * semi-implicit, with the step that led uphill half undone (Guenole et al., Comput. Mater. Sci. 175, 109584, 2020).
 * Slow and hard to mislead; it looks at gradients alone.
 */
export function createFire({ size, limit }: MinimizerSetup): Minimizer {
  let velocity: Float64Array | undefined;
  let step: Float64Array = new Float64Array(0);
  let time = FIRST;
  let mixing = MIXING;
  let downhill = 0;

  /** Half of the last step, backwards, where it led uphill; the motion begins anew. */
  const turnBack = (v: Float64Array): Float64Array => {
    const half = scaled(v, -0.5 * time);
    downhill = 0;
    time *= SLOWER;
    mixing = MIXING;
    v.fill(0);
    return half;
  };

  return {
    next(value, gradient): Move {
      if (!Number.isFinite(value)) {
        // Back by most of the step: where nothing can be computed there is no way down either.
        time *= SLOWER;
        velocity?.fill(0);
        step = scaled(step, -0.9);
        return { step, accepted: false, stuck: step.every((x) => x === 0) };
      }
      const slope = Math.sqrt(dot(gradient, gradient));
      if (slope === 0) return { step: new Float64Array(gradient.length), accepted: true, stuck: true };
      const isFirst = velocity === undefined;
      velocity ??= new Float64Array(gradient.length);
      const v = velocity;
      const half = !isFirst && dot(gradient, v) >= 0 ? turnBack(v) : undefined;
      if (!half && ++downhill > PATIENCE) {
        time = Math.min(FASTER * time, LONGEST);
        mixing *= FADING;
      }
      for (let k = 0; k < v.length; k++) v[k] -= time * gradient[k];
      const speed = Math.sqrt(dot(v, v));
      for (let k = 0; k < v.length; k++) v[k] = (1 - mixing) * v[k] - (mixing * speed * gradient[k]) / slope;
      step = scaled(v, time);
      if (half) step = plus(step, half);
      const length = size(step);
      if (length > limit) step = scaled(step, limit / length);
      return { step, accepted: true, stuck: false };
    },
  };
}
