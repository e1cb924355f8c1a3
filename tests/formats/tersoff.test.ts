import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GPUMD_TERSOFF } from '../../formats/gpumd-tersoff.js';
import { TextReader } from '../../formats/io/text.js';
import { LAMMPS_TERSOFF } from '../../formats/lammps-tersoff.js';
import type { PotentialFormat } from '../../formats/potential-format.js';
import { POTENTIAL_FORMATS, readPotential } from '../../formats/potentials.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { KCAL_PER_MOL } from '../../src/model/units.js';
import { entryOf } from '../../src/potentials/tersoff/parameters.js';
import type { TersoffPotential } from '../../src/potentials/tersoff/potential.js';
import { fuzzPotential } from '../helpers/fuzz.js';
import { DATA, withoutData } from '../helpers/shared-data.js';

const OURS = readFileSync(join(PACKAGE_ROOT, 'fixtures', 'silicon', 'Si.tersoff'), 'utf8');
const GPUMD_SI = `tersoff_1989 1 Si
1830.8 471.18 2.4799 1.7322 1.1e-6 0.78734 100390 16.217 -0.59825 2.7 3.0
`;
/** One entry of numbers that are nobody's. */
const ENTRY = '3 1.5 0.5 2 3 -0.3 0.9 0.1 1.7 300 2.8 0.2 2.5 1500';

const lammps = (text: string) => readPotential(LAMMPS_TERSOFF, new TextReader(text, 'x.tersoff'));
const gpumd = (text: string) => readPotential(GPUMD_TERSOFF, new TextReader(text, 'x.txt'));

async function written(
  format: PotentialFormat<TersoffPotential>,
  potential: TersoffPotential,
): Promise<string> {
  let out = '';
  for await (const piece of format.write?.(potential) ?? []) out += piece;
  return out;
}

/** All numbers of two potentials agree but for rounding in sums and roots. */
function expectSameParameters(a: TersoffPotential, b: TersoffPotential): void {
  expect(a.species).toEqual(b.species);
  expect(a.parameters.entries.length).toBe(b.parameters.entries.length);
  a.parameters.entries.forEach((entry, i) => {
    const other = b.parameters.entries[i];
    expect(entry === undefined).toBe(other === undefined);
    if (!entry || !other) return;
    const numbers = (e: typeof entry) =>
      Object.entries({ ...e, ...e.angle }).filter(([, x]) => typeof x === 'number');
    numbers(entry).forEach(([name, value], k) => {
      expect(numbers(other)[k][0]).toBe(name);
      expect(Math.abs((value as number) - (numbers(other)[k][1] as number))).toBeLessThan(
        1e-12 * (1 + (value as number)),
      );
    });
  });
}

describe('LAMMPS’s .tersoff', () => {
  it('is recognised by its name and read with its comments', async () => {
    expect(POTENTIAL_FORMATS.find((format) => format.recognises('Si.tersoff', OURS))).toBe(LAMMPS_TERSOFF);
    const potential = await lammps(OURS);
    expect(potential.species).toEqual(['Si']);
    expect(potential.cutoff).toBe(3);
    expectSameParameters(potential, await gpumd(GPUMD_SI));
  });

  it('may spread an entry over lines, and comment inside it', async () => {
    const spread = `A A A 3 1.5 # three\n 0.5 2 3 -0.3\n\n0.9 0.1 1.7 300 # more\n2.8 0.2 2.5 1500\n`;
    expectSameParameters(await lammps(spread), await lammps(`A A A ${ENTRY}`));
    const entry = entryOf((await lammps(spread)).parameters, 0, 0, 0);
    expect(entry?.alpha).toBe(0.125);
    expect(entry?.inner).toBeCloseTo(2.6, 14);
  });

  it('in units real has energies in kcal/mol', async () => {
    const real = await lammps(`# DATE: 2020-01-01 UNITS: real\nA A A ${ENTRY}`);
    expect(entryOf(real.parameters, 0, 0, 0)?.a).toBe(1500 * KCAL_PER_MOL);
    await expect(lammps(`# UNITS: si\nA A A ${ENTRY}`)).rejects.toThrow("x.tersoff:1: found 'si'");
  });

  it('may lack triples, which is an error only where a structure needs them', async () => {
    const potential = await lammps(`A A A ${ENTRY}\nB B B ${ENTRY}`);
    expect(potential.parameters.entries.filter((entry) => entry).length).toBe(2);
    await expect(written(GPUMD_TERSOFF, potential)).rejects.toThrow('no entry for A A B');
    expectSameParameters(await lammps(await written(LAMMPS_TERSOFF, potential)), potential);
  });

  it.each([
    ['', 'x.tersoff: found no entry'],
    ['A A A 3 1', 'x.tersoff:1: found 5 words of an entry at the end of the file'],
    [`A A A ${ENTRY} 7`, 'x.tersoff:1: found 18 words in an entry'],
    [`A A A ${ENTRY}\nA A A ${ENTRY}`, 'x.tersoff:2: found a second entry for A A A'],
    [`A A A ${ENTRY.replace('3 1.5', '2 1.5')}`, 'found m = 2, expected m = 1 or 3'],
    [`A A A ${ENTRY.replace('1.5', 'x')}`, "found 'x', expected a number for gamma"],
    [`A A A ${ENTRY.replace('2.8 0.2', '0.1 0.2')}`, 'found R = 0.1 and D = 0.2'],
    [`A A A ${ENTRY.replace('0.9 0.1', '0 0.1')}`, 'has n = 0'],
    [`A A A ${ENTRY.replace('2 3 -0.3', '2 0 -0.3')}`, 'has d = 0'],
    [`A A A ${ENTRY.replace('1500', '-1')}`, 'has a = -1'],
  ])('refuses %j', async (text, message) => {
    await expect(lammps(text)).rejects.toThrow(message);
  });

  it('ends in a potential or one FormatError, however it is damaged', async () => {
    const outcome = await fuzzPotential(LAMMPS_TERSOFF, Buffer.from(`A A A ${ENTRY}\nB B B ${ENTRY}\n`), 600);
    expect(outcome.refused).toBeGreaterThan(100);
    expect(outcome.read).toBeGreaterThan(10);
  });
});

describe('GPUMD’s Tersoff files', () => {
  it('are recognised by their first word, whatever their name', () => {
    for (const name of ['x.txt', 'Si.tersoff']) {
      expect(POTENTIAL_FORMATS.find((format) => format.recognises(name, GPUMD_SI))).toBe(GPUMD_TERSOFF);
    }
  });

  it('tersoff_1989 mixes two elements', async () => {
    const { parameters } = await gpumd(`tersoff_1989 2 X Y
100 40 3 2 0.1 0.5 10 2 -0.5 1.6 2.5
400 90 5 1 0.2 0.7 20 3 -0.6 2.5 3.6
0.9
`);
    // A, B, R, S by the geometric mean, lambda and mu by the arithmetic one, B times chi, the rest from the first atom
    expect(entryOf(parameters, 1, 0, 0)).toEqual({
      a: 200,
      b: 54,
      lambda: 4,
      mu: 1.5,
      beta: 0.2,
      n: 0.7,
      angle: { kind: 'tersoff', gamma: 1, c: 20, d: 3, h: -0.6 },
      inner: 2,
      outer: 3,
      alpha: 0,
      m: 3,
    });
    expect(entryOf(parameters, 0, 0, 1)).toMatchObject({ a: 100, b: 40, inner: 2, outer: 3, n: 0.5 });
    expect(entryOf(parameters, 0, 1, 0)).toMatchObject({ a: 200, b: 54, inner: 1.6, outer: 2.5 });
  });

  it('tersoff_1988 has what .tersoff has', async () => {
    const potential = await lammps(OURS);
    const text = await written(GPUMD_TERSOFF, potential);
    expect(text).toBe(
      'tersoff_1988 1 Si\n1830.8 471.18 2.4799 1.7322 0.0000011 0.78734 100390 16.217 -0.59825 2.7 3 3 0 1\n',
    );
    expectSameParameters(await gpumd(text), potential);
  });

  it('tersoff_mini has a well of the depth and place that it says, for a lone pair', async () => {
    const { parameters } = await gpumd('tersoff_mini 1 Si\n3.2 1.4 2.2 1.8 0.1 0.6 -0.4 2.8 3.2\n');
    const entry = entryOf(parameters, 0, 0, 0);
    if (!entry) throw new Error('no entry');
    const energy = (r: number) => entry.a * Math.exp(-entry.lambda * r) - entry.b * Math.exp(-entry.mu * r);
    expect(energy(2.2)).toBeCloseTo(-3.2, 12);
    expect(energy(2.2 + 1e-4)).toBeGreaterThan(energy(2.2));
    expect(energy(2.2 - 1e-4)).toBeGreaterThan(energy(2.2));
    // alpha is that of a Morse well: V'' = 2 D alpha^2
    const h = 1e-3;
    const curvature = (energy(2.2 + h) - 2 * energy(2.2) + energy(2.2 - h)) / (h * h);
    expect(curvature).toBeCloseTo(2 * 3.2 * 1.4 ** 2, 3);
    const mini = await gpumd('tersoff_mini 1 Si\n3.2 1.4 2.2 1.8 0.1 0.6 -0.4 2.8 3.2\n');
    await expect(written(GPUMD_TERSOFF, mini)).rejects.toThrow('tersoff_mini');
    await expect(written(LAMMPS_TERSOFF, mini)).rejects.toThrow('tersoff_mini');
  });

  it.each([
    ['tersoff_1990 1 Si\n', "x.txt:1: found 'tersoff_1990'"],
    ['', 'x.txt:1: found the end of the file'],
    ['tersoff_1989 3 A B C\n', 'found 3 species, expected one or two'],
    ['tersoff_1989 1 Si\n1 2 3\n', "x.txt:2: found '1 2 3', expected 11 numbers"],
    [`${GPUMD_SI}0.9\n`, "x.txt:3: found '0.9', expected the end of the file"],
    ['tersoff_mini 2 A B\n', 'found 2 species, expected one'],
    ['tersoff_mini 1 A\n3 1 2 1 0 1 0 2 3\n', 'found S = 1, expected S above 1'],
    ['tersoff_1988 1 A\n1 1 1 1 1 1 1 1 1 2 3 2 0 1\n', 'found m = 2'],
    ['tersoff_1988 1 A\n1 1 1 1 1 1 1 1 1 3 2 3 0 1\n', 'a cutoff that begins at 3 A and ends at 2 A'],
  ])('refuse %j', async (text, message) => {
    await expect(gpumd(text)).rejects.toThrow(message);
  });

  it('end in a potential or one FormatError, however they are damaged', async () => {
    const two = `tersoff_1989 2 X Y
100 40 3 2 0.1 0.5 10 2 -0.5 1.6 2.5
400 90 5 1 0.2 0.7 20 3 -0.6 2.5 3.6
0.9
`;
    for (const text of [two, 'tersoff_mini 1 Si\n3.2 1.4 2.2 1.8 0.1 0.6 -0.4 2.8 3.2\n']) {
      const outcome = await fuzzPotential(GPUMD_TERSOFF, Buffer.from(text), 400);
      expect(outcome.refused).toBeGreaterThan(50);
      expect(outcome.read).toBeGreaterThan(10);
    }
  });
});

describe.skipIf(withoutData)('files of GPUMD and LAMMPS for the same material', () => {
  const read = (name: string) => readFileSync(join(DATA, 'md', 'tersoff', name), 'utf8');

  it('are the same potential', async () => {
    expectSameParameters(
      await lammps(await written(LAMMPS_TERSOFF, await lammps(read('SiC.tersoff')))),
      await lammps(read('SiC.tersoff')),
    );
    expectSameParameters(await gpumd(read('SiC_tersoff_1989.txt')), await lammps(read('SiC.tersoff')));
    expect((await gpumd(read('Graphene_Lindsay_2010_modified.txt'))).cutoff).toBe(2.1);
  });
});
