import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/program.js';
import { commandLine } from '../helpers/command-line.js';

const cli = commandLine();
const { at, text } = cli;
const convert = (...args: string[]) => runCommandLine(['node', 'phonolink', 'convert', ...args]);

const LATTICE = 'Lattice="4 0 0 0 4 0 0 0 4" Properties=species:S:1:pos:R:3';
const XYZ = `2\n${LATTICE}\nSi 0 0 0\nO 1 1 1\n`;
const WRITTEN =
  '2\nLattice="4.0 0.0 0.0 0.0 4.0 0.0 0.0 0.0 4.0" Properties=species:S:1:pos:R:3 pbc="T T T"\nSi 0.0 0.0 0.0\nO 1.0 1.0 1.0\n';

it.each([
  ["Windows' line ends and blank lines behind", XYZ.replaceAll('\n', '\r\n').concat('\r\n\r\n')],
  ['tabs', XYZ.replace('Si 0 0 0', 'Si\t0\t0 \t0')],
  ['a byte order mark', `\ufeff${XYZ}`],
])('%s', async (_, source) => {
  writeFileSync(at('in put.XYZ'), source);
  expect(await convert(at('in put.XYZ'), at('out put.xyz'))).toBe(0);
  expect(text('out put.xyz')).toBe(WRITTEN);
});

it.each([
  ['vasprun', '<?xml version="1.0"?>\n<modeling>\n', /in:[23]: found the end of the file/],
  ['lammps-dump', 'ITEM: TIMESTEP\n0\n', /:3: found the end of the file/],
  ['mlip-cfg', 'BEGIN_CFG\n', /:2: found the end of the file, expected END_CFG/],
])('a byte order mark does not hide %s', async (_, source, message) => {
  writeFileSync(at('in'), `\ufeff${source}`);
  expect(await convert(at('in'), at('out.xyz'))).toBe(1);
  expect(cli.stderr).toMatch(message);
});

it('UTF-16 is refused by its name', async () => {
  writeFileSync(at('in.xyz'), Buffer.from(`\ufeff${XYZ}`, 'utf16le'));
  expect(await convert(at('in.xyz'), at('out.xyz'))).toBe(1);
  expect(cli.stderr).toMatch(/in\.xyz:1: found text in UTF-16, expected text in UTF-8/);
});

it('an empty file and a folder are refused', async () => {
  writeFileSync(at('in.xyz'), '');
  expect(await convert(at('in.xyz'), at('out.xyz'))).toBe(1);
  expect(cli.stderr).toContain('in.xyz: found an empty file, expected structures');
  expect(await convert(cli.folder, at('out.xyz'))).toBe(1);
  expect(cli.stderr).toContain('is a folder, expected a file');
  mkdirSync(at('folder.xyz'));
  writeFileSync(at('in.xyz'), XYZ);
  expect(await convert(at('in.xyz'), at('folder.xyz'))).toBe(1);
  expect(cli.stderr).toContain('folder.xyz: cannot be written: it is a folder');
  expect(readdirSync(cli.folder).sort()).toEqual(['folder.xyz', 'in.xyz']);
});

it('endings in capitals are the same endings', async () => {
  writeFileSync(at('in.xyz'), XYZ);
  expect(await convert(at('in.xyz'), at('OUT.XYZ.GZ'))).toBe(0);
  expect([...readFileSync(at('OUT.XYZ.GZ')).subarray(0, 2)]).toEqual([0x1f, 0x8b]);
  expect(await convert(at('OUT.XYZ.GZ'), at('BACK.EXTXYZ'))).toBe(0);
  expect(text('BACK.EXTXYZ')).toBe(WRITTEN);
});

it.skipIf(process.platform === 'win32')('a pipe is opened once', async () => {
  execFileSync('mkfifo', [at('pipe')]);
  const source = writeFile(at('pipe'), XYZ);
  expect(await convert(at('pipe'), at('out.xyz'))).toBe(0);
  await source;
  expect(text('out.xyz')).toBe(WRITTEN);
});

it.each(['extxyz', 'lammps-data', 'lammps-dump'])('%s holds a cell without atoms', async (format) => {
  writeFileSync(at('in.xyz'), `0\n${LATTICE}\n`);
  expect(await convert(at('in.xyz'), at('out'), '--to', format)).toBe(0);
  expect(await convert(at('out'), at('back.xyz'))).toBe(0);
  expect(text('back.xyz')).toMatch(/^0\nLattice="4\.0 0\.0 0\.0 0\.0 4\.0 /);
});

it.each(['poscar', 'mlip-cfg', 'qe-in', 'aims-in'])('%s needs atoms', async (format) => {
  writeFileSync(at('in.xyz'), `0\n${LATTICE}\n`);
  expect(await convert(at('in.xyz'), at('out'), '--to', format)).toBe(1);
  expect(cli.stderr).toMatch(/needs atoms, but the structure has none\n {2}write extxyz/);
});

const MANY = '999999999999999';
const BOX = 'x\n1\n4 0 0\n0 4 0\n0 0 4\nSi\n';
it.each([
  ['extxyz', `${MANY}\n${LATTICE}\nSi 0 0 0\n`],
  ['poscar', `${BOX}${MANY}\nDirect\n0 0 0\n`],
  ['xdatcar', `${BOX}${MANY}\nDirect configuration= 1\n0 0 0\n`],
  [
    'lammps-data',
    `x\n\n${MANY} atoms\n1 atom types\n\n0 4 xlo xhi\n0 4 ylo yhi\n0 4 zlo zhi\n\nMasses\n\n1 28.085\n\nAtoms # atomic\n\n1 1 0 0 0\n`,
  ],
  [
    'lammps-dump',
    `ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n${MANY}\nITEM: BOX BOUNDS pp pp pp\n0 4\n0 4\n0 4\nITEM: ATOMS id element x y z\n1 Si 0 0 0\n`,
  ],
  ['mlip-cfg', `BEGIN_CFG\n Size\n ${MANY}\n AtomData: id type cartes_x cartes_y cartes_z\n 1 0 0 0 0\n`],
  [
    'qe-in',
    `&SYSTEM\n ibrav=1, A=4, nat=${MANY}, ntyp=1\n/\nATOMIC_SPECIES\n Si 28 Si.UPF\nATOMIC_POSITIONS angstrom\n Si 0 0 0\n`,
  ],
])('%s that promises more atoms than any memory holds is refused where it ends', async (format, source) => {
  writeFileSync(at('in'), source);
  expect(await convert(at('in'), at('out.xyz'), '--from', format)).toBe(1);
  expect(cli.stderr).toMatch(/in:\d+: found .*, expected /);
});
