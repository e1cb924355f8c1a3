import { PhonolinkError } from '../../src/model/errors.js';
import { connectTo, timerSpan } from '../sockets/connect.js';
import type { MdiAddress } from './address.js';
import { encodeFailure } from './messages.js';
import { EngineSession, type SessionOptions } from './session.js';
import { ByteStream } from './stream.js';

export interface MdiEngineOptions extends SessionOptions {
  /** Where the driver listens */
  readonly connect: MdiAddress;
  /**
   * ms to find the driver, then for it to begin to speak (LAMMPS does at its first run), and to wait for the rest of
   * what has begun; 60 s unless told
   */
  readonly timeout?: number;
  /** Ends the session, after the evaluation under way */
  readonly signal?: AbortSignal;
}

/** How a session went. */
export interface MdiSession {
  /** Evaluations of the model */
  readonly steps: number;
  /** 'exit': the driver said so; 'closed': it went away between two messages; 'stopped': by the signal */
  readonly end: 'exit' | 'closed' | 'stopped';
}

const DEFAULT_TIMEOUT = 60_000;
/** ms for a driver to see that the engine gave up */
const LINGER = 1000;

/**
 * Answers an MDI driver's commands until it says EXIT.
 * @throws PhonolinkError where there is no driver, it breaks the protocol or vanishes inside a message, asks for what
 * we do not have, or leaves out what the model needs; whatever `bind` and `evaluate` throw. The driver is told, and the
 * socket closed by then.
 */
export async function runMdiEngine(options: MdiEngineOptions): Promise<MdiSession> {
  const { connect, signal } = options;
  const timeout = timerSpan(options.timeout ?? DEFAULT_TIMEOUT);
  const host = connect.host.includes(':') ? `[${connect.host}]` : connect.host;
  const peer = `MDI driver at ${host}:${connect.port}`;
  const socket = await connectTo(connect, peer, timeout, signal);
  if (!socket) return { steps: 0, end: 'stopped' };
  const stream = new ByteStream(socket, timeout);
  const stop = () => stream.leave();
  signal?.addEventListener('abort', stop);
  if (signal?.aborted) stop();
  const session = new EngineSession(stream, options);
  try {
    const end = await session.run(timeout);
    if (end === 'exit' || !signal?.aborted) {
      await stream.close(0);
      return { steps: session.steps, end };
    }
    await giveUp(stream);
    return { steps: session.steps, end: 'stopped' };
  } catch (reason) {
    await giveUp(stream);
    if (reason === session.modelError || !(reason instanceof PhonolinkError)) throw reason;
    const { message, hint, exitCode } = reason;
    throw new PhonolinkError(`${peer}: ${message}`, { hint, exitCode, cause: reason });
  } finally {
    signal?.removeEventListener('abort', stop);
    session.release();
  }
}

/** A driver that waits for an answer must not take whatever lies in its memory for one. */
async function giveUp(stream: ByteStream): Promise<void> {
  await stream.write(encodeFailure());
  await stream.close(LINGER);
}
