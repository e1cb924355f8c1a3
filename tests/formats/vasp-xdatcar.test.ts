import { describe, expect, it } from 'vitest';
import { outcar } from '../../formats/vasp/outcar.js';
import { poscar } from '../../formats/vasp/poscar.js';
import { vasprun } from '../../formats/vasp/vasprun.js';
import { xdatcar } from '../../formats/vasp/xdatcar.js';
import { symbolsOf } from '../../src/model/structure.js';
import { readAll, readUntilError } from '../helpers/formats.js';

const header = (comment = 'water', a = '4.0') => `${comment}
 2.0
 ${a} 0 0
 0 2.0 0
 0 0 2.0
 O H
 1 2
`;
const rows = (x: string) =>
  `  ${x}  0.00000000 -0.25000000\n  0.5 0.5 0.5\n -0.63265286-0.11227753-0.15402785\n`;

describe('XDATCAR', () => {
  it('of a fixed cell', async () => {
    const frames = await readAll(
      xdatcar,
      `${header()}Direct configuration=     1\n${rows('0.25')}Direct configuration=    12\n${rows('1.5')}`,
    );
    expect(frames.length).toBe(2);
    expect(frames.map((frame) => frame.structure.positions[0])).toEqual([2, 12]);
    expect(frames[0].structure.positions[2]).toBe(-1);
    // Columns that touch are three numbers.
    expect([...frames[0].structure.positions.slice(6)]).toEqual([
      -0.63265286 * 8,
      -0.11227753 * 4,
      -0.15402785 * 4,
    ]);
    expect(symbolsOf(frames[1].structure)).toEqual(['O', 'H', 'H']);
    expect(frames[1].info.get('configuration')).toEqual({ kind: 'I', value: 12 });
    expect(frames[1].info.get('comment')).toEqual({ kind: 'S', value: 'water' });
  });

  it('of a cell that changes', async () => {
    const frames = await readAll(
      xdatcar,
      `${header()}Direct configuration= 1\n${rows('0.25')}${header('water', '5.0')}Direct configuration= 2\n${rows('0.25')}\n`,
    );
    expect(frames.map((frame) => frame.structure.cell[0])).toEqual([8, 10]);
    expect(frames.map((frame) => frame.structure.positions[0])).toEqual([2, 2.5]);
  });

  it('of a cell that changes under a blank comment', async () => {
    const frames = await readAll(
      xdatcar,
      `${header('')}Direct configuration= 1\n${rows('0.25')}${header(' ', '5.0')}Direct configuration= 2\n${rows('0.25')}`,
    );
    expect(frames.map((frame) => frame.structure.cell[0])).toEqual([8, 10]);
    expect(frames[0].info.has('comment')).toBe(false);
  });

  it('of VASP 4.6, whose frames begin with a blank line', async () => {
    const frames = await readAll(xdatcar, `${header()}\n${rows('0.25')} \n${rows('1.5')}`);
    expect(frames.map((frame) => frame.structure.positions[0])).toEqual([2, 12]);
  });

  it('without a last line break', async () => {
    expect(
      (await readAll(xdatcar, `${header()}Direct configuration= 1\n${rows('0.25')}`.trimEnd())).length,
    ).toBe(1);
  });

  it('in Cartesian coordinates, times the scale', async () => {
    const [frame] = await readAll(xdatcar, `${header()}Cartesian configuration= 1\n${rows('0.25')}`);
    expect([...frame.structure.positions.slice(0, 3)]).toEqual([0.5, 0, -0.5]);
  });

  it('with the symbols that the user tells', async () => {
    const text = `${header().replace(' O H\n', '')}Direct configuration= 1\n${rows('0.25')}`;
    const [frame] = await readAll(xdatcar, text, { species: ['S', 'D', 'X'].slice(0, 2) });
    expect(frame.structure.species).toEqual(['S', 'D']);
    expect((await readUntilError(xdatcar, text)).message).toContain('found no symbols');
  });

  it.each([
    ['no frame', header(), 0, 'file:8: found the end of the file, expected the first configuration'],
    [
      'a frame cut off',
      `${header()}Direct configuration= 1\n${rows('0.25')}Direct configuration= 2\n 0 0 0\n`,
      1,
      'file:14: found the end of the file',
    ],
    [
      'a number cut off',
      `${header()}Direct configuration= 1\n${rows('0.25').slice(0, -4)}`,
      0,
      "file:11: found '-0.63265286-0.11227753-0.15402', expected a third number with 8 decimals too",
    ],
    [
      'a row of two numbers',
      `${header()}Direct configuration= 1\n${rows('0.25').replace('0.5 0.5 0.5', '0.5 0.5')}`,
      0,
      "file:10: found '0.5 0.5', expected three numbers, coordinates",
    ],
    [
      'a row too many',
      `${header()}Direct configuration= 1\n${rows('0.25')}0 0 0\n`,
      1,
      'file:13: found the end of',
    ],
  ])('%s', async (_, text, frames, message) => {
    const outcome = await readUntilError(xdatcar, text);
    expect(outcome.frames).toBe(frames);
    expect(outcome.message.slice(0, message.length)).toBe(message);
  });
});

describe('recognition of the formats of VASP', () => {
  const trajectory = `${header()}Direct configuration=     1\n${rows('0.25')}`;
  it.each([
    ['XDATCAR', trajectory, xdatcar],
    ['x', trajectory, xdatcar],
    ['x', ' vasp.6.3.0 20Jan22 (build Jan 27 2022)\n', outcar],
    ['OUTCAR.1', '', outcar],
    ['vasprun.xml-001', '', vasprun],
    ['x.xml', '<?xml version="1.0"?>\n<modeling>\n', vasprun],
  ])('%s, %j', (name, head, format) => {
    const claims = [vasprun, outcar, xdatcar, poscar].filter((candidate) => candidate.recognises(name, head));
    expect(claims).toEqual([format]);
  });
  it('leaves others alone', () => {
    for (const format of [vasprun, outcar, xdatcar]) {
      expect(format.recognises('outcar2xyz.xyz', '3\nLattice=""\nH 0 0 0\n')).toBe(false);
      expect(format.recognises('data.xml', '<espresso>')).toBe(false);
      expect(format.recognises('a.xyz', '')).toBe(false);
    }
  });
});
