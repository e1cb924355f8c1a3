import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mlipCfg } from '../../formats/mlip/cfg.js';
import { recognise } from '../../formats/read.js';
import { createFrame, quantitiesOf, toVoigt } from '../../src/model/frame.js';
import { createStructure, symbolsOf } from '../../src/model/structure.js';
import { difference, readAll, readOne, readUntil, reference, refusal, written } from '../helpers/formats.js';
import { fuzzReader } from '../helpers/fuzz.js';
import { DATA, withoutData } from '../helpers/shared-data.js';

const CONFIGURATION = `BEGIN_CFG
 Size
    2
 Supercell
         4.000000      0.000000      1.000000
         0.000000      5.000000      0.000000
         0.000000      0.000000      6.000000
 AtomData:  type id       direct_x      direct_y      direct_z           fz          fy          fx   site_en  charge nbh_grades
             1    1       0.500000      0.500000      0.500000    -1.000000    2.000000    3.000000   -1.5  0.25  1.1
             0    2       0.250000      0.000000      0.000000     1.000000   -2.000000   -3.000000   -2.5 -0.25  2.2
 Energy
        -26.740252828161
 PlusStress:  xx          yy          zz          yz          xz          xy
         1.00000     2.00000     3.00000     4.00000     5.00000     6.00000
 Feature   EFS_by	VASP 6.3
 Feature   mindist	2.1
END_CFG

`;

describe('MLIP .cfg', () => {
  it('reads columns in any order, fractions, features', async () => {
    expect(recognise('x', CONFIGURATION).name).toBe('mlip-cfg');
    const { structure, labels, columns, info } = await readOne(mlipCfg, CONFIGURATION, {
      species: ['O', 'Mg'],
    });
    expect(symbolsOf(structure)).toEqual(['Mg', 'O']);
    expect([...structure.positions]).toEqual([2, 2.5, 3.5, 1, 0, 0.25]);
    expect([...labels.forces!]).toEqual([3, 2, -1, -3, -2, 1]);
    expect(labels.energy).toBe(-26.740252828161);
    expect([...labels.virial!]).toEqual([1, 6, 5, 6, 2, 4, 5, 4, 3]);
    expect([...labels.energies!]).toEqual([-1.5, -2.5]);
    expect([...labels.charges!]).toEqual([0.25, -0.25]);
    expect(columns.get('nbh_grades')?.data).toEqual(Float64Array.of(1.1, 2.2));
    expect(columns.has('id')).toBe(false);
    expect(info.get('EFS_by')).toEqual({ kind: 'S', value: 'VASP 6.3' });
    expect(info.get('mindist')).toEqual({ kind: 'R', value: 2.1 });
  });

  it('names species that nobody names X0, X1, ...', async () => {
    const notes: string[] = [];
    const note = (sentence: string) => void notes.push(sentence);
    const [{ structure }] = await readAll(mlipCfg, CONFIGURATION + CONFIGURATION, { note });
    expect(symbolsOf(structure)).toEqual(['X1', 'X0']);
    expect(notes).toHaveLength(1);
    await readAll(mlipCfg, CONFIGURATION, { note, species: ['O', 'Mg'] });
    expect(notes).toHaveLength(1);
  });

  it('takes Stress for the negative of PlusStress, in the order that it names', async () => {
    const text = CONFIGURATION.replace(/PlusStress:.*/, 'Stress: xy xz yz zz yy xx');
    const { labels } = await readOne(mlipCfg, text);
    expect(toVoigt(labels.virial!)).toEqual(Float64Array.of(-6, -5, -4, -3, -2, -1));
  });

  it('keeps ids that are not 1, 2, ...', async () => {
    const { columns } = await readOne(mlipCfg, CONFIGURATION.replace('0    2  ', '0    7  '));
    expect(columns.get('id')?.data).toEqual(Float64Array.of(1, 7));
  });

  it.each([
    ['a type without a name', CONFIGURATION, /type 1, expected a type from 0 to 0/, ['Si']],
    ['a negative type', CONFIGURATION.replace('  1    1 ', ' -1    1 '), /type -1/, undefined],
    ['an atom too few', CONFIGURATION.replace(/\n +0 {4}2 .*/, ''), /file:10: found 'Energy'/, undefined],
    ['a column too few', CONFIGURATION.replace('2.2\n', '\n'), /11 columns/, undefined],
    [
      'a number that is none',
      CONFIGURATION.replace('2.000000 ', '2.0000x0 '),
      /'2.0000x0', expected a number for the column fy/,
      undefined,
    ],
    ['no positions', CONFIGURATION.replaceAll('direct_', 'other_'), /AtomData without positions/, undefined],
    ['two coordinates', CONFIGURATION.replaceAll('direct_z', 'other_z'), /without direct_z/, undefined],
    ['no types', CONFIGURATION.replace(' type ', ' kind '), /AtomData without type/, undefined],
    [
      'fractions without a cell',
      CONFIGURATION.replace(/ Supercell(\n.*){3}/, ''),
      /without a Supercell/,
      undefined,
    ],
    [
      'a stress of other components',
      CONFIGURATION.replace('xx ', 'ab '),
      /the components xx yy zz/,
      undefined,
    ],
    ['no end', CONFIGURATION.replace('END_CFG', ''), /END_CFG/, undefined],
    ['atoms before their number', CONFIGURATION.replace(/ Size\n {4}2\n/, ''), /Size before/, undefined],
    [
      'no atoms at all',
      'BEGIN_CFG\nSize\n0\nAtomData: id type cartes_x cartes_y cartes_z\nEND_CFG\n',
      /without atoms/,
      undefined,
    ],
    ['an empty file', '', /no configuration/, undefined],
    ['something else', 'Number of particles = 5\n', /expected BEGIN_CFG/, undefined],
    ['an unknown keyword', CONFIGURATION.replace(' Energy', ' Enthalpy'), /'Enthalpy'/, undefined],
  ])('refuses %s', async (_, text, message, species) => {
    expect(await refusal(mlipCfg, text, { species })).toMatch(message);
  });

  it('hands out what is whole in a file that was cut off, then fails', async () => {
    const { frames, error } = await readUntil(mlipCfg, CONFIGURATION + CONFIGURATION.slice(0, 300));
    expect(frames).toHaveLength(1);
    expect(error?.found).toBe('the end of the file');
  });

  it('keeps what was read', async () => {
    const first = await readAll(mlipCfg, CONFIGURATION + CONFIGURATION);
    const notes: string[] = [];
    const second = await readAll(mlipCfg, await written(mlipCfg, first, {}, notes));
    expect(second).toEqual(first);
    expect(notes).toEqual([]);
    expect(quantitiesOf(first[0]).filter((quantity) => !mlipCfg.holds!(quantity))).toEqual([]);
  });

  it('numbers species by first appearance in all frames, or as told, and says how', async () => {
    const frame = (symbols: string[]) =>
      createFrame(createStructure({ positions: new Float64Array(3 * symbols.length), symbols }));
    const frames = [frame(['Na', 'Cl']), frame(['Cl', 'K', 'Na'])];
    const notes: string[] = [];
    const text = await written(mlipCfg, frames, {}, notes);
    expect(notes).toEqual(['The types are 0 = Na, 1 = Cl, 2 = K.']);
    const back = await readAll(mlipCfg, text, { species: ['Na', 'Cl', 'K'] });
    expect(back.map((f) => symbolsOf(f.structure))).toEqual([
      ['Na', 'Cl'],
      ['Cl', 'K', 'Na'],
    ]);
    const told = await readAll(mlipCfg, await written(mlipCfg, frames, { species: ['K', 'Cl', 'Na'] }));
    expect(symbolsOf(told[0].structure)).toEqual(['X2', 'X1']);
    await expect(written(mlipCfg, frames, { species: ['Na', 'Cl'] })).rejects.toThrow(/atoms of K/);
    await expect(written(mlipCfg, [frame(['Na', 'X0'])])).rejects.toThrow(/both be type 0/);
  });

  it('says what it averages, moves and leaves out', async () => {
    const structure = createStructure({
      positions: new Float64Array(3),
      symbols: ['Fe'],
      cell: [3, 0, 0, 0, 3, 0, 0, 0, 3],
      periodic: [false, false, false],
    });
    const virial = Float64Array.of(1, 2, 0, 4, 1, 0, 0, 0, 1);
    const frame = createFrame(structure, { labels: { virial, magneticMoments: Float64Array.of(2) } });
    const notes: string[] = [];
    const back = await readOne(mlipCfg, await written(mlipCfg, [frame, frame].slice(0, 1), {}, notes));
    expect([...back.labels.virial!]).toEqual([1, 3, 0, 3, 1, 0, 0, 0, 1]);
    expect([...back.labels.magneticMoments!]).toEqual([0, 0, 2]);
    expect(notes).toHaveLength(4);
    expect(notes.join()).toMatch(/cell .* left out.*moments .* along z.*not symmetric.*0 = Fe/);
  });

  it('is read back exactly', async () => {
    const real = fc.double({ min: -1e5, max: 1e5, noNaN: true });
    const reals = (n: number) =>
      fc.array(real, { minLength: n, maxLength: n }).map((x) => Float64Array.from(x));
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }).chain((n) =>
        fc.record({
          positions: reals(3 * n),
          forces: reals(3 * n),
          energies: reals(n),
          energy: real,
          voigt: reals(6),
          symbols: fc.array(fc.constantFrom('Si', 'O', 'H'), { minLength: n, maxLength: n }),
          vectors: fc.integer({ min: 0, max: 3 }),
        }),
      ),
      async ({ positions, forces, energies, energy, voigt: v, symbols, vectors }) => {
        const cell = Float64Array.of(Math.E, 0, 1e-9, 0, 4, 1 / 3, 0, 0, 5).fill(0, 3 * vectors);
        const virial = Float64Array.of(v[0], v[5], v[4], v[5], v[1], v[3], v[4], v[3], v[2]);
        const labels = { forces, energies, energy, virial };
        const frame = createFrame(createStructure({ positions, symbols, cell }), { labels });
        const species = ['H', 'O', 'Si'];
        const back = await readOne(mlipCfg, await written(mlipCfg, [frame], { species }), { species });
        expect(back.structure).toEqual(frame.structure);
        expect(back.labels).toEqual(labels);
      },
    );
    await fc.assert(property, { numRuns: 200 });
  });

  it('is fuzzed', async () => {
    const outcome = await fuzzReader(mlipCfg, Buffer.from(CONFIGURATION), { flips: 800 });
    expect(outcome.read).toBeGreaterThan(50);
    expect(outcome.refused).toBeGreaterThan(50);
    console.log(`mlip-cfg, hand-made: ${JSON.stringify(outcome)}`);
  });
});

describe.skipIf(withoutData)('MLIP .cfg of the reference data', () => {
  const names = withoutData ? [] : readdirSync(join(DATA, 'mtp')).filter((name) => name.endsWith('.cfg'));

  it('there are 14 files', () => {
    expect(names).toHaveLength(14);
  });

  it.each(names)('%s: every number as printed, and a round trip', async (name) => {
    const bytes = reference(`mtp/${name}`);
    const text = bytes.toString();
    expect(recognise(name, text.slice(0, 4096)).name).toBe('mlip-cfg');
    const frames = await readAll(mlipCfg, bytes);
    const blocks = text.split('BEGIN_CFG').slice(1);
    expect(frames).toHaveLength(blocks.length);
    blocks.forEach((block, k) => {
      const { structure, labels } = frames[k];
      const rows = block
        .split(/AtomData:.*\n/)[1]
        .split('\n')
        .slice(0, structure.count);
      const numbers = rows.map((row) => row.trim().split(/\s+/).map(Number));
      expect(Array.from(structure.positions)).toEqual(numbers.flatMap((row) => row.slice(2, 5)));
      expect(Array.from(labels.forces!)).toEqual(numbers.flatMap((row) => row.slice(5, 8)));
      expect(symbolsOf(structure)).toEqual(numbers.map((row) => `X${row[1]}`));
      expect(labels.energy).toBe(Number(/Energy\s+(\S+)/.exec(block)![1]));
      const stress = /PlusStress:.*\n(.*)/.exec(block);
      expect(labels.virial === undefined).toBe(stress === null);
      if (stress)
        expect(difference(toVoigt(labels.virial!), stress[1].trim().split(/\s+/).map(Number))).toBe(0);
      if (name === 'mag.cfg')
        expect(Array.from(labels.magneticMoments!)).toEqual(numbers.flatMap((row) => row.slice(8, 11)));
    });
    const back = await readAll(mlipCfg, await written(mlipCfg, frames));
    expect(back).toEqual(frames);
  });

  it('fuzzed', async () => {
    const outcome = await fuzzReader(mlipCfg, reference('mtp/molecule_291_08.out.cfg'), { flips: 300 });
    expect(outcome.read).toBeGreaterThan(50);
    expect(outcome.refused).toBeGreaterThan(50);
    console.log(`mlip-cfg, molecule_291_08: ${JSON.stringify(outcome)}`);
  });
});
