import { describe, expect, it } from 'vitest';
import { outcar } from '../../formats/vasp/outcar.js';
import { stressOf } from '../../src/model/frame.js';
import { symbolsOf } from '../../src/model/structure.js';
import { KILOBAR } from '../../src/model/units.js';
import { readAll, readUntilError } from '../helpers/formats.js';

const HEAD = ` vasp.6.3.2 27Jun22 (build Jul  4 2022) complex
 POTCAR:    PAW_PBE Na_pv 19Sep2006
 POTCAR:    PAW_PBE Cl 06Sep2000
 POTCAR:    PAW_PBE Na_pv 19Sep2006
   VRHFIN =Na: p6 s1
   TITEL  = PAW_PBE Na_pv 19Sep2006
 POTCAR:    PAW_PBE Cl 06Sep2000
   VRHFIN =Cl: s2p5
   TITEL  = PAW_PBE Cl 06Sep2000
 positions in direct lattice
   number of dos      NEDOS =    301   number of ions     NIONS =      3
   ions per type =               1   2
  direct lattice vectors                    reciprocal lattice vectors
     9.000000000  0.000000000  0.000000000     0.111111111  0.000000000  0.000000000
     0.000000000  9.000000000  0.000000000     0.000000000  0.111111111  0.000000000
     0.000000000  0.000000000  9.000000000     0.000000000  0.000000000  0.111111111
`;
const CELL = `      direct lattice vectors                 reciprocal lattice vectors
     4.000000000 -0.500000000  0.000000000     0.250000000  0.000000000  0.000000000
   -10.000000000-20.000000000-30.000000000     0.000000000  0.250000000  0.000000000
     0.000000000  0.000000000  5.000000000     0.000000000  0.000000000  0.200000000
`;
const POSITIONS = (
  x: string,
  title = ' POSITION                                       TOTAL-FORCE (eV/Angst)',
) => `${title}
 -----------------------------------------------------------------------------------
      ${x}      0.00000      0.00000        -0.100000     -0.000000      0.300000
    -11.24217    -12.01420    -13.36959         0.000000   -120.500000   -130.500000
      1.00000      2.00000      3.00000         0.000000      0.000000      0.000000
 -----------------------------------------------------------------------------------
    total drift:                                0.000001      0.000000     -0.000001
`;
const STRESS = '  in kB      10.00000   -20.00000    30.00000     1.00000    -2.00000     3.00000\n';
const ENERGY = (free: string, zero: string) => `
  FREE ENERGIE OF THE ION-ELECTRON SYSTEM (eV)
  ---------------------------------------------------
  free  energy   TOTEN  =        ${free} eV

  energy  without entropy=       -6.48928956  energy(sigma->0) =       ${zero}

`;
const CYCLE = `--------------------------------------- Iteration      1(   1)  ---------------------------------------
 number of electron      31.9999990 magnetization       1.5
  Free energy of the ion-electron system (eV)
  free energy    TOTEN  =       -99.00000000 eV
  energy without entropy =      -99.00000000  energy(sigma->0) =      -99.00000000
`;
const STEP = CYCLE + STRESS + CELL + POSITIONS('0.10000') + ENERGY('-6.48938252', '-6.48933604');

const learned = (x: string, energy: string) => `  ML FORCE on cell =-STRESS in cart. coord. units (eV/cell)
  Total:      0.00000     0.00000     0.00000     0.00000     0.00000     0.00000
  in kB       1.00000     2.00000     3.00000     0.00000     0.00000     0.00000
${CELL}
${POSITIONS(x, '  POSITION                                       TOTAL-FORCE (eV/Angst) (ML)')}
  ML FREE ENERGIE OF THE ION-ELECTRON SYSTEM (eV)
  ---------------------------------------------------
  free  energy ML TOTEN  =        ${energy} eV

  ML energy  without entropy=        ${energy}  ML energy(sigma->0) =        ${energy}

`;

describe('OUTCAR', () => {
  it('one ionic step', async () => {
    const [frame, ...more] = await readAll(outcar, HEAD + STEP);
    expect(more).toEqual([]);
    const { structure, labels } = frame;
    expect(symbolsOf(structure)).toEqual(['Na', 'Cl', 'Cl']);
    expect([...structure.cell]).toEqual([4, -0.5, 0, -10, -20, -30, 0, 0, 5]);
    expect([...structure.positions]).toEqual([0.1, 0, 0, -11.24217, -12.0142, -13.36959, 1, 2, 3]);
    expect([...labels.forces!].map((f) => f + 0)).toEqual([-0.1, 0, 0.3, 0, -120.5, -130.5, 0, 0, 0]);
    expect(labels.freeEnergy).toBe(-6.48938252);
    expect(labels.energy).toBe(-6.48933604);
    // A crystal that VASP calls compressed (positive kB) pushes outwards: its stress is negative in ASE's sign.
    const stress = stressOf(labels.virial!, structure.cell);
    const kilobars = [10, 1, 3, 1, -20, -2, 3, -2, 30];
    stress.forEach((s, i) => {
      expect(s).toBeCloseTo(-kilobars[i] * KILOBAR, 15);
    });
    expect(labels.virial![0]).toBeGreaterThan(0);
    expect(frame.info.size).toBe(0);
  });

  it('several steps, each with its own cell, and labels that stay with their step', async () => {
    const moved =
      CYCLE + CELL.replace(' 4.000000000', ' 5.000000000') + POSITIONS('0.20000') + ENERGY('-7.0', '-7.5');
    const frames = await readAll(outcar, `${HEAD}${STEP}${moved}`);
    expect(frames.map(({ structure }) => structure.cell[0])).toEqual([4, 5]);
    expect(frames.map(({ structure }) => structure.positions[0])).toEqual([0.1, 0.2]);
    expect(frames.map(({ labels }) => labels.energy)).toEqual([-6.48933604, -7.5]);
    expect(frames.map(({ labels }) => labels.virial !== undefined)).toEqual([true, false]);
  });

  it('magnetic moments, collinear and not', async () => {
    const moments = (axis: string, first: number) => ` magnetization (${axis})

# of ion       s       p       d       tot
------------------------------------------
    1       -0.000   0.000   1.746   ${first}
    2        0.000   0.000  -1.746  -1.800
    3        0.000   0.000   0.000   0.000
--------------------------------------------------
tot          0.000   0.000   0.000   0.000
`;
    const withMoments = (tables: string) => STEP.replace(STRESS, tables + STRESS);
    const [collinear] = await readAll(outcar, HEAD + moments('x', 9) + withMoments(moments('x', 1.75)));
    expect([...collinear.labels.magneticMoments!]).toEqual([1.75, -1.8, 0]);
    const spiral = HEAD + withMoments(moments('x', 1) + moments('y', 2) + moments('z', 3));
    const [noncollinear] = await readAll(outcar, spiral);
    expect([...noncollinear.labels.magneticMoments!]).toEqual([1, 2, 3, -1.8, -1.8, -1.8, 0, 0, 0]);
  });

  it('species from TITEL, and from POTCAR lines, where there is no VRHFIN', async () => {
    const titles = HEAD.replaceAll(/ +VRHFIN.*\n/g, '');
    expect((await readAll(outcar, titles + STEP))[0].structure.species).toEqual(['Na', 'Cl']);
    const potcars = titles.replaceAll(/ +TITEL.*\n/g, '');
    expect((await readAll(outcar, potcars + STEP))[0].structure.species).toEqual(['Na', 'Cl']);
  });

  it('numbers of atoms over several lines', async () => {
    const wrapped = HEAD.replace('1   2\n', '1\n    2\n');
    expect((await readAll(outcar, wrapped + STEP))[0].structure.count).toBe(3);
  });

  it('of old versions, which print the energy before the forces', async () => {
    const old = (x: string, e: string) => CYCLE + ENERGY(e, e) + STRESS + CELL + POSITIONS(x);
    const trailing = ` magnetization (x)\n\n# of ion  s  tot\n-----\n 1 0.5 9.0\n 2 0 9.0\n 3 0 9.0\n`;
    const frames = await readAll(outcar, HEAD + old('0.10000', '-1.0') + trailing + old('0.20000', '-2.0'));
    expect(frames.map(({ structure }) => structure.positions[0])).toEqual([0.1, 0.2]);
    expect(frames.map(({ labels }) => labels.energy)).toEqual([-1, -2]);
    // Moments printed behind a step are not those of the next.
    expect(frames.map(({ labels }) => Object.keys(labels).sort())).toEqual(
      Array(2).fill(['energy', 'forces', 'freeEnergy', 'virial']),
    );
  });

  it('the positions of the head where a run computes no forces', async () => {
    const start =
      ' position of ions in cartesian coordinates  (Angst):\n 0.5 0 0\n 1 1 1\n 2 2 2\n position of ions in fractional\n';
    const [frame] = await readAll(outcar, HEAD + start + CYCLE + CELL + ENERGY('-1.0', '-2.0'));
    expect([...frame.structure.positions.slice(0, 4)]).toEqual([0.5, 0, 0, 1]);
    expect(frame.labels).toEqual({ energy: -2, freeEnergy: -1 });
    expect((await readAll(outcar, HEAD + start + STEP))[0].structure.positions[0]).toBe(0.1);
    // A second step without positions may have moved: that is refused.
    const twice =
      HEAD + start + CYCLE + CELL + ENERGY('-1.0', '-2.0') + CYCLE + CELL + ENERGY('-1.0', '-2.0');
    expect(await readUntilError(outcar, twice)).toMatchObject({
      frames: 1,
      message: expect.stringContaining('no positions'),
    });
  });

  it('leaves out what overflowed its columns, and keeps the rest', async () => {
    const text = STEP.replace('30.00000', '********')
      .replace('-120.500000', '***********')
      .replace('-6.48938252', '**************');
    const [{ labels }] = await readAll(outcar, HEAD + text);
    expect(labels).toEqual({ energy: -6.48933604 });
  });

  it('a step of a machine-learned force field, marked', async () => {
    const frames = await readAll(outcar, HEAD + learned('0.10000', '-1.5') + learned('0.20000', '-1.6'));
    expect(frames.map(({ labels }) => labels.energy)).toEqual([-1.5, -1.6]);
    expect(frames.every(({ info }) => info.has('machine_learned'))).toBe(true);
    expect(frames[0].labels.virial).toBeDefined();
  });

  it('of a step with both, the ab initio one', async () => {
    const text =
      HEAD + learned('0.10000', '0.0') + STEP + learned('0.20000', '-1.6') + learned('0.30000', '-1.7');
    const frames = await readAll(outcar, `${text}${CYCLE}`);
    expect(frames.map(({ labels }) => labels.energy)).toEqual([-6.48933604, -1.6]);
    expect(frames.map(({ info }) => info.has('machine_learned'))).toEqual([false, true]);
  });

  it('reads a run that ended between two ionic steps up to the last whole one', async () => {
    expect((await readAll(outcar, `${HEAD}${STEP}${CYCLE}${STRESS}${CELL}`)).length).toBe(1);
  });

  it.each([
    ['nothing', '', 0, 'file:1: found the end of the file, expected an ionic step'],
    ['no step', HEAD, 0, 'file:17: found the end of the file, expected an ionic step'],
    [
      'no numbers of atoms',
      HEAD.replace(/ +ions per type.*\n/, '') + STEP,
      0,
      "file:26: found the numbers of atoms ''",
    ],
    ['no cell', (HEAD + STEP).replaceAll('direct lattice vectors', ''), 0, 'file:39: found no cell'],
    ['no positions', HEAD + STEP.replace(' POSITION ', ''), 0, 'file:40: found no positions and forces'],
    [
      'a step cut off in its forces',
      HEAD + STEP + STEP.slice(0, STEP.indexOf('-11.2')),
      1,
      'file:55: found the end',
    ],
    [
      'a step cut off before its energy',
      HEAD + STEP + STEP.slice(0, STEP.indexOf('FREE EN')),
      1,
      'file:60: found the',
    ],
    [
      'a force that is none',
      HEAD + STEP.replace('0.300000', '0.3x0000'),
      0,
      "file:29: found '0.10000      0.00",
    ],
    ['a number of five', HEAD + STEP.replace('    -0.000000      0.300000', '0.3'), 0, 'file:29: found'],
    ['an energy that is none', HEAD + STEP.replace('-6.48933604', '-6.4.8'), 0, "file:39: found '-6.4.8'"],
  ])('%s', async (_, text, frames, message) => {
    const outcome = await readUntilError(outcar, text);
    expect(outcome.message.slice(0, message.length)).toBe(message);
    expect(outcome.frames).toBe(frames);
  });
});
