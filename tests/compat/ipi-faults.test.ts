import { createConnection, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IpiAddress } from '../../compat/ipi/address.js';
import { type IpiClientOptions, type IpiSession, runIpiClient } from '../../compat/ipi/client.js';
import type { EngineMessage, ServerMessage } from '../../compat/ipi/messages.js';
import { createIpiServer, type IpiServerOptions } from '../../compat/ipi/server.js';
import { PhonolinkError } from '../../src/model/errors.js';
import type { Frame } from '../../src/model/frame.js';
import {
  collect,
  encode,
  eventually,
  handles,
  scatter,
  scriptedServer,
  socketName,
  wells,
} from '../helpers/ipi.js';

let before = 0;
beforeEach(() => {
  before = handles();
});
afterEach(() => eventually(() => handles() <= before, 'all sockets and timers are gone'));

/** ms; a fault that is only noticed by a timeout is noticed after this */
const SHORT = 60;
const NEVER = 5000;
const ATOMS = 2;

const type = (name: 'STATUS' | 'GETFORCE' | 'READY') => encode({ type: name });
const posdata = (more: object = {}): Uint8Array =>
  encode({
    type: 'POSDATA',
    cell: Float64Array.of(9, 0, 0, 0, 9, 0, 0, 0, 9),
    inverse: new Float64Array(9),
    positions: Float64Array.of(0, 0, 0, 2, 2, 2),
    ...more,
  } as ServerMessage);
const forces = (more: object = {}): Uint8Array =>
  encode({
    type: 'FORCEREADY',
    energy: -1,
    forces: new Float64Array(3 * ATOMS),
    virial: new Float64Array(9),
    extra: new Uint8Array(1),
    ...more,
  } as EngineMessage);

/** Our client against a server whose every byte is given, and how the client ended. */
async function clientAgainst(
  speak: (socket: Socket) => void,
  more: Partial<IpiClientOptions> = {},
): Promise<IpiSession | Error> {
  const server = await scriptedServer(speak);
  const connect = { host: '127.0.0.1', port: server.port };
  const outcome = await runIpiClient({
    connect,
    count: ATOMS,
    timeout: NEVER,
    evaluate: wells,
    ...more,
  }).catch((error: Error) => error);
  await server.close();
  return outcome;
}

function expectError(outcome: unknown, message: RegExp): void {
  expect(outcome).toBeInstanceOf(PhonolinkError);
  expect((outcome as Error).message).toMatch(message);
}

describe('the client', () => {
  const session = Buffer.concat([type('STATUS'), posdata(), type('GETFORCE')]);
  const whole = new Set([0, 12, 12 + posdata().length, session.length]);

  it('ends at a server that closes after any byte: in order between messages, else with an error', async () => {
    for (let length = 0; length <= session.length; length++) {
      const outcome = await clientAgainst((socket) => socket.end(session.subarray(0, length)));
      if (whole.has(length)) expect(outcome).toMatchObject({ end: 'closed' });
      else
        expectError(
          outcome,
          /^i-PI server at 127\.0\.0\.1:\d+: the connection ended in the middle of (a header|POSDATA|GETFORCE)/,
        );
    }
  });

  it('ends at a server that is reset after any byte', async () => {
    for (let length = 0; length <= session.length; length++) {
      const outcome = await clientAgainst((socket) => {
        if (length > 0) socket.write(session.subarray(0, length));
        // Two turns of the loop later the client is connected: a reset before that is a server to be tried again.
        setImmediate(() => setImmediate(() => socket.resetAndDestroy()));
      });
      // What the reset overtakes is lost, so only the kind of end is known.
      if (outcome instanceof Error) expectError(outcome, /broke|ended in the middle/);
      else expect(outcome.end).toBe('closed');
    }
  });

  it('gives up a server that is silent inside a message, not one that is silent between two', async () => {
    const inside = await clientAgainst((socket) => socket.write(session.subarray(0, 30)), { timeout: SHORT });
    expectError(inside, /nothing came for 0\.06 s in the middle of POSDATA \(6 of the next 12 bytes\)/);
    const patient = await clientAgainst(
      (socket) => {
        socket.write(type('STATUS'));
        setTimeout(() => socket.end(type('STATUS')), 3 * SHORT);
      },
      { timeout: SHORT },
    );
    expect(patient).toEqual({ steps: 0, end: 'closed' });
  });

  it.each([
    [
      'a header of another protocol',
      Buffer.from('HTTP/1.1 400 Bad Request\r\n'),
      /found the message header 'HTTP\/1\.1 400'/,
    ],
    ['a message of its own role', type('READY'), /found the message header 'READY'/],
    [
      'another number of atoms',
      posdata({ positions: new Float64Array(9) }),
      /POSDATA says 3 atoms, expected 2/,
    ],
    ['a position that is not finite', posdata({ positions: new Float64Array(6).fill(Number.NaN) }), /is NaN/],
    ['GETFORCE before POSDATA', type('GETFORCE'), /found GETFORCE, expected POSDATA before it/],
  ])('refuses %s', async (_, bytes, message) => {
    expectError(await clientAgainst((socket) => socket.write(bytes)), message);
  });

  it('sends no result that is not finite or of another size, and passes on what the model throws', async () => {
    const speak = (socket: Socket) => socket.write(session);
    const zero = { energy: 0, forces: new Float64Array(6), virial: new Float64Array(9) };
    for (const bad of [
      { energy: Number.NaN },
      { forces: new Float64Array(6).fill(Number.POSITIVE_INFINITY) },
      { virial: new Float64Array(9).fill(Number.NaN) },
    ]) {
      const outcome = await clientAgainst(speak, { evaluate: async () => ({ ...zero, ...bad }) });
      expectError(outcome, /not finite/);
    }
    const short = await clientAgainst(speak, {
      evaluate: async () => ({ ...zero, forces: new Float64Array(3) }),
    });
    expectError(short, /gave 3 force components and 9 of the virial, expected 6 and 9/);
    const failure = new Error('out of memory');
    expect(await clientAgainst(speak, { evaluate: () => Promise.reject(failure) })).toBe(failure);
  });

  it('says so where no server is there in time, or can ever be', async () => {
    const options = { count: 1, timeout: SHORT, evaluate: wells };
    const nobody = runIpiClient({ ...options, connect: { unix: socketName() } });
    await expect(nobody).rejects.toThrow(/no i-PI server at the UNIX socket .* within 0\.06 s/);
    // Nobody may listen at port 1, and no test is ever given it.
    const refused = runIpiClient({ ...options, connect: { host: '127.0.0.1', port: 1 } });
    await expect(refused).rejects.toThrow(/no i-PI server at 127\.0\.0\.1:\d+ within 0\.06 s/);
  });

  it('stops by its signal while it looks for a server, and while it waits for a message', async () => {
    const early = new AbortController();
    const looking = runIpiClient({
      connect: { unix: socketName() },
      count: 1,
      timeout: NEVER,
      evaluate: wells,
      signal: early.signal,
    });
    setImmediate(() => early.abort());
    expect(await looking).toEqual({ steps: 0, end: 'stopped' });
    const late = new AbortController();
    const outcome = await clientAgainst(
      (socket) => {
        socket.write(session);
        socket.on('data', (chunk) => {
          if (chunk.includes('FORCEREADY')) late.abort();
        });
      },
      { signal: late.signal },
    );
    expect(outcome).toEqual({ steps: 1, end: 'stopped' });
    const already = await clientAgainst(() => {}, { signal: AbortSignal.abort() });
    expect(already).toEqual({ steps: 0, end: 'stopped' });
  });

  it('holds a server that only talks by the socket, not in memory', async () => {
    let isFull = false;
    const flood = Buffer.concat(new Array(1000).fill(type('STATUS')));
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const outcome = await clientAgainst(
      (socket) => {
        const pour = () => {
          if (socket.destroyed) return;
          if (socket.write(flood)) setImmediate(pour);
          else {
            isFull = true;
            socket.once('drain', pour);
            release();
          }
        };
        socket.write(posdata(), pour);
      },
      {
        evaluate: async (positions, cell) => {
          await gate;
          expect(isFull).toBe(true);
          throw new PhonolinkError(`enough of ${positions.length + cell.length}`);
        },
      },
    );
    expectError(outcome, /enough of 15/);
  });
});

/** One structure by a server whose first engine is given byte by byte; then, where it is lost, by a good one. */
async function serverAgainst(
  speak: (socket: Socket) => void,
  more: Partial<IpiServerOptions> = {},
): Promise<{ frames: Frame[]; lost: string[] }> {
  const lost: string[] = [];
  let good: Promise<IpiSession> | undefined;
  const listen: IpiAddress = { host: '127.0.0.1', port: 0 };
  const server = await createIpiServer({
    listen,
    timeout: NEVER,
    patience: NEVER,
    onLost: (reason) => {
      lost.push(reason.message);
      good ??= runIpiClient({ connect: server.address, count: ATOMS, timeout: NEVER, evaluate: wells });
    },
    ...more,
  });
  const { port } = server.address as { port: number };
  const socket = createConnection({ host: '127.0.0.1', port });
  socket.on('error', () => {});
  socket.resume();
  await new Promise((resolve) => socket.once('connect', resolve));
  await eventually(() => server.engines === 1, 'the engine is known');
  speak(socket);
  try {
    return { frames: await collect(server.label([scatter(ATOMS, 1)])), lost };
  } finally {
    socket.destroy();
    await server.close();
    await good;
  }
}

describe('the server', () => {
  const session = Buffer.concat([type('READY'), forces()]);

  it('gives a structure to another engine where one closes after any byte', async () => {
    const expected = await wells(scatter(ATOMS, 1).positions, scatter(ATOMS, 1).cell);
    for (let length = 1; length < session.length; length++) {
      const { frames, lost } = await serverAgainst((socket) => socket.end(session.subarray(0, length)));
      expect(lost).toHaveLength(1);
      const place = length === 12 ? /the connection ended before the result/ : /ended in the middle of/;
      expect(lost[0]).toMatch(/^force engine 1: /);
      expect(lost[0]).toMatch(place);
      // Rounding of the units and the turn: as in the tests of sessions.
      expect(Math.abs(frames[0].labels.energy! - expected.energy)).toBeLessThan(1e-12);
    }
  });

  it('takes the result of an engine that closes right after it', async () => {
    const { frames, lost } = await serverAgainst((socket) => socket.end(session));
    expect(lost).toEqual([]);
    expect(frames[0].labels.energy).toBe(-27.211386245988);
  });

  it('gives a structure to another engine where one is reset after any byte', async () => {
    for (let length = 1; length < session.length; length += 3) {
      const { frames } = await serverAgainst((socket) =>
        socket.write(session.subarray(0, length), () => socket.resetAndDestroy()),
      ).catch((error) => ({ frames: error }));
      expect(frames).toHaveLength(1);
    }
  });

  it.each([
    ['garbage', Buffer.from('GET / HTTP/1.1\r\n'), /found the message header 'GET \/ HTTP\/1'/],
    ['a message of the other role', type('STATUS'), /found the message header 'STATUS'/],
    ['a result that nobody asked for', forces(), /found FORCEREADY, expected NEEDINIT or READY/],
    ['data before the positions', encode({ type: 'HAVEDATA' }), /found HAVEDATA, expected NEEDINIT or READY/],
    ['no result', Buffer.concat([type('READY'), type('READY')]), /found READY, expected FORCEREADY/],
    [
      'NEEDINIT for ever',
      Buffer.concat([encode({ type: 'NEEDINIT' }), encode({ type: 'NEEDINIT' })]),
      /found NEEDINIT, expected READY after INIT/,
    ],
    [
      'another number of atoms',
      Buffer.concat([type('READY'), forces({ forces: new Float64Array(9) })]),
      /FORCEREADY says 3 atoms, expected 2/,
    ],
    [
      'an energy that is not finite',
      Buffer.concat([type('READY'), forces({ energy: Number.NaN })]),
      /the energy in FORCEREADY is NaN/,
    ],
  ])('drops an engine that sends %s', async (_, bytes, message) => {
    const { frames, lost } = await serverAgainst((socket) => socket.write(bytes));
    expect(lost).toHaveLength(1);
    expect(lost[0]).toMatch(message);
    expect(frames).toHaveLength(1);
  });

  it('drops an engine that is too slow', async () => {
    const silent = await serverAgainst(() => {}, { timeout: SHORT });
    expect(silent.lost[0]).toMatch(/^force engine 1: no answer within 0\.06 s$/);
    expect(silent.frames).toHaveLength(1);
    const dripping = await serverAgainst((socket) => socket.write(session.subarray(0, 40)), {
      timeout: SHORT,
    });
    expect(dripping.lost[0]).toMatch(/no answer within|nothing came for 0\.06 s in the middle of FORCEREADY/);
    expect(dripping.frames).toHaveLength(1);
  });

  it('gives a structure up after as many engines as it may cost', async () => {
    const lost: string[] = [];
    const server = await createIpiServer({
      listen: { unix: socketName() },
      timeout: NEVER,
      patience: NEVER,
      attempts: 2,
      onLost: (reason) => lost.push(reason.message),
    });
    const failing = () =>
      runIpiClient({
        connect: server.address,
        count: ATOMS,
        timeout: NEVER,
        evaluate: () => Promise.reject(new Error('scf not converged')),
      }).catch((error: Error) => error.message);
    const engines = [failing(), failing()];
    await expect(collect(server.label([scatter(ATOMS, 1)]))).rejects.toThrow(
      /^structure 1: force engine \d: the connection ended before the result/,
    );
    expect(await Promise.all(engines)).toEqual(['scf not converged', 'scf not converged']);
    await server.close();
    expect(lost).toHaveLength(2);
  });

  it('waits only so long for an engine', async () => {
    const server = await createIpiServer({ listen: { unix: socketName() }, patience: SHORT });
    await expect(collect(server.label([scatter(1, 1), scatter(1, 2)]))).rejects.toThrow(
      /no force engine was connected for 0\.06 s while structures waited/,
    );
    await server.close();
  });

  it('fails what is under way where it is closed, and what comes after', async () => {
    const server = await createIpiServer({ listen: { unix: socketName() } });
    let close = () => {};
    const asked = new Promise<void>((resolve) => {
      close = resolve;
    });
    let release = () => {};
    const engine = runIpiClient({
      connect: server.address,
      count: 1,
      timeout: NEVER,
      evaluate: async (positions, cell) => {
        close();
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        return wells(positions, cell);
      },
    });
    const labelling = collect(server.label([scatter(1, 1), scatter(1, 2)])).catch((error: Error) => error);
    await asked;
    await server.close();
    expectError(await labelling, /the i-PI server was closed before this structure was done/);
    release();
    await engine.catch(() => {});
    await expect(collect(server.label([scatter(1, 1)]))).rejects.toThrow(/the i-PI server is closed/);
  });

  it('forgets the structures of a caller that stops early', async () => {
    const server = await createIpiServer({ listen: { unix: socketName() }, timeout: NEVER, patience: NEVER });
    const engine = runIpiClient({ connect: server.address, count: 1, timeout: NEVER, evaluate: wells });
    async function* endless() {
      for (let i = 0; ; i++) yield scatter(1, i);
    }
    let seen = 0;
    for await (const _ of server.label(endless())) if (++seen === 10) break;
    expect(await collect(server.label([scatter(1, 1)]))).toHaveLength(1);
    await server.close();
    // Ten results, one more for the second caller, and what was under way when the first stopped.
    expect((await engine).steps).toBeLessThanOrEqual(10 + 64 + 1);
  });
});
