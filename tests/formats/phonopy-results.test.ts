import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TextReader } from '../../formats/io/text.js';
import { readBandYaml, writeBandYaml } from '../../formats/phonopy/band-yaml.js';
import { readDos, writeDos } from '../../formats/phonopy/dos-dat.js';
import { readMeshYaml, writeMeshYaml } from '../../formats/phonopy/mesh-yaml.js';
import {
  readThermalDisplacements,
  writeThermalDisplacementMatrices,
  writeThermalDisplacements,
} from '../../formats/phonopy/thermal-displacements.js';
import { readThermalProperties, writeThermalProperties } from '../../formats/phonopy/thermal-properties.js';
import type { BandStructure, MeshModes, ThermalProperties } from '../../src/model/phonon-results.js';
import { createStructure } from '../../src/model/structure.js';
import { damaged, readDamaged } from '../helpers/fuzz.js';
import { joined, numbersIn, opened, textOf } from '../helpers/phonopy-files.js';
import { DATA, withoutData } from '../helpers/shared-data.js';

const primitive = createStructure({
  symbols: ['Na', 'Cl'],
  cell: [0, 2.5, 2.5, 2.5, 0, 2.5, 2.5, 2.5, 0],
  positions: Float64Array.of(0, 0, 0, 2.5, 2.5, 2.5),
  masses: Float64Array.of(22.989769, 35.453),
});

/** Modes of `count` q points with all that they may have. */
function modes(count: number) {
  const numbers = (length: number) =>
    Float64Array.from({ length }, (_, i) => Math.round(1e4 * Math.sin(i)) / 1e4);
  return {
    points: numbers(3 * count),
    frequencies: numbers(6 * count),
    velocities: numbers(18 * count),
    eigenvectors: numbers(72 * count),
  };
}

const BANDS: BandStructure = {
  primitive,
  segments: [
    { ...modes(2), distances: Float64Array.of(0, 0.1), labels: ['$\\Gamma$', "X'"] },
    { ...modes(1), distances: Float64Array.of(0.1), labels: ['U', 'L'] },
  ],
};
const MESH: MeshModes = { primitive, mesh: [4, 4, 3], weights: Int32Array.of(1, 8, 39), ...modes(3) };
const THERMAL: ThermalProperties = {
  ...{ atoms: 2, volume: 31.25, cutoff: 0.25, excludesGammaAcoustic: true, modes: 288, integratedModes: 285 },
  ...{ bands: [0, 3, 5], zeroPoint: 4.875, temperatures: Float64Array.of(0, 10.5) },
  freeEnergy: Float64Array.of(4.875, 4.5),
  entropy: Float64Array.of(0, 12.25),
  heatCapacity: Float64Array.of(0, 20.125),
};
const DISPLACEMENTS = {
  ...{ atoms: 2, cutoff: 0.01, temperatures: Float64Array.of(0, 10) },
  displacements: Float64Array.from({ length: 12 }, (_, i) => i / 128),
};

/** A text without the numbers in it that follow from others, and those. */
function split(text: string): { text: string; derived: number[] } {
  const derived: number[] = [];
  const rest = text.replace(
    /(distance_from_gamma:|^ {2}energy:) +(\S+)/gm,
    (_, key: string, number: string) => {
      derived.push(Number(number));
      return key;
    },
  );
  // Version 2 pads symbols of one letter.
  return { text: rest.replace(/(symbol: \S) {2}#/g, '$1 #'), derived };
}

type Reader = (text: TextReader) => Promise<unknown>;

/** Each kind of file: how it is read, how what was read is written, and an example. */
const KINDS = {
  band: [readBandYaml, writeBandYaml, BANDS],
  mesh: [readMeshYaml, writeMeshYaml, MESH],
  dos: [
    readDos,
    writeDos,
    {
      method: 'Gaussian',
      frequencies: Float64Array.of(0, 1),
      columns: [Float64Array.of(0.5, 0.25), Float64Array.of(1, 2)],
    },
  ],
  thermal: [readThermalProperties, writeThermalProperties, THERMAL],
  displacements: [readThermalDisplacements, writeThermalDisplacements, DISPLACEMENTS],
} as Record<string, [Reader, (results: unknown) => Iterable<string>, unknown]>;

describe.skipIf(withoutData)('files of phonopy 2.17 are written as they were read:', () => {
  it.each([
    ...['NaCl', 'Si', 'ZnO'].flatMap((name) => [
      ['band', `phonopy/${name}/band.yaml`],
      ['mesh', `phonopy/${name}/mesh.yaml`],
      ['dos', `phonopy/${name}/total_dos.dat`],
      ['thermal', `phonopy/${name}/thermal_properties.yaml`],
    ]),
    ['band', 'phonopy/NaCl/wang_band.yaml'],
    ['thermal', 'phonopy/NaCl/nonac_thermal_properties.yaml'],
    ['dos', 'phonopy/Si/projected_dos_9x9x9.dat'],
  ])('%s, %s', async (kind, path) => {
    const [read, write] = KINDS[kind];
    const results = await read(await opened(path));
    expect([...numbersIn(results)].length).toBeGreaterThan(80);
    const [ours, theirs] = [joined(write(results)), readFileSync(join(DATA, path), 'utf8')].map(split);
    expect(ours.text).toBe(theirs.text);
    // From q points of seven decimals and reciprocal vectors up to 0.32 1/A; from entropies of seven decimals at 1000 K.
    ours.derived.forEach((x, i) => {
      expect(Math.abs(x - theirs.derived[i])).toBeLessThan(1.5e-7);
    });
  });
});

describe.each(Object.entries(KINDS))('a file of the kind %s', (_, [read, write, results]) => {
  it('survives a round trip with all it can hold', async () => {
    expect(await read(textOf(joined(write(results))))).toEqual(results);
  });

  it('gives finite numbers or one error, however damaged', async () => {
    const outcome = await readDamaged(damaged(Buffer.from(joined(write(results))), 100), async (text) => {
      for (const [, x] of numbersIn(await read(text))) expect(Number.isFinite(x)).toBe(true);
    });
    expect(outcome.refused).toBeGreaterThan(10);
    expect(outcome.read).toBeGreaterThan(10);
  });
});

describe('results', () => {
  it('of bands begin with the space group where the path is automatic', () => {
    const text = joined(writeBandYaml(BANDS, { type: 'Fm-3m', number: 225 }));
    expect(text).toMatch(/^space_group_number: 225\nspace_group_type: Fm-3m\nnqpoint: 3 {6}\nnpath: 2 {6}\n/);
    expect(text).toContain("labels:\n- [ '$\\Gamma$', 'X''' ]\n- [ 'U', 'L' ]\n");
  });

  it('whose arrays do not fit each other are refused', () => {
    const broken = { ...MESH, frequencies: new Float64Array(17) };
    expect(() => joined(writeMeshYaml(broken))).toThrow('the modes of 3 q points do not have 6 bands each');
    const half = { ...BANDS, segments: [BANDS.segments[0], { ...BANDS.segments[1], labels: undefined }] };
    expect(() => joined(writeBandYaml(half))).toThrow('1 of 2 segments of the path have labels');
  });

  it('of matrices of displacements have xx, yy, zz, yz, xz, xy', () => {
    const matrices = Float64Array.from({ length: 18 }, (_, i) => i);
    const text = joined(
      writeThermalDisplacementMatrices({
        atoms: 2,
        cutoff: 0,
        temperatures: Float64Array.of(300),
        matrices,
        crystal: matrices,
      }),
    );
    expect(text.split('\n').slice(4, 9)).toEqual([
      '- temperature:       300.0000000',
      '  displacement_matrices:',
      '  - [  0.00000,  4.00000,  8.00000,  5.00000,  2.00000,  1.00000 ] # atom 1',
      '  - [  9.00000, 13.00000, 17.00000, 14.00000, 11.00000, 10.00000 ] # atom 2',
      '  displacement_matrices_cif:',
    ]);
  });

  it('of a heat capacity that is no number are zero, as phonopy writes it', () => {
    const text = joined(writeThermalProperties({ ...THERMAL, heatCapacity: Float64Array.of(Number.NaN, 1) }));
    expect(text).toContain('  heat_capacity:       0.0000000\n');
  });
});
