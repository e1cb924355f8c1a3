import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readArguments, readSettings } from '../../compat/commands/arguments.js';
import { OPTIONS, PHONOPY, UNSUPPORTED } from '../../compat/commands/phonopy-options.js';
import { fraction, Tags } from '../../compat/commands/tags.js';
import { FormatError, PhonolinkError, UsageError } from '../../src/model/errors.js';
import { damaged } from '../helpers/fuzz.js';

const textsOf = (...words: string[]): Record<string, string | readonly string[]> => {
  const { tags, files } = readArguments(words, PHONOPY);
  return { ...Object.fromEntries([...tags].map(([name, { text }]) => [name, text])), files };
};

describe("phonopy's arguments", () => {
  it('are lists, texts or attached', () => {
    expect(textsOf('-d', '--dim', '2', '2', '2')).toEqual({
      create_displacements: '.true.',
      dim: '2 2 2',
      files: [],
    });
    expect(textsOf('--dim=2 2 2').dim).toBe('2 2 2');
    expect(textsOf('--dim', '2 2 2').dim).toBe('2 2 2');
    expect(textsOf('-cPOSCAR-unit')).toEqual({ cell_filename: 'POSCAR-unit', files: [] });
    expect(textsOf('band.conf', '--band', '0 0 0', '-1/2', '0', '-.5', '-t').files).toEqual(['band.conf']);
    expect(textsOf('--band', '0 0 0', '-1/2', '0', '-.5', '-t').band).toBe('0 0 0 -1/2 0 -.5');
  });

  it('may be cut short where one is meant', () => {
    expect(textsOf('--disp').create_displacements).toBe('.true.');
    expect(textsOf('--thermal-p').tprop).toBe('.true.');
    expect(() => readArguments(['--thermal'], PHONOPY)).toThrow('may be');
  });

  it('that are not followed are named', () => {
    for (const [words, found] of [
      [['--alm'], "phonopy's argument --alm is not supported"],
      [['--irreps', '0', '0', '0'], '--irreps is not supported'],
      [['--wein2k'], 'there is no argument --wein2k'],
      [['-x'], 'there is no argument -x'],
      [['--dim'], '--dim needs a value'],
      [['--dos=1'], '--dos takes no value'],
    ] as const) {
      expect(() => readArguments(words, PHONOPY)).toThrow(found);
      expect(() => readArguments(words, PHONOPY)).toThrow(UsageError);
    }
  });

  it('are either followed or known not to be', () => {
    const followed = OPTIONS.flatMap(({ names }) => names);
    expect(followed.filter((name) => UNSUPPORTED.has(name))).toEqual([]);
    expect(new Set(followed).size).toBe(followed.length);
  });
});

describe('settings', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'phonolink-conf-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const read = (text: string) => {
    writeFileSync(join(folder, 'a.conf'), text);
    return readSettings(join(folder, 'a.conf'), 'a.conf', PHONOPY);
  };

  it('are tags with values, which may go on in the next line', async () => {
    const tags = new Tags(
      await read('# bands\nDIM = 2 2 2\nBAND = 0 0 0 +++\n 1/2 1/2 0\n\nTprop=.TRUE.\nTMAX = 3d2\n'),
    );
    expect(tags.integers('dim')).toEqual([2, 2, 2]);
    expect(tags.reals('band')).toEqual([0, 0, 0, 0.5, 0.5, 0]);
    expect(tags.flag('tprop')).toBe(true);
    expect(tags.real('tmax')).toBe(300);
    expect(tags.real('tmin')).toBeUndefined();
  });

  it('that make no sense are told with file and line', async () => {
    await expect(read('DIM = 2 2 2\nwhatever\n')).rejects.toThrow("a.conf:2: found 'whatever'");
    await expect(read('whatever\n')).rejects.toThrow(FormatError);
    await expect(read('IRREPS = 1 1 1\n')).rejects.toThrow("a.conf:1: the tag 'IRREPS' is not supported");
    const tags = new Tags(await read('DIM = 2 2 x\nDOS = yes\nMASS =\n'));
    expect(() => tags.integers('dim')).toThrow("a.conf:1: DIM: found '2 2 x', expected numbers");
    expect(() => tags.flag('dos')).toThrow('.TRUE. or .FALSE.');
    expect(() => tags.reals('mass')).toThrow('a.conf:3: MASS: found nothing');
  });

  it('that are damaged end in one sentence', async () => {
    const good = Buffer.from(
      '# bands\nDIM = 2 2 2\nBAND = 0 0 0 +++\n 1/2 1/2 0\nTPROP = .TRUE.\nTMAX = 300\n',
    );
    let [whole, failed] = [0, 0];
    for (const bytes of damaged(good, 200)) {
      writeFileSync(join(folder, 'b.conf'), bytes);
      try {
        const tags = new Tags(await readSettings(join(folder, 'b.conf'), 'b.conf', PHONOPY));
        tags.integers('dim');
        tags.reals('band');
        tags.flag('tprop');
        tags.real('tmax');
        whole++;
      } catch (error) {
        expect(error).toBeInstanceOf(PhonolinkError);
        expect((error as Error).message).toMatch(/^b\.conf:\d+: /);
        failed++;
      }
    }
    expect(whole).toBeGreaterThan(10);
    expect(failed).toBeGreaterThan(50);
  });

  it('take fractions', () => {
    expect(['1/2', '-3/8', '.5', '1e-3', '2'].map(fraction)).toEqual([0.5, -0.375, 0.5, 0.001, 2]);
    expect(['', 'x', '1/2/3', '1//2', '--1'].map(fraction)).toEqual(Array(5).fill(Number.NaN));
  });
});
