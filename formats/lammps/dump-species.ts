import type { Column } from '../../src/model/frame.js';
import type { ReadOptions } from '../format.js';
import type { TextReader } from '../io/text.js';
import { columnOf, integers, ordered, type Table } from './rows.js';
import { SPECIES_HINT, speciesOfType } from './species.js';

export interface Species {
  species: string[];
  kinds: Uint16Array;
}

/**
 * The species of a dump's atoms: its `element` column, else its `type` (by number or label) as the user or the masses
 * name it, else its masses. `columns` gets the types where they say more than the species; `used` the columns taken.
 */
export function dumpSpecies(
  table: Table,
  names: readonly string[],
  order: Int32Array,
  options: ReadOptions,
  columns: Map<string, Column>,
  used: Set<string>,
  text: TextReader,
  massUnit: number,
): Species {
  const at = (name: string) => names.indexOf(name);
  const values = (name: string) => ordered(columnOf(table, at(name)), order);
  const typed = at('type') >= 0;
  const labels = typed ? table.words[at('type')] : null;
  const types = typed ? values('type') : null;
  used.add('type');
  if (types && !labels) {
    const row = types.findIndex((type) => !(Number.isInteger(type) && type >= 1 && type <= 65535));
    if (row >= 0)
      text.fail(`the atom type ${types[row]}`, 'a whole number from 1 to 65535', {
        line: text.line + order[row],
      });
  }
  const masses = at('mass') >= 0 && !table.words[at('mass')] ? values('mass').map((m) => m * massUnit) : null;

  if (at('element') >= 0) {
    used.add('element');
    const codes = values('element');
    const words = table.words[at('element')]!;
    const result = byCode(codes, words, labels ? null : types);
    keepTypes(types, labels, result, columns);
    return result;
  }
  const keys = types ?? masses;
  if (!keys) text.fail(`the columns ${names.join(' ')}`, 'element, type or mass among them');
  // What each type, or each mass where there are no types, is.
  const symbols = new Map<number, string>();
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (symbols.has(key)) continue;
    const hints = { label: labels?.[key], mass: masses?.[i] };
    const index = types && !labels ? key - 1 : -1;
    const symbol = speciesOfType(hints, index, options.species, options.note);
    if (symbol === '') {
      const what = types ? `the atom type ${key}` : `an atom of mass ${key}`;
      text.fail(what, 'a column element, or mass, that says which element it is', {
        line: text.line + order[i],
        hint: SPECIES_HINT,
      });
    }
    symbols.set(key, symbol);
  }
  const sorted = labels || !types ? [...symbols.keys()] : [...symbols.keys()].sort((a, b) => a - b);
  const told = types && !labels && options.species ? options.species : [];
  const species = [...new Set([...told, ...sorted.map((key) => symbols.get(key)!)])];
  const kindOf = new Map(sorted.map((key) => [key, species.indexOf(symbols.get(key)!)]));
  const result = { species, kinds: Uint16Array.from(keys, (key) => kindOf.get(key)!) };
  keepTypes(types, labels, result, columns);
  return result;
}

/** Species of a column of words; in the order of their lowest types, so that types need not be kept beside them. */
function byCode(codes: Float64Array, words: readonly string[], types: Float64Array | null): Species {
  const lowest = words.map(() => Number.POSITIVE_INFINITY);
  for (let i = 0; types && i < codes.length; i++) lowest[codes[i]] = Math.min(lowest[codes[i]], types[i]);
  const sorted = words.map((_, code) => code);
  if (types) sorted.sort((a, b) => lowest[a] - lowest[b]);
  const kindOf = Uint16Array.from(words, (_, code) => sorted.indexOf(code));
  return {
    species: sorted.map((code) => words[code]),
    kinds: looked(codes, kindOf),
  };
}

/** [n] table[code] of each code; a plain loop, because `from` with a function takes ten times as long. */
function looked(codes: Float64Array, table: Uint16Array): Uint16Array {
  const out = new Uint16Array(codes.length);
  for (let i = 0; i < out.length; i++) out[i] = table[codes[i]];
  return out;
}

function keepTypes(
  types: Float64Array | null,
  labels: readonly string[] | null,
  { species, kinds }: Species,
  columns: Map<string, Column>,
): void {
  if (!types) return;
  if (labels) {
    if (kinds.some((kind, i) => labels[types[i]] !== species[kind]))
      columns.set('type_label', { kind: 'S', width: 1, data: Array.from(types, (code) => labels[code]) });
  } else if (kinds.some((kind, i) => types[i] !== kind + 1)) {
    columns.set('type', integers(types));
  }
}
