import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { runPhonopy } from '../../compat/commands/phonopy.js';
import { openText } from '../../formats/io/open.js';
import { readPhonopyYaml } from '../../formats/phonopy/yaml.js';
import { DATA, withoutData } from '../helpers/shared-data.js';
import { scratch } from './peers.js';
import { bin, type Case, hasOld, session, twins } from './phonopy-twins.js';

const NACL = {
  'phonopy/NaCl/POSCAR': 'POSCAR',
  'phonopy/NaCl/FORCE_SETS': 'FORCE_SETS',
  'phonopy/NaCl/BORN': 'BORN',
  'phonopy/NaCl/vasprun.xml-001': 'vasprun.xml-001',
  'phonopy/NaCl/vasprun.xml-002': 'vasprun.xml-002',
};
const SI = { 'phonopy/Si/phonopy_params_Si.yaml': 'phonopy_params_Si.yaml' };
const QE = { 'formats/qe/NaCl.in': 'NaCl.in', 'formats/qe/NaCl-001.out': 'NaCl-001.out' };
const zoo = (group: string) => ({
  [`phonopy/zoo/POSCAR_${group}`]: 'POSCAR',
  [`phonopy/zoo/FORCE_SETS_${group}`]: 'FORCE_SETS',
});
const ZOO: readonly (readonly [string, string])[] = [
  ['P-3m1', '3 3 2'],
  ['P4mm', '3 3 2'],
  ['Pa-3', '2 2 2'],
];

const CASES: readonly Case[] = [
  session(
    4,
    'NaCl from a POSCAR',
    NACL,
    'phonopy-init -d --dim 2 2 2',
    'phonopy-init -f vasprun.xml-001 vasprun.xml-002',
    'phonopy --mesh 8 8 8 -t --writefc',
    'phonopy --band "0 0 0 1/2 0 1/2, 3/8 3/8 3/4 0 0 0 1/2 1/2 1/2" --band-points 11 --band-labels G X K G L --gv',
  ),
  session(
    4,
    'NaCl: densities',
    NACL,
    'phonopy-init -d --dim="2 2 2" --pa auto',
    'phonopy --mesh 7 7 7 --dos --nonac --full-fc --writefc',
    // A range of its own: phonopy's begins at the noise of the acoustic modes at Gamma, 1e-7 THz, and on so coarse a mesh
    // there are tetrahedra so flat that a density changes by 1e-4 as a frequency point moves that far.
    'phonopy --mesh 5 5 5 --gc --pdos 1,2 --noreadfc --fmin 0.01 --fmax 8.01 --fpitch 0.05',
    'phonopy --mesh 30 --dos --sigma 0.1 --fpitch 0.05 --nowritemesh --noreadfc',
  ),
  session(
    4,
    'NaCl: motion',
    NACL,
    'phonopy-init -d --dim 2 2 2 --pm --nodiag --amplitude 0.02 --pa F',
    'phonopy --mesh 6 6 6 --td --tmax 300 --tstep 50 --fmin 0.1 --nac-method wang',
    'phonopy --mesh 6 6 6 --tdm --tmax 300 --tstep 50 --fmin 0.1 --no-sym-fc',
  ),
  session(
    4,
    'silicon of a phonopy_params.yaml',
    SI,
    'phonopy-load phonopy_params_Si.yaml --mesh 9 9 9 -t --tmin 100 --tmax 500 --tstep 100 --cutoff-freq 1 --gv',
    'phonopy-load phonopy_params_Si.yaml --mesh 5 5 5 --pdos auto --xyz-projection --sigma 0.2',
  ),
  // Forces in eV/A read as Ry/bohr: another crystal, the same for both.
  session(
    4,
    'NaCl of pw.x',
    { ...QE, 'phonopy/NaCl/FORCE_SETS': 'FORCE_SETS' },
    'phonopy-init --qe -d --dim 2 2 2 -c NaCl.in',
    'phonopy --band "0 0 0 1/2 0 1/2" --mesh 5 5 5 -t --gv --cutoff-freq 0.1 --writefc',
  ),
  session(
    4,
    'NaCl along its own path',
    NACL,
    'phonopy-init -d --dim 2 2 2',
    'phonopy --band auto --band-points 7',
  ),
  session(
    4,
    'P6_222 along its own path',
    zoo('P6_222'),
    'phonopy-init -d --dim 2 2 2 --amplitude 0.03',
    'phonopy --band auto --band-points 5 --no-sym-fc',
  ),
  session(
    4,
    'random displacements',
    NACL,
    'phonopy-init --rd 3 --random-seed 7 --dim 2 2 1 --amplitude 0.03 --pm',
  ),
  ...ZOO.map(([group, dim]) =>
    session(
      4,
      `random displacements of ${group}, as many as are needed`,
      zoo(group),
      `phonopy-init --rd auto --random-seed 3 --dim ${dim}`,
    ),
  ),
  session(
    4,
    'random displacements, more than are needed',
    NACL,
    'phonopy-init --rd auto --amax 0.1 --rd-auto-factor 5.5 --random-seed 3 --dim 2 2 2',
  ),
  session(2, 'random displacements', NACL, 'phonopy --rd 3 --random-seed 7 --dim 2 2 1 -d --amplitude 0.03'),

  session(
    2,
    'NaCl by arguments of old',
    NACL,
    'phonopy -d --dim="2 2 2"',
    'phonopy -f vasprun.xml-001 vasprun.xml-002',
    'phonopy --dim="2 2 2" --pa auto --mesh 9 9 9 -t --nac --writefc --full-fc',
    'phonopy --dim="2 2 2" --pa "0 1/2 1/2 1/2 0 1/2 1/2 1/2 0" --band "0 0 0 1/2 0 1/2" --readfc',
    'phonopy --dim="2 2 2" --pa auto --mesh 7 7 7 --dos --sym-fc --nac',
  ),
  session(
    2,
    'NaCl without a primitive cell and symmetry',
    NACL,
    'phonopy -d --dim="1 1 2" --nosym',
    'phonopy --dim="2 2 2" --mesh 3 3 3 --dos --nomeshsym',
  ),
  {
    ...session(
      2,
      'files of settings',
      NACL,
      'phonopy disp.conf',
      'phonopy mesh.conf -t',
      'phonopy mesh.conf --dos',
    ),
    settings: {
      'disp.conf':
        'ATOM_NAME = Na Cl\nCREATE_DISPLACEMENTS = .TRUE.\nDIM = 2 2 2\nPM = .TRUE.\nDIAG = .FALSE.\n',
      'mesh.conf':
        'ATOM_NAME = Na Cl\ndim = 2 0 0  0 2 0 +++\n 0 0 2\nprimitive_axes = 0 1/2 1/2 +++\n 1/2 0 1/2 1/2 1/2 0\n' +
        'MP = 7 7 7\nNAC = .TRUE.\nFC_SYMMETRY = .TRUE.\nFORCE_CONSTANTS = WRITE\nMASS = 23 36\n' +
        'TMIN = 100\nTMAX = 300\nTSTEP = 50\nCUTOFF_FREQUENCY = 0.1\n# a comment\nDOS_RANGE = 0 8 0.1\n',
    },
  },
  ...ZOO.map(([group, dim]) =>
    session(
      4,
      `${group}`,
      zoo(group),
      `phonopy-init -d --dim ${dim}`,
      'phonopy --mesh 5 5 5 -t --gc --cutoff-freq 0.1',
    ),
  ),
];

/**
 * What numbers of a file may differ by: what its last decimals leave open, or the goal of 1e-6 THz. Frequencies below
 * 1e-3 THz are noise of acoustic modes at Gamma. Numbers of densities and velocities go up to hundreds, and eigenvectors
 * of equal modes are free to turn.
 */
const TOLERANCES: readonly (readonly [RegExp, number, number])[] = [
  // Densities by tetrahedra jump where a frequency point and a corner fall together.
  [/_dos\.dat$/, 1e-5, 1e-5],
  [/^(band|mesh)\.yaml$/, 1e-6, 1e-6],
  [/^thermal_/, 2e-7, 1e-8],
  [/^FORCE_CONSTANTS$/, 1e-12, 1e-12],
  // Lengths in bohr, of which tables give nine digits.
  [/^supercell/, 1e-9, 2e-8],
  [/./, 1e-9, 1e-9],
];

function expectSameNumbers(name: string, ours: string, theirs: string): void {
  const [, absolute, relative] = TOLERANCES.find(([pattern]) => pattern.test(name))!;
  const [a, b] = [ours, theirs].map((text) => wordsOf(name, text));
  expect(a.length).toBe(b.length);
  const differing: string[] = [];
  for (let k = 0; k < a.length; k++) {
    if (a[k] === b[k]) continue;
    const [x, y] = [Number(a[k]), Number(b[k])];
    const isNoise = /^(band|mesh)/.test(name) && Math.abs(x) < 1e-3 && Math.abs(y) < 1e-3;
    // Places on the border of the cell come out on either side of it by their last digit.
    const isWrapped = /POSCAR|^supercell/.test(name) && Math.abs(Math.abs(x - y) - 1) < 1e-12;
    const isNear = Math.abs(x - y) <= absolute + relative * Math.abs(y);
    if (!isNear && !isNoise && !isWrapped) differing.push(`${k}: ${a[k]} for ${b[k]}`);
  }
  expect({ name, differing: differing.slice(0, 10), of: differing.length }).toEqual({
    name,
    differing: [],
    of: 0,
  });
}

function wordsOf(name: string, text: string): string[] {
  const lines = text.split('\n').filter((line) => !/generated by|^\s+- \[ *-?\d\.\d{14},/.test(line));
  // Only the direction of rounding tells -0.0 from 0.0.
  return (name.startsWith('POSCAR') ? lines.slice(1) : lines)
    .join(' ')
    .split(/[\s,[\]]+/)
    .filter(Boolean)
    .map((word) => (/^-0\.0*$/.test(word) ? word.slice(1) : word));
}

async function expectSameYaml(name: string, ours: string, theirs: string): Promise<void> {
  const [a, b] = await Promise.all(
    [ours, theirs].map(async (folder) => {
      const { text } = await openText(join(folder, name));
      return readPhonopyYaml(text);
    }),
  );
  const cells = (file: typeof a) =>
    [file.primitive, file.unitCell, file.supercell].map((cell) => ({
      cell: rounded(cell!.structure.cell),
      positions: rounded(cell!.structure.positions),
      masses: rounded(cell!.structure.masses),
    }));
  expect(cells(a)).toEqual(cells(b));
  expect(a.supercellMatrix).toEqual(b.supercellMatrix);
  // phonopy 2 says nothing of a unit cell that is its own primitive cell.
  expect(rounded(a.primitiveMatrix!)).toEqual(rounded(b.primitiveMatrix ?? [1, 0, 0, 0, 1, 0, 0, 0, 1]));
  expect(a.supercell!.reducedTo).toEqual(b.supercell!.reducedTo);
  expect(a.unitCell!.reducedTo).toEqual(b.unitCell!.reducedTo);
  expect(a.frequencyFactor).toBe(b.frequencyFactor);
  expect(a.units.length).toBe(b.units.length);
  expect(a.calculator).toBe(b.calculator);
  if (!name.includes('disp')) return;
  const entries = (file: typeof a) =>
    file.displacements!.entries.map((entry) =>
      'atom' in entry
        ? [entry.atom, ...rounded(entry.displacement)]
        : 'displacements' in entry
          ? rounded(entry.displacements)
          : [],
    );
  expect(entries(a)).toEqual(entries(b));
}

/** A number that nothing in the files is near a half of a last decimal with. */
const OFF = 0.000000123;

/** Numbers to six decimals: the files have fifteen, but masses have six, and bohr come from other tables. */
function rounded(values: ArrayLike<number>): number[] {
  return Array.from(values, (x) => Math.round((x + OFF) * 1e6) / 1e6 + 0);
}

describe.skipIf(withoutData).each(CASES.filter(({ version }) => version !== 2 || hasOld))(
  'phonopy $version: $name',
  (one) => {
    it('leaves the same files', { timeout: 120_000 }, async () => {
      const { theirs, ours } = await twins(one);
      expect(readdirSync(ours).sort()).toEqual(readdirSync(theirs).sort());
      for (const name of readdirSync(theirs)) {
        if (/^phonopy.*\.yaml$/.test(name) && name !== 'phonopy_params_Si.yaml')
          await expectSameYaml(name, ours, theirs);
        else if (!Object.values(one.files).includes(name) || name === 'FORCE_SETS') {
          expectSameNumbers(
            name,
            readFileSync(join(ours, name), 'utf8'),
            readFileSync(join(theirs, name), 'utf8'),
          );
        }
      }
    });
  },
);

describe.skipIf(withoutData || !existsSync(bin('phonopy')))('the files of phonolink phonopy', () => {
  it('are loaded by phonopy, which goes on from them', async () => {
    const folder = scratch('phonopy-goes-on');
    for (const [from, to] of Object.entries(NACL)) copyFileSync(join(DATA, from), join(folder, to));
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    await runPhonopy(['-d', '--dim', '2', '2', '2'], { folder });
    await runPhonopy(['--mesh', '3', '3', '3', '-t', '--cutoff-freq', '0.1', '--include-all', '--sp'], {
      folder,
    });
    write.mockRestore();
    const ours = readFileSync(join(folder, 'thermal_properties.yaml'), 'utf8');
    for (const name of ['phonopy.yaml', 'phonopy_params.yaml']) {
      const words = [name, '--mesh', '3', '3', '3', '-t', '--cutoff-freq', '0.1'];
      const { status, stdout } = spawnSync(bin('phonopy'), words, { cwd: folder, encoding: 'utf8' });
      expect(stdout).toContain(`"${name}"`);
      expect(status).toBe(0);
      const theirs = readFileSync(join(folder, 'thermal_properties.yaml'), 'utf8');
      expectSameNumbers('thermal_properties.yaml', theirs, ours);
    }
  });
});
