import type { Column } from '../../src/model/frame.js';
import type { ReadOptions } from '../format.js';
import type { TextReader } from '../io/text.js';
import { columnOf, integers, placeOf, type Table, vectorsOf } from './rows.js';
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
  options: ReadOptions,
  columns: Map<string, Column>,
  used: Set<string>,
  text: TextReader,
  massUnit: number,
): Species {
  const at = (name: string) => names.indexOf(name);
  const values = (name: string) => columnOf(table, at(name));
  const typed = at('type') >= 0;
  const labels = typed ? table.words[at('type')] : null;
  const types = typed ? values('type') : null;
  used.add('type');
  const wrong = types && !labels ? types.findIndex(isNoType) : -1;
  if (types && wrong >= 0) {
    text.fail(`the atom type ${types[wrong]}`, 'a whole number from 1 to 65535', {
      line: text.line + placeOf(table, wrong),
    });
  }
  const masses =
    at('mass') >= 0 && !table.words[at('mass')] ? vectorsOf(table, [at('mass')], massUnit) : null;

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
        line: text.line + placeOf(table, i),
        hint: SPECIES_HINT,
      });
    }
    symbols.set(key, symbol);
  }
  const sorted = labels || !types ? [...symbols.keys()] : [...symbols.keys()].sort((a, b) => a - b);
  const told = types && !labels && options.species ? options.species : [];
  const species = [...new Set([...told, ...sorted.map((key) => symbols.get(key)!)])];
  const kindOf = new Map(sorted.map((key) => [key, species.indexOf(symbols.get(key)!)]));
  const kinds = new Uint16Array(keys.length);
  for (let i = 0; i < kinds.length; i++) kinds[i] = kindOf.get(keys[i])!;
  const result = { species, kinds };
  keepTypes(types, labels, result, columns);
  return result;
}

function isNoType(type: number): boolean {
  return !(type >= 1 && type <= 65535 && Math.floor(type) === type);
}

/** Species of a column of words; in the order of their lowest types, so that types need not be kept beside them. */
function byCode(codes: Float64Array, words: readonly string[], types: Float64Array | null): Species {
  const lowest = new Float64Array(words.length).fill(Number.POSITIVE_INFINITY);
  if (types) {
    for (let i = 0; i < codes.length; i++) if (types[i] < lowest[codes[i]]) lowest[codes[i]] = types[i];
  }
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
