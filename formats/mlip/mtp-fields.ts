import { quoted } from '../../src/model/errors.js';
import type { TextReader } from '../io/text.js';

/** What stands behind a keyword, and in which line. */
export interface Field {
  readonly value: string;
  readonly line: number;
}

/** Radial coefficients of a pair of species: a row a radial function. */
export interface RadialBlock {
  readonly pair: readonly [number, number];
  readonly line: number;
  readonly rows: Field[];
}

/** A .mtp file as its keywords; a scaling of the radial basis stands as 'radial scaling'. */
export interface MtpFields {
  readonly values: ReadonlyMap<string, Field>;
  readonly blocks: readonly RadialBlock[];
}

const KEYWORDS = [
  'version',
  'potential_name',
  'scaling',
  'species_count',
  'potential_tag',
  'radial_basis_type',
  'min_dist',
  'max_dist',
  'radial_basis_size',
  'radial_funcs_count',
  'alpha_moments_count',
  'alpha_index_basic_count',
  'alpha_index_basic',
  'alpha_index_times_count',
  'alpha_index_times',
  'alpha_scalar_moments',
  'alpha_moment_mapping',
  'species_coeffs',
  'moment_coeffs',
];
/** Other names that programs give these */
const SYNONYMS: Readonly<Record<string, string>> = {
  min: 'min_dist',
  min_val: 'min_dist',
  max: 'max_dist',
  max_val: 'max_dist',
  size: 'radial_basis_size',
  basis_size: 'radial_basis_size',
};
const MAGNETIC = new Set(['magnetic_basis_type', 'min_mag', 'max_mag', 'mag_basis_size']);
/** Behind it MLIP-3 keeps the configurations that it selected, in text and binary. */
const ACTIVE_SET = /^#MVS_v/;

/** @throws FormatError */
export async function readFields(text: TextReader): Promise<MtpFields> {
  const first = await text.next();
  if (first?.trim() !== 'MTP') text.fail(quoted(first ?? ''), 'MTP in the first line', { line: 1 });
  const values = new Map<string, Field>();
  const blocks: RadialBlock[] = [];
  for (let line = await text.next(); line !== null; line = await text.next()) {
    const trimmed = line.trim();
    if (trimmed === '') continue;
    if (ACTIVE_SET.test(trimmed)) {
      await text.close();
      break;
    }
    if (trimmed === 'radial_coeffs') {
      if (blocks.length > 0) text.fail('radial_coeffs for the second time', 'them once');
      await readBlocks(text, blocks);
      continue;
    }
    const [, word, value] = /^(\w+)\s*=\s*(.*)$/.exec(trimmed) ?? [];
    const keyword = SYNONYMS[word] ?? word;
    if (MAGNETIC.has(keyword)) {
      text.fail(`${keyword}, which belongs to a magnetic MTP`, 'an MTP without magnetic moments', {
        hint: 'magnetic MTP (.mmtp) is not supported',
      });
    }
    if (!KEYWORDS.includes(keyword))
      text.fail(quoted(trimmed), 'a keyword of the format and =, such as species_count = 1');
    const name = keyword === 'scaling' && values.has('radial_basis_type') ? 'radial scaling' : keyword;
    if (values.has(name)) text.fail(`${keyword} for the second time`, 'it once');
    const start = text.line;
    values.set(name, { value: await whole(value, text), line: start });
  }
  return { values, blocks };
}

/** The value with the lines that follow, until its braces are closed. */
async function whole(value: string, text: TextReader): Promise<string> {
  if (!value.startsWith('{')) return value;
  const parts = [value];
  for (let open = depth(value); open > 0; ) {
    const next = (await text.expectLine('} in the end of a list')).trim();
    open += depth(next);
    parts.push(next);
  }
  return parts.join(' ');
}

function depth(part: string): number {
  let open = 0;
  for (let k = 0; k < part.length; k++) {
    const code = part.charCodeAt(k);
    if (code === 123) open++;
    else if (code === 125) open--;
  }
  return open;
}

/** Pairs `0-1`, each with its rows in braces, up to the next keyword. */
async function readBlocks(text: TextReader, blocks: RadialBlock[]): Promise<void> {
  for (;;) {
    const ahead = (await text.peek())?.trim();
    if (ahead === undefined || /^[A-Za-z_#]/.test(ahead)) return;
    await text.next();
    const [, i, j] = /^(\d{1,9})\s*-\s*(\d{1,9})$/.exec(ahead) ?? [];
    if (i !== undefined) {
      blocks.push({ pair: [Number(i), Number(j)], line: text.line, rows: [] });
    } else if (ahead !== '') {
      const block = blocks.at(-1);
      if (!block || !ahead.startsWith('{'))
        text.fail(
          quoted(ahead),
          block ? '{number, ...} or a pair of species such as 0-1' : 'a pair of species such as 0-0',
        );
      const start = text.line;
      block.rows.push({ value: await whole(ahead, text), line: start });
    }
  }
}
