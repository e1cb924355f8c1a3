import { quoted } from '../../src/model/errors.js';
import { integerOf, realOf, type TextReader, words } from '../io/text.js';

/** Species that GPUMD's potential files may list; more than any real one has. */
const MOST = 100;

/**
 * The first line of a GPUMD potential file: `KEYWORD t symbol ... symbol`. Returns the symbols.
 * @throws FormatError where it is another line
 */
export async function readSpeciesLine(text: TextReader, keyword: string): Promise<string[]> {
  const expected = `'${keyword}', the number of species and their symbols`;
  const [first, number, ...symbols] = words(await text.expectLine(expected));
  if (first !== keyword) text.fail(quoted(first ?? ''), expected);
  const count = integerOf(number, 'the number of species', text);
  if (count < 1 || count > MOST) text.fail(`${count} species`, `from 1 to ${MOST}`);
  if (symbols.length !== count) text.fail(`${symbols.length} symbols`, `${count}, one for each species`);
  const twice = symbols.find((symbol, i) => symbols.indexOf(symbol) !== i);
  if (twice) text.fail(`${quoted(twice)} twice`, 'different symbols');
  return symbols;
}

/**
 * The next line as exactly `count` numbers.
 * @throws FormatError where it holds anything else
 */
export async function readNumberLine(text: TextReader, count: number, what: string): Promise<number[]> {
  const expected = `${count} ${count === 1 ? 'number' : 'numbers'} for ${what}`;
  const found = words(await text.expectLine(expected));
  if (found.length !== count) text.fail(quoted(found.join(' ')), expected);
  return found.map((word) => realOf(word, what, text));
}

/** @throws FormatError where anything but blank lines is left */
export async function expectNothingMore(text: TextReader): Promise<void> {
  for (let line = await text.next(); line !== null; line = await text.next()) {
    if (line.trim() !== '') text.fail(quoted(line), 'the end of the file');
  }
}
