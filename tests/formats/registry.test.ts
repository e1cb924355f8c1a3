import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openText } from '../../formats/io/open.js';
import { POTENTIAL_FORMATS, potentialFormatOf } from '../../formats/potentials.js';
import { recognise } from '../../formats/read.js';
import { STRUCTURE_FORMATS } from '../../formats/registry.js';
import { uniform } from '../../src/math/random.js';
import { createFrame } from '../../src/model/frame.js';
import { createStructure } from '../../src/model/structure.js';
import { aseReadings } from '../helpers/ase-readings.js';
import { written } from '../helpers/formats.js';
import { DATA, withoutData } from '../helpers/shared-data.js';

/** Names that files of each format have. */
const USUAL_NAMES: Record<string, readonly string[]> = {
  'lammps-data': ['si.data', 'data.si', 'lammps.lmp', 'x.lammps-data'],
  'lammps-dump': ['x.dump', 'data.dump', 'dump.si', 'run.lammpstrj'],
  vasprun: ['vasprun.xml', 'vasprun_300K.xml'],
  'qe-xml': ['data-file-schema.xml'],
  'qe-out': ['si.pwo'],
  'aims-out': ['aims.out'],
  'mlip-cfg': ['train.cfg', 'POSCAR.cfg', 'data.cfg'],
  'qe-in': ['si.pwi', 'pw.in', 'si.scf.in', 'vc-relax.in'],
  'aims-in': ['geometry.in', 'geometry.in.next_step', 'NaCl-aims.in'],
  outcar: ['OUTCAR', 'OUTCAR.1', 'si.outcar'],
  xdatcar: ['XDATCAR', 'XDATCAR_300K', 'XDATCAR.1'],
  poscar: ['POSCAR', 'CONTCAR', 'POSCAR_Si', 'POSCAR.Al2O3', 'SPOSCAR', 'si.vasp', 'XDATCAR.vasp'],
  gpumd: ['model.xyz', 'train.xyz', 'test.xyz'],
  extxyz: ['si.xyz', 'si.extxyz', 'movie.exyz', 'data.xyz', 'dump.xyz', 'XDATCAR.xyz', 'geometry.in.xyz'],
};
const NAMES = ['unknown', 'out.txt', ...Object.values(USUAL_NAMES).flat()];

/** The format that a file is recognised as; '' for none. */
function formatOf(path: string, head: string): string {
  try {
    return recognise(path, head).name;
  } catch {
    return '';
  }
}

/** Names under which a text is not recognised as what it is. */
function mistaken(head: string, format: string, names: readonly string[] = NAMES): string[] {
  return names
    .map((name) => [name, formatOf(name, head)])
    .filter(([, found]) => found !== format)
    .map(([name, found]) => `${name}: ${found}`);
}

const next = uniform(5);
const silica = createStructure({
  symbols: ['Si', 'O', 'O', 'Si', 'O', 'O', 'O', 'Si'],
  cell: [6.1, 0.2, 0, -0.3, 5.8, 0.1, 0.4, 0, 6.4],
  positions: Float64Array.from({ length: 24 }, () => 6 * next()),
  periodic: [true, true, true],
});
/** [3n] eV/A */
const forces = Float64Array.from({ length: 24 }, () => next() - 0.5);

describe('names of formats', () => {
  it('are said once, structures and potentials together', () => {
    const names = [
      ...STRUCTURE_FORMATS.map((format) => format.name),
      ...POTENTIAL_FORMATS.flatMap((format) => [format.name, ...(format.dialects ?? [])]),
    ];
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
    expect(Object.keys(USUAL_NAMES).sort()).toEqual(STRUCTURE_FORMATS.map((format) => format.name).sort());
  });

  it.each(Object.entries(USUAL_NAMES))('choose %s for a file to be written', (format, names) => {
    expect(mistaken('', format, names)).toEqual([]);
    expect(formatOf('unknown', '')).toBe('');
  });
});

describe('what is written', () => {
  const writers = STRUCTURE_FORMATS.filter((format) => format.write);

  it.each(writers.map((format) => [format.name, format] as const))(
    '%s is known again',
    async (name, format) => {
      for (const labels of [{}, { energy: -31.5, forces }]) {
        const text = await written(format, [createFrame(silica, { labels })]);
        // GPUMD's files differ from other XYZ files in what is written only.
        expect(mistaken(text.slice(0, 4096), name === 'gpumd' ? 'extxyz' : name)).toEqual([]);
        expect(potentialFormatOf('unknown', text.slice(0, 4096))).toBeUndefined();
      }
    },
  );
});

/** First lines of files, which a comment of another file may be. */
const ODD_COMMENTS = [
  'ITEM: TIMESTEP',
  '8 atoms, 2 atom types, xlo xhi',
  '8 atoms',
  '8',
  'BEGIN_CFG',
  '&control',
  '     Program PWSCF v.7.2 starts on  1Jan2026',
  'Invoking FHI-aims ...',
  'atom 0.0 0.5 1.0 Si',
  'lattice_vector 1.0 0.0 0.0',
  'vasp.6.3.0 20Jan22',
  'Direct configuration=     1',
  '<modeling>',
  '<qes:espresso>',
  'nep4 2 Si O',
  'Lattice="1 0 0 0 1 0 0 0 1" Properties=species:S:1:pos:R:3',
];

describe('a comment like the first line of another format', () => {
  const body = 'Si O\n 2 1\nDirect\n 0.1 0.2 0.3\n 0.5 0.5 0.5\n 0.7 0.8 0.9\n';
  const lattice = '1.0\n 4.0 0.1 0.0\n 0.0 4.1 0.2\n 0.3 0.0 4.2\n';
  const texts: Record<string, (comment: string) => string> = {
    poscar: (comment) => `${comment}\n${lattice} ${body}`,
    xdatcar: (comment) => `${comment}\n${lattice} ${body.replace('Direct', 'Direct configuration=     1')}`,
    extxyz: (comment) => `2\n${comment}\nSi 0.0 0.1 0.2\nO 1.0 1.1 1.2\n`,
    'lammps-data': (comment) =>
      `${comment}\n\n1 atoms\n1 atom types\n\n0 5 xlo xhi\n0 5 ylo yhi\n0 5 zlo zhi\n\nAtoms\n\n1 1 0 0 0\n`,
    'aims-in': (comment) => `# ${comment}\nlattice_vector 4 0 0\natom 0.0 0.1 0.2 Si\n`,
    'qe-in': (comment) => `&control\n  title = '${comment}'\n/\n&system\n  ibrav = 0\n/\n`,
  };

  it.each(Object.entries(texts))('in %s is a comment', (format, text) => {
    for (const comment of ['', 'silicon', ...ODD_COMMENTS])
      expect(mistaken(text(comment), format)).toEqual([]);
  });
});

describe.skipIf(withoutData)('reference files', () => {
  const folder = join(DATA, 'formats');

  /** The format that a file is of, by the reader of ASE that took it ('ASE 3.22.1 vasp-out ...'). */
  const OF_READER: Record<string, string> = {
    aims: 'aims-in',
    extxyz: 'extxyz',
    'lammps-data': 'lammps-data',
    'lammps-dump-text': 'lammps-dump',
    'espresso-in': 'qe-in',
    'espresso-out': 'qe-out',
    vasp: 'poscar',
    'vasp-out': 'outcar',
    'vasp-xdatcar': 'xdatcar',
    'vasp-xml': 'vasprun',
  };
  /** Those that ASE has not read, or not rightly; the rest are other programs'. */
  const OTHERS: Record<string, string> = {
    'lammps/si_custom.dump.gz': 'lammps-dump',
    'lammps/lammps_forces_Ti.0': 'lammps-dump',
    'lammps/lammps_structure_Ti': 'lammps-data',
    'lammps/examples/data.peptide': 'lammps-data',
    'lammps/examples/data.water': 'lammps-data',
    'lammps/examples/data_sw': 'lammps-data',
    'lammps/si.xyz': 'extxyz',
    'vasp/POSCAR_selective_cartesian': 'poscar',
    'qe/default_xml_241015_aiida.out': 'qe-out',
    'qe/default_xml_191206_data-file-schema.xml': 'qe-xml',
    'qe/default_xml_241015_data-file-schema.xml': 'qe-xml',
    'qe/vcrelax_success_data-file-schema.xml': 'qe-xml',
  };

  /** Every file of the folder, and the format that it is of; '' for none. */
  function files(): [string, string][] {
    const readings = aseReadings();
    return readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
      .map((file) => {
        const reader = readings.get(file)?.reader.split(' ')[2];
        return [file, OTHERS[file] ?? (reader ? OF_READER[reader] : '')];
      });
  }

  it.each(withoutData ? [] : files())('%s is %j, whatever its name', async (file, format) => {
    const path = join(folder, file);
    const { text, head } = await openText(path);
    await text.close();
    if (format !== '') expect(mistaken(head, format, [file, ...NAMES])).toEqual([]);
    else expect(mistaken(head, '', [file, 'unknown'])).toEqual([]);
    expect(potentialFormatOf(file, head)?.name).toBe(
      file === 'lammps/Si.tersoff' ? 'lammps-tersoff' : undefined,
    );
  });

  it('are all there', () => {
    const all = files().map(([, format]) => format);
    expect(all.filter((format) => format !== '').length).toBeGreaterThanOrEqual(43);
  });
});
