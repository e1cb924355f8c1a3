import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recognise } from '../../formats/read.js';
import { poscar } from '../../formats/vasp/poscar.js';
import { inverse } from '../../src/model/cell.js';
import { stressOf } from '../../src/model/frame.js';
import { symbolsOf } from '../../src/model/structure.js';
import { aseReadings } from '../helpers/ase-readings.js';
import { framesOf, readAll, writeAll } from '../helpers/formats.js';
import { DATA, withoutData } from '../helpers/shared-data.js';

const readings = [...aseReadings()].filter(([file]) => file.startsWith('vasp/'));

function expectNear(ours: ArrayLike<number>, reference: ArrayLike<number>, tolerance: number): void {
  expect(ours.length).toBe(reference.length);
  for (let i = 0; i < ours.length; i++)
    expect(Math.abs(ours[i] - reference[i])).toBeLessThanOrEqual(tolerance);
}

describe.skipIf(withoutData)('VASP files against what ASE reads', () => {
  it('covers every VASP file of the references', () => {
    const files = readdirSync(join(DATA, 'formats/vasp')).map((name) => `vasp/${name}`);
    expect(readings.map(([file]) => file).sort()).toEqual(files.sort());
  });

  it.each(readings)('%s', async (file, { num_frames, last_frame }) => {
    const frames = await framesOf(join(DATA, 'formats', file));
    expect(frames.length).toBe(num_frames);
    const { structure, labels, columns } = frames[frames.length - 1];
    expect(structure.count).toBe(last_frame.natoms);
    if (last_frame.symbols) expect(symbolsOf(structure)).toEqual(last_frame.symbols);
    // index.json: 1e-8 A, 1e-8 eV
    expectNear(structure.cell, last_frame.cell_A.flat(), 1e-8);
    expectNear(structure.positions.slice(0, 9), last_frame.positions_first3.flat(), 1e-8);
    const sum = [0, 0, 0];
    structure.positions.forEach((x, i) => {
      sum[i % 3] += x;
    });
    // 1e-8 A in all, not only for each atom.
    expectNear(sum, last_frame.positions_sum, 1e-8);
    if (last_frame.energy_eV === undefined) expect(labels.energy).toBeUndefined();
    else expect(Math.abs((labels.energy ?? Number.NaN) - last_frame.energy_eV)).toBeLessThanOrEqual(1e-8);
    if (last_frame.forces_first3_eV_A) {
      // Printed decimals, no unit conversion.
      expectNear(labels.forces!.slice(0, 9), last_frame.forces_first3_eV_A.flat(), 1e-12);
      const largest = Math.max(...labels.forces!.map(Math.abs));
      expect(Math.abs(largest - last_frame.max_force!)).toBeLessThanOrEqual(1e-12);
    }
    if (last_frame.stress_voigt_eV_A3) {
      const stress = stressOf(labels.virial!, structure.cell);
      const reference = last_frame.stress_voigt_eV_A3;
      // ASE takes the upper triangle. Its elementary charge is that of CODATA 2014, 8.2e-9 below that of 2018.
      const scale = Math.max(...reference.map(Math.abs));
      expectNear(
        [0, 4, 8, 5, 2, 1].map((i) => stress[i]),
        reference,
        1e-8 * scale,
      );
    } else expect(labels.virial).toBeUndefined();
    if (last_frame.selective) {
      expect([...columns.get('selective_dynamics')!.data]).toEqual(last_frame.selective.flat().map(Number));
    }
  });

  it.each(['vasprun.xml-001', 'vasprun.xml-002'])('phonopy/NaCl/%s', async (name) => {
    const [frame, ...more] = await framesOf(join(DATA, 'phonopy/NaCl', name));
    expect(more).toEqual([]);
    expect(frame.structure.count).toBe(64);
    expect(frame.structure.species).toEqual(['Na', 'Cl']);
    // The displaced atom is pulled back, and the forces of the periodic crystal sum to the drift VASP leaves.
    const atom = name.endsWith('001') ? 0 : 32;
    const { forces } = frame.labels;
    expect(forces![3 * atom]).toBeLessThan(-0.01);
    const drift = [0, 1, 2].map((c) => forces!.reduce((sum, f, i) => (i % 3 === c ? sum + f : sum), 0));
    // The rows are printed with 8 decimals, VASP removes the drift to that precision: 64 x 0.5e-8 and some.
    expectNear(drift, [0, 0, 0], 1e-6);
  });
});

/** Every POSCAR of the references. */
function poscars(folder = DATA): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /POSCAR|poscar$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

describe.skipIf(withoutData)('round trips of every POSCAR', () => {
  it('finds them', () => expect(poscars().length).toBeGreaterThanOrEqual(16));

  it.each(poscars().map((path) => [path.slice(DATA.length + 1), path]))('%s', async (_, path) => {
    expect(recognise(path, '').name).toBe('poscar');
    const [first] = await framesOf(path);
    const { text, notes } = await writeAll(poscar, [first]);
    expect(notes).toEqual([]);
    const [second] = await readAll(poscar, text);
    expect(symbolsOf(second.structure)).toEqual(symbolsOf(first.structure));
    expect(second.info).toEqual(first.info);
    expect(second.columns).toEqual(first.columns);
    expect(second.velocities).toEqual(first.velocities);
    // 16 decimals of a lattice vector, and the rounding of x * inverse(cell) * cell.
    const size = Math.max(...first.structure.cell.map(Math.abs));
    const condition = size * Math.max(...inverse(first.structure.cell).map(Math.abs));
    expectNear(second.structure.cell, first.structure.cell, 1e-16);
    expectNear(second.structure.positions, first.structure.positions, 20 * 1.2e-16 * size * condition);
  });
});
