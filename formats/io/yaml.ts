import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { FormatError } from '../../src/model/errors.js';
import { type PlainLines, plainLines } from './yaml-lines.js';
import { Yaml } from './yaml-value.js';

/**
 * Parses a YAML document (1.2; anchors, comments, block and flow style, lists as keys). Flow maps of plain scalars and
 * lists that stand alone on their lines are read without the general parser, which takes a second for each megabyte.
 * @throws FormatError, nothing else
 */
export function parseYaml(text: string, file: string): Yaml {
  const counter = new LineCounter();
  const { rest, lines } = plainLines(text, file);
  let document: Document;
  try {
    document = parseDocument(withoutListKeys(rest), {
      schema: 'failsafe',
      prettyErrors: false,
      lineCounter: counter,
    });
  } catch (error) {
    // The parser recurses, and thousands of brackets end its stack.
    throw new FormatError({
      file,
      line: 0,
      found: `text that cannot be parsed (${(error as Error).message})`,
      expected: 'YAML',
    });
  }
  const [problem] = document.errors;
  if (problem) {
    const line = counter.linePos(problem.pos[0]).line;
    throw new FormatError({
      file,
      line,
      found: `a fault of YAML (${problem.message.replace(/\s+/g, ' ').slice(0, 120)})`,
      expected: 'YAML',
    });
  }
  return convert(document.contents, { file, counter, lines, anchors: new Map() });
}

/**
 * yaml 2.9 reports a fault where a block map has two lists as keys, `[0, 1]: ...`. Parentheses in their place, and
 * semicolons in that of commas, make words of them, at the same columns.
 */
function withoutListKeys(text: string): string {
  return text.replace(/^([ \t]*)\[([-+\w., \t]*)\](?=[ \t]*:\s)/gm, (_, indent, items) => {
    return `${indent}(${items.replaceAll(',', ';')})`;
  });
}

/** A key, a list again where it was one. */
function keyOf(node: unknown, source: Source, line: number): Yaml {
  const key = convert(node, source, line);
  const items = key.kind === 'scalar' && /^\((.*)\)$/.exec(key.text('a key'))?.[1];
  if (typeof items !== 'string') return key;
  const list = items.split(';').map((item) => new Yaml('scalar', item.trim(), key.line, key.file));
  return new Yaml('list', list, key.line, key.file);
}

interface Source {
  readonly file: string;
  readonly counter: LineCounter;
  readonly lines: PlainLines;
  readonly anchors: Map<string, Yaml>;
}

function convert(node: unknown, source: Source, line = 1): Yaml {
  const range = (node as Node | null)?.range;
  const at = range ? source.counter.linePos(range[0]).line : line;
  const made = converted(node, source, at);
  const anchor = (node as { anchor?: string } | null)?.anchor;
  if (anchor) source.anchors.set(anchor, made);
  return made;
}

function converted(node: unknown, source: Source, line: number): Yaml {
  const { file } = source;
  if (isAlias(node)) {
    const found = source.anchors.get(node.source);
    if (found) return found;
    throw new FormatError({
      file,
      line,
      found: `the alias *${node.source}`,
      expected: 'one of an anchor that stands before it, outside of it',
    });
  }
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }) => {
      const name = keyOf(key, source, line);
      return { key: name, value: convert(value, source, name.line) };
    });
    return new Yaml('map', entries, line, file);
  }
  if (isSeq(node)) {
    const items = node.items.map((item) => convert(item, source, line));
    return new Yaml('list', items, line, file);
  }
  const plain = source.lines.get(line);
  if (plain) return plain;
  const value = isScalar(node) ? node.value : '';
  return new Yaml('scalar', typeof value === 'string' ? value : '', line, file);
}
