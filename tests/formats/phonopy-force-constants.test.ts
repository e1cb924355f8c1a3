import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHdf5, writeHdf5 } from '../../formats/io/hdf5.js';
import { readForceConstants, writeForceConstants } from '../../formats/phonopy/force-constants.js';
import {
  readCubicForceConstantsHdf5,
  readForceConstantsHdf5,
  readQuarticForceConstantsHdf5,
  writeCubicForceConstantsHdf5,
  writeForceConstantsHdf5,
  writeQuarticForceConstantsHdf5,
} from '../../formats/phonopy/force-constants-hdf5.js';
import { uniform } from '../../src/math/random.js';
import { FormatError } from '../../src/model/errors.js';
import type { CubicForceConstants, ForceConstants } from '../../src/model/force-constants.js';
import { BOHR, RYDBERG } from '../../src/model/units.js';
import { damaged, readDamaged } from '../helpers/fuzz.js';
import { farthest, joined, opened, textOf } from '../helpers/phonopy-files.js';
import { DATA, withoutData } from '../helpers/shared-data.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'phonolink-fc-'));
});
afterAll(() => rm(folder, { recursive: true }));

function random(length: number, seed = 1): Float64Array {
  const next = uniform(seed);
  return Float64Array.from({ length }, () => next() - 0.5);
}

function second(count: number, rows: readonly number[]): ForceConstants {
  return { count, rows: Int32Array.from(rows), values: random(9 * count * rows.length) };
}

function third(count: number, rows: readonly number[]): CubicForceConstants {
  return { count, rows: Int32Array.from(rows), values: random(27 * count ** 2 * rows.length) };
}

describe('FORCE_CONSTANTS', () => {
  it.skipIf(withoutData).each(['NaCl', 'Si', 'ZnO'])('of %s is written as it was read', async (name) => {
    const path = `phonopy/${name}/FORCE_CONSTANTS`;
    const constants = await readForceConstants(await opened(path));
    const theirs = readFileSync(join(DATA, path), 'utf8');
    expect(joined(writeForceConstants(constants)).trimEnd()).toBe(theirs.trimEnd());
  });

  it('has rows of all atoms, or of those of the primitive cell', async () => {
    for (const constants of [second(3, [0, 1, 2]), second(4, [0, 2])]) {
      const read = await readForceConstants(textOf(joined(writeForceConstants(constants))));
      // Fifteen decimals.
      expect(farthest(read, constants)).toBeLessThan(0.51e-15);
    }
  });

  it('may give the number of atoms once, and other units', async () => {
    const constants = second(2, [0, 1]);
    const factor = RYDBERG / BOHR ** 2;
    const text = joined(writeForceConstants(constants, factor)).replace(/^.*\n/, '2\n');
    expect(farthest(await readForceConstants(textOf(text), factor), constants)).toBeLessThan(1e-13);
  });

  it.each<[string, (text: string) => string, string]>([
    ['an early end', (t) => t.slice(0, -30), 'three force constants of 2 and 2'],
    ['a missing row', (t) => t.replace(/^ .*\n2 1\n/m, '2 1\n'), 'f:9: found'],
    ['no number', (t) => t.replace('0.', 'x.'), 'f:3: found'],
    [
      'another order of atoms',
      (t) => t.replace('\n1 2\n', '\n2 1\n'),
      "f:6: found '2 1', expected the atoms 1 and 2",
    ],
    ['a row twice', (t) => t.replaceAll('\n2 ', '\n1 '), 'found a second row of atom 1'],
    ['more', (t) => `${t}1 1\n`, "found '1 1', expected the end of the file behind 2 rows"],
    ['more rows than atoms', (t) => t.replace('2    2', '2    1'), "f:1: found '2 1'"],
    ['nothing', () => '', 'f:1: found the end of the file, expected the number of atoms'],
  ])('refuses %s', async (_, change, message) => {
    const text = joined(writeForceConstants(second(2, [0, 1])));
    expect(change(text)).not.toBe(text);
    await expect(readForceConstants(textOf(change(text)))).rejects.toThrow(message);
  });

  it('gives finite numbers or one error, however damaged', async () => {
    const text = joined(writeForceConstants(second(3, [0, 2])));
    const outcome = await readDamaged(damaged(Buffer.from(text), 400), async (reader) => {
      expect((await readForceConstants(reader)).values.every(Number.isFinite)).toBe(true);
    });
    expect(outcome.refused).toBeGreaterThan(50);
    expect(outcome.read).toBeGreaterThan(20);
  });
});

describe('force_constants.hdf5 and fc2.hdf5', () => {
  it.skipIf(withoutData).each([
    ['phonopy/NaCl', 64],
    ['phonopy/ZnO', 32],
  ])('of %s hold the rows that FORCE_CONSTANTS has', async (path, count) => {
    const { constants } = await readForceConstantsHdf5(join(DATA, path, 'force_constants.hdf5'));
    const text = await readForceConstants(await opened(`${path}/FORCE_CONSTANTS`));
    expect(constants.count).toBe(count);
    expect(constants.rows.length).toBeLessThan(count);
    let most = 0;
    constants.rows.forEach((atom, r) => {
      for (let k = 0; k < 9 * count; k++)
        most = Math.max(
          most,
          Math.abs(constants.values[9 * count * r + k] - text.values[9 * count * atom + k]),
        );
    });
    // Symmetrised in one of them and not in the other: what the sums over atoms lack is spread over them.
    expect(most).toBeLessThan(0.01);
  });

  it.skipIf(withoutData)('of silicon has the atoms of its rows and its version', async () => {
    const file = await readForceConstantsHdf5(join(DATA, 'phono3py/Si-PBEsol/fc2_compact.hdf5'));
    expect([...file.constants.rows]).toEqual([0, 32]);
    expect(file.version).toBe('2.5.1');
    expect(file.constants.values[0]).toBeGreaterThan(10);
  });

  it('survive a round trip, compressed or too short for that', async () => {
    const path = join(folder, 'fc2.hdf5');
    for (const constants of [second(2, [0, 1]), second(20, [0, 10])]) {
      await writeForceConstantsHdf5(path, constants, { version: '1.0', cutoff: 3.5 });
      expect(await readForceConstantsHdf5(path)).toEqual({
        constants,
        unit: 'eV/angstrom^2',
        cutoff: 3.5,
        version: '1.0',
      });
    }
    expect(await readdir(folder)).toEqual(['fc2.hdf5']);
  });

  it('are converted from the unit that they name', async () => {
    const path = join(folder, 'qe.hdf5');
    const constants = second(3, [0, 1, 2]);
    await writeForceConstantsHdf5(path, constants, { unit: 'Ry/au^2' });
    const raw = await readHdf5(path, (file) => file.reals('force_constants'));
    expect(raw[0] / constants.values[0]).toBeCloseTo(BOHR ** 2 / RYDBERG, 14);
    const read = await readForceConstantsHdf5(path);
    expect(read.unit).toBe('Ry/au^2');
    expect(farthest(read.constants, constants)).toBeLessThan(1e-15);
  });

  it('say what they lack', async () => {
    const path = join(folder, 'lacks.hdf5');
    const values = random(9 * 2 * 4);
    await writeHdf5(path, (file) => file.reals('other', values, [72]));
    await expect(readForceConstantsHdf5(path)).rejects.toThrow(
      'no data set force_constants, expected the data set',
    );
    await writeHdf5(path, (file) => file.reals('fc2', values, [2, 4, 3, 3]));
    await expect(readForceConstantsHdf5(path)).rejects.toThrow('compact fc2 without p2s_map');
    expect((await readForceConstantsHdf5(path, { rows: Int32Array.of(0, 2) })).constants.values).toEqual(
      values,
    );
    await writeHdf5(path, (file) => {
      file.reals('fc2', values, [2, 4, 3, 3]);
      file.integers('p2s_map', [0, 4]);
    });
    await expect(readForceConstantsHdf5(path)).rejects.toThrow(
      'found the p2s_map 0 4, expected 2 different atoms of 4',
    );
    await writeHdf5(path, (file) => file.reals('fc2', values, [8, 3, 3]));
    await expect(readForceConstantsHdf5(path)).rejects.toThrow('fc2 of the shape 8 x 3 x 3');
    await writeHdf5(path, (file) => file.integers('fc2', [1, 2]));
    await expect(readForceConstantsHdf5(path)).rejects.toThrow('fc2 of the shape 2');
    await writeHdf5(path, (file) => {
      file.reals('fc2', Float64Array.from(values).fill(Number.NaN, 5, 6), [2, 4, 3, 3]);
      file.integers('p2s_map', [0, 2]);
    });
    await expect(readForceConstantsHdf5(path)).rejects.toThrow('a number in fc2 that is not finite');
    await expect(readForceConstantsHdf5(join(folder, 'none'))).rejects.toThrow('there is no such file');
    await expect(readForceConstantsHdf5(folder)).rejects.toThrow('it is no file');
    writeFileSync(path, 'FORCE_CONSTANTS');
    await expect(readForceConstantsHdf5(path)).rejects.toThrow('file signature not found');
    await expect(writeForceConstantsHdf5(join(path, 'x'), second(1, [0]))).rejects.toThrow(
      'cannot be written',
    );
  });
});

describe('fc4.hdf5', () => {
  it('survives a round trip, full and compact, and is refused where it is something else', async () => {
    const path = join(folder, 'fc4.hdf5');
    const fourth = (count: number, rows: number[]) => ({
      count,
      rows: Int32Array.from(rows),
      values: Float64Array.from({ length: rows.length * count ** 3 * 81 }, (_, i) => Math.sin(i)),
    });
    for (const constants of [fourth(4, [0, 2]), fourth(2, [0, 1])]) {
      await writeQuarticForceConstantsHdf5(path, constants);
      expect(await readQuarticForceConstantsHdf5(path)).toEqual(constants);
    }
    await writeCubicForceConstantsHdf5(path, third(3, [0, 1, 2]));
    await expect(readQuarticForceConstantsHdf5(path)).rejects.toThrow(FormatError);
    await writeHdf5(path, (file) => file.reals('fc4', new Float64Array(27 * 8), [2, 2, 2, 3, 3, 3]));
    await expect(readQuarticForceConstantsHdf5(path)).rejects.toThrow(
      'fc4 of the shape 2 x 2 x 2 x 3 x 3 x 3, expected rows x atoms x atoms x atoms x 3 x 3 x 3 x 3',
    );
  });
});

describe('fc3.hdf5', () => {
  it.skipIf(withoutData)('of silicon is compact and symmetric in its last two atoms', async () => {
    const { constants, version } = await readCubicForceConstantsHdf5(
      join(DATA, 'phono3py/Si-PBEsol/fc3_compact.hdf5'),
    );
    const { count, rows, values } = constants;
    expect([count, ...rows, version]).toEqual([64, 0, 32, '2.5.1']);
    const at = (j: number, k: number, a: number, b: number, c: number) =>
      values[27 * (j * count + k) + 9 * a + 3 * b + c];
    for (const [j, k] of [
      [3, 40],
      [7, 12],
    ])
      expect(at(j, k, 0, 1, 2)).toBeCloseTo(at(k, j, 0, 2, 1), 8);
    expect(Math.max(...values)).toBeGreaterThan(1);
  });

  it('survives a round trip, with what was calculated and the cutoff', async () => {
    const path = join(folder, 'fc3.hdf5');
    const constants = third(6, [0, 3]);
    const nonzero = Int8Array.from({ length: 72 }, (_, i) => i % 2);
    await writeCubicForceConstantsHdf5(path, constants, { nonzero, cutoff: 4.5, version: '4.8.2' });
    expect(await readCubicForceConstantsHdf5(path)).toEqual({
      constants,
      nonzero,
      cutoff: 4.5,
      version: '4.8.2',
    });
    const full = third(3, [0, 1, 2]);
    await writeCubicForceConstantsHdf5(path, full, { primitiveToSuper: Int32Array.of(0, 1) });
    expect(await readCubicForceConstantsHdf5(path)).toEqual({ constants: full });
  });

  it('goes to the file and back in slabs where it is large', async () => {
    const path = join(folder, 'large.hdf5');
    // 8 MB a row: nine of them and one more than fill a slab of 64 MB.
    const constants: CubicForceConstants = {
      count: 192,
      rows: Int32Array.from({ length: 10 }, (_, i) => 19 * i),
      values: new Float64Array(10 * 192 * 192 * 27),
    };
    for (let i = 0; i < constants.values.length; i += 1001) constants.values[i] = i;
    await writeCubicForceConstantsHdf5(path, constants);
    const { values } = (await readCubicForceConstantsHdf5(path)).constants;
    expect(Buffer.compare(Buffer.from(values.buffer), Buffer.from(constants.values.buffer))).toBe(0);
  });

  it('gives finite numbers or one error, however damaged', async () => {
    const path = join(folder, 'fuzz.hdf5');
    await writeCubicForceConstantsHdf5(path, third(4, [0, 2]), { version: '1' });
    const bytes = readFileSync(path);
    const next = uniform(5);
    const outcome = { read: 0, refused: 0 };
    for (let i = 0; i < 150; i++) {
      let sample = Buffer.from(bytes);
      if (i % 5 === 0) sample = sample.subarray(0, Math.floor(next() * sample.length));
      // Most of the file is packed numbers: its head is where the structure stands.
      else
        for (let k = 0; k < 4; k++)
          sample[Math.floor(next() * (k % 2 ? sample.length : 2048))] = Math.floor(next() * 256);
      writeFileSync(path, sample);
      try {
        const { constants } = await readCubicForceConstantsHdf5(path);
        expect(constants.values.every(Number.isFinite)).toBe(true);
        outcome.read++;
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        outcome.refused++;
      }
    }
    expect(outcome.read).toBeGreaterThan(10);
    expect(outcome.refused).toBeGreaterThan(10);
  });
});
