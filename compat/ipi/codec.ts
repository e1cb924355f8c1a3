/**
 * How messages are read: 12-byte ASCII headers padded with blanks, then numbers in the machine's own byte order without
 * alignment. What `batch_size` and mode='shm' of i-PI 3.3 change is read from its sources (interfaces/sockets.py).
 */
import { PhonolinkError, quoted } from '../../src/model/errors.js';
import { firstNotFinite } from '../sockets/units.js';
import {
  type EngineMessage,
  type ForceData,
  type Geometry,
  type Initialisation,
  type PositionBatch,
  type PositionData,
  SEGMENTS,
  type ServerMessage,
  type SharedPositions,
} from './messages.js';

/** What both sides know of the messages to come. */
export interface Terms {
  /** The number of atoms that every further message must speak of; undefined: any */
  atoms?: number;
  /** Structures in one POSDATA; an INIT may change it */
  batch: number;
  /** Whether the segments of shared memory have been named */
  isShared: boolean;
}

/** A message under way: asks for one piece of memory after another to be filled, and returns when it is whole. */
export type Reading<M> = Generator<Uint8Array, M, void>;

/** How to read what follows each header. */
export type Grammar<M> = { readonly [header: string]: (terms: Terms) => Reading<M> };

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
/** Structures of one message */
const MOST_STRUCTURES = 1 << 16;
/** Bytes of a name of shared memory */
const LONGEST_NAME = 255;

// biome-ignore lint/correctness/useYield: a message without payload asks for nothing
function* plain<M>(message: M): Reading<M> {
  return message;
}

function* readInitialisation(terms: Terms): Reading<Initialisation> {
  const head = new Int32Array(2);
  yield bytesOf(head);
  const parameters = new Uint8Array(textLength('INIT', head[1]));
  yield parameters;
  terms.batch = batchSize(Buffer.from(parameters).toString('latin1'));
  return { type: 'INIT', bead: head[0], parameters };
}

/** i-PI's parameters are 'key : value' with commas between; an engine is told of batches by one of them. */
function batchSize(parameters: string): number {
  const [, digits] = /(?:^|,)\s*batch_size\s*:\s*(\d+)\s*(?:,|$)/.exec(parameters) ?? [];
  const size = digits === undefined ? 1 : Number(digits);
  if (size >= 1 && size <= MOST_STRUCTURES) return size;
  throw new PhonolinkError(`INIT says batch_size:${digits}, expected 1 to ${MOST_STRUCTURES}`);
}

/** The start of POSDATA: enough to tell its three layouts apart. */
const START = 12;

function* readPositions(terms: Terms): Reading<PositionData | PositionBatch | SharedPositions> {
  const start = new Uint8Array(terms.isShared ? 4 : START);
  yield start;
  if (terms.isShared) return readShared(start, terms);
  if (namesMemory(start)) return yield* readSegmentNames(start, terms);
  if (terms.batch > 1) return yield* readBatch(start, terms);
  return yield* readOne(start, terms);
}

/**
 * mode='shm' is not announced: i-PI sends the number of atoms, then the length of a name and the name itself, where a
 * cell stands otherwise. Read as a cell, those numbers would be 1e-312 or 1e150 bohr.
 */
function namesMemory(start: Uint8Array): boolean {
  const [, length] = integers(start.subarray(0, 8));
  return length >= 4 && length <= LONGEST_NAME && /^[/\w]\w{3}$/.test(ascii(start.subarray(8)));
}

function* readOne(start: Uint8Array, terms: Terms): Reading<PositionData> {
  const head = new Uint8Array(148);
  head.set(start);
  yield head.subarray(START);
  const cell = finite('POSDATA', 'the cell', new Float64Array(head.buffer, 0, 9));
  const inverse = new Float64Array(head.buffer, 72, 9);
  const atoms = atomCount('POSDATA', integers(head.subarray(144))[0], terms);
  const positions = new Float64Array(3 * atoms);
  yield bytesOf(positions);
  return { type: 'POSDATA', cell, inverse, positions: finite('POSDATA', 'the positions', positions) };
}

function* readBatch(start: Uint8Array, terms: Terms): Reading<PositionBatch> {
  const atoms = atomCount('POSDATA', integers(start.subarray(0, 4))[0], terms);
  const cells = new Float64Array(18 * terms.batch);
  bytesOf(cells).set(start.subarray(4));
  yield bytesOf(cells).subarray(START - 4);
  const structures: Geometry[] = [];
  for (let i = 0; i < terms.batch; i++) {
    const positions = new Float64Array(3 * atoms);
    yield bytesOf(positions);
    structures.push({
      cell: finite('POSDATA', `cell ${i + 1}`, cells.slice(18 * i, 18 * i + 9)),
      positions: finite('POSDATA', `the positions of structure ${i + 1}`, positions),
    });
  }
  return { type: 'POSDATA of a batch', structures };
}

function readShared(start: Uint8Array, terms: Terms): SharedPositions {
  const atoms = atomCount('POSDATA', integers(start)[0], terms);
  return { type: 'POSDATA in shared memory', atoms, batch: terms.batch };
}

function* readSegmentNames(start: Uint8Array, terms: Terms): Reading<SharedPositions> {
  const rest = readShared(start.subarray(0, 4), terms);
  const length = new Int32Array(integers(start.subarray(4, 8)));
  let begun = start.subarray(8);
  const names: string[] = [];
  for (const _ of SEGMENTS) {
    if (names.length > 0) yield bytesOf(length);
    if (length[0] < begun.length || length[0] > LONGEST_NAME) {
      throw new PhonolinkError(
        `POSDATA announces ${length[0]} bytes for the name of shared memory ${names.length + 1}, expected ${begun.length} to ${LONGEST_NAME}`,
      );
    }
    const name = new Uint8Array(length[0]);
    name.set(begun);
    yield name.subarray(begun.length);
    names.push(ascii(name));
    begun = new Uint8Array(0);
  }
  terms.isShared = true;
  return { ...rest, names };
}

function* readForces(terms: Terms): Reading<ForceData> {
  const head = new Uint8Array(12);
  yield head;
  const [energy] = finite('FORCEREADY', 'the energy', new Float64Array(head.buffer, 0, 1));
  const atoms = atomCount('FORCEREADY', integers(head.subarray(8))[0], terms);
  const forces = new Float64Array(3 * atoms);
  yield bytesOf(forces);
  finite('FORCEREADY', 'the forces', forces);
  const tail = new Uint8Array(76);
  yield tail;
  const virial = finite('FORCEREADY', 'the virial', new Float64Array(tail.buffer, 0, 9));
  const extra = new Uint8Array(textLength('FORCEREADY', integers(tail.subarray(72))[0]));
  yield extra;
  return { type: 'FORCEREADY', energy, forces, virial, extra };
}

function atomCount(header: string, found: number, { atoms }: Terms): number {
  if (atoms !== undefined && found !== atoms) {
    throw new PhonolinkError(`${header} says ${found} atoms, expected ${atoms}`);
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

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** At any offset: a typed array on the same memory would need alignment. */
function integers(bytes: Uint8Array): Int32Array {
  return new Int32Array(bytes.slice().buffer);
}

function ascii(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

function finite(header: string, what: string, values: Float64Array): Float64Array {
  const bad = firstNotFinite(values);
  if (bad < 0) return values;
  throw new PhonolinkError(
    `number ${bad + 1} of ${what} in ${header} is ${values[bad]}, expected a finite number`,
  );
}

/** The header of a message in 12 bytes of ASCII. */
export function readHeader<M>(bytes: Uint8Array, grammar: Grammar<M>): string {
  const name = ascii(bytes).replace(/ +$/, '');
  if (Object.hasOwn(grammar, name)) return name;
  throw new PhonolinkError(
    `found the message header ${quoted(name)}, expected one of ${Object.keys(grammar).join(', ')} padded to 12 bytes`,
    { hint: 'the peer does not speak the i-PI protocol, or not in this role' },
  );
}
