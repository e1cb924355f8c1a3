import { describe, expect, it } from 'vitest';
import { writePacemakerYaml } from '../../formats/ace/write-pacemaker.js';
import { writeYace } from '../../formats/ace/write-yace.js';
import { ACE_LEGACY, readAceLegacy } from '../../formats/ace-legacy.js';
import { TextReader } from '../../formats/io/text.js';
import { PACEMAKER_YAML, readPacemakerYaml } from '../../formats/pacemaker-yaml.js';
import { potentialFormatOf } from '../../formats/potentials.js';
import { readYace, YACE } from '../../formats/yace.js';
import { uniform } from '../../src/math/random.js';
import { FormatError } from '../../src/model/errors.js';
import type { AceParameters } from '../../src/potentials/ace/parameters.js';
import { LEGACY_TEXT, YACE_TEXT, YAML_TEXT } from '../helpers/ace-files.js';
import { fuzzPotential } from '../helpers/fuzz.js';

const yaml = (text: string) => readPacemakerYaml(new TextReader(text, 'pot.yaml'));
const yace = (text: string) => readYace(new TextReader(text, 'pot.yace'));
const legacy = (text: string) => readAceLegacy(new TextReader(text, 'pot.ace'));
const joined = (pieces: Iterable<string>) => [...pieces].join('');

/** What the evaluation needs. */
const evaluated = ({ basis, ...rest }: AceParameters) => rest;

/** A text with one part replaced, which must be there. */
function changed(text: string, from: string | RegExp, to: string): string {
  const found = text.replace(from, to);
  expect(found).not.toBe(text);
  return found;
}

describe("pacemaker's YAML", () => {
  it('is written as it was read', async () => {
    const parameters = await yaml(YAML_TEXT);
    expect(await yaml(joined(writePacemakerYaml(parameters)))).toEqual(parameters);
    expect(parameters.basis?.metadata).toEqual({ user: 'nobody' });
  });

  it('puts each number where it belongs', async () => {
    const { species, embeddings, bonds, inner, functions, basis, isolated } = await yaml(YAML_TEXT);
    expect(species).toEqual(['Al', 'Ni']);
    expect(isolated).toEqual(new Float64Array(2));
    expect(inner).toBe('density');
    expect(embeddings[0]).toMatchObject({ kind: 'FinnisSinclair', coreCutoff: 100000, coreWidth: 250 });
    expect(embeddings[1]).toMatchObject({ densities: 2, coreCutoff: 2000, coreWidth: 150 });
    expect(bonds.map(({ base }) => base)).toEqual(['ChebExpCos', 'SBessel', 'SBessel', 'ChebPow']);
    expect(bonds[2]).toEqual(bonds[1]);
    expect(bonds[0]).toMatchObject({ cutoff: 5.2, corePrefactor: 100, coreExponent: 5, radialCount: 2 });
    const { coefficients, lMax, baseCount } = bonds[0];
    const rows = JSON.parse(/radcoefficients: (.*)/.exec(YAML_TEXT)![1]);
    expect(coefficients[(1 * (lMax + 1) + 2) * baseCount + 3]).toBe(rows[1][2][3]);
    expect(basis?.functions.map(({ length }) => length)).toEqual([29, 28]);
    expect(functions[1][0].coefficients.length).toBe(2);
    expect(Math.max(...functions[0].map(({ rank }) => rank))).toBe(5);
  });

  it('reads the flat radial coefficients of old files, in the order k, n, l', async () => {
    const rows: number[][][] = JSON.parse(/radcoefficients: (.*)/.exec(YAML_TEXT)![1]);
    const flat: number[] = [];
    for (let k = 0; k < 4; k++) for (const row of rows) for (const column of row) flat.push(column[k]);
    const text = changed(YAML_TEXT, /radcoefficients: .*/, `radcoefficients: ${JSON.stringify(flat)}`);
    expect(await yaml(text)).toEqual(await yaml(YAML_TEXT));
    await expect(yaml(changed(text, /(radcoefficients: \[)/, '$10, '))).rejects.toThrow(
      /33 radial coeff.*32/,
    );
  });

  it('reads block style, anchors, quotes, comments and Windows line ends', async () => {
    const expected = await yaml(YAML_TEXT);
    const block = changed(
      YAML_TEXT,
      /- \{type: (Al Ni), nr: \[1\], nl: \[0\], c: \[(.*)\]\}/,
      '- type: "$1" # a comment with one \' in it\n        nr: &one\n          - 1\n        nl: [0,]\n        c: $2',
    );
    expect(await yaml(block)).toEqual(expected);
    const anchors = changed(
      changed(YAML_TEXT, 'core-repulsion: [100, 5]', 'core-repulsion: &core [100, 5]'),
      'core-repulsion: [110, 5.5]',
      'core-repulsion: *core',
    );
    expect((await yaml(anchors)).bonds[1]).toMatchObject({ corePrefactor: 100, coreExponent: 5 });
    expect(await yaml(YAML_TEXT.replaceAll('\n', '\r\n'))).toEqual(expected);
  });

  it('reads functions alike, alone on their lines or not', async () => {
    // A block of text in the file hands every line to the general parser.
    const text = changed(YAML_TEXT, 'user: nobody', 'user: |\n    nobody');
    const { basis, ...rest } = await yaml(text);
    const expected = await yaml(YAML_TEXT);
    expect(rest).toEqual(evaluated(expected));
    expect(basis?.functions).toEqual(expected.basis?.functions);
    expect(basis?.metadata).toEqual({ user: 'nobody\n' });
  });

  it('keeps what pacemaker notes', async () => {
    const notes = "metadata:\n  user: 'a: b # c'\n  empty: ''\n  second: 2021-05-02 20:13:47.53\n";
    const data = 'auxdata:\n  _int: {a: -1}\n  _double_arr:\n    x: [1.5, 2e-3]\n';
    const parameters = await yaml(changed(YAML_TEXT, 'metadata:\n  user: nobody\n', notes + data));
    expect(parameters.basis?.metadata).toEqual({
      user: 'a: b # c',
      empty: '',
      second: '2021-05-02 20:13:47.53',
    });
    expect(parameters.basis?.auxdata).toEqual({ _int: { a: '-1' }, _double_arr: { x: ['1.5', '2e-3'] } });
    expect(await yaml(joined(writePacemakerYaml(parameters)))).toEqual(parameters);
  });

  it('leaves out functions that are to be skipped', async () => {
    const text = changed(YAML_TEXT, /(nr: \[4\], nl: \[0\], c: \[.*\])/, '$1, skip: true');
    expect((await yaml(text)).functions[0].length).toBe((await yaml(YAML_TEXT)).functions[0].length - 1);
    const kept = changed(YAML_TEXT, /(nr: \[4\], nl: \[0\], c: \[.*\])/, '$1, skip: false');
    expect(await yaml(kept)).toEqual(await yaml(YAML_TEXT));
  });

  it('takes pairs without a block as such that do not interact', async () => {
    const alone = YAML_TEXT.replace(
      / {2}- speciesblock: Al Ni\n[\s\S]*?(?= {2}- speciesblock: Ni\n)/,
      '',
    ).replace(/ {2}- speciesblock: Ni Al\n[\s\S]*/, '');
    const parameters = await yaml(alone);
    expect(parameters.bonds[1]).toMatchObject({ baseCount: 0, radialCount: 0, corePrefactor: 0 });
    expect(await yaml(joined(writePacemakerYaml(parameters)))).toEqual(parameters);
    expect(await yace(joined(writeYace(parameters)))).toEqual(evaluated(parameters));
  });

  it('writes functions whose factors it had to sort as they were', async () => {
    const unsorted = changed(
      YAML_TEXT,
      /type: Al Al Al Al, nr: \[1, 1, 2\], nl: \[2, 2, 2\], lint: \[2\]/,
      'type: Al Al Al Al, nr: [2, 1, 1], nl: [2, 2, 2], lint: [2]',
    );
    const parameters = await yaml(unsorted);
    const written = joined(writePacemakerYaml(parameters));
    expect(written).toContain('type: Al Al Al Al, nr: [2, 1, 1], nl: [2, 2, 2], lint: [2]');
    expect(await yaml(written)).toEqual(parameters);
    expect(parameters.functions[0].some(({ n }) => `${n}` === '1,1,2')).toBe(true);
  });

  it('has no place for energies of isolated atoms', async () => {
    const parameters = { ...(await yaml(YAML_TEXT)), isolated: Float64Array.of(0, -1) };
    expect(() => joined(writePacemakerYaml(parameters))).toThrow(/energies of isolated atoms/);
  });
});

describe('.yace', () => {
  it('of a B-basis is read as what was written', async () => {
    const parameters = await yaml(YAML_TEXT);
    expect(await yace(YACE_TEXT)).toEqual(evaluated(parameters));
    expect(joined(writeYace(await yace(YACE_TEXT)))).toBe(YACE_TEXT);
  });

  it('keeps every bit of any number', async () => {
    const values = [0.1, 1 / 3, -0, 5e-324, 1.7976931348623157e308, -2.2250738585072014e-308, 1e22, 1e21];
    const parameters = await yace(YACE_TEXT);
    const { coefficients } = parameters.bonds[0];
    values.forEach((value, k) => {
      coefficients[k] = value;
    });
    const found = (await yace(joined(writeYace(parameters)))).bonds[0].coefficients;
    values.forEach((value, k) => {
      expect(found[k]).toBe(value);
    });
  });

  it('is read in block style and from files before the inner cutoffs', async () => {
    const expected = await yace(YACE_TEXT);
    const old = YACE_TEXT.replace(/, rcut_in: 0, dcut_in: 0, inner_cutoff_type: density/g, '');
    expect(old).not.toBe(YACE_TEXT);
    expect(await yace(old)).toEqual(expected);
    const block = changed(
      changed(YACE_TEXT, 'elements: [Al, Ni]', 'elements:\n  - Al\n  - Ni'),
      /^ {2}\[0, 1\]: /m,
      '  ? [0, 1]\n  : ',
    );
    expect(await yace(block)).toEqual(expected);
  });

  it('cannot become a B-basis again', async () => {
    const parameters = await yace(YACE_TEXT);
    expect(() => joined(writePacemakerYaml(parameters))).toThrow(/cannot be written as pacemaker's B-basis/);
  });

  it('knows the radial basis by the name that tests of pacemaker have for it', async () => {
    const text = YACE_TEXT.replaceAll('radbasename: SBessel', 'radbasename: TEST_SBessel');
    expect(await yace(text)).toEqual(await yace(YACE_TEXT));
  });
});

describe('.ace', () => {
  it('is read, and written as .yace', async () => {
    const parameters = await legacy(LEGACY_TEXT);
    expect(await yace(joined(writeYace(parameters)))).toEqual(parameters);
    expect(parameters).toMatchObject({
      species: ['Al', 'Ni'],
      splineStep: 0.001,
      inner: 'density',
      isolated: Float64Array.of(-1.5, 0.25),
    });
    expect(parameters.embeddings[1]).toMatchObject({ densities: 2, coreCutoff: 3000, coreWidth: 150 });
    // crad runs over k, n, l
    expect(parameters.bonds[0].coefficients).toEqual(Float64Array.of(1, 3, 2, 4));
    expect(parameters.bonds[3]).toMatchObject({ cutoff: 5.5, parameters: [4.75], corePrefactor: 120 });
    expect(parameters.functions.map(({ length }) => length)).toEqual([2, 1]);
    expect(parameters.functions[0][1].m).toEqual(Int8Array.of(0, 0, 1, -1));
    expect(parameters.functions[0][1].coefficients).toEqual(Float64Array.of(-0.5, 0.25, 1, -0.5));
  });

  it('needs neither E0 nor the name of a linear embedding', async () => {
    const bare = changed(LEGACY_TEXT, 'E0: -1.5 0.25\n', '');
    expect((await legacy(bare)).isolated).toEqual(new Float64Array(2));
    const unnamed = changed(bare, 'embedding-function: FinnisSinclairShiftedScaled\n', '');
    await expect(legacy(unnamed)).rejects.toThrow(/pot.ace:9: .*expected embedding-function:/);
    const linear = changed(unnamed, '0.500000 0.500000', '0.5 1');
    expect((await legacy(linear)).embeddings[0].kind).toBe('FinnisSinclair');
  });
});

describe('ACE files', () => {
  it('are recognised by what they hold, and by name where they are to be written', () => {
    const heads = { yace: YACE_TEXT, pacemaker: YAML_TEXT, ace: LEGACY_TEXT };
    for (const [name, text] of Object.entries(heads))
      expect(potentialFormatOf('unknown', text.slice(0, 4096))?.name).toBe(name);
    for (const [file, name] of [
      ['a.yace', 'yace'],
      ['a.yaml', 'pacemaker'],
      ['a.yml', 'pacemaker'],
    ])
      expect(potentialFormatOf(file, '')?.name).toBe(name);
    expect(potentialFormatOf('phonopy.yaml', 'phonopy:\n  version: "2.20"\n')).toBeUndefined();
  });
});

/** A replacement in a file, and what the error must say; LINE is the line of what was replaced. */
type Wrong = [name: string, from: string | RegExp, to: string, message: RegExp];

const WRONG_YAML: Wrong[] = [
  ['no spline step', '  DeltaSplineBins: 0.001\n', '  x: 1\n', /found no DeltaSplineBins, expected the key/],
  ['a spline step of 0', 'DeltaSplineBins: 0.001', 'DeltaSplineBins: 0', /LINE: found the spline step 0/],
  ['tables without end', 'DeltaSplineBins: 0.001', 'DeltaSplineBins: 1e-9', /at most 1000000 knots/],
  ['another embedding', 'npoti: FinnisSinclair\n', 'npoti: Spline\n', /LINE: found the embedding 'Spline'/],
  ['too few parameters', 'parameters: [1, 1]\n', 'parameters: [1]\n', /LINE: found 1 parameters.*expected 2/],
  ['another radial basis', 'radbase: ChebPow', 'radbase: Sinc', /LINE: found the radial basis 'Sinc'/],
  ['a basis of tests', 'radbase: ChebPow', 'radbase: TEST_Cheb', /LINE: .*'TEST_Cheb'/],
  ['ACE.jl', 'radbase: ChebPow', 'radbase: ACE.jl.base', /LINE: .*'ACE.jl.base' of ACE.jl.*not supported/],
  [
    'a word for a number',
    'rcutij: 5.2',
    'rcutij: far',
    /LINE: found 'far', expected a number for the cutoff/,
  ],
  ['half a number', 'nradmaxi: 3', 'nradmaxi: 3.5', /LINE: found '3.5', expected a whole number/],
  ['no cutoff', 'rcutij: 5.2', 'rcutij: 0', /found the cutoff 0, expected one above 0/],
  ['too few coefficients', 'nradbaseij: 4', 'nradbaseij: 5', /found 4 radial coefficients, expected 5/],
  ['too few angular momenta', 'lmaxi: 3', 'lmaxi: 4', /found 4 angular momenta, expected 5/],
  ['too few radial functions', 'nradmaxi: 3', 'nradmaxi: 4', /found 3 radial functions, expected 4/],
  ['half of a bond', '    lmaxi: 3\n', '', /LINE: found nradmaxi without lmaxi|found nradmaxi without lmaxi/],
  ['a core of one number', 'core-repulsion: [100, 5]', 'core-repulsion: [100]', /LINE: found 1 numbers/],
  ['another function', 'type: Al Al, nr: [1]', 'type: Ni Al, nr: [1]', /LINE: .*function of Ni Al.*block Al/],
  ['a foreign neighbour', 'type: Al Al, nr: [1]', 'type: Al Cu, nr: [1]', /LINE: .*Al Cu.*block Al/],
  ['no neighbour', 'type: Al Al, nr: [1]', 'type: Al, nr: [1]', /LINE: found a function of no neighbours/],
  [
    'n beyond the base',
    'nr: [4]',
    'nr: [5]',
    /LINE: found n 5 in a function of rank 1, expected one from 1 to 4/,
  ],
  ['n beyond the radial functions', 'nr: [2, 2]', 'nr: [2, 3]', /LINE: found n 3 .*from 1 to 2/],
  ['n of 0', 'nr: [1], nl: [0]', 'nr: [0], nl: [0]', /LINE: found n 0/],
  ['n of -1', 'nr: [1], nl: [0]', 'nr: [-1], nl: [0]', /LINE: found -1 in nr/],
  ['l beyond its largest', 'nl: [3, 3]', 'nl: [4, 4]', /LINE: found l 4 .*from 0 to 3/],
  ['too few n', 'nr: [2, 2]', 'nr: [2]', /LINE: found 1 numbers, expected 2, one for each neighbour/],
  ['l of rank 1', 'nr: [1], nl: [0]', 'nr: [1], nl: [2]', /LINE: .*angular momentum 2 alone/],
  ['l that do not pair', 'nl: [3, 3]', 'nl: [1, 3]', /LINE: .*1 and 3 that do not couple to 0/],
  ['an odd sum of l', 'nl: [3, 3]', 'nl: [2, 3]', /LINE: .*2 3 whose sum is odd/],
  ['no coupling', 'lint: [0, 0]', 'lint: []', /LINE: found 0 intermediate angular momenta for 4/],
  ['too many couplings', 'lint: [0, 0]', 'lint: [0, 0, 0]', /LINE: found 3 intermediate/],
  ['couplings apart', 'lint: [0, 0]', 'lint: [0, 1]', /LINE: .*1 and 1.*|LINE: .*do not couple to 0/],
  ['too many coefficients', /c: \[(-?[\d.]+)\]/, 'c: [$1, 1]', /LINE: found 2 coefficients, expected 1/],
  ['not a skip', /c: \[0.37925\]/, 'c: [0.37925], skip: maybe', /LINE: found skip: maybe/],
  ['a second block', '- speciesblock: Ni\n', '- speciesblock: Al\n', /LINE: found a second block Al/],
  ['no block of an element', '- speciesblock: Ni\n', '- speciesblock: Ni Cu\n', /found no block Cu/],
  ['a block of nothing', '- speciesblock: Ni\n', '- speciesblock:\n', /LINE: found a block of no species/],
  [
    'a cutoff by itself',
    '    core-repulsion: [110',
    '    inner_cutoff_type: zbl\n    core-repulsion: [110',
    /the inner cutoff zbl beside density/,
  ],
  [
    'an unknown cutoff',
    '    core-repulsion: [110',
    '    inner_cutoff_type: sharp\n    core-repulsion: [110',
    /'sharp', expected one of density, distance, zbl/,
  ],
  [
    'another bond there and back',
    '    # the bond is that of Al Ni\n',
    '    core-repulsion: [1, 2]\n',
    /a core repulsion other than that of the block of the other order/,
  ],
  ['no list', 'nr: [2, 2]', 'nr: 2', /LINE: found '2', expected a list of nr/],
  [
    'a key twice',
    'nr: [2, 2]',
    'nr: [2, 2], nr: [2, 2]',
    /LINE: found a fault of YAML \(Map keys must be unique/,
  ],
  ['an open bracket', 'parameters: [1, 1]\n', 'parameters: [1, 1\n', /found a fault of YAML/],
  ['an alias of nothing', 'core-repulsion: [100, 5]', 'core-repulsion: *core', /LINE: found .*core/],
];

const WRONG_YACE: Wrong[] = [
  ['no E0', 'E0: [0, 0]\n', '', /found no E0, expected the key E0/],
  ['E0 of one species', 'E0: [0, 0]', 'E0: [0]', /LINE: found 1 energies of isolated atoms, expected 2/],
  ['E0 of no number', 'E0: [0, 0]', 'E0: [0, .nan]', /LINE: found '.nan', expected a number/],
  ['an element twice', 'elements: [Al, Ni]', 'elements: [Al, Al]', /LINE: found the element Al twice/],
  ['no elements', /^elements: .*/m, 'elements: []', /found 2 energies of isolated atoms, expected 0/],
  ['no embedding', /^ {2}1: \{ndensity.*\n/m, '', /found no embeddings of the species 1/],
  [
    'an embedding too many',
    /^ {2}1: \{ndensity/m,
    '  7: {ndensity',
    /LINE: found the species 7, expected one from 0 to 1/,
  ],
  [
    'an embedding by name',
    /^ {2}1: \{ndensity/m,
    '  Ni: {ndensity',
    /LINE: found 'Ni', expected a whole number/,
  ],
  ['no bond', /^ {2}\[1, 0\]: .*\n/m, '', /found no bond \[1, 0\]/],
  ['a bond twice', '[1, 0]: {', '[0, 1]: {', /LINE: .*keys must be unique/],
  ['a bond of three', '[1, 0]: {', '[1, 0, 0]: {', /LINE: found a bond of the species 1, 0, 0/],
  ['a bond by name', '[1, 0]: {', 'Al Ni: {', /LINE: found 'Al Ni', expected a list/],
  ['ACE.jl', 'radbasename: ChebPow', 'radbasename: ACE.jl.base', /LINE: .*ACE.jl's are not supported/],
  [
    'other inner cutoffs',
    'inner_cutoff_type: density',
    'inner_cutoff_type: zbl',
    /found the inner cutoff density beside zbl/,
  ],
  [
    'fewer coefficients',
    'num_ms_combs: 2',
    'num_ms_combs: 3',
    /LINE: found 2 coefficients, expected 3 times 1/,
  ],
  ['fewer species', 'mus: [0, 0]', 'mus: [0]', /LINE: found 1 numbers in mus, expected 2/],
  ['an unknown species', 'mus: [0, 0]', 'mus: [0, 2]', /LINE: found the species 2, expected one from 0 to 1/],
  ['the wrong centre', '- {mu0: 1', '- {mu0: 0', /LINE: found mu0 0, expected 1/],
  ['other densities', 'ndensity: 1, num', 'ndensity: 2, num', /LINE: found 2 densities, expected 1/],
  ['a rank of 0', 'rank: 1', 'rank: 0', /LINE: found rank 0/],
  ['another rank', 'rank: 2', 'rank: 3', /LINE: found 2 numbers in mus, expected 3/],
  [
    'm that do not add up',
    'ms_combs: [0, 0, 1, -1]',
    'ms_combs: [0, 0, 1, 0]',
    /LINE: found the product m 1 0/,
  ],
  [
    'm beyond l',
    'ms_combs: [0, 0, 1, -1]',
    'ms_combs: [0, 0, 2, -2]',
    /LINE: found the product m 2 -2 for l 1 1/,
  ],
  ['n beyond the radial functions', 'ns: [2, 2]', 'ns: [2, 3]', /LINE: found n 3/],
  [
    'l beyond its largest',
    'ls: [3, 3]',
    'ls: [3, 300]',
    /LINE: found 300 in ls, expected numbers from 0 to 255/,
  ],
  ['the functions of one species alone', /^ {2}1:\n[\s\S]*/m, '', /found no functions of the species 1/],
  [
    'a list for all',
    /^elements:[\s\S]*/,
    '- a\n- b\n',
    /pot:1: found a list, expected values, elements among them/,
  ],
  ['nothing', /^[\s\S]*$/, '', /found nothing, expected values/],
];

const WRONG_LEGACY: Wrong[] = [
  ['no number of elements', 'nelements=2', 'elements', /expected 'nelements='/],
  ['an element too many', 'nelements=2', 'nelements=3', /LINE|expected 'lmax='|found 'lmax=1'/],
  ['no lmax', 'lmax=1\n', '', /expected 'lmax='/],
  ['another embedding', 'FinnisSinclairShifted', 'Finnis', /LINE: found the embedding/],
  ['too many parameters', '4 FS', '6 FS', /pot:11: found 'core', expected a number for an FS parameter/],
  [
    'too few parameters',
    '4 FS parameters:  1.000000 1.000000',
    '2 FS parameters:',
    /found 2 parameters.*expected 4/,
  ],
  ['ACE.jl', 'radbasename=ChebExpCos', 'radbasename=ACE.jl.Basic', /LINE: .*ACE.jl's are not supported/],
  ['no knots', 'deltaSplineBins=0.001', 'deltaSplineBins=0', /LINE: found the spline step 0/],
  [
    'too few radial coefficients',
    ' 11 12\n',
    ' 11\n',
    /found 'rankmax=2', expected a number for a radial coefficient/,
  ],
  ['too many radial coefficients', ' 11 12\n', ' 11 12 13\n', /LINE: found '13.*expected 'rankmax='/],
  ['a rank elsewhere', 'rank=2 ndens', 'rank=1 ndens', /LINE|expected '\)'/],
  [
    'the wrong centre',
    'rank=2 ndens=2 mu0=0',
    'rank=2 ndens=2 mu0=1',
    /LINE: found 1 for the species of the centre/,
  ],
  [
    'more functions',
    'total_basis_size: 1 0',
    'total_basis_size: 1 1',
    /end of the file, expected 'ctilde_basis_func:'/,
  ],
  ['fewer functions', 'total_basis_size: 1 0', 'total_basis_size: 0 0', /expected the end of the file/],
  ['m that do not add up', '< 1  -1 >:', '< 1  1 >:', /LINE|found the product m 1 1/],
  ['a word for a number', '>:  1.0', '>:  one', /LINE: found 'one', expected a number for a coefficient/],
];

describe.each([
  ["pacemaker's YAML", YAML_TEXT, readPacemakerYaml, WRONG_YAML],
  ['.yace', YACE_TEXT, readYace, WRONG_YACE],
  ['.ace', LEGACY_TEXT, readAceLegacy, WRONG_LEGACY],
] as const)('a wrong file, %s', (_format, text, read, wrong) => {
  it.each(wrong)('%s', async (_name, from, to, message) => {
    const broken = changed(text, from, to);
    let at = 0;
    while (broken[at] === text[at] && at < broken.length) at++;
    const line = text.slice(0, at).split('\n').length;
    const error = await read(new TextReader(broken, 'pot')).then(
      () => undefined,
      (reason) => reason,
    );
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toMatch(new RegExp(message.source.replaceAll('LINE', `^pot:${line}`)));
    expect(error.message.length).toBeLessThan(400);
  });
});

describe('damaged files', () => {
  it.each([
    [PACEMAKER_YAML, YAML_TEXT],
    [YACE, YACE_TEXT],
    [ACE_LEGACY, LEGACY_TEXT],
  ] as const)('$name: read, or refused with file and line', async (format, text) => {
    const { refused } = await fuzzPotential(format, Buffer.from(text), 200);
    expect(refused).toBeGreaterThan(50);
  });

  it.each([
    [PACEMAKER_YAML, YAML_TEXT],
    [YACE, YACE_TEXT],
    [ACE_LEGACY, LEGACY_TEXT],
  ] as const)('$name with other numbers: read, or refused', async (format, text) => {
    const next = uniform(7);
    const numbers = [...text.matchAll(/-?\d+(\.\d+)?/g)];
    const others = [
      '0',
      '-1',
      '1',
      '2',
      '3',
      '9',
      '255',
      '256',
      '1e300',
      '1e-300',
      '0.5',
      '-0',
      'x',
      '[]',
      '1 2',
    ];
    let refused = 0;
    for (let trial = 0; trial < 400; trial++) {
      const { index, 0: number } = numbers[Math.floor(next() * numbers.length)];
      const other = others[Math.floor(next() * others.length)];
      const sample = text.slice(0, index) + other + text.slice(index + number.length);
      try {
        const { parameters } = (await format.read(new TextReader(sample, 'pot'))) as {
          parameters: AceParameters;
        };
        expect(Number.isFinite(parameters.splineStep)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(50);
  });

  it('brackets without end are refused', async () => {
    await expect(yace(`elements: ${'['.repeat(20000)}`)).rejects.toBeInstanceOf(FormatError);
  });
});
