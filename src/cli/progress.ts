import type { WriteStream } from 'node:tty';

/** Milliseconds between two updates of the line. */
const INTERVAL = 100;

/**
 * One line on a terminal that says how far a long task is: what is done, the rate, and where the total is known the
 * time left. Nothing where the stream is no terminal, or `quiet`.
 */
export class Progress {
  private readonly begin = performance.now();
  private last = 0;
  private shown = false;
  private readonly active: boolean;

  constructor(
    private readonly options: {
      /** How an amount reads: 1.5e6 -> '1.5 MB' or '1500000 steps' */
      amount(value: number): string;
      total?: number;
      quiet?: boolean;
    },
    private readonly stream: Pick<WriteStream, 'write'> & {
      isTTY?: boolean;
      columns?: number;
    } = process.stderr,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.active = stream.isTTY === true && !options.quiet;
    this.begin = now();
    this.last = this.begin;
  }

  /** Tells how much is done in all; `detail` stands before it. Cheap to call often. */
  update(done: number, detail = ''): void {
    if (!this.active) return;
    const time = this.now();
    if (time - this.last < INTERVAL) return;
    this.last = time;
    const { amount, total } = this.options;
    const rate = done / ((time - this.begin) / 1000);
    const parts = detail === '' ? [] : [detail];
    if (total !== undefined && total > 0) {
      parts.push(`${Math.min(100, Math.floor((100 * done) / total))} % of ${amount(total)}`);
      parts.push(`${amount(rate)}/s`, `${duration((total - done) / rate)} left`);
    } else parts.push(amount(done), `${amount(rate)}/s`);
    const width = (this.stream.columns ?? 80) - 1;
    this.stream.write(`\r\x1b[K${parts.join(', ').slice(0, width)}`);
    this.shown = true;
  }

  /** Takes the line away. */
  end(): void {
    if (this.shown) this.stream.write('\r\x1b[K');
    this.shown = false;
  }
}

/** 1500000 -> '1.5 MB' */
export function byteAmount(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** 75 -> '1 min 15 s' */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
