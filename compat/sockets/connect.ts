import { createConnection, type Socket } from 'node:net';
import { PhonolinkError } from '../../src/model/errors.js';

/** Where a peer listens: a UNIX socket by its file, or a TCP port. */
export type SocketAddress = { readonly path: string } | { readonly host: string; readonly port: number };

/** ms that a timer can hold; what is longer (Infinity: for ever) is 24 days. */
export function timerSpan(ms: number): number {
  return Math.min(ms, 2 ** 31 - 1);
}

/** The peer is not up yet, or not any more: worth another try. */
const ABSENT: ReadonlySet<string | undefined> = new Set(['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EAGAIN']);
const FIRST_PAUSE = 10;
const LONGEST_PAUSE = 500;

/**
 * A connected socket; tried again, with pauses of 10 ms doubling to 0.5 s, until the peer is there.
 * @param peer what listens there, as messages name it: 'i-PI server at localhost:31415'
 * @param timeout ms
 * @returns undefined where `signal` stopped it
 * @throws PhonolinkError where nobody answers within the timeout, or the address cannot be reached at all
 */
export async function connectTo(
  address: SocketAddress,
  peer: string,
  timeout: number,
  signal?: AbortSignal,
): Promise<Socket | undefined> {
  const deadline = performance.now() + timeout;
  for (let pause = FIRST_PAUSE; !signal?.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    const attempt = await tryOnce(address, Math.max(1, deadline - performance.now()), signal);
    if (attempt === 'stopped') return undefined;
    if (!(attempt instanceof Error)) return attempt;
    const { code } = attempt as NodeJS.ErrnoException;
    const left = deadline - performance.now();
    if (!ABSENT.has(code) || left <= 0) {
      throw new PhonolinkError(
        `no ${peer}${left <= 0 ? ` within ${timeout / 1000} s` : ''}: ${attempt.message}`,
        { hint: 'start it first, or give it more time', cause: attempt },
      );
    }
    await pauseFor(Math.min(pause, left), signal);
  }
  return undefined;
}

function tryOnce(
  address: SocketAddress,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<Socket | Error | 'stopped'> {
  return new Promise((resolve) => {
    const socket =
      'path' in address ? createConnection(address) : createConnection({ ...address, noDelay: true });
    const end = (outcome: Socket | Error | 'stopped') => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      socket.removeListener('connect', connected);
      socket.removeListener('error', end);
      if (outcome !== socket) {
        socket.on('error', () => {});
        socket.destroy();
      }
      resolve(outcome);
    };
    const stop = () => end('stopped');
    const connected = () => end(socket);
    const timer = setTimeout(() => end(new Error('no answer')), timeout);
    signal?.addEventListener('abort', stop);
    socket.once('connect', connected);
    socket.once('error', end);
  });
}

function pauseFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
  });
}
