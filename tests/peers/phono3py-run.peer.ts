import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runKaccum } from '../../compat/commands/phono3py-kaccum.js';
import { withoutData } from '../helpers/shared-data.js';
import { PYTHON } from './peers.js';
import {
  expectSameDat,
  expectSameHdf5,
  expectSameTables,
  material,
  ourRun,
  remarks,
  theirRun,
  twinsOf,
} from './phono3py-run.js';

/**
 * With the same phonons: rounding errors (1e-15) over differences of frequencies at corners that are nearly equal (1e-8), ten times
 * larger where small eigenvalues of a collision matrix (1e-8 THz, beside 0.1) are inverted.
 */
const SAME = { tolerance: 1e-7 };
const SOLVED = { tolerance: 1e-6 };

/** Force constants and phonons of phono3py's own: vectors of equal modes are anybody's choice, and tetrahedra see it. */
const folders: Record<string, string> = {};

async function prepare(name: 'silicon' | 'salt', meshes: readonly string[]): Promise<void> {
  const folder = await material(name);
  for (const mesh of meshes) theirRun(folder, `${yamlOf(name)} --mesh ${mesh} --write-phonon -q`);
  rmSync(join(folder, 'phono3py.yaml'));
  folders[name] = folder;
}

function yamlOf(name: string): string {
  return name === 'silicon' ? 'phono3py_disp.yaml' : 'phono3py_params.yaml';
}

async function both(name: string, args: string) {
  const twins = twinsOf(folders[name]);
  const line = `${yamlOf(name)} ${args}`;
  const theirs = theirRun(twins.theirs, line);
  const ours = await ourRun(twins.ours, line);
  return { twins, theirs, ours };
}

describe.skipIf(withoutData)('conductivities are phono3py’s', () => {
  beforeAll(async () => {
    await prepare('silicon', ['4 4 4', '3 3 3']);
    await prepare('salt', ['4 4 4', '3 3 3']);
  });

  it.each([
    ['silicon', '--mesh 4 4 4 --br --isotope --nu --full-pp --ts 0 100 300'],
    ['silicon', '--mesh 4 4 4 --br'],
    ['silicon', '--mesh 4 4 4 --br --tmin 100 --tmax 300 --tstep 50 --nomeshsym --bmfp 1'],
    ['silicon', '--mesh 4 4 4 --br --isotope --ts 300 --symmetrize-tetrahedra --average-degenerate-weights'],
    ['silicon', '--mesh 3 3 3 --br --ts 300 --tt SMM19 --isotope --write-gamma'],
    ['silicon', '--mesh 4 4 4 --br --ts 300 --sigma 0.1 0.3 --thm --sigma-cutoff 4 --v2'],
    ['silicon', '--mesh 3 3 3 --br --ts 300 --mv 1e-3 2e-3 --cutoff-freq 4 --sigma 0.2'],
    ['salt', '--mesh 4 4 4 --br --isotope --ts 10 300 --write-gamma'],
    ['salt', '--mesh 3 3 3 --br --ts 300 --gp 1 4 --write-gamma --nu'],
    ['salt', '--mesh 3 3 3 --br --ts 300 --ga 1 1 0 --bi 2 4 --write-gamma'],
    ['salt', '--mesh 3 3 3 --br --ts 300 --exclude-gamma-acoustic --sigma 0.2'],
  ])('%s %s', async (name, args) => {
    const { twins, theirs, ours } = await both(name, `${args} --read-phonon`);
    const files = expectSameHdf5(twins, SAME);
    expect(files.some((file) => file.startsWith('kappa'))).toBe(true);
    const rows = expectSameTables(ours, theirs);
    expect(rows > 0).toBe(!/--g[pa]/.test(args));
    expect(remarks(ours)).toEqual(remarks(theirs));
  });

  it.each([
    ['silicon', '--mesh 4 4 4 --lbte --isotope --ts 100 300', /nothing/],
    // phono3py has no walls in what pairs carry beside a solution: no --bmfp here.
    ['silicon', '--mesh 3 3 3 --lbte --ts 0 300 --tt SMM19', /nothing/],
    ['salt', '--mesh 3 3 3 --lbte --ts 300 --bmfp 1 --mv 1e-4 2e-4 --full-pp', /nothing/],
    ['salt', '--mesh 4 4 4 --lbte --ts 300 --sigma 0.1 --pinv-cutoff 1e-5 --pinv-method 1', /nothing/],
    // phono3py writes the f_vector of the last width into the files of all.
    ['salt', '--mesh 3 3 3 --lbte --ts 300 --sigma 0.2 0.3', /s0\.2.*f_vector/],
    // phono3py's kappa_RTA has the main diagonal of its full matrix, collisions back into the mode among it.
    ['silicon', '--mesh 3 3 3 --lbte --ts 300 --reducible-colmat', /kappa_RTA/],
  ])('%s %s', async (name, args, without) => {
    const { twins, theirs, ours } = await both(name, `${args} --read-phonon`);
    const files = expectSameHdf5(twins, { ...SOLVED, without });
    expect(files.some((file) => file.startsWith('coleigs'))).toBe(true);
    expect(remarks(ours)).toEqual(remarks(theirs));
    if (!/reducible/.test(args)) expect(expectSameTables(ours, theirs)).toBeGreaterThan(0);
  });

  it.each([
    // Frequencies are each program's own here: those of acoustic modes at Gamma are roots of rounding errors.
    ['silicon', '--mesh 20 --grg --br --ts 300 --sigma 0.2 --isotope'],
    ['silicon', '--mesh 4 4 4 --br --ts 300 --nosym --sigma 0.2'],
    ['salt', '--mesh 30 --br --ts 300 --average-degenerate-weights --v2'],
    ['salt', '--mesh 5 5 5 --br --ts 300 --sigma 0.1 --nonac'],
    ['salt', '--mesh 3 3 3 --lbte --ts 300 --sigma 0.2'],
    ['salt', '--mesh 3 3 3 --br --ts 300 --sigma 0.2 --freq-scale 1.1'],
  ])('phonons of their own: %s %s', async (name, args) => {
    const { twins, theirs, ours } = await both(name, args);
    // Sums over tetrahedra change by what frequencies change (1e-9 THz of 0.1) where a corner is near.
    expectSameHdf5(twins, { tolerance: 1e-6 });
    expect(expectSameTables(ours, theirs)).toBeGreaterThan(0);
  });

  it.each([
    ['silicon', '--mesh 3 3 3 --br --ts 100 300 --write-pp', SAME],
    ['salt', '--mesh 3 3 3 --br --ts 300 --write-pp --write-gamma-detail --full-pp --gp 4', SAME],
    ['salt', '--mesh 3 3 3 --br --ts 100 300 --write-gamma-detail --gp 1 --bi 1 3 --sigma 0.2', SAME],
    ['silicon', '--mesh 3 3 3 --br --ts 300 --const-ave-pp 1e-9', SAME],
    ['silicon', '--mesh 3 3 3 --lbte --ts 100 300 --write-collision --write-pp --isotope', SOLVED],
    ['salt', '--mesh 3 3 3 --lbte --ts 300 --write-collision --sigma 0.2', SOLVED],
  ] as const)('files of triplets and collisions: %s %s', async (name, args, comparison) => {
    const { twins, theirs, ours } = await both(name, `${args} --read-phonon`);
    expectSameHdf5(twins, comparison);
    expect(remarks(ours)).toEqual(remarks(theirs));
    // Each goes on from what the other wrote.
    const again = args.replaceAll('--write-pp', '').replaceAll('--full-pp', '');
    const next = /--write-collision/.test(args)
      ? again.replace('--write-collision', '--read-collision all')
      : /--write-pp/.test(args)
        ? `${again.replace('--write-gamma-detail', '')} --read-pp --write-gamma`
        : undefined;
    if (!next) return;
    for (const file of readdirSync(twins.theirs).filter((file) => /^(pp|collision)-/.test(file))) {
      const [a, b] = [twins.ours, twins.theirs].map((folder) => join(folder, file));
      copyFileSync(a, `${a}.kept`);
      copyFileSync(b, a);
      copyFileSync(`${a}.kept`, b);
      rmSync(`${a}.kept`);
    }
    theirRun(twins.theirs, `${yamlOf(name)} ${next} --read-phonon`);
    await ourRun(twins.ours, `${yamlOf(name)} ${next} --read-phonon`);
    expectSameHdf5(twins, comparison);
  });

  it('each reads the other’s linewidths', async () => {
    const { twins } = await both(
      'silicon',
      '--mesh 4 4 4 --br --ts 300 --isotope --nu --write-gamma --read-phonon',
    );
    const line =
      'phono3py_disp.yaml --mesh 4 4 4 --br --ts 300 --isotope --bmfp 1 --read-gamma --read-phonon';
    const points = readdirSync(twins.theirs).filter((name) => /^kappa-.*-g/.test(name));
    expect(points.length).toBeGreaterThan(0);
    for (const name of [...points, 'kappa-m444.hdf5']) {
      const [a, b] = [twins.ours, twins.theirs].map((folder) => join(folder, name));
      copyFileSync(a, `${b}.theirs`);
      copyFileSync(b, a);
      copyFileSync(`${b}.theirs`, b);
      rmSync(`${b}.theirs`);
    }
    // The whole file first, then the points alone.
    for (const take of ['whole', 'points']) {
      if (take === 'points')
        for (const folder of [twins.ours, twins.theirs]) rmSync(join(folder, 'kappa-m444.hdf5'));
      const theirs = theirRun(twins.theirs, line);
      const ours = await ourRun(twins.ours, line);
      expectSameHdf5(twins, SAME);
      expectSameTables(ours, theirs);
      const read = (text: string) => text.split('\n').filter((row) => /^Read |not found/.test(row));
      expect(read(ours)).toEqual(read(theirs));
    }
  });
});

describe.skipIf(withoutData)('phonolink phono3py-kaccum prints what phono3py-kaccum does', () => {
  it('letter by letter', async () => {
    const folder = await material('silicon');
    theirRun(folder, 'phono3py_disp.yaml --mesh 4 4 4 --br --ts 100 300 --full-pp -q');
    const program = join(dirname(PYTHON), 'phono3py-kaccum');
    for (const args of [
      '',
      '--mfp --temperature 300',
      '--average --nsp 30',
      '--gv --trace',
      '--tau --temperature 100',
      '--cv',
      '--gamma',
      '--gv-norm',
      '--pqj',
      '--dos',
    ]) {
      const line = `${args} kappa-m444.hdf5`;
      const ours = await ourRun(folder, line, (words, { folder: at } = {}) => runKaccum(words, at));
      // A number that is nothing but rounding errors has any sign.
      const shown = (text: string) => text.replace(/-(0\.0+)\b/g, '$1').replace(/# Crystal.*/, '');
      expect(shown(ours), args).toBe(shown(theirRun(folder, line, program)));
    }
  });
});

describe.skipIf(withoutData)('spectra are phono3py’s', () => {
  it.each([
    ['silicon', '--mesh 3 3 3 --ise --gp 1 4 --ts 300 --bi 1 2, 4 --num-freq-points 25'],
    ['silicon', '--mesh 3 3 3 --ise --gp 4 --sigma 0.1 0.2 --freq-pitch 0.5 --scattering-event-class 2'],
    ['silicon', '--mesh 3 3 3 --ise --ga 1 0 0 --ts 300 --scattering-event-class 1 --num-freq-points 31'],
    ['silicon', '--mesh 3 3 3 --ise --gp 1 --ts 300 --nomeshsym --num-freq-points 11'],
    ['silicon', '--mesh 3 3 3 --jdos --gp 1 0 --sigma 0.1 --thm --ts 100 300'],
    ['salt', '--mesh 4 4 4 --jdos --gp 5 --freq-pitch 0.3'],
  ])('%s %s', async (name, args) => {
    const { twins, theirs, ours } = await both(name, `${args} --read-phonon`);
    // Files of numbers have fifteen digits of sums of a thousand terms.
    const isDensity = args.includes('--jdos');
    expect(expectSameDat(twins, isDensity ? 1e-6 : 1e-9).length).toBeGreaterThan(0);
    const told = (text: string) => text.split('\n').filter((line) => /^(Imaginary part|JDOS)/.test(line));
    expect(told(ours)).toEqual(told(theirs));
    expect(existsSync(join(twins.ours, 'phono3py.yaml'))).toBe(
      existsSync(join(twins.theirs, 'phono3py.yaml')),
    );
  });
});
