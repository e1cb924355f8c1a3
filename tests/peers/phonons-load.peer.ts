import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openText } from '../../formats/io/open.js';
import { readMeshYaml } from '../../formats/phonopy/mesh-yaml.js';
import { formatNamed } from '../../formats/read.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { createFrame } from '../../src/model/frame.js';
import { recipe } from '../helpers/crystals.js';
import { written } from '../helpers/formats.js';
import { PYTHON, scratch } from './peers.js';

const MAIN = join(PACKAGE_ROOT, 'dist', 'src', 'cli', 'main.js');
const MODEL = join(PACKAGE_ROOT, 'fixtures', 'silicon', 'Si.tersoff');
const MESH = ['--mesh', '4', '4', '4', '--gc'];

const frequenciesOf = async (path: string) => {
  const { text } = await openText(path);
  return (await readMeshYaml(text).finally(() => text.close())).frequencies;
};

/** phonopy's own table has 28.0855 for silicon, and ours 28.085: 1.3e-4 THz, were the file not to say which. */
describe('the masses of phonolink phonons', () => {
  const folder = scratch('masses');
  beforeAll(async () => {
    const input = join(folder, 'in.xyz');
    writeFileSync(input, await written(formatNamed('extxyz'), [createFrame(recipe('diamond'))]));
    const words = ['phonons', MODEL, input, '-o', join(folder, 'out'), '--dim', '2', '2', '2', ...MESH];
    execFileSync(process.execPath, [MAIN, ...words, '--no-band', '--quiet']);
  });

  it.each(['phonopy_params.yaml', 'phonopy_disp.yaml'])('stand in %s', (name) => {
    expect(readFileSync(join(folder, 'out', name), 'utf8')).toContain('mass: 28.085000');
  });

  // Debian's phonopy-load is of version 2, the other of version 4.
  it.each([join(dirname(PYTHON), 'phonopy-load'), '/usr/bin/phonopy-load'])(
    'are those of %s, whose frequencies are the same',
    async (program) => {
      if (!existsSync(program)) throw new Error(`${program} is not installed`);
      const theirs = join(folder, program.startsWith('/usr') ? 'old' : 'new');
      mkdirSync(theirs);
      copyFileSync(join(folder, 'out', 'phonopy_params.yaml'), join(theirs, 'phonopy_params.yaml'));
      execFileSync(program, ['phonopy_params.yaml', ...MESH], { cwd: theirs, stdio: 'pipe' });
      const [a, b] = await Promise.all(
        [join(folder, 'out'), theirs].map((at) => frequenciesOf(join(at, 'mesh.yaml'))),
      );
      expect(a.length).toBe(b.length);
      // Roots of rounding errors, where modes have no frequency.
      const apart = a.map((f, k) => (Math.abs(f) < 1e-3 && Math.abs(b[k]) < 1e-3 ? 0 : Math.abs(f - b[k])));
      expect(Math.max(...apart)).toBeLessThan(1e-6);
    },
  );
});
