/** Last values that an outlook is made from. */
const WINDOW = 12;

/**
 * How many more steps a falling quantity takes to reach 1, when it goes on as its last values did: a straight line
 * through their logarithms. Undefined where they do not fall, or are too few.
 */
export function stepsLeft(values: readonly number[]): number | undefined {
  const logs = values.slice(-WINDOW).map((x) => Math.log(Math.max(x, Number.MIN_VALUE)));
  const n = logs.length;
  if (n < 4) return undefined;
  const middle = (n - 1) / 2;
  const mean = logs.reduce((sum, y) => sum + y / n, 0);
  let up = 0;
  let down = 0;
  for (const [k, y] of logs.entries()) {
    up += (k - middle) * (y - mean);
    down += (k - middle) ** 2;
  }
  const slope = up / down;
  return slope < 0 ? Math.max(0, logs[n - 1] / -slope) : undefined;
}
