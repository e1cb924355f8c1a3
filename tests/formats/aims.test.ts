import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aimsGeometry } from '../../formats/aims/geometry.js';
import { aimsOutput } from '../../formats/aims/output.js';
import { recognise } from '../../formats/read.js';
import { createFrame, quantitiesOf } from '../../src/model/frame.js';
import { createStructure, symbolsOf } from '../../src/model/structure.js';
import { aseReading } from '../helpers/ase-readings.js';
import { difference, readAll, readOne, readUntil, reference, refusal, written } from '../helpers/formats.js';
import { fuzzReader } from '../helpers/fuzz.js';
import { withoutData } from '../helpers/shared-data.js';

const GEOMETRY = `# a comment
trust_radius 0.2
lattice_vector 4.0 0.0 0.5   # the first
  constrain_relaxation x
  constrain_relaxation y
lattice_vector 0.0 5.0d0 0.0
lattice_vector 0.0 0.0 6.0

atom_frac 0.5 0.5 0.5 Fe_up
  initial_moment 2.2
  velocity 1000. -2.0 0.5
  constrain_relaxation .true.
atom 1.0 2.0 3.0 O
  initial_charge -1.5
  velocity 0 0 1
  constrain_relaxation z
symmetry_n_params 1 0 1
symmetry_params x
`;

describe('geometry.in', () => {
  it('reads lattice, both kinds of coordinates, moments, charges, velocities and constraints', async () => {
    const { structure, velocities, columns, info } = await readOne(aimsGeometry, GEOMETRY);
    expect(symbolsOf(structure)).toEqual(['Fe', 'O']);
    expect([...structure.cell]).toEqual([4, 0, 0.5, 0, 5, 0, 0, 0, 6]);
    expect([...structure.positions]).toEqual([2, 2.5, 3.25, 1, 2, 3]);
    expect([...velocities!]).toEqual([1, -0.002, 0.0005, 0, 0, 0.001]);
    expect(columns.get('label')?.data).toEqual(['Fe_up', 'O']);
    expect(columns.get('constrain_relaxation')?.data).toEqual(Int32Array.of(1, 1, 1, 0, 0, 1));
    expect(columns.get('initial_moment')?.data).toEqual(Float64Array.of(2.2, 0));
    expect(columns.get('initial_charge')?.data).toEqual(Float64Array.of(0, -1.5));
    expect(info.get('constrain_relaxation')).toEqual({
      kind: 'I',
      shape: [3, 3],
      value: Float64Array.of(1, 1, 0, 0, 0, 0, 0, 0, 0),
    });
    expect(info.get('symmetry')?.value).toEqual(['symmetry_n_params 1 0 1', 'symmetry_params x']);
    expect(info.get('geometry_keywords')?.value).toEqual(['trust_radius 0.2']);
  });

  it('survives a round trip with all of that', async () => {
    const first = await readOne(aimsGeometry, GEOMETRY);
    const notes: string[] = [];
    const second = await readOne(aimsGeometry, await written(aimsGeometry, [first], {}, notes));
    expect(second).toEqual(first);
    expect(notes).toEqual([]);
    const held = quantitiesOf(first).filter((quantity) => !aimsGeometry.holds!(quantity));
    expect(held).toEqual([]);
  });

  it('reads a molecule', async () => {
    const { structure } = await readOne(aimsGeometry, 'atom 0 0 0 H\natom 0 0 0.74 H\n');
    expect(structure.periodic).toEqual([false, false, false]);
    expect(structure.positions[5]).toBe(0.74);
  });

  it.each([
    ['four lattice vectors', `${GEOMETRY}lattice_vector 1 1 1\n`, /a fourth/],
    ['fractions without a lattice', 'atom_frac 0 0 0 H\n', /atom_frac with 0 lattice vectors/],
    ['a coordinate that is none', 'atom 0 0 z H\n', /file:1: found 'z'/],
    ['an atom without species', 'atom 0 0 0\n', /a species/],
    ['velocities of some', 'atom 0 0 0 H\nvelocity 0 0 0\natom 0 0 1 H\n', /velocities of 1 of 2/],
    ['a moment without an atom', 'lattice_vector 1 0 0\ninitial_moment 1\n', /an atom before/],
    ['a constraint that is none', 'atom 0 0 0 H\nconstrain_relaxation w\n', /'w'/],
    ['an empty site', 'atom 0 0 0 H\nempty 0 0 1 H\n', /'empty', expected atoms/],
    ['an unknown keyword', 'atom 0 0 0 H\nmoment 1\n', /'moment 1'/],
    ['a keyword of another program', 'begin\nlattice 1 2 3\n', /'begin', expected a keyword of geometry.in/],
    ['more columns than there are', 'atom 0 0 0 H 1 2\n', /three coordinates and a species/],
    ['no atoms', '# nothing\n', /no atoms/],
    [
      'a flat cell',
      'lattice_vector 1 0 0\nlattice_vector 2 0 0\nlattice_vector 0 0 1\natom 0 0 0 H\n',
      /no volume/,
    ],
  ])('refuses %s', async (_, text, message) => {
    expect(await refusal(aimsGeometry, text)).toMatch(message);
  });

  it('says that a box around a molecule is left out, and refuses what FHI-aims has not', async () => {
    const molecule = createStructure({
      positions: Float64Array.of(0, 0, 0),
      symbols: ['H'],
      cell: [9, 0, 0, 0, 9, 0, 0, 0, 9],
      periodic: [false, false, false],
    });
    const notes: string[] = [];
    expect(await written(aimsGeometry, [createFrame(molecule)], {}, notes)).not.toContain('lattice_vector');
    expect(notes.join()).toMatch(/cell is left out/);
    const slab = createStructure({
      positions: Float64Array.of(0, 0, 0),
      symbols: ['H'],
      cell: [9, 0, 0, 0, 9, 0, 0, 0, 0],
    });
    await expect(written(aimsGeometry, [createFrame(slab)])).rejects.toThrow(/three lattice vectors or none/);
    await expect(written(aimsGeometry, [createFrame(molecule), createFrame(molecule)])).rejects.toThrow(
      /several/,
    );
  });

  it('is read back exactly', async () => {
    const real = fc.double({ min: -1e4, max: 1e4, noNaN: true });
    const atom = fc.record({
      symbol: fc.constantFrom('Si', 'H', 'Og'),
      r: fc.tuple(real, real, real),
      v: real,
    });
    const property = fc.asyncProperty(
      fc.array(atom, { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      fc.boolean(),
      async (atoms, periodic, moving) => {
        const structure = createStructure({
          positions: Float64Array.from(atoms.flatMap((a) => a.r)),
          symbols: atoms.map((a) => a.symbol),
          cell: periodic ? [Math.PI, 0, -1e-7, 1 / 3, 4, 0, 0, 1e-17, 5e2] : undefined,
        });
        const velocities = moving ? Float64Array.from(atoms.flatMap((a) => [a.v, 0, -a.v])) : undefined;
        const frame = createFrame(structure, { velocities });
        const back = await readOne(aimsGeometry, await written(aimsGeometry, [frame]));
        expect(back.structure.positions).toEqual(structure.positions);
        expect(back.structure.cell).toEqual(structure.cell);
        expect(symbolsOf(back.structure)).toEqual(symbolsOf(structure));
        // times 1000, then over 1000: two roundings
        if (velocities) expect(difference(back.velocities!, velocities)).toBeLessThanOrEqual(1e4 * 2 ** -52);
      },
    );
    await fc.assert(property, { numRuns: 100 });
  });

  it('is fuzzed', async () => {
    const outcome = await fuzzReader(aimsGeometry, Buffer.from(GEOMETRY), { flips: 800 });
    expect(outcome.read).toBeGreaterThan(50);
    expect(outcome.refused).toBeGreaterThan(50);
    console.log(`aims-in, hand-made: ${JSON.stringify(outcome)}`);
  });
});

const HEAD = (lattice: boolean) => `
------------------------------------------------------------
          Invoking FHI-aims ...

  | Number of atoms                   :        2

  Input geometry:
${
  lattice
    ? `  | Unit cell:
  |        4.00000000        0.00000000        0.00000000
  |        0.00000000        5.00000000        0.00000000
  |        0.00000000        0.00000000        6.00000000`
    : '  | No unit cell requested.'
}
  | Atomic structure:
  |       Atom                x [A]            y [A]            z [A]
  |    1: Species Na            0.00000000        0.10000000        0.20000000
  |    2: Species Cl            1.00000000        1.10000000        1.20000000

  Begin self-consistency loop: Initialization.
`;
const METAL = '  material is metallic within the approximate finite broadening function (occupation_type)\n';
const RESULTS = (energy: number) => `
  Energy and forces in a compact form:
  | Total energy uncorrected      :         ${energy}.25 eV
  | Total energy corrected        :         ${energy}.50 eV  <-- do not rely on this value for anything but (periodic) metals
  | Electronic free energy        :         ${energy}.75 eV
  Total atomic forces (unitary forces cleaned) [eV/Ang]:
  |    1          0.100000000000000E+00          0.200000000000000E+00         -0.300000000000000E+00
  |    2         -0.100000000000000E+00         -0.200000000000000E+00          0.300000000000000E+00
`;
const STRESS = `
  +-------------------------------------------------------------------+
  |              Analytical stress tensor - Symmetrized               |
  |                  Cartesian components [eV/A**3]                   |
  +-------------------------------------------------------------------+
  |                x                y                z                |
  |                                                                   |
  |  x        -0.01000000       0.00200000       0.00300000           |
  |  y         0.00200000       0.02000000       0.00400000           |
  |  z         0.00300000       0.00400000       0.03000000           |
  |                                                                   |
  |  Pressure:      -0.01333333   [eV/A**3]                           |
  |                                                                   |
  +-------------------------------------------------------------------+
`;
const ATOMIC_STRESS = `
    - Per atom stress (eV) used for heat flux calculation:
        Atom   | Stress components (1,1), (2,2), (3,3), (1,2), (1,3), (2,3)
      -------------------------------------------------------------------
             1 |     0.1000000000E+01    0.2000000000E+01    0.3000000000E+01    0.4000000000E+01    0.5000000000E+01    0.6000000000E+01
             2 |     0.0000000000E+00    0.0000000000E+00    0.0000000000E+00    0.0000000000E+00    0.0000000000E+00    0.0000000000E+00
      -------------------------------------------------------------------
`;
const UPDATED = (lattice: boolean, x: number) => `
  Updated atomic structure:
  ------------------------------------------------------------
                         x [A]             y [A]             z [A]
${lattice ? '  lattice_vector         4.10000000        0.00000000        0.00000000\n  lattice_vector         0.00000000        5.00000000        0.00000000\n  lattice_vector         0.00000000        0.00000000        6.00000000\n\n' : ''}            atom         ${x}.00000000        0.10000000        0.20000000  Na
            atom         1.00000000        1.10000000        1.20000000  Cl

  Fractional coordinates:
                         L1                L2                L3
       atom_frac         0.00000000        0.00000000        0.00000000  Na
------------------------------------------------------------
`;
const MD = (x: number) => `
  Complete information for previous time-step:
  | Time step number          :        1
  | Electronic free energy    :        -0.100000000000000E+03 eV
  | Temperature (nuclei)      :         300.0 K
  Atomic structure (and velocities) as used in the preceding time step:
                         x [A]             y [A]             z [A]
            atom         ${x}.00000000        0.10000000        0.20000000  Na
        velocity         1.00000000        2.00000000       -4.00000000
            atom         1.00000000        1.10000000        1.20000000  Cl
        velocity         0.00000000        0.00000000        0.50000000
  ------------------------------------------------------------
`;
const END = '\n          Have a nice day.\n------------------------------------------------------------\n';

describe('FHI-aims output', () => {
  it('reads a periodic single point', async () => {
    const text = HEAD(true) + STRESS + RESULTS(-100) + ATOMIC_STRESS + END;
    expect(recognise('log', text).name).toBe('aims-out');
    const { structure, labels, info } = await readOne(aimsOutput, text);
    expect(symbolsOf(structure)).toEqual(['Na', 'Cl']);
    expect([...structure.cell]).toEqual([4, 0, 0, 0, 5, 0, 0, 0, 6]);
    expect([...structure.positions]).toEqual([0, 0.1, 0.2, 1, 1.1, 1.2]);
    expect(labels.energy).toBe(-100.25);
    expect(labels.freeEnergy).toBe(-100.75);
    expect(info.get('total_energy_corrected')?.value).toBe(-100.5);
    expect([...labels.forces!]).toEqual([0.1, 0.2, -0.3, -0.1, -0.2, 0.3]);
    // Printed positive when stretched; the volume is 120 A^3.
    const stress = [-0.01, 0.002, 0.003, 0.002, 0.02, 0.004, 0.003, 0.004, 0.03];
    expect(
      difference(
        labels.virial!,
        stress.map((s) => -120 * s),
      ),
    ).toBeLessThan(1e-14);
    expect([...labels.virials!.subarray(0, 9)]).toEqual([-1, -4, -5, -4, -2, -6, -5, -6, -3]);
  });

  it('takes the corrected energy of a periodic metal alone', async () => {
    const metal = await readOne(aimsOutput, HEAD(true) + METAL + RESULTS(-100) + END);
    expect(metal.labels.energy).toBe(-100.5);
    expect(metal.info.get('total_energy_uncorrected')?.value).toBe(-100.25);
    const cluster = await readOne(aimsOutput, HEAD(false) + METAL + RESULTS(-100) + END);
    expect(cluster.labels.energy).toBe(-100.25);
    expect(cluster.structure.periodic).toEqual([false, false, false]);
  });

  it('reads every step of a relaxation, whose end repeats the last structure', async () => {
    const final = UPDATED(true, 2).replace('Updated', 'Final');
    const text = HEAD(true) + RESULTS(-100) + UPDATED(true, 2) + RESULTS(-101) + STRESS + final + END;
    const frames = await readAll(aimsOutput, text);
    expect(frames.map((f) => f.labels.energy)).toEqual([-100.25, -101.25]);
    expect(frames[0].structure.cell[0]).toBe(4);
    expect(frames[1].structure.cell[0]).toBe(4.1);
    expect(frames[1].structure.positions[0]).toBe(2);
    expect(frames[0].labels.virial).toBeUndefined();
    expect(frames[1].labels.virial![0]).toBeCloseTo(1.23, 12);
  });

  it('gives the results of molecular dynamics to the structure that is told behind them', async () => {
    const text = HEAD(false) + RESULTS(-100) + MD(0) + RESULTS(-101) + MD(2) + END;
    const frames = await readAll(aimsOutput, text);
    expect(frames.map((f) => f.labels.energy)).toEqual([-100.25, -101.25]);
    expect(frames.map((f) => f.structure.positions[0])).toEqual([0, 2]);
    // A/ps
    expect([...frames[1].velocities!]).toEqual([0.001, 0.002, -0.004, 0, 0, 0.0005]);
  });

  it('keeps the energy of a step that did not converge out of the labels', async () => {
    const warning = '  ** WARNING! SELF-CONSISTENCY CYCLE DID NOT CONVERGE\n';
    const { labels, info } = await readOne(aimsOutput, HEAD(true) + warning + RESULTS(-100) + END);
    expect(labels.energy).toBeUndefined();
    expect(labels.freeEnergy).toBeUndefined();
    expect(info.get('scf_converged')?.value).toBe(false);
    expect(info.get('unconverged_energy')?.value).toBe(-100.25);
  });

  it('keeps the lattice in the steps that do not print it', async () => {
    const frames = await readAll(
      aimsOutput,
      HEAD(true) + RESULTS(-100) + MD(0) + RESULTS(-101) + MD(2) + END,
    );
    expect(frames.map((f) => f.structure.cell[8])).toEqual([6, 6]);
  });

  it('hands out the whole steps of a run that was cut off, then fails', async () => {
    const text = HEAD(true) + RESULTS(-100) + UPDATED(true, 2) + RESULTS(-101);
    const { frames, error } = await readUntil(aimsOutput, text);
    expect(frames.map((f) => f.labels.energy)).toEqual([-100.25]);
    expect(error?.message).toMatch(/Have a nice day/);
  });

  it.each([
    [
      'a force that is none',
      (HEAD(true) + RESULTS(-100)).replace('0.100000000000000E+00', '*********') + END,
      /force on an atom/,
    ],
    ['too few atoms', HEAD(true).replace('        2\n', '        3\n') + END, /three numbers for an atom/],
    ['forces before atoms', RESULTS(-100), /Number of atoms/],
    ['an empty file', '', /Have a nice day/],
    ['a stress without rows', HEAD(true) + STRESS.replace('|  x  ', '|  w  ') + END, /rows x, y and z/],
    ['a run without structure', END, /without a structure/],
  ])('refuses %s', async (_, text, message) => {
    expect(await refusal(aimsOutput, text)).toMatch(message);
  });

  it.each([
    [
      'a relaxation',
      HEAD(true) + RESULTS(-100) + STRESS + UPDATED(true, 2) + RESULTS(-101) + ATOMIC_STRESS + END,
    ],
    ['molecular dynamics', HEAD(false) + RESULTS(-100) + MD(0) + RESULTS(-101) + MD(2) + END],
  ])('is fuzzed on %s', async (name, text) => {
    const outcome = await fuzzReader(aimsOutput, Buffer.from(text), { flips: 600 });
    expect(outcome.read).toBeGreaterThan(50);
    expect(outcome.refused).toBeGreaterThan(50);
    console.log(`aims-out, ${name}: ${JSON.stringify(outcome)}`);
  });
});

describe.skipIf(withoutData)('geometry.in of the reference data', () => {
  const names = ['NaCl-aims.in', 'geometry.in'];

  it.each(names)('%s as ASE reads it, and back', async (name) => {
    const bytes = reference(`formats/aims/${name}`);
    expect(recognise(name, bytes.toString()).name).toBe('aims-in');
    expect(recognise('x', bytes.toString()).name).toBe('aims-in');
    const frame = await readOne(aimsGeometry, bytes);
    const { structure } = frame;
    const want = aseReading(`aims/${name}`).last_frame;
    expect(symbolsOf(structure)).toEqual(want.symbols);
    // index.json: 1e-8 A; nothing is converted, so the roundings of a sum are left
    expect(difference(structure.cell, want.cell_A.flat())).toBeLessThan(1e-13);
    expect(difference(structure.positions.subarray(0, 9), want.positions_first3.flat())).toBeLessThan(1e-13);
    const sum = [0, 1, 2].map((c) => structure.positions.reduce((s, x, i) => s + (i % 3 === c ? x : 0), 0));
    expect(difference(sum, want.positions_sum)).toBeLessThan(1e-12);
    expect(await readOne(aimsGeometry, await written(aimsGeometry, [frame]))).toEqual(frame);
  });

  it('fuzzed', async () => {
    const outcome = await fuzzReader(aimsGeometry, reference('formats/aims/NaCl-aims.in'), { flips: 400 });
    expect(outcome.read).toBeGreaterThan(50);
    expect(outcome.refused).toBeGreaterThan(50);
    console.log(`aims-in, NaCl-aims.in: ${JSON.stringify(outcome)}`);
  });
});
