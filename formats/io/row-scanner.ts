import { instantiateKernel } from '../../src/device/kernels.js';
import { Heap } from '../../src/device/memory.js';

const NEWLINE = 10;
/** Bytes of text that a call takes: with the numbers that it gives they stay in the cache. */
const TEXT = 1 << 16;
/** Bytes that the kernel may look at behind the text */
const BEHIND = 80;
/** Numbers of a call that cannot go to their place at once; each takes two bytes of text at least. */
const NUMBERS = TEXT / 2;
/** Rows worth a call. */
const FEW = 8;

type Rows = (
  at: number,
  stop: number,
  most: number,
  columns: number,
  kinds: number,
  out: number,
  words: number,
  lines: number,
) => number;

/**
 * Reads rows of plain numbers and short words many at a time (src/kernels/text.kernel.ts). Whatever is not plain, a
 * comment, a long word, a number of twenty digits, it leaves to its caller.
 */
class RowScanner {
  private readonly heap = new Heap();
  private readonly text = this.heap.bytes(TEXT + BEHIND);
  private readonly numbers = this.heap.float64(NUMBERS);
  private readonly words = this.heap.int32(TEXT + 2);
  private readonly lines = this.heap.int32(TEXT + 2);
  private readonly kinds = this.heap.bytes(256);
  private readonly rows: Rows;
  private readonly position: () => number;

  constructor() {
    const kernel = instantiateKernel('text', this.heap.memory);
    this.rows = kernel.rows as Rows;
    this.position = kernel.position as () => number;
  }

  /** Memory for tables that are done with one after another, where `scan` need not copy what it read. */
  room(): { take(length: number): Float64Array; release(): void } {
    let values = this.heap.float64(0);
    return {
      take: (length) => {
        if (values.length < length) {
          this.heap.release(values);
          values = this.heap.float64(length);
        }
        return values.subarray(0, length);
      },
      release: () => this.heap.release(values),
    };
  }

  /**
   * Reads whole rows from `start` of `bytes`, `most` at most, and puts them into `values` from `offset` on, row-major;
   * words (where `isWord`) as the numbers of `Cursor.shortWord`. Says how many rows, and where they end.
   */
  scan(
    bytes: Uint8Array,
    start: number,
    stop: number,
    isWord: readonly boolean[],
    most: number,
    values: Float64Array,
    offset: number,
  ): { rows: number; at: number } {
    const columns = isWord.length;
    let at = start;
    let rows = 0;
    if (columns === 0 || columns > this.kinds.length) return { rows, at };
    this.kinds.set(isWord.map(Number));
    // The kernel reaches nothing but its own memory.
    const direct = values.buffer === this.numbers.buffer;
    while (most - rows >= FEW) {
      let end = Math.min(stop, at + TEXT);
      if (end < stop) end = bytes.lastIndexOf(NEWLINE, end - 1) + 1;
      if (end <= at) break;
      this.text.set(bytes.subarray(at, end));
      this.text[end - at] = NEWLINE;
      const from = this.text.byteOffset;
      const wanted = most - rows;
      const done = this.rows(
        from,
        from + end - at,
        wanted,
        columns,
        this.kinds.byteOffset,
        direct ? values.byteOffset + 8 * (offset + rows * columns) : this.numbers.byteOffset,
        this.words.byteOffset,
        this.lines.byteOffset,
      );
      if (!direct) values.set(this.numbers.subarray(0, done * columns), offset + rows * columns);
      rows += done;
      at = Math.min(stop, at + this.position() - from);
      if (done < wanted && at < end) break;
    }
    return { rows, at };
  }
}

let scanner: RowScanner | undefined;

/** The one scanner of this thread: it keeps nothing between calls. */
export function rowScanner(): RowScanner {
  scanner ??= new RowScanner();
  return scanner;
}
