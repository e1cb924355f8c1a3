import type { Socket } from 'node:net';
import { UsageError } from '../../src/model/errors.js';
import { connectTo } from '../sockets/connect.js';

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

/**
 * A socket connected to an i-PI server; tried again until it is there.
 * @param timeout ms
 * @returns undefined where `signal` stopped it
 * @throws PhonolinkError where nobody answers within the timeout, or the address cannot be reached at all
 */
export function connectWithRetries(
  address: IpiAddress,
  timeout: number,
  signal?: AbortSignal,
): Promise<Socket | undefined> {
  const target = 'unix' in address ? { path: socketPath(address.unix) } : address;
  return connectTo(target, `i-PI server at ${addressName(address)}`, timeout, signal);
}
