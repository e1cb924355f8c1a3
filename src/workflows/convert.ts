import type { ReadOptions, StructureFormat, WriteOptions } from '../../formats/format.js';
import { createWhole, type WholeFile } from '../../formats/io/sink.js';
import { orientationOfFile } from '../../formats/lammps/orientation.js';
import { formatNamed, openStructures, recognise } from '../../formats/read.js';
import { PhonolinkError, UsageError } from '../model/errors.js';
import { type Frame, isPerAtom, quantitiesOf } from '../model/frame.js';
import { permuted, speciesOrder } from '../model/permute.js';
import { wrapped } from '../model/structure.js';
import { isNumbered, numberedName } from './numbered.js';
import { parseSlice, sliced } from './slice.js';

export interface ConvertRequest {
  input: string;
  /** A name with %d, %3d or %03d makes one file of each frame, numbered from 0. */
  output: string;
  from?: string;
  to?: string;
  /** A frame or a slice of frames, as in Python */
  index?: string;
  /** Names of numbered species on reading, and the order of species on writing. */
  species?: readonly string[];
  /** Atoms sorted by species: in the order of `species`, else of first appearance. */
  sort?: boolean;
  /** Atoms moved into the cell. */
  wrap?: boolean;
  /** A loss is an error, and nothing is written. */
  strict?: boolean;
  labels?: ReadOptions['labels'];
  units?: string;
  atomStyle?: string;
  /** LAMMPS: the data file of ours that a run began from; what it records is undone in the run's files. */
  rotationFrom?: string;
  /** Told of bytes read and frames written so far. */
  onProgress?(bytes: number, frames: number): void;
}

export interface QuantityCount {
  name: string;
  per: 'atom' | 'frame';
  /** How many of the frames hold it. */
  frames: number;
  written: boolean;
}

export interface ConvertReport {
  input: { path: string; format: string };
  output: { path: string; format: string; files: number };
  /** Frames written, and atoms in them. */
  frames: number;
  atoms: number;
  quantities: QuantityCount[];
  /** What the written format cannot hold, a sentence each. */
  losses: string[];
  /** What was done to the data on the way. */
  notes: string[];
}

/** Converts a structure file into another format, frame by frame. */
export async function convert(request: ConvertRequest): Promise<ConvertReport> {
  const { input, output } = request;
  const numbered = isNumbered(output);
  const to = request.to
    ? formatNamed(request.to)
    : recognise(numbered ? numberedName(output, 0) : output, '');
  const writer = to.write;
  if (!writer) throw new PhonolinkError(`${to.title} can be read, but not written`);
  const slice = request.index === undefined ? undefined : parseSlice(request.index);
  const notes = new Set<string>();
  const note = (sentence: string) => void notes.add(sentence);
  const { rotationFrom } = request;
  const orientation = rotationFrom === undefined ? undefined : await orientationOfFile(rotationFrom);
  let bytes = 0;
  const { format, frames } = await openStructures(input, {
    from: request.from,
    species: request.species,
    labels: request.labels,
    units: request.units,
    atomStyle: request.atomStyle,
    orientation,
    note,
    onRead: (count) => {
      bytes = count;
    },
  });

  if (rotationFrom !== undefined && !format.name.startsWith('lammps-')) {
    await frames.return(undefined);
    throw new UsageError(`--rotation-from is for files of LAMMPS, but ${input} is ${format.title}`);
  }
  const tally = new Tally(to, request.strict ?? false);
  const options: WriteOptions = {
    species: request.species,
    units: request.units,
    atomStyle: request.atomStyle,
    note,
  };
  const selected = slice ? sliced(frames, slice) : frames;
  const prepared = prepare(selected, request, note);
  // All files get their names together, or none does.
  const files: WholeFile[] = [];
  const write = async (path: string, stream: AsyncIterable<Frame>) => {
    const file = await createWhole(path);
    files.push(file);
    for await (const chunk of writer(stream, options)) await file.write(chunk);
    await file.close();
  };
  try {
    const counted = count(prepared, tally, to.manyFrames || numbered, (frames) =>
      request.onProgress?.(bytes, frames),
    );
    if (numbered)
      for await (const frame of counted) await write(numberedName(output, files.length), one(frame));
    else await write(output, counted);
    for (const file of files) await file.commit();
  } catch (error) {
    for (const file of files) await file.discard();
    throw error;
  } finally {
    await prepared.return(undefined);
  }
  return {
    input: { path: input, format: format.name },
    output: { path: output, format: to.name, files: files.length },
    frames: tally.frames,
    atoms: tally.atoms,
    quantities: tally.quantities(),
    losses: tally.losses(),
    notes: [...notes],
  };
}

/** Counts what passes, and knows what of it is lost. */
class Tally {
  frames = 0;
  atoms = 0;
  private readonly counts = new Map<string, number>();
  private more = false;

  constructor(
    private readonly format: StructureFormat,
    private readonly strict: boolean,
  ) {}

  private holds(quantity: string): boolean {
    return this.format.holds?.(quantity) ?? true;
  }

  add(frame: Frame): void {
    const quantities = quantitiesOf(frame);
    if (this.strict) {
      const lost = quantities.filter((quantity) => !this.holds(quantity));
      if (lost.length > 0) this.refuse(`${lost.join(', ')} (frame ${this.frames})`);
    }
    this.frames++;
    this.atoms += frame.structure.count;
    for (const quantity of quantities) this.counts.set(quantity, (this.counts.get(quantity) ?? 0) + 1);
  }

  /** There is a second frame for a format that holds one. */
  addMore(): void {
    if (this.strict) this.refuse('more than one frame');
    this.more = true;
  }

  private refuse(what: string): never {
    throw new PhonolinkError(`${this.format.title} cannot hold ${what}, and --strict allows no loss`, {
      hint: 'without --strict the rest is written; nothing was written now',
    });
  }

  quantities(): QuantityCount[] {
    return [...this.counts].map(([name, frames]) => ({
      name,
      per: isPerAtom(name) ? 'atom' : 'frame',
      frames,
      written: this.holds(name),
    }));
  }

  losses(): string[] {
    const { title } = this.format;
    const losses = this.quantities()
      .filter(({ written }) => !written)
      .map(({ name, frames }) => `${name} (in ${frames} of ${this.frames} frames): ${title} cannot hold it`);
    if (this.more)
      losses.push(
        `every frame but the first: ${title} holds one (--index chooses it; a name with %d makes numbered files)`,
      );
    return losses;
  }
}

/** Frames with species checked, atoms sorted and wrapped, as asked for. */
async function* prepare(
  frames: AsyncIterable<Frame>,
  request: ConvertRequest,
  note: (sentence: string) => void,
): AsyncGenerator<Frame> {
  let index = 0;
  for await (const frame of frames) {
    checkSpecies(frame, request.species, index++);
    let ready = frame;
    if (request.sort) {
      const order = speciesOrder(ready, request.species);
      if (order) {
        ready = permuted(ready, order);
        note('atoms are sorted by species, those of one species in their old order');
      }
    }
    if (request.wrap) {
      const structure = wrapped(ready.structure);
      if (structure.positions.some((x, k) => x !== ready.structure.positions[k]))
        note('atoms outside the cell are moved into it by lattice vectors');
      ready = { ...ready, structure };
    }
    yield ready;
  }
}

/** Counts frames on their way to the writer; where it holds but one, a second is a loss and ends the reading. */
async function* count(
  frames: AsyncGenerator<Frame>,
  tally: Tally,
  many: boolean,
  onFrame: (frames: number) => void,
): AsyncGenerator<Frame> {
  for await (const frame of frames) {
    tally.add(frame);
    // Asked for before the first is written: a writer of one frame need not ask again.
    if (!many && !(await frames.next()).done) tally.addMore();
    yield frame;
    onFrame(tally.frames);
    if (!many) return;
  }
}

function checkSpecies(frame: Frame, species: readonly string[] | undefined, index: number): void {
  if (!species) return;
  const { structure } = frame;
  const missing = structure.species.find(
    (symbol, kind) => !species.includes(symbol) && structure.kinds.includes(kind),
  );
  if (missing !== undefined)
    throw new PhonolinkError(
      `frame ${index} has ${missing}, which --species ${species.join(',')} does not list`,
    );
}

async function* one(frame: Frame): AsyncGenerator<Frame> {
  yield frame;
}
