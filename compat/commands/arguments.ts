import { openText } from '../../formats/io/open.js';
import { FormatError, quoted, UsageError } from '../../src/model/errors.js';
import type { ArgumentTable, CommandOption } from './options.js';
import type { Tag } from './tags.js';

export interface Arguments {
  readonly tags: ReadonlyMap<string, Tag>;
  /** Words that belong to no argument */
  readonly files: readonly string[];
}

/**
 * Reads arguments as Python's argparse does phonopy's and phono3py's: `--dim 2 2 2`, `--dim "2 2 2"`, `--dim="2 2 2"`, `-c FILE`,
 * `-cFILE`; a long one may be cut short where it stays clear which one is meant.
 * @throws UsageError that names an argument which is not known, not supported, or lacks something
 */
export function readArguments(words: readonly string[], table: ArgumentTable): Arguments {
  const byName = new Map(table.options.flatMap((option) => option.names.map((name) => [name, option])));
  const tags = new Map<string, Tag>();
  const files: string[] = [];
  for (let w = 0; w < words.length; w++) {
    if (!isOption(words[w])) {
      files.push(words[w]);
      continue;
    }
    const { name, option, attached } = find(words[w], byName, table);
    const values = attached === undefined ? [] : [attached];
    if (option.takes === 'nothing') {
      if (attached !== undefined) throw new UsageError(`the argument ${name} takes no value`);
      tags.set(option.tag, { text: option.value!, source: name });
      continue;
    }
    if (attached === undefined) {
      const most = option.takes === 'one' ? 1 : Number.POSITIVE_INFINITY;
      while (values.length < most && w + 1 < words.length && !isOption(words[w + 1])) values.push(words[++w]);
    }
    if (values.length === 0) throw new UsageError(`the argument ${name} needs a value`);
    tags.set(option.tag, { text: values.join(' ').trim(), source: name });
  }
  return { tags, files };
}

/** A word that begins with a minus and is no number. */
function isOption(word: string): boolean {
  return /^-./.test(word) && !/^-(\d|\.\d)/.test(word);
}

function find(
  word: string,
  byName: ReadonlyMap<string, CommandOption>,
  table: ArgumentTable,
): { name: string; option: CommandOption; attached?: string } {
  const exact = byName.get(word);
  if (exact) return { name: word, option: exact };
  if (!word.startsWith('--')) {
    const short = byName.get(word.slice(0, 2));
    if (short && short.takes !== 'nothing')
      return { name: word.slice(0, 2), option: short, attached: word.slice(2) };
    throw unknown(word, table);
  }
  const equals = word.indexOf('=');
  const name = equals < 0 ? word : word.slice(0, equals);
  const attached = equals < 0 ? undefined : word.slice(equals + 1);
  const known = byName.get(name);
  if (known) return { name, option: known, attached };
  if (table.unsupported.has(name)) throw unknown(name, table);
  const longer = [...byName.keys(), ...table.unsupported].filter((other) => other.startsWith(name));
  const options = new Set(longer.map((other) => byName.get(other)));
  const [option] = options;
  if (options.size === 1 && option) return { name: longer[0], option, attached };
  if (longer.length > 1) throw new UsageError(`the argument ${name} may be ${longer.join(' or ')}`);
  throw unknown(longer[0] ?? name, table);
}

function unknown(name: string, { program, unsupported }: ArgumentTable): UsageError {
  return unsupported.has(name)
    ? new UsageError(`${program}'s argument ${name} is not supported by phonolink`)
    : new UsageError(`there is no argument ${name}`, `phonolink ${program} --help lists them`);
}

/**
 * Reads a setting file: lines of `TAG = value`, a line that ends in +++ goes on in the next one, # begins a comment.
 * @param name as the user gave it
 * @throws FormatError where a line is something else; UsageError where a tag is not supported
 */
export async function readSettings(
  path: string,
  name: string,
  { fileTags }: ArgumentTable,
): Promise<ReadonlyMap<string, Tag>> {
  const { text } = await openText(path);
  const tags = new Map<string, Tag>();
  try {
    for (let line = await text.next(); line !== null; line = await text.next()) {
      const begin = text.line;
      let content = line.trim();
      if (content === '' || content.startsWith('#')) continue;
      while (content.endsWith('+++')) {
        const next = await text.next();
        content = `${content.slice(0, -3).trim()} ${(next ?? '').trim()}`;
      }
      const parts = content.split('=').map((part) => part.trim());
      if (parts.length !== 2 || !/^[A-Za-z_0-9]+$/.test(parts[0]))
        throw new FormatError({ file: name, line: begin, found: quoted(content), expected: 'TAG = value' });
      const tag = parts[0].toLowerCase();
      if (!fileTags.has(tag))
        throw new UsageError(`${name}:${begin}: the tag ${quoted(parts[0])} is not supported by phonolink`);
      tags.set(tag, { text: parts[1], source: `${name}:${begin}: ${parts[0]}` });
    }
  } finally {
    await text.close();
  }
  return tags;
}
