import { atomicNumber } from '../../src/model/elements.js';

/**
 * The element that a name in VASP's files stands for: `Si`, `Si_pv`, `Si/1f2e3d`, `Si_d_GW/357d`, `H1.25`, `Fe2`;
 * '' where it is none.
 */
export function elementOf(label: string): string {
  const letters = /^[A-Za-z]+/.exec(label)?.[0] ?? '';
  const symbol = letters.charAt(0).toUpperCase() + letters.slice(1).toLowerCase();
  return atomicNumber(symbol) >= 0 ? symbol : '';
}

/** The elements of a formula such as GaAs or CoP3, in order; none where the word is no formula. */
function elementsOfFormula(word: string): string[] {
  const plain = word.replace(/[-_,.=^\d]/g, '');
  const symbols = plain.match(/[A-Z][a-z]?/g) ?? [];
  return symbols.join('') === plain && symbols.every((symbol) => atomicNumber(symbol) > 0) ? symbols : [];
}

/**
 * Symbols of `count` groups of atoms from the comment line of a VASP 4 POSCAR, by the custom of writing them there
 * ("Ag Ge", "GaAs primitive cell"): words that are no formula are passed over. Nothing unless there are exactly as
 * many as groups: a guess would be worse than a question.
 */
export function symbolsFromComment(comment: string, count: number): string[] | undefined {
  const found = comment.split(/\s+/).flatMap(elementsOfFormula);
  return found.length === count ? found : undefined;
}
