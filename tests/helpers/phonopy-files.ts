import { join } from 'node:path';
import { openText } from '../../formats/io/open.js';
import { TextReader } from '../../formats/io/text.js';
import type { PhonopyFile } from '../../formats/phonopy/file.js';
import { readPhonopyYaml } from '../../formats/phonopy/yaml.js';
import { writePhonopyYaml } from '../../formats/phonopy/yaml-write.js';
import { DATA } from './shared-data.js';

/** Opens a file of the reference data, or any other by its whole path. */
export async function opened(path: string): Promise<TextReader> {
  return (await openText(path.startsWith('/') ? path : join(DATA, path))).text;
}

export function textOf(content: string | Uint8Array): TextReader {
  return new TextReader(content, 'f');
}

export function joined(pieces: Iterable<string>): string {
  return [...pieces].join('');
}

export async function rewritten(file: PhonopyFile): Promise<PhonopyFile> {
  return readPhonopyYaml(textOf(joined(writePhonopyYaml(file))));
}

/** Every number below a value, by its path: plain data such as records and results. */
export function* numbersIn(value: unknown, path = ''): Generator<[string, number]> {
  if (typeof value === 'number') yield [path, value];
  else if (ArrayBuffer.isView(value) || Array.isArray(value)) {
    const list = value as unknown as ArrayLike<unknown>;
    for (let i = 0; i < list.length; i++) yield* numbersIn(list[i], `${path}[${i}]`);
  } else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) yield* numbersIn(inner, `${path}.${key}`);
}

/** The largest difference between the numbers of two values of the same shape; NaN where their shapes differ. */
export function farthest(a: unknown, b: unknown): number {
  const others = new Map(numbersIn(b));
  let most = 0;
  let count = 0;
  for (const [path, x] of numbersIn(a)) {
    most = Math.max(most, Math.abs(x - (others.get(path) ?? Number.NaN)));
    count++;
  }
  return count === others.size ? most : Number.NaN;
}
