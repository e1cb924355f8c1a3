import type { Heap } from './memory.js';

/**
 * A block of bytes that holds records and pointers into itself, made once and copied into a heap as often as needed.
 * Offsets count from its beginning; `pointers` are the offsets of words that become addresses.
 */
export interface HeapImage {
  readonly bytes: Uint8Array;
  readonly pointers: readonly number[];
}

/** A word of a record: a whole number, or the offset of something placed before. */
export type Word = number | { readonly offset: number };

export class ImageBuilder {
  private readonly pieces: { at: number; bytes: Uint8Array }[] = [];
  private readonly pointers: number[] = [];
  private size = 0;

  /** Places numbers at a multiple of 64 bytes. */
  place(view: Float64Array | Float32Array | Int32Array): Word {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const at = this.size;
    this.pieces.push({ at, bytes });
    this.size = Math.ceil((at + bytes.length) / 64) * 64;
    return { offset: at };
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
    const bytes = new Uint8Array(this.size);
    for (const piece of this.pieces) bytes.set(piece.bytes, piece.at);
    return { bytes, pointers: this.pointers };
  }
}

/** The two words of an f64. */
export function float64Words(value: number): [number, number] {
  const words = new Int32Array(Float64Array.of(value).buffer);
  return [words[0], words[1]];
}

/** Copies an image into a heap; returns its view, whose byteOffset is the address of offset 0. */
export function upload(heap: Heap, image: HeapImage): Int32Array {
  const view = heap.int32(image.bytes.length / 4);
  new Uint8Array(view.buffer, view.byteOffset, image.bytes.length).set(image.bytes);
  for (const at of image.pointers) view[at / 4] += view.byteOffset;
  return view;
}
