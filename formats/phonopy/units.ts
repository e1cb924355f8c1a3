import { BOHR, HARTREE, RYDBERG } from '../../src/model/units.js';

/** The units of a file of phonopy's, by the names that it uses. */
export interface FileUnits {
  /** 'angstrom' or 'au' */
  readonly length: string;
  readonly energy: string;
  /** 'eV/angstrom', 'Ry/au', ... */
  readonly force: string;
  /** 'eV/angstrom^2', 'eV/angstrom.au', ... */
  readonly forceConstants: string;
}

const BASES: Readonly<Record<string, number>> = {
  angstrom: 1,
  au: BOHR,
  eV: 1,
  Ry: RYDBERG,
  mRy: RYDBERG / 1000,
  hartree: HARTREE,
};

function units(length: string, energy: string, force: string, forceConstants: string): FileUnits {
  return { length, energy, force, forceConstants };
}

export const ANGSTROM_EV = units('angstrom', 'eV', 'eV/angstrom', 'eV/angstrom^2');
const RYDBERG_BOHR = units('au', 'Ry', 'Ry/au', 'Ry/au^2');
const HARTREE_BOHR = units('au', 'hartree', 'hartree/au', 'hartree/au^2');

/**
 * What each calculator of phonopy's works in.
 * https://phonopy.github.io/phonopy/interfaces.html, "Physical unit conversion"
 */
const CALCULATORS: Readonly<Record<string, FileUnits>> = {
  vasp: ANGSTROM_EV,
  aims: ANGSTROM_EV,
  lammps: ANGSTROM_EV,
  pwmat: ANGSTROM_EV,
  crystal: ANGSTROM_EV,
  castep: ANGSTROM_EV,
  abinit: units('au', 'hartree', 'eV/angstrom', 'eV/angstrom.au'),
  qe: RYDBERG_BOHR,
  qlm: RYDBERG_BOHR,
  wien2k: units('au', 'Ry', 'mRy/au', 'mRy/au^2'),
  elk: HARTREE_BOHR,
  dftbp: HARTREE_BOHR,
  turbomole: HARTREE_BOHR,
  fleur: HARTREE_BOHR,
  exciting: HARTREE_BOHR,
  octopus: HARTREE_BOHR,
  siesta: units('au', 'eV', 'eV/angstrom', 'eV/angstrom.au'),
  abacus: units('au', 'eV', 'eV/angstrom', 'eV/angstrom.au'),
  cp2k: units('angstrom', 'hartree', 'hartree/au', 'hartree/angstrom.au'),
};

export const CALCULATOR_NAMES = Object.keys(CALCULATORS);

/** The units of a calculator ('vasp' where none is named); undefined where there is none of that name. */
export function calculatorUnits(calculator = 'vasp'): FileUnits | undefined {
  return Object.hasOwn(CALCULATORS, calculator) ? CALCULATORS[calculator] : undefined;
}

/** One of a unit such as 'Ry/au^2' or 'eV/angstrom.au' in A and eV; undefined where a word in it is not known. */
export function unitValue(name: string): number | undefined {
  const [over, under, more] = name.split('/');
  if (more !== undefined) return undefined;
  const product = (words: string) => {
    let value = 1;
    for (const word of words.split('.')) {
      const [, base, power] = /^([A-Za-z]+)(?:\^([1-9]))?$/.exec(word) ?? [];
      if (base === undefined || !Object.hasOwn(BASES, base)) return Number.NaN;
      value *= BASES[base] ** Number(power ?? 1);
    }
    return value;
  };
  const value = product(over) / (under === undefined ? 1 : product(under));
  return Number.isNaN(value) ? undefined : value;
}

/** Factors into A, eV, eV/A, eV/A^2, and for e^2 / (4 pi epsilon_0) into eV A. */
export interface UnitFactors {
  readonly length: number;
  readonly energy: number;
  readonly force: number;
  readonly forceConstants: number;
  readonly coulomb: number;
}

/** @throws RangeError where a unit is not known: readers check before, with the line */
export function unitFactors(units: FileUnits): UnitFactors {
  const of = (name: string) => {
    const value = unitValue(name);
    if (value === undefined) throw new RangeError(`no unit ${name}`);
    return value;
  };
  const length = of(units.length);
  const forceConstants = of(units.forceConstants);
  return {
    length,
    energy: of(units.energy),
    force: of(units.force),
    forceConstants,
    coulomb: forceConstants * length ** 3,
  };
}
