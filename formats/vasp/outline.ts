import { numbersOf } from './numbers.js';

/**
 * The line that says how coordinates are meant (Direct, Selective dynamics, Direct configuration= 1, ...) where a text
 * begins as POSCAR and XDATCAR do: a comment, a scale or three, three rows of three numbers, symbols (but for VASP 4)
 * and numbers of atoms. Null where it does not.
 */
export function modeLine(head: string): string | null {
  const [, scale, a, b, c, ...rest] = head.split('\n');
  if (c === undefined) return null;
  if (![1, 3].includes(numbersAtBegin(scale)) || [a, b, c].some((row) => numbersAtBegin(row) < 3))
    return null;
  const first = rest.findIndex((line) => COUNTS.test(line));
  if (first < 0 || !rest.slice(0, first).every((line) => /^\s*[A-Za-z]/.test(line))) return null;
  return rest.slice(first).find((line) => !COUNTS.test(line)) ?? null;
}

/** The mode line of an XDATCAR. */
export const TRAJECTORY = /^\s*(direct|cartesian) configuration *=/i;

const COUNTS = /^\s*\d+(\s+\d+)*\s*([!#].*)?$/;

function numbersAtBegin(line: string): number {
  const numbers = numbersOf(line);
  let count = 0;
  while (!Number.isNaN(numbers.real())) count++;
  return count;
}
