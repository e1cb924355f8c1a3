/** The shortest text that reads back as the same double, the sign of zero included. */
export function digits(x: number): string {
  return Object.is(x, -0) ? '-0' : String(x);
}
