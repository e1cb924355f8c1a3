import { atomicNumber, elementOfMass, standardMass } from '../../src/model/elements.js';

/** What a file says of one atom type. */
export interface TypeHints {
  /** From `Atom Type Labels`, or a `type` column of labels */
  label?: string;
  /** What follows the mass of the type: `1 28.085 # Si` */
  comment?: string;
  /** u */
  mass?: number;
}

/**
 * The species of a type: an element that its label or comment names, else `species[index]` of the user, else the
 * element of its mass, else its label or its comment of one word as it is (a bead); '' where none of them says.
 */
export function speciesOfType(
  hints: TypeHints,
  index: number,
  species: readonly string[] | undefined,
  note?: (sentence: string) => void,
): string {
  const { label, comment, mass } = hints;
  for (const word of [label, comment?.trim().split(/[\s,;:()]+/)[0]]) {
    if (word && atomicNumber(word) > 0) return word;
  }
  const byMass = mass === undefined ? '' : elementOfMass(mass);
  const told = species?.[index];
  if (told) {
    if (byMass && mass && byMass !== told && Math.abs(standardMass(told) - mass) > 0.1 * mass) {
      note?.(`type ${index + 1} was taken for ${told} as told, but its mass ${mass} is that of ${byMass}`);
    }
    return told;
  }
  // One word alone is a name; more are a sentence.
  const bead = comment && /^\S+$/.test(comment.trim()) ? comment.trim() : '';
  return byMass || label || bead;
}

/** What to tell a user whose file numbers its species and says no more. */
export const SPECIES_HINT = 'name the types in order, for example --species Si,O';
