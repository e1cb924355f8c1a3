import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readHdf5 } from '../../formats/io/hdf5.js';
import { TextReader } from '../../formats/io/text.js';
import { type AnimatedModes, imagesOf, inFrame, writeVSim } from '../../formats/phonopy/animation.js';
import { writeDisplacementsCif } from '../../formats/phonopy/displacements-cif.js';
import { writeBandHdf5, writeMeshHdf5, writeQpointsHdf5 } from '../../formats/phonopy/modes-hdf5.js';
import { readQpoints, writeQpointsYaml } from '../../formats/phonopy/qpoints.js';
import { PhonolinkError } from '../../src/model/errors.js';
import { createStructure } from '../../src/model/structure.js';
import { damaged, readDamaged } from '../helpers/fuzz.js';

const AL = createStructure({
  symbols: ['Al'],
  positions: Float64Array.of(0.3, 0.6, 0.9),
  cell: [3, 0, 0, 0, 4, 0, 0, 0, 5],
});
const POINT = {
  primitive: AL,
  points: Float64Array.of(0.5, 0, 0.25),
  frequencies: Float64Array.of(1, 2, 3),
  matrices: Float64Array.from({ length: 18 }, (_, k) => k / 8),
};
const folder = mkdtempSync(join(tmpdir(), 'phonolink-modes-'));

describe('qpoints.yaml', () => {
  it('is as phonopy writes it', () => {
    const text = [...writeQpointsYaml(POINT)].join('');
    expect(text.split('\n').slice(0, 10)).toEqual([
      'nqpoint: 1      ',
      'natom:   1      ',
      'reciprocal_lattice:',
      '- [   0.33333333,   0.00000000,   0.00000000 ] # a*',
      '- [   0.00000000,   0.25000000,   0.00000000 ] # b*',
      '- [   0.00000000,   0.00000000,   0.20000000 ] # c*',
      'phonon:',
      '- q-position: [    0.5000000,    0.0000000,    0.2500000 ]',
      '  dynamical_matrix:',
      '  - [    0.0000000000,    0.1250000000,    0.2500000000,    0.3750000000,    0.5000000000,    0.6250000000 ]',
    ]);
    expect(text).toContain('  - # 3\n    frequency:    3.0000000000\n\n');
  });

  it('is refused where arrays do not fit', () => {
    const bad = { ...POINT, frequencies: Float64Array.of(1, 2) };
    expect(() => [...writeQpointsYaml(bad)]).toThrow(PhonolinkError);
  });
});

describe('QPOINTS', () => {
  const read = (text: string) => readQpoints(new TextReader(Buffer.from(text), 'QPOINTS'));

  it('has fractions', async () => {
    expect([...(await read('2\n0 1/2 -1/4\n\n0.1 .2 3e-1\n'))]).toEqual([0, 0.5, -0.25, 0.1, 0.2, 0.3]);
  });

  it('that makes no sense is told with its line', async () => {
    await expect(read('')).rejects.toThrow('an empty file');
    await expect(read('two\n')).rejects.toThrow('QPOINTS:1: found two');
    await expect(read('2\n0 0 0\n')).rejects.toThrow('found 1 q points');
    await expect(read('1\n0 0 x\n')).rejects.toThrow('QPOINTS:2: found 0 0 x');
  });

  it('damaged at will is read or refused', async () => {
    const outcome = await readDamaged(
      damaged(Buffer.from('3\n0.1 0.2 0.3\n1/2 0 1/3\n0 0 0\n'), 400),
      async (text) => {
        expect((await readQpoints(text)).every(Number.isFinite)).toBe(true);
      },
    );
    expect(outcome.read).toBeGreaterThan(20);
    expect(outcome.refused).toBeGreaterThan(20);
  });
});

describe('modes in HDF5', () => {
  it('qpoints.hdf5 has what was written', async () => {
    const path = join(folder, 'qpoints.hdf5');
    await writeQpointsHdf5(path, { ...POINT, eigenvectors: new Float64Array(18) });
    await readHdf5(path, (file) => {
      expect([...file.reals('frequency')]).toEqual([1, 2, 3]);
      expect([...file.reals('qpoint')]).toEqual([0.5, 0, 0.25]);
      expect(file.shape('dynamical_matrix')).toEqual([1, 3, 3]);
      expect(file.shape('eigenvector')).toEqual([1, 3, 3]);
    });
  });

  it('mesh.hdf5 too', async () => {
    const path = join(folder, 'mesh.hdf5');
    const count = 400;
    const frequencies = Float64Array.from({ length: 3 * count }, (_, k) => Math.sin(k));
    await writeMeshHdf5(path, {
      primitive: AL,
      mesh: [20, 20, 1],
      points: new Float64Array(3 * count),
      weights: new Int32Array(count).fill(1),
      frequencies,
    });
    await readHdf5(path, (file) => {
      expect([...file.integers('mesh')]).toEqual([20, 20, 1]);
      expect(file.reals('frequency')).toEqual(frequencies);
    });
  });

  it('segments of a path are filled up with zeros', async () => {
    const path = join(folder, 'band.hdf5');
    const segment = (count: number) => ({
      points: new Float64Array(3 * count).fill(0.25),
      distances: new Float64Array(count).fill(1),
      frequencies: new Float64Array(3 * count).fill(7),
      labels: ['A', 'Bee'] as const,
    });
    await writeBandHdf5(
      path,
      { primitive: AL, segments: [segment(2), segment(1)] },
      new Map([['calculator', 'qe']]),
    );
    await readHdf5(path, (file) => {
      expect([...file.reals('frequency')]).toEqual([7, 7, 7, 7, 7, 7, 7, 7, 7, 0, 0, 0]);
      expect([...file.integers('segment_nqpoint')]).toEqual([2, 1]);
      expect([...file.integers('numbers')]).toEqual([13]);
      expect(file.text('calculator')).toBe('qe');
      expect(file.shape('label')).toEqual([2, 2]);
    });
  });
});

describe('moving modes', () => {
  const modes: AnimatedModes = {
    structure: AL,
    q: [0, 0, 0],
    frequencies: Float64Array.of(1, 2, 3),
    displacements: Float64Array.from({ length: 18 }, (_, k) => (k % 7) / 10),
  };

  it('are at rest on the average, and the second half of a period mirrors the first', () => {
    const images = imagesOf(modes, 2, { amplitude: 2, count: 8 });
    expect(images).toHaveLength(8);
    for (let c = 0; c < 3; c++) {
      const along = images.map((image) => image[c] - AL.positions[c]);
      expect(along.reduce((sum, x) => sum + x, 0)).toBeCloseTo(0, 12);
      for (let k = 0; k < 4; k++) expect(along[k]).toBeCloseTo(-along[k + 4], 12);
    }
    // Of band 2: 6/10, 0 along x: sin, then cos
    expect(images[2][0] - AL.positions[0]).toBeCloseTo(2 * 0.6, 12);
  });

  it('keep their fractions in another frame', () => {
    const turned = inFrame(modes, Float64Array.of(0, 3, 0, 4, 0, 0, 0, 0, 5));
    expect([...turned.structure.positions]).toEqual([0.6, 0.3, 0.9].map((x) => expect.closeTo(x, 12)));
    expect(turned.displacements[0]).toBeCloseTo(modes.displacements[2], 12);
  });

  it('are told to v_sim component by component', () => {
    const lines = [...writeVSim(modes, 1)].join('').split('\n');
    expect(lines[1]).toBe('    3.000000000    0.000000000    4.000000000');
    expect(lines[4]).toBe('#metaData: qpt=[0.000000;0.000000;0.000000;1.000000 \\');
    expect(lines[5]).toBe('#; 0.000000; 0.200000; 0.400000; 0.100000; 0.300000; 0.500000 \\');
  });
});

describe('tdispmat.cif', () => {
  it('needs matrices in the crystal frame', () => {
    const found = { cutoff: 0, temperatures: Float64Array.of(300), matrices: new Float64Array(9), atoms: 1 };
    expect(() => [...writeDisplacementsCif(AL, found)]).toThrow(PhonolinkError);
    const crystal = Float64Array.of(1, 6, 5, 6, 2, 4, 5, 4, 3);
    const text = [...writeDisplacementsCif(AL, { ...found, crystal })].join('');
    expect(text).toContain('_cell_volume                       60.00000\n');
    expect(text).toContain('   Al1    1.00000    2.00000    3.00000    4.00000    5.00000    6.00000\n');
  });
});
