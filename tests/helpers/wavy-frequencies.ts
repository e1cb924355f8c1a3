/**
 * Made-up phonon frequencies: acoustic bands that rise from Gamma, optical ones above, rising at every point.
 * @param points [m][3] fractions of reciprocal vectors
 * @returns [m][b] THz
 */
export function wavyFrequencies(points: ArrayLike<number>, bands: number): Float64Array {
  const count = points.length / 3;
  const out = new Float64Array(count * bands);
  for (let p = 0; p < count; p++) {
    const own = Array.from({ length: bands }, (_, b) => {
      const depth = WAVES.reduce((sum, wave, w) => {
        const turns = wave.reduce((s, n, k) => s + n * points[3 * p + k], 0);
        return sum + (1 + Math.sin(3 * b + w)) * (1 - Math.cos(2 * Math.PI * turns));
      }, 0);
      return (b < 3 ? 0 : 6) + (0.5 + b) * Math.sqrt(depth / 2);
    });
    out.set(
      own.sort((x, y) => x - y),
      p * bands,
    );
  }
  return out;
}

const WAVES = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [1, 1, 0],
  [0, 1, 1],
  [1, 0, 1],
  [1, 1, 1],
];
