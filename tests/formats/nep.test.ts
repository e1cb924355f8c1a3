import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TextReader } from '../../formats/io/text.js';
import { writeNep } from '../../formats/nep/write.js';
import { NEP, readNep } from '../../formats/nep.js';
import { readPotential } from '../../formats/potentials.js';
import { FormatError } from '../../src/model/errors.js';
import type { NepParameters } from '../../src/potentials/nep/parameters.js';
import { damaged, readDamaged } from '../helpers/fuzz.js';
import { type ModelShape, nepText } from '../helpers/nep-models.js';
import { DATA, withoutData } from '../helpers/shared-data.js';

const read = (text: string | Uint8Array) => readNep(new TextReader(text, 'nep.txt'));

/** Everything behind the ANN line, without the white space. */
const numbersOf = (text: string) => {
  const lines = text.trimEnd().split('\n');
  return lines.slice(lines.findIndex((line) => line.startsWith('ANN')) + 1).map((line) => line.trim());
};

const SHAPES: ModelShape[] = [
  { dialect: 'nep3', species: ['Si'] },
  { dialect: 'nep3', species: ['Te', 'Pb'], lMax: '4 0 0' },
  { dialect: 'nep3_zbl', species: ['Si', 'C'], zbl: '0.5 1.2' },
  { dialect: 'nep3_dipole', species: ['O', 'H'] },
  { dialect: 'nep3_polarizability', species: ['O', 'H'] },
  { dialect: 'nep3_temperature', species: ['Si', 'C'] },
  { dialect: 'nep4', species: ['Ba', 'Ti', 'O'], lMax: '2 1 0' },
  { dialect: 'nep4', species: ['Te', 'Pb'], lMax: '4 1 1 1 1 1 1' },
  { dialect: 'nep4', species: ['Te', 'Pb'], lMax: '8 0 1 0 1' },
  { dialect: 'nep4', species: ['Te', 'Pb'], cutoff: '6 4 5 3.5 120 40' },
  { dialect: 'nep4', species: ['Te'], lMax: '0 0 0' },
  { dialect: 'nep4_zbl', species: ['Ba', 'Ti', 'O'], zbl: '0 0' },
  { dialect: 'nep4_zbl', species: ['Ba', 'Ti', 'O'], zbl: '0.7 1.4 0.65' },
  { dialect: 'nep4_dipole', species: ['O', 'H'] },
  { dialect: 'nep4_polarizability', species: ['Ba', 'Zr', 'O'] },
  { dialect: 'nep4_temperature', species: ['Ba', 'Zr', 'O'] },
  { dialect: 'nep4_zbl_temperature', species: ['Ba', 'O'], zbl: '1 2' },
  { dialect: 'nep4_charge1', species: ['Te', 'Pb'] },
  { dialect: 'nep4_charge2', species: ['Te', 'Pb'] },
  { dialect: 'nep4_charge3', species: ['Te', 'Pb'] },
  { dialect: 'nep4_zbl_charge1', species: ['Ba', 'Ti', 'O'], zbl: '0.75 1.5' },
  { dialect: 'nep4_zbl_charge2', species: ['Ba', 'Ti', 'O'], zbl: '0 0' },
  { dialect: 'nep4_zbl_charge3', species: ['Ba', 'Ti', 'O'], zbl: '0.75 1.5 0.6' },
  { dialect: 'nep5', species: ['Te', 'Pb'] },
  { dialect: 'nep5_zbl', species: ['Te', 'Pb'], zbl: '1 2' },
];

describe('nep.txt of every dialect', () => {
  it.each(SHAPES.map((shape) => [`${shape.dialect} ${shape.lMax ?? ''} ${shape.zbl ?? ''}`, shape] as const))(
    '%s is written as it was read',
    async (_name, shape) => {
      const text = nepText(shape);
      const parameters = await read(text);
      const written = writeNep(parameters);
      expect(numbersOf(written)).toEqual(numbersOf(text));
      expect(written.split(' ')[0]).toBe(shape.dialect);
      expect(await read(written)).toEqual(parameters);
    },
  );

  it('keeps every bit of numbers that GPUMD would not write', async () => {
    const values = [0.1, 1 / 3, -0, 5e-324, 1.7976931348623157e308, -2.2250738585072014e-308, 1e22];
    const lines = nepText({ dialect: 'nep4', species: ['Si'] }).split('\n');
    const first = lines.findIndex((line) => line.startsWith('ANN')) + 1;
    values.forEach((value, k) => {
      lines[first + k] = Object.is(value, -0) ? '-0' : `${value}`;
    });
    const parameters = await read(lines.join('\n'));
    expect(Array.from(parameters.networks[0].w0.subarray(0, values.length))).toEqual(values);
    expect(await read(writeNep(parameters))).toEqual(parameters);
  });

  it('puts each number where it belongs', async () => {
    const p = await read(nepText({ dialect: 'nep4_charge1', species: ['Te', 'Pb'], neurons: 3 }));
    const all = numbersOf(nepText({ dialect: 'nep4_charge1', species: ['Te', 'Pb'], neurons: 3 })).map(
      Number,
    );
    const dimension = 4 + 3 * 6;
    expect(p.dimension).toBe(dimension);
    const network = 3 * (dimension + 3);
    expect(p.networks[1].w0[0]).toBe(all[network]);
    expect(p.networks[1].b0[0]).toBe(all[network + 3 * dimension]);
    expect(p.networks[1].w1[0]).toBe(all[network + 3 * dimension + 3]);
    expect(p.networks[1].wCharge?.[0]).toBe(all[network + 3 * dimension + 6]);
    expect(p.sqrtEpsilon).toBe(all[2 * network]);
    expect(p.bias).toBe(all[2 * network + 1]);
    expect(p.radialCoefficients[0]).toBe(all[2 * network + 2]);
    expect(p.scaler[dimension - 1]).toBe(all.at(-1));
  });

  it('reads lines without neighbour numbers, with the numbers that GPUMD took then', async () => {
    const parameters = await read(nepText({ dialect: 'nep3', species: ['Si'], cutoff: '5 4' }));
    expect(parameters.neighbourLimits).toEqual([400, 80]);
  });

  it('reads the old and the new l_max line alike', async () => {
    const old = await read(nepText({ dialect: 'nep4', species: ['Si'], lMax: '4 2 1' }));
    expect(await read(nepText({ dialect: 'nep4', species: ['Si'], lMax: '4 1 1' }))).toEqual(old);
    expect(writeNep(old)).toContain('\nl_max 4 2 1\n');
    const flags = await read(nepText({ dialect: 'nep4', species: ['Si'], lMax: '4 1 0 0 1' }));
    expect(writeNep(flags)).toContain('\nl_max 4 1 0 0 1\n');
  });

  it('makes a version 3 model of version 2', async () => {
    const parameters = await read(nepText({ dialect: 'nep', species: ['Te', 'Pb'], lMax: '4' }));
    const all = numbersOf(nepText({ dialect: 'nep', species: ['Te', 'Pb'], lMax: '4' })).map(Number);
    const networks = 4 * (16 + 2) + 1;
    expect(parameters.version).toBe(3);
    expect(parameters.radial).toMatchObject({ nMax: 3, basisSize: 3 });
    for (let n = 0; n <= 3; n++) {
      for (let k = 0; k <= 3; k++) {
        for (let pair = 0; pair < 4; pair++)
          expect(parameters.radialCoefficients[(n * 4 + k) * 4 + pair]).toBe(
            n === k ? all[networks + n * 4 + pair] : 0,
          );
      }
    }
    expect(parameters.angularCoefficients[3]).toBe(all[networks + 16 + 3]);
    expect(await read(writeNep(parameters))).toEqual(parameters);
  });

  it('is recognised by its first line', () => {
    for (const { dialect } of SHAPES) expect(NEP.recognises('model', `${dialect} 2 Te Pb\n`)).toBe(true);
    expect(NEP.recognises('nep.txt', '')).toBe(true);
    expect(NEP.recognises('x.xyz', '64\nLattice=')).toBe(false);
    expect(NEP.recognises('nep.in', 'type 2 Te Pb\n')).toBe(false);
  });
});

/** A model with one line replaced (or dropped): what the error must say, and at which line. */
const ERRORS: [name: string, line: number, replacement: string | null, found: RegExp, expected: RegExp][] = [
  ['another kind of model', 1, 'nep6 2 Te Pb', /'nep6'/, /nep3, nep4 or nep5/],
  ['a dialect that does not exist', 1, 'nep5_dipole 2 Te Pb', /nep5_dipole/, /combination/],
  ['charges in version 3', 1, 'nep3_charge1 2 Te Pb', /nep3_charge1/, /combination/],
  ['too few symbols', 1, 'nep4_zbl 3 Te Pb', /2 symbols behind the number 3/, /as many/],
  ['no element', 1, 'nep4_zbl 2 Te Pz', /'Pz'/, /element/],
  ['an element twice', 1, 'nep4_zbl 2 Te Te', /Te Te/, /once/],
  ['no ZBL line', 2, null, /cutoff/, /zbl INNER/],
  ['ZBL cutoffs in the wrong order', 2, 'zbl 2 1', /zbl 2 1/, /larger/],
  ['a factor of the flexible ZBL', 2, 'zbl 0 0 0.7', /factor/, /flexible/],
  ['a cutoff that is no number', 3, 'cutoff 5 x 60 40', /'x'/, /angular cutoff/],
  ['an angular cutoff beyond the radial one', 3, 'cutoff 4 5 60 40', /4 and 5/, /not larger/],
  ['three cutoffs', 3, 'cutoff 5 4 60', /3 values/, /for each of the 2 species/],
  ['no n_max', 4, null, /basis_size/, /n_max/],
  ['a negative n_max', 4, 'n_max -1 2', /-1/, /from 0/],
  ['an l that is too high', 6, 'l_max 9 2 1', /l_max 9/, /0\.\.8/],
  ['a flag that is none', 6, 'l_max 4 2 2', /l_max 4 2 2/, /0\|1/],
  ['an old flag among new ones', 6, 'l_max 4 2 1 1', /l_max 4 2 1 1/, /0\|1/],
  ['a second layer', 7, 'ANN 4 3', /ANN 4 3/, /ANN NEURONS 0/],
  ['a word among the numbers', 12, 'hello', /'hello'/, /one number a line/],
  ['nan', 12, '  nan', /'nan'/, /one number a line/],
  ['two numbers in a line', 12, '1.0 2.0', /'1.0 2.0'/, /one number a line/],
  ['a number too few', 12, null, /342 numbers/, /343 \(.*scalers\)/],
  ['a number too many', 12, '1.0\n2.0', /344 numbers/, /343 \(.*networks.*radial.*angular/],
  ['a blank line', 12, '', /blank/, /one number a line/],
];

describe('nep.txt that is not what it should be', () => {
  const good = nepText({ dialect: 'nep4_zbl', species: ['Te', 'Pb'], zbl: '1 2' })
    .trimEnd()
    .split('\n');

  it.each(ERRORS)('%s', async (_name, line, replacement, found, expected) => {
    const lines = [...good];
    if (replacement === null) lines.splice(line - 1, 1);
    else lines[line - 1] = replacement;
    const error = await read(lines.join('\n')).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(FormatError);
    expect((error as FormatError).found).toMatch(found);
    expect((error as FormatError).expected).toMatch(expected);
    expect((error as FormatError).file).toBe('nep.txt');
    const countOrBlank = /numbers|blank/.test((error as FormatError).found);
    if (!countOrBlank) expect((error as FormatError).line).toBe(line);
  });

  it('typewise cutoffs of a charge model', async () => {
    const text = nepText({ dialect: 'nep4_charge1', species: ['Te', 'Pb'], cutoff: '6 4 5 4 60 40' });
    await expect(read(text)).rejects.toThrow(/nep.txt:2: found cutoffs that differ/);
  });

  it('a flexible ZBL with cutoffs in the wrong order', async () => {
    const lines = nepText({ dialect: 'nep4_zbl', species: ['Si'], zbl: '0 0' })
      .trimEnd()
      .split('\n');
    lines[lines.length - 10] = '5.0';
    await expect(read(lines.join('\n'))).rejects.toThrow(/flexible ZBL cutoffs 5 and/);
  });

  it('is one FormatError whatever the damage, and what is read makes sense', async () => {
    let readable = 0;
    let refused = 0;
    for (const shape of SHAPES) {
      const bytes = Buffer.from(nepText({ ...shape, nMax: [1, 1], basisSize: [1, 1], neurons: 1 }));
      const outcome = await readDamaged(damaged(bytes, 120), async (text) =>
        expectFinite((await readPotential(NEP, text)).parameters),
      );
      readable += outcome.read;
      refused += outcome.refused;
    }
    expect(refused).toBeGreaterThan(3000);
    expect(readable).toBeGreaterThan(300);
  });
});

function expectFinite({ networks, radialCoefficients, angularCoefficients, scaler, radial }: NepParameters) {
  const arrays = [radialCoefficients, angularCoefficients, scaler, radial.cutoffs];
  for (const { w0, b0, w1 } of networks) arrays.push(w0, b0, w1);
  expect(arrays.every((array) => array.every(Number.isFinite))).toBe(true);
}

describe.skipIf(withoutData)('the NEP files of the reference data', () => {
  const folder = join(DATA, 'nep/potentials');
  const files = withoutData ? [] : readdirSync(folder);

  it.each(files)('%s is read, written and read again', async (file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const parameters = await read(text);
    const written = writeNep(parameters);
    expect(await read(written)).toEqual(parameters);
    // Version 2 becomes version 3; all others keep their numbers and their words.
    if (text.startsWith('nep ')) return;
    expect(numbersOf(written).map(Number)).toEqual(numbersOf(text).map(Number));
    expect(written.split(/\s/)[0]).toBe(text.split(/\s/)[0]);
  });

  it('are all there', () => expect(files.length).toBeGreaterThan(30));
});
