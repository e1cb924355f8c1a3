import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeHdf5 } from '../../../formats/io/hdf5.js';
import { readCollision, writeCollision } from '../../../formats/phono3py/collision.js';
import { readLinewidthDetail, writeLinewidthDetail } from '../../../formats/phono3py/gamma-detail.js';
import { kappaName, readKappa, writeKappa } from '../../../formats/phono3py/kappa.js';
import { nameSuffix } from '../../../formats/phono3py/names.js';
import {
  readGridAddresses,
  readPhonons,
  writeGridAddresses,
  writePhonons,
} from '../../../formats/phono3py/phonon.js';
import { readStrengths, writeStrengths } from '../../../formats/phono3py/pp.js';
import {
  jointDensityName,
  linewidthSpectrumName,
  readSpectrum,
  writeSpectrum,
} from '../../../formats/phono3py/spectra-dat.js';
import { uniform } from '../../../src/math/random.js';
import type { Conductivity } from '../../../src/model/conductivity.js';
import { FormatError } from '../../../src/model/errors.js';
import { damaged, readDamaged } from '../../helpers/fuzz.js';
import { joined, numbersIn, textOf } from '../../helpers/phonopy-files.js';
import { DATA, withoutData } from '../../helpers/shared-data.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'phonolink-phono3py-results-'));
});
afterAll(() => rm(folder, { recursive: true }));

function random(length: number, seed = 1): Float64Array {
  const next = uniform(seed);
  return Float64Array.from({ length }, () => next() - 0.5);
}

const [T, Q, B] = [2, 4, 3];
const WHOLE: Conductivity = {
  version: '4.8.2',
  mesh: Int32Array.of(2, 2, 2),
  temperatures: Float64Array.of(100, 300),
  frequencies: random(Q * B),
  velocities: random(Q * B * 3),
  products: random(Q * B * 6),
  heatCapacities: random(T * Q * B),
  kappa: random(T * 6),
  modeKappa: random(T * Q * B * 6),
  kappaRta: random(T * 6),
  modeKappaRta: random(T * Q * B * 6),
  vectors: random(Q * B * 3),
  linewidths: random(T * Q * B),
  normal: random(T * Q * B),
  umklapp: random(T * Q * B),
  isotope: random(Q * B),
  averageStrengths: random(Q * B),
  points: random(3 * Q),
  kappaPopulations: random(T * 6),
  kappaCoherences: random(T * 6),
  kappaWigner: random(T * 6),
  modePopulations: random(T * Q * B * 6),
  modeCoherences: random(T * Q * B * B * 6),
  weights: Int32Array.of(1, 4, 2, 1),
  gridPoints: Int32Array.of(0, 1, 3, 9),
  sigma: 0.1,
  sigmaCutoff: 3,
  unit: 6.25,
  boundary: 10,
};
const ONE: Conductivity = {
  mesh: Int32Array.of(11, 11, 11),
  temperatures: Float64Array.of(100, 300),
  gridPoints: 12,
  frequencies: random(B),
  velocities: random(B * 3),
  linewidths: random(T * B),
};
const BAND: Conductivity = {
  mesh: Int32Array.of(11, 11, 11),
  temperatures: Float64Array.of(100, 300),
  gridPoints: 12,
  band: 2,
  frequencies: random(1),
  velocities: random(3),
  linewidths: random(T),
};
/** Of all points of a grid, as a full collision matrix gives it. */
const FULL: Conductivity = {
  mesh: Int32Array.of(2, 2, 2),
  temperatures: Float64Array.of(300),
  generalGrid: {
    matrix: Int32Array.of(-1, 1, 1, 1, -1, 1, 1, 1, -1),
    left: Int32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
    right: Int32Array.of(1, 0, 0, 0, 1, 0, 1, 0, 1),
  },
  frequencies: random(8 * B),
  modeKappaRta: random(8 * B * 6),
  vectors: random(8 * B * 3),
  linewidths: random(Q * B),
  weights: Int32Array.of(1, 4, 2, 1),
};

/** Each kind of file: how it is read and written, and an example. */
// biome-ignore lint/suspicious/noExplicitAny: one list of readers and writers of many types
const KINDS: [string, (path: string) => Promise<any>, (path: string, value: any) => Promise<void>, object][] =
  [
    ['kappa', readKappa, writeKappa, WHOLE],
    ['kappa of one point', readKappa, writeKappa, ONE],
    ['kappa of one band', readKappa, writeKappa, BAND],
    ['kappa of a full matrix', readKappa, writeKappa, FULL],
    [
      'pp',
      readStrengths,
      writeStrengths,
      {
        shape: [2, 3, 3, 3],
        values: random(54),
        triplets: Int32Array.of(0, 0, 0, 0, 1, 2),
        weights: Int32Array.of(1, 7),
        version: '1',
      },
    ],
    [
      'pp without what is not used',
      readStrengths,
      writeStrengths,
      {
        shape: [2, 3, 3, 3],
        values: random(54).map((x, k) => (k % 3 === 0 ? 0 : x)),
        unused: Uint8Array.from({ length: 54 }, (_, k) => (k % 3 === 0 ? 1 : 0)),
      },
    ],
    [
      'gamma_detail',
      readLinewidthDetail,
      writeLinewidthDetail,
      {
        mesh: Int32Array.of(2, 2, 2),
        point: 3,
        temperatures: Float64Array.of(0, 300),
        triplets: Int32Array.of(3, 0, 3, 3, 1, 2),
        weights: Int32Array.of(2, 6),
        allTriplets: Int32Array.from({ length: 24 }, (_, k) => k % 3),
        detail: random(T * 2 * 27),
        sigma: 0.05,
      },
    ],
    [
      'collision of one point',
      readCollision,
      writeCollision,
      {
        temperatures: Float64Array.of(100, 300),
        shape: [T, B, 3, Q, B, 3],
        rows: random(T * B * 3 * Q * B * 3),
        linewidths: random(T * B),
        isotope: random(B),
        point: 5,
        version: '4',
      },
    ],
    [
      'collision of all points of a full matrix',
      readCollision,
      writeCollision,
      {
        temperatures: Float64Array.of(100),
        shape: [1, 8, B, 8, B],
        rows: random(64 * B * B),
        linewidths: random(8 * B),
      },
    ],
    [
      'phonon',
      readPhonons,
      writePhonons,
      {
        mesh: Int32Array.of(1, 1, 2),
        addresses: Int32Array.of(0, 0, 0, 0, 0, 1, 0, 0, -1),
        bands: B,
        frequencies: random(9),
        eigenvectors: random(54),
        irreducible: { points: Int32Array.of(0, 1), weights: Int32Array.of(1, 1) },
      },
    ],
    [
      'grid_address',
      readGridAddresses,
      writeGridAddresses,
      {
        mesh: Int32Array.of(1, 1, 2),
        addresses: Int32Array.of(0, 0, 0, 0, 0, 1, 0, 0, -1),
        map: Int32Array.of(0, 1),
      },
    ],
  ];

describe.each(KINDS)('a file of the kind %s', (_, read, write, results) => {
  it('survives a round trip with all it can hold', async () => {
    const path = join(folder, 'whole.hdf5');
    await write(path, results);
    expect(await read(path)).toEqual(results);
  });

  it('gives finite numbers or one error, however damaged', async () => {
    const path = join(folder, 'fuzzed.hdf5');
    await write(path, results);
    const bytes = readFileSync(path);
    const next = uniform(7);
    let refused = 0;
    for (let i = 0; i < 100; i++) {
      let sample = Buffer.from(bytes);
      if (i % 5 === 0) sample = sample.subarray(0, Math.floor(next() * sample.length));
      else
        for (let k = 0; k < 8; k++) {
          const within = k % 2 ? sample.length : Math.min(4096, sample.length);
          sample[Math.floor(next() * within)] = Math.floor(next() * 256);
        }
      // A name of its own: HDF5 takes a file that could not be closed for the one that it knows.
      const broken = `${path}.${i}`;
      writeFileSync(broken, sample);
      try {
        for (const [, x] of numbersIn(await read(broken))) expect(Number.isFinite(x)).toBe(true);
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        refused++;
      } finally {
        rmSync(broken);
      }
    }
    expect(refused).toBeGreaterThan(10);
  });
});

describe('kappa files', () => {
  it('have phono3py names', () => {
    expect(kappaName(WHOLE)).toBe('kappa-m222-s0.1-sd3.hdf5');
    expect(kappaName(ONE, 'test')).toBe('kappa-m111111-g12.test.hdf5');
    expect(kappaName(BAND)).toBe('kappa-m111111-g12-b3.hdf5');
    expect(nameSuffix({ mesh: [9, 9, 9], bands: [0, 1], temperature: 300 })).toBe('-m999-b1b2-t300');
  });

  it
    .skipIf(withoutData)
    .each(['Si-PBEsol/rta_m9.kappa-m999', 'NaCl222/rta_m9.kappa-m999', 'Si-PBEsol/kappa-m111111'])(
    'of phono3py are read: %s',
    async (name) => {
      const result = await readKappa(join(DATA, 'phono3py', `${name}.hdf5`));
      const total = result.weights!.reduce((sum, weight) => sum + weight, 0);
      expect(total).toBe(result.mesh[0] ** 3);
      const path = join(folder, 'again.hdf5');
      await writeKappa(path, result);
      expect(await readKappa(path)).toEqual(result);
      // Their own numbers belong together: kappa is the sum of mode_kappa.
      const { kappa, modeKappa, temperatures } = result;
      const block = modeKappa!.length / temperatures.length;
      for (let t = 0; t < temperatures.length; t++) {
        let sum = 0;
        for (let k = 0; k < block; k += 6) sum += modeKappa![t * block + k];
        expect(Math.abs(sum / total / kappa![6 * t] - 1)).toBeLessThan(1e-12);
      }
    },
  );

  it('whose lengths are whole numbers are read', async () => {
    const path = join(folder, 'whole-number.hdf5');
    await writeHdf5(path, (file) => {
      file.reals('temperature', random(1), [1]);
      file.integers('mesh', [2, 2, 2]);
      file.integers('boundary_mfp', [5], []);
    });
    expect((await readKappa(path)).boundary).toBe(5);
  });

  it('that do not go together are refused in a sentence', async () => {
    const path = join(folder, 'bad.hdf5');
    await writeHdf5(path, (file) => file.reals('other', random(1), [1]));
    await expect(readKappa(path)).rejects.toThrow('no data set temperature');
    await writeHdf5(path, (file) => {
      file.reals('temperature', random(2), [2]);
      file.integers('mesh', [2, 2, 2]);
      file.reals('frequency', random(12), [4, 3]);
      file.reals('gamma', random(30), [2, 5, 3]);
      file.integers('weight', [1, 1]);
    });
    await expect(readKappa(path)).rejects.toThrow('2 numbers in weight');
    await writeHdf5(path, (file) => {
      file.reals('temperature', random(2), [2]);
      file.integers('mesh', [2, 2, 2]);
      file.reals('gamma', random(24), [2, 4, 3]);
      file.reals('gamma_isotope', random(15), [5, 3]);
    });
    await expect(readKappa(path)).rejects.toThrow('gamma_isotope of the shape 5 x 3');
    await expect(writeKappa(path, { ...WHOLE, linewidths: random(23) })).rejects.toThrow(
      'expected whole numbers of bands',
    );
  });
});

describe('spectra', () => {
  const spectrum = {
    frequencies: Float64Array.of(0, 0.5),
    columns: [Float64Array.of(1.25, 0), Float64Array.of(2e-7, 3)],
  };

  it('are written letter by letter', async () => {
    const text = joined(writeSpectrum(spectrum));
    expect(text).toBe(
      '      0.0000000 1.250000000000000e+00 2.000000000000000e-07\n      0.5000000 0.000000000000000e+00 3.000000000000000e+00\n',
    );
    expect(await readSpectrum(textOf(text))).toEqual(spectrum);
    expect(linewidthSpectrumName({ mesh: [9, 9, 9], point: 3, bands: [0, 1], temperature: 300 })).toBe(
      'gammas-m999-g3-t300-b1b2.dat',
    );
    expect(jointDensityName({ mesh: [9, 9, 9], point: 3, sigma: 0.1, temperature: 300 })).toBe(
      'jdos-m999-g3-s0.1-t300.dat',
    );
  });

  it('give finite numbers or one error, however damaged', async () => {
    const outcome = await readDamaged(
      damaged(Buffer.from(joined(writeSpectrum(spectrum))), 200),
      async (text) => {
        for (const [, x] of numbersIn(await readSpectrum(text))) expect(Number.isFinite(x)).toBe(true);
      },
    );
    expect(outcome.refused).toBeGreaterThan(20);
    expect(outcome.read).toBeGreaterThan(10);
  });
});
