/**
 * The messages of the MolSSI Driver Interface over TCP (Barnes et al., Comput. Phys. Commun. 261, 107688, 2021;
 * the MDI library 1.1 to 1.4): four integers (error flag, header type, type code, count) and the data, in the machine's own byte
 * order. Commands are messages of characters of a fixed length, padded with zero bytes.
 */
import { PhonolinkError, quoted } from '../../src/model/errors.js';

export const HEADER_LENGTH = 16;
/** Bytes of the three integers by which each side says its version */
export const VERSION_LENGTH = 12;
/** Bytes of the two integers by which each side says how long names and commands are, since 1.4 */
export const LENGTHS_LENGTH = 8;

/** What we speak. */
export const VERSION: readonly number[] = [1, 4, 0];

/** How long names and commands are. */
export interface TextLengths {
  readonly name: number;
  readonly command: number;
}

export const OUR_LENGTHS: TextLengths = { name: 256, command: 256 };
/** Before 1.4 */
const OLD_LENGTHS: TextLengths = { name: 12, command: 12 };
/** The longest of the standard's commands is >+PRE-FORCES; none is of use below the old length. */
const LEAST_LENGTH = 12;

const INTEGER = 1;
const DOUBLE = 2;
const CHARACTER = 3;

/** Type codes of numbers; the library takes any for any and converts. */
const NUMBERS: { readonly [code: number]: { new (buffer: ArrayBuffer): ArrayLike<number | bigint> } } = {
  [INTEGER]: Int32Array,
  [DOUBLE]: Float64Array,
  4: Float32Array,
  7: Int8Array,
  8: Int16Array,
  9: Int32Array,
  10: BigInt64Array,
  11: Uint8Array,
  12: Uint16Array,
  13: Uint32Array,
  14: BigUint64Array,
};
const BYTES: { readonly [code: number]: number } = {
  [INTEGER]: 4,
  [DOUBLE]: 8,
  [CHARACTER]: 1,
  4: 4,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 1,
  12: 2,
  13: 4,
  14: 8,
};

/** What a header announces. */
export interface Announced {
  readonly code: number;
  readonly count: number;
  /** Bytes that follow */
  readonly length: number;
}

/**
 * @param what the message, for errors: 'the command', '>COORDS'
 * @throws PhonolinkError where the peer flags an error, or the four integers are no header
 */
export function readHeader(bytes: Uint8Array, what: string): Announced {
  const [flag, kind, code, count] = integersOf(bytes);
  if (kind !== 0 || count < 0 || BYTES[code] === undefined) {
    throw new PhonolinkError(
      `found ${flag} ${kind} ${code} ${count} as the header of ${what}, expected 0 0 TYPE COUNT`,
      {
        hint: 'the peer does not speak MDI',
      },
    );
  }
  if (flag !== 0) throw new PhonolinkError(`the driver flags error ${flag} in place of ${what}`);
  return { code, count, length: count * BYTES[code] };
}

/**
 * @throws PhonolinkError where the header announces anything but `count` numbers
 */
export function expectNumbers({ code, count }: Announced, expected: number, what: string): void {
  if (count === expected && NUMBERS[code]) return;
  const found = NUMBERS[code] ? 'numbers' : 'characters';
  throw new PhonolinkError(`${what} announces ${count} ${found}, expected ${expected} numbers`);
}

/** @throws PhonolinkError where the header announces anything but a command of that length */
export function expectCommand({ code, count }: Announced, length: number): void {
  if (code === CHARACTER && count === length) return;
  throw new PhonolinkError(
    `found ${count} values of type ${code}, expected a command: ${length} characters (type ${CHARACTER})`,
  );
}

/**
 * The numbers of a message, of whatever type they came in.
 * @throws PhonolinkError where one is not finite
 */
export function numbersOf(bytes: Uint8Array, { code }: Announced, what: string): Float64Array {
  // The bytes lie at any offset: typed arrays need copies of their own.
  const values = Float64Array.from(new NUMBERS[code](new Uint8Array(bytes).buffer), Number);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return values;
  throw new PhonolinkError(`number ${bad + 1} of ${what} is ${values[bad]}, expected a finite number`);
}

/** A command's name without what pads it. */
export function commandOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1').split('\0', 1)[0].trimEnd();
}

/**
 * What the peer's version means for the rest.
 * @returns 'asked' where lengths are exchanged next, or the lengths of old
 * @throws PhonolinkError where it is none that has existed
 */
export function lengthsByVersion(bytes: Uint8Array): TextLengths | 'asked' {
  const [major, minor, patch] = integersOf(bytes);
  if ([major, minor, patch].some((part) => part < 0 || part > 9999) || major === 0) {
    throw new PhonolinkError(
      `found ${quoted(Buffer.from(bytes).toString('latin1'))}, expected the three integers of an MDI version`,
      { hint: 'what listens there is no MDI driver (i-PI servers are reached by --host and --port)' },
    );
  }
  if (major === 1 && minor === 0) {
    throw new PhonolinkError(`the driver uses MDI ${major}.${minor}.${patch}, expected 1.1 or later`);
  }
  return major > 1 || minor >= 4 ? 'asked' : OLD_LENGTHS;
}

/**
 * The lengths in force: the smaller of ours and the peer's.
 * @throws PhonolinkError where the peer's cannot be
 */
export function agreedLengths(bytes: Uint8Array): TextLengths {
  const [name, command] = integersOf(bytes);
  if (name < LEAST_LENGTH || command < LEAST_LENGTH) {
    throw new PhonolinkError(
      `the driver says that names have ${name} and commands ${command} characters, expected ${LEAST_LENGTH} or more`,
    );
  }
  return { name: Math.min(name, OUR_LENGTHS.name), command: Math.min(command, OUR_LENGTHS.command) };
}

/** Integers as they are, without a header: those of the handshake. */
export function bareIntegers(values: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(values).buffer);
}

/** What the engine answers. */
export type Answer = Int32Array | Float64Array | Uint8Array;

export function encode(values: Answer): Uint8Array {
  return assemble(0, codeOf(values), values);
}

/** A header that tells the peer, in place of whatever it waits for, that the engine gave up. */
export function encodeFailure(): Uint8Array {
  return assemble(1, INTEGER, new Int32Array(0));
}

function codeOf(values: Answer): number {
  if (values instanceof Int32Array) return INTEGER;
  return values instanceof Float64Array ? DOUBLE : CHARACTER;
}

function assemble(flag: number, code: number, values: Answer): Uint8Array {
  const out = new Uint8Array(HEADER_LENGTH + values.byteLength);
  out.set(bareIntegers([flag, 0, code, values.length]));
  out.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), HEADER_LENGTH);
  return out;
}

/** Text padded with `pad` to a length; cut where it is longer. */
export function padded(text: string, length: number, pad: ' ' | '\0'): Uint8Array {
  return Buffer.from(text.slice(0, length).padEnd(length, pad), 'latin1');
}

/** Names in slots of `length` characters, padded with blanks, each with a mark behind it. */
export function slots(
  names: readonly (readonly [name: string, mark: ',' | ';'])[],
  length: number,
): Uint8Array {
  return Buffer.concat(names.flatMap(([name, mark]) => [padded(name, length, ' '), Buffer.from(mark)]));
}

function integersOf(bytes: Uint8Array): Int32Array {
  return new Int32Array(new Uint8Array(bytes).buffer);
}
