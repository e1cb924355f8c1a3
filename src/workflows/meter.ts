import type { Structure } from '../model/structure.js';
import type { BoundForces, ForceSource } from './force-source.js';

/** Counts and times the evaluations of whatever is bound through it. */
export class Meter {
  steps = 0;
  /** ms that the forces took */
  evaluation = 0;
  #begin: number | undefined;

  /** @param progress told after every step */
  constructor(private readonly progress: (steps: number) => void = () => {}) {}

  /** s since the first evaluation began */
  get seconds(): number {
    return this.#begin === undefined ? 0 : (performance.now() - this.#begin) / 1000;
  }

  async bind(source: ForceSource, structure: Structure): Promise<BoundForces> {
    const bound = await source.bind(structure);
    return {
      evaluate: async (positions, cell) => {
        const started = performance.now();
        this.#begin ??= started;
        const totals = await bound.evaluate(positions, cell);
        this.evaluation += performance.now() - started;
        this.progress(++this.steps);
        return totals;
      },
      release: () => bound.release(),
    };
  }
}
