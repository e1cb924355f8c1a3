/** n! for the small n of angular momenta. */
function factorial(n: number): number {
  let product = 1;
  for (let k = 2; k <= n; k++) product *= k;
  return product;
}

/**
 * Wigner 3j symbol (l1 l2 l3; m1 m2 m3) of whole angular momenta by Racah's formula (Messiah, Quantum Mechanics II,
 * eq. C.21); 0 where the triangle or the sum rule forbids it. Good to 1e-15 while l1 + l2 + l3 < 18, where all
 * factorials are exact.
 */
export function wigner3j(l1: number, l2: number, l3: number, m1: number, m2: number, m3: number): number {
  if (m1 + m2 + m3 !== 0 || l3 < Math.abs(l1 - l2) || l3 > l1 + l2) return 0;
  if (Math.abs(m1) > l1 || Math.abs(m2) > l2 || Math.abs(m3) > l3) return 0;
  const triangle =
    (factorial(l1 + l2 - l3) * factorial(l1 - l2 + l3) * factorial(-l1 + l2 + l3)) /
    factorial(l1 + l2 + l3 + 1);
  const magnetic =
    factorial(l1 + m1) *
    factorial(l1 - m1) *
    factorial(l2 + m2) *
    factorial(l2 - m2) *
    factorial(l3 + m3) *
    factorial(l3 - m3);
  let sum = 0;
  const first = Math.max(0, l2 - l3 - m1, l1 - l3 + m2);
  const last = Math.min(l1 + l2 - l3, l1 - m1, l2 + m2);
  for (let t = first; t <= last; t++) {
    const term =
      factorial(t) *
      factorial(l3 - l2 + t + m1) *
      factorial(l3 - l1 + t - m2) *
      factorial(l1 + l2 - l3 - t) *
      factorial(l1 - t - m1) *
      factorial(l2 - t + m2);
    sum += (t % 2 === 0 ? 1 : -1) / term;
  }
  const sign = (l1 - l2 - m3) % 2 === 0 ? 1 : -1;
  return sign * Math.sqrt(triangle * magnetic) * sum;
}
