import type { PhononRunListener } from '../workflows/phonon-run.js';
import { Progress } from './progress.js';

/** Tells a user on standard error how far phonons are: lines, notes (each once), relaxation and displacements. */
export class PhononTeller implements PhononRunListener {
  readonly #notes = new Set<string>();
  #relaxing: Progress;
  #forces: Progress | undefined;
  #left = 0;
  #place = '';

  constructor(private readonly quiet = false) {
    this.#relaxing = this.#newRelaxing();
  }

  #newRelaxing(): Progress {
    return new Progress({ amount: (steps) => `${Math.round(steps)} steps`, quiet: this.quiet });
  }

  /** What was noted, with the place where it was. */
  get notes(): readonly string[] {
    return [...this.#notes];
  }

  /** What is told from now on is of this place; of none where absent. */
  readonly at = (place = ''): void => {
    this.end();
    this.#place = place === '' ? '' : `${place}: `;
    this.#forces = undefined;
    this.#relaxing = this.#newRelaxing();
  };

  readonly say = (line: string): void => {
    this.end();
    if (!this.quiet) process.stderr.write(`${this.#place}${line}\n`);
  };

  readonly note = (sentence: string): void => {
    const whole = `${this.#place}${sentence}`;
    if (!this.#notes.has(whole)) {
      this.end();
      if (!this.quiet) process.stderr.write(`note: ${whole}\n`);
    }
    this.#notes.add(whole);
  };

  readonly relaxing: PhononRunListener['relaxing'] = ({ step, fmax }) => {
    this.#relaxing.update(
      step,
      `${this.#place}relaxing: step ${step}, largest force ${fmax.toExponential(1)} eV/A`,
    );
  };

  readonly forces = (done: number, total: number): void => {
    if (total !== this.#left) this.#forces = undefined;
    this.#left = total;
    this.#forces ??= new Progress({
      amount: (count: number) => `${count.toFixed(count < 10 ? 1 : 0)} displacements`,
      total,
      quiet: this.quiet,
    });
    this.#forces.update(done, `${this.#place}displacement ${done} of ${total}`);
  };

  /** No bar is drawn beyond this. */
  end(): void {
    this.#forces?.end();
    this.#relaxing.end();
  }
}
