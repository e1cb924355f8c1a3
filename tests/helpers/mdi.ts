import type { Socket } from 'node:net';
import { type MdiEngineOptions, type MdiSession, runMdiEngine } from '../../compat/mdi/engine.js';
import { scriptedServer, wells } from './ipi.js';

/** The parts of a driver's side, made without our own codec. */
const TYPE = { integer: 1, double: 2, character: 3 };

export function integers(...values: number[]): Buffer {
  const out = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) out.writeInt32LE(value, 4 * i);
  return out;
}

export function doubles(...values: number[]): Buffer {
  const out = Buffer.alloc(8 * values.length);
  for (const [i, value] of values.entries()) out.writeDoubleLE(value, 8 * i);
  return out;
}

export function header(type: number, count: number, flag = 0, kind = 0): Buffer {
  return integers(flag, kind, type, count);
}

export const integerData = (...values: number[]) =>
  Buffer.concat([header(TYPE.integer, values.length), integers(...values)]);
export const doubleData = (...values: number[]) =>
  Buffer.concat([header(TYPE.double, values.length), doubles(...values)]);

/** A driver of one generation of the library. */
export interface Generation {
  /** Bytes of a command */
  readonly length: number;
  readonly handshake: Buffer;
}

export const NEW: Generation = {
  length: 256,
  handshake: Buffer.concat([integers(1, 4, 40), integers(256, 256)]),
};
export const OLD: Generation = { length: 12, handshake: integers(1, 3, 2) };

export function command(name: string, { length } = NEW): Buffer {
  const text = Buffer.alloc(length);
  text.write(name, 'latin1');
  return Buffer.concat([header(TYPE.character, length), text]);
}

/** One thing that a driver says: after it the driver may leave. */
export const set = (name: string, data: Buffer, generation = NEW) =>
  Buffer.concat([command(name, generation), data]);

export const CELL = [4.1, 0, 0, 1.2, 5.3, 0, -0.8, 0.6, 6.2];
/** A in a bohr by the MDI library */
export const BOHR = 0.52917721067;
/** eV in a hartree by the MDI library */
export const HARTREE = 1 / 0.03674932248;
/** The MDI library's own factor for what a driver has in A */
export const toBohr = (values: readonly number[]) => values.map((x) => x * (1 / BOHR));

/** Two atoms set up as LAMMPS's fix mdi/qm does. */
export function setUp(generation = NEW, elements = [14, 8]): Buffer[] {
  return [
    set('>NATOMS', integerData(elements.length), generation),
    set('>CELL_DISPL', doubleData(0, 0, 0), generation),
    set('>CELL', doubleData(...toBohr(CELL)), generation),
    set('>ELEMENTS', integerData(...elements), generation),
  ];
}

export const POSITIONS = [0.1, 0.2, 0.3, 1.4, 1.5, 2.6];

/** Positions, and what is asked about them. */
export function step(generation = NEW, positions: readonly number[] = POSITIONS): Buffer[] {
  return [
    set('>COORDS', doubleData(...toBohr(positions)), generation),
    ...['<PE', '<KE_ELEC', '<FORCES', '<STRESS'].map((name) => command(name, generation)),
  ];
}

/** What an engine said, by our reading of it: the handshake, then numbers or text of each message. */
export interface Said {
  readonly version: number[];
  readonly lengths: number[];
  readonly messages: { flag: number; type: number; values: number[]; text: string }[];
}

export function parse(bytes: Buffer, generation = NEW): Said {
  const ints = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => bytes.readInt32LE(from + 4 * i));
  const isNew = generation === NEW;
  const messages: Said['messages'] = [];
  let at = isNew ? 20 : 12;
  while (at + 16 <= bytes.length) {
    const [flag, , type, count] = ints(at, 4);
    at += 16;
    const size = type === TYPE.integer ? 4 : type === TYPE.double ? 8 : 1;
    const data = bytes.subarray(at, at + size * count);
    const values =
      type === TYPE.integer
        ? ints(at, count)
        : type === TYPE.double
          ? Array.from({ length: count }, (_, i) => data.readDoubleLE(8 * i))
          : [];
    messages.push({ flag, type, values, text: type === TYPE.character ? data.toString('latin1') : '' });
    at += size * count;
  }
  return { version: ints(0, 3), lengths: isNew ? ints(12, 2) : [], messages };
}

/** How our engine ends against a driver whose every byte is given, and what it said. */
export async function engineAgainst(
  speak: (socket: Socket) => void,
  more: Partial<MdiEngineOptions> = {},
): Promise<{ outcome: MdiSession | Error; said: Buffer }> {
  const pieces: Buffer[] = [];
  const driver = await scriptedServer((socket) => {
    socket.on('data', (piece) => pieces.push(piece));
    speak(socket);
  });
  const outcome = await runMdiEngine({
    connect: { host: '127.0.0.1', port: driver.port },
    bind: async () => ({ evaluate: wells }),
    timeout: 5000,
    ...more,
  }).catch((error: Error) => error);
  await driver.close();
  return { outcome, said: Buffer.concat(pieces) };
}

/** Writes everything at once and leaves the connection open. */
export const say =
  (...parts: Buffer[]) =>
  (socket: Socket): void => {
    socket.write(Buffer.concat(parts));
  };
