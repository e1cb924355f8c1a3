import { quoted } from '../../src/model/errors.js';
import type { TextReader } from '../io/text.js';
import { type Assignment, readNamelist } from './namelist.js';

/** A line of a card: its words without a trailing comment, and the line in the file. */
export interface Row {
  words: string[];
  line: number;
}

/** One card of a pw.x input, as written. */
export interface Card {
  name: string;
  /** The unit or kind behind the name, in lower case, without its brackets; '' where there is none. */
  option: string;
  line: number;
  rows: Row[];
}

export interface PwInput {
  assignments: Assignment[];
  cards: Map<string, Card>;
  /** The last line, to blame where something is missing altogether. */
  end: number;
}

const CARDS = new Set([
  'ATOMIC_SPECIES',
  'ATOMIC_POSITIONS',
  'K_POINTS',
  'ADDITIONAL_K_POINTS',
  'CELL_PARAMETERS',
  'CONSTRAINTS',
  'OCCUPATIONS',
  'ATOMIC_VELOCITIES',
  'ATOMIC_FORCES',
  'SOLVENTS',
  'HUBBARD',
]);

/**
 * Splits a pw.x input into its namelists and cards; any order of either, as pw.x takes cards. Lines that belong to
 * neither are ignored, as pw.x ignores them.
 */
export async function readPwInput(text: TextReader): Promise<PwInput> {
  const assignments: Assignment[] = [];
  const cards = new Map<string, Card>();
  let card: Card | undefined;
  let found = false;
  for (let line = await text.next(); line !== null; line = await text.next()) {
    if (/^\s*([!#]|$)/.test(line)) continue;
    if (/^\s*[&$][A-Za-z]/.test(line)) {
      assignments.push(...(await readNamelist(text, line)));
      card = undefined;
      found = true;
      continue;
    }
    const name = /^\s*([A-Za-z_]+)/.exec(line)?.[1].toUpperCase() ?? '';
    if (CARDS.has(name)) {
      if (cards.has(name))
        text.fail(`a second ${name}`, `one ${name}, the other is on line ${cards.get(name)!.line}`);
      const option = /^\s*[A-Za-z_]+\s*[({]?\s*([^\s(){}!#]*)/.exec(line)![1].toLowerCase();
      card = { name, option, line: text.line, rows: [] };
      cards.set(name, card);
      found = true;
      continue;
    }
    const words = line
      .replace(/[!#].*/, '')
      .trim()
      .split(/\s+/);
    if (card) card.rows.push({ words, line: text.line });
    else if (!found) text.fail(quoted(line), 'a namelist such as &CONTROL');
  }
  return { assignments, cards, end: Math.max(1, text.line) };
}

/** The first `count` rows of a card, or a FormatError that says how many there are. */
export function rowsOf(card: Card, count: number, what: string, text: TextReader): Row[] {
  if (card.rows.length < count) {
    const line = card.rows.at(-1)?.line ?? card.line;
    text.fail(`${card.rows.length} lines in ${card.name}`, `${count}, ${what}`, { line });
  }
  return card.rows.slice(0, count);
}
