import type { PointModes } from '../../src/model/phonon-results.js';
import { fixed } from '../io/fixed.js';
import type { TextReader } from '../io/text.js';
import { bandCount, bandLines, bracketed, reciprocalLatticeLines } from './modes-yaml.js';
import { nextData } from './rows.js';

/**
 * Pieces of qpoints.yaml, letter by letter as phonopy writes it.
 * @throws PhonolinkError where arrays do not fit each other
 */
export function* writeQpointsYaml(modes: PointModes): Generator<string> {
  const { primitive, points } = modes;
  const bands = bandCount(modes, primitive.count);
  const count = points.length / 3;
  const head = [
    `nqpoint: ${String(count).padEnd(7)}`,
    `natom:   ${String(primitive.count).padEnd(7)}`,
    ...reciprocalLatticeLines(primitive),
    'phonon:',
  ];
  yield `${head.join('\n')}\n`;
  for (let q = 0; q < count; q++) {
    const lines = [
      `- q-position: ${bracketed(points.subarray(3 * q, 3 * q + 3), 12, 7)}`,
      ...(modes.matrices ? matrixLines(modes.matrices, q, bands) : []),
      '  band:',
      ...bandLines(modes, q, primitive.count, ' '),
      '',
    ];
    yield `${lines.join('\n')}\n`;
  }
}

function matrixLines(matrices: Float64Array, q: number, size: number): string[] {
  const lines = ['  dynamical_matrix:'];
  for (let row = 0; row < size; row++) {
    const begin = 2 * size * (q * size + row);
    const numbers = Array.from(matrices.subarray(begin, begin + 2 * size), (x) => fixed(x, 15, 10));
    lines.push(`  - [ ${numbers.join(', ')} ]`);
  }
  return lines;
}

/**
 * Reads QPOINTS: how many there are, then three numbers a line, fractions such as 1/3 among them.
 * @returns [q][3]
 * @throws FormatError, nothing else
 */
export async function readQpoints(text: TextReader): Promise<Float64Array> {
  const first = await nextData(text);
  if (first === null || !/^\d+$/.test(first) || Number(first) < 1)
    text.fail(first === null ? 'an empty file' : first, 'how many q points there are');
  const points: number[] = [];
  for (let q = 0; q < Number(first); q++) {
    const line = await nextData(text);
    if (line === null) text.fail(`${q} q points`, `${first}, as the first line says`);
    const numbers = line!.split(/\s+/).slice(0, 3).map(realOf);
    if (numbers.length !== 3 || !numbers.every(Number.isFinite)) text.fail(line!, 'three numbers, a q point');
    points.push(...numbers);
  }
  return Float64Array.from(points);
}

/** A number or a fraction of two; NaN where it is neither. */
function realOf(word: string): number {
  const parts = word.split('/');
  if (parts.length > 2 || !parts.every((part) => /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(part)))
    return Number.NaN;
  const [over, under = 1] = parts.map(Number);
  return over / under;
}
