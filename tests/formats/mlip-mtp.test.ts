import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TextReader } from '../../formats/io/text.js';
import { MLIP_MTP, readMtp } from '../../formats/mlip/mtp.js';
import { writeMtp } from '../../formats/mlip/mtp-writer.js';
import { FormatError } from '../../src/model/errors.js';
import { isTrained, type MtpParameters, withSymbols } from '../../src/potentials/mtp/parameters.js';
import { createMtpPotential } from '../../src/potentials/mtp/potential.js';
import { createMtpTemplate } from '../../src/potentials/mtp/template.js';
import { fuzzPotential } from '../helpers/fuzz.js';
import { randomMtp } from '../helpers/random-mtp.js';
import { DATA, withoutData } from '../helpers/shared-data.js';

const read = (text: string) => readMtp(new TextReader(text, 'pot.mtp'));
const written = (parameters: MtpParameters) => [...writeMtp(parameters)].join('');

/** A trained potential of two species, of our own making. */
const TRAINED = written({ ...randomMtp(3, { level: 6 }), named: false, species: ['X0', 'X1'] });
const lines = TRAINED.split('\n');
/** TRAINED with the lines that begin with a keyword replaced by others, or taken out. */
const edited = (keyword: string, ...replacement: string[]) => {
  const at = lines.findIndex((line) => line.trim().startsWith(keyword));
  if (at < 0) throw new Error(`no ${keyword}`);
  return [...lines.slice(0, at), ...replacement, ...lines.slice(at + 1)].join('\n');
};

async function refusal(text: string): Promise<FormatError> {
  const error = await read(text).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(FormatError);
  return error as FormatError;
}

describe('.mtp', () => {
  it('gives back what it was made from, bit by bit', async () => {
    for (const level of [2, 4, 8]) {
      for (const species of [['Si'], ['Si', 'O', 'Pb']]) {
        const parameters = randomMtp(level, { level, species });
        expect(await read(written(parameters))).toEqual(parameters);
      }
    }
  });

  it('keeps numbers that sixteen digits do not tell', async () => {
    const parameters = randomMtp(1, { level: 4, species: ['Si'] });
    const odd = [0.1 + 0.2, -0, 5e-324, 1.7976931348623157e308, 1 / 3, -123456.78901234567];
    const coefficients = parameters.radialCoefficients.map((x, k) => odd[k] ?? x);
    const back = await read(written({ ...parameters, radialCoefficients: coefficients }));
    expect(Array.from(back.radialCoefficients!, (x) => (Object.is(x, -0) ? '-0' : x))).toEqual(
      Array.from(coefficients, (x) => (Object.is(x, -0) ? '-0' : x)),
    );
  });

  it('names species at the end of the tag, where MLIP reads over it', async () => {
    const parameters = await read(edited('potential_tag', 'potential_tag = fitted in May'));
    expect([parameters.named, parameters.species]).toEqual([false, ['X0', 'X1']]);
    const named = written(withSymbols(parameters, ['Si', 'O']));
    expect(named).toContain('\npotential_tag = fitted in May species Si O\n');
    const back = await read(named);
    expect([back.named, back.species, back.label.tag]).toEqual([true, ['Si', 'O'], 'fitted in May']);
    expect(written(back)).toBe(named);
    // Names of another number of species are no names.
    const other = await read(edited('potential_tag', 'potential_tag = species Si'));
    expect([other.named, other.species]).toEqual([false, ['X0', 'X1']]);
  });

  it('is recognised by its first lines or its name', () => {
    expect(MLIP_MTP.recognises('anything', TRAINED)).toBe(true);
    expect(MLIP_MTP.recognises('pot.almtp', '')).toBe(true);
    expect(MLIP_MTP.recognises('POSCAR', 'MTP\n1.0\n')).toBe(false);
  });

  it('a potential takes names once', async () => {
    const potential = await MLIP_MTP.read(new TextReader(TRAINED, 'pot.mtp'));
    expect(potential.withSpecies?.(['Si', 'O']).species).toEqual(['Si', 'O']);
    expect(potential.withSpecies?.(['Si', 'O']).withSpecies).toBeUndefined();
    expect(() => potential.withSpecies?.(['Si'])).toThrow('1 symbol (Si) for the 2 species of the MTP');
  });

  it('templates: read, named and written, but not evaluated', async () => {
    const template = createMtpTemplate({ level: 8, species: ['Si', 'O'], minimum: 0.5, cutoff: 5, size: 8 });
    const text = written(template);
    expect(text).toContain('\tmin_dist = 0.5\n\tmax_dist = 5\n');
    const back = await read(text);
    expect(back).toEqual(template);
    expect(isTrained(back)).toBe(false);
    await expect(createMtpPotential(back).bind(undefined as never, undefined as never)).rejects.toThrow(
      'this MTP is a template without coefficients',
    );
  });

  it('templates that do not say how many species there are, as of MLIP-3', async () => {
    const template = createMtpTemplate({ level: 4, species: ['Si'], minimum: 2, cutoff: 5, size: 8 });
    const text = written({ ...template, types: undefined, species: [], named: false });
    expect(text).not.toContain('species_count');
    const bare = await read(text);
    expect([bare.types, bare.species]).toEqual([undefined, []]);
    expect(written(bare)).toBe(text);
    expect((await read(written(withSymbols(bare, ['Si', 'O'])))).species).toEqual(['Si', 'O']);
    // MLIP-3 writes the heading of the coefficients even where there are none.
    const headed = text.replace('alpha_moments_count', '\tradial_coeffs\nalpha_moments_count');
    expect((await read(headed)).radialCoefficients).toBeUndefined();
  });

  it('MLIP-3: types of any number, and the active set passed over', async () => {
    const types = TRAINED.replace(/\t\t(\d)-(\d)\n/g, (_, i, j) => `\t\t${14 + 8 * i}-${14 + 8 * j}\n`);
    const parameters = await read(`${types.trimEnd()}\n#MVS_v1.1\nenergy_weight 1.0\n#\0\xff{=\n`);
    expect([parameters.types, parameters.species]).toEqual([
      [14, 22],
      ['X14', 'X22'],
    ]);
    expect(written(parameters)).toBe(types);
  });

  it('scalings of the potential and of its basis are one', async () => {
    const text = edited('\tmin_dist'.trim(), '\tscaling = 0.5', '\tmin_dist = 1.5');
    expect((await read(text)).scaling).toBe(0.05);
  });

  it('lists over several lines, and lines that end as on Windows', async () => {
    const wrapped = TRAINED.replace(/\}, \{/g, '},\r\n  {').replace(/\n/g, '\r\n');
    expect(await read(wrapped)).toEqual(await read(TRAINED));
  });

  it('names other than min_dist, max_dist and radial_basis_size for the basis', async () => {
    const text = TRAINED.replace('min_dist', 'min')
      .replace('max_dist', 'max')
      .replace('radial_basis_size', 'size');
    expect(await read(text)).toEqual(await read(TRAINED));
  });

  it.each([
    ['another first line', TRAINED.replace('MTP', 'MTQ'), 1, "'MTQ'", 'MTP in the first line'],
    ['an empty file', '', 1, 'nothing', 'MTP in the first line'],
    ['another version', edited('version', 'version = 2.0'), 2, "'2.0'", 'version 1.1.0'],
    [
      'a basis that nobody knows',
      edited('radial_basis_type', 'radial_basis_type = RBBessel'),
      7,
      "the radial basis 'RBBessel'",
      'one of RBChebyshev,',
    ],
    [
      'a magnetic one',
      edited('\tmin_dist'.trim(), '\tmin_mag = -3.5', '\tmin_dist = 1'),
      8,
      'min_mag, which belongs to a magnetic MTP',
      'without magnetic moments',
    ],
    [
      'a keyword that is none',
      edited('potential_tag', 'potential_tags = x'),
      6,
      "'potential_tags = x'",
      'a keyword of the format',
    ],
    [
      'a keyword twice',
      edited('potential_tag', 'species_count = 2'),
      6,
      'species_count for the second time',
      'it once',
    ],
    ['no number', edited('max_dist', '\tmax_dist = far'), 9, "'far'", 'a number for a distance'],
    [
      'a cutoff below the minimum',
      edited('max_dist', '\tmax_dist = 1'),
      8,
      'min_dist',
      'below max_dist = 1 A',
    ],
    ['a row less', edited('{', ''), 13, '1 rows for the pair 0-0', '2, one a radial function'],
    ['pairs out of order', edited('0-1', '\t\t1-0'), 16, 'the pair 1-0', '0-'],
    [
      'a table with a hole',
      edited('alpha_index_times =', 'alpha_index_times = {{0, 0, 1, 5}, {1, 1, 6}}'),
      29,
      "'{1, 1, 6}}'",
      '{{4 numbers}, ...}',
    ],
    [
      'a table that is too short',
      edited('alpha_index_times =', 'alpha_index_times = {{0, 0, 1, 5}}'),
      29,
      '1 entries of alpha_index_times',
      '5, as alpha_index_times_count says',
    ],
    [
      'a moment that is not there',
      edited('alpha_moment_mapping', 'alpha_moment_mapping = {0, 4, 5, 6, 8}'),
      31,
      'the scalar 8 of 8 moments',
      'tables in which',
    ],
    [
      'a moment changed behind its use',
      edited(
        'alpha_index_times =',
        'alpha_index_times = {{0, 0, 1, 5}, {0, 5, 1, 7}, {1, 1, 1, 5}, {2, 2, 1, 6}, {3, 3, 1, 6}}',
      ),
      29,
      'the product {1, 1, 1, 5}, whose target is already in use',
      'tables in which',
    ],
    ['a coefficient less', edited('species_coeffs', 'species_coeffs = {1.0}'), 32, '1 species_coeffs', '2'],
    [
      'a list that does not end',
      edited('moment_coeffs', 'moment_coeffs = {1.0, 2.0'),
      34,
      'the end of the file',
      '}',
    ],
    [
      'a line left out',
      edited('alpha_scalar_moments'),
      32,
      'no alpha_scalar_moments',
      'a line alpha_scalar_moments = ...',
    ],
  ])('refuses %s', async (_name, text, line, found, expected) => {
    const error = await refusal(text);
    expect(error.found).toContain(found);
    expect(error.expected).toContain(expected);
    expect(error.line).toBe(line);
  });

  it('damaged files end in one FormatError, or in a potential', async () => {
    for (const level of [2, 6]) {
      const text = written(randomMtp(level, { level }));
      const { read: whole, refused } = await fuzzPotential(MLIP_MTP, Buffer.from(text), 400);
      expect(refused).toBeGreaterThan(100);
      expect(whole).toBeGreaterThan(10);
    }
  });

  describe.skipIf(withoutData)('reference files', () => {
    const files = withoutData ? [] : readdirSync(join(DATA, 'mtp')).filter((name) => name.endsWith('.mtp'));

    it.each(files)('%s comes out as it went in', async (name) => {
      const text = readFileSync(join(DATA, 'mtp', name), 'utf8');
      const out = written(await read(text));
      // Blanks at either end of lines differ between versions of MLIP; those of maml went through Python.
      const lines = (s: string) => s.trim().split(/\s*\n\s*/);
      if (!name.startsWith('maml')) expect(lines(out)).toEqual(lines(text));
      expect(await read(out)).toEqual(await read(text));
    });

    it('mag_06.mmtp is refused for what it is', async () => {
      const error = await refusal(readFileSync(join(DATA, 'mtp', 'mag_06.mmtp'), 'utf8'));
      expect(error.hint).toBe('magnetic MTP (.mmtp) is not supported');
    });

    it('damage to a trained reference file', async () => {
      const { refused } = await fuzzPotential(
        MLIP_MTP,
        readFileSync(join(DATA, 'mtp', 'crystal_multi_06.mtp')),
      );
      expect(refused).toBeGreaterThan(100);
    });
  });
});
