import type { Frame } from '../../src/model/frame.js';
import type { Structure } from '../../src/model/structure.js';

/** One structure on its way to a label. */
export interface Job {
  /** Counted from 1, for messages */
  readonly number: number;
  readonly structure: Structure;
  /** Engines that were lost over it */
  losses: number;
  readonly done: Promise<Frame>;
  resolve(frame: Frame): void;
  reject(reason: unknown): void;
}

export function createJob(number: number, structure: Structure): Job {
  let resolve!: Job['resolve'];
  let reject!: Job['reject'];
  const done = new Promise<Frame>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Whoever asks for results in order meets an early failure late; until then it is no unhandled one.
  done.catch(() => {});
  return { number, structure, losses: 0, done, resolve, reject };
}

/** Jobs on one side, idle takers on the other; whoever comes first waits for the other. */
export class JobQueue {
  readonly #jobs: Job[] = [];
  readonly #takers = new Map<object, (job: Job | undefined) => void>();

  get waiting(): number {
    return this.#jobs.length;
  }

  add(job: Job): void {
    if (!this.#give(job)) this.#jobs.push(job);
  }

  /** A job that was begun before goes first: its result is the next that is wanted. */
  addFirst(job: Job): void {
    if (!this.#give(job)) this.#jobs.unshift(job);
  }

  /** The next job for a taker; undefined where the taker is dismissed before there is one. */
  take(taker: object): Promise<Job | undefined> {
    const next = this.#jobs.shift();
    if (next) return Promise.resolve(next);
    return new Promise((resolve) => this.#takers.set(taker, resolve));
  }

  dismiss(taker: object): void {
    const resolve = this.#takers.get(taker);
    this.#takers.delete(taker);
    resolve?.(undefined);
  }

  /** Takes away all jobs that nobody has begun, for which `which` holds. */
  drain(which: (job: Job) => boolean = () => true): Job[] {
    const taken = this.#jobs.filter(which);
    const left = this.#jobs.filter((job) => !which(job));
    this.#jobs.splice(0, this.#jobs.length, ...left);
    return taken;
  }

  #give(job: Job): boolean {
    for (const [taker, resolve] of this.#takers) {
      this.#takers.delete(taker);
      resolve(job);
      return true;
    }
    return false;
  }
}
