import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type IpiClientOptions, type IpiSession, runIpiClient } from '../../compat/ipi/client.js';
import { SERVER_GRAMMAR } from '../../compat/ipi/codec.js';
import { Decoder } from '../../compat/ipi/decoder.js';
import { SEGMENTS, type ServerMessage } from '../../compat/ipi/messages.js';
import { encode, eventually, scriptedServer, wells } from '../helpers/ipi.js';

const ATOMS = 2;
const BATCH = 3;
const ONE = { bohr: 1, hartree: 1 };

const type = (name: 'STATUS' | 'GETFORCE' | 'EXIT') => encode({ type: name });
const init = (parameters: string) => encode({ type: 'INIT', bead: 0, parameters: Buffer.from(parameters) });
const bytes = (values: Float64Array | Int32Array) => Buffer.from(values.buffer);
const header = (name: string) => Buffer.from(name.padEnd(12));

/** Structures of a batch: h (columns), and positions; the last is a copy of the one before. */
const structures = [0, 1, 1].map((i) => ({
  cell: Float64Array.of(9 + i, 0.5, 0.25, 0, 8, 1, 0, 0, 7),
  positions: Float64Array.of(0.1 * i, 0, 0, 2, 2 + i, 2),
}));

/** POSDATA of a batch as i-PI 3.3 sends it: the number of atoms, then all (h, inverse h), then all positions. */
const batch = (atoms = ATOMS) =>
  Buffer.concat([
    header('POSDATA'),
    bytes(Int32Array.of(atoms)),
    ...structures.flatMap(({ cell }) => [bytes(cell), bytes(new Float64Array(9))]),
    ...structures.map(({ positions }) => bytes(positions)),
  ]);

/** POSDATA of mode='shm'; `names` on the first time. */
const shared = (names: readonly string[], atoms = ATOMS) =>
  Buffer.concat([
    header('POSDATA'),
    bytes(Int32Array.of(atoms)),
    ...names.flatMap((name) => [bytes(Int32Array.of(name.length)), Buffer.from(name)]),
  ]);

async function clientAgainst(speak: (socket: Socket) => void, more: Partial<IpiClientOptions> = {}) {
  const answers: Buffer[] = [];
  let isClosed = false;
  const server = await scriptedServer((socket) => {
    socket.on('data', (chunk) => answers.push(chunk));
    socket.on('close', () => {
      isClosed = true;
    });
    speak(socket);
  });
  const outcome: IpiSession | Error = await runIpiClient({
    connect: { host: '127.0.0.1', port: server.port },
    count: ATOMS,
    timeout: 5000,
    units: ONE,
    evaluate: wells,
    ...more,
  }).catch((error: Error) => error);
  await eventually(() => isClosed, 'the client has closed its socket');
  await server.close();
  return { outcome, answers: Buffer.concat(answers) };
}

/** What the wells say of the structures, as i-PI 3.3 wants it: energies, atoms, forces, virials, texts. */
async function expectedReply(): Promise<Buffer> {
  const rows = structures.map(({ cell, positions }) => {
    const [a, b, c, , d, e, , , f] = cell;
    return wells(positions, Float64Array.of(a, 0, 0, b, d, 0, c, e, f));
  });
  const results = await Promise.all(rows);
  return Buffer.concat([
    header('FORCEREADY'),
    bytes(Float64Array.from(results, ({ energy }) => energy)),
    bytes(Int32Array.of(ATOMS)),
    ...results.map(({ forces }) => bytes(forces)),
    ...results.map(({ virial }) => bytes(virial)),
    bytes(new Int32Array(BATCH)),
  ]);
}

describe('a batch', () => {
  const session = Buffer.concat([
    ...[type('STATUS'), init(`pes: silicon , batch_size:${BATCH}`), type('STATUS'), batch()],
    ...[type('STATUS'), type('GETFORCE'), type('STATUS'), type('EXIT')],
  ]);

  it('is announced by INIT, computed in turn, copies once, and answered in its own layout', async () => {
    let evaluations = 0;
    const { outcome, answers } = await clientAgainst((socket) => socket.write(session), {
      evaluate: (positions, cell) => {
        evaluations++;
        return wells(positions, cell);
      },
    });
    expect(outcome).toEqual({ steps: 1, end: 'exit' });
    expect(evaluations).toBe(2);
    const before = Buffer.concat(['NEEDINIT', 'READY', 'HAVEDATA'].map(header));
    expect(answers.equals(Buffer.concat([before, await expectedReply(), header('READY')]))).toBe(true);
  });

  it('is the same however the stream is cut', () => {
    const stream = Buffer.concat([init(`batch_size:${BATCH}`), batch(), batch(), type('GETFORCE')]);
    const whole = [...new Decoder(SERVER_GRAMMAR, ATOMS).push(stream)];
    expect(whole.map((message) => message.type)).toEqual([
      ...['INIT', 'POSDATA of a batch', 'POSDATA of a batch', 'GETFORCE'],
    ]);
    expect(whole[1]).toEqual({ type: 'POSDATA of a batch', structures });
    for (const size of [1, 5, 12, 13, 64, 157]) {
      const decoder = new Decoder(SERVER_GRAMMAR, ATOMS);
      const messages: ServerMessage[] = [];
      for (let at = 0; at < stream.length; at += size)
        messages.push(...decoder.push(stream.subarray(at, at + size)));
      expect(messages).toEqual(whole);
      expect(decoder.isInside).toBe(false);
    }
  });

  it('that is cut short ends the client with an error, after any byte', async () => {
    const begin = session.length - batch().length - 48;
    for (let length = begin + 1; length < begin + batch().length; length += 7) {
      const { outcome } = await clientAgainst((socket) => socket.end(session.subarray(0, length)));
      expect((outcome as Error).message).toMatch(
        /the connection ended in the middle of (a header|POSDATA) \(/,
      );
    }
  });

  it.each([
    ['no structures', [init('batch_size:0')], /INIT says batch_size:0, expected 1 to 65536/],
    ['too many', [init('batch_size : 9999999')], /INIT says batch_size:9999999, expected 1 to 65536/],
    ['other atoms', [init('batch_size:3'), batch(5)], /POSDATA says 5 atoms, expected 2/],
    ['a batch that was not announced', [init('other:3'), batch()], /POSDATA says -?\d+ atoms, expected 2/],
  ])('is refused where there are %s', async (_, stream, message) => {
    const { outcome } = await clientAgainst((socket) => socket.write(Buffer.concat(stream)));
    expect((outcome as Error).message).toMatch(message);
  });

  it('of one is none', async () => {
    const cell = Float64Array.of(9, 0, 0, 0, 9, 0, 0, 0, 9);
    const posdata = { type: 'POSDATA' as const, cell, inverse: cell, positions: new Float64Array(6) };
    const stream = Buffer.concat([init('batch_size:1'), encode(posdata), type('GETFORCE'), type('EXIT')]);
    const { outcome } = await clientAgainst((socket) => socket.write(stream));
    expect(outcome).toEqual({ steps: 1, end: 'exit' });
  });
});

describe.skipIf(!existsSync('/dev/shm'))('shared memory', () => {
  const sizes = { positions: 6, cells: 9, inverses: 9, energies: 1, forces: 6, virials: 9 };

  /** Segments as i-PI makes them, with the structures in them; gone after `use`. */
  async function withSegments(use: (names: string[]) => Promise<void>, scale = 1): Promise<void> {
    const id = `ipi_shm_${randomUUID()}`;
    const names = SEGMENTS.map((segment) => `${id}_${segment}`);
    const path = (name: string) => `/dev/shm/${name}`;
    for (const [i, segment] of SEGMENTS.entries()) {
      const content = Buffer.alloc(8 * BATCH * sizes[segment] * scale);
      if (segment === 'positions')
        for (const [k, s] of structures.entries()) bytes(s.positions).copy(content, 48 * k);
      if (segment === 'cells') for (const [k, s] of structures.entries()) bytes(s.cell).copy(content, 72 * k);
      writeFileSync(path(names[i]), content);
    }
    try {
      await use(names);
    } finally {
      for (const name of names) rmSync(path(name), { force: true });
    }
  }

  it('is read and written, and only the texts go through the socket', async () => {
    await withSegments(async (names) => {
      const stream = [
        init(`batch_size:${BATCH}`),
        shared(names),
        type('GETFORCE'),
        shared([]),
        type('GETFORCE'),
      ];
      const { outcome, answers } = await clientAgainst((socket) =>
        socket.write(Buffer.concat([...stream, type('EXIT')])),
      );
      expect(outcome).toEqual({ steps: 2, end: 'exit' });
      const reply = Buffer.concat([header('FORCEREADY'), bytes(new Int32Array(BATCH))]);
      expect(answers.equals(Buffer.concat([reply, reply]))).toBe(true);
      const numbers = await expectedReply();
      const read = (i: number) => readFileSync(`/dev/shm/${names[i]}`);
      const laid = Buffer.concat([read(3), bytes(Int32Array.of(ATOMS)), read(4), read(5)]);
      expect(numbers.subarray(12, 12 + laid.length).equals(laid)).toBe(true);
    });
  });

  it('is told from a cell whose first number is anything that a cell can be', () => {
    for (const first of [10, 0, -0, 1e-300, -7.5, 131072, 5e-16]) {
      const cell = Float64Array.of(first, 1, 2, 3, 4, 5, 6, 7, 8);
      const posdata = { type: 'POSDATA' as const, cell, inverse: cell, positions: new Float64Array(6) };
      const [message] = new Decoder(SERVER_GRAMMAR, ATOMS).push(encode(posdata));
      expect(message).toEqual(posdata);
    }
  });

  it('is refused where it is not there, too small, or no name', async () => {
    const against = async (names: string[]) => {
      const { outcome } = await clientAgainst((socket) =>
        socket.write(Buffer.concat([init(`batch_size:${BATCH}`), shared(names)])),
      );
      return (outcome as Error).message;
    };
    expect(await against(SEGMENTS.map(() => `ipi_shm_${randomUUID()}`))).toMatch(
      /^cannot use the shared memory 'ipi_shm_.*' that the server names for the positions: ENOENT/,
    );
    await withSegments(async (names) => {
      expect(await against(names)).toMatch(/for the positions: it has 72 bytes, expected 144$/);
    }, 0.5);
    expect(await against(SEGMENTS.map(() => 'name/../../etc/passwd'))).toMatch(
      /that is no name of shared memory/,
    );
    expect(await against(['ipi_shm_1', 'x'.repeat(300)])).toMatch(
      /POSDATA announces 300 bytes for the name of shared memory 2, expected 0 to 255/,
    );
  });

  it('is refused where a number in it is not finite', async () => {
    await withSegments(async (names) => {
      writeFileSync(`/dev/shm/${names[1]}`, bytes(new Float64Array(9 * BATCH).fill(Number.NaN)));
      const stream = Buffer.concat([init(`batch_size:${BATCH}`), shared(names)]);
      const { outcome } = await clientAgainst((socket) => socket.write(stream));
      expect((outcome as Error).message).toMatch(
        /number 1 of the cells of structure 1 in shared memory is NaN, expected a finite number/,
      );
    });
  });
});
