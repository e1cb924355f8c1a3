import { atomicNumber } from '../../src/model/elements.js';
import { createStructure, type Structure } from '../../src/model/structure.js';
import type { TextReader } from '../io/text.js';
import type { Header } from './header.js';
import { elementOf, symbolsFromComment } from './species.js';

/** Species and kinds of the atoms of a file, in its order; species that are named twice (Si O Si) become one. */
export interface Atoms {
  species: string[];
  kinds: Uint16Array;
}

/** Atoms in groups: `symbols[g]` `counts[g]` times. */
export function groupedAtoms(symbols: readonly string[], counts: readonly number[]): Atoms {
  const species: string[] = [];
  const kinds = new Uint16Array(counts.reduce((sum, n) => sum + n, 0));
  let first = 0;
  symbols.forEach((symbol, group) => {
    if (!species.includes(symbol)) species.push(symbol);
    kinds.fill(species.indexOf(symbol), first, first + counts[group]);
    first += counts[group];
  });
  return { species, kinds };
}

/**
 * The symbol of each group. Names that are no element are looked up in `told`, the user's list; a file without names
 * (VASP 4) takes that list, else the labels behind its coordinates, else its comment line.
 * @throws FormatError that says how to name them
 */
export function symbolsOfGroups(
  header: Header,
  text: TextReader,
  line: number,
  told: readonly string[] | undefined,
  trailing: readonly string[] = [],
): string[] {
  const { labels, counts, comment } = header;
  const groups = counts.length;
  if (labels) {
    const symbols = labels.map(elementOf);
    if (symbols.every((symbol) => symbol !== '')) return symbols;
    if (told?.length === groups) return [...told];
    const odd = labels[symbols.indexOf('')];
    return text.fail(`'${odd}', which is no element`, 'the symbol of an element for each species', {
      line,
      hint: 'name the species with --species, one for each group of atoms',
    });
  }
  if (told) {
    if (told.length === groups) return [...told];
    return text.fail(`${groups} numbers of atoms`, `${told.length}, one for each of ${told.join(', ')}`, {
      line,
    });
  }
  if (trailing.length === groups && trailing.every((word) => atomicNumber(word) > 0)) return [...trailing];
  const guessed = symbolsFromComment(comment, groups);
  if (guessed) return guessed;
  return text.fail(
    'no symbols',
    `the symbols of ${groups} species above their numbers of atoms, or in the comment line`,
    { line, hint: 'this is a file of VASP 4: name the species with --species, one for each number of atoms' },
  );
}

/** A fully periodic structure. */
export function periodicStructure(atoms: Atoms, positions: Float64Array, cell: Float64Array): Structure {
  return createStructure({ ...atoms, positions, cell, periodic: [true, true, true] });
}
