import { atomicNumber } from '../../src/model/elements.js';
import { quoted } from '../../src/model/errors.js';
import { zblRadius } from '../../src/potentials/nep/covalent-radii.js';
import { HIGHER_INVARIANTS } from '../../src/potentials/nep/invariants.js';
import type { NepInvariants, NepParameters } from '../../src/potentials/nep/parameters.js';
import { integerOf, realOf, type TextReader, words } from '../io/text.js';

/** The lines above the numbers, as they stand. */
export interface NepHeader {
  /** As in the first word; 2 where it is plain `nep` */
  version: 2 | 3 | 4 | 5;
  predicts: NepParameters['predicts'];
  chargeMode: NepParameters['chargeMode'];
  temperature: boolean;
  species: string[];
  /** 'flexible': its numbers stand at the end of the file */
  zbl?: 'flexible' | { inner: number; outer: number; factor?: number };
  radialCutoffs: Float64Array;
  angularCutoffs: Float64Array;
  neighbourLimits: [number, number];
  nMax: [number, number];
  basisSize: [number, number];
  lMax: number;
  invariants: NepInvariants;
  neurons: number;
}

/** What the programs took where a file from before 2022 names no neighbour numbers: 1.25 times these. */
const OLD_NEIGHBOUR_LIMITS: [number, number] = [400, 80];

/** Nothing near such sizes exists; beyond, a damaged digit is likelier than a model. */
const LARGEST = 10_000;

export async function readHeader(text: TextReader): Promise<NepHeader> {
  const dialect = await readDialect(text);
  const zbl = dialect.zbl ? await readZbl(text, dialect.species) : undefined;
  const cutoffs = await readCutoffs(text, dialect.species.length, dialect.chargeMode !== 0);
  const nMax = await readPair(text, 'n_max', 'n_max RADIAL ANGULAR');
  const basisSize =
    dialect.version === 2 ? nMax : await readPair(text, 'basis_size', 'basis_size RADIAL ANGULAR');
  const { lMax, invariants } = await readLMax(text);
  const neurons = await readNeurons(text);
  return { ...dialect, zbl, ...cutoffs, nMax, basisSize, lMax, invariants, neurons };
}

const DIALECT = /^nep([345]?)(_zbl)?(?:_(temperature|dipole|polarizability|charge([123])))?$/;
const DIALECTS =
  'nep3, nep4 or nep5, with _zbl, _dipole, _polarizability, _temperature or _charge1 to _charge3 behind it';

async function readDialect(text: TextReader) {
  const line = words(await text.expectLine('the first line of a NEP model: nep4 COUNT SYMBOLS'));
  const name = line[0] ?? '';
  const match = DIALECT.exec(name);
  if (!match) text.fail(quoted(name), DIALECTS, { hint: 'other kinds of NEP models are not supported' });
  const version = match[1] === '' ? 2 : (Number(match[1]) as 3 | 4 | 5);
  const zbl = match[2] !== undefined;
  const kind = match[3] ?? '';
  const tensor = kind === 'dipole' || kind === 'polarizability';
  if (
    (zbl && tensor) ||
    (version !== 4 && kind.startsWith('charge')) ||
    (kind === 'temperature' && version !== 3 && version !== 4) ||
    (version === 5 && kind !== '')
  )
    text.fail(quoted(name), `a combination that exists: ${DIALECTS}`);
  const count = integerOf(line[1], 'the number of species', text);
  const species = line.slice(2);
  if (species.length !== count || count < 1)
    text.fail(`${species.length} symbols behind the number ${count}`, 'as many symbols as the number says');
  for (const symbol of species) {
    if (atomicNumber(symbol) < 1) text.fail(quoted(symbol), 'the symbol of an element');
  }
  if (new Set(species).size !== count) text.fail(quoted(species.join(' ')), 'each element once');
  return {
    version: version as NepHeader['version'],
    zbl,
    predicts: tensor ? (kind as 'dipole' | 'polarizability') : ('energy' as const),
    chargeMode: Number(match[4] ?? 0) as NepHeader['chargeMode'],
    temperature: kind === 'temperature',
    species,
  };
}

/** A line that begins with `keyword`: the words behind it. */
async function keywordLine(text: TextReader, keyword: string, expected: string): Promise<string[]> {
  const line = words(await text.expectLine(expected));
  if (line[0] !== keyword) text.fail(quoted(line.join(' ')), expected);
  return line.slice(1);
}

function size(word: string | undefined, what: string, least: number, text: TextReader): number {
  const value = integerOf(word, what, text);
  if (value < least || value > LARGEST) text.fail(`${value}`, `${what} from ${least} to ${LARGEST}`);
  return value;
}

async function readZbl(text: TextReader, species: readonly string[]): Promise<NepHeader['zbl']> {
  const expected = 'zbl INNER OUTER [FACTOR]';
  const line = await keywordLine(text, 'zbl', expected);
  if (line.length !== 2 && line.length !== 3) text.fail(`${line.length} values behind zbl`, expected);
  const inner = realOf(line[0], 'the inner ZBL cutoff', text);
  const outer = realOf(line[1], 'the outer ZBL cutoff', text);
  if (inner === 0 && outer === 0) {
    if (line.length === 3) text.fail('a factor behind zbl 0 0', 'zbl 0 0 alone for a flexible ZBL');
    return 'flexible';
  }
  if (inner < 0 || outer <= inner)
    text.fail(`zbl ${inner} ${outer}`, 'an inner cutoff from 0 up and a larger outer one');
  if (line.length === 2) return { inner, outer };
  const factor = realOf(line[2], 'the factor of typewise ZBL cutoffs', text);
  if (factor <= 0) text.fail(`${factor}`, 'a positive factor of typewise ZBL cutoffs');
  for (const symbol of species) {
    if (zblRadius(symbol) === undefined)
      text.fail(
        `a typewise ZBL cutoff for ${symbol}`,
        'elements up to Pu, for which covalent radii are defined',
      );
  }
  return { inner, outer, factor };
}

async function readCutoffs(text: TextReader, count: number, charged: boolean) {
  const typewise = `cutoff RADIAL ANGULAR for each of the ${count} species, then two neighbour numbers`;
  const expected = `cutoff RADIAL ANGULAR MAX_RADIAL MAX_ANGULAR, or ${typewise}`;
  const line = await keywordLine(text, 'cutoff', expected);
  const pairs = line.length === 2 || line.length === 4 ? 1 : (line.length - 2) / 2;
  if (pairs !== 1 && pairs !== count) {
    text.fail(`${line.length} values behind cutoff`, expected, {
      hint: 'files of GPUMD 3.9 to 4.1 with factors on this line cannot be read',
    });
  }
  const radialCutoffs = new Float64Array(count);
  const angularCutoffs = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const at = pairs === 1 ? 0 : 2 * i;
    radialCutoffs[i] = realOf(line[at], 'a radial cutoff', text);
    angularCutoffs[i] = realOf(line[at + 1], 'an angular cutoff', text);
    if (angularCutoffs[i] <= 0 || radialCutoffs[i] < angularCutoffs[i] || radialCutoffs[i] > 100) {
      text.fail(
        `cutoffs ${radialCutoffs[i]} and ${angularCutoffs[i]}`,
        'a radial cutoff up to 100 A and a positive angular one that is not larger',
      );
    }
  }
  if (charged && (new Set(radialCutoffs).size > 1 || new Set(angularCutoffs).size > 1))
    text.fail('cutoffs that differ between species', 'one pair of cutoffs, for a charge model');
  const neighbourLimits: [number, number] =
    line.length === 2
      ? OLD_NEIGHBOUR_LIMITS
      : [
          size(line.at(-2), 'the largest number of radial neighbours', 0, text),
          size(line.at(-1), 'the largest number of angular neighbours', 0, text),
        ];
  return { radialCutoffs, angularCutoffs, neighbourLimits };
}

async function readPair(text: TextReader, keyword: string, expected: string): Promise<[number, number]> {
  const line = await keywordLine(text, keyword, expected);
  if (line.length !== 2) text.fail(`${line.length} values behind ${keyword}`, expected);
  return [size(line[0], `the radial ${keyword}`, 0, text), size(line[1], `the angular ${keyword}`, 0, text)];
}

/** `l_max L` with either the old 0|2 0|1, or up to six flags 0|1. */
async function readLMax(text: TextReader): Promise<{ lMax: number; invariants: NepInvariants }> {
  const expected =
    'l_max 0..8, then 0|2 0|1, or up to six flags 0|1 for q_222 q_1111 q_112 q_123 q_233 q_134';
  const line = await keywordLine(text, 'l_max', expected);
  if (line.length < 1 || line.length > 7) text.fail(`${line.length} values behind l_max`, expected);
  const [lMax, ...flags] = line.map((word) => integerOf(word, 'l_max', text));
  if (lMax < 0 || lMax > 8) text.fail(`l_max ${lMax}`, expected);
  const old = flags[0] === 2 && flags.length <= 2;
  const on = flags.map((flag, i) => flag === 1 || (old && i === 0));
  if (!flags.every((flag, i) => flag === 0 || on[i])) text.fail(`l_max ${line.join(' ')}`, expected);
  const invariants = Object.fromEntries(HIGHER_INVARIANTS.map((name, i) => [name, on[i] ?? false]));
  return { lMax, invariants: invariants as unknown as NepInvariants };
}

async function readNeurons(text: TextReader): Promise<number> {
  const expected = 'ANN NEURONS 0';
  const line = await keywordLine(text, 'ANN', expected);
  if (line.length !== 2 || line[1] !== '0') {
    text.fail(quoted(`ANN ${line.join(' ')}`), expected, {
      hint: 'networks with a second hidden layer are not supported',
    });
  }
  return size(line[0], 'the number of neurons', 1, text);
}
