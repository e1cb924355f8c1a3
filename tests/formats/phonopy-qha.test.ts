import { describe, expect, it } from 'vitest';
import { TextReader } from '../../formats/io/text.js';
import { writeGruneisenBands, writeGruneisenMesh } from '../../formats/phonopy/gruneisen-yaml.js';
import { qhaTexts } from '../../formats/phonopy/qha-results.js';
import {
  readElectronicFreeEnergies,
  readVolumeEnergies,
  writeVolumeEnergies,
} from '../../formats/phonopy/qha-tables.js';
import { PHONOPY_UNITS } from '../../src/lattice/harmonic/units.js';
import { EQUATIONS_OF_STATE } from '../../src/lattice/quasi-harmonic/equation-of-state.js';
import { thermalExpansion } from '../../src/lattice/quasi-harmonic/expansion.js';
import { recipe } from '../helpers/crystals.js';
import { damaged, readDamaged } from '../helpers/fuzz.js';

const reader = (text: string) => new TextReader(Buffer.from(text), 'e-v.dat');
const EV = '# volume energy\n\n 38.0  -10.1\n39.5 -10.3 # strain\n 41 -10.2\n';
const FE = '# volume: 38 39.5 41\n# T F\n 0 -10.1 -10.3 -10.2\n 10.0 -10.11 -10.31 -10.21\n';

describe('tables for phonopy-qha', () => {
  it('are read, comments and all', async () => {
    expect(await readVolumeEnergies(reader(EV))).toEqual({
      volumes: Float64Array.of(38, 39.5, 41),
      energies: Float64Array.of(-10.1, -10.3, -10.2),
    });
    expect(await readElectronicFreeEnergies(reader(FE))).toEqual({
      temperatures: Float64Array.of(0, 10),
      energies: [Float64Array.of(-10.1, -10.3, -10.2), Float64Array.of(-10.11, -10.31, -10.21)],
    });
  });

  it('come back as they were written, to the last digit', async () => {
    const given = { volumes: Float64Array.of(1 / 3, 40.07), energies: Float64Array.of(-9.3 / 7, 1e-7) };
    const text = [...writeVolumeEnergies(given, ['a', 'b'])].join('');
    expect(text).toContain('# a\n');
    expect(await readVolumeEnergies(reader(text))).toEqual(given);
  });

  it.each([
    ['38 -1\n39 x\n', "e-v.dat:2: found '39 x', expected a volume (A^3) and an energy (eV)"],
    ['38 -1 2\n', "e-v.dat:1: found '38 -1 2', expected a volume"],
    ['0 -1\n', 'e-v.dat:1: found the volume 0, expected a volume above 0'],
    ['# nothing\n', 'found the end of the file, expected a volume'],
  ])('of energies that say something else are refused: %j', async (text, message) => {
    await expect(readVolumeEnergies(reader(text))).rejects.toThrow(message);
  });

  it.each([
    [
      '0 -1 -2\n10 -1\n',
      "e-v.dat:2: found '10 -1', expected a temperature (K) and free energies (eV), as many in each",
    ],
    ['0\n', "e-v.dat:1: found '0'"],
  ])('of free energies that say something else are refused: %j', async (text, message) => {
    await expect(readElectronicFreeEnergies(reader(text))).rejects.toThrow(message);
  });

  it('that are damaged end in one sentence', async () => {
    for (const [text, read] of [
      [EV, readVolumeEnergies],
      [FE, readElectronicFreeEnergies],
    ] as const) {
      const outcome = await readDamaged(damaged(Buffer.from(text), 400), async (input) => {
        await read(input);
      });
      expect(outcome.refused).toBeGreaterThan(20);
      expect(outcome.read).toBeGreaterThan(5);
    }
  });
});

describe("phonopy-qha's results", () => {
  const volumes = Float64Array.of(38, 39, 40, 41, 42);
  const temperatures = Float64Array.of(0, 100, 200, 300);
  const rows = (f: (v: number, t: number) => number) =>
    Array.from(temperatures, (t) => volumes.map((v) => f(v, t)));
  const heat = rows((v, t) => t * 1e-6 * v);
  const results = thermalExpansion(EQUATIONS_OF_STATE.vinet, {
    volumes,
    temperatures,
    electronic: [volumes.map((v) => 0.01 * (v - 40) ** 2 - 5)],
    freeEnergy: rows((v, t) => -1e-5 * t * v),
    entropy: rows((v) => 1e-5 * v),
    heatCapacity: heat,
  });
  const texts = qhaTexts(results, {
    equation: EQUATIONS_OF_STATE.vinet,
    units: PHONOPY_UNITS,
    sparse: 2,
    entropy: rows((v) => v / 10),
    heatCapacity: heat,
  });
  const whole = Object.fromEntries(Object.entries(texts).map(([key, pieces]) => [key, [...pieces].join('')]));
  const text = (key: keyof typeof texts) => whole[key];

  it('have a row for each temperature but the last, as wide as phonopy writes them', () => {
    const lines = text('volume').split('\n');
    expect(lines.length).toBe(4);
    expect(lines[0]).toMatch(/^ {8}0\.000000000000000 {8}\d\d\.\d{15}$/);
    expect(text('expansion').split('\n')[0]).toBe('        0.000000000000000         0.000000000000000');
    expect(text('gibbs').split('\n')[1]).toMatch(/^ 100\.000000000000000 +-5\.\d{15}$/);
    expect(text('heatCapacity').split('\n')[2]).toMatch(/^ 200\.000000000000000 +-?\d+\.\d{15}$/);
  });

  it('have blocks for each temperature, without the first one where polynomials are told', () => {
    expect(text('helmholtz').match(/# Temperature: /g)!.length).toBe(3);
    expect(text('helmholtz')).toContain('# Temperature: 100.000000\n# Parameters: -5.');
    expect(text('entropyVolume').match(/# temperature /g)!.length).toBe(2);
    expect(text('entropyVolume')).toContain('\n  38.000000000000000    3.800000000000000\n');
  });

  it('are drawn from the free energy at 298 K on', () => {
    const [points, curve, minima] = text('fitted').split('\n\n');
    expect(points.split('\n').length).toBe(6);
    expect(points.split('\n')[1].length).toBe(11 + 2 * 10);
    expect(curve.split('\n').length).toBe(202);
    expect(minima).toMatch(/^# Minimas\n +\d\d\.\d{5} +-?\d\.\d{5} \n/);
  });
});

describe('gruneisen.yaml', () => {
  const primitive = recipe('bcc');
  const modes = {
    primitive: { ...primitive, count: 1 },
    points: Float64Array.of(0, 0, 0, 0.5, 0, 0),
    frequencies: Float64Array.of(0, 0, 0, 1, 2, 3),
    parameters: Float64Array.of(Number.NaN, Infinity, -Infinity, 1.5, -0.25, 2),
  };

  it('of a mesh ends without a blank line, and has what Python says of no numbers', () => {
    const text = [...writeGruneisenMesh({ ...modes, mesh: [2, 1, 1], weights: Int32Array.of(1, 1) })].join(
      '',
    );
    expect(text).toContain('mesh: [     2,     1,     1 ]\nnqpoint: 2\nreciprocal_lattice:\n');
    expect(text).toContain(
      '- q-position: [  0.5000000,  0.0000000,  0.0000000 ]\n  multiplicity: 1\n  band:\n',
    );
    for (const word of ['nan', 'inf', '-inf'])
      expect(text).toContain(`    gruneisen: ${word.padStart(15)}\n`);
    expect(text.endsWith('    gruneisen:    2.0000000000\n    frequency:    3.0000000000\n')).toBe(true);
  });

  it('of a path counts distances from the begin of each segment', () => {
    const segment = { ...modes, distances: Float64Array.of(0, 0.2) };
    const text = [...writeGruneisenBands({ primitive: modes.primitive, segments: [segment, segment] })].join(
      '',
    );
    expect(text).toContain('nqpoint: 4      \nnpath: 2      \nsegment_nqpoint:\n- 2\n- 2\n');
    expect(text.match(/ {4}distance: {2}0\.2000000\n/g)!.length).toBe(2);
    expect(text.match(/^- nqpoint: 2\n {2}phonon:$/gm)!.length).toBe(2);
  });
});
