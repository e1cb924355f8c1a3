import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writePacemakerYaml } from '../../formats/ace/write-pacemaker.js';
import { writeYace } from '../../formats/ace/write-yace.js';
import { readAceLegacy } from '../../formats/ace-legacy.js';
import { TextReader } from '../../formats/io/text.js';
import { readPacemakerYaml } from '../../formats/pacemaker-yaml.js';
import { readYace } from '../../formats/yace.js';
import type { AceFunction, AceParameters } from '../../src/potentials/ace/parameters.js';
import { DATA, withoutData } from '../helpers/shared-data.js';

const FOLDER = join(DATA, 'ace', 'potentials');
const names = withoutData ? [] : readdirSync(FOLDER);
const pairs = names
  .filter((name) => name.endsWith('.yaml') && names.includes(name.replace(/yaml$/, 'yace')))
  .map((name) => name.replace(/\.yaml$/, ''));

const text = (pieces: Iterable<string>) => new TextReader([...pieces].join(''), 'written');

const open = (name: string) => new TextReader(readFileSync(join(FOLDER, name)), name);

/**
 * The functions of a centre by what is multiplied, each with its products: the order of factors, of products and of
 * functions does not show.
 */
function products(functions: readonly AceFunction[], densities: number): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const { rank, species, n, l, m, coefficients } of functions) {
    for (let product = 0; product * rank < m.length; product++) {
      const factors = Array.from(species, (_, i) =>
        [species[i], n[i], l[i], m[product * rank + i]].join(' '),
      );
      const key = factors.sort().join(', ');
      expect(found.has(key)).toBe(false);
      found.set(key, Array.from(coefficients.subarray(product * densities, (product + 1) * densities)));
    }
  }
  return found;
}

/** All but the coefficients of a function. */
const shape = ({ rank, species, n, l, m }: AceFunction) => ({ rank, species, n, l, m });

/** In it Clebsch-Gordan coefficients that are 0 by accident come out as 1e-17 there, which sorts some factors. */
const OTHER_ORDER = 'Al.pbe.13.2';

/** All but the functions. */
const frame = ({ functions, basis, ...rest }: AceParameters) => rest;

describe.skipIf(withoutData)('potentials of pacemaker', () => {
  it.each(pairs)('%s: the .yaml gives the functions of the .yace', async (name) => {
    const ours = await readPacemakerYaml(open(`${name}.yaml`));
    const theirs = await readYace(open(`${name}.yace`));
    expect(frame(ours)).toEqual(frame(theirs));
    ours.functions.forEach((functions, kind) => {
      const { densities } = ours.embeddings[kind];
      const expected = products(theirs.functions[kind], densities);
      const found = products(functions, densities);
      const largest = Math.max(...[...expected.values()].flat().map(Math.abs));
      expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
      // Sums of up to ten products of four Clebsch-Gordan coefficients, each rounded to 1e-16 here, 1e-15 there.
      for (const [key, values] of found)
        values.forEach((c, p) => {
          expect(Math.abs(c - expected.get(key)![p])).toBeLessThanOrEqual(1e-13 * largest);
        });
      if (name !== OTHER_ORDER) expect(functions.map(shape)).toEqual(theirs.functions[kind].map(shape));
    });
  });

  it.each(names.filter((name) => name.endsWith('.yace')))('%s is written as it was read', async (name) => {
    const parameters = await readYace(open(name));
    expect(await readYace(text(writeYace(parameters)))).toEqual(parameters);
  });

  it.each(names.filter((name) => name.endsWith('.yaml')))('%s is written as it was read', async (name) => {
    const parameters = await readPacemakerYaml(open(name));
    expect(await readPacemakerYaml(text(writePacemakerYaml(parameters)))).toEqual(parameters);
  });

  it.each(names.filter((name) => name.endsWith('.ace')))('%s is read, and written as .yace', async (name) => {
    const parameters = await readAceLegacy(open(name));
    expect(parameters.functions[0].length).toBeGreaterThan(10);
    expect(await readYace(text(writeYace(parameters)))).toEqual(parameters);
  });
});
