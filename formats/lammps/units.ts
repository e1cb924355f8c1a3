import { PhonolinkError } from '../../src/model/errors.js';
import {
  AMPERE_SECOND,
  BOHR,
  HARTREE,
  JOULE,
  KCAL_PER_MOL,
  KILOGRAM,
  KINETIC,
  PICOSECOND,
} from '../../src/model/units.js';
import type { TextReader } from '../io/text.js';

/** One of LAMMPS's `units` styles, each quantity as its value in internal units (eV, A, u, e, fs). */
export interface LammpsUnits {
  readonly name: string;
  readonly length: number;
  readonly velocity: number;
  readonly force: number;
  readonly mass: number;
  readonly charge: number;
}

/** eV/A */
const NEWTON = JOULE / 1e10;
/** A/fs */
const METRE_PER_SECOND = 1e-5;

/** LAMMPS manual, command `units`. */
const UNITS: readonly LammpsUnits[] = [
  { name: 'metal', length: 1, velocity: 1 / PICOSECOND, force: 1, mass: 1, charge: 1 },
  { name: 'real', length: 1, velocity: 1, force: KCAL_PER_MOL, mass: 1, charge: 1 },
  {
    name: 'electron',
    length: BOHR,
    // Its unit of time, 1.03275 fs, makes u bohr^2 / time^2 a hartree.
    velocity: Math.sqrt(HARTREE / KINETIC),
    force: HARTREE / BOHR,
    mass: 1,
    charge: 1,
  },
  {
    name: 'si',
    length: 1e10,
    velocity: METRE_PER_SECOND,
    force: NEWTON,
    mass: KILOGRAM,
    charge: AMPERE_SECOND,
  },
  {
    name: 'cgs',
    length: 1e8,
    velocity: METRE_PER_SECOND / 100,
    force: NEWTON * 1e-5,
    mass: KILOGRAM / 1000,
    charge: AMPERE_SECOND / 2997924580,
  },
  {
    name: 'micro',
    length: 1e4,
    velocity: METRE_PER_SECOND,
    force: NEWTON * 1e-9,
    mass: KILOGRAM * 1e-15,
    charge: AMPERE_SECOND * 1e-12,
  },
  {
    name: 'nano',
    length: 10,
    velocity: METRE_PER_SECOND,
    force: NEWTON * 1e-12,
    mass: KILOGRAM * 1e-21,
    charge: 1,
  },
];

/**
 * The units style of a name; metal where there is none.
 * @throws PhonolinkError for lj, whose numbers have no units, and for names that LAMMPS does not have
 */
export function lammpsUnits(name = 'metal'): LammpsUnits {
  const units = UNITS.find((candidate) => candidate.name === name);
  if (units) return units;
  const known = UNITS.map((candidate) => candidate.name).join(', ');
  if (name === 'lj') {
    throw new PhonolinkError("LAMMPS units 'lj' are ratios to a model's own length and energy", {
      hint: `they cannot be turned into Angstrom and eV; units with a scale are ${known}`,
    });
  }
  throw new PhonolinkError(`there are no LAMMPS units named '${name}'`, { hint: `there are ${known}` });
}

/** `lammpsUnits` for a reader: what is wrong is a FormatError. */
export function unitsOf(name: string | undefined, text: TextReader): LammpsUnits {
  try {
    return lammpsUnits(name);
  } catch (error) {
    const { message, hint } = error as PhonolinkError;
    return text.fail(`the units '${name}' (${message})`, 'units that have a scale', { hint });
  }
}

/** The numbers times a factor; the same array where the factor is 1. */
export function scaled(numbers: Float64Array, factor: number): Float64Array {
  if (factor === 1) return numbers;
  const out = new Float64Array(numbers);
  scale(out, factor);
  return out;
}

/** Multiplies numbers with a factor where they are. */
export function scale(numbers: Float64Array, factor: number): void {
  if (factor === 1) return;
  // Dividing by 1000 is exact to the last bit where a product with 0.001 is not.
  const divisor = 1 / factor;
  if (divisor === Math.round(divisor)) for (let i = 0; i < numbers.length; i++) numbers[i] /= divisor;
  else for (let i = 0; i < numbers.length; i++) numbers[i] *= factor;
}
