/**
 * The polynomial that falls from 1 at `end - width` to 0 at `end`, with two continuous derivatives, and its slope
 * (Bochkarev et al., Phys. Rev. Mater. 6, 013804, 2022, Eq. C8).
 */
export function fall(x: number, end: number, width: number): { value: number; slope: number } {
  if (x <= end - width) return { value: 1, slope: 0 };
  if (x >= end) return { value: 0, slope: 0 };
  const t = 1 - 2 * (1 + (x - end) / width);
  const t2 = t * t;
  return {
    value: 0.5 + 3.75 * t * (0.25 - t2 / 6 + (t2 * t2) / 20),
    slope: (-7.5 / width) * (0.25 - t2 / 2 + (t2 * t2) / 4),
  };
}
