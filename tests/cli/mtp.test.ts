import { existsSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { writeMtp } from '../../formats/mlip/mtp-writer.js';
import { loadPotential } from '../../formats/potentials.js';
import { runCommandLine } from '../../src/cli/program.js';
import { commandLine } from '../helpers/command-line.js';
import { randomMtp } from '../helpers/random-mtp.js';

const cli = commandLine();
const { at, text } = cli;
const run = (...args: string[]) => runCommandLine(['node', 'phonolink', ...args]);

const MOLECULE = '3\nProperties=species:S:1:pos:R:3\nSi 0 0 0\nO 0 0 2.1\nO 0 2.3 0\n';
const CFG = `BEGIN_CFG
 Size
    3
 AtomData:  id type       cartes_x      cartes_y      cartes_z
             1    0      0.0      0.0      0.0
             2    1      0.0      0.0      2.1
             3    1      0.0      2.3      0.0
END_CFG
`;

describe('phonolink mtp', () => {
  it('writes a template of a level', async () => {
    expect(await run('mtp', '--level', '8', '--species', 'Si,O', '-o', at('8.mtp'), '--cutoff', '4.5')).toBe(
      0,
    );
    expect(cli.stderr).toBe(
      `MTP of level 8 for Si, O: 9 basis functions of 18 moments, 75 coefficients to fit, written to ${at('8.mtp')}\n`,
    );
    expect(text('8.mtp')).toContain('\tmax_dist = 4.5\n');
    const potential = await loadPotential(at('8.mtp'));
    expect([potential.species, potential.cutoff]).toEqual([['Si', 'O'], 4.5]);
  });

  it('--json counts what there is to fit', async () => {
    expect(await run('mtp', '--level', '16', '--species', 'Si', '-o', at('16.mtp'), '--json')).toBe(0);
    expect(JSON.parse(cli.stdout)).toEqual({
      level: 16,
      species: ['Si'],
      functions: 92,
      moments: 350,
      coefficients: 125,
    });
  });

  it.each([
    [['--level', '15'], '15 is no level of an MTP'],
    [['--level', '30'], '30 is no level of an MTP'],
    [['--level', 'x'], 'expected a whole number'],
    [['--level', '8', '--cutoff', '1'], 'a basis from 2 to 1 A'],
    [['--level', '8', '--min-dist', '-1'], 'a basis from -1 to 5 A'],
    [['--level', '8', '--species', 'Si,Si'], 'expected different symbols'],
  ])('refuses %s', async (args, words) => {
    expect(await run('mtp', '--species', 'Si', '-o', at('no.mtp'), ...args)).toBe(2);
    expect(cli.stderr).toContain(words);
    expect(existsSync(at('no.mtp'))).toBe(false);
  });

  it('a template is not evaluated', async () => {
    await run('mtp', '--level', '4', '--species', 'Si,O', '-o', at('4.mtp'), '--quiet');
    writeFileSync(at('in.xyz'), MOLECULE);
    expect(await run('predict', at('4.mtp'), at('in.xyz'), '-o', at('out.xyz'))).toBe(1);
    expect(cli.stderr).toContain('this MTP is a template without coefficients');
    expect(existsSync(at('out.xyz'))).toBe(false);
  });
});

describe('the species of an .mtp', () => {
  const numbered = () => {
    const parameters = { ...randomMtp(3, { level: 8 }), named: false, species: ['X0', 'X1'] };
    writeFileSync(at('pot.mtp'), [...writeMtp(parameters)].join(''));
    writeFileSync(at('in.xyz'), MOLECULE);
    writeFileSync(at('in.cfg'), CFG);
  };

  it('are numbers as those of .cfg, which needs no names', async () => {
    numbered();
    expect(await run('predict', at('pot.mtp'), at('in.cfg'), '-o', at('a.cfg'), '--quiet')).toBe(0);
    expect(
      await run('predict', at('pot.mtp'), at('in.cfg'), '-o', at('b.cfg'), '--quiet', '--species', 'Si,O'),
    ).toBe(0);
    expect(text('b.cfg')).toBe(text('a.cfg'));
    expect(text('a.cfg')).toContain('Energy');
  });

  it('take names where structures have them, and say so where none are given', async () => {
    numbered();
    expect(await run('predict', at('pot.mtp'), at('in.xyz'))).toBe(1);
    expect(cli.stderr).toContain('atom 1 is Si, but the MTP potential knows only X0, X1');
    expect(cli.stderr).toContain('--species');
    expect(
      await run('predict', at('pot.mtp'), at('in.xyz'), '-o', at('a.cfg'), '--species', 'Si,O', '--quiet'),
    ).toBe(0);
    expect(
      await run('predict', at('pot.mtp'), at('in.cfg'), '-o', at('b.cfg'), '--species', 'Si,O', '--quiet'),
    ).toBe(0);
    const energy = (name: string) => /Energy\s+(\S+)/.exec(text(name))?.[1];
    expect(energy('a.cfg')).toBe(energy('b.cfg'));
    expect(
      await run('predict', at('pot.mtp'), at('in.xyz'), '--species', 'O,Si', '-o', at('c.cfg'), '--quiet'),
    ).toBe(0);
    expect(energy('c.cfg')).not.toBe(energy('a.cfg'));
    expect(await run('predict', at('pot.mtp'), at('in.xyz'), '--species', 'Si')).toBe(2);
    expect(cli.stderr).toContain('1 symbol (Si) for the 2 species of the MTP');
  });

  it('are kept by convert', async () => {
    numbered();
    expect(await run('convert', at('pot.mtp'), at('named.mtp'), '--species', 'Si,O')).toBe(0);
    expect(await run('predict', at('named.mtp'), at('in.xyz'), '--quiet')).toBe(0);
    expect(await run('convert', at('named.mtp'), at('other.mtp'), '--species', 'Ge,O')).toBe(2);
    expect(cli.stderr).toContain('names its species');
    expect(existsSync(at('other.mtp'))).toBe(false);
  });
});
