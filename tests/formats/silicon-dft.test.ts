import { statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openStructures } from '../../formats/read.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { inverse, rowsTimes, volume } from '../../src/model/cell.js';
import { type Frame, stressOf } from '../../src/model/frame.js';
import { collect } from '../helpers/ipi.js';

const FILE = join(PACKAGE_ROOT, 'fixtures', 'silicon', 'dft.extxyz');
/** A, the edge of the cube at rest */
const EDGE = 5.402;

/** eV an atom, the diamond at rest */
const LOWEST = -107.83908;
/** By type and number of atoms, as make-structures.mjs has it */
const COUNTS = {
  'rattled 8': 82,
  'strained 8': 122,
  'volume 8': 40,
  'shear 8': 40,
  'rattled 64': 13,
  'md800 64': 3,
};

const typeOf = ({ info }: Frame) => String((info.get('config_type') as { value: unknown }).value);

/** The shortest distance between two atoms or images, A; the cells are nearly cubes, so the nearest image is near. */
function shortest({ structure: { positions, cell, count } }: Frame): number {
  const s = rowsTimes(positions, inverse(cell));
  let least = Infinity;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const between = [0, 1, 2].map((k) => s[3 * i + k] - s[3 * j + k]);
      const nearest = Float64Array.from(between, (x) => x - Math.round(x));
      least = Math.min(least, Math.hypot(...rowsTimes(nearest, cell)));
    }
  }
  return least;
}

/**
 * The linear strain of each edge of a cell that was a cube, and half the cosine of each angle. A symmetric strain of
 * components up to e gives up to e and second order in it: (1 + e)^2 + 2 e^2 is the longest edge's square, and
 * 2 e (1 + e) + e^2 the largest product of two edges.
 */
function strainsOf({ structure: { cell, count } }: Frame): number[] {
  const edge = EDGE * Math.cbrt(count / 8);
  const row = (i: number) => [...cell.subarray(3 * i, 3 * i + 3)];
  const product = (i: number, j: number) => row(i).reduce((sum, x, k) => sum + x * row(j)[k], 0);
  const lengths = [0, 1, 2].map((i) => Math.sqrt(product(i, i)));
  const stretched = lengths.map((length) => length / edge - 1);
  const sheared = [0, 1, 2].map((i) => {
    const j = (i + 1) % 3;
    return product(i, j) / (lengths[i] * lengths[j]) / 2;
  });
  return [...stretched, ...sheared].map(Math.abs);
}

describe('fixtures/silicon/dft.extxyz', () => {
  let frames: Frame[];
  beforeAll(async () => {
    frames = await collect((await openStructures(FILE)).frames);
  });

  it('holds 300 labelled frames of two sizes in less than 1.5 MB', () => {
    expect(frames).toHaveLength(300);
    expect(new Set(frames.map(({ structure }) => structure.count))).toEqual(new Set([8, 64]));
    for (const { labels, structure } of frames) {
      expect(labels.energy).toBeTypeOf('number');
      expect(labels.forces).toHaveLength(3 * structure.count);
      expect(labels.virial).toHaveLength(9);
    }
    expect(statSync(FILE).size).toBeLessThan(1.5e6);
  });

  it('holds every kind of structure', () => {
    const counts = new Map<string, number>();
    for (const frame of frames) {
      const key = `${typeOf(frame)} ${frame.structure.count}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(Object.fromEntries(counts)).toEqual(COUNTS);
  });

  it('is strained by up to 4 %, and no two atoms are near', () => {
    const strains = frames.map((frame) => Math.max(...strainsOf(frame)));
    expect(Math.max(...strains)).toBeLessThan(0.04 + 0.04 ** 2);
    expect(Math.max(...strains)).toBeGreaterThan(0.035);
    const distances = frames.map(shortest);
    expect(Math.min(...distances)).toBeGreaterThan(1.8);
    expect(Math.max(...distances)).toBeLessThan(2.45);
  });

  it('has forces that sum to zero and virials that are symmetric', () => {
    for (const { labels } of frames) {
      const { forces, virial } = labels as { forces: Float64Array; virial: Float64Array };
      for (const axis of [0, 1, 2]) {
        const sum = forces.reduce((total, f, i) => (i % 3 === axis ? total + f : total), 0);
        // pw.x takes the mean force away itself; its forces then have all digits.
        expect(Math.abs(sum)).toBeLessThan(1e-6);
      }
      for (const [a, b] of [
        [1, 3],
        [2, 6],
        [5, 7],
      ])
        expect(virial[a]).toBeCloseTo(virial[b], 9);
    }
  });

  it('has energies and pressures that go with the volume', () => {
    const pure = frames.filter((frame) => typeOf(frame) === 'volume');
    const pressure = ({ labels, structure }: Frame) => {
      const stress = stressOf(labels.virial!, structure.cell);
      return -(stress[0] + stress[4] + stress[8]) / 3;
    };
    const pairs = pure.map((frame) => [volume(frame.structure.cell) / EDGE ** 3, pressure(frame)]);
    // The bulk modulus is 0.6 eV/A^3: 2 % of volume outweighs what the rattling does.
    for (const [ratio, p] of pairs)
      if (Math.abs(ratio - 1) > 0.02) expect(p * (1 - ratio)).toBeGreaterThan(0);
    for (const { labels, structure } of frames) {
      const energy = labels.energy! / structure.count;
      expect(energy).toBeGreaterThan(LOWEST);
      expect(energy).toBeLessThan(LOWEST + 0.6);
    }
  });
});
