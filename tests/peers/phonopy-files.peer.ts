import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readBandYaml, writeBandYaml } from '../../formats/phonopy/band-yaml.js';
import { expandBorn, imagesOf, readBorn, writeBorn } from '../../formats/phonopy/born.js';
import { readDos, writeDos } from '../../formats/phonopy/dos-dat.js';
import { readForceConstants, writeForceConstants } from '../../formats/phonopy/force-constants.js';
import {
  readCubicForceConstantsHdf5,
  readForceConstantsHdf5,
  writeCubicForceConstantsHdf5,
  writeForceConstantsHdf5,
} from '../../formats/phonopy/force-constants-hdf5.js';
import { readForceSets, writeForceSets } from '../../formats/phonopy/force-sets.js';
import { readForces, writeForces } from '../../formats/phonopy/forces-fc.js';
import { readMeshYaml, writeMeshYaml } from '../../formats/phonopy/mesh-yaml.js';
import {
  readThermalDisplacements,
  writeThermalDisplacements,
} from '../../formats/phonopy/thermal-displacements.js';
import { readThermalProperties, writeThermalProperties } from '../../formats/phonopy/thermal-properties.js';
import { calculatorUnits } from '../../formats/phonopy/units.js';
import { readPhonopyYaml } from '../../formats/phonopy/yaml.js';
import { writePhonopyYaml } from '../../formats/phonopy/yaml-write.js';
import type { DisplacementSet, PairDisplacementSet } from '../../src/model/displacements.js';
import { BOHR } from '../../src/model/units.js';
import { findCellSymmetry } from '../../src/symmetry/cell-symmetry.js';
import { framesOf } from '../helpers/formats.js';
import { joined, opened } from '../helpers/phonopy-files.js';
import { DATA } from '../helpers/shared-data.js';
import { PYTHON, scratch } from './peers.js';

/** Debian's phonopy, of version 2.17. */
const OLD_PYTHON = '/usr/bin/python3';
const oldRun = spawnSync(OLD_PYTHON, ['-c', 'import phonopy; print(phonopy.__version__)'], {
  encoding: 'utf8',
});
const hasOld = oldRun.status === 0 && oldRun.stdout.startsWith('2.');

/** What every script of these tests begins with. */
const PRELUDE = `
import sys, json, os, warnings
warnings.simplefilter('ignore')
import numpy as np
os.chdir(sys.argv[1])
def flat(x): return None if x is None else np.array(x, dtype=float).ravel().tolist()
def cell(c): return None if c is None else dict(cell=flat(c.cell), positions=flat(c.scaled_positions), symbols=list(c.symbols), masses=flat(c.masses))
def say(**k): print('\\x01' + json.dumps(k, default=lambda x: x.item()))
`;

function run<T>(script: string, folder: string, executable = PYTHON): T {
  const { status, stdout, stderr } = spawnSync(executable, ['-c', PRELUDE + script, folder, DATA], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\x01') + 1)) as T;
}

function near(
  ours: ArrayLike<number> | undefined,
  theirs: readonly number[] | null,
  tolerance: number,
): void {
  expect(ours?.length).toBe(theirs?.length);
  let most = 0;
  for (let i = 0; i < (ours?.length ?? 0); i++) most = Math.max(most, Math.abs(ours![i] - theirs![i]));
  expect(most).toBeLessThanOrEqual(tolerance);
}

/** phonopy makes all its files of NaCl in a folder, and says what is in them. */
const MAKE = `
import phonopy, phono3py
from phonopy.file_IO import *
data = sys.argv[2] + '/phonopy/NaCl/'
ph = phonopy.load(data + 'phonopy_disp.yaml', force_sets_filename=data + 'FORCE_SETS', born_filename=data + 'BORN', is_compact_fc=False)
ph.save('params.yaml', settings={'force_constants': True})
ph.save('compressed.yaml', compression='xz')
write_FORCE_CONSTANTS(ph.force_constants, 'FORCE_CONSTANTS')
write_FORCE_SETS(ph.dataset, 'FORCE_SETS')
full = ph.force_constants.copy()
compact = full[ph.primitive.p2s_map]
write_FORCE_CONSTANTS(compact, 'FORCE_CONSTANTS_compact', p2s_map=ph.primitive.p2s_map)
write_force_constants_to_hdf5(full, 'full.hdf5', p2s_map=ph.primitive.p2s_map, physical_unit='eV/angstrom^2', compression='gzip')
write_force_constants_to_hdf5(compact, 'compact.hdf5', p2s_map=ph.primitive.p2s_map, compression='lzf')
write_BORN(ph.primitive, ph.nac_params['born'], ph.nac_params['dielectric'], 'BORN')
ph.run_band_structure([[[0, 0, 0], [0.5, 0, 0.5]], [[0.5, 0.25, 0.75], [0, 0, 0.1]]], with_eigenvectors=True, with_group_velocities=True, labels=['$\\\\Gamma$', 'X', 'W', 'Y'], path_connections=[False, False])
ph.write_yaml_band_structure()
ph.run_mesh([4, 4, 4], with_eigenvectors=True, with_group_velocities=True, is_mesh_symmetry=False)
ph.write_yaml_mesh()
ph.run_thermal_properties(t_max=300, t_step=50)
ph.write_yaml_thermal_properties()
ph.run_thermal_displacements(t_max=300, t_step=100, freq_min=0.01)
ph.write_yaml_thermal_displacements()
ph.run_total_dos(sigma=0.2); ph.write_total_dos()
ph.run_projected_dos(); ph.write_projected_dos()
random = phonopy.Phonopy(ph.unitcell, ph.supercell_matrix, ph.primitive_matrix)
random.generate_displacements(number_of_snapshots=3, random_seed=7, distance=0.03)
u = random.displacements
random.forces = -u * 2
random.supercell_energies = [-1.5, -2.5, -3.5]
random.save('random.yaml')
write_FORCE_SETS(random.dataset, 'FORCE_SETS_random')
b = ph.band_structure
say(version=phonopy.__version__, unitcell=cell(ph.unitcell), supercell=cell(ph.supercell), primitive=cell(ph.primitive),
    forces=flat(ph.forces), fc=flat(full), p2s=flat(ph.primitive.p2s_map), born=flat(ph.nac_params['born']), dielectric=flat(ph.nac_params['dielectric']),
    factor=ph.nac_params['factor'], u=flat(u), random_forces=flat(random.forces), energies=flat(random.supercell_energies),
    frequencies=flat(b.frequencies[0]), velocities=flat(b.group_velocities[1]), vectors=flat(np.array(b.eigenvectors[0]).swapaxes(1, 2).copy().view(float)),
    mesh_frequencies=flat(ph.mesh.frequencies), mesh_vectors=flat(ph.mesh.eigenvectors.swapaxes(1, 2).copy().view(float)))
`;

interface Cell {
  cell: number[];
  positions: number[];
  symbols: string[];
  masses: number[];
}
type Numbers = Record<string, number[]>;
type Made = Numbers & { version: string; unitcell: Cell; supercell: Cell; primitive: Cell; factor: number };

let folder = '';
let made: Made;
beforeAll(() => {
  folder = scratch('phonopy-files');
  made = run<Made>(MAKE, folder);
}, 120_000);

const at = (name: string) => join(folder, name);
const theirText = (name: string) => readFileSync(at(name), 'utf8');
const put = (name: string, pieces: Iterable<string>) => writeFileSync(at(name), joined(pieces));

function forcesOf(set: DisplacementSet | PairDisplacementSet | undefined): number[] {
  return (set?.entries ?? []).flatMap(({ forces }) => [...(forces ?? [])]);
}

function snapshotsOf(set: DisplacementSet | PairDisplacementSet | undefined): number[] {
  return set?.kind === 'snapshots' ? set.entries.flatMap(({ displacements }) => [...displacements]) : [];
}

describe('files of phonopy 4', () => {
  it('are of the version that these tests are about', () => expect(made.version).toMatch(/^4\./));

  it.each(['params.yaml', 'compressed.yaml.xz'])('%s holds cells, forces and charges', async (name) => {
    const file = await readPhonopyYaml(await opened(at(name)));
    for (const [ours, theirs] of [
      [file.unitCell, made.unitcell],
      [file.supercell, made.supercell],
      [file.primitive, made.primitive],
    ] as const) {
      // Fifteen decimals.
      near(ours?.structure.cell, theirs.cell, 1e-15);
      near(ours?.structure.masses, theirs.masses, 1e-6);
    }
    // Sixteen decimals of forces below 1, fifteen of charges.
    near(forcesOf(file.displacements), made.forces, 1e-16);
    near(file.polar?.charges, made.born, 1e-15);
    near(file.polar?.dielectric, made.dielectric, 1e-15);
    expect(file.polar?.factor).toBeCloseTo(made.factor, 6);
    if (name === 'params.yaml') near(file.forceConstants?.values, made.fc, 1e-15);
  });

  it('random displacements, in YAML and in FORCE_SETS', async () => {
    const { displacements } = await readPhonopyYaml(await opened(at('random.yaml')));
    near(snapshotsOf(displacements), made.u, 1e-16);
    near(forcesOf(displacements), made.random_forces, 1e-16);
    expect(displacements?.entries.map(({ energy }) => energy)).toEqual(made.energies);
    const sets = await readForceSets(await opened(at('FORCE_SETS_random')), { count: 64 });
    // Eight decimals.
    near(snapshotsOf(sets), made.u, 0.51e-8);
  });

  it('force constants in text and HDF5', async () => {
    near((await readForceConstants(await opened(at('FORCE_CONSTANTS')))).values, made.fc, 1e-15);
    const compact = await readForceConstants(await opened(at('FORCE_CONSTANTS_compact')));
    expect([...compact.rows]).toEqual(made.p2s);
    const full = await readForceConstantsHdf5(at('full.hdf5'));
    expect(full.constants.values).toEqual(Float64Array.from(made.fc));
    expect(full.unit).toBe('eV/angstrom^2');
    await expect(readForceConstantsHdf5(at('compact.hdf5'))).rejects.toThrow('force_constants');
  });

  it('results, and ours are the same letter by letter', async () => {
    const bands = await readBandYaml(await opened(at('band.yaml')));
    near(bands.segments[0].frequencies, made.frequencies, 0.51e-10);
    near(bands.segments[1].velocities, made.velocities, 0.51e-7);
    near(bands.segments[0].eigenvectors, made.vectors, 0.51e-14);
    expect(bands.segments[1].labels).toEqual(['W', 'Y']);
    expect(joined(writeBandYaml(bands))).toBe(theirText('band.yaml'));
    const mesh = await readMeshYaml(await opened(at('mesh.yaml')));
    near(mesh.frequencies, made.mesh_frequencies, 0.51e-10);
    near(mesh.eigenvectors, made.mesh_vectors, 0.51e-14);
    expect(joined(writeMeshYaml(mesh)).replace(/from_gamma.*/g, '')).toBe(
      theirText('mesh.yaml').replace(/from_gamma.*/g, ''),
    );
    const properties = await readThermalProperties(await opened(at('thermal_properties.yaml')));
    expect(joined(writeThermalProperties(properties)).replace(/ energy: .*/g, '')).toBe(
      theirText('thermal_properties.yaml').replace(/ energy: .*/g, ''),
    );
    const displacements = await readThermalDisplacements(await opened(at('thermal_displacements.yaml')));
    expect(joined(writeThermalDisplacements(displacements)).trimEnd()).toBe(
      theirText('thermal_displacements.yaml').trimEnd(),
    );
    for (const name of ['total_dos.dat', 'projected_dos.dat'])
      expect(joined(writeDos(await readDos(await opened(at(name)))))).toBe(theirText(name));
  });

  it('YAML is ours letter by letter, but for what stands in the header', async () => {
    const bodies = async (name: string) => {
      const body = (text: string) =>
        text.slice(text.indexOf('primitive_matrix:')).replace(/unit_conversion.*/, '');
      const ours = body(joined(writePhonopyYaml(await readPhonopyYaml(await opened(at(name))))));
      return [ours.trimEnd().split('\n'), body(theirText(name)).trimEnd().split('\n')];
    };
    for (const name of ['params.yaml', 'random.yaml']) {
      const [ours, theirs] = await bodies(name);
      expect(ours).toEqual(theirs);
    }
  });
});

describe('files that we write', () => {
  it('are loaded by phonopy: YAML, FORCE_SETS, FORCE_CONSTANTS, HDF5, BORN', async () => {
    const file = await readPhonopyYaml(await opened(at('params.yaml')));
    const constants = file.forceConstants!;
    const rows = Int32Array.from(made.p2s);
    const values = new Float64Array(rows.length * 576);
    rows.forEach((atom, r) => {
      values.set(constants.values.subarray(576 * atom, 576 * atom + 576), 576 * r);
    });
    const compact = { count: 64, rows, values };
    // phonopy makes force constants from forces where it finds any, and takes those of the file else.
    const { displacements: _, ...bare } = file;
    put('ours.yaml', writePhonopyYaml(file));
    put('ours_bare.yaml', writePhonopyYaml(bare));
    put('ours_compact.yaml', writePhonopyYaml({ ...bare, forceConstants: compact }));
    put('OUR_FORCE_SETS', writeForceSets(file.displacements as DisplacementSet));
    put('OUR_FORCE_CONSTANTS', writeForceConstants(constants));
    put('OUR_COMPACT', writeForceConstants(compact));
    put('OUR_BORN', writeBorn(file.polar!));
    const random = await readPhonopyYaml(await opened(at('random.yaml')));
    put('our_random.yaml', writePhonopyYaml(random));
    put('OUR_RANDOM', writeForceSets(random.displacements as DisplacementSet));
    await writeForceConstantsHdf5(at('ours.hdf5'), constants, { primitiveToSuper: rows });
    await writeForceConstantsHdf5(at('ours_compact.hdf5'), compact);
    const theirs = run<Made & { loaded: number[]; frequencies: number[] }>(
      `
import phonopy
from phonopy.file_IO import *
ph = phonopy.load('ours.yaml', produce_fc=False)
bare = phonopy.load('ours_bare.yaml', symmetrize_fc=False, is_nac=True, is_compact_fc=False)
compact = phonopy.load('ours_compact.yaml', symmetrize_fc=False, is_nac=True)
p2s = ph.primitive.p2s_map
r = phonopy.load('our_random.yaml', produce_fc=False)
say(unitcell=cell(ph.unitcell), supercell=cell(ph.supercell), primitive=cell(ph.primitive), forces=flat(ph.forces), fc=flat(bare.force_constants),
    compact=flat(compact.force_constants), born=flat(ph.nac_params['born']), factor=ph.nac_params['factor'],
    sets=flat([d['forces'] for d in parse_FORCE_SETS('OUR_FORCE_SETS')['first_atoms']]), text=flat(parse_FORCE_CONSTANTS('OUR_FORCE_CONSTANTS')),
    text_compact=flat(parse_FORCE_CONSTANTS('OUR_COMPACT', p2s_map=p2s)), h5=flat(read_force_constants_hdf5('ours.hdf5', p2s_map=p2s)),
    h5_compact=flat(read_force_constants_hdf5('ours_compact.hdf5', p2s_map=p2s)), u=flat(r.displacements), random_forces=flat(r.forces), energies=flat(r.supercell_energies),
    text_born=flat(parse_BORN(ph.primitive, filename='OUR_BORN')['born']), random_u=flat(parse_FORCE_SETS('OUR_RANDOM', natom=64)['displacements']))
`,
      folder,
    );
    near(made.unitcell.cell, theirs.unitcell.cell, 1e-15);
    near(made.supercell.positions, theirs.supercell.positions, 1e-15);
    expect(theirs.supercell.symbols).toEqual(made.supercell.symbols);
    near(made.forces, theirs.forces, 1e-16);
    near(made.forces, theirs.sets, 0.51e-10);
    near(constants.values, theirs.fc, 1e-15);
    near(constants.values, theirs.text, 1e-15);
    near(constants.values, theirs.h5, 0);
    for (const read of [theirs.compact, theirs.text_compact]) near(values, read, 1e-15);
    near(values, theirs.h5_compact, 0);
    near(file.polar!.charges, theirs.born, 1e-15);
    near(file.polar!.charges, theirs.text_born, 0.51e-8);
    expect(theirs.factor).toBeCloseTo(file.polar!.factor!, 8);
    near(made.u, theirs.u, 1e-16);
    near(made.u, theirs.random_u, 1e-16);
    near(made.random_forces, theirs.random_forces, 1e-16);
    expect(theirs.energies).toEqual(made.energies);
  });

  it('in the units of each calculator are what phonopy takes them for', async () => {
    const file = await readPhonopyYaml(await opened(at('params.yaml')));
    const names = ['vasp', 'qe', 'wien2k', 'abinit', 'elk', 'siesta', 'cp2k', 'lammps'];
    for (const calculator of names)
      put(
        `${calculator}.yaml`,
        writePhonopyYaml({ ...file, calculator, units: calculatorUnits(calculator)! }),
      );
    const theirs = run<Record<string, number[]>>(
      `
import phonopy
out = {}
for name in '${names.join(' ')}'.split():
    ph = phonopy.load(name + '.yaml', symmetrize_fc=False, is_nac=True)
    ph.run_qpoints([[0.1, 0, 0], [0.5, 0.25, 0.75]])
    out[name] = flat(ph.qpoints.frequencies) + [ph.unitcell.cell[0, 0]]
say(**out)
`,
      folder,
    );
    const reference = theirs.vasp;
    for (const name of names) {
      const scale = calculatorUnits(name)!.length === 'au' ? BOHR : 1;
      expect(theirs[name][12] * scale).toBeCloseTo(reference[12], 13);
      // phonopy's bohr and hartree are of 2006 and before: they differ from ours by less than 1e-6.
      near(theirs[name].slice(0, 12), reference.slice(0, 12), 1e-6 * Math.max(...reference.slice(0, 12)));
    }
  });

  it('of results are loaded by the programs that plot them', async () => {
    for (const [name, read, write] of [
      ['band.yaml', readBandYaml, writeBandYaml],
      ['thermal_properties.yaml', readThermalProperties, writeThermalProperties],
    ] as const) {
      const results = await (read as (text: Awaited<ReturnType<typeof opened>>) => Promise<never>)(
        await opened(at(name)),
      );
      put(`our_${name}`, (write as (results: never) => Iterable<string>)(results));
    }
    const theirs = run<{ frequencies: number[]; cv: number[] }>(
      `
from phonopy.file_IO import read_thermal_properties_yaml
import yaml
band = yaml.safe_load(open('our_band.yaml'))
say(frequencies=flat([[b['frequency'] for b in p['band']] for p in band['phonon'][:2]]), cv=flat(read_thermal_properties_yaml(['our_thermal_properties.yaml'])[1]))
`,
      folder,
    );
    near(made.frequencies, theirs.frequencies, 0.51e-10);
    expect(theirs.cv).toHaveLength(7);
  });

  it.skipIf(!hasOld)('are loaded by phonopy 2.17 too', async () => {
    const file = await readPhonopyYaml(await opened(at('params.yaml')));
    const random = await readPhonopyYaml(await opened(at('random.yaml')));
    put('old.yaml', writePhonopyYaml({ ...file, forceConstants: undefined, polar: undefined }));
    put(
      'old_bare.yaml',
      writePhonopyYaml({ ...file, displacements: undefined, forceConstants: undefined, polar: undefined }),
    );
    put('OLD_SETS', writeForceSets(file.displacements as DisplacementSet));
    put('OLD_RANDOM', writeForceSets(random.displacements as DisplacementSet));
    put('OLD_CONSTANTS', writeForceConstants(file.forceConstants!));
    put('OLD_BORN', writeBorn(file.polar!));
    const theirs = run<Made>(
      `
import phonopy
from phonopy.file_IO import *
ph = phonopy.load('old_bare.yaml', force_constants_filename='OLD_CONSTANTS', born_filename='OLD_BORN', symmetrize_fc=False, is_compact_fc=False)
again = phonopy.load('old.yaml', produce_fc=False)
say(supercell=cell(ph.supercell), fc=flat(ph.force_constants), born=flat(ph.nac_params['born']), forces=flat([d['forces'] for d in again.dataset['first_atoms']]),
    sets=flat([d['forces'] for d in parse_FORCE_SETS(filename='OLD_SETS')['first_atoms']]), u=flat(parse_FORCE_SETS(natom=64, filename='OLD_RANDOM')['displacements']))
`,
      folder,
      OLD_PYTHON,
    );
    near(made.supercell.positions, theirs.supercell.positions, 1e-15);
    near(made.fc, theirs.fc, 1e-15);
    near(file.polar!.charges, theirs.born, 0.51e-8);
    near(made.forces, theirs.forces, 1e-16);
    near(made.forces, theirs.sets, 0.51e-10);
    near(made.u, theirs.u, 1e-16);
  });

  it.skipIf(!hasOld)('hold what phonopy 2.17 writes', async () => {
    const theirs = run<Numbers>(
      `
import phonopy
data = sys.argv[2] + '/phonopy/NaCl/'
ph = phonopy.load(data + 'phonopy_disp.yaml', force_sets_filename=data + 'FORCE_SETS', born_filename=data + 'BORN')
ph.save('by_old.yaml', settings={'force_constants': True})
ph.generate_displacements(number_of_snapshots=2, random_seed=3, distance=0.03)
ph.forces = -ph.displacements
ph.save('by_old_random.yaml')
say(fc=flat(ph.force_constants), born=flat(ph.nac_params['born']), u=flat(ph.displacements))
`,
      folder,
      OLD_PYTHON,
    );
    const file = await readPhonopyYaml(await opened(at('by_old.yaml')));
    near(file.forceConstants?.values, theirs.fc, 1e-15);
    near(file.polar?.charges, theirs.born, 1e-15);
    const random = await readPhonopyYaml(await opened(at('by_old_random.yaml')));
    near(snapshotsOf(random.displacements), theirs.u, 1e-16);
    near(
      forcesOf(random.displacements),
      theirs.u.map((x) => -x),
      1e-16,
    );
  });
});

describe('BORN', () => {
  it.each(['P-3m1', 'P-42_1m', 'P4mm', 'P6_222', 'Pa-3'])(
    'of %s gives all atoms the same charges',
    async (group) => {
      const path = `POSCAR_${group}`;
      const theirs = run<{ charges: number[]; dielectric: number[] }>(
        `
from phonopy.interface.vasp import read_vasp
from phonopy.file_IO import write_BORN, parse_BORN
cell = read_vasp(sys.argv[2] + '/phonopy/zoo/${path}')
z = np.random.default_rng(1).uniform(-3, 3, (len(cell), 3, 3))
write_BORN(cell, z - z.mean(axis=0), np.diag([2.0, 3.0, 4.0]), 'BORN_${group}')
nac = parse_BORN(cell, filename='BORN_${group}')
say(charges=flat(nac['born']), dielectric=flat(nac['dielectric']))
`,
        folder,
      );
      const [{ structure }] = await framesOf(join(DATA, 'phonopy', 'zoo', path));
      const images = imagesOf(findCellSymmetry(structure));
      expect(new Set(images.representative).size).toBeLessThan(structure.count);
      const polar = expandBorn(await readBorn(await opened(at(`BORN_${group}`))), images);
      // Eight decimals, rotated: sums of up to nine of them.
      near(polar.charges, theirs.charges, 9 * 0.5e-8);
      near(polar.dielectric, theirs.dielectric, 0);
      const unsigned = (text: string) => text.replaceAll('-0.00000000', ' 0.00000000').trimEnd();
      expect(unsigned(joined(writeBorn(polar, images)))).toBe(unsigned(theirText(`BORN_${group}`)));
    },
  );
});

describe('phono3py', () => {
  let p3 = '';
  let theirs: Numbers & { ids: number[] };
  beforeAll(() => {
    p3 = scratch('phono3py-files');
    theirs = run(
      `
import phono3py
from phono3py.file_IO import *
data = sys.argv[2] + '/phono3py/Si-PBEsol/'
ph = phono3py.load(data + 'phono3py_disp.yaml', forces_fc3_filename=data + 'FORCES_FC3', is_compact_fc=True)
ph.save('params.yaml')
write_FORCES_FC3(ph.dataset, filename='THEIR_FORCES_FC3')
write_fc2_to_hdf5(ph.fc2, 'their_fc2.hdf5', p2s_map=ph.primitive.p2s_map)
write_fc3_to_hdf5(ph.fc3, filename='their_fc3.hdf5', p2s_map=ph.primitive.p2s_map)
cut = phono3py.Phono3py(ph.unitcell, ph.supercell_matrix, ph.primitive_matrix, phonon_supercell_matrix=np.diag([1, 1, 2]))
cut.generate_displacements(cutoff_pair_distance=4.0, is_plusminus=True)
cut.save('cut.yaml')
d = cut.dataset['first_atoms']
say(forces=flat(ph.forces), fc2=flat(ph.fc2), fc3=flat(ph.fc3), ids=[e['id'] for f in d for e in f['second_atoms']], included=[e['included'] for f in d for e in f['second_atoms']],
    firsts=flat([f['displacement'] for f in d]), seconds=flat([e['displacement'] for f in d for e in f['second_atoms']]), phonon=flat([f['displacement'] for f in cut.phonon_dataset['first_atoms']]))
`,
      p3,
    );
  }, 120_000);

  const pairsOf = async (name: string) => {
    const file = await readPhonopyYaml(await opened(join(p3, name)));
    return { file, set: file.displacements as PairDisplacementSet };
  };
  const allForces = (set: PairDisplacementSet) => [
    ...forcesOf(set),
    ...set.entries.flatMap(({ second }) => second.flatMap(({ forces }) => [...(forces ?? [])])),
  ];

  it('writes what we read: displacements, cutoffs, forces, force constants', async () => {
    const { file, set } = await pairsOf('cut.yaml');
    const seconds = set.entries.flatMap(({ second }) => second);
    expect(seconds.map(({ id }) => id)).toEqual(theirs.ids);
    expect(seconds.map(({ included }) => included)).toEqual(theirs.included);
    expect(seconds.some(({ included }) => !included)).toBe(true);
    expect(set.cutoff).toBe(4);
    near(
      seconds.flatMap(({ displacement }) => [...displacement]),
      theirs.seconds,
      1e-16,
    );
    expect([...(file.phonon?.supercellMatrix ?? [])]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 2]);
    const phonon = file.phononDisplacements as Extract<DisplacementSet, { kind: 'atoms' }>;
    near(
      phonon.entries.flatMap(({ displacement }) => [...displacement]),
      theirs.phonon,
      1e-16,
    );
    const { set: full } = await pairsOf('params.yaml');
    near(allForces(full), theirs.forces, 1e-16);
    const read = await readForces(await opened(join(p3, 'THEIR_FORCES_FC3')), full);
    near(allForces(read), theirs.forces, 0.51e-10);
    near((await readForceConstantsHdf5(join(p3, 'their_fc2.hdf5'))).constants.values, theirs.fc2, 0);
    near((await readCubicForceConstantsHdf5(join(p3, 'their_fc3.hdf5'))).constants.values, theirs.fc3, 0);
  });

  it('loads what we write', async () => {
    const { file, set } = await pairsOf('params.yaml');
    const cut = await pairsOf('cut.yaml');
    const save = (name: string, pieces: Iterable<string>) => writeFileSync(join(p3, name), joined(pieces));
    save('ours.yaml', writePhonopyYaml(file));
    save('our_cut.yaml', writePhonopyYaml(cut.file));
    const bare = { ...set, entries: set.entries.map(withoutForces) };
    save('our_disp.yaml', writePhonopyYaml({ ...file, displacements: bare }));
    save('OUR_FORCES_FC3', writeForces(set));
    const fc2 = (await readForceConstantsHdf5(join(p3, 'their_fc2.hdf5'))).constants;
    const fc3 = (await readCubicForceConstantsHdf5(join(p3, 'their_fc3.hdf5'))).constants;
    await writeForceConstantsHdf5(join(p3, 'our_fc2.hdf5'), fc2, { version: '1.0' });
    await writeCubicForceConstantsHdf5(join(p3, 'our_fc3.hdf5'), fc3, {
      version: '1.0',
      nonzero: new Int8Array(2 * 64 * 64).fill(1),
    });
    const ours = run<Numbers>(
      `
import phono3py
from phono3py.file_IO import *
ph = phono3py.load('ours.yaml', produce_fc=False)
disp = phono3py.load('our_disp.yaml', forces_fc3_filename='OUR_FORCES_FC3', produce_fc=False)
cut = phono3py.load('our_cut.yaml', produce_fc=False)
d = cut.dataset['first_atoms']
fc3 = read_fc3_from_hdf5('our_fc3.hdf5', p2s_map=ph.primitive.p2s_map)
say(forces=flat(ph.forces), text=flat(disp.forces), included=[e['included'] for f in d for e in f['second_atoms']], seconds=flat([e['displacement'] for f in d for e in f['second_atoms']]),
    phonon=flat([f['displacement'] for f in cut.phonon_dataset['first_atoms']]), fc2=flat(read_fc2_from_hdf5('our_fc2.hdf5', p2s_map=ph.primitive.p2s_map)), fc3=flat(fc3['fc3']), nonzero=flat(fc3['fc3_nonzero_indices']))
`,
      p3,
    );
    near(theirs.forces, ours.forces, 1e-16);
    near(theirs.forces, ours.text, 0.51e-10);
    near(theirs.seconds, ours.seconds, 1e-16);
    near(theirs.phonon, ours.phonon, 1e-16);
    expect(ours.included).toEqual(theirs.included);
    near(theirs.fc2, ours.fc2, 0);
    near(theirs.fc3, ours.fc3, 0);
    expect(ours.nonzero.every((x) => x === 1)).toBe(true);
  });

  it('and we write the same FORCES_FC3 and YAML letter by letter', async () => {
    const { file, set } = await pairsOf('params.yaml');
    expect(joined(writeForces(set))).toBe(readFileSync(join(p3, 'THEIR_FORCES_FC3'), 'utf8'));
    const lines = (text: string) => text.slice(text.indexOf('primitive_matrix:')).trimEnd().split('\n');
    expect(lines(joined(writePhonopyYaml(file)))).toEqual(
      lines(readFileSync(join(p3, 'params.yaml'), 'utf8')),
    );
  });
});

type First = PairDisplacementSet['entries'][number];

function withoutForces({ forces: _, energy: __, ...first }: First): First {
  return { ...first, second: first.second.map(({ forces: _f, energy: _e, ...second }) => second) };
}
