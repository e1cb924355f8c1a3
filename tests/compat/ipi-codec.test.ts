import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENGINE_GRAMMAR, SERVER_GRAMMAR } from '../../compat/ipi/codec.js';
import { Decoder } from '../../compat/ipi/decoder.js';
import type { EngineMessage, ServerMessage } from '../../compat/ipi/messages.js';
import { cellOfWire, cellToWire, completed } from '../../compat/ipi/units.js';
import { ATOMIC_UNITS, symmetrised } from '../../compat/sockets/units.js';
import { encode } from '../helpers/ipi.js';

const real = fc.double({ noNaN: true, noDefaultInfinity: true });
const reals = (length: number) =>
  fc.array(real, { minLength: length, maxLength: length }).map((values) => Float64Array.from(values));
const perAtom = fc.integer({ min: 1, max: 5 }).chain((atoms) => reals(3 * atoms));
const integer = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const bytes = fc.uint8Array({ maxLength: 40 });

const serverMessage: fc.Arbitrary<ServerMessage> = fc.oneof(
  fc.constantFrom('STATUS' as const, 'GETFORCE' as const, 'EXIT' as const).map((type) => ({ type })),
  fc.record({ type: fc.constant('INIT' as const), bead: integer, parameters: bytes }),
  fc.record({ type: fc.constant('POSDATA' as const), cell: reals(9), inverse: reals(9), positions: perAtom }),
);
const engineMessage: fc.Arbitrary<EngineMessage> = fc.oneof(
  fc.constantFrom('NEEDINIT' as const, 'READY' as const, 'HAVEDATA' as const).map((type) => ({ type })),
  fc.record({
    type: fc.constant('FORCEREADY' as const),
    energy: real,
    forces: perAtom,
    virial: reals(9),
    extra: bytes,
  }),
);

/** Numbers and bytes side by side, so that -0, and the class of an array, count. */
function plainOf(message: object): unknown {
  return Object.fromEntries(
    Object.entries(message).map(([key, value]) => [
      key,
      ArrayBuffer.isView(value) ? Array.from(value as never) : value,
    ]),
  );
}

function decodeAll<M extends object>(decoder: Decoder<M>, stream: Uint8Array, cuts: number[]): M[] {
  const edges = [...new Set(cuts.map((cut) => cut % (stream.length + 1)))].sort((a, b) => a - b);
  const messages: M[] = [];
  let from = 0;
  for (const to of [...edges, stream.length]) {
    messages.push(...decoder.push(stream.subarray(from, to)));
    from = to;
  }
  return messages;
}

function streamOf(messages: (ServerMessage | EngineMessage)[]): Uint8Array {
  return Buffer.concat(messages.map(encode));
}

/** What a decoder says to bytes. */
function complaint(
  grammar: typeof SERVER_GRAMMAR | typeof ENGINE_GRAMMAR,
  stream: Uint8Array,
  count?: number,
): string {
  try {
    for (const message of new Decoder<object>(grammar, count).push(stream)) expect(message).toBeDefined();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return 'none';
}

const positions = (count: number): ServerMessage => ({
  type: 'POSDATA',
  cell: Float64Array.of(9, 0, 0, 0, 9, 0, 0, 0, 9),
  inverse: new Float64Array(9),
  positions: new Float64Array(3 * count),
});

describe('i-PI messages', () => {
  it('of a server are the same however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(serverMessage, { maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (sent, cuts) => {
          const decoder = new Decoder(SERVER_GRAMMAR);
          expect(decodeAll(decoder, streamOf(sent), cuts).map(plainOf)).toEqual(sent.map(plainOf));
          expect(decoder.isInside).toBe(false);
        },
      ),
    );
  });

  it('of an engine are the same however the stream is cut, byte by byte too', () => {
    fc.assert(
      fc.property(
        fc.array(engineMessage, { maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (sent, cuts) => {
          const stream = streamOf(sent);
          expect(decodeAll(new Decoder(ENGINE_GRAMMAR), stream, cuts).map(plainOf)).toEqual(
            sent.map(plainOf),
          );
          const single = Array.from(stream, (_, i) => i);
          expect(decodeAll(new Decoder(ENGINE_GRAMMAR), stream, single).map(plainOf)).toEqual(
            sent.map(plainOf),
          );
        },
      ),
    );
  });

  it('stand on the wire as the protocol says', () => {
    expect(Buffer.from(encode({ type: 'STATUS' })).toString('latin1')).toBe('STATUS      ');
    const init = encode({ type: 'INIT', bead: 3, parameters: Uint8Array.of(120, 121) });
    expect([...init.subarray(12)]).toEqual([...new Uint8Array(Int32Array.of(3, 2).buffer), 120, 121]);
    expect(encode(positions(2))).toHaveLength(12 + 72 + 72 + 4 + 48);
  });

  it('that are cut short leave the decoder inside, and it says where', () => {
    const stream = streamOf([positions(2)]);
    for (let length = 1; length < stream.length; length++) {
      const decoder = new Decoder(SERVER_GRAMMAR);
      expect([...decoder.push(stream.subarray(0, length))]).toEqual([]);
      expect(decoder.isInside).toBe(true);
      expect(decoder.place).toMatch(length < 12 ? /^a header \(\d+ of the next 12 bytes\)$/ : /^POSDATA \(/);
    }
  });
});

describe('bytes that are no i-PI message', () => {
  const ascii = (text: string) => Buffer.from(text, 'latin1');

  it('are named beside what was expected', () => {
    expect(complaint(SERVER_GRAMMAR, ascii('GET / HTTP/1.1\r\n'))).toBe(
      "PhonolinkError: found the message header 'GET / HTTP/1', expected one of STATUS, GETFORCE, EXIT, INIT, POSDATA padded to 12 bytes",
    );
    expect(complaint(SERVER_GRAMMAR, ascii('READY       '))).toMatch(/found the message header 'READY'/);
    expect(complaint(ENGINE_GRAMMAR, ascii('STATUS      '))).toMatch(/found the message header 'STATUS'/);
    expect(complaint(SERVER_GRAMMAR, ascii('status      '))).toMatch(/'status'/);
    expect(complaint(SERVER_GRAMMAR, ascii('constructor '))).toMatch(/'constructor'/);
    expect(complaint(SERVER_GRAMMAR, new Uint8Array(12))).toMatch(/found the message header nothing/);
  });

  it('are refused at counts and lengths that cannot be, before their payload comes', () => {
    const withCount = (count: number) => {
      const stream = new Uint8Array(encode(positions(1)).subarray(0, 160));
      stream.set(new Uint8Array(Int32Array.of(count).buffer), 156);
      return stream;
    };
    for (const count of [0, -1, 10_000_001, 0x01000000 * 8]) {
      expect(complaint(SERVER_GRAMMAR, withCount(count))).toBe(
        `PhonolinkError: POSDATA says ${count | 0} atoms, expected 1 to 10000000`,
      );
    }
    expect(complaint(SERVER_GRAMMAR, withCount(10_000_000))).toBe('none');
    expect(complaint(SERVER_GRAMMAR, withCount(7), 8)).toBe(
      'PhonolinkError: POSDATA says 7 atoms, expected 8',
    );
    const init = Buffer.concat([ascii('INIT        '), new Uint8Array(Int32Array.of(0, -5).buffer)]);
    expect(complaint(SERVER_GRAMMAR, init)).toMatch(
      /INIT announces -5 bytes of text, expected 0 to 67108864/,
    );
  });

  it('are refused where a number is not finite', () => {
    const bad = { ...positions(2), positions: Float64Array.of(0, 0, 0, 0, Number.NaN, 0) } as ServerMessage;
    expect(complaint(SERVER_GRAMMAR, encode(bad))).toBe(
      'PhonolinkError: number 5 of the positions in POSDATA is NaN, expected a finite number',
    );
    const cell = {
      ...positions(2),
      cell: new Float64Array(9).fill(Number.POSITIVE_INFINITY),
    } as ServerMessage;
    expect(complaint(SERVER_GRAMMAR, encode(cell))).toMatch(/number 1 of the cell in POSDATA is Infinity/);
    const result = {
      type: 'FORCEREADY' as const,
      energy: 1,
      forces: new Float64Array(6),
      virial: new Float64Array(9),
      extra: new Uint8Array(0),
    };
    const badForces = Float64Array.of(0, 0, Number.NEGATIVE_INFINITY);
    expect(complaint(ENGINE_GRAMMAR, encode({ ...result, energy: Number.NaN }))).toMatch(
      /the energy in FORCEREADY is NaN/,
    );
    expect(complaint(ENGINE_GRAMMAR, encode({ ...result, forces: badForces }))).toMatch(
      /number 3 of the forces/,
    );
  });

  it('never make anything but a message or a PhonolinkError of it', () => {
    const header = fc.constantFrom(...Object.keys(SERVER_GRAMMAR), ...Object.keys(ENGINE_GRAMMAR));
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 300 }), (name, payload) => {
        const stream = Buffer.concat([ascii(name.padEnd(12)), payload]);
        expect(complaint(SERVER_GRAMMAR, stream)).toMatch(/^(none|PhonolinkError: )/);
        expect(complaint(ENGINE_GRAMMAR, stream)).toMatch(/^(none|PhonolinkError: )/);
      }),
    );
  });
});

describe('the cell and the virial of the wire', () => {
  it('has the lattice vectors as columns, in bohr', () => {
    const rows = Float64Array.of(4, 0, 0, 1, 5, 0, 2, 3, 6);
    const wire = cellToWire(rows, { bohr: 0.5, hartree: 27 });
    expect([...wire]).toEqual([8, 2, 4, 0, 10, 6, 0, 0, 12]);
    expect([...cellOfWire(wire, { bohr: 0.5, hartree: 27 })]).toEqual([...rows]);
    expect(ATOMIC_UNITS).toEqual({ bohr: 0.529177210903, hartree: 27.211386245988 });
  });

  it('is made symmetric; one empty triangle is filled from the other', () => {
    const full = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
    expect([...symmetrised(full)]).toEqual([1, 3, 5, 3, 5, 7, 5, 7, 9]);
    expect([...completed(full)]).toEqual([1, 3, 5, 3, 5, 7, 5, 7, 9]);
    const filled = [1, 2, 3, 2, 5, 6, 3, 6, 9];
    expect([...completed(Float64Array.of(1, 2, 3, 0, 5, 6, 0, 0, 9))]).toEqual(filled);
    expect([...completed(Float64Array.of(1, 0, 0, 2, 5, 0, 3, 6, 9))]).toEqual(filled);
    expect([...completed(Float64Array.of(1, 0, 0, 0, 5, 0, 0, 0, 9))]).toEqual([1, 0, 0, 0, 5, 0, 0, 0, 9]);
  });
});
