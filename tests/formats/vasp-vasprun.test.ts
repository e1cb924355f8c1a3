import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { TextReader } from '../../formats/io/text.js';
import { openStructures, readFrames } from '../../formats/read.js';
import { vasprun } from '../../formats/vasp/vasprun.js';
import { volume } from '../../src/model/cell.js';
import { type Frame, stressOf } from '../../src/model/frame.js';
import { KILOBAR } from '../../src/model/units.js';
import { readAll, readUntilError } from '../helpers/formats.js';
import { CELL, vasprunHead, vasprunStep } from '../helpers/vasp-files.js';

const SHAPE = { atoms: 4, cycles: 2, bands: 3, kpoints: 2, dos: 5 };
const HEAD = vasprunHead(SHAPE);
const [FIRST, SECOND] = [1, 2].map((seed) => vasprunStep(SHAPE, seed));
const WHOLE = `${HEAD}${FIRST}${SECOND}</modeling>\n`;
const lines = (text: string) => text.split('\n').length - 1;

/** The text with the part between two marks of the first step replaced. */
const inFirst = (change: (step: string) => string) => `${HEAD}${change(FIRST)}${SECOND}</modeling>\n`;

describe('vasprun.xml', () => {
  it('every ionic step: structure, energies, forces, stress', async () => {
    const frames = await readAll(vasprun, WHOLE);
    expect(frames.length).toBe(2);
    const [{ structure, labels }] = frames;
    expect(structure.species).toEqual(['Na', 'Cl']);
    expect([...structure.kinds]).toEqual([0, 0, 1, 1]);
    expect([...structure.cell]).toEqual(CELL.map((x) => x + 0));
    const numbers = (name: string) =>
      new RegExp(`name="${name}" >([^]*?)</varray>`.replace('[^]', '[\\s\\S]'))
        .exec(FIRST)![1]
        .match(/-?\d+\.\d+/g)!
        .map(Number);
    const fractional = numbers('positions');
    for (let i = 0; i < 12; i++) {
      const k = 3 * Math.floor(i / 3);
      const expected = [0, 1, 2].reduce((sum, a) => sum + fractional[k + a] * CELL[3 * a + (i % 3)], 0);
      expect(structure.positions[i]).toBeCloseTo(expected, 14);
    }
    expect([...labels.forces!]).toEqual(numbers('forces'));
    const stress = stressOf(labels.virial!, structure.cell);
    // VASP's kB is positive when compressed, a stress when stretched.
    numbers('stress').forEach((kilobar, i) => {
      expect(stress[i]).toBeCloseTo(-kilobar * KILOBAR, 15);
    });
  });

  it('takes the free energy of the step and the difference to sigma = 0 of the last cycle', async () => {
    const step = FIRST.replace(
      /e_fr_energy">.*<\/i>(?=\n.*\n.*\n {2}<\/energy>)/,
      'e_fr_energy"> -10.5 </i>',
    ).replace(/e_0_energy">.*<\/i>(?=\n {2}<\/energy>)/, 'e_0_energy"> 0.0 </i>');
    const [{ labels }] = await readAll(vasprun, `${HEAD}${step}</modeling>`);
    expect(labels.freeEnergy).toBe(-10.5);
    // The cycles print e_0 = e_fr + 0.001, rounded to 8 decimals each.
    expect(labels.energy).toBeCloseTo(-10.499, 7);
  });

  it('takes the PV term of PSTRESS off', async () => {
    const pressed = HEAD.replace('PSTRESS">      0.0', 'PSTRESS">    100.0');
    const [at0] = await readAll(vasprun, `${HEAD}${FIRST}</modeling>`);
    const [at100] = await readAll(vasprun, `${pressed}${FIRST}</modeling>`);
    // VASP's own constants: 1.60217733e-19 J in an eV.
    const term = (100 * 1e-22 * volume(CELL)) / 1.60217733e-19;
    expect(at0.labels.freeEnergy! - at100.labels.freeEnergy!).toBeCloseTo(term, 12);
    expect(at0.labels.energy! - at100.labels.energy!).toBeCloseTo(term, 12);
  });

  it('velocities of the start, in lattice vectors per POTIM, and selective dynamics', async () => {
    const rows = '<v> 0.15 0 0 </v>\n'.repeat(4);
    const flags = '<v type="logical"> T F T </v>\n'.repeat(4);
    const head = HEAD.replace(
      '  </structure>',
      `<varray name="selective" >\n${flags}</varray><varray name="velocities" >\n${rows}</varray>  </structure>`,
    );
    const [first, second] = await readAll(vasprun, `${head}${FIRST}${SECOND}</modeling>`);
    // 0.15 a / 1.5 fs
    expect([...first.velocities!.slice(0, 3)]).toEqual([(0.15 * 5.1) / 1.5, 0, 0]);
    expect(second.velocities).toBeUndefined();
    for (const frame of [first, second]) {
      expect(frame.columns.get('selective_dynamics')?.data).toEqual(
        Uint8Array.of(1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1),
      );
    }
  });

  it('steps of a machine-learned force field, which stand outside <calculation>', async () => {
    const bare = SECOND.replace(/ *<scstep>[\s\S]*<\/scstep>\n/, '')
      .replace(/ *<eigenvalues>[\s\S]*<\/dos>\n/, '')
      .replace(/ *<\/?calculation>\n/g, '');
    const frames = await readAll(vasprun, `${HEAD}${FIRST}${bare}${bare}${FIRST}${bare}</modeling>`);
    expect(frames.map(({ info }) => info.has('machine_learned'))).toEqual([false, true, true, false, true]);
    expect(frames[1].labels).toEqual(frames[4].labels);
    expect(frames[1].labels.energy).toBeCloseTo(frames[1].labels.freeEnergy! + 0.001, 7);
    expect(frames[3].labels).toEqual(frames[0].labels);
  });

  it('Born charges', async () => {
    const tensor = (x: number) => `<set><v> ${x} 0 0 </v><v> 0 ${x} 0.5 </v><v> 0 0 ${x} </v></set>\n`;
    const array = `<array name="born_charges" >\n<dimension dim="1">ion</dimension>\n${[1, 2, -1, -2].map(tensor).join('')}</array>`;
    const [{ labels }] = await readAll(
      vasprun,
      inFirst((step) => step.replace('  <eigenvalues>', `${array}<eigenvalues>`)),
    );
    expect([...labels.bornCharges!.slice(9, 18)]).toEqual([2, 0, 0, 0, 2, 0.5, 0, 0, 2]);
  });

  it('the names of species that VASP cut down, from their pseudopotentials', async () => {
    const types = (title: string) =>
      `<array name="atomtypes" ><set><rc><c> 2</c><c>r </c><c> 91.2</c><c> 4.0</c><c> PAW_PBE ${title} 07Sep2000 </c></rc></set></array>`;
    const head = (title: string) =>
      HEAD.replaceAll('<c>Na</c>', '<c>r </c>').replace(' </atominfo>', `${types(title)} </atominfo>`);
    const [{ structure }] = await readAll(vasprun, `${head('Zr_sv')}${FIRST}</modeling>`);
    expect(structure.species).toEqual(['Zr', 'Cl']);
    expect((await readUntilError(vasprun, `${head('Qq')}${FIRST}</modeling>`)).message).toContain(
      "found 'r', expected the element of atom 1",
    );
  });

  it('leaves out labels that overflowed their columns', async () => {
    const [{ labels }] = await readAll(
      vasprun,
      inFirst((step) => step.replace(/("forces" >\n *<v>) *[-.\d]+/, '$1 **********')),
    );
    expect(labels.forces).toBeUndefined();
    expect(labels.virial).toBeDefined();
  });

  it('the structure alone of a run without steps', async () => {
    const [frame, ...more] = await readAll(vasprun, `${HEAD}</modeling>`);
    expect(more).toEqual([]);
    expect(frame.structure.count).toBe(4);
    expect(frame.labels).toEqual({});
  });

  it('however the text is cut into chunks', async () => {
    const reference = await readAll(vasprun, WHOLE);
    const bytes = Buffer.from(WHOLE);
    for (const size of [1, 7, 100, 1000]) {
      async function* chunks() {
        for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
      }
      const frames: Frame[] = [];
      for await (const frame of readFrames(vasprun, new TextReader(chunks(), 'test'))) frames.push(frame);
      expect(frames).toEqual(reference);
    }
  });

  it('gzipped, under the name of a calculation', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'phonolink-vasprun-'));
    try {
      const path = join(folder, 'vasprun.xml.gz');
      writeFileSync(path, gzipSync(WHOLE));
      const { format, frames } = await openStructures(path);
      expect(format).toBe(vasprun);
      let count = 0;
      for await (const _ of frames) count++;
      expect(count).toBe(2);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('gives the whole steps of a file that was cut off, then names the line', async () => {
    const text = `${HEAD}${FIRST}${SECOND}`;
    const inForces = text.lastIndexOf('"forces"') + 60;
    const outcome = await readUntilError(vasprun, text.slice(0, inForces));
    expect(outcome.frames).toBe(1);
    const end = lines(text.slice(0, inForces)) + 1;
    expect(outcome.message).toBe(`file:${end}: found the end of the file, expected </varray>`);
    const bands = text.lastIndexOf('<r>');
    expect(await readUntilError(vasprun, text.slice(0, bands))).toEqual({
      frames: 1,
      message: `file:${lines(text.slice(0, bands)) + 1}: found the end of the file, expected </dos>`,
    });
    expect(await readUntilError(vasprun, text)).toEqual({
      frames: 2,
      message: `file:${lines(text) + 1}: found the end of the file, expected </modeling>`,
    });
  });

  it.each([
    ['nothing', '', 'file:1: found the end of the file, expected <modeling>'],
    ['another XML file', '<?xml version="1.0"?>\n<qes:espresso>\n', 'file:2: found'],
    [
      'no atoms',
      WHOLE.replace(/ <atominfo>[\s\S]*<\/atominfo>\n/, ''),
      'file:23: found <structure>, expected <atominfo>',
    ],
    [
      'a missing row',
      inFirst((s) => s.replace(/("forces" >\n).*\n/, '$1')),
      'found the end of forces, expected row 4 of 4',
    ],
    [
      'a row too many',
      inFirst((s) => s.replace(/("forces" >\n)(.*\n)/, '$1$2$2')),
      'expected no more than 4 rows of forces',
    ],
    [
      'a row of two numbers',
      inFirst((s) => s.replace(/("positions" >\n *<v> *\S+ +\S+) +\S+ /, '$1 ')),
      'expected three numbers, row 1 of positions',
    ],
    [
      'a number that is none',
      inFirst((s) => s.replace(/("positions" >\n *<v> *\S+) /, '$1x ')),
      'expected three numbers, row 1',
    ],
    [
      'an energy that is none',
      inFirst((s) => s.replace(/e_fr_energy"> *-/, 'e_fr_energy">-x')),
      'an energy in eV, e_fr_energy',
    ],
    [
      'a lost </eigenvalues>',
      inFirst((s) => s.replace('</eigenvalues>', '')),
      'found <calculation>, expected </eigenvalues>',
    ],
    [
      'a lost </energy>',
      inFirst((s) => s.replace(/<\/energy>(?=\n {2}<time)/, '')),
      'found <calculation>, expected </energy>',
    ],
    [
      'a lost </calculation>',
      inFirst((s) => s.replace('</calculation>', '')),
      'found <calculation>, expected </calculation>',
    ],
    [
      'a lost structure',
      inFirst((s) => s.replace(/ *<structure>[\s\S]*<\/structure>\n/, '')),
      'found no structure in ionic step 1',
    ],
    ['a lost cell', inFirst((s) => s.replace('"basis"', '"bases"')), 'found no <varray name="basis">'],
    ['a damaged attribute', WHOLE.replace('name="initialpos"', 'n)me="initialpos"'), 'expected a tag <name>'],
    [
      'a structure of no step',
      WHOLE.replace(' name="initialpos"', ''),
      `file:${lines(HEAD) + 1}: found a structure alone`,
    ],
    ['a tag without end', `${HEAD}<calculation ${'x'.repeat(9000)}`, 'expected a whole tag'],
  ])('refuses %s', async (_, text, message) => {
    expect((await readUntilError(vasprun, text)).message).toContain(message);
  });

  it('names the line of a damaged row', async () => {
    const text = inFirst((s) => s.replace(/("positions" >\n *<v> *\S+) /, '$1x '));
    const line = lines(text.slice(0, text.indexOf('x ', text.indexOf('<calculation>')))) + 1;
    expect((await readUntilError(vasprun, text)).message).toMatch(new RegExp(`^file:${line}: found '<v>`));
  });
});
