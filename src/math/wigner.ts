/**
 * Clebsch-Gordan coefficient <l1 m1 l2 m2 | L M> of whole angular momenta by Racah's formula (Messiah, Quantum Mechanics
 * II, eq. C.21), in integers up to one last rounding, so that it is good to 2e-16 whatever the l; 0 where the triangle or
 * the sum rule forbids it.
 */
export function clebschGordan(l1: number, m1: number, l2: number, m2: number, L: number, M: number): number {
  if (m1 + m2 !== M || L < Math.abs(l1 - l2) || L > l1 + l2) return 0;
  if (Math.abs(m1) > l1 || Math.abs(m2) > l2 || Math.abs(M) > L) return 0;
  const a = l1 + l2 - L;
  const b = l1 - l2 + L;
  const c = -l1 + l2 + L;
  // Times a! b! c!, Racah's sum is one of products of binomial coefficients.
  let sum = 0n;
  for (let t = Math.max(0, l1 - m1 - b, l2 + m2 - c); t <= Math.min(a, l1 - m1, l2 + m2); t++) {
    const term = binomial(a, t) * binomial(b, l1 - m1 - t) * binomial(c, l2 + m2 - t);
    sum += t % 2 === 0 ? term : -term;
  }
  if (sum === 0n) return 0;
  const magnetic = [L + M, L - M, l1 + m1, l1 - m1, l2 + m2, l2 - m2].map(factorial).reduce((x, y) => x * y);
  const square = quotient(
    sum * sum * magnetic * BigInt(2 * L + 1),
    factorial(l1 + l2 + L + 1) * factorial(a) * factorial(b) * factorial(c),
  );
  return sum < 0n ? -Math.sqrt(square) : Math.sqrt(square);
}

/** Wigner 3j symbol (l1 l2 l3; m1 m2 m3) of whole angular momenta, as exact as `clebschGordan`. */
export function wigner3j(l1: number, l2: number, l3: number, m1: number, m2: number, m3: number): number {
  const value = clebschGordan(l1, m1, l2, m2, l3, -m3) / Math.sqrt(2 * l3 + 1);
  return (l1 - l2 - m3) % 2 === 0 || value === 0 ? value : -value;
}

const FACTORIALS = [1n];

function factorial(n: number): bigint {
  for (let k = FACTORIALS.length; k <= n; k++) FACTORIALS.push(FACTORIALS[k - 1] * BigInt(k));
  return FACTORIALS[n];
}

function binomial(n: number, k: number): bigint {
  return factorial(n) / (factorial(k) * factorial(n - k));
}

/** numerator / denominator of positive whole numbers of any size, rounded. */
function quotient(numerator: bigint, denominator: bigint): number {
  const shift = 64 + denominator.toString(2).length - numerator.toString(2).length;
  const whole = shift > 0 ? (numerator << BigInt(shift)) / denominator : numerator / denominator;
  return shift > 0 ? Number(whole) * 2 ** -shift : Number(whole);
}
