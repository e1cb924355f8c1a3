import { describe, expect, it } from 'vitest';
import { qeOutput } from '../../formats/qe/output.js';
import { recognise } from '../../formats/read.js';
import { type Frame, stressOf, toVoigt } from '../../src/model/frame.js';
import { symbolsOf } from '../../src/model/structure.js';
import { BOHR, KILOBAR, RYDBERG } from '../../src/model/units.js';
import { aseReading } from '../helpers/ase-readings.js';
import {
  difference,
  readAll,
  readOne,
  readUntil,
  reference,
  refusal,
  SINCE_2006,
} from '../helpers/formats.js';
import { fuzzReader } from '../helpers/fuzz.js';
import { withoutData } from '../helpers/shared-data.js';

const HEAD = `
     Program PWSCF v.6.7MaX starts on  1Jan2026 at  0: 0: 0

     number of atoms/cell      =            2

     celldm(1)=  10.000000  celldm(2)=   0.000000  celldm(3)=   0.000000
     celldm(4)=   0.000000  celldm(5)=   0.000000  celldm(6)=   0.000000

     crystal axes: (cart. coord. in units of alat)
               a(1) = (  -0.500000   0.000000   0.500000 )
               a(2) = (   0.000000   0.500000   0.500000 )
               a(3) = (  -0.500000   0.500000   0.000000 )

     atomic species   valence    mass     pseudopotential
        Si1            4.00    28.08600     Si( 1.00)
        C              4.00    13.00000     C ( 1.00)

     site n.     atom                  positions (alat units)
         1           Si1 tau(   1) = (   0.0000000   0.0000000   0.0000000  )
         2           C   tau(   2) = (  -0.2550000   0.2450000   0.2600000  )
         
     iteration #  1     ecut=     8.00 Ry     beta= 0.70
     total energy              =     -15.00000000 Ry
`;
const ENERGY = (value: string) => `!    total energy              =     ${value} Ry
`;
const SMEARING = `     smearing contrib. (-TS)   =      -0.00100000 Ry
     internal energy E=F+TS    =     -15.99900000 Ry
`;
const FORCES = `
     Forces acting on atoms (cartesian axes, Ry/au):

     atom    1 type  1   force =     0.10000000   -0.20000000    0.30000000
     atom    2 type  2   force =    -0.10000000    0.20000000   -0.30000000
     The non-local contrib.  to forces
     atom    1 type  1   force =     9.00000000    9.00000000    9.00000000
     atom    2 type  2   force =     9.00000000    9.00000000    9.00000000
`;
const STRESS = `
          total   stress  (Ry/bohr**3)                   (kbar)     P=       14.71
   0.00010000   0.00002000  -0.00003000           14.71        2.94       -4.41
   0.00002000   0.00020000   0.00004000            2.94       29.42        5.88
  -0.00003000   0.00004000  -0.00030000           -4.41        5.88      -44.13

     kinetic stress (kbar)   2413.21    -16.66      8.05
`;
const MOVE = (unit: string, second: string) => `
ATOMIC_POSITIONS (${unit})
Si1           0.0000000000        0.0000000000        0.0000000000    0   0   0
C             ${second}
`;
const DONE = `
   This run was terminated on:   0: 0: 1   1Jan2026

   JOB DONE.
`;

const real = (frame: Frame, name: string) => frame.info.get(name)?.value;

describe('pw.x output', () => {
  it('reads a single point', async () => {
    const text = `${HEAD}${ENERGY('-16.00000000')}${SMEARING}${FORCES}${STRESS}${DONE}`;
    expect(recognise('run.log', text).name).toBe('qe-out');
    const frame = await readOne(qeOutput, text);
    const { structure, labels } = frame;
    const a = 10 * BOHR;
    expect(symbolsOf(structure)).toEqual(['Si', 'C']);
    expect([...structure.masses]).toEqual([28.086, 13]);
    expect(frame.columns.get('label')?.data).toEqual(['Si1', 'C']);
    expect(difference(structure.cell, [-a / 2, 0, a / 2, 0, a / 2, a / 2, -a / 2, a / 2, 0])).toBe(0);
    expect(difference(structure.positions, [0, 0, 0, -0.255 * a, 0.245 * a, 0.26 * a])).toBeLessThan(1e-15);
    expect(labels.energy).toBe(-16 * RYDBERG);
    expect(labels.freeEnergy).toBe(-16 * RYDBERG);
    expect(real(frame, 'smearing_contribution')).toBe(-0.001 * RYDBERG);
    const unit = RYDBERG / BOHR;
    expect(
      difference(
        labels.forces!,
        [0.1, -0.2, 0.3, -0.1, 0.2, -0.3].map((f) => f * unit),
      ),
    ).toBe(0);
    // Printed positive when compressed: the virial in Ry is the printed stress times 250 bohr^3.
    const virial = [0.1, 0.02, -0.03, 0.02, 0.2, 0.04, -0.03, 0.04, -0.3].map((s) => s * 0.25 * RYDBERG);
    expect(difference(labels.virial!, virial)).toBeLessThan(1e-14);
  });

  it('reads a relaxation, whose end repeats the last structure', async () => {
    const second = '0.2600000000        0.2500000000        0.2400000000';
    const text = `${HEAD}${ENERGY('-16')}${FORCES}${MOVE('alat', second)}${ENERGY('-16.5')}${FORCES}
Begin final coordinates
${MOVE('alat', second)}
End final coordinates
${DONE}`;
    const frames = await readAll(qeOutput, text);
    expect(frames.map((f) => f.labels.energy)).toEqual([-16 * RYDBERG, -16.5 * RYDBERG]);
    expect(frames[1].structure.positions[3]).toBeCloseTo(2.6 * BOHR, 14);
    expect(frames[1].columns.get('if_pos')?.data).toEqual(Int32Array.of(0, 0, 0, 1, 1, 1));
  });

  it('takes a relaxation that has nothing to do for one step', async () => {
    const same = '-0.2550000312        0.2450000000        0.2600000000';
    const text = `${HEAD}${ENERGY('-16')}${FORCES}\nBegin final coordinates\n${MOVE('alat', same)}End final coordinates\n${DONE}`;
    expect(await readAll(qeOutput, text)).toHaveLength(1);
  });

  it('computes the end of a vc-relax twice, and reads it twice', async () => {
    const cell = `CELL_PARAMETERS (alat= 10.00000000)
  -0.510000000   0.000000000   0.510000000
   0.000000000   0.510000000   0.510000000
  -0.510000000   0.510000000   0.000000000
`;
    const move = `${cell}${MOVE('crystal', '0.2500000000 0.2500000000 0.2500000000')}`;
    const table = HEAD.slice(HEAD.indexOf('     celldm(1)'), HEAD.indexOf('     iteration'));
    const text = `${HEAD}${ENERGY('-16')}${STRESS}${move}${ENERGY('-17')}${STRESS}
Begin final coordinates
${move}End final coordinates

     A final scf calculation at the relaxed structure.
${table.replaceAll('0.500000', '0.510000')}${ENERGY('-17.5')}${STRESS}${DONE}`;
    const frames = await readAll(qeOutput, text);
    expect(frames.map((f) => f.labels.energy! / RYDBERG)).toEqual(
      [-16, -17, -17.5].map((e) => expect.closeTo(e, 12)),
    );
    const a = 10 * BOHR;
    for (const frame of frames.slice(1)) {
      expect(difference(frame.structure.cell.subarray(0, 3), [-0.51 * a, 0, 0.51 * a])).toBeLessThan(1e-14);
      expect(
        difference(frame.structure.positions.subarray(3), [-0.255 * a, 0.255 * a, 0.255 * a]),
      ).toBeLessThan(1e-14);
      expect(frame.labels.virial![0]).toBeCloseTo(0.0001 * RYDBERG * 1000 * (0.51 / 0.5) ** 3 * 0.25, 12);
    }
  });

  it('hands out a structure that was not computed without labels', async () => {
    const text = `${HEAD}${ENERGY('-16')}${FORCES}${MOVE('bohr', '2.6 2.4 2.5')}${DONE}`;
    const frames = await readAll(qeOutput, text);
    expect(frames).toHaveLength(2);
    expect(frames[1].labels).toEqual({});
    expect(
      difference(
        frames[1].structure.positions.subarray(3),
        [2.6, 2.4, 2.5].map((x) => x * BOHR),
      ),
    ).toBe(0);
  });

  it('keeps the energy of a step that did not converge out of the labels', async () => {
    const text = `${HEAD}
     convergence NOT achieved after   2 iterations: stopping
${DONE}`;
    const frame = await readOne(qeOutput, text);
    expect(frame.labels.energy).toBeUndefined();
    expect(real(frame, 'scf_converged')).toBe(false);
    expect(real(frame, 'unconverged_energy')).toBe(-15 * RYDBERG);
  });

  it.each([
    `     Magnetic moment per site:
     atom:    1    charge:    1.5832    magn:    0.7000    constr:    0.0000
     atom:    2    charge:    1.5856    magn:   -0.2500    constr:    0.0000
`,
    `     Magnetic moment per site  (integrated on atomic sphere of radius R)
     atom   1 (R=0.357)  charge=  6.5  magn=  0.7000
     atom   2 (R=0.357)  charge=  6.5  magn= -0.2500
`,
  ])('reads magnetic moments (%#)', async (moments) => {
    const text = `${HEAD}${moments}${ENERGY('-16')}\n     total magnetization       =     0.45 Bohr mag/cell\n${DONE}`;
    const frame = await readOne(qeOutput, text);
    expect(frame.labels.magneticMoments).toEqual(Float64Array.of(0.7, -0.25));
    expect(real(frame, 'total_magnetization')).toBe(0.45);
  });

  it('takes the last of the energies of a hybrid functional', async () => {
    const text = `${HEAD}${ENERGY('-15.5')}${ENERGY('-15.9')}!!   total energy              =     -16.00000000 Ry\n${DONE}`;
    expect((await readOne(qeOutput, text)).labels.energy).toBe(-16 * RYDBERG);
  });

  it('reads several runs in one file', async () => {
    const run = `${HEAD}${ENERGY('-16')}${DONE}`;
    expect(await readAll(qeOutput, run + run)).toHaveLength(2);
  });

  it('reads numbers that touch', async () => {
    const text = `${HEAD.replace('-0.2550000   0.2450000', '-10.2550000-10.2450000')}${ENERGY('-16')}${DONE}`;
    const { structure } = await readOne(qeOutput, text);
    expect(structure.positions[4]).toBeCloseTo(-102.45 * BOHR, 12);
  });

  it('hands out the whole steps of a run that was cut off, then fails', async () => {
    const text = `${HEAD}${ENERGY('-16')}${FORCES}${MOVE('alat', '0.26 0.25 0.24')}${ENERGY('-16.5')}`;
    const { frames, error } = await readUntil(qeOutput, text);
    expect(frames.map((f) => f.labels.energy)).toEqual([-16 * RYDBERG]);
    expect(error?.message).toMatch(/the end of the run, expected 'JOB DONE.'/);
    expect(error?.hint).toMatch(/cut off/);
  });

  it('says why a run stopped', async () => {
    const text = `${HEAD}\n %%%\n     Error in routine c_bands (1):\n     too many bands are not converged\n %%%\n`;
    expect(await refusal(qeOutput, text)).toMatch(/after 'Error in routine c_bands \(1\): too many bands/);
  });

  it.each([
    [
      'stars for a force',
      `${HEAD}${ENERGY('-16')}${FORCES.replace('0.10000000', '**********')}${DONE}`,
      /force on atom 1/,
    ],
    ['stars for an energy', `${HEAD}${ENERGY('**************')}${DONE}`, /an energy in Ry/],
    [
      'an unknown species',
      `${HEAD.replace('C   tau', 'Ge  tau')}${DONE}`,
      /'Ge', expected one of the species Si1, C/,
    ],
    ['a run without atoms', `     Program PWSCF v.7\n${DONE}`, /without a structure/],
    ['an empty file', '', /Program PWSCF/],
    ['an energy before atoms', `     Program PWSCF v.7\n${ENERGY('-1')}`, /positions of the atoms before/],
    [
      'a unit that is none',
      `${HEAD}${ENERGY('-16')}${MOVE('nm', '0 0 0')}${DONE}`,
      /alat, bohr, angstrom or crystal/,
    ],
    ['a huge number of atoms', HEAD.replace('=            2', '= 999999999'), /three coordinates of an atom/],
  ])('refuses %s', async (_, text, message) => {
    expect(await refusal(qeOutput, text)).toMatch(message);
  });

  it('is fuzzed on a relaxation', async () => {
    const text = `${HEAD}${ENERGY('-16')}${SMEARING}${FORCES}${STRESS}${MOVE('crystal', '0.26 0.25 0.24')}${ENERGY('-16.5')}${FORCES}${STRESS}${DONE}`;
    const outcome = await fuzzReader(qeOutput, Buffer.from(text), { flips: 800 });
    expect(outcome.read).toBeGreaterThan(50);
    expect(outcome.refused).toBeGreaterThan(50);
    console.log(`qe-out, hand-made: ${JSON.stringify(outcome)}`);
  });
});

describe.skipIf(withoutData)('pw.x outputs of the reference data', () => {
  const names = ['NaCl-001.out', 'default_xml_191206_aiida.out', 'vcrelax_success_aiida.out'];

  it.each(names)('%s as ASE reads it', async (name) => {
    const bytes = reference(`formats/qe/${name}`);
    expect(recognise(name, bytes.toString().slice(0, 4096)).name).toBe('qe-out');
    const frames = await readAll(qeOutput, bytes);
    const expected = aseReading(`qe/${name}`);
    expect(frames).toHaveLength(expected.num_frames);
    const { structure, labels } = frames[frames.length - 1];
    const want = expected.last_frame;
    // The cell is printed in A in the vc-relax, in alat (bohr) elsewhere.
    const scale = name.startsWith('vcrelax') ? 1 : SINCE_2006.bohr;
    expect(symbolsOf(structure)).toEqual(want.symbols);
    // index.json: 1e-8 A and 1e-8 eV
    expect(
      difference(
        structure.cell,
        want.cell_A.flat().map((x: number) => x * scale),
      ),
    ).toBeLessThan(1e-8);
    const first = want.positions_first3.flat().map((x: number) => x * scale);
    expect(difference(structure.positions.subarray(0, first.length), first)).toBeLessThan(1e-8);
    const energy = want.energy_eV! * SINCE_2006.hartree;
    expect(Math.abs(labels.energy! - energy)).toBeLessThan(1e-8);
    const forceScale = SINCE_2006.hartree / SINCE_2006.bohr;
    if (want.forces_first3_eV_A) {
      const forces = want.forces_first3_eV_A.flat().map((f: number) => f * forceScale);
      expect(difference(labels.forces!.subarray(0, forces.length), forces)).toBeLessThan(1e-10);
    } else expect(labels.forces).toBeUndefined();
    if (want.stress_voigt_eV_A3) {
      const stress = want.stress_voigt_eV_A3.map(
        (s: number) => (s * SINCE_2006.hartree) / SINCE_2006.bohr ** 3,
      );
      expect(difference(toVoigt(stressOf(labels.virial!, structure.cell)), stress)).toBeLessThan(1e-12);
    } else expect(labels.virial).toBeUndefined();
  });

  it('reads free energies where there is smearing', async () => {
    const text = reference('formats/qe/default_xml_241015_aiida.out').toString();
    // The table of positions was taken out of this file.
    expect(await refusal(qeOutput, text)).toMatch(/a result, expected the positions of the atoms before it/);
    const table = `     site n.     atom                  positions (alat units)
         1        Si     tau(   1) = (   0.0000000   0.0000000   0.0000000  )
         2        Si     tau(   2) = (   0.3535534   0.3535534   0.3535534  )`;
    const frame = await readOne(qeOutput, text.replace('--- K-POINTS REMOVED ---', table));
    expect(frame.labels.freeEnergy).toBe(frame.labels.energy);
    expect(frame.labels.energy! / RYDBERG).toBeCloseTo(-22.67145894, 10);
    expect((real(frame, 'smearing_contribution') as number) / RYDBERG).toBeCloseTo(0.00002426, 12);
    // printed beside it: 4.62 kbar, to a hundredth
    expect(-stressOf(frame.labels.virial!, frame.structure.cell)[0] / KILOBAR).toBeCloseTo(4.62, 1.9);
  });

  it('does not take the output of ph.x for one of pw.x', async () => {
    expect(await refusal(qeOutput, reference('formats/qe/NaCl.ph.out'))).toMatch(/no run of pw.x/);
  });

  it.each(names)('%s fuzzed', async (name) => {
    const outcome = await fuzzReader(qeOutput, reference(`formats/qe/${name}`), { flips: 100 });
    expect(outcome.read).toBeGreaterThan(5);
    expect(outcome.refused).toBeGreaterThan(100);
    console.log(`qe-out, ${name}: ${JSON.stringify(outcome)}`);
  });
});
