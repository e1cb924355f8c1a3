/**
 * The messages of the i-PI socket protocol (Kapil et al., Comput. Phys. Commun. 236, 214, 2019) as they stand on the
 * wire: 12-byte ASCII headers padded with blanks, then numbers in the machine's own byte order without alignment.
 * Atomic units and the wire's own layout throughout; compat/ipi/units.ts makes them ours. Batches of structures in
 * one message (`batch_size`) and shared memory are not part of it.
 */
import { PhonolinkError, quoted } from '../../src/model/errors.js';

export const HEADER_LENGTH = 12;

/** What a server says to an engine. */
export type ServerMessage = { readonly type: 'STATUS' | 'GETFORCE' | 'EXIT' } | Initialisation | PositionData;

/** What an engine says to a server. */
export type EngineMessage = { readonly type: 'NEEDINIT' | 'READY' | 'HAVEDATA' } | ForceData;

export interface Initialisation {
  readonly type: 'INIT';
  /** The bead that the engine works for */
  readonly bead: number;
  readonly parameters: Uint8Array;
}

export interface PositionData {
  readonly type: 'POSDATA';
  /** [9] bohr, the lattice vectors are the COLUMNS */
  readonly cell: Float64Array;
  /** [9] 1/bohr; peers disagree on its transposition, so readers compute their own */
  readonly inverse: Float64Array;
  /** [3n] bohr */
  readonly positions: Float64Array;
}

export interface ForceData {
  readonly type: 'FORCEREADY';
  /** hartree */
  readonly energy: number;
  /** [3n] hartree/bohr */
  readonly forces: Float64Array;
  /** [9] hartree, positive when compressed */
  readonly virial: Float64Array;
  /** Whatever else the engine says: text, JSON or nothing */
  readonly extra: Uint8Array;
}

/** A message under way: asks for so many bytes at a time, and returns when it is whole. */
export type Reading<M> = Generator<number, M, Uint8Array>;

/** How to read what follows each header; `count` is the number of atoms where it is known. */
export type Grammar<M> = { readonly [header: string]: (count: number | undefined) => Reading<M> };

export const SERVER_GRAMMAR: Grammar<ServerMessage> = {
  STATUS: () => plain({ type: 'STATUS' }),
  GETFORCE: () => plain({ type: 'GETFORCE' }),
  EXIT: () => plain({ type: 'EXIT' }),
  INIT: readInitialisation,
  POSDATA: readPositions,
};

export const ENGINE_GRAMMAR: Grammar<EngineMessage> = {
  NEEDINIT: () => plain({ type: 'NEEDINIT' }),
  READY: () => plain({ type: 'READY' }),
  HAVEDATA: () => plain({ type: 'HAVEDATA' }),
  FORCEREADY: readForces,
};

/** Far beyond any cell that goes through a socket; a larger count is a sign of garbage or of the other byte order. */
const MOST_ATOMS = 10_000_000;
/** Bytes of INIT or of an engine's extra text. */
const MOST_TEXT = 1 << 26;

// biome-ignore lint/correctness/useYield: a message without payload asks for nothing
function* plain<M>(message: M): Reading<M> {
  return message;
}

function* readInitialisation(): Reading<Initialisation> {
  const [bead] = integers(yield 4);
  const length = textLength('INIT', integers(yield 4)[0]);
  return { type: 'INIT', bead, parameters: new Uint8Array(yield length) };
}

function* readPositions(count: number | undefined): Reading<PositionData> {
  const cell = finite('POSDATA', 'the cell', reals(yield 72));
  const inverse = reals(yield 72);
  const atoms = atomCount('POSDATA', integers(yield 4)[0], count);
  const positions = finite('POSDATA', 'the positions', reals(yield 24 * atoms));
  return { type: 'POSDATA', cell, inverse, positions };
}

function* readForces(count: number | undefined): Reading<ForceData> {
  const [energy] = finite('FORCEREADY', 'the energy', reals(yield 8));
  const atoms = atomCount('FORCEREADY', integers(yield 4)[0], count);
  const forces = finite('FORCEREADY', 'the forces', reals(yield 24 * atoms));
  const virial = finite('FORCEREADY', 'the virial', reals(yield 72));
  const length = textLength('FORCEREADY', integers(yield 4)[0]);
  return { type: 'FORCEREADY', energy, forces, virial, extra: new Uint8Array(yield length) };
}

function atomCount(header: string, found: number, expected: number | undefined): number {
  if (expected !== undefined && found !== expected) {
    throw new PhonolinkError(`${header} says ${found} atoms, expected ${expected}`);
  }
  if (found < 1 || found > MOST_ATOMS) {
    throw new PhonolinkError(`${header} says ${found} atoms, expected 1 to ${MOST_ATOMS}`);
  }
  return found;
}

function textLength(header: string, found: number): number {
  if (found < 0 || found > MOST_TEXT) {
    throw new PhonolinkError(`${header} announces ${found} bytes of text, expected 0 to ${MOST_TEXT}`);
  }
  return found;
}

/** The payload's bytes lie at any offset: typed arrays need copies of their own (`slice` of a Buffer is none). */
function reals(bytes: Uint8Array): Float64Array {
  return new Float64Array(new Uint8Array(bytes).buffer);
}

function integers(bytes: Uint8Array): Int32Array {
  return new Int32Array(new Uint8Array(bytes).buffer);
}

function finite(header: string, what: string, values: Float64Array): Float64Array {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return values;
  throw new PhonolinkError(
    `number ${bad + 1} of ${what} in ${header} is ${values[bad]}, expected a finite number`,
  );
}

/** The header of a message in 12 bytes of ASCII. */
export function readHeader<M>(bytes: Uint8Array, grammar: Grammar<M>): string {
  const name = Buffer.from(bytes).toString('latin1').replace(/ +$/, '');
  if (Object.hasOwn(grammar, name)) return name;
  throw new PhonolinkError(
    `found the message header ${quoted(name)}, expected one of ${Object.keys(grammar).join(', ')} padded to 12 bytes`,
    { hint: 'the peer does not speak the i-PI protocol, or not in this role' },
  );
}

export function encode(message: ServerMessage | EngineMessage): Uint8Array {
  switch (message.type) {
    case 'INIT':
      return assemble(message.type, [
        Int32Array.of(message.bead, message.parameters.length),
        message.parameters,
      ]);
    case 'POSDATA': {
      const { cell, inverse, positions } = message;
      return assemble(message.type, [cell, inverse, Int32Array.of(positions.length / 3), positions]);
    }
    case 'FORCEREADY': {
      const { energy, forces, virial, extra } = message;
      return assemble(message.type, [
        Float64Array.of(energy),
        Int32Array.of(forces.length / 3),
        forces,
        virial,
        Int32Array.of(extra.length),
        extra,
      ]);
    }
    default:
      return assemble(message.type, []);
  }
}

function assemble(header: string, parts: (Float64Array | Int32Array | Uint8Array)[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.byteLength, HEADER_LENGTH);
  const out = Buffer.alloc(length);
  out.write(header.padEnd(HEADER_LENGTH), 'latin1');
  let at = HEADER_LENGTH;
  for (const part of parts) {
    out.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += part.byteLength;
  }
  return out;
}
