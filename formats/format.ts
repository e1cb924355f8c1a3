import type { Frame } from '../src/model/frame.js';
import type { TextReader } from './io/text.js';
import type { Orientation } from './lammps/frame.js';

/** What a reader may need to be told because its format does not say it. */
export interface ReadOptions {
  /** Symbols of numbered species, in order (VASP 4 POSCAR, LAMMPS types, MLIP .cfg types). */
  species?: readonly string[];
  /** Names of labels where detection would guess otherwise (extxyz). */
  labels?: { energy?: string; forces?: string; virial?: string; stress?: string };
  /** LAMMPS: `units` of the file; metal where absent. */
  units?: string;
  /** LAMMPS data: `atom_style`; the file's own comment, else detection, where absent. */
  atomStyle?: string;
  /** LAMMPS: how the cell was turned before it was written, where the file itself does not record it. */
  orientation?: Orientation;
  /** A remark for the user on what a reader could not carry or had to assume. Said once a sentence. */
  note?(sentence: string): void;
}

/** What a writer may be told, and where it reports what it did to the data. */
export interface WriteOptions {
  /** Order of numbered species; the order of first appearance where absent. */
  species?: readonly string[];
  units?: string;
  atomStyle?: string;
  /** A remark for the user: a rotation of the cell, atoms regrouped by species, ... Said once a sentence. */
  note(sentence: string): void;
}

/** One structure file format. Adding one is one file and one line in formats/registry.ts. */
export interface StructureFormat {
  /** As in --from and --to. */
  readonly name: string;
  /** One line for tables. */
  readonly title: string;
  /**
   * Whether a file is of this format, by its first 4 KiB (decompressed; empty for a file to be written) or by its name
   * (without .gz or .xz). All formats are asked without the name first, then with it; registry order decides between
   * two that say yes.
   */
  recognises(filename: string, head: string): boolean;
  /** Frames in file order. Throws FormatError, nothing else, on any input. */
  read?(text: TextReader, options: ReadOptions): AsyncIterable<Frame>;
  /** Pieces of the file. Throws PhonolinkError where a frame cannot be written at all. */
  write?(frames: AsyncIterable<Frame>, options: WriteOptions): AsyncIterable<Uint8Array | string>;
  /** Whether a written file keeps a quantity, by the names of `quantitiesOf` (src/model/frame.ts). */
  holds?(quantity: string): boolean;
  /** Whether a written file can hold several frames. */
  readonly manyFrames: boolean;
}
