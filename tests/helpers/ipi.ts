import { randomUUID } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { encodeAll, type Outgoing } from '../../compat/ipi/encode.js';
import type { EngineMessage, ServerMessage } from '../../compat/ipi/messages.js';
import { inverse, rowsTimes, transpose } from '../../src/model/cell.js';
import { createStructure, type Structure } from '../../src/model/structure.js';
import type { Totals } from '../../src/potentials/totals.js';

/** One message as it stands on the wire. */
export function encode(message: ServerMessage | EngineMessage): Uint8Array {
  return encodeAll([message as Outgoing]);
}

/** A name of a UNIX socket that nobody else has. */
export function socketName(): string {
  return `phonolink_${randomUUID()}`;
}

/** eV, the depth of the wells, and eV/A^2, the stiffness of the cell, of `wells` */
const DEPTH = 0.3;
const STIFFNESS = 0.02;

/**
 * A model that sees every slip of convention: E = DEPTH sum_i,k (1 - cos 2 pi s_ik) (k + 1) + STIFFNESS / 2 sum_k c_k^2
 * with fractional coordinates s = r C^-1. It does not change when atoms and cell turn together, but does where the
 * cell is transposed.
 */
export async function wells(positions: Float64Array, cell: Float64Array): Promise<Totals> {
  const back = inverse(cell);
  const s = rowsTimes(positions, back);
  let energy = 0;
  const gradient = s.map((x, i) => {
    energy += DEPTH * (1 - Math.cos(2 * Math.PI * x)) * ((i % 3) + 1);
    return -DEPTH * 2 * Math.PI * Math.sin(2 * Math.PI * x) * ((i % 3) + 1);
  });
  energy += (STIFFNESS / 2) * cell.reduce((sum, x) => sum + x * x, 0);
  const virial = rowsTimes(transpose(cell), cell).map((x) => -STIFFNESS * x);
  return { energy, forces: rowsTimes(gradient, transpose(back)), virial };
}

/** A cell of no symmetry in no special orientation. */
export const SKEWED = Float64Array.of(4.1, 0.7, -0.4, 1.2, 5.3, 0.9, -0.8, 0.6, 6.2);

/** Silicon atoms at pseudo-random places of a cell; `seed` chooses them. */
export function scatter(count: number, seed: number, cell = SKEWED): Structure {
  const positions = Float64Array.from(
    { length: 3 * count },
    (_, i) => 4 * Math.sin(12.9898 * i + 78.233 * seed),
  );
  return createStructure({ symbols: new Array<string>(count).fill('Si'), positions, cell });
}

/** A server that is no i-PI server: `serve` does with each connection what the test wants; on a free port. */
export async function scriptedServer(
  serve: (socket: Socket) => void,
): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

const HANDLES = new Set([
  'TCPSocketWrap',
  'TCPServerWrap',
  'PipeWrap',
  'PipeServerWrap',
  'TCPConnectWrap',
  'Timeout',
]);

/** How many sockets, servers and timers this thread holds. */
export function handles(): number {
  return process.getActiveResourcesInfo().filter((name) => HANDLES.has(name)).length;
}

/** Turns the event loop until a condition holds; fails the test after 5 s. */
export async function eventually(holds: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within 5 s: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}
