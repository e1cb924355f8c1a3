import { createConnection, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { socketPath } from '../../compat/ipi/address.js';
import { runIpiClient } from '../../compat/ipi/client.js';
import { createIpiServer } from '../../compat/ipi/server.js';
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

const TIMES = 1000;
const AT_ONCE = 25;
const ATOMS = 2;
const LONG = 30_000;

let before = 0;
beforeEach(() => {
  before = handles();
});
afterEach(() => eventually(() => handles() <= before, 'all sockets and timers are gone'));

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes that are in use after everything that can be has been thrown away. */
function inUse(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** A closed connection that somebody holds on to takes 3.3 kB (measured so): less than that, a thousand times. */
const LEAK = 2000 * TIMES;

/** Does a thing as often as told, some at a time. */
async function repeatedly(times: number, once: (i: number) => Promise<void>): Promise<void> {
  for (let i = 0; i < times; i += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, (_, k) => once(i + k)));
}

/** Growth of memory over the whole, after a first part that fills caches. */
async function growth(once: (i: number) => Promise<void>): Promise<number> {
  await repeatedly(TIMES / 5, once);
  const start = inUse();
  await repeatedly(TIMES, once);
  return inUse() - start;
}

const forces = encode({
  type: 'FORCEREADY',
  energy: -1,
  forces: new Float64Array(3 * ATOMS),
  virial: new Float64Array(9),
  extra: new Uint8Array(0),
});
const result = Buffer.concat([encode({ type: 'READY' }), forces]);

describe('a thousand engines that come and go', () => {
  /** An engine that leaves: every second one in the middle of a message, at another byte each time. */
  async function comeAndGo(path: string, i: number): Promise<void> {
    const socket = createConnection({ path });
    socket.on('error', () => {});
    socket.resume();
    await new Promise((resolve) => socket.once('connect', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    if (i % 2 === 0) socket.destroy();
    else socket.end(result.subarray(0, 1 + (i % (result.length - 1))));
    await closed;
  }

  it.each([['while nothing is to do'], ['while structures wait']])(
    'leave a server %s as it was, and a good one does the work',
    async (when) => {
      const server = await createIpiServer({
        listen: { unix: socketName() },
        timeout: LONG,
        patience: LONG,
        attempts: Number.POSITIVE_INFINITY,
      });
      const address = server.address as { unix: string };
      const structures = Array.from({ length: 20 }, (_, i) => scatter(ATOMS, i));
      const isBusy = when === 'while structures wait';
      const labelling = isBusy ? collect(server.label(structures)) : undefined;
      const grown = await growth((i) => comeAndGo(socketPath(address.unix), i));
      await eventually(() => server.engines === 0, 'the server forgets engines that left');
      expect(grown).toBeLessThan(LEAK);
      const engine = runIpiClient({ connect: address, count: ATOMS, timeout: LONG, evaluate: wells });
      const frames = await (labelling ?? collect(server.label(structures)));
      await server.close();
      expect(await engine).toEqual({ steps: 20, end: 'exit' });
      for (const [i, { labels }] of frames.entries()) {
        const { energy } = await wells(structures[i].positions, structures[i].cell);
        // Rounding of the units and the turn: as in the tests of sessions.
        expect(Math.abs(labels.energy! - energy)).toBeLessThan(1e-12);
      }
    },
    LONG,
  );
});

describe('a server that closes a thousand times', () => {
  const posdata = encode({
    type: 'POSDATA',
    cell: Float64Array.of(9, 0, 0, 0, 9, 0, 0, 0, 9),
    inverse: new Float64Array(9),
    positions: Float64Array.of(0, 0, 0, 2, 2, 2),
  });
  const session = Buffer.concat([encode({ type: 'STATUS' }), posdata, encode({ type: 'GETFORCE' })]);

  it(
    'leaves clients that come back as they were',
    async () => {
      let count = 0;
      const speak = (socket: Socket) => {
        socket.resume();
        socket.end(session.subarray(0, count++ % (session.length + 1)));
      };
      const server = await scriptedServer(speak);
      const ends = { inOrder: 0, cutOff: 0 };
      const grown = await growth(async () => {
        const connect = { host: '127.0.0.1', port: server.port };
        const outcome = await runIpiClient({ connect, count: ATOMS, timeout: LONG, evaluate: wells }).catch(
          (error: Error) => error,
        );
        if (!(outcome instanceof Error)) ends.inOrder++;
        else {
          expect(outcome.message).toMatch(/ended in the middle of|the connection broke/);
          ends.cutOff++;
        }
      });
      await server.close();
      expect(grown).toBeLessThan(LEAK);
      expect(ends.inOrder + ends.cutOff).toBe(1.2 * TIMES);
      // Of the 245 places where the session can be cut, 4 lie between messages.
      expect(ends.inOrder).toBeGreaterThan(0);
      expect(ends.cutOff).toBeGreaterThan(ends.inOrder);
    },
    LONG,
  );
});
