import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPotential } from '../../formats/potentials.js';
import { createCpuDevice } from '../../src/device/cpu.js';
import { createStructure } from '../../src/model/structure.js';
import { convertPotential, isPotentialFile } from '../../src/workflows/convert-potential.js';
import { LEGACY_TEXT, TWO_SPECIES } from '../helpers/ace-files.js';
import { DATA, withoutData } from '../helpers/shared-data.js';

const file = (name: string) => join(DATA, 'nep', 'potentials', name);
const target = () => join(mkdtempSync(join(tmpdir(), 'phonolink-potential-')), 'nep.txt');

async function energies(path: string, symbols = ['Te', 'Pb', 'Te']): Promise<Float64Array> {
  const device = await createCpuDevice({ threads: 1 });
  const structure = createStructure({
    positions: Float64Array.of(0, 0, 0, 2.1, 2.2, 1.9, 0.3, 3.1, 3.3),
    symbols,
    cell: [6.5, 0, 0, 0.4, 6.4, 0, 0.1, 0.2, 6.6],
  });
  const evaluator = await (await loadPotential(path)).bind(device, structure);
  const { energies } = await evaluator.evaluate(structure.positions, structure.cell);
  evaluator.release();
  await device.close();
  return energies;
}

describe.skipIf(withoutData)('a potential file in another dialect', () => {
  it.each([
    ['derived_PbTe_nep5.txt', 'nep4'],
    ['PbTe_nep3.txt', 'nep4'],
    ['PbTe_nep4.txt', 'nep5'],
  ])('%s as %s has the same energies', async (name, to) => {
    const output = target();
    const notes: string[] = [];
    expect(
      await convertPotential(file(name), output, { to, note: (sentence) => notes.push(sentence) }),
    ).toMatchObject({ written: to });
    expect(readFileSync(output, 'utf8').startsWith(`${to} 2 Te Pb`)).toBe(true);
    const [before, after] = [await energies(file(name)), await energies(output)];
    // A bias that became a neuron adds one rounding: 1e-14 of energies of a few eV.
    for (let i = 0; i < 3; i++) expect(Math.abs(after[i] - before[i])).toBeLessThan(1e-13);
  });

  it('is refused, and nothing is written, where networks would be lost', async () => {
    const output = target();
    await expect(
      convertPotential(file('PbTe_nep4.txt'), output, { to: 'nep3', note: () => {} }),
    ).rejects.toThrow('would be lost');
    expect(existsSync(output)).toBe(false);
  });

  it('knows which files are potentials', async () => {
    expect(await isPotentialFile(file('PbTe_nep4.txt'))).toBe(true);
    expect(await isPotentialFile(join(DATA, 'nep', 'PbTe_nep4.extxyz'))).toBe(false);
  });

  it('names the formats when asked for one that is not there', async () => {
    await expect(
      convertPotential(file('PbTe_nep4.txt'), target(), { to: 'nep9', note: () => {} }),
    ).rejects.toThrow("named 'nep9'");
  });
});

describe('an ACE potential', () => {
  const folder = () => mkdtempSync(join(tmpdir(), 'phonolink-potential-'));
  const note = () => {};

  it('of pacemaker becomes a .yace of the same energies, by the name of the file', async () => {
    const output = join(folder(), 'pot.yace');
    expect(await convertPotential(TWO_SPECIES, output, { note })).toEqual({
      read: 'pacemaker',
      written: 'yace',
      potential: 'ACE',
    });
    expect(await energies(output, ['Al', 'Ni', 'Al'])).toEqual(
      await energies(TWO_SPECIES, ['Al', 'Ni', 'Al']),
    );
    const again = join(folder(), 'pot');
    await convertPotential(output, again, { to: 'yace', note });
    expect(readFileSync(again, 'utf8')).toBe(readFileSync(output, 'utf8'));
  });

  it('of before .yace becomes one', async () => {
    const input = join(folder(), 'old.ace');
    writeFileSync(input, LEGACY_TEXT);
    const output = join(folder(), 'new.yace');
    expect(await convertPotential(input, output, { note })).toMatchObject({ read: 'ace', written: 'yace' });
    expect(await energies(output, ['Al', 'Ni', 'Al'])).toEqual(await energies(input, ['Al', 'Ni', 'Al']));
    await expect(convertPotential(output, input, { note })).rejects.toThrow(/can be read, but not written/);
  });

  it('of .yace cannot become a B-basis, and nothing is written', async () => {
    const yace = join(folder(), 'pot.yace');
    await convertPotential(TWO_SPECIES, yace, { note });
    const output = join(folder(), 'pot.yaml');
    await expect(convertPotential(yace, output, { note })).rejects.toThrow(/cannot be undone/);
    expect(existsSync(output)).toBe(false);
  });
});
