import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { FormatError } from '../model/errors.js';
import type { InfoValue, Labels } from '../model/frame.js';
import { type Structure, symbolsOf } from '../model/structure.js';

/** What an engine said of one structure, and the text that came along. */
export interface Labelled {
  readonly labels: Labels;
  readonly info: ReadonlyMap<string, InfoValue>;
}

interface Line {
  readonly structure: string;
  readonly energy: number;
  readonly forces: number[];
  readonly virial?: number[];
  readonly extra?: string;
}

const HEAD = { journal: 'phonolink labels', version: 1, units: 'eV A' };

/**
 * Results of force engines in a file, a line each as soon as it is there, so that a run that ends in any way goes on
 * where it ended. A structure is known by a digest of its atoms, positions and cell to the last bit: its place in the
 * input may change. Numbers are written with all their digits.
 */
export class LabelJournal {
  /** Where the labels of a structure begin, in order of their lines */
  readonly #known = new Map<string, Labelled>();
  readonly #head: string;
  #failure: unknown;

  /**
   * Reads what an earlier run left. Its last line is cut off where the run ended within it.
   * @param source what tells this source of labels from others, where results of another may not be taken up
   * @throws FormatError where the file is no journal of labels, or one of another source
   */
  constructor(
    readonly path: string,
    source?: string,
  ) {
    this.#head = JSON.stringify({ ...HEAD, source });
    if (existsSync(path)) this.#read();
  }

  /** The number of structures that it has labels of. */
  get size(): number {
    return this.#known.size;
  }

  find(structure: Structure): Labelled | undefined {
    return this.#known.get(digestOf(structure));
  }

  /** Appends, and finds it again in this run, too. */
  keep(structure: Structure, labelled: Labelled): void {
    this.add(structure, labelled);
    this.#known.set(digestOf(structure), labelled);
  }

  /** Appends; what the file system refuses is thrown by `check`. */
  add(structure: Structure, { labels, info }: Labelled): void {
    const extra = info.get('ipi_extra');
    const line: Line = {
      structure: digestOf(structure),
      energy: labels.energy!,
      forces: [...labels.forces!],
      ...(labels.virial && { virial: [...labels.virial] }),
      ...(extra?.kind === 'S' && { extra: String(extra.value) }),
    };
    try {
      if (!existsSync(this.path)) appendFileSync(this.path, `${this.#head}\n`);
      appendFileSync(this.path, `${JSON.stringify(line)}\n`);
    } catch (error) {
      this.#failure ??= error;
    }
  }

  /** @throws what the file system said to an earlier `add` */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  /** Its results stand elsewhere now. */
  remove(): void {
    rmSync(this.path, { force: true });
  }

  #read(): void {
    const bytes = readFileSync(this.path);
    const end = bytes.lastIndexOf(0x0a) + 1;
    // A line at a time: the whole may be more than a string can hold.
    for (let begin = 0, number = 1; begin < end; number++) {
      const stop = bytes.indexOf(0x0a, begin);
      const text = bytes.toString('utf8', begin, stop);
      begin = stop + 1;
      if (number === 1) this.#checkHead(text);
      else {
        const line = parsed(text);
        if (!line) throw this.#malformed(number, text, 'the labels of one structure as JSON');
        this.#known.set(line.structure, labelledOf(line));
      }
    }
    if (end < bytes.length) truncateSync(this.path, end);
    if (end === 0) rmSync(this.path);
  }

  #checkHead(text: string): void {
    if (text === this.#head) return;
    if (!text.startsWith(JSON.stringify(HEAD).slice(0, -1))) {
      throw this.#malformed(1, text, 'the head of a journal of labels');
    }
    throw new FormatError({
      file: this.path,
      line: 1,
      found: 'the journal of another source of labels',
      expected: this.#head,
      hint: 'the model has changed since: remove the file to begin anew',
    });
  }

  #malformed(line: number, text: string, expected: string): FormatError {
    return new FormatError({
      file: this.path,
      line,
      found: `'${text.slice(0, 40)}'`,
      expected,
      hint: 'remove the file to label every structure anew',
    });
  }
}

function labelledOf({ energy, forces, virial, extra }: Line): Labelled {
  const labels: Labels = { energy, forces: Float64Array.from(forces) };
  if (virial) labels.virial = Float64Array.from(virial);
  return { labels, info: new Map(extra === undefined ? [] : [['ipi_extra', { kind: 'S', value: extra }]]) };
}

function parsed(text: string): Line | undefined {
  try {
    const line = JSON.parse(text) as Line;
    const isNumbers = (values: unknown) =>
      Array.isArray(values) && values.every((value) => typeof value === 'number');
    const isLine =
      typeof line.structure === 'string' &&
      typeof line.energy === 'number' &&
      isNumbers(line.forces) &&
      (line.virial === undefined || (isNumbers(line.virial) && line.virial.length === 9));
    return isLine ? line : undefined;
  } catch {
    return undefined;
  }
}

function digestOf(structure: Structure): string {
  const { cell, positions, periodic } = structure;
  return createHash('sha256')
    .update(symbolsOf(structure).join(' '))
    .update(periodic.map(Number).join(''))
    .update(bytesOf(cell))
    .update(bytesOf(positions))
    .digest('hex')
    .slice(0, 32);
}

function bytesOf(values: Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
