import { describe, expect, it } from 'vitest';
import { qeOutput } from '../../formats/qe/output.js';
import { qeXml } from '../../formats/qe/xml.js';
import { recognise } from '../../formats/read.js';
import { symbolsOf } from '../../src/model/structure.js';
import { BOHR, HARTREE, RYDBERG } from '../../src/model/units.js';
import { difference, readAll, readOne, readUntil, reference, refusal } from '../helpers/formats.js';
import { fuzzReader } from '../helpers/fuzz.js';
import { withoutData } from '../helpers/shared-data.js';

const STRUCTURE = (x: number) => `    <atomic_structure nat="2" alat="1.0e1">
      <atomic_positions>
        <atom name="Fe1" index="1">0.0e0 0.0e0 0.0e0</atom>
        <atom name="O" index="2">
          ${x} 2.0e0 1.0e0
        </atom>
      </atomic_positions>
      <cell>
        <a1>4.0e0 0.0e0 0.0e0</a1>
        <a2>0.0e0 5.0e0 0.0e0</a2>
        <a3>1.0e0 0.0e0 6.0e0</a3>
      </cell>
    </atomic_structure>
`;
const SCF = (converged = true) =>
  `<scf_conv><convergence_achieved>${converged}</convergence_achieved></scf_conv>\n`;
const RESULTS = (energy: number) => `    <total_energy>
      <etot>${energy}</etot>
      <demet>-1.0e-3</demet>
    </total_energy>
    <forces rank="2" dims="3 2" order="F">
      1.0e-1 -2.0e-1 3.0e-1
      -1.0e-1 2.0e-1 ${energy}
    </forces>
`;
const STRESS = `    <stress rank="2" dims="3 3" order="F">
      1.0e-3 0.0e0 2.0e-4
      0.0e0 1.0e-3 0.0e0
      2.0e-4 0.0e0 -1.0e-3
    </stress>
`;
const RUN = (body: string) => `<?xml version="1.0" encoding="UTF-8"?>
<qes:espresso xmlns:qes="http://www.quantum-espresso.org/ns/qes/qes-1.0" Units="Hartree atomic units">
  <input>
    <atomic_species ntyp="2">
      <species name="Fe1"><mass>5.5e1</mass><pseudo_file>Fe.UPF</pseudo_file></species>
      <species name="O"><mass>1.6e1</mass><pseudo_file>O.UPF</pseudo_file></species>
    </atomic_species>
${STRUCTURE(1)}
  </input>
${body}
</qes:espresso>
`;
const STEP = (n: number, x: number, energy: number) =>
  `  <step n_step="${n}">\n${SCF()}${STRUCTURE(x)}${RESULTS(energy)}  </step>\n`;
const OUTPUT = (x: number, energy: number, converged = true) => `  <output>
    <convergence_info>${SCF(converged)}</convergence_info>
${STRUCTURE(x)}
    <symmetries><symmetry>${'x'.repeat(20)}</symmetry></symmetries>
${RESULTS(energy)}${STRESS}  </output>
`;

const VOLUME = 120 * BOHR ** 3;

describe('data-file-schema.xml', () => {
  it('reads a single point', async () => {
    const text = RUN(OUTPUT(1, -20));
    expect(recognise('x', text).name).toBe('qe-xml');
    expect(recognise('data-file-schema.xml', '').name).toBe('qe-xml');
    const { structure, labels, columns, info } = await readOne(qeXml, text);
    expect(symbolsOf(structure)).toEqual(['Fe', 'O']);
    expect(columns.get('label')?.data).toEqual(['Fe1', 'O']);
    expect([...structure.masses]).toEqual([55, 16]);
    expect(difference(structure.positions, [0, 0, 0, BOHR, 2 * BOHR, BOHR])).toBe(0);
    expect(
      difference(
        structure.cell,
        [4, 0, 0, 0, 5, 0, 1, 0, 6].map((x) => x * BOHR),
      ),
    ).toBe(0);
    expect(labels.energy).toBe(-20 * HARTREE);
    expect(labels.freeEnergy).toBe(-20 * HARTREE);
    expect(info.get('smearing_contribution')).toEqual({ kind: 'R', value: -1e-3 * HARTREE });
    const unit = HARTREE / BOHR;
    expect(
      difference(
        labels.forces!,
        [0.1, -0.2, 0.3, -0.1, 0.2, -20].map((f) => f * unit),
      ),
    ).toBe(0);
    const stress = [1e-3, 0, 2e-4, 0, 1e-3, 0, 2e-4, 0, -1e-3].map((s) => (s * HARTREE * VOLUME) / BOHR ** 3);
    expect(difference(labels.virial!, stress)).toBeLessThan(1e-14);
  });

  it('joins the last step and an output that repeats it', async () => {
    const frames = await readAll(qeXml, RUN(STEP(1, 1, -20) + STEP(2, 1.5, -21) + OUTPUT(1.5, -21)));
    expect(frames.map((f) => f.labels.energy)).toEqual([-20 * HARTREE, -21 * HARTREE]);
    expect(frames[0].labels.virial).toBeUndefined();
    expect(frames[1].labels.virial![0]).toBeCloseTo(0.12 * HARTREE, 12);
  });

  it('does not give the energy of one structure to the next', async () => {
    // After a step of molecular dynamics pw.x writes the old results beside the new positions.
    const frames = await readAll(qeXml, RUN(STEP(1, 1, -20) + STEP(2, 1.5, -21) + OUTPUT(1.75, -21)));
    expect(frames.map((f) => f.structure.positions[3])).toEqual([1, 1.5, 1.75].map((x) => x * BOHR));
    expect(frames[1].labels.virial).toBeDefined();
    expect(frames[2].labels).toEqual({});
  });

  it('says that forces along held coordinates are zero', async () => {
    const notes: string[] = [];
    const options = { note: (sentence: string) => void notes.push(sentence) };
    const held = RUN(OUTPUT(1, 0.5).replace('-1.0e-1 2.0e-1', '0.0e0 2.0e-1'));
    const unsaid = await readAll(qeXml, held, options);
    expect(unsaid[0].columns.has('if_pos')).toBe(false);
    expect(notes).toHaveLength(1);
    const flags = '<free_positions rank="2" dims="3 2">1 1 1\n 0 1 1</free_positions>\n  </input>';
    const [frame] = await readAll(qeXml, held.replace('</input>', flags), options);
    expect(frame.columns.get('if_pos')?.data).toEqual(Int32Array.of(1, 1, 1, 0, 1, 1));
    expect(notes).toHaveLength(2);
    await readAll(qeXml, RUN(OUTPUT(1, -0.3)), options);
    expect(notes).toHaveLength(2);
    expect(await refusal(qeXml, held.replace('</input>', flags.replace('0 1 1', '0 1')))).toMatch(
      /free_positions/,
    );
    expect(await refusal(qeXml, held.replace('</input>', flags.replace('0 1 1', '0 1 7')))).toMatch(/0 or 1/);
  });

  it('keeps an output that was computed anew', async () => {
    const frames = await readAll(qeXml, RUN(STEP(1, 1, -20) + OUTPUT(1, -20.5)));
    expect(frames.map((f) => f.labels.energy)).toEqual([-20 * HARTREE, -20.5 * HARTREE]);
  });

  it('keeps an energy that did not converge out of the labels', async () => {
    const { labels, info } = await readOne(qeXml, RUN(OUTPUT(1, -20, false)));
    expect(labels.energy).toBeUndefined();
    expect(labels.freeEnergy).toBeUndefined();
    expect(info.get('scf_converged')?.value).toBe(false);
    expect(info.get('unconverged_energy')?.value).toBe(-20 * HARTREE);
  });

  it('hands out the whole steps of a file that was cut off, then fails', async () => {
    const text = RUN(STEP(1, 1, -20) + STEP(2, 1.5, -21) + STEP(3, 1.6, -22));
    const { frames, error } = await readUntil(qeXml, text.slice(0, text.lastIndexOf('<forces')));
    expect(frames.length).toBeGreaterThan(0);
    expect(error?.message).toMatch(/the end of the file, expected <\/step>/);
  });

  it.each([
    [
      'other units',
      RUN(OUTPUT(1, -20)).replace('Hartree atomic', 'Rydberg atomic'),
      /file:2: found units 'Rydberg/,
    ],
    ['no results', RUN(''), /neither <step> nor <output>/],
    ['a file of another kind', '<xml/>', /no <qes:espresso>/],
    [
      'a force too few',
      RUN(OUTPUT(1, -20)).replace('-2.0e-1 3.0e-1', '-2.0e-1'),
      /file:\d\d: .*6 numbers in <forces>/,
    ],
    ['an atom too few', RUN(OUTPUT(1, -20)).replaceAll('nat="2"', 'nat="3"'), /2 atoms, expected 3/],
    [
      'an unknown species',
      RUN(OUTPUT(1, -20)).replaceAll('atom name="O"', 'atom name="S"'),
      /'S', expected one of the species Fe1, O/,
    ],
    ['an energy that is none', RUN(OUTPUT(1, -20)).replace('<etot>-20', '<etot>NaN'), /'NaN'/],
    ['a tag without end', RUN(OUTPUT(1, -20)).replace('</etot>', ''), /not well formed/],
  ])('refuses %s', async (_, text, message) => {
    expect(await refusal(qeXml, text)).toMatch(message);
  });

  it('is fuzzed', async () => {
    const text = RUN(STEP(1, 1, -20) + STEP(2, 1.5, -21) + OUTPUT(1.75, -21));
    const outcome = await fuzzReader(qeXml, Buffer.from(text), { flips: 600 });
    expect(outcome.read).toBeGreaterThan(50);
    expect(outcome.refused).toBeGreaterThan(50);
    console.log(`qe-xml, hand-made: ${JSON.stringify(outcome)}`);
  });
});

describe.skipIf(withoutData)('data-file-schema.xml of the reference data', () => {
  it.each([
    ['default_xml_191206', 1],
    ['default_xml_241015', 1],
    ['vcrelax_success', 3],
  ] as const)('%s says what the text output says', async (name, steps) => {
    const bytes = reference(`formats/qe/${name}_data-file-schema.xml`);
    expect(recognise('x', bytes.toString().slice(0, 4096)).name).toBe('qe-xml');
    const frames = await readAll(qeXml, bytes);
    let text = reference(`formats/qe/${name}_aiida.out`).toString();
    if (name === 'default_xml_241015') {
      // The table of positions was taken out of this file.
      text = text.replace(
        '--- K-POINTS REMOVED ---',
        `     site n.     atom                  positions (alat units)
         1        Si     tau(   1) = (   0.0000000   0.0000000   0.0000000  )
         2        Si     tau(   2) = (   0.3535534   0.3535534   0.3535534  )`,
      );
    }
    const printed = await readAll(qeOutput, text);
    expect(frames).toHaveLength(steps);
    expect(printed).toHaveLength(steps);
    frames.forEach((frame, k) => {
      const other = printed[k];
      expect(symbolsOf(frame.structure)).toEqual(symbolsOf(other.structure));
      // Half a unit of the last digit: 6 decimals of the cell and 7 of the positions in alat (below 8 bohr), 9 in A.
      expect(difference(frame.structure.cell, other.structure.cell)).toBeLessThan(5e-7 * 8 * BOHR * 1.1);
      expect(difference(frame.structure.positions, other.structure.positions)).toBeLessThan(
        5e-7 * 8 * BOHR * 1.1,
      );
      // 8 decimals of Ry
      expect(Math.abs(frame.labels.energy! - other.labels.energy!)).toBeLessThan(5.1e-9 * RYDBERG);
      if (frame.labels.forces)
        // 8 decimals of Ry/bohr
        expect(difference(frame.labels.forces, other.labels.forces!)).toBeLessThan((5.1e-9 * RYDBERG) / BOHR);
      // 8 decimals of Ry/bohr^3, times the volume in bohr^3
      if (frame.labels.virial)
        expect(difference(frame.labels.virial, other.labels.virial!)).toBeLessThan(5.1e-9 * RYDBERG * 310);
    });
    expect(frames.some((frame) => frame.labels.virial)).toBe(name !== 'default_xml_191206');
  });

  it('fuzzed', async () => {
    const bytes = reference('formats/qe/vcrelax_success_data-file-schema.xml');
    const outcome = await fuzzReader(qeXml, bytes, { flips: 60 });
    expect(outcome.read).toBeGreaterThan(5);
    expect(outcome.refused).toBeGreaterThan(50);
    console.log(`qe-xml, vcrelax_success: ${JSON.stringify(outcome)}`);
  });
});
