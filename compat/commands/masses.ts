import { createStructure, type Structure, symbolsOf } from '../../src/model/structure.js';

/**
 * u, phonopy's atomic weights where they are other than ours (IUPAC 2007, and 2016). Frequencies of a script must not
 * move by them: silicon's differ by 1e-5.
 */
const WEIGHTS: Readonly<Record<string, number>> = {
  H: 1.00794,
  Li: 6.941,
  Be: 9.012182,
  B: 10.811,
  C: 12.0107,
  N: 14.0067,
  O: 15.9994,
  F: 18.9984032,
  Al: 26.9815386,
  Si: 28.0855,
  P: 30.973762,
  S: 32.065,
  Cl: 35.453,
  Sc: 44.955912,
  Mn: 54.938045,
  Co: 58.933195,
  Ge: 72.64,
  As: 74.9216,
  Se: 78.96,
  Y: 88.90585,
  Nb: 92.90638,
  Mo: 95.96,
  Tc: 98,
  Cd: 112.411,
  Cs: 132.9054519,
  Pr: 140.90765,
  Pm: 145,
  Ho: 164.93032,
  Tm: 168.93421,
  Hg: 200.59,
  Tl: 204.3833,
  Ac: 227,
  Th: 232.03806,
  Np: 237,
};

/** A structure with phonopy's masses; those of elements that it has no mass of stay as they are. */
export function withPhonopyMasses(structure: Structure): Structure {
  // Sites of one element are told apart by numbers: Fe1, Fe2.
  const masses = symbolsOf(structure).map(
    (symbol, i) => WEIGHTS[symbol.replace(/\d+$/, '')] ?? structure.masses[i],
  );
  return createStructure({ ...structure, masses: Float64Array.from(masses) });
}
