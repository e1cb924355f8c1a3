import { volume } from '../../src/model/cell.js';
import { PhonolinkError } from '../../src/model/errors.js';
import type { Totals } from '../../src/potentials/totals.js';
import { type AtomicUnits, scaled, symmetrised } from '../sockets/units.js';
import { type Answer, padded, slots, type TextLengths, VERSION } from './messages.js';
import type { DriverSystem } from './system.js';

/** What a command works on. */
export interface CommandContext {
  readonly system: DriverSystem;
  readonly units: AtomicUnits;
  readonly lengths: TextLengths;
  /** How the engine calls itself */
  readonly name: string;
  /** Of the atoms as they are now */
  result(): Promise<Totals>;
}

/** A command: numbers that come with it, an answer that it gets, or neither. */
export type Command =
  | {
      /** How many numbers follow */
      readonly takes: (context: CommandContext) => number;
      readonly set: (values: Float64Array, context: CommandContext) => void;
    }
  | { readonly answer: (context: CommandContext) => Answer | Promise<Answer> }
  | { readonly does: 'nothing' | 'exit' };

/** The one node of an engine that moves no atoms by itself. */
const NODE = '@DEFAULT';

const one = () => 1;
const perAtom = ({ system }: CommandContext) => system.count;
const perCoordinate = ({ system }: CommandContext) => 3 * system.count;
const double = (...values: number[]) => Float64Array.from(values);
const integer = (...values: number[]) => Int32Array.from(values);
function wholeNumbers(values: Float64Array, what: string): Int32Array {
  const bad = values.findIndex((value) => !Number.isInteger(value));
  if (bad < 0) return Int32Array.from(values);
  throw new PhonolinkError(`number ${bad + 1} of ${what} is ${values[bad]}, expected a whole number`);
}
/** A potential has no electrons, and its nuclei are at rest. */
const NO_KINETIC_ENERGY: Command = { answer: () => double(0) };

const energy: Command = {
  answer: async ({ result, units }) => double((await result()).energy / units.hartree),
};

/** What drivers may say at the node, for the lists of the node's commands. */
const NODE_COMMANDS: { readonly [name: string]: Command } = {
  '>NATOMS': {
    takes: one,
    set: ([count], { system }) => {
      system.count = count;
    },
  },
  '<NATOMS': { answer: ({ system }) => integer(system.count) },
  '>CELL': {
    takes: () => 9,
    set: (cell, { system, units }) => {
      system.cell = scaled(cell, units.bohr);
    },
  },
  '<CELL': { answer: ({ system, units }) => scaled(system.cell, 1 / units.bohr) },
  '>CELL_DISPL': {
    takes: () => 3,
    set: (origin, { system, units }) => {
      system.origin = scaled(origin, units.bohr);
    },
  },
  '<CELL_DISPL': { answer: ({ system, units }) => scaled(system.origin, 1 / units.bohr) },
  '<DIMENSIONS': { answer: ({ system }) => integer(...system.periodic.map((is) => (is ? 2 : 1))) },
  '>ELEMENTS': {
    takes: perAtom,
    set: (values, { system }) => {
      system.elements = wholeNumbers(values, '>ELEMENTS');
    },
  },
  '<ELEMENTS': { answer: ({ system }) => system.elements },
  '>TYPES': {
    takes: perAtom,
    set: (values, { system }) => {
      system.types = wholeNumbers(values, '>TYPES');
    },
  },
  '<TYPES': { answer: ({ system }) => system.types },
  '>COORDS': {
    takes: perCoordinate,
    set: (positions, { system, units }) => {
      system.positions = scaled(positions, units.bohr);
    },
  },
  '<COORDS': { answer: ({ system, units }) => scaled(system.positions, 1 / units.bohr) },
  '<ENERGY': energy,
  '<PE': energy,
  '<KE': NO_KINETIC_ENERGY,
  '<KE_NUC': NO_KINETIC_ENERGY,
  '<FORCES': {
    answer: async ({ result, units }) => scaled((await result()).forces, units.bohr / units.hartree),
  },
  '<STRESS': { answer: stress },
  '<@': { answer: ({ lengths }) => padded(NODE, lengths.name, '\0') },
  [NODE]: { does: 'nothing' },
  EXIT: { does: 'exit' },
};

/** What the MDI library answers for its engines. */
const LIBRARY_COMMANDS: { readonly [name: string]: Command } = {
  '<NAME': { answer: ({ name, lengths }) => padded(name, lengths.name, '\0') },
  '<VERSION': { answer: () => integer(...VERSION) },
  '<NNODES': { answer: () => integer(1) },
  '<NODES': { answer: ({ lengths }) => slots([[NODE, ',']], lengths.command) },
  '<NCOMMANDS': { answer: () => integer(Object.keys(NODE_COMMANDS).length) },
  '<COMMANDS': { answer: ({ lengths }) => slots(listed(Object.keys(NODE_COMMANDS)), lengths.command) },
  '<NCALLBACKS': { answer: () => integer(0) },
  '<CALLBACKS': { answer: ({ lengths }) => slots(listed([]), lengths.command) },
};

/**
 * Answered where a driver asks all the same. LAMMPS's fix mdi/qm asks for <PE and <KE_ELEC where it finds both listed, for
 * <ENERGY alone else: one command less a step, of 40 ms each where the driver's library leaves Nagle's algorithm on.
 */
const UNLISTED_COMMANDS: { readonly [name: string]: Command } = { '<KE_ELEC': NO_KINETIC_ENERGY };

export const COMMANDS: { readonly [name: string]: Command } = {
  ...NODE_COMMANDS,
  ...UNLISTED_COMMANDS,
  ...LIBRARY_COMMANDS,
};

/** The node and what belongs to it, with the marks that the library puts between and behind. */
function listed(names: string[]): [string, ',' | ';'][] {
  const all = [NODE, ...names];
  return all.map((name, i) => [name, i === all.length - 1 ? ';' : ',']);
}

/** [9] hartree/bohr^3: the virial divided by the volume, positive when compressed. */
async function stress({ system, units, result }: CommandContext): Promise<Float64Array> {
  const size = volume(system.cell);
  if (!(size > 0)) {
    throw new PhonolinkError('the driver asked for the stress, but its atoms are in no cell', {
      hint: "make the system periodic, or leave the stress out (in LAMMPS: no 'virial yes' at fix mdi/qm)",
    });
  }
  const { virial } = await result();
  return scaled(symmetrised(virial), units.bohr ** 3 / (units.hartree * size));
}
