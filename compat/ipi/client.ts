import { PhonolinkError } from '../../src/model/errors.js';
import type { Totals } from '../../src/potentials/totals.js';
import { timerSpan } from '../sockets/connect.js';
import { assertUsable } from '../sockets/forces.js';
import { ATOMIC_UNITS, type AtomicUnits, scaled, symmetrised } from '../sockets/units.js';
import { addressName, connectWithRetries, type IpiAddress } from './address.js';
import { SERVER_GRAMMAR } from './codec.js';
import { Connection } from './connection.js';
import { Decoder } from './decoder.js';
import type { Outgoing } from './encode.js';
import type {
  ForceLabels,
  Geometry,
  PositionBatch,
  PositionData,
  ServerMessage,
  SharedPositions,
} from './messages.js';
import { Segments } from './segments.js';
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
   * When to answer STATUS by NEEDINIT. 'first', the default, asks once, before the first positions, as i-PI's own
   * engines do: only so does i-PI tell the bead, the parameters of its force field, and that it sends batches
   * (`batch_size`). ASE's server and ours are ready for it. 'never' suits a server that knows no INIT but may not be
   * used with batches; 'afterwards' asks after each result, as ASE's client once did. An unasked INIT is always taken.
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
  /** Results that were sent; a batch is one */
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
 * result is there, as ASE expects, so the answer is never that it is not. i-PI's batches (`batch_size`) are computed
 * one structure after another; its shared memory (mode='shm', on Linux) is used where the server names it.
 * @throws PhonolinkError where there is no server, it breaks the protocol or vanishes inside a message, its atoms are
 * not as many as ours, or its shared memory cannot be had; whatever `evaluate` throws. The socket is closed by then.
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
  const segments = new Segments();
  try {
    const session = await answerAll(connection, segments, options);
    // The last result may still be on its way.
    await connection.close(LINGER);
    return session;
  } finally {
    signal?.removeEventListener('abort', stop);
    segments.close();
    await connection.close();
  }
}

async function answerAll(
  connection: Connection<ServerMessage>,
  segments: Segments,
  options: IpiClientOptions,
): Promise<IpiSession> {
  const { init = 'first', signal } = options;
  let needsInit = init === 'first';
  let answer: Outgoing | undefined;
  let steps = 0;
  for (;;) {
    const message = await connection.next();
    if (signal?.aborted) return { steps, end: 'stopped' };
    if (!message) return { steps, end: 'closed' };
    switch (message.type) {
      case 'EXIT':
        return { steps, end: 'exit' };
      case 'STATUS':
        connection.send({ type: statusOf(answer, needsInit) });
        break;
      case 'INIT':
        options.onInit?.(message.bead, Buffer.from(message.parameters).toString('utf8'));
        needsInit = false;
        break;
      case 'GETFORCE':
        if (!answer) {
          throw new PhonolinkError(
            `i-PI server at ${addressName(options.connect)}: found GETFORCE, expected POSDATA before it`,
          );
        }
        if (connection.send(answer)) steps++;
        answer = undefined;
        needsInit = init === 'afterwards';
        break;
      default:
        answer = await answerTo(message, segments, options);
    }
  }
}

function statusOf(answer: Outgoing | undefined, needsInit: boolean): 'HAVEDATA' | 'NEEDINIT' | 'READY' {
  if (answer) return 'HAVEDATA';
  return needsInit ? 'NEEDINIT' : 'READY';
}

/** What GETFORCE is to bring, in the layout in which the positions came. */
async function answerTo(
  message: PositionData | PositionBatch | SharedPositions,
  segments: Segments,
  options: IpiClientOptions,
): Promise<Outgoing> {
  switch (message.type) {
    case 'POSDATA':
      return { type: 'FORCEREADY', ...(await labelsOf(message, options)) };
    case 'POSDATA of a batch':
      return { type: 'FORCEREADY of a batch', results: await labelsOfAll(message.structures, options) };
    case 'POSDATA in shared memory': {
      const results = await labelsOfAll(segments.read(message), options);
      segments.write(results);
      return { type: 'FORCEREADY in shared memory', extras: results.map(({ extra }) => extra) };
    }
  }
}

/** i-PI fills a batch up with copies of its last structure: they are computed once. */
async function labelsOfAll(
  structures: readonly Geometry[],
  options: IpiClientOptions,
): Promise<ForceLabels[]> {
  const results: ForceLabels[] = [];
  for (const [i, structure] of structures.entries()) {
    const isCopy = i > 0 && isSame(structure, structures[i - 1]);
    results.push(isCopy ? results[i - 1] : await labelsOf(structure, options));
  }
  return results;
}

function isSame(a: Geometry, b: Geometry): boolean {
  return a.cell.every((x, i) => x === b.cell[i]) && a.positions.every((x, i) => x === b.positions[i]);
}

async function labelsOf(structure: Geometry, options: IpiClientOptions): Promise<ForceLabels> {
  const { units = ATOMIC_UNITS, extra = NOTHING } = options;
  const positions = scaled(structure.positions, units.bohr);
  const result = await options.evaluate(positions, cellOfWire(structure.cell, units));
  assertUsable(result, positions.length / 3);
  const { energy, forces, virial } = result;
  return {
    energy: energy / units.hartree,
    forces: scaled(forces, units.bohr / units.hartree),
    virial: scaled(symmetrised(virial), 1 / units.hartree),
    extra,
  };
}
