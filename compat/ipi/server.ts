import { createServer, type Server, type Socket } from 'node:net';
import { PhonolinkError } from '../../src/model/errors.js';
import type { Frame } from '../../src/model/frame.js';
import type { Structure } from '../../src/model/structure.js';
import { timerSpan } from '../sockets/connect.js';
import { ATOMIC_UNITS, type AtomicUnits } from '../sockets/units.js';
import type { IpiAddress } from './address.js';
import { ENGINE_GRAMMAR } from './codec.js';
import { Connection } from './connection.js';
import { Decoder } from './decoder.js';
import { Exchange, labelled, type Request, requestOf } from './exchange.js';
import { inOrder } from './label.js';
import { listenAt } from './listen.js';
import type { EngineMessage } from './messages.js';
import { type Job, JobQueue } from './work.js';

export interface IpiServerOptions {
  readonly listen: IpiAddress;
  /** ms that one structure may take on one engine; an hour unless told */
  readonly timeout?: number;
  /** ms without any engine while structures wait; 5 min unless told, as pw.x connects after a whole SCF */
  readonly patience?: number;
  /** Engines that one structure may cost before it is given up; 3 unless told */
  readonly attempts?: number;
  /**
   * Structures that an engine gets before it is sent away; no end of them unless told. For engines that carry
   * something from one structure to the next, as pw.x does its orbitals: a bad first guess where structures differ.
   */
  readonly perEngine?: number;
  /** Told of each engine that is lost and why */
  readonly onLost?: (reason: PhonolinkError) => void;
  readonly units?: AtomicUnits;
}

export interface IpiServer {
  /** Where it listens; the port in use where 0 was asked for */
  readonly address: IpiAddress;
  /** Engines connected now */
  readonly engines: number;
  /**
   * Energies, forces and virials of structures by whatever engines are connected or still come, in the order of the
   * structures. An engine works on one structure at a time; what it leaves undone another takes over. The protocol
   * carries no species: the engines' own input must have the same atoms in the same order.
   * @param onLabel told of each result as it comes, in whatever order that is
   * @throws PhonolinkError where a structure has no cell, cost too many engines, or no engine is there for too long
   */
  label(
    structures: AsyncIterable<Structure> | Iterable<Structure>,
    onLabel?: (frame: Frame) => void,
  ): AsyncGenerator<Frame, void>;
  /** Says EXIT to the engines and frees the address; labelling under way fails. */
  close(): Promise<void>;
}

/** ms for a peer to answer and to take the farewell */
const LINGER = 1000;

/** @throws PhonolinkError where the address is in use or cannot be had */
export async function createIpiServer(options: IpiServerOptions): Promise<IpiServer> {
  const server = createServer({ noDelay: true });
  const pool = new EnginePool({
    timeout: timerSpan(options.timeout ?? 3_600_000),
    patience: timerSpan(options.patience ?? 300_000),
    attempts: options.attempts ?? 3,
    perEngine: options.perEngine ?? Infinity,
    units: options.units ?? ATOMIC_UNITS,
    onLost: options.onLost ?? (() => {}),
  });
  let number = 0;
  server.on('connection', (socket) => pool.join(socket, ++number));
  const address = await listenAt(server, options.listen);
  // Such as too many open files: that engine is lost, the others go on.
  server.on('error', (cause) =>
    options.onLost?.(new PhonolinkError(`an engine could not be accepted: ${cause.message}`, { cause })),
  );
  return {
    address,
    get engines() {
      return pool.size;
    },
    label: (structures, onLabel) =>
      inOrder(
        structures,
        (job) => {
          if (onLabel) job.done.then(onLabel, () => {});
          pool.submit(job);
        },
        (jobs) => pool.cancel(jobs),
      ),
    close: async () => {
      const closed = closing(server);
      await pool.close();
      await closed;
    },
  };
}

function closing(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

type Settings = Required<Omit<IpiServerOptions, 'listen'>>;

/** The engines, and the structures that wait for them. */
class EnginePool {
  readonly #settings: Settings;
  readonly #queue = new JobQueue();
  readonly #engines = new Map<Connection<EngineMessage>, Promise<void>>();
  #isClosed = false;
  readonly #busy = new Set<Connection<EngineMessage>>();
  readonly #cancelled = new WeakSet<Job>();
  #patience: NodeJS.Timeout | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#engines.size;
  }

  join(socket: Socket, number: number): void {
    const connection = new Connection(socket, new Decoder(ENGINE_GRAMMAR), {
      peer: `force engine ${number}`,
      stall: this.#settings.timeout,
    });
    const work = this.#work(connection).finally(() => {
      this.#engines.delete(connection);
      this.#watch();
    });
    this.#engines.set(connection, work);
    this.#watch();
  }

  submit(job: Job): void {
    if (this.#isClosed) {
      job.reject(new PhonolinkError('the i-PI server is closed'));
      return;
    }
    this.#queue.add(job);
    this.#watch();
  }

  cancel(jobs: ReadonlySet<Job>): void {
    for (const job of jobs) this.#cancelled.add(job);
    this.#queue.drain((job) => jobs.has(job));
    this.#watch();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#fail(closedEarly());
    this.#watch();
    for (const engine of this.#engines.keys()) {
      if (this.#busy.has(engine)) engine.fail(closedEarly());
      else this.#queue.dismiss(engine);
    }
    await Promise.all(this.#engines.values());
  }

  async #work(engine: Connection<EngineMessage>): Promise<void> {
    void engine.over.then(() => this.#queue.dismiss(engine));
    const exchange = new Exchange(engine);
    try {
      for (let left = this.#settings.perEngine; left > 0 && !engine.isOver && !this.#isClosed; left--) {
        const job = await this.#queue.take(engine);
        if (!job) break;
        this.#watch();
        await this.#attempt(engine, exchange, job);
      }
      if (engine.error) throw engine.error;
      await exchange.dismiss(LINGER);
      await engine.close(LINGER);
    } catch (reason) {
      if (!(reason instanceof PhonolinkError)) throw reason;
      if (!this.#isClosed) this.#settings.onLost(reason);
      await engine.close();
    }
  }

  /** @throws PhonolinkError where the engine is of no more use; the structure is then somebody else's. */
  async #attempt(engine: Connection<EngineMessage>, exchange: Exchange, job: Job): Promise<void> {
    const { units, timeout, attempts } = this.#settings;
    let request: Request;
    try {
      request = requestOf(job.structure, units);
    } catch (reason) {
      job.reject(inStructure(job, reason));
      return;
    }
    try {
      this.#busy.add(engine);
      const data = await exchange.compute(request, timeout);
      job.resolve(labelled(job.structure, request, data, units));
    } catch (reason) {
      job.losses++;
      if (this.#isClosed) job.reject(closedEarly());
      else if (job.losses >= attempts) job.reject(inStructure(job, reason));
      else if (!this.#cancelled.has(job)) this.#queue.addFirst(job);
      throw reason;
    } finally {
      this.#busy.delete(engine);
    }
  }

  /** Structures wait only so long for a first engine, or for the next after the last was lost. */
  #watch(): void {
    const isStranded = this.#engines.size === 0 && this.#queue.waiting > 0;
    if (!isStranded) {
      clearTimeout(this.#patience);
      this.#patience = undefined;
      return;
    }
    const { patience } = this.#settings;
    this.#patience ??= setTimeout(() => {
      this.#patience = undefined;
      this.#fail(
        new PhonolinkError(`no force engine was connected for ${patience / 1000} s while structures waited`, {
          hint: 'start an engine that connects to this server, or allow more time',
        }),
      );
    }, patience);
  }

  #fail(reason: PhonolinkError): void {
    for (const job of this.#queue.drain()) job.reject(reason);
  }
}

function closedEarly(): PhonolinkError {
  return new PhonolinkError('the i-PI server was closed before this structure was done');
}

function inStructure(job: Job, reason: unknown): PhonolinkError {
  const { message, hint } = reason instanceof PhonolinkError ? reason : { message: String(reason), hint: '' };
  return new PhonolinkError(`structure ${job.number}: ${message}`, { hint, cause: reason });
}
