import { PhonolinkError, quoted } from '../../src/model/errors.js';
import {
  basisProblem,
  MTP_RADIAL_TYPES,
  type MtpBasis,
  type MtpParameters,
  type MtpRadial,
  type MtpRadialType,
  unnamed,
} from '../../src/potentials/mtp/parameters.js';
import { createMtpPotential, isMtpPotential, type MtpPotential } from '../../src/potentials/mtp/potential.js';
import { parseReal, type TextReader } from '../io/text.js';
import type { PotentialFormat } from '../potential-format.js';
import { type Field, type MtpFields, type RadialBlock, readFields } from './mtp-fields.js';
import { splitTag, writeMtp } from './mtp-writer.js';

/**
 * Moment tensor potentials of MLIP-2 (.mtp) and MLIP-3 (.almtp, whose active set for extrapolation grades is passed
 * over). Species are numbers; a tag that ends in "species Si O", which we write, or the user says what they are called.
 */
export const MLIP_MTP: PotentialFormat<MtpPotential> = {
  name: 'mtp',
  title: 'MTP of MLIP (.mtp, .almtp)',
  recognises: (filename, head) => /^MTP[ \t]*\r?\nversion\b/.test(head) || /\.(al|m)?mtp$/i.test(filename),
  read: async (text) => createMtpPotential(await readMtp(text)),
  async *write(potential) {
    if (!isMtpPotential(potential)) throw new PhonolinkError('only an MTP can be written as .mtp');
    yield* writeMtp(potential.parameters);
  },
};

/** A; no basis reaches as far. */
const LONGEST_CUTOFF = 100;
const MOST_SPECIES = 200;
const MOST_FUNCTIONS = 100;
const LARGEST_BASIS = 100;
/** MLIP's tables of RBShapeev end there. */
const LARGEST_SHAPEEV = 12;
const MOST_MOMENTS = 10_000_000;

/** @throws FormatError, nothing else */
export async function readMtp(text: TextReader): Promise<MtpParameters> {
  const fields = await readFields(text);
  const version = required(fields, 'version', text);
  if (version.value !== '1.1.0') text.fail(quoted(version.value), 'version 1.1.0', at(version));
  const radial = radialOf(fields, text);
  const basis = basisOf(fields, radial, text);
  const types = typesOf(fields, text);
  const count = types?.length ?? 0;
  const tag = splitTag(fields.values.get('potential_tag')?.value);
  const named = tag.species !== undefined && tag.species.length === count;
  const coefficients = (name: string, wanted: number) => {
    const field = fields.values.get(name);
    if (!field) return undefined;
    const values = numberList(field, name, text);
    if (values.length !== wanted) text.fail(`${values.length} ${name}`, `${wanted}`, at(field));
    return values;
  };
  return {
    label: { name: fields.values.get('potential_name')?.value, tag: named ? tag.rest : tag.whole },
    types,
    species: named ? tag.species! : (types ?? []).map(unnamed),
    named,
    scaling: scalingOf(fields, text),
    radial,
    basis,
    radialCoefficients: radialCoefficientsOf(fields.blocks, radial, count, text),
    speciesCoefficients: coefficients('species_coeffs', count),
    momentCoefficients: coefficients('moment_coeffs', basis.scalars.length),
  };
}

const at = ({ line }: Field) => ({ line });

function required(fields: MtpFields, name: string, text: TextReader): Field {
  const field = fields.values.get(name);
  if (!field) text.fail(`no ${name}`, `a line ${name} = ...`, { line: text.line || 1 });
  return field;
}

function wholeNumber(field: Field, what: string, least: number, most: number, text: TextReader): number {
  const value = /^\d+$/.test(field.value) ? Number(field.value) : Number.NaN;
  if (!(value >= least && value <= most))
    text.fail(quoted(field.value), `a whole number from ${least} to ${most} for ${what}`, at(field));
  return value;
}

function realNumber(field: Field, what: string, text: TextReader): number {
  const value = parseReal(field.value);
  if (!Number.isFinite(value)) text.fail(quoted(field.value), `a number for ${what}`, at(field));
  return value;
}

/** Both scalings are one: that of the potential and that of its radial basis. */
function scalingOf(fields: MtpFields, text: TextReader): number | undefined {
  const both = ['scaling', 'radial scaling'].map((name) => fields.values.get(name));
  if (!both[0] && !both[1]) return undefined;
  return both.reduce((product, field) => product * (field ? realNumber(field, 'scaling', text) : 1), 1);
}

function radialOf(fields: MtpFields, text: TextReader): MtpRadial {
  const kind = required(fields, 'radial_basis_type', text);
  if (!(MTP_RADIAL_TYPES as readonly string[]).includes(kind.value)) {
    text.fail(`the radial basis ${quoted(kind.value)}`, `one of ${MTP_RADIAL_TYPES.join(', ')}`, {
      ...at(kind),
      hint: 'other bases belong to variants of MLIP that phonolink does not know',
    });
  }
  const type = kind.value as MtpRadialType;
  const [from, to] = ['min_dist', 'max_dist'].map((name) => required(fields, name, text));
  const [minimum, maximum] = [from, to].map((field) => realNumber(field, 'a distance', text));
  if (!(maximum > 0 && maximum <= LONGEST_CUTOFF))
    text.fail(`max_dist ${maximum}`, `a cutoff above 0 and up to ${LONGEST_CUTOFF} A`, at(to));
  if (!(minimum >= 0 && minimum < maximum && (type !== 'RBShapeev' || minimum > 0)))
    text.fail(
      `min_dist ${minimum}`,
      `a distance ${type === 'RBShapeev' ? 'above' : 'from'} 0 and below max_dist = ${maximum} A`,
      at(from),
    );
  const largest = type === 'RBShapeev' ? LARGEST_SHAPEEV : LARGEST_BASIS;
  const size = required(fields, 'radial_basis_size', text);
  const functions = required(fields, 'radial_funcs_count', text);
  return {
    type,
    minimum,
    maximum,
    size: wholeNumber(size, 'radial_basis_size', 1, largest, text),
    functions: wholeNumber(functions, 'radial_funcs_count', 1, MOST_FUNCTIONS, text),
  };
}

const TABLES = {
  basic: 'alpha_index_basic',
  times: 'alpha_index_times',
  scalars: 'alpha_moment_mapping',
} as const;

function basisOf(fields: MtpFields, { functions }: MtpRadial, text: TextReader): MtpBasis {
  const count = (name: string) => wholeNumber(required(fields, name, text), name, 0, MOST_MOMENTS, text);
  const table = (name: string, countName: string, width: number) => {
    const field = required(fields, name, text);
    const values = tableOf(field, width, text);
    const wanted = count(countName);
    if (values.length !== width * wanted) {
      text.fail(`${values.length / width} entries of ${name}`, `${wanted}, as ${countName} says`, at(field));
    }
    return values;
  };
  const basis = {
    moments: count('alpha_moments_count'),
    basic: table('alpha_index_basic', 'alpha_index_basic_count', 4),
    times: table('alpha_index_times', 'alpha_index_times_count', 4),
    scalars: table('alpha_moment_mapping', 'alpha_scalar_moments', 1),
  };
  const problem = basisProblem(basis, functions);
  if (problem) {
    const field = required(fields, TABLES[problem.table], text);
    text.fail(problem.found, 'tables in which every moment is made before it is used', at(field));
  }
  return basis;
}

/** The rows of whole numbers of `{{a, b, c, d}, ...}`, or of `{a, b, ...}` where the width is 1. */
function tableOf(field: Field, width: number, text: TextReader): Int32Array {
  const row = width === 1 ? '-?\\d+' : `\\{\\s*-?\\d+(?:\\s*,\\s*-?\\d+){${width - 1}}\\s*\\}`;
  // One row at a time: an expression for the whole of a table of 180000 rows would overflow its stack.
  const rows = new RegExp(`\\s*(${row})\\s*(,|\\}$)`, 'y');
  const { value } = field;
  const numbers: number[] = [];
  const bad = (from: number): never =>
    text.fail(
      quoted(value.slice(from)),
      width === 1 ? '{number, ...}' : `{{${width} numbers}, ...}`,
      at(field),
    );
  if (!value.startsWith('{')) bad(0);
  if (/^\{\s*\}$/.test(value)) return new Int32Array(0);
  rows.lastIndex = 1;
  for (let open = true; open; ) {
    const from = rows.lastIndex;
    const match = rows.exec(value);
    if (!match) return bad(from);
    for (const digits of match[1].match(/-?\d+/g)!) {
      const number = Number(digits);
      if (Math.abs(number) > MOST_MOMENTS) bad(from);
      numbers.push(number);
    }
    open = match[2] === ',';
    if (!open && rows.lastIndex !== value.length) bad(rows.lastIndex);
  }
  return Int32Array.from(numbers);
}

/** The numbers of `{a, b, ...}`. */
function numberList(field: Field, what: string, text: TextReader): Float64Array {
  const inner = /^\{(.*)\}$/s.exec(field.value)?.[1];
  if (inner === undefined) text.fail(quoted(field.value), `{number, ...} for ${what}`, at(field));
  if (inner.trim() === '') return new Float64Array(0);
  return Float64Array.from(inner.split(','), (word) =>
    realNumber({ value: word.trim(), line: field.line }, what, text),
  );
}

/** What the species are called, by the pairs of the radial coefficients, else 0, 1, ...; absent where none is said. */
function typesOf({ values, blocks }: MtpFields, text: TextReader): number[] | undefined {
  const field = values.get('species_count');
  const said = field ? wholeNumber(field, 'species_count', 0, MOST_SPECIES, text) : 0;
  if (blocks.length === 0) return said > 0 ? Array.from({ length: said }, (_, k) => k) : undefined;
  if (blocks.length !== said * said) {
    text.fail(`radial_coeffs of ${blocks.length} pairs`, `${said * said}, for species_count = ${said}`, {
      line: blocks[blocks.length - 1].line,
    });
  }
  const types = blocks.slice(0, said).map(({ pair }) => pair[1]);
  blocks.forEach(({ pair: [i, j], line }, k) => {
    const [wantedI, wantedJ] = [types[Math.floor(k / said)], types[k % said]];
    if (i !== wantedI || j !== wantedJ) text.fail(`the pair ${i}-${j}`, `${wantedI}-${wantedJ}`, { line });
  });
  if (new Set(types).size !== said)
    text.fail(`the species ${types.join(', ')}`, 'different ones', { line: blocks[0].line });
  return types;
}

function radialCoefficientsOf(
  blocks: readonly RadialBlock[],
  { functions, size }: MtpRadial,
  count: number,
  text: TextReader,
): Float64Array | undefined {
  if (blocks.length === 0) return undefined;
  const all = new Float64Array(count * count * functions * size);
  blocks.forEach(({ pair, rows, line }, b) => {
    if (rows.length !== functions)
      text.fail(`${rows.length} rows for the pair ${pair.join('-')}`, `${functions}, one a radial function`, {
        line,
      });
    rows.forEach((row, mu) => {
      const values = numberList(row, 'radial_coeffs', text);
      if (values.length !== size)
        text.fail(`${values.length} numbers`, `${size}, as radial_basis_size says`, at(row));
      all.set(values, (b * functions + mu) * size);
    });
  });
  return all;
}
