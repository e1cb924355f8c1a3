import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runPhonopyGruneisen } from '../../compat/commands/phonopy-gruneisen.js';
import { runPhonopyQha } from '../../compat/commands/phonopy-qha.js';
import { writeWhole } from '../../formats/io/sink.js';
import { formatNamed, openStructures } from '../../formats/read.js';
import { runCommandLine } from '../../src/cli/program.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { createFrame } from '../../src/model/frame.js';
import { recipe } from '../helpers/crystals.js';
import { written } from '../helpers/formats.js';
import { DATA, withoutData } from '../helpers/shared-data.js';
import { PYTHON, scratch } from './peers.js';

const bin = (name: string) => join(dirname(PYTHON), name);
const OLD = '/usr/bin/phonopy-qha';
const EXACT = join(PACKAGE_ROOT, 'tests', 'peers', 'qha_exact.py');

let stdout = '';
beforeEach(() => {
  stdout = '';
  for (const stream of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      if (stream === 'stdout') stdout += String(text);
      return true;
    });
  }
});
afterEach(() => vi.restoreAllMocks());

function peer(command: string, words: readonly string[], cwd: string): string {
  const result = spawnSync(command, words, { cwd, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`${command} ${words.join(' ')}\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

/** Silicon at eleven volumes by phonolink qha, and what else users have. */
let silicon = '';
/** phonopy-qha's arguments of all its volumes */
let files: string[] = [];
beforeAll(async () => {
  silicon = scratch('qha');
  const input = join(silicon, 'in.xyz');
  writeFileSync(input, await written(formatNamed('extxyz'), [createFrame(recipe('diamond'))]));
  const model = join(PACKAGE_ROOT, 'fixtures', 'silicon', 'Si.tersoff');
  const words = [model, input, '--dim', '2', '2', '2', '--mesh', '12', '12', '12', '-o', silicon];
  expect(await runCommandLine(['node', 'phonolink', 'qha', ...words, '--quiet', '--threads', '1'])).toBe(0);
  files = [
    '../e-v.dat',
    ...readdirSync(silicon)
      .filter((name) => name.startsWith('thermal_properties.yaml-'))
      .sort()
      .map((name) => `../${name}`),
  ];
  expect(files.length).toBe(12);
  // Electrons of a free gas, more of them at larger volumes
  const rows = Array.from({ length: 95 }, (_, t) =>
    [
      10 * t,
      ...files.slice(1).map((__, v) => -9.2 + 0.003 * (v - 4.2) ** 2 - 1e-9 * (10 * t) ** 2 * (1 + 0.1 * v)),
    ].join(' '),
  );
  writeFileSync(join(silicon, 'fe-v.dat'), `# volume: ...\n# T  F\n${rows.join('\n')}\n`);
  const soft = readFileSync(join(silicon, 'thermal_properties.yaml-11'), 'utf8');
  const integrated = Number(/num_integrated_modes: (\d+)/.exec(soft)![1]);
  writeFileSync(
    join(silicon, 'soft.yaml'),
    soft.replace(/num_integrated_modes: \d+/, `num_integrated_modes: ${integrated - 40}`),
  );
}, 120_000);

/**
 * What numbers of each file may differ by, absolutely and relatively, where the peer fits to the last digits (exact)
 * and where leastsq stops by its own tolerance, 1.5e-8 of the parameters (loose). Energies are good to 1e-15 * 10 eV,
 * which a volume has a part 1e-12 of; over 20 K that is 1e-13 of its expansion; C_P is a second difference of energies
 * over 10 K at up to 1000 K, 1e-14 eV * 4 / 100 K * 1000 K * 96485 J/mol/eV.
 */
const TOLERANCES: Readonly<Record<string, { exact: [number, number]; loose: [number, number] }>> = {
  'volume-temperature.dat': { exact: [0, 1e-12], loose: [0, 2e-8] },
  'gibbs-temperature.dat': { exact: [1e-12, 0], loose: [2e-8, 0] },
  'thermal_expansion.dat': { exact: [1e-13, 0], loose: [1e-9, 0] },
  'bulk_modulus-temperature.dat': { exact: [0, 1e-10], loose: [0, 2e-7] },
  'Cp-temperature.dat': { exact: [5e-7, 0], loose: [1e-3, 0] },
  'Cp-temperature_polyfit.dat': { exact: [1e-8, 1e-10], loose: [1e-5, 0] },
  // Its coefficients come out of powers of volumes, which cost (V / dV)^4 = 1e6 of the 16 digits.
  'entropy-volume.dat': { exact: [1e-6, 1e-7], loose: [1e-6, 1e-7] },
  'Cv-volume.dat': { exact: [1e-6, 1e-6], loose: [1e-6, 1e-6] },
  'dsdv-temperature.dat': { exact: [2e-14, 1e-10], loose: [1e-11, 1e-7] },
  // At 10 K an expansion of 4e-8 that is known to 1e-13
  'gruneisen-temperature.dat': { exact: [1e-5, 1e-6], loose: [0, 1e-3] },
  // Six decimals of the parameters, of which leastsq leaves B' open by 1e-5
  'helmholtz-volume.dat': { exact: [1.01e-6, 1e-15], loose: [1e-5, 0] },
  'helmholtz-volume_fitted.dat': { exact: [1.01e-5, 0], loose: [1.01e-5, 0] },
  // Of the parameters B' is the least stiff.
  stdout: { exact: [1.01e-6, 0], loose: [1e-5, 0] },
};

const NUMBER = /[-+]?\d+\.\d+/g;

function expectNear(name: string, ours: string, theirs: string, how: 'exact' | 'loose'): void {
  expect(ours.replace(NUMBER, '#').split(/\s+/), name).toEqual(theirs.replace(NUMBER, '#').split(/\s+/));
  const [absolute, relative] = TOLERANCES[name][how];
  const [a, b] = [ours, theirs].map((text) => (text.match(NUMBER) ?? []).map(Number));
  const far = a.flatMap((x, k) =>
    Math.abs(x - b[k]) <= absolute + relative * Math.abs(b[k]) ? [] : [`${k}: ${x} for ${b[k]}`],
  );
  expect({ name, how, far: far.slice(0, 5), of: far.length }).toEqual({ name, how, far: [], of: 0 });
}

/** Free energies to 1e-12 eV: nothing is fitted there. */
function rowsOf(text: string): string[] {
  const rows = text.split('\n').filter((line) => !line.startsWith('#'));
  return rows.map((line) => line.replace(NUMBER, (x) => (Number(x) + 3e-13).toFixed(11)));
}

async function compare(
  words: readonly string[],
  command: string,
  before: readonly string[],
  how: 'exact' | 'loose',
) {
  const [theirs, ours] = ['theirs', 'ours'].map((name) => join(silicon, `${name}-${how}`));
  for (const folder of [theirs, ours]) mkdirSync(folder, { recursive: true });
  for (const folder of [theirs, ours]) {
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), '');
  }
  const said = peer(command, [...before, ...words], theirs);
  stdout = '';
  await runPhonopyQha(words, { folder: ours });
  expectNear('stdout', stdout, said, how);
  expect(readdirSync(ours).sort()).toEqual(readdirSync(theirs).sort());
  for (const name of readdirSync(theirs)) {
    const [a, b] = [ours, theirs].map((folder) => readFileSync(join(folder, name), 'utf8'));
    // Below 100 K leastsq leaves few digits of an expansion that vanishes; exact fits are compared there too.
    const isNoise = how === 'loose' && name === 'gruneisen-temperature.dat';
    const warm = (text: string) =>
      text
        .split('\n')
        .filter((line) => !isNoise || Number.parseFloat(line) >= 100)
        .join('\n');
    expectNear(name, warm(a), warm(b), how);
    if (name === 'helmholtz-volume.dat') expect(rowsOf(a)).toEqual(rowsOf(b));
  }
}

const CASES: readonly (readonly [string, () => string[]])[] = [
  ['as it is', () => files],
  [
    'Birch and Murnaghan, under pressure',
    () => ['--eos', 'birch_murnaghan', '--pressure', '2', '--tmax', '500', '--sparse', '7', ...files],
  ],
  ['Murnaghan, to a temperature between two', () => [...files, '--eos=murnaghan', '--tmax', '794']],
  ['with electronic free energies', () => ['--efe', '../fe-v.dat', '--tmax', '900', ...files]],
  [
    'without a volume of imaginary modes',
    () => ['--exclude-imaginary', '--tmax', '300', ...files.slice(0, -1), '../soft.yaml'],
  ],
  ['with a volume of imaginary modes', () => ['--tmax', '300', ...files.slice(0, -1), '../soft.yaml']],
];

describe.each(CASES)('phonopy-qha, %s', (_, words) => {
  it('comes to the same numbers', () => compare(words(), bin('phonopy-qha'), [], 'loose'));
  it('differs by rounding errors where its fits go on', () => compare(words(), PYTHON, [EXACT], 'exact'));
});

describe.skipIf(!existsSync(OLD))('phonopy-qha of version 2', () => {
  it('comes to the same numbers', () => compare(files, OLD, [], 'loose'));
});

describe('phonopy-qha -b', () => {
  it.each(['vinet', 'birch_murnaghan', 'murnaghan'])('tells the same bulk modulus by %s', async (eos) => {
    const words = ['-b', '--eos', eos, '--pressure', '1', '../e-v.dat'];
    const folder = join(silicon, 'b');
    mkdirSync(folder, { recursive: true });
    const said = peer(bin('phonopy-qha'), words, folder);
    await runPhonopyQha(words, { folder });
    expect(stdout.replace(NUMBER, '#')).toBe(said.replace(NUMBER, '#'));
    const [a, b] = [stdout, said].map((text) => text.match(NUMBER)!.map(Number));
    a.forEach((x, k) => {
      // leastsq's 1.5e-8 of all parameters together: B' is the least stiff of them.
      expect(Math.abs(x - b[k])).toBeLessThan(1e-5);
    });
  });
});

/** Frequencies and parameters of each q point, by the lines of a file. */
function modesOf(text: string): { head: string[]; points: [number, number][][] } {
  const head: string[] = [];
  const points: [number, number][][] = [];
  for (const line of text.split('\n')) {
    const gamma = /gruneisen: +(\S+)/.exec(line);
    const frequency = /frequency: +(\S+)/.exec(line);
    if (/band:/.test(line)) points.push([]);
    if (gamma) points.at(-1)!.push([Number.NaN, Number(gamma[1])]);
    else if (frequency) points.at(-1)!.at(-1)![0] = Number(frequency[1]);
    else head.push(line);
  }
  return { head, points };
}

/** THz: below it parameters are quotients of small numbers */
const SMALL = 0.05;

function expectSameModes(ours: string, theirs: string, ordered: boolean): void {
  const [a, b] = [ours, theirs].map(modesOf);
  // Cells have fifteen decimals, of which the last one is rounding; -1/2 and 1/2 are one point of the zone's surface.
  const rounded = (lines: string[]) =>
    lines.map((line) =>
      line
        .replace(/-?\d+\.\d+/g, (x) =>
          Number(x)
            .toFixed(6)
            .replace(/^-(0\.0+)$/, '$1')
            .replace(/^-0\.500000$/, '0.500000'),
        )
        .replace(/ +/g, ' '),
    );
  expect(rounded(a.head)).toEqual(rounded(b.head));
  expect(a.points.length).toBe(b.points.length);
  const sorted = (modes: [number, number][]) =>
    [...modes].sort((x, y) => (Math.abs(x[0] - y[0]) > 1e-5 ? x[0] - y[0] : x[1] - y[1]));
  let counted = 0;
  const far = a.points.flatMap((modes, q) => {
    const [own, other] = [modes, b.points[q]].map((all) => (ordered ? all : sorted(all)));
    return own.flatMap(([f, g], k) => {
      const [f2, g2] = other[k];
      if (Math.abs(f) < SMALL && Math.abs(f2) < SMALL) return [];
      counted++;
      // 1e-6 THz, the goal for frequencies; parameters are a change of 1 % over it
      return Math.abs(f - f2) <= 1e-6 && Math.abs(g - g2) <= 1e-6 * (1 + Math.abs(g2)) * (1 + 1 / f ** 2)
        ? []
        : [`${q} ${k}: ${f} ${g} for ${f2} ${g2}`];
    });
  });
  expect(counted).toBeGreaterThan(20);
  expect(far).toEqual([]);
}

async function gruneisen(folder: string, words: readonly string[], name: string, ordered = true) {
  const [theirs, ours] = ['theirs', 'ours'].map((which) => join(folder, which));
  for (const one of [theirs, ours]) mkdirSync(one, { recursive: true });
  const all = ['../orig', '../plus', '../minus', ...words];
  peer(bin('phonopy-gruneisen'), all, theirs);
  await runPhonopyGruneisen(all, { folder: ours });
  const [a, b] = [ours, theirs].map((one) => readFileSync(join(one, name), 'utf8'));
  expectSameModes(a, b, ordered);
}

describe('phonopy-gruneisen of silicon', () => {
  let folder: string;
  beforeAll(async () => {
    folder = scratch('gruneisen');
    for (const [name, from] of [
      ['orig', 'strain_+0.00000'],
      ['plus', 'strain_+0.01000'],
      ['minus', 'strain_-0.01000'],
    ]) {
      mkdirSync(join(folder, name));
      copyFileSync(join(silicon, from, 'FORCE_SETS'), join(folder, name, 'FORCE_SETS'));
      const { frames } = await openStructures(join(silicon, from, 'relaxed.extxyz'), {});
      await writeWhole(
        join(folder, name, 'POSCAR'),
        formatNamed('poscar').write!(frames, { note: () => {} }),
      );
    }
  });

  it.each([
    ['--mesh', '5 6 7', '--dim', '2 2 2'],
    ['--mesh', '4 4 4', '--dim', '2 2 2', '--gc', '--delta-strain', '0.03'],
    [
      '--mp',
      '3 3 3',
      '--dim',
      '2 0 0 0 2 0 0 0 2',
      '--nomeshsym',
      '--pa',
      '1 0 0 0 1 0 0 0 1',
      '--mass',
      Array(8).fill('28').join(' '),
    ],
  ])('on a mesh: %s %s', (...words) => gruneisen(folder, words, 'gruneisen_mesh.yaml'));

  it('along a path that no symmetry holds, bands in the same order', () =>
    gruneisen(
      folder,
      ['--dim', '2 2 2', '--band', '0.11 0.07 0.03 1/2 0.2 0.1 0.3 0.41 0.2', '--band_points', '9'],
      'gruneisen_band.yaml',
    ));

  it('along a path of symmetry, in any order of bands that are equal where it begins', () =>
    gruneisen(
      folder,
      ['--dim', '2 2 2', '--band', '0 0 0 1/2 0 1/2, 3/8 3/8 3/4 0 0 0 1/2 1/2 1/2', '--band_points', '9'],
      'gruneisen_band.yaml',
      false,
    ));
});

describe.skipIf(withoutData)('phonopy-gruneisen of NaCl', () => {
  const folder = scratch('gruneisen-nac');
  beforeAll(() => {
    for (const [name, scale] of [
      ['orig', '1.0'],
      ['plus', '1.004'],
      ['minus', '0.996'],
    ]) {
      mkdirSync(join(folder, name));
      const lines = readFileSync(join(DATA, 'phonopy/NaCl/POSCAR'), 'utf8').split('\n');
      expect(Number(lines[1])).toBe(1);
      writeFileSync(join(folder, name, 'POSCAR'), [lines[0], scale, ...lines.slice(2)].join('\n'));
      for (const file of ['FORCE_SETS', 'BORN'])
        copyFileSync(join(DATA, 'phonopy/NaCl', file), join(folder, name, file));
    }
  });

  it.each([
    ['gruneisen_mesh.yaml', '--mesh', '4 4 4'],
    ['gruneisen_mesh.yaml', '--mesh', '3 3 3', '--gc'],
    ['gruneisen_band.yaml', '--band', '0 0 0 1/2 0 1/2, 3/8 3/8 3/4 0 0 0 1/2 1/2 1/2', '--band_points', '7'],
  ])('has the field of the path at Gamma: %s %s %s', (name, ...words) =>
    gruneisen(folder, [...words, '--dim', '2 2 2', '--nac'], name, false),
  );
});
