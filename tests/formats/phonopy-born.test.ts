import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AtomImages, expandBorn, noImages, readBorn, writeBorn } from '../../formats/phonopy/born.js';
import { calculatorUnits, unitFactors } from '../../formats/phonopy/units.js';
import { BOHR } from '../../src/model/units.js';
import { damaged, readDamaged } from '../helpers/fuzz.js';
import { farthest, joined, numbersIn, opened, textOf } from '../helpers/phonopy-files.js';
import { DATA, withoutData } from '../helpers/shared-data.js';

const TENSORS = '2 0 0 0 2 0 0 0 3\n1 0.5 0 0 1 0 0 0 2\n-1 0 0 0 -1 0 0 0 -2\n';
const read = (text: string) => readBorn(textOf(text));

/** Atom 2 is atom 1 turned by a quarter about z. */
const QUARTER: AtomImages = {
  representative: Int32Array.of(0, 0, 2),
  rotations: Float64Array.of(
    1,
    0,
    0,
    0,
    1,
    0,
    0,
    0,
    1,
    0,
    -1,
    0,
    1,
    0,
    0,
    0,
    0,
    1,
    1,
    0,
    0,
    0,
    1,
    0,
    0,
    0,
    1,
  ),
};

describe('BORN', () => {
  it.skipIf(withoutData).each(['phonopy/NaCl/BORN', 'phonopy/ZnO/BORN', 'phono3py/params/BORN_NaCl'])(
    '%s has a factor, a tensor and the charges of two atoms',
    async (path) => {
      const born = await readBorn(await opened(path));
      expect(born.factor).toBe(14.4);
      expect(born.charges).toHaveLength(18);
      const numbers = readFileSync(join(DATA, path), 'utf8').split('\n').slice(1, 4).join(' ').trim();
      expect([...born.dielectric, ...born.charges]).toEqual(numbers.split(/\s+/).map(Number));
    },
  );

  it.each([
    ['14.400', { factor: 14.4 }],
    ['14.4 2.5', { factor: 14.4, reciprocalCutoff: 2.5 }],
    ['14.4 2.5 0.3 more', { factor: 14.4, reciprocalCutoff: 2.5, splitting: 0.3 }],
    ['default value', {}],
    ['# epsilon and Z* of atoms 1 2', {}],
    ['', {}],
  ])("may begin with '%s'", async (head, rest) => {
    const born = await read(`${head}\n${TENSORS}\nwhat follows a blank line is not read`);
    const { file, dielectric, charges, ...others } = born;
    expect(others).toEqual(rest);
    expect([file, ...dielectric, ...charges.slice(0, 2)]).toEqual(['f', 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 0.5]);
  });

  it('has its factor in the units of the calculator', async () => {
    const factors = unitFactors(calculatorUnits('qe')!);
    const born = await readBorn(textOf(`2.0 1 1\n${TENSORS}`), factors);
    // e^2 / (4 pi epsilon_0): 2 Ry bohr.
    expect(born.factor).toBeCloseTo(14.399645, 6);
    expect(born.reciprocalCutoff).toBe(1 / BOHR);
    const text = joined(writeBorn(expandBorn(born, noImages(2)), noImages(2), factors));
    expect(text.split('\n')[0]).toBe('2.000000000 1.000000000 1.000000000');
  });

  it('gives the other atoms their charges by rotation', async () => {
    const polar = expandBorn(await read(`14.4\n${TENSORS}`), QUARTER);
    // R Z R^T of the quarter turn: x becomes y, y becomes -x.
    expect([...polar.charges.slice(9, 18)]).toEqual([1, 0, 0, -0.5, 1, 0, 0, 0, 2].map((x) => x + 0));
    expect([...polar.charges.slice(18)]).toEqual([-1, 0, 0, 0, -1, 0, 0, 0, -2]);
    const text = joined(writeBorn(polar, QUARTER));
    expect(text.split('\n')).toHaveLength(5);
    expect(farthest(expandBorn(await read(text), QUARTER), polar)).toBe(0);
  });

  it('may name every atom', async () => {
    const polar = expandBorn(await read(`x\n${TENSORS}1 2 3 4 5 6 7 8 9\n`), QUARTER);
    expect([...polar.charges.slice(18)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(joined(writeBorn(polar)).split('\n')[0]).toBe('# epsilon and Z* of atoms 1 2 3');
  });

  it('is refused where it is not that', async () => {
    await expect(read('')).rejects.toThrow(
      'f:1: found the end of the file, expected the unit conversion factor',
    );
    await expect(read('14.4\n1 2 3\n')).rejects.toThrow(
      "f:2: found '1 2 3', expected nine numbers, the dielectric",
    );
    await expect(read('14.4\n1 2 3 4 5 6 7 8 9\n')).rejects.toThrow('f:3: found the end of the file');
    const born = await read(`14.4\n${TENSORS}`);
    expect(() => expandBorn(born, noImages(3))).toThrow(
      'f: found Born effective charges of 2 atoms, expected those of 3',
    );
  });

  it('gives finite numbers or one error, however damaged', async () => {
    const outcome = await readDamaged(damaged(Buffer.from(`14.4\n${TENSORS}`), 300), async (text) => {
      for (const [, x] of numbersIn(await readBorn(text))) expect(Number.isFinite(x)).toBe(true);
    });
    expect(outcome.refused).toBeGreaterThan(50);
    expect(outcome.read).toBeGreaterThan(50);
  });
});
