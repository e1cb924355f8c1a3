import { createConnection, type Socket } from 'node:net';
import { PhonolinkError, UsageError } from '../../src/model/errors.js';

/** Where a server listens: a UNIX socket by its i-PI name, or a TCP port. */
export type IpiAddress = { readonly unix: string } | { readonly host: string; readonly port: number };

/** sun_path of Linux holds 108 bytes with the closing zero; macOS 104. */
const LONGEST_PATH = 103;

/**
 * The file of the UNIX socket NAME: /tmp/ipi_NAME, as i-PI has it.
 * @throws UsageError where the name cannot be a part of that path
 */
export function socketPath(name: string): string {
  const path = `/tmp/ipi_${name}`;
  if (name === '' || /[/\0]/.test(name) || Buffer.byteLength(path) > LONGEST_PATH) {
    throw new UsageError(
      `'${name}' cannot name a UNIX socket, expected 1 to ${LONGEST_PATH - 9} bytes without '/'`,
      'the socket is the file /tmp/ipi_NAME, as for i-PI',
    );
  }
  return path;
}

/**
 * The address in the name of a remote model: 'ipi:unix:NAME' or 'ipi:HOST:PORT' ([::1]:31415 for IPv6).
 * @returns undefined where the text does not begin with 'ipi:' and so names something else
 * @throws UsageError where what follows is no address
 */
export function parseIpiModel(text: string): IpiAddress | undefined {
  if (!text.startsWith('ipi:')) return undefined;
  const place = text.slice('ipi:'.length);
  if (place.startsWith('unix:')) {
    const unix = place.slice('unix:'.length);
    socketPath(unix);
    return { unix };
  }
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(place) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65535) {
    throw new UsageError(`'${text}' names no force engines, expected ipi:unix:NAME or ipi:HOST:PORT`);
  }
  return { host: bracketed ?? plain, port };
}

/** An address as messages show it. */
export function addressName(address: IpiAddress): string {
  return 'unix' in address
    ? `the UNIX socket ${socketPath(address.unix)}`
    : `${address.host}:${address.port}`;
}

/** ms that a timer can hold; what is longer (Infinity: for ever) is 24 days. */
export function timerSpan(ms: number): number {
  return Math.min(ms, 2 ** 31 - 1);
}

/** The server is not up yet, or not any more: worth another try. */
const ABSENT: ReadonlySet<string | undefined> = new Set(['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EAGAIN']);
const FIRST_PAUSE = 10;
const LONGEST_PAUSE = 500;

/**
 * A connected socket; tried again, with pauses of 10 ms doubling to 0.5 s, until the server is there.
 * @param timeout ms
 * @returns undefined where `signal` stopped it
 * @throws PhonolinkError where nobody answers within the timeout, or the address cannot be reached at all
 */
export async function connectWithRetries(
  address: IpiAddress,
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
        `no i-PI server at ${addressName(address)}${left <= 0 ? ` within ${timeout / 1000} s` : ''}: ${attempt.message}`,
        { hint: 'start the server first, or give it more time', cause: attempt },
      );
    }
    await pauseFor(Math.min(pause, left), signal);
  }
  return undefined;
}

function tryOnce(
  address: IpiAddress,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<Socket | Error | 'stopped'> {
  return new Promise((resolve) => {
    const socket =
      'unix' in address
        ? createConnection({ path: socketPath(address.unix) })
        : createConnection({ host: address.host, port: address.port, noDelay: true });
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
