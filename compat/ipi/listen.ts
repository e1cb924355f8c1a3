import { rmSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { createConnection, type Server } from 'node:net';
import { PhonolinkError } from '../../src/model/errors.js';
import { addressName, type IpiAddress, socketPath } from './address.js';

/**
 * Starts to listen. A UNIX socket's file that a killed program left behind is replaced; one that still answers is not.
 * @throws PhonolinkError where the address is in use or cannot be had
 */
export async function listenAt(server: Server, address: IpiAddress): Promise<IpiAddress> {
  try {
    await begin(server, address);
  } catch (cause) {
    const isTaken = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (!isTaken || !('unix' in address) || (await answers(socketPath(address.unix)))) {
      throw refused(address, cause as Error);
    }
    await unlink(socketPath(address.unix));
    await begin(server, address).catch((again: Error) => {
      throw refused(address, again);
    });
  }
  if ('unix' in address) removedOnExit(server, socketPath(address.unix));
  const bound = server.address();
  return 'unix' in address || bound === null || typeof bound === 'string'
    ? address
    : { host: address.host, port: bound.port };
}

/** A process that ends by `process.exit` closes no server: the socket's file would stay. */
function removedOnExit(server: Server, path: string): void {
  const remove = () => rmSync(path, { force: true });
  process.once('exit', remove);
  server.once('close', () => process.removeListener('exit', remove));
}

function refused(address: IpiAddress, cause: Error): PhonolinkError {
  return new PhonolinkError(`cannot listen at ${addressName(address)}: ${cause.message}`, {
    hint: 'another program may be using it',
    cause,
  });
}

function begin(server: Server, address: IpiAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const listening = () => {
      server.removeListener('error', reject);
      resolve();
    };
    if ('unix' in address) server.listen({ path: socketPath(address.unix) }, listening);
    else server.listen({ host: address.host, port: address.port }, listening);
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ path });
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', () => end(true));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code !== 'ECONNREFUSED'));
  });
}
