import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/program.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { commandLine } from '../helpers/command-line.js';
import { framesOf } from '../helpers/formats.js';
import { nepText } from '../helpers/nep-models.js';

const SILICON = join(PACKAGE_ROOT, 'fixtures', 'silicon');
const MODEL = join(SILICON, 'Si.tersoff');
const TRAJECTORY = join(SILICON, 'trajectory-300K.extxyz');

const cli = commandLine();
const { at, text } = cli;
const run = (...args: string[]) =>
  runCommandLine(['node', 'phonolink', 'predict', ...args, '--threads', '1']);

describe('phonolink predict', () => {
  it('meets the labels that LAMMPS gave silicon, and writes frames, table and plot', async () => {
    expect(await run(MODEL, TRAJECTORY, '-o', at('out.extxyz'), '--plot', at('parity.svg'))).toBe(0);
    expect(cli.stdout).toMatch(/^Tersoff: 40 frames, 2560 atoms/);
    expect(cli.stdout).toMatch(/Energy .* eV\/atom +40\n/);
    const [before, after] = [await framesOf(TRAJECTORY), await framesOf(at('out.extxyz'))];
    expect(after).toHaveLength(40);
    for (const [k, frame] of after.entries()) {
      // Printed with 8 and 10 decimals of positions, forces and virials; stiffness 10 eV/A^2.
      expect(Math.abs(frame.labels.energy! - before[k].labels.energy!)).toBeLessThan(1e-8);
      for (const [i, f] of frame.labels.forces!.entries()) {
        expect(Math.abs(f - before[k].labels.forces![i])).toBeLessThan(2e-8);
      }
      for (const [i, w] of frame.labels.virial!.entries()) {
        expect(Math.abs(w - before[k].labels.virial![i])).toBeLessThan(1e-7);
      }
      expect(frame.labels.energies).toHaveLength(64);
      expect(frame.velocities).toEqual(before[k].velocities);
    }
    const output = text('out.extxyz');
    expect(output).toContain('REF_energy=');
    expect(output).toContain('stress="');
    expect(text('parity.svg')).toMatch(/^<svg[\s\S]*Forces[\s\S]*<\/svg>$/);
  });

  it('--json says the errors in internal units', async () => {
    expect(await run(MODEL, TRAJECTORY, '--json')).toBe(0);
    const report = JSON.parse(cli.stdout);
    expect(report).toMatchObject({ potential: 'Tersoff', frames: 40, atoms: 2560, output: null });
    expect(report.errors.forces).toMatchObject({ unit: 'eV/A', values: 7680 });
    expect(report.errors.forces.rmse).toBeLessThan(1e-8);
    expect(report.errors.forces.r2).toBeGreaterThan(0.999999);
    expect(cli.stderr).toBe('');
  });

  it('--descriptors writes a row an atom', async () => {
    writeFileSync(at('nep.txt'), nepText({ dialect: 'nep4', species: ['Si'], nMax: [3, 2], lMax: '4 2 1' }));
    expect(await run(at('nep.txt'), TRAJECTORY, '--descriptors', at('q.txt'), '--quiet')).toBe(0);
    const rows = text('q.txt').trimEnd().split('\n');
    expect(rows).toHaveLength(2560);
    // 4 radial components, and 3 for each of l = 1 to 4 and two higher invariants
    for (const row of [rows[0], rows[2559]])
      expect(row.split(' ').map(Number).filter(Number.isFinite)).toHaveLength(22);
    expect(cli.stdout + cli.stderr).toBe('');
  });

  it.each([
    ['no potential', () => [TRAJECTORY, TRAJECTORY], 1, /is no potential file of a known format/],
    ['a missing file', () => [MODEL, at('none.xyz')], 1, /none\.xyz: cannot be read: there is no such file/],
    [
      'another element',
      () => [MODEL, written('Ge.xyz', '1\n\nGe 0 0 0\n')],
      1,
      /frame 0: atom 1 is Ge, but the Tersoff/,
    ],
    [
      'a broken frame',
      () => [MODEL, written('cut.xyz', '2\n\nSi 0 0 0\n')],
      1,
      /cut\.xyz:4: found the end of the file/,
    ],
    ['an unknown option', () => [MODEL, TRAJECTORY, '--nonsense'], 2, /unknown option '--nonsense'/],
    [
      'a format that is only read',
      () => [MODEL, TRAJECTORY, '-o', at('OUTCAR')],
      2,
      /can be read, but not written/,
    ],
    [
      'nothing to plot',
      () => [MODEL, written('bare.xyz', '1\n\nSi 0 0 0\n'), '--plot', at('p.svg')],
      1,
      /no energies, forces or virials to plot/,
    ],
    [
      'descriptors of a model without',
      () => [MODEL, TRAJECTORY, '--descriptors', at('q.txt')],
      1,
      /has no descriptors/,
    ],
  ])('%s ends in one sentence and leaves nothing', async (_name, args, code, sentence) => {
    const given = args();
    const before = readdirSync(cli.folder);
    expect(await run(...given, ...(given.includes('-o') ? [] : ['-o', at('out.extxyz')]))).toBe(code);
    expect(cli.stderr).toMatch(sentence);
    expect(cli.stderr).not.toMatch(/\n\s+at /);
    const left = readdirSync(cli.folder).filter((name) => !before.includes(name));
    expect(left.filter((name) => name !== 'out.extxyz' || code !== 1 || !_name.includes('plot'))).toEqual([]);
  });

  it('says that a polarizability of six numbers is not compared', async () => {
    const shape = { dialect: 'nep4_polarizability', species: ['Si'] };
    writeFileSync(at('nep.txt'), nepText(shape));
    const frame = (pol: string) => `2\npol="${pol}"\nSi 0 0 0\nSi 2 0.5 0\n`;
    expect(await run(at('nep.txt'), written('six.xyz', frame('1 2 3 4 5 6')))).toBe(0);
    expect(cli.stdout).toContain('no labels to compare with');
    expect(cli.stderr).toMatch(/^note: 'pol' has six numbers, .* not compared/m);
    cli.stderr = '';
    expect(await run(at('nep.txt'), written('nine.xyz', frame('1 4 6 4 2 5 6 5 3')))).toBe(0);
    expect(cli.stdout).toMatch(/polarizability .* 9\n/);
    expect(cli.stderr).not.toContain('note:');
  });

  it('takes models of a temperature at one, and says when there is none to take', async () => {
    writeFileSync(at('nep.txt'), nepText({ dialect: 'nep4_temperature', species: ['Si'] }));
    expect(await run(at('nep.txt'), TRAJECTORY)).toBe(1);
    expect(cli.stderr).toMatch(/depends on the temperature[\s\S]*--temperature/);
    const energies: number[] = [];
    for (const kelvin of ['0', '300']) {
      expect(
        await run(at('nep.txt'), TRAJECTORY, '-o', at('out.extxyz'), '--quiet', '--temperature', kelvin),
      ).toBe(0);
      energies.push((await framesOf(at('out.extxyz')))[0].labels.energy!);
    }
    expect(energies[0]).not.toBeCloseTo(energies[1], 3);
    // The converted file is the model at that temperature.
    const convert = ['node', 'phonolink', 'convert', at('nep.txt'), at('nep300.txt'), '--temperature', '300'];
    expect(await runCommandLine(convert)).toBe(0);
    expect(await run(at('nep300.txt'), TRAJECTORY, '-o', at('out.extxyz'), '--quiet')).toBe(0);
    expect((await framesOf(at('out.extxyz')))[0].labels.energy).toBeCloseTo(energies[1], 10);
    expect(await run(MODEL, TRAJECTORY, '--temperature', '300')).toBe(2);
  });

  it('notes what the output cannot hold', async () => {
    expect(await run(MODEL, TRAJECTORY, '-o', at('out.cfg'))).toBe(0);
    expect(cli.stderr).toMatch(/^note: .*cannot hold .*velocities/m);
  });

  it('tells what a reader made up', async () => {
    const cfg =
      'BEGIN_CFG\n Size\n    1\n AtomData:  id type cartes_x cartes_y cartes_z\n 1 0 0 0 0\nEND_CFG\n';
    written('a.cfg', cfg);
    expect(
      await runCommandLine(['node', 'phonolink', 'convert', at('a.cfg'), at('a.extxyz'), '--json']),
    ).toBe(0);
    expect(JSON.parse(cli.stdout).notes.join()).toContain('X0');
    expect(existsSync(at('a.extxyz'))).toBe(true);
  });
});

function written(name: string, text: string): string {
  writeFileSync(at(name), text);
  return at(name);
}
