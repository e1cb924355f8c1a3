import { FormatError, PhonolinkError } from '../src/model/errors.js';
import type { Frame } from '../src/model/frame.js';
import type { ReadOptions, StructureFormat } from './format.js';
import { bareName } from './io/names.js';
import { openText } from './io/open.js';
import type { TextReader } from './io/text.js';
import { STRUCTURE_FORMATS } from './registry.js';

/** Frames of an opened file in order; whatever a reader throws arrives as a FormatError with file and line. */
export async function* readFrames(
  format: StructureFormat,
  text: TextReader,
  options: ReadOptions = {},
): AsyncGenerator<Frame> {
  if (!format.read) throw new PhonolinkError(`${format.title} can be written, but not read`);
  try {
    yield* format.read(text, options);
  } catch (error) {
    if (error instanceof FormatError || !(error instanceof PhonolinkError)) throw error;
    // The model refused what the file says (a cell without volume, ...): the reader knows where.
    throw new FormatError({
      file: text.file,
      line: text.line,
      found: `a structure that makes no sense (${error.message})`,
      expected: `${format.title} with a valid structure`,
      hint: error.hint,
    });
  } finally {
    await text.close();
  }
}

/**
 * Opens a structure file, recognises its format unless `from` names it, and hands out its frames. `onRead` is told
 * how many bytes of the file have been read.
 */
export async function openStructures(
  path: string,
  options: ReadOptions & { from?: string; onRead?: (bytes: number) => void } = {},
): Promise<{ format: StructureFormat; frames: AsyncGenerator<Frame> }> {
  const { text, head } = await openText(path, options.onRead);
  try {
    if (head === '' && !options.from)
      throw new FormatError({ file: path, line: 0, found: 'an empty file', expected: 'structures' });
    const format = options.from ? formatNamed(options.from) : recognise(path, head);
    return { format, frames: readFrames(format, text, options) };
  } catch (error) {
    await text.close();
    throw error;
  }
}

/** @throws PhonolinkError that lists the names there are */
export function formatNamed(name: string): StructureFormat {
  const format = STRUCTURE_FORMATS.find((candidate) => candidate.name === name);
  if (!format) {
    throw new PhonolinkError(`there is no format named '${name}'`, {
      hint: `the formats are ${STRUCTURE_FORMATS.map((candidate) => candidate.name).join(', ')}`,
      exitCode: 2,
    });
  }
  return format;
}

/** The format of a file by its first bytes (none for a file to be written), else by its name. */
export function recognise(path: string, head: string): StructureFormat {
  const first = (name: string) => STRUCTURE_FORMATS.find((candidate) => candidate.recognises(name, head));
  // What a file holds counts before what it is called: names are copied, and many programs share them.
  const format = (head ? first('') : undefined) ?? first(bareName(path));
  if (!format) {
    const able = STRUCTURE_FORMATS.filter((candidate) => (head ? candidate.read : candidate.write));
    throw new PhonolinkError(`${path}: its format is not recognised by name${head ? ' or content' : ''}`, {
      hint: `name it with --${head ? 'from' : 'to'}: ${able.map((candidate) => candidate.name).join(', ')}`,
    });
  }
  return format;
}
