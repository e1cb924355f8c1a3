/** A number as C's printf("%WIDTH.DECIMALSf") writes it. */
export function fixed(x: number, width: number, decimals: number): string {
  const text = rounded(x, decimals);
  return (Object.is(x, -0) ? `-${text}` : text).padStart(width);
}

/** Of two numbers that are as near, the one with the even digit: toFixed takes the larger. */
function rounded(x: number, decimals: number): string {
  const text = x.toFixed(decimals);
  const doubled = 2 * Math.abs(x) * 10 ** decimals;
  if (doubled % 2 !== 1) return text;
  // A number in binary that lies in the middle of two has one more digit, and no others.
  const exact = Math.abs(x).toFixed(Math.min(100, decimals + 30));
  const isMiddle = /^50*$/.test(exact.slice(exact.length - Math.min(100 - decimals, 30)));
  const isOdd = Number(text[text.length - 1]) % 2 === 1;
  if (!isMiddle || !isOdd) return text;
  return (Math.sign(x) * ((doubled - 1) / 2 / 10 ** decimals)).toFixed(decimals);
}

/** The same, but never as '-0.000'. */
export function fixedUnsignedZero(x: number, width: number, decimals: number): string {
  const text = x.toFixed(decimals);
  return (x < 0 && Number(text) === 0 ? text.slice(1) : text).padStart(width);
}

/** A number as C's printf("%WIDTH.DECIMALSe") writes it: an exponent of two digits at least. */
export function scientific(x: number, width: number, decimals: number): string {
  const text = x.toExponential(decimals).replace(/e([+-])(\d)$/, 'e$10$2');
  return (Object.is(x, -0) ? `-${text}` : text).padStart(width);
}
