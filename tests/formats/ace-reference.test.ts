import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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

const open = (name: string) => new TextReader(readFileSync(join(FOLDER, name)), name);

/** All but the coefficients of a function. */
const shape = ({ rank, species, n, l, m }: AceFunction) => ({ rank, species, n, l, m });

/** All but the functions. */
const frame = ({ functions, basis, ...rest }: AceParameters) => rest;

describe.skipIf(withoutData)('potentials of pacemaker', () => {
  it.each(pairs)('%s: the .yaml gives the functions of the .yace', async (name) => {
    const ours = await readPacemakerYaml(open(`${name}.yaml`));
    const theirs = await readYace(open(`${name}.yace`));
    expect(frame(ours)).toEqual(frame(theirs));
    ours.functions.forEach((functions, kind) => {
      expect(functions.map(shape)).toEqual(theirs.functions[kind].map(shape));
      functions.forEach((f, i) => {
        const other = theirs.functions[kind][i].coefficients;
        const largest = Math.max(...other.map(Math.abs));
        expect(f.coefficients.length).toBe(other.length);
        // Sums of up to ten products of four Clebsch-Gordan coefficients, each rounded to 1e-16 here, 1e-15 there.
        f.coefficients.forEach((c, k) => {
          expect(Math.abs(c - other[k])).toBeLessThanOrEqual(1e-13 * largest);
        });
      });
    });
  });

  it.each(names.filter((name) => name.endsWith('.ace')))('%s is read', async (name) => {
    const { species, functions } = await readAceLegacy(open(name));
    expect(functions[0].length).toBeGreaterThan(10);
    expect(species.length).toBe(1);
  });
});
