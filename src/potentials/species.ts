import { PhonolinkError } from '../model/errors.js';
import type { Structure } from '../model/structure.js';

/**
 * [n] index of each atom's species in the potential's list.
 * @throws PhonolinkError that names the species it lacks
 */
export function speciesIndex(name: string, known: readonly string[], structure: Structure): Int32Array {
  const table = structure.species.map((symbol) => known.indexOf(symbol));
  for (let i = 0; i < structure.count; i++) {
    const kind = structure.kinds[i];
    if (table[kind] >= 0) continue;
    throw new PhonolinkError(
      `atom ${i + 1} is ${structure.species[kind]}, but the ${name} potential knows only ${known.join(', ')}`,
      { hint: hintOf(known, structure) },
    );
  }
  return Int32Array.from(structure.kinds, (kind) => table[kind]);
}

function hintOf(known: readonly string[], { species }: Structure): string {
  if (!known.every((symbol) => /^X\d+$/.test(symbol)))
    return 'choose a potential for these elements, or rename numbered species with --species';
  const example = known.map((_, k) => species[k] ?? 'Xx').join(',');
  return `the potential's file numbers its species: name them with --species, as in --species ${example}`;
}
