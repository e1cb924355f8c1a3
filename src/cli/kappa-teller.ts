import type { KappaRunListener } from '../workflows/kappa/run.js';
import type { ScatterProgress } from '../workflows/kappa/scatter-all.js';
import { PhononTeller } from './phonon-teller.js';
import { Progress } from './progress.js';

/** Tells how far a conductivity is: what phonons tell, and points of the grid. */
export class KappaTeller extends PhononTeller implements KappaRunListener {
  #points: Progress | undefined;

  constructor(private readonly hushed = false) {
    super(hushed);
  }

  readonly points = ({ done, total, found, work }: ScatterProgress): void => {
    if (!this.#points && found > 0) this.say(`${found} of ${total} points were done before`);
    this.#points ??= new Progress({
      amount: (count) => `${count.toFixed(count < 10 ? 1 : 0)} points`,
      total: total - found,
      quiet: this.hushed,
    });
    this.#points.update(work * (total - found), `point ${done} of ${total}`);
    if (done === total) this.end();
  };

  override end(): void {
    super.end();
    this.#points?.end();
  }
}
