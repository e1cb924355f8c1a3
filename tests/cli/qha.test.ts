import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatNamed } from '../../formats/read.js';
import { runCommandLine } from '../../src/cli/program.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { createFrame } from '../../src/model/frame.js';
import { commandLine } from '../helpers/command-line.js';
import { recipe } from '../helpers/crystals.js';
import { written } from '../helpers/formats.js';

const MODEL = join(PACKAGE_ROOT, 'fixtures', 'silicon', 'Si.tersoff');

const cli = commandLine();
const run = (...args: string[]) => runCommandLine(['node', 'phonolink', 'qha', ...args]);

async function input(): Promise<string> {
  writeFileSync(cli.at('in.xyz'), await written(formatNamed('extxyz'), [createFrame(recipe('diamond'))]));
  return cli.at('in.xyz');
}

describe('phonolink qha', () => {
  const small = [
    '--dim',
    '2',
    '2',
    '2',
    '--mesh',
    '6',
    '6',
    '6',
    '--tstep',
    '100',
    '--tmax',
    '600',
    '--threads',
    '1',
  ];

  it("leaves phonopy-qha's files, plots and a table; and in JSON the same once more", async () => {
    const words = [MODEL, await input(), ...small, '--strains', '-0.02:0.04:5', '-o', cli.at('out')];
    expect(await run(...words)).toBe(0);
    expect(cli.stdout).toMatch(
      /^6 of 6 volumes, of a primitive cell of 2 atoms\nwithout phonons: volume 40\.07\d\d A\^3, bulk modulus 97\.\d{3} GPa/,
    );
    expect(cli.stdout).toMatch(/\n {5}300 {3}40\.\d{4} /);
    expect(cli.stderr).toMatch(/^volume 1 of 6, V\/V0 = 0\.9800: relaxing atoms to 0\.00001 eV\/A$/m);
    const names = readdirSync(cli.at('out'));
    for (const name of [
      'e-v.dat',
      'volume-temperature.dat',
      'gruneisen_mesh.yaml',
      'thermal_properties.yaml-06',
    ])
      expect(names).toContain(name);
    expect(names.filter((name) => name.startsWith('strain_'))).toEqual([
      'strain_+0.00000',
      'strain_+0.01000',
      'strain_+0.02500',
      'strain_+0.04000',
      'strain_-0.00500',
      'strain_-0.02000',
    ]);
    expect(names.filter((name) => name.endsWith('.svg')).length).toBe(10);
    cli.stdout = '';
    cli.stderr = '';
    expect(await run(...words, '--json')).toBe(0);
    expect(cli.stderr).toBe('');
    const found = JSON.parse(cli.stdout);
    expect(found).toMatchObject({ equationOfState: 'vinet', pressure: 0, primitiveAtoms: 2, notes: [] });
    expect(found.volumes.length).toBe(6);
    expect(found.volumes[0]).toMatchObject({ strain: -0.02, displacements: 1, known: 1, imaginary: null });
    expect(found.temperatures).toEqual([0, 100, 200, 300, 400, 500, 600]);
    for (const key of [
      'volume',
      'gibbs',
      'bulkModulus',
      'thermalExpansion',
      'heatCapacityP',
      'heatCapacityV',
      'gruneisen',
    ])
      expect(found[key].length, key).toBe(7);
    // Two atoms, at most 3 k each
    expect(found.heatCapacityV[6]).toBeLessThan(49.89);
    expect(found.heatCapacityP[6]).toBeGreaterThan(found.heatCapacityV[6]);
    expect(found.gruneisenModesOf).toEqual(['strain_+0.00000', 'strain_+0.01000', 'strain_-0.00500']);
  });

  it.each([
    [['--strains', '1:2'], 2, 'expected FROM:TO:COUNT'],
    [['--strains', '-0.02:0.04:1'], 2, 'expected FROM:TO:COUNT'],
    [['--strains', '-1.5,0,0.1,0.2,0.3'], 2, 'a volume cannot shrink by all of itself'],
    [['--eos', 'birch'], 2, 'Allowed choices are vinet, birch_murnaghan, murnaghan'],
    [['--volumes', '1'], 2, 'expected a count of 2 or more'],
    [['--volumes', '3'], 1, 'there are 4 volumes, but the quasi-harmonic approximation needs 5'],
  ])('refuses %j', async (words, code, message) => {
    expect(await run(MODEL, await input(), ...small, ...words, '-o', cli.at('out'))).toBe(code);
    expect(cli.stderr).toContain(message);
    expect(cli.stdout).toBe('');
  });

  it('says that engines do not relax a unit cell', async () => {
    expect(await run('ipi:unix:qe', await input(), '--dim', '2', '2', '2', '-o', cli.at('out'))).toBe(2);
    expect(cli.stderr).toContain('cannot relax the unit cell');
  });
});
