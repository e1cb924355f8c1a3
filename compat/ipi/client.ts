import { PhonolinkError } from '../../src/model/errors.js';
import type { Totals } from '../../src/potentials/totals.js';
import { timerSpan } from '../sockets/connect.js';
import { ATOMIC_UNITS, type AtomicUnits, scaled, symmetrised } from '../sockets/units.js';
import { addressName, connectWithRetries, type IpiAddress } from './address.js';
import { type ForceData, type PositionData, SERVER_GRAMMAR, type ServerMessage } from './codec.js';
import { Connection } from './connection.js';
import { Decoder } from './decoder.js';
import { cellOfWire } from './units.js';

export interface IpiClientOptions {
  readonly connect: IpiAddress;
  /** [3n] A, as the server has them (unwrapped), and [9] A, rows */
  readonly evaluate: (positions: Float64Array, cell: Float64Array) => Promise<Totals>;
  /** The number of atoms, where it is known before: the server's must be the same. */
  readonly count?: number;
  /** ms to find the server, and to wait for the rest of a message that has begun; 60 s unless told */
  readonly timeout?: number;
  /** Ends the session, after the evaluation under way */
  readonly signal?: AbortSignal;
  /**
   * When to answer STATUS by NEEDINIT. 'never', the default, suits i-PI, ASE and our own server: the positions come at
   * once, and an INIT that comes unasked is taken. 'first' asks before the first positions, so that i-PI tells the
   * bead and the parameters of its force field; 'afterwards' asks after each result, as ASE's client once did.
   */
  readonly init?: 'never' | 'first' | 'afterwards';
  /** Told what an INIT holds: the bead's index, and the parameters' text. */
  readonly onInit?: (bead: number, parameters: string) => void;
  /** What goes with each result beside the numbers; nothing unless told */
  readonly extra?: Uint8Array;
  readonly units?: AtomicUnits;
}

/** How a session went. */
export interface IpiSession {
  /** Results that were sent */
  readonly steps: number;
  /** 'exit': the server said so; 'closed': it went away between two messages; 'stopped': by the signal */
  readonly end: 'exit' | 'closed' | 'stopped';
}

const DEFAULT_TIMEOUT = 60_000;
/** ms for the server to take the last result */
const LINGER = 1000;
const NOTHING = new Uint8Array(0);

/**
 * Answers an i-PI server's requests for forces until it ends the session. STATUS after positions is answered when the
 * result is there, as ASE expects, so the answer is never that it is not.
 * @throws PhonolinkError where there is no server, it breaks the protocol or vanishes inside a message, or its atoms
 * are not as many as ours; whatever `evaluate` throws. The socket is closed by then.
 */
export async function runIpiClient(options: IpiClientOptions): Promise<IpiSession> {
  const { connect, count, signal } = options;
  const timeout = timerSpan(options.timeout ?? DEFAULT_TIMEOUT);
  const socket = await connectWithRetries(connect, timeout, signal);
  if (!socket) return { steps: 0, end: 'stopped' };
  const connection = new Connection(socket, new Decoder(SERVER_GRAMMAR, count), {
    peer: `i-PI server at ${addressName(connect)}`,
    stall: timeout,
  });
  const stop = () => void connection.close();
  signal?.addEventListener('abort', stop);
  if (signal?.aborted) stop();
  try {
    const session = await answerAll(connection, options);
    // The last result may still be on its way.
    await connection.close(LINGER);
    return session;
  } finally {
    signal?.removeEventListener('abort', stop);
    await connection.close();
  }
}

async function answerAll(
  connection: Connection<ServerMessage>,
  options: IpiClientOptions,
): Promise<IpiSession> {
  const { init = 'never', signal } = options;
  let needsInit = init === 'first';
  let result: ForceData | undefined;
  let steps = 0;
  for (;;) {
    const message = await connection.next();
    if (signal?.aborted) return { steps, end: 'stopped' };
    switch (message?.type) {
      case undefined:
        return { steps, end: 'closed' };
      case 'EXIT':
        return { steps, end: 'exit' };
      case 'STATUS':
        connection.send({ type: statusOf(result, needsInit) });
        break;
      case 'INIT':
        options.onInit?.(message.bead, Buffer.from(message.parameters).toString('utf8'));
        needsInit = false;
        break;
      case 'POSDATA':
        result = await resultOf(message, options);
        break;
      case 'GETFORCE':
        if (!result) {
          throw new PhonolinkError(
            `i-PI server at ${addressName(options.connect)}: found GETFORCE, expected POSDATA before it`,
          );
        }
        if (connection.send(result)) steps++;
        result = undefined;
        needsInit = init === 'afterwards';
        break;
    }
  }
}

function statusOf(result: ForceData | undefined, needsInit: boolean): 'HAVEDATA' | 'NEEDINIT' | 'READY' {
  if (result) return 'HAVEDATA';
  return needsInit ? 'NEEDINIT' : 'READY';
}

async function resultOf(message: PositionData, options: IpiClientOptions): Promise<ForceData> {
  const { units = ATOMIC_UNITS, extra = NOTHING } = options;
  const positions = scaled(message.positions, units.bohr);
  const { energy, forces, virial } = await options.evaluate(positions, cellOfWire(message.cell, units));
  if (forces.length !== positions.length || virial.length !== 9) {
    throw new PhonolinkError(
      `the model gave ${forces.length} force components and ${virial.length} of the virial, expected ${positions.length} and 9`,
    );
  }
  if (![energy, ...virial].every(Number.isFinite) || !forces.every(Number.isFinite)) {
    throw new PhonolinkError(
      `the model gave an energy of ${energy} eV, and numbers that are not finite among it, the forces or the virial`,
      { hint: 'two atoms may lie at the same place, or the simulation has become unstable', exitCode: 3 },
    );
  }
  return {
    type: 'FORCEREADY',
    energy: energy / units.hartree,
    forces: scaled(forces, units.bohr / units.hartree),
    virial: scaled(symmetrised(virial), 1 / units.hartree),
    extra,
  };
}
