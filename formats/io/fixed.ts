/** A number as C's printf("%WIDTH.DECIMALSf") writes it. */
export function fixed(x: number, width: number, decimals: number): string {
  const text = x.toFixed(decimals);
  return (Object.is(x, -0) ? `-${text}` : text).padStart(width);
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
