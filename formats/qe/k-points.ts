import { quoted } from '../../src/model/errors.js';
import { parseReal, type TextReader } from '../io/text.js';
import { type Card, rowsOf } from './cards.js';
import type { Lattice } from './lattice.js';

/**
 * The K_POINTS card as lines, the option first. Points in units of 2 pi/alat become crystal coordinates, since alat
 * changes when the cell is written as vectors; the other kinds stay as they are.
 */
export function kPointLines(card: Card, lattice: Lattice, text: TextReader): string[] {
  const option = card.option || 'tpiba';
  if (option === 'gamma') return ['gamma'];
  if (option === 'automatic') {
    const [row] = rowsOf(card, 1, 'the mesh and its shifts', text);
    if (row.words.length < 6 || row.words.slice(0, 6).some((word) => !/^\d+$/.test(word)))
      text.fail(quoted(row.words.join(' ')), 'six whole numbers, a mesh and its shifts', { line: row.line });
    return ['automatic', row.words.slice(0, 6).join(' ')];
  }
  const kind = /^(tpiba|crystal)(|_b|_c)$/.exec(option);
  if (!kind)
    text.fail(quoted(card.option), 'automatic, gamma, tpiba or crystal as the kind of K_POINTS', {
      line: card.line,
    });
  const [head] = rowsOf(card, 1, 'the number of k-points', text);
  const count = /^\d{1,6}$/.test(head.words[0]) ? Number(head.words[0]) : 0;
  if (count === 0) text.fail(quoted(head.words.join(' ')), 'the number of k-points', { line: head.line });
  const points = rowsOf(card, count + 1, 'the number of k-points and then each of them', text).slice(1);
  const lines = points.map((row) => {
    const k = row.words.slice(0, 3).map(parseReal);
    if (k.length < 3 || k.some(Number.isNaN))
      text.fail(quoted(row.words.join(' ')), 'three coordinates and a weight', { line: row.line });
    // In units of 2 pi/alat, k . a_i / alat is the crystal coordinate along b_i.
    const m = lattice.cell;
    const crystal = [0, 3, 6].map((i) => (k[0] * m[i] + k[1] * m[i + 1] + k[2] * m[i + 2]) / lattice.alat);
    return [...(kind[1] === 'tpiba' ? crystal : row.words.slice(0, 3)), ...row.words.slice(3)].join(' ');
  });
  return [`crystal${kind[2]}`, String(count), ...lines];
}
