import type { Socket } from 'node:net';
import { PhonolinkError } from '../../src/model/errors.js';

/** Where the reader stands in the peer's stream. */
export interface Place {
  /** What is being read, for messages: 'the numbers of >COORDS' */
  readonly what: string;
  /** ms that the peer may take to begin; none: any time, as a driver between two steps may take */
  readonly patience?: number;
  /** A next step for the user where it does not begin in time */
  readonly hint?: string;
  /** Whether this belongs to something that has begun, so that the stream cannot end here in order */
  readonly isInside?: boolean;
}

/**
 * One peer's socket as bytes that are asked for. What it holds is never more than was asked for and one read ahead.
 * It ends by the peer's end of file, a reset, or silence for longer than `stall` ms inside what has begun.
 */
export class ByteStream {
  /** Settles when the socket is closed for good; never rejects. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #stall: number;
  #error: PhonolinkError | undefined;
  #isOver = false;
  #isLeft = false;
  #wake: (() => void) | undefined;

  /** @param stall ms that the peer may be silent inside what has begun */
  constructor(socket: Socket, stall: number) {
    this.#socket = socket;
    this.#stall = stall;
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.setNoDelay(true);
    // A driver whose machine is gone sends no end of file.
    socket.setKeepAlive(true, 60_000);
    socket.on('readable', () => {
      if (this.#isLeft) socket.read();
      this.#wake?.();
    });
    socket.on('error', (cause) => {
      this.#error ??= new PhonolinkError(`the connection broke: ${cause.message}`, { cause });
    });
    socket.on('drain', () => this.#wake?.());
    for (const event of ['end', 'close'] as const) {
      socket.on(event, () => {
        this.#isOver = true;
        this.#wake?.();
      });
    }
  }

  /**
   * The next `length` bytes, at least one; undefined at an end of file where one may be, or after `leave`.
   * @throws PhonolinkError where the connection ended otherwise or nothing came in time
   */
  async read(length: number, place: Place): Promise<Buffer | undefined> {
    for (;;) {
      if (this.#isLeft) return undefined;
      const bytes: Buffer | null = this.#socket.read(length);
      if (bytes?.length === length) return bytes;
      const held = bytes?.length ?? this.#socket.readableLength;
      const isInside = place.isInside || held > 0;
      if (this.#error) throw this.#error;
      // At the end of the stream a read hands out what is left.
      if (bytes || this.#isOver) {
        if (!isInside) return undefined;
        throw new PhonolinkError(
          `the connection ended in the middle of ${place.what} (${held} of ${length} bytes)`,
        );
      }
      const limit = isInside ? this.#stall : place.patience;
      if (await this.#arrival(limit)) continue;
      throw new PhonolinkError(
        isInside
          ? `nothing came for ${this.#stall / 1000} s in the middle of ${place.what} (${held} of ${length} bytes)`
          : `no ${place.what} within ${Number(place.patience) / 1000} s`,
        { hint: place.hint },
      );
    }
  }

  /** Settles when the socket takes more: what a peer asks for and never reads fills no memory. After the end nothing goes out. */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#socket.writable) this.#socket.write(bytes);
    while (this.#socket.writableNeedDrain && !this.#isOver && !this.#isLeft) await this.#arrival(undefined);
  }

  /** Ends the waiting of `read` and `write`, for good. */
  leave(): void {
    this.#isLeft = true;
    this.#wake?.();
  }

  /**
   * Closes the socket. What was written still goes out, and what the peer still says is thrown away for at most
   * `linger` ms: a socket closed on unread bytes resets the connection, and the MDI library takes a reset for data.
   */
  async close(linger: number): Promise<void> {
    this.leave();
    const timer = setTimeout(() => this.#socket.destroy(), linger);
    this.#socket.once('end', () => this.#socket.destroy());
    this.#socket.end();
    this.#socket.read();
    await this.closed;
    clearTimeout(timer);
  }

  /** Whether anything happened within `limit` ms. */
  #arrival(limit: number | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (happened: boolean) => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve(happened);
      };
      const timer = limit === undefined ? undefined : setTimeout(() => end(false), limit);
      this.#wake = () => end(true);
    });
  }
}
