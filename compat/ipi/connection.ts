import type { Socket } from 'node:net';
import { PhonolinkError } from '../../src/model/errors.js';
import type { Decoder } from './decoder.js';
import { encodeAll, type Outgoing } from './encode.js';

/** Messages read ahead before the socket is paused: a peer that only talks fills no memory. */
const READ_AHEAD = 64;

/**
 * One peer's socket as a queue of messages. It ends once, by the peer's end of file between two messages or by an
 * error: garbage, end of file inside a message, a reset, or silence inside a message for longer than `stall` ms.
 */
export class Connection<M> {
  /** Settles when the socket is closed for good; never rejects. */
  readonly closed: Promise<void>;
  /** Settles when the peer has gone or was given up; never rejects. */
  readonly over: Promise<void>;
  readonly #socket: Socket;
  readonly #decoder: Decoder<M>;
  readonly peer: string;
  readonly #queue: M[] = [];
  #out = Buffer.alloc(0);
  #error: PhonolinkError | undefined;
  #isOver = false;
  #wake: (() => void) | undefined;
  #leave!: () => void;

  constructor(socket: Socket, decoder: Decoder<M>, options: { peer: string; stall: number }) {
    this.#socket = socket;
    this.#decoder = decoder;
    this.peer = options.peer;
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    this.over = new Promise((resolve) => {
      this.#leave = resolve;
    });
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#receive(chunk, options.stall));
    socket.on('timeout', () => this.#stalled(options.stall));
    socket.on('error', (cause) => this.#end(this.#problem(`the connection broke: ${cause.message}`, cause)));
    socket.on('end', () => this.#end(this.#cutOff()));
    socket.on('close', () => this.#end(this.#cutOff()));
  }

  /** The number of atoms that every further message must speak of. */
  set count(count: number) {
    this.#decoder.terms.atoms = count;
  }

  /** Why it ended, where that was not in order. */
  get error(): PhonolinkError | undefined {
    return this.#error;
  }

  /** Whether the peer has gone or was given up; messages that came before may still wait. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * The next message; undefined at a clean end of file, or where `close` was called.
   * @param timeout ms for the whole message; none: any time, as a server between two steps may take
   * @param allowed ms that the peer had in all, where `timeout` is what is left of it
   * @throws PhonolinkError where the connection ended otherwise or nothing came in time
   */
  async next(timeout?: number, allowed = timeout): Promise<M | undefined> {
    if (this.#queue.length === 0 && !this.#isOver) await this.#arrival(timeout, allowed);
    const message = this.#queue.shift();
    if (message !== undefined) {
      if (this.#queue.length < READ_AHEAD / 2 && this.#socket.isPaused()) this.#socket.resume();
      return message;
    }
    if (this.#error) throw this.#error;
    return undefined;
  }

  /** Whether the messages went out, as one piece; after the end nothing does. */
  send(...messages: Outgoing[]): boolean {
    if (this.#isOver) return false;
    this.#socket.write(encodeAll(messages, (length) => this.#room(length)));
    return true;
  }

  /** Memory for so many bytes: the last piece's where the system has taken all of that. */
  #room(length: number): Uint8Array {
    if (this.#out.length < length || this.#socket.writableLength > 0) {
      this.#out = Buffer.allocUnsafeSlow(length);
    }
    return this.#out.subarray(0, length);
  }

  /** Ends the connection; what was sent before still goes out, for as long as the peer reads it within `linger` ms. */
  async close(linger = 0): Promise<void> {
    this.#end(undefined);
    if (linger > 0 && !this.#socket.destroyed) {
      this.#socket.end(() => this.#socket.destroy());
      const timer = setTimeout(() => this.#socket.destroy(), linger);
      await this.closed;
      clearTimeout(timer);
    }
    this.#socket.destroy();
    await this.closed;
  }

  /** Gives the connection up for a reason of the caller's; `next` throws it. */
  fail(reason: PhonolinkError): void {
    this.#end(reason);
    this.#socket.destroy();
  }

  #receive(chunk: Uint8Array, stall: number): void {
    if (this.#isOver) return;
    try {
      for (const message of this.#decoder.push(chunk)) this.#queue.push(message);
    } catch (cause) {
      if (!(cause instanceof PhonolinkError)) throw cause;
      this.fail(this.#problem(cause.message, cause, cause.hint));
      return;
    }
    if (this.#queue.length >= READ_AHEAD) this.#socket.pause();
    this.#socket.setTimeout(this.#decoder.isInside ? stall : 0);
    if (this.#queue.length > 0) this.#wake?.();
  }

  #stalled(stall: number): void {
    // A paused socket is silent by our own doing.
    if (this.#socket.isPaused()) return;
    this.fail(this.#problem(`nothing came for ${stall / 1000} s in the middle of ${this.#decoder.place}`));
  }

  #cutOff(): PhonolinkError | undefined {
    if (!this.#decoder.isInside) return undefined;
    return this.#problem(`the connection ended in the middle of ${this.#decoder.place}`);
  }

  #problem(text: string, cause?: unknown, hint?: string): PhonolinkError {
    return new PhonolinkError(`${this.peer}: ${text}`, { cause, hint });
  }

  #end(error: PhonolinkError | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#error = error;
    this.#socket.setTimeout(0);
    // Nobody reads any more; a paused socket would never see the end of its stream.
    this.#socket.resume();
    this.#wake?.();
    this.#leave();
  }

  #arrival(timeout: number | undefined, allowed: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const late = () => this.fail(this.#problem(`no answer within ${Number(allowed) / 1000} s`));
      const timer = timeout === undefined ? undefined : setTimeout(late, timeout);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }
}
