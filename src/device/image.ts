import type { Heap } from './memory.js';

/**
 * A block of bytes that holds records and pointers into itself, copied into a heap as often as needed. Offsets count from
 * its beginning; `pointers` are the offsets of words that become addresses.
 */
export interface HeapImage {
  /** Bytes */
  readonly size: number;
  readonly pieces: readonly Piece[];
  readonly pointers: readonly number[];
}

interface Piece {
  readonly at: number;
  /** Writes the piece to a place of a buffer that is all zero. */
  write(buffer: ArrayBufferLike, at: number): void;
}

/** A word of a record: a whole number, or the offset of something placed before. */
export type Word = number | { readonly offset: number };

export class ImageBuilder {
  private readonly pieces: Piece[] = [];
  private readonly pointers: number[] = [];
  private size = 0;

  /** Places numbers at a multiple of 64 bytes. */
  place(view: Float64Array | Float32Array | Int32Array): Word {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    return this.add(bytes.length, (buffer, at) => new Uint8Array(buffer, at, bytes.length).set(bytes));
  }

  /** Places numbers that are made in the heap itself, each time anew: what is large should not lie in two places. */
  placeMade(length: number, make: (zeros: Float64Array) => void): Word {
    return this.add(8 * length, (buffer, at) => make(new Float64Array(buffer, at, length)));
  }

  /** Places records of 32-bit words. */
  words(words: readonly Word[]): Word {
    const values = Int32Array.from(words, (word) => (typeof word === 'number' ? word : word.offset));
    words.forEach((word, k) => {
      if (typeof word !== 'number') this.pointers.push(this.size + 4 * k);
    });
    return this.place(values);
  }

  finish(): HeapImage {
    return { size: this.size, pieces: this.pieces, pointers: this.pointers };
  }

  private add(bytes: number, write: Piece['write']): Word {
    const at = this.size;
    this.pieces.push({ at, write });
    this.size = Math.ceil((at + bytes) / 64) * 64;
    return { offset: at };
  }
}

/** The two words of an f64. */
export function float64Words(value: number): [number, number] {
  const words = new Int32Array(Float64Array.of(value).buffer);
  return [words[0], words[1]];
}

/** Copies an image into a heap; returns its view, whose byteOffset is the address of offset 0. */
export function upload(heap: Heap, image: HeapImage): Int32Array {
  const view = heap.int32(image.size / 4);
  for (const { at, write } of image.pieces) write(view.buffer, view.byteOffset + at);
  for (const at of image.pointers) view[at / 4] += view.byteOffset;
  return view;
}
