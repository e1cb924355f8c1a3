import type { Potential } from '../src/potentials/potential.js';
import type { TextReader } from './io/text.js';

/** One potential file format. Adding one is one file and one line in formats/potentials.ts. */
export interface PotentialFormat<P extends Potential = Potential> {
  readonly name: string;
  /** One line for tables. */
  readonly title: string;
  /** Whether a file is of this format, by its name (without .gz or .xz) or by its first 4 KiB (decompressed). */
  recognises(filename: string, head: string): boolean;
  /** Throws FormatError, nothing else, on any input. */
  read(text: TextReader): Promise<P>;
  /** Pieces of the file. Throws PhonolinkError where the potential cannot be written in this format. */
  write?(potential: P): AsyncIterable<string>;
  /** Variants of the format that --to takes beside its name ('nep4'), and how a potential is brought to one. */
  readonly dialects?: readonly string[];
  /** Throws PhonolinkError where something would be lost; `note` hears what was rewritten. */
  toDialect?(potential: P, dialect: string, note: (sentence: string) => void): P;
}
