import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import type { StructureFormat } from '../../formats/format.js';
import { runCommandLine } from '../../src/cli/program.js';
import type { ConvertReport } from '../../src/workflows/convert.js';
import { commandLine } from '../helpers/command-line.js';

/** A format that holds one frame of nothing but positions and species, and one that is only read. */
vi.mock('../../formats/registry.js', async (original) => {
  const { STRUCTURE_FORMATS } = await original<typeof import('../../formats/registry.js')>();
  const tiny: StructureFormat = {
    name: 'tiny',
    title: 'Tiny',
    manyFrames: false,
    recognises: (name) => name.startsWith('TINY'),
    async *write(frames, options) {
      for await (const { structure } of frames)
        yield `${structure.species.join(' ')} ${structure.positions.join(' ')} ${options.species?.join(' ') ?? '-'}`;
    },
    holds: (quantity) => ['positions', 'species'].includes(quantity),
  };
  const readable: StructureFormat = {
    name: 'readable',
    title: 'Readable',
    manyFrames: true,
    recognises: (name) => name.endsWith('.readable'),
    read: STRUCTURE_FORMATS[0].read,
  };
  return { STRUCTURE_FORMATS: [tiny, readable, ...STRUCTURE_FORMATS] };
});

const cli = commandLine();
const { at, text } = cli;
const run = (...args: string[]) => runCommandLine(['node', 'phonolink', 'convert', ...args]);

/** A trajectory of n frames of two atoms: the x of the second is the number of the frame. */
function trajectory(n: number): string {
  let out = '';
  for (let i = 0; i < n; i++) {
    out +=
      `2\nLattice="9.0 0.0 0.0 0.0 9.0 0.0 0.0 0.0 9.0" Properties=species:S:1:pos:R:3:forces:R:3:tag:I:1 ` +
      `energy=${i}.5${i === 1 ? ' note=here' : ''} pbc="T T T"\nSi 0.0 0.0 0.0 0.0 0.0 1.0 4\nO ${i}.0 0.0 0.0 0.0 0.0 -1.0 5\n`;
  }
  return out;
}

/** The x of the second atom of each frame. */
const frameNumbers = (name: string) =>
  [...text(name).matchAll(/^(?:O|Si) (\S+) .*5$/gm)].map((match) => Number(match[1]));

describe('phonolink convert', () => {
  it('undoes in the files of a LAMMPS run the turn of the data file that it began from', async () => {
    const frame = `2
Lattice="0.0 3.0 3.0 3.0 0.0 3.0 3.0 3.0 0.0" Properties=species:S:1:pos:R:3:forces:R:3 pbc="T T T"
Si 0.25 0.5 1.0 0.125 -0.5 1.0
Si 1.5 1.5 1.5 -0.125 0.5 -1.0
`;
    writeFileSync(at('a.xyz'), frame);
    expect(await run(at('a.xyz'), at('a.data'))).toBe(0);
    expect(cli.stderr).toContain('was turned by');
    expect(await run(at('a.xyz'), at('a.dump'))).toBe(0);
    // As LAMMPS writes it: the same numbers, no record.
    writeFileSync(at('run.dump'), text('a.dump').replace(/ITEM: UNITS\n.*\n/, ''));
    expect(await run(at('run.dump'), at('b.xyz'), '--rotation-from', at('a.data'))).toBe(0);
    const numbers = (name: string) =>
      text(name)
        .split('\n')
        .slice(2, 4)
        .flatMap((line) => line.split(' ').slice(1).map(Number));
    expect(text('b.xyz')).toContain('Lattice="0.0 3.0 3.0 3.0 0.0 3.0 3.0 3.0 0.0"');
    // There and back through one rotation: a few roundings of numbers below 5.
    for (const [i, x] of numbers('b.xyz').entries())
      expect(Math.abs(x - numbers('a.xyz')[i])).toBeLessThan(1e-14);
    expect(await run(at('a.xyz'), at('c.xyz'), '--rotation-from', at('a.data'))).toBe(2);
    expect(await run(at('run.dump'), at('c.xyz'), '--rotation-from', at('a.xyz'))).toBe(1);
    expect(cli.stderr).toContain('no record of a rotation');
  });

  it('writes what it read, and says so', async () => {
    writeFileSync(at('a.xyz'), trajectory(3));
    expect(await run(at('a.xyz'), at('sub/b.extxyz'))).toBe(0);
    expect(text('sub/b.extxyz').split('\n')[2]).toBe('Si 0.0 0.0 0.0 0.0 0.0 1.0 4');
    expect(frameNumbers('sub/b.extxyz')).toEqual([0, 1, 2]);
    expect(cli.stdout).toBe('');
    expect(cli.stderr).toContain('a.xyz (extxyz): 3 frames, 6 atoms\n');
    expect(cli.stderr).toMatch(/^energy +frame +3 +yes$/m);
    expect(cli.stderr).toMatch(/^forces +atom +3 +yes$/m);
    expect(cli.stderr).toMatch(/^info note +frame +1 +yes$/m);
    expect(cli.stderr).toMatch(/^column tag +atom +3 +yes$/m);
    expect(cli.stderr).not.toContain('lost');
    expect(readdirSync(at('sub'))).toEqual(['b.extxyz']);
  });

  it.each([
    ['1', [1]],
    ['-1', [4]],
    ['1:4:2', [1, 3]],
    ['-2:', [3, 4]],
    [':-3', [0, 1]],
  ])('takes the frames --index %s', async (index, expected) => {
    writeFileSync(at('a.xyz'), trajectory(5));
    expect(await run(at('a.xyz'), at('b.xyz'), '--index', index, '--quiet')).toBe(0);
    expect(frameNumbers('b.xyz')).toEqual(expected);
    expect(cli.stderr).toBe('');
  });

  it('reports as JSON', async () => {
    writeFileSync(at('a.xyz'), trajectory(2));
    expect(await run(at('a.xyz'), at('b.xyz.gz'), '--json')).toBe(0);
    const report = JSON.parse(cli.stdout) as ConvertReport;
    expect(report).toMatchObject({ frames: 2, atoms: 4, losses: [], notes: [] });
    expect(report.quantities).toContainEqual({ name: 'forces', per: 'atom', frames: 2, written: true });
    expect(gunzipSync(readFileSync(at('b.xyz.gz'))).toString()).toContain('energy=1.5');
  });

  it('says what is lost', async () => {
    writeFileSync(at('a.xyz'), trajectory(2));
    expect(await run(at('a.xyz'), at('TINY'))).toBe(0);
    expect(text('TINY')).toBe('Si O 0 0 0 0 0 0 -');
    expect(cli.stderr).toMatch(/^forces +atom +1 +LOST$/m);
    expect(cli.stderr).toMatch(/^lost: forces \(in 1 of 1 frames\): Tiny cannot hold it$/m);
    expect(cli.stderr).toMatch(/^lost: every frame but the first: Tiny holds one/m);
    expect(cli.stderr).toContain(': 1 frame\n');
  });

  it('fails where --strict and something is lost, and writes nothing', async () => {
    writeFileSync(at('a.xyz'), trajectory(2));
    writeFileSync(at('plain.xyz'), '1\n\nHe 0 0 0\n1\n\nHe 0 0 1\n');
    writeFileSync(at('TINY'), 'old');
    expect(await run(at('a.xyz'), at('TINY'), '--strict')).toBe(1);
    expect(cli.stderr).toMatch(/Tiny cannot hold cell, energy, forces, column tag \(frame 0\), and --strict/);
    expect(await run(at('plain.xyz'), at('TINY'), '--strict')).toBe(1);
    expect(cli.stderr).toMatch(/Tiny cannot hold more than one frame/);
    expect(text('TINY')).toBe('old');
    expect(await run(at('plain.xyz'), at('TINY'), '--strict', '--index', '1')).toBe(0);
    expect(text('TINY')).toBe('He 0 0 1 -');
    expect(readdirSync(cli.folder).sort()).toEqual(['TINY', 'a.xyz', 'plain.xyz']);
  });

  it('makes numbered files, all or none', async () => {
    writeFileSync(at('plain.xyz'), '1\n\nHe 0 0 0\n1\n\nHe 0 0 1\n');
    expect(await run(at('plain.xyz'), at('TINY-%03d'), '--strict')).toBe(0);
    expect(text('TINY-001')).toBe('He 0 0 1 -');
    expect(cli.stderr).toContain('2 frames in 2 files');
    writeFileSync(at('broken.xyz'), '1\n\nHe 0 0 0\n1\n\nHe 0 x 1\n');
    expect(await run(at('broken.xyz'), at('TINY-b%d'))).toBe(1);
    expect(readdirSync(cli.folder).sort()).toEqual(['TINY-000', 'TINY-001', 'broken.xyz', 'plain.xyz']);
  });

  it('sorts by species, with everything an atom has', async () => {
    writeFileSync(
      at('a.xyz'),
      '3\nProperties=species:S:1:pos:R:3:force:R:3:s:S:2:flag:L:1\nO 1 0 0 1 1 1 a b T\nSi 2 0 0 2 2 2 c d F\nO 3 0 0 3 3 3 e f F\n',
    );
    expect(await run(at('a.xyz'), at('b.xyz'), '--sort', '--species', 'Si,O')).toBe(0);
    expect(text('b.xyz').split('\n').slice(2, 5)).toEqual([
      'Si 2.0 0.0 0.0 2.0 2.0 2.0 c d F',
      'O 1.0 0.0 0.0 1.0 1.0 1.0 a b T',
      'O 3.0 0.0 0.0 3.0 3.0 3.0 e f F',
    ]);
    expect(cli.stderr).toContain('note: atoms are sorted by species');
    expect(await run(at('a.xyz'), at('c.xyz'), '--sort')).toBe(0);
    expect(
      text('c.xyz')
        .split('\n')
        .slice(2, 5)
        .map((line) => line.slice(0, 5)),
    ).toEqual(['O 1.0', 'O 3.0', 'Si 2.']);
  });

  it('names numbered species, and hands their order to the writer', async () => {
    writeFileSync(at('a.xyz'), '2\n\n2 0 0 0\n1 0 0 1\n');
    expect(await run(at('a.xyz'), at('TINY'), '--species', 'Si,O')).toBe(0);
    expect(text('TINY')).toBe('O Si 0 0 0 0 0 1 Si O');
    expect(await run(at('a.xyz'), at('TINY'), '--species', 'Si')).toBe(1);
    expect(cli.stderr).toContain('frame 0 has He, which --species Si does not list');
  });

  it('wraps atoms into the cell', async () => {
    writeFileSync(
      at('a.xyz'),
      '2\nLattice="2 0 0 0 2 0 0 0 2" Properties=species:S:1:pos:R:3 pbc="T T F"\nHe 5 -1 7\nHe 1 1 1\n',
    );
    expect(await run(at('a.xyz'), at('b.xyz'), '--wrap')).toBe(0);
    expect(text('b.xyz')).toContain('He 1.0 1.0 7.0\nHe 1.0 1.0 1.0\n');
    expect(cli.stderr).toContain('note: atoms outside the cell');
  });

  it('takes labels by name', async () => {
    writeFileSync(at('a.xyz'), '1\nenergy=1 mine=2 pbc=F\nHe 0 0 0\n');
    expect(await run(at('a.xyz'), at('b.xyz'), '--energy-key', 'mine')).toBe(0);
    expect(text('b.xyz')).toContain(' energy=2.0 pbc="F F F" energy_2=1\n');
    expect(cli.stderr).toContain("note: the value 'energy' is written as 'energy_2'");
  });

  it("writes GPUMD's names to its file names", async () => {
    writeFileSync(at('a.xyz'), trajectory(1));
    expect(await run(at('a.xyz'), at('train.xyz'))).toBe(0);
    expect(text('train.xyz')).toContain(':force:R:3');
    expect(cli.stderr).toContain('(gpumd)');
  });

  it('writes to standard output', async () => {
    writeFileSync(at('a.xyz'), trajectory(1));
    expect(await run(at('a.xyz'), '-', '--to', 'extxyz')).toBe(0);
    expect(cli.stdout).toContain('energy=0.5');
    expect(cli.stderr).toContain('written  - (extxyz)');
  });

  it('converts a file onto itself', async () => {
    writeFileSync(at('a.xyz'), trajectory(2));
    expect(await run(at('a.xyz'), at('a.xyz'), '--index', '1')).toBe(0);
    expect(frameNumbers('a.xyz')).toEqual([1]);
  });

  it.each<[string, string[], number, RegExp]>([
    ['a missing file', ['none.xyz', 'b.xyz'], 1, /none\.xyz: cannot be read: there is no such file/],
    ['a folder', ['.', 'b.xyz', '--from', 'extxyz'], 1, /is a folder, expected a file/],
    [
      'an unknown output',
      ['a.xyz', 'b.unknown'],
      1,
      /b\.unknown: its format is not recognised by name\n.*--to: /,
    ],
    [
      'an unknown input',
      ['odd', 'b.xyz'],
      1,
      /odd: its format is not recognised by name or content\n.*--from: /,
    ],
    ['an unknown format', ['a.xyz', 'b', '--to', 'nothing'], 2, /there is no format named 'nothing'/],
    ['a format that is only read', ['a.xyz', 'b.readable'], 1, /Readable can be read, but not written/],
    [
      'a format that is only written',
      ['a.xyz', 'b.xyz', '--from', 'tiny'],
      1,
      /Tiny can be written, but not read/,
    ],
    [
      'no frames selected',
      ['a.xyz', 'b.xyz', '--index', '7:'],
      1,
      /--index 7: selects nothing: the file holds 2 frames/,
    ],
    ['a bad slice', ['a.xyz', 'b.xyz', '--index', 'x'], 2, /--index x: expected a frame number/],
    ['doubled species', ['a.xyz', 'b.xyz', '--species', 'Si,Si'], 2, /expected different symbols/],
    ['JSON into the output', ['a.xyz', '-', '--to', 'extxyz', '--json'], 2, /both write to standard output/],
    ['an output without a name', ['a.xyz', '-'], 2, /needs --to/],
    ['an unknown option', ['a.xyz', 'b.xyz', '--foo'], 2, /unknown option/],
    ['one argument', ['a.xyz'], 2, /missing required argument/],
    ['bad input', ['bad.xyz', 'b.xyz'], 1, /bad\.xyz:3: found 'y', expected a number for pos/],
  ])('says in one sentence what is wrong: %s', async (_, args, code, message) => {
    writeFileSync(at('a.xyz'), trajectory(2));
    writeFileSync(at('bad.xyz'), '1\n\nHe 0 y 0\n');
    writeFileSync(at('odd'), 'whatever');
    const paths = args.map((arg, k) => (k < 2 && arg !== '-' ? at(arg) : arg));
    expect(await run(...paths)).toBe(code);
    expect(cli.stderr).toMatch(message);
    expect(cli.stderr).not.toContain('    at ');
    expect(existsSync(at('b.xyz'))).toBe(false);
    expect(readdirSync(cli.folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
