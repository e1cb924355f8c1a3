import type { TextReader } from './text.js';
import { parseBlocks } from './yaml-blocks.js';
import type { Yaml } from './yaml-value.js';

/** Bytes. A file longer than this must be of the plain layout: the general parser would take minutes. */
const LONG = 1 << 23;

/**
 * Reads a YAML file of the plain layout of blocks (`parseBlocks`) at some 100 MB a second, any other of up to 8 MB by the
 * general parser.
 * @throws FormatError, nothing else
 */
export async function readYaml(text: TextReader): Promise<Yaml> {
  const bytes = await text.restBytes();
  const read = parseBlocks(bytes, text.file);
  if (typeof read !== 'number') return read;
  if (bytes.length > LONG)
    text.fail('a line that breaks the layout of the file', 'keys, items, and lists of numbers in blocks', {
      line: read,
      hint: 'the file may be cut off here; files of more than 8 MB are read in the layout that phonopy writes',
    });
  // Loaded here alone: few files need it, and loading it takes as long as reading some megabytes.
  const { parseYaml } = await import('./yaml.js');
  return parseYaml(utf8.decode(bytes), text.file);
}

const utf8 = new TextDecoder('utf-8');
