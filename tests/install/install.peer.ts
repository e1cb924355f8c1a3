import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { scratch } from '../peers/peers.js';

/** Runs a program in a folder; what it prints on stdout. */
function run(folder: string, program: string, ...args: string[]): string {
  return execFileSync(program, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

const POSCAR = `silicon
5.431
0 0.5 0.5
0.5 0 0.5
0.5 0.5 0
Si
2
Direct
0 0 0
0.25 0.25 0.25
`;

/** What a newcomer tries first. */
function useIt(folder: string, ...phonolink: string[]): void {
  const [program, ...before] = phonolink;
  writeFileSync(join(folder, 'POSCAR'), POSCAR);
  expect(run(folder, program, ...before, '--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
  run(folder, program, ...before, 'convert', 'POSCAR', 'si.extxyz');
  const model = join(PACKAGE_ROOT, 'fixtures', 'silicon', 'Si.tersoff');
  const said = JSON.parse(
    run(folder, program, ...before, 'predict', model, 'si.extxyz', '-o', 'out.extxyz', '--json'),
  );
  expect(said.frames).toBe(1);
  expect(existsSync(join(folder, 'out.extxyz'))).toBe(true);
}

describe('an installation', () => {
  let tarball = '';
  beforeAll(() => {
    const folder = scratch('pack');
    const [packed] = JSON.parse(
      run(PACKAGE_ROOT, 'npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', folder),
    );
    tarball = join(folder, packed.filename);
  });

  it('from the tarball of npm pack works in a fresh folder', () => {
    const folder = scratch('tarball');
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    run(folder, 'npm', 'install', '--no-audit', '--no-fund', tarball);
    useIt(folder, 'npx', '--no-install', 'phonolink');
  });

  it('without scripts and without optional packages works too', () => {
    const folder = scratch('bare');
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    run(folder, 'npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', '--omit=optional', tarball);
    useIt(folder, 'npx', '--no-install', 'phonolink');
  });

  it('by npm i -g . in a clone puts phonolink on the PATH', () => {
    const clone = scratch('clone');
    const prefix = scratch('prefix');
    run(clone, 'git', 'clone', '--quiet', PACKAGE_ROOT, 'phonolink');
    const folder = join(clone, 'phonolink');
    run(folder, 'npm', 'ci', '--no-audit', '--no-fund');
    run(folder, 'npm', 'install', '-g', '--prefix', prefix, '--no-audit', '--no-fund', '.');
    const elsewhere = join(prefix, 'elsewhere');
    mkdirSync(elsewhere);
    useIt(elsewhere, join(prefix, 'bin', 'phonolink'));
    // From the root of the clone, without naming node_modules/.bin.
    cpSync(join(elsewhere, 'POSCAR'), join(folder, 'POSCAR'));
    expect(
      run(folder, 'npx', '--no-install', 'phonolink', 'convert', 'POSCAR', 'si.extxyz', '--json'),
    ).toContain('positions');
  });
});
