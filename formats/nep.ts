import { PhonolinkError, quoted } from '../src/model/errors.js';
import { toVersion } from '../src/potentials/nep/convert.js';
import type { NepParameters } from '../src/potentials/nep/parameters.js';
import { createNepPotential, isNepPotential, type NepPotential } from '../src/potentials/nep/potential.js';
import { parseReal, type TextReader } from './io/text.js';
import { readHeader } from './nep/header.js';
import { parametersOf, sectionsOf } from './nep/numbers.js';
import { writeNep } from './nep/write.js';
import type { PotentialFormat } from './potential-format.js';

const DIALECTS = new Map(([3, 4, 5] as const).map((version) => [`nep${version}`, version]));

export const NEP: PotentialFormat<NepPotential> = {
  name: 'nep',
  title: 'NEP model (nep.txt)',
  recognises: (filename, head) =>
    /^nep\d?(_\w+)?\s+\d+\s/.test(head) || (head === '' && /^nep.*\.txt$/i.test(filename)),
  read: async (text) => createNepPotential(await readNep(text)),
  async *write(potential) {
    if (!isNepPotential(potential)) throw new PhonolinkError('only a NEP model can be written as nep.txt');
    yield writeNep(potential.parameters);
  },
  dialects: [...DIALECTS.keys()],
  toDialect: (potential, dialect, note) => {
    const version = DIALECTS.get(dialect);
    return version ? createNepPotential(toVersion(potential.parameters, version, note)) : potential;
  },
};

/**
 * Reads nep.txt: nep3, nep4 and nep5 with ZBL (universal, typewise, flexible), dipole, polarizability, charge and
 * temperature models, both l_max syntaxes; also `cutoff` lines without neighbour numbers, and version 2, which becomes
 * the version 3 model of the same energies.
 * @throws FormatError, nothing else
 */
export async function readNep(text: TextReader): Promise<NepParameters> {
  const header = await readHeader(text);
  const sections = sectionsOf(header);
  const expected = sections.reduce((sum, section) => sum + section.count, 0);
  const numbers = await readNumbers(text);
  if (numbers.length !== expected) {
    text.fail(
      `${numbers.length} numbers behind the ANN line`,
      `${expected} (${sections.map(({ name, count }) => `${count} ${name}`).join(', ')})`,
    );
  }
  const parameters = parametersOf(header, numbers);
  if (parameters.zbl?.kind === 'flexible') checkFlexible(parameters.zbl.pairs, text);
  return parameters;
}

/** One number a line to the end of the file; blank lines only at the end. */
async function readNumbers(text: TextReader): Promise<Float64Array> {
  let numbers = new Float64Array(4096);
  let count = 0;
  let blank = false;
  for (let line = await text.next(); line !== null; line = await text.next()) {
    const word = line.trim();
    if (word === '') {
      blank = true;
      continue;
    }
    const value = parseReal(word);
    if (blank || Number.isNaN(value))
      text.fail(blank ? 'a blank line before this one' : quoted(word), 'one number a line');
    if (count === numbers.length) {
      const grown = new Float64Array(2 * count);
      grown.set(numbers);
      numbers = grown;
    }
    numbers[count++] = value;
  }
  return numbers.slice(0, count);
}

function checkFlexible(pairs: Float64Array, text: TextReader): void {
  for (let at = 0; at < pairs.length; at += 10) {
    if (pairs[at] < 0 || pairs[at + 1] < pairs[at])
      text.fail(
        `the flexible ZBL cutoffs ${pairs[at]} and ${pairs[at + 1]} of pair ${at / 10 + 1}`,
        'an inner cutoff from 0 up and an outer one that is not smaller',
      );
  }
}
