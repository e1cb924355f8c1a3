import { atomicNumber } from '../src/model/elements.js';

/**
 * The element that an atom label stands for: electronic-structure codes let users write Si1, Fe_up, O-h or FE. The
 * first two letters where they are a symbol, else the first letter; D and T are hydrogen. A label that begins with no
 * symbol is its own species.
 */
export function elementOfLabel(label: string): string {
  if (/^[A-Za-z]?[^\x00-\x7f]/.test(label)) return label;
  const letters = /^[A-Za-z]+/.exec(label)?.[0] ?? '';
  const two = letters.slice(0, 1).toUpperCase() + letters.slice(1, 2).toLowerCase();
  if (two.length === 2 && atomicNumber(two) > 0) return two;
  const one = two.slice(0, 1);
  if (atomicNumber(one) > 0) return one;
  return one === 'D' || one === 'T' ? 'H' : label;
}

/** The numbers of a line in fixed columns, which may touch: `-10.5-3.25` is two. Null where anything else stands there. */
export function touchingNumbers(text: string, count: number): number[] | null {
  const pattern = /[-+]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][-+]?\d+)?/g;
  const found = text.match(pattern) ?? [];
  if (found.length !== count || text.replace(pattern, '').trim() !== '') return null;
  const values = found.map((number) => Number(number.replace(/[dD]/, 'e')));
  return values.every(Number.isFinite) ? values : null;
}
