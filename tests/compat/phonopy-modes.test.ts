import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { runPhonopy } from '../../compat/commands/phonopy.js';
import { writeForceConstants } from '../../formats/phonopy/force-constants.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { createStructure } from '../../src/model/structure.js';
import { commandLine } from '../helpers/command-line.js';
import { springConstants } from '../helpers/springs.js';

const line = commandLine();
const phonopy = (text: string) =>
  runPhonopy(
    text.match(/(?:"[^"]*"|[^\s"]+)+/g)!.map((word) => word.replace(/"/g, '')),
    { folder: line.folder },
  );
const made = () =>
  readdirSync(line.folder)
    .filter((name) => !['POSCAR', 'FORCE_CONSTANTS', 'phonopy.yaml', 'QPOINTS'].includes(name))
    .sort();

describe('magnetic moments', () => {
  const MAGNETIC = `phonopy:
  version: "4.0.0"
supercell_matrix:
- [ 2, 0, 0 ]
- [ 0, 1, 0 ]
- [ 0, 0, 1 ]
unit_cell:
  lattice:
  - [ 3.0, 0.0, 0.0 ]
  - [ 0.0, 3.0, 0.0 ]
  - [ 0.0, 0.0, 3.0 ]
  points:
  - symbol: Fe
    coordinates: [ 0.0, 0.0, 0.0 ]
    magnetic_moment: 2.5
  - symbol: Fe
    coordinates: [ 0.5, 0.5, 0.5 ]
    magnetic_moment: -2.5
`;

  it('are refused with symmetry, and kept without', async () => {
    writeFileSync(line.at('fe.yaml'), MAGNETIC);
    await expect(phonopy('-d fe.yaml')).rejects.toThrow('"fe.yaml" has magnetic moments');
    await expect(phonopy('-d --dim 2 1 1 --magmom 1 -1')).rejects.toThrow('--magmom is not supported');
    await phonopy('-d fe.yaml --nosym --pa P');
    const yaml = readFileSync(line.at('phonopy_disp.yaml'), 'utf8');
    const signs = [...yaml.matchAll(/magnetic_moment: (-?)2\.5/g)].map(([, sign]) => (sign === '-' ? -1 : 1));
    // Primitive cell, unit cell, supercell
    expect(signs).toEqual([1, -1, 1, -1, 1, 1, -1, -1]);
  });
});

describe('modes of phonolink phonopy', () => {
  beforeEach(() => {
    const structure = createStructure({
      cell: [4, 0, 0, 0, 4, 0, 0, 0, 4],
      positions: Float64Array.of(0, 0, 0, 2, 2, 2),
      symbols: ['Cs', 'Cl'],
    });
    const springs = {
      reach: 4.1,
      stiffness: (d: number) => (d < 3.6 ? [2, 0.1] : [0.7, 0.05]) as [number, number],
    };
    const constants = springConstants(buildPhononCells(structure, [2, 2, 2]), springs);
    writeFileSync(
      line.at('POSCAR'),
      'CsCl\n1.0\n4 0 0\n0 4 0\n0 0 4\nCs Cl\n1 1\nDirect\n0 0 0\n0.5 0.5 0.5\n',
    );
    writeFileSync(line.at('FORCE_CONSTANTS'), [...writeForceConstants(constants, 1)].join(''));
  });

  it('at q points, named or in QPOINTS', async () => {
    await phonopy('--dim 2 2 2 --qpoints 1/2 0 0 0 0 0.1 --writedm --eigvecs --gv');
    const named = readFileSync(line.at('qpoints.yaml'), 'utf8');
    expect(named.match(/q-position/g)).toHaveLength(2);
    expect(named.match(/dynamical_matrix/g)).toHaveLength(2);
    expect(named.match(/group_velocity/g)).toHaveLength(12);
    writeFileSync(line.at('QPOINTS'), '2\n1/2 0 0\n0 0 0.1\n');
    await phonopy('--dim 2 2 2 --read-qpoints --writedm --eigvecs --gv');
    expect(readFileSync(line.at('qpoints.yaml'), 'utf8')).toBe(named);
    await phonopy('--dim 2 2 2 --qpoints 1/2 0 0 --qpoints-format hdf5');
    expect(made()).toEqual(['qpoints.hdf5', 'qpoints.yaml']);
  });

  it('in HDF5', async () => {
    await phonopy(
      '--dim 2 2 2 --mesh 2 2 2 --band "0 0 0 1/2 0 0" --band-points 3 --band-format hdf5 --mesh-format hdf5',
    );
    expect(made()).toEqual(['band.hdf5', 'mesh.hdf5']);
  });

  it('frozen in', async () => {
    await phonopy('--dim 2 2 2 --modulation "2 1 1, 1/2 0 0 6 1.5, 0 0 0 5"');
    expect(made()).toEqual(['MPOSCAR', 'MPOSCAR-001', 'MPOSCAR-002', 'MPOSCAR-orig', 'modulation.yaml']);
    const yaml = readFileSync(line.at('modulation.yaml'), 'utf8');
    expect(yaml).toContain('  band: 6\n  amplitude: 1.500000\n  phase: 0.000000\n');
  });

  it('in motion', async () => {
    await phonopy('--dim 2 2 2 --anime 1/2 0 0 2');
    expect(made()).toEqual(['anime.ascii']);
    writeFileSync(line.at('anime.conf'), 'ANIME_TYPE = poscar\nANIME = 4 1 3\n');
    await phonopy('anime.conf --dim 2 2 2');
    expect(made()).toEqual(['APOSCAR-000', 'APOSCAR-001', 'APOSCAR-002', 'anime.ascii', 'anime.conf']);
  });

  it('that cannot be are told', async () => {
    const run = (words: string) => expect(phonopy(`--dim 2 2 2 ${words}`)).rejects;
    await run('--qpoints 0 0').toThrow("--qpoints: found '0 0', expected three numbers for each q point");
    await run('--qpoints 0 0 0 --band "0 0 0 1/2 0 0"').toThrow('--qpoints and --band do not go together');
    await run('--qpoints 0 0 0 --modulation "1 1 1, 0 0 0 1"').toThrow('--qpoints and --modulation');
    await run('--qpoints 0 0 0 --q-direction 0 0 0').toThrow('not all zero');
    await run('--qpoints 0 0 0 --q-direction 1 0 0 --gv').toThrow('--q-direction and --gv');
    await run('--qpoints 0 0 0 --qpoints-format xml').toThrow('yaml or hdf5');
    await run('--modulation "1 1 1"').toThrow('--modulation: found');
    await run('--modulation "1 1 1, 0 0 0 7"').toThrow('bands from 1 to 6');
    await run('--modulation "1 1 1 0 0 1 2, 0 0 0 1"').toThrow('--modulation: found');
    await run('--anime 0 0').toThrow('--anime: found');
    writeFileSync(line.at('QPOINTS'), '2\n0 0 0\n');
    await run('--read-qpoints').toThrow('1 q points');
    expect(made()).toEqual([]);
  });
});
