import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FormatError } from '../model/errors.js';
import type { Structure } from '../model/structure.js';
import { symbolsOf } from '../model/structure.js';
import { writeText } from './phonon-files.js';

/** What a stage was made of, and a digest of the file that holds what it came to. */
interface Stage {
  readonly made: string;
  readonly file: string;
  readonly digest: string;
}

interface Recorded {
  readonly model: string;
  readonly stages: Readonly<Record<string, Stage>>;
}

const NAME = 'phonolink.json';
const HEAD = { record: 'phonolink phonons', version: 1 };

/**
 * The record of a folder's stages: a stage is there when what it was made of is the same and its file is as it was
 * left. The record is written whole after each stage, so a run that ends in any way leaves one that is true.
 */
export class PhononStages {
  #known: Recorded | undefined;

  /** @throws FormatError where the record is none of ours */
  constructor(private readonly folder: string) {
    const path = join(folder, NAME);
    if (existsSync(path)) this.#known = parsed(path);
  }

  /** Whether an earlier run used another model than this. */
  isOfAnotherModel(model: string): boolean {
    return this.#known !== undefined && this.#known.model !== model;
  }

  /** Begins with a model: stages of another are forgotten. */
  async begin(model: string): Promise<void> {
    if (this.#known?.model === model) return;
    this.#known = { model, stages: {} };
    await this.#write();
  }

  /** 'kept': its file holds what this input comes to; 'changed': what is there is of another input, or was altered. */
  state(name: string, made: string): 'none' | 'kept' | 'changed' {
    const stage = this.#known?.stages[name];
    if (!stage) return 'none';
    const path = join(this.folder, stage.file);
    return stage.made === made && existsSync(path) && stage.digest === digestOfFile(path)
      ? 'kept'
      : 'changed';
  }

  /** Its file is there now. */
  async done(name: string, made: string, file: string): Promise<void> {
    const stage = { made, file, digest: digestOfFile(join(this.folder, file)) };
    this.#known = { ...this.#known!, stages: { ...this.#known!.stages, [name]: stage } };
    await this.#write();
  }

  async #write(): Promise<void> {
    await writeText(join(this.folder, NAME), [`${JSON.stringify({ ...HEAD, ...this.#known }, null, 2)}\n`]);
  }
}

function parsed(path: string): Recorded {
  const text = readFileSync(path, 'utf8');
  try {
    const { record, version, model, stages } = JSON.parse(text) as typeof HEAD & Recorded;
    const isStage = ({ made, file, digest }: Stage) =>
      [made, file, digest].every((value) => typeof value === 'string');
    if (record === HEAD.record && version === HEAD.version && Object.values(stages).every(isStage))
      return { model, stages };
  } catch {
    // Told below
  }
  throw new FormatError({
    file: path,
    line: 1,
    found: `'${text.slice(0, 40).trim()}'`,
    expected: 'the record of a run of phonolink phonons',
    hint: 'give --restart to begin anew, or another folder',
  });
}

/** A short digest of texts and numbers. */
export function digestOf(...parts: readonly (string | ArrayBufferView)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    hash.update(
      typeof part === 'string' ? part : new Uint8Array(part.buffer, part.byteOffset, part.byteLength),
    );
    hash.update('\0');
  }
  return hash.digest('hex').slice(0, 32);
}

export function digestOfFile(path: string): string {
  return digestOf(readFileSync(path));
}

/** Atoms, cell and masses to the last bit. */
export function digestOfStructure(structure: Structure): string {
  const { cell, positions, periodic, masses } = structure;
  return digestOf(symbolsOf(structure).join(' '), periodic.map(Number).join(''), cell, positions, masses);
}
