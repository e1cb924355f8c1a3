import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { addPhono3py, runPhono3py } from '../../compat/commands/phono3py.js';
import { openInputs } from '../../compat/commands/phono3py-constants.js';
import { PHONO3PY } from '../../compat/commands/phono3py-options.js';
import { openSession } from '../../compat/commands/session.js';
import { openText } from '../../formats/io/open.js';
import {
  readCubicForceConstantsHdf5,
  readForceConstantsHdf5,
} from '../../formats/phonopy/force-constants-hdf5.js';
import { readForceSets } from '../../formats/phonopy/force-sets.js';
import { readPhonopyYaml } from '../../formats/phonopy/yaml.js';
import { runCommandLine } from '../../src/cli/program.js';
import { displace, displacedCells } from '../../src/lattice/displacements/displaced-cells.js';
import { cubicDrift } from '../../src/lattice/force-constants/cubic-rules.js';
import type { DisplacementSet, PairDisplacementSet } from '../../src/model/displacements.js';
import { UsageError } from '../../src/model/errors.js';
import { type Structure, symbolsOf } from '../../src/model/structure.js';
import { layoutOf } from '../../src/workflows/cubic-constants.js';
import { commandLine } from '../helpers/command-line.js';
import { polynomialForces } from '../helpers/pair-constants.js';
import { modelOf } from '../lattice/force-constants/helpers.js';

const line = commandLine();
const split = (text: string) =>
  (text.match(/(?:"[^"]*"|[^\s"]+)+/g) ?? []).map((word) => word.replace(/"/g, ''));
const phono3py = (text: string) => runPhono3py(split(text), { folder: line.folder });
const yaml = async (name: string) => {
  const { text } = await openText(line.at(name));
  return readPhonopyYaml(text).finally(() => text.close());
};

/** Diamond, 8 atoms, whose forces are a polynomial of known second and third order. */
const { cells: CELLS, constants: CONSTANTS } = modelOf('diamond', [1, 1, 1]);

function poscarOf(structure: Structure): string {
  const row = (values: ArrayLike<number>) => Array.from(values, (x) => x.toFixed(16)).join(' ');
  const triples = (values: Float64Array) =>
    Array.from({ length: values.length / 3 }, (_, i) => row(values.subarray(3 * i, 3 * i + 3)));
  const [symbol] = structure.species;
  return [
    'a crystal',
    '1.0',
    ...triples(structure.cell),
    symbol,
    structure.count,
    'Cartesian',
    ...triples(structure.positions),
    '',
  ].join('\n');
}

/** What a calculator would say of each displaced supercell, one file each. */
function calculate(
  set: DisplacementSet | PairDisplacementSet,
  supercell: Structure,
  prefix: string,
  drift = 0,
): string[] {
  const symbols = symbolsOf(supercell);
  const lattice = supercell.cell.join(' ');
  return displacedCells(set).map(({ id, moves }) => {
    const { positions } = displace(supercell, moves);
    const forces = polynomialForces(CONSTANTS, moves).map((f) => f + drift);
    const rows = symbols.map((symbol, i) =>
      [symbol, ...positions.subarray(3 * i, 3 * i + 3), ...forces.subarray(3 * i, 3 * i + 3)].join(' '),
    );
    const head = `Lattice="${lattice}" Properties=species:S:1:pos:R:3:forces:R:3 pbc="T T T"`;
    const name = `${prefix}-${String(id).padStart(5, '0')}.extxyz`;
    writeFileSync(line.at(name), `${symbols.length}\n${head}\n${rows.join('\n')}\n`);
    return name;
  });
}

/** -d, and what a calculator makes of it. */
async function begin(more = ''): Promise<string[]> {
  writeFileSync(line.at('POSCAR'), poscarOf(CELLS.unitCell));
  await phono3py(`-d --dim 1 1 1 ${more}`);
  const { displacements, supercell } = await yaml('phono3py_disp.yaml');
  return calculate(displacements!, supercell!.structure, 'forces');
}

const cubicOf = async () => (await readCubicForceConstantsHdf5(line.at('fc3.hdf5'))).constants;
const harmonicOf = async () => (await readForceConstantsHdf5(line.at('fc2.hdf5'))).constants;
const largest = (values: Float64Array) => values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
const apart = (a: Float64Array, b: Float64Array) => {
  expect(a.length).toBe(b.length);
  return a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);
};

/** Forces have ten decimals, and a few of them are divided by 0.03 A once and twice. */
const HARMONIC = 1e-8;
const CUBIC = 5e-7;

describe('a session of phonolink phono3py', () => {
  it('goes from a structure to force constants', async () => {
    // With all opposites the polynomial's orders come apart exactly.
    const outputs = await begin('--pm');
    const { displacements } = await yaml('phono3py_disp.yaml');
    expect(displacements!.kind).toBe('pairs');
    expect(readdirSync(line.folder).filter((name) => /^POSCAR-/.test(name)).length).toBe(outputs.length);
    expect(line.stdout).toContain(`To calculate: ${outputs.length} supercells of 8 atoms`);
    expect(line.stdout).toContain('Spacegroup: Fd-3m (227)');
    await phono3py(`--cf3 ${outputs.join(' ')}`);
    await phono3py('--full-fc --no-sym-fc');
    expect(apart((await cubicOf()).values, CONSTANTS.cubic)).toBeLessThan(CUBIC);
    expect(apart((await harmonicOf()).values, CONSTANTS.harmonic)).toBeLessThan(HARMONIC);
    const summary = await yaml('phono3py.yaml');
    expect([...summary.configuration!.keys()]).toContain('compact_fc');
    expect(summary.displacements).toBeUndefined();
  });

  it('has the defaults of each version', async () => {
    const outputs = await begin();
    await phono3py(`--cf3 ${outputs.join(' ')}`);
    const made = async (text: string) => {
      line.stdout = '';
      await phono3py(text);
      return { cubic: await cubicOf(), harmonic: await harmonicOf(), said: line.stdout };
    };
    const four = await made('');
    expect([four.cubic.rows.length, four.harmonic.rows.length]).toEqual([2, 2]);
    expect(four.said).toContain('Symmetrizing fc3 by traditional approach (N=3).');
    const drift = ({ cubic }: typeof four) =>
      Math.max(
        ...cubicDrift(cubic, layoutOf(CELLS, cubic.rows.length === 8 ? 'full' : 'compact')).map(Math.abs),
      );
    const two = await made('--compat 2 phono3py_disp.yaml');
    expect([two.cubic.rows.length, two.harmonic.rows.length]).toEqual([8, 8]);
    expect(two.said).toContain('fc3 is not symmetrized');
    const once = await made('--compat 2 --sym-fc --cfc phono3py_disp.yaml');
    expect(once.said).toContain('(N=1)');
    expect((await made('--compat 3 --sym-fc phono3py_disp.yaml')).said).toContain('(N=3)');
    expect(drift(four)).toBeLessThan(drift(once));
    expect(drift(once)).toBeLessThan(drift(two));
    expect(apart(four.cubic.values, once.cubic.values)).toBeGreaterThan(0);
  });

  it('reads what it wrote, unless told otherwise', async () => {
    const outputs = await begin();
    await phono3py(`--cf3 ${outputs.join(' ')}`);
    await expect(phono3py('--compat 2 --fc3 phono3py_disp.yaml')).rejects.toThrow(
      '--fc3: there is no fc3.hdf5',
    );
    await phono3py('--no-sym-fc');
    line.stdout = '';
    await phono3py('');
    expect(line.stdout).toContain('fc3 was read from "fc3.hdf5".');
    expect(line.stdout).not.toContain('written into');
    line.stdout = '';
    await phono3py('--no-read-fc3');
    expect(line.stdout).toContain('fc2 was read from "fc2.hdf5".');
    expect(line.stdout).toContain('fc3 was written into "fc3.hdf5".');
    line.stdout = '';
    await phono3py('--compat 2 --fc2 --fc3 phono3py_disp.yaml');
    expect(line.stdout).toContain('fc3 was read from "fc3.hdf5".');
  });

  it('gives the run what it needs', async () => {
    const outputs = await begin();
    await phono3py(`--cf3 ${outputs.join(' ')}`);
    writeFileSync(line.at('BORN'), '# a remark\n11.7 0 0 0 11.7 0 0 0 11.7\n0 0 0 0 0 0 0 0 0\n');
    const inputs = async (words: string[], orders?: 'second') => {
      const { session } = await openSession(words, PHONO3PY, { folder: line.folder });
      return openInputs(session, orders);
    };
    const all = await inputs([]);
    expect(all.cubic!.values).toEqual((await cubicOf()).values);
    expect(all.harmonic.values).toEqual((await harmonicOf()).values);
    expect(all.crystals.phonon).toBe(all.crystals.cubic);
    expect(all.polar!.dielectric[0]).toBeCloseTo(11.7, 12);
    const second = await inputs(['--nonac', '--no-read-fc2'], 'second');
    expect(second.cubic).toBeUndefined();
    expect(second.polar).toBeUndefined();
    expect(apart(second.harmonic.values, all.harmonic.values)).toBe(0);
  });

  it('collects into one file, less the forces at rest', async () => {
    const outputs = await begin('--dim-fc2 1 1 1');
    const { phononDisplacements, phonon, supercell } = await yaml('phono3py_disp.yaml');
    const second = calculate(phononDisplacements!, phonon!.supercell!.structure, 'second');
    const rest: DisplacementSet = {
      kind: 'atoms',
      count: 8,
      entries: [{ atom: 0, displacement: new Float64Array(3) }],
    };
    const [atRest] = calculate(rest, supercell!.structure, 'rest');
    await expect(phono3py(`--cf2 ${second.join(' ')} --sp`)).rejects.toThrow(
      'needs the forces of the third order',
    );
    writeFileSync(line.at('list'), `# of displaced supercells\n\n${outputs.join('\n')}\n`);
    await phono3py(`--cf3-file list --cf2 ${second.join(' ')} --cfz ${atRest} --cfz-fc2 ${atRest} --sp`);
    expect(existsSync(line.at('FORCES_FC3'))).toBe(false);
    await phono3py('phono3py_params.yaml');
    const [cubic, harmonic] = [await cubicOf(), await harmonicOf()];
    await phono3py(`--cf3-file list --cf2 ${second.join(' ')}`);
    await phono3py('phono3py_disp.yaml --no-read-fc2 --no-read-fc3');
    expect(apart(cubic.values, (await cubicOf()).values)).toBeLessThan(CUBIC);
    expect(apart(harmonic.values, (await harmonicOf()).values)).toBeLessThan(HARMONIC);
    await phono3py('--cfs --dim-fc2 1 1 1');
    const sets = await readForceSets((await openText(line.at('FORCE_SETS'))).text);
    const before = line.text('FORCES_FC2');
    await phono3py('--fs2f2');
    expect(line.text('FORCES_FC2')).toBe(before);
    await phono3py('--cfs');
    expect(await readForceSets((await openText(line.at('FORCE_SETS'))).text)).toEqual(sets);
  });

  it('takes the mean force off what others than VASP say', async () => {
    const outputs = await begin();
    await phono3py(`--cf3 ${outputs.join(' ')}`);
    const without = line.text('FORCES_FC3');
    const { displacements, supercell } = await yaml('phono3py_disp.yaml');
    const drifting = calculate(displacements!, supercell!.structure, 'drifting', 0.001);
    await phono3py(`--cf3 ${drifting.join(' ')}`);
    expect(line.text('FORCES_FC3')).not.toBe(without);
    const file = line.text('phono3py_disp.yaml');
    writeFileSync(
      line.at('phono3py_disp.yaml'),
      file.replace('phono3py:\n', 'phono3py:\n  calculator: aims\n'),
    );
    await phono3py(`--cf3 ${drifting.join(' ')}`);
    const numbers = (text: string) => text.split(/\s+/).map(Number).filter(Number.isFinite);
    const [a, b] = [numbers(line.text('FORCES_FC3')), numbers(without)];
    // A last decimal may be rounded to either side.
    expect(apart(Float64Array.from(a), Float64Array.from(b))).toBeLessThan(1.1e-10);
  });

  it('leaves out pairs beyond a cutoff', async () => {
    const outputs = await begin('--cutoff-pair 2.5');
    const { displacements: set } = await yaml('phono3py_disp.yaml');
    if (set?.kind !== 'pairs') throw new Error('expected pairs');
    const seconds = set.entries.flatMap((entry) => entry.second);
    expect(outputs.length).toBeLessThan(set.entries.length + seconds.length);
    expect(line.stdout).toContain(`Number of displacement supercell files created: ${outputs.length}`);
    await phono3py(`--cf3 ${outputs.join(' ')}`);
    await phono3py('');
    const { values } = await cubicOf();
    await phono3py(`--cf3 ${outputs.join(' ')} --sp`);
    await phono3py('phono3py_params.yaml --no-read-fc3');
    expect(apart((await cubicOf()).values, values)).toBeLessThan(CUBIC);
    await phono3py('--cutoff-fc3 2 --no-read-fc3');
    const { values: cut } = await cubicOf();
    expect(largest(cut)).toBeLessThan(1.01 * largest(values));
    expect(cut.filter((x) => x !== 0).length).toBeLessThan(values.filter((x) => x !== 0).length);
  });

  it('displaces at random, and fits the second order to it', async () => {
    writeFileSync(line.at('POSCAR'), poscarOf(CELLS.unitCell));
    await phono3py('-d --dim 1 1 1 --dim-fc2 1 1 1 --rd-fc2 4 --rd 2 --random-seed 5 --pm-fc2');
    const { displacements, phononDisplacements, phonon } = await yaml('phono3py_disp.yaml');
    expect([displacements!.kind, displacements!.entries.length]).toEqual(['snapshots', 2]);
    const second = calculate(phononDisplacements!, phonon!.supercell!.structure, 'second');
    expect(second.length).toBe(8);
    const first = calculate(displacements!, phonon!.supercell!.structure, 'first');
    await phono3py(`--cf3 ${first.join(' ')} --cf2 ${second.join(' ')}`);
    await expect(phono3py('')).rejects.toThrow('fc3 of random displacements is not supported');
    const { session } = await openSession(['--full-fc'], PHONO3PY, { folder: line.folder });
    const { harmonic } = await openInputs(session, 'second');
    // Opposites take the third order out; rows of twelve decimals over 0.03 A.
    expect(apart(harmonic.values, CONSTANTS.harmonic)).toBeLessThan(HARMONIC);
  });

  it('tells what does not go together', async () => {
    const outputs = await begin();
    await expect(phono3py('')).rejects.toThrow('fc3 could not be obtained');
    await expect(phono3py(`--cf3 ${outputs[0]}`)).rejects.toThrow('1 files of forces are given');
    await expect(phono3py(`--cf3 ${[...outputs].reverse().join(' ')}`)).rejects.toThrow(
      'from where its displaced supercell has it',
    );
    await expect(phono3py(`--cf2 ${outputs[0]}`)).rejects.toThrow(
      'no displaced supercells of a second order',
    );
    await phono3py(`--cf3 ${outputs.join(' ')}`);
    await expect(phono3py('--dim 2 1 1')).rejects.toThrow('is not the one that is made of the unit cell');
    await expect(phono3py('phono3py_disp.yaml --dim-fc2 2 2 2')).rejects.toThrow('fc2 could not be obtained');
    await expect(phono3py('--fc-calc symfc')).rejects.toThrow('force constants by symfc are not supported');
    await expect(phono3py('--cutoff-pair -1 -d --dim 1 1 1')).rejects.toThrow('a length above zero');
    await expect(phono3py('--hdf5-compression lzf')).rejects.toThrow('gzip');
    await phono3py('--no-sym-fc');
    writeFileSync(line.at('POSCAR'), poscarOf({ ...CELLS.unitCell }));
    await expect(phono3py('--compat 2 --dim 2 1 1 --fc3 --fc2')).rejects.toThrow('fc3.hdf5 is of 8 atoms');
    writeFileSync(line.at('fc3.hdf5'), 'not HDF5');
    await expect(phono3py('')).rejects.toThrow('fc3.hdf5');
    expect(readdirSync(line.folder).filter((name) => /part$/.test(name))).toEqual([]);
  });

  it('names arguments that are not followed, with exit code 2', async () => {
    const run = (...words: string[]) =>
      runCommandLine(
        ['node', 'phonolink', 'phono3py', ...words],
        [{ names: ['phono3py'], load: async () => addPhono3py }],
      );
    for (const [words, found] of [
      [['--symfc'], "phono3py's argument --symfc is not supported"],
      [['--alm'], '--alm is not supported'],
      [['--cutoffpair', '3'], 'there is no argument --cutoffpair'],
      [['-d', '--dim'], '--dim needs a value'],
      [['nothing.yaml'], 'there is no file nothing.yaml'],
      [['--cutoff'], 'may be --cutoff-fc3'],
    ] as const) {
      line.stderr = '';
      expect(await run(...words)).toBe(2);
      expect(line.stderr).toContain(found);
      expect(line.stderr).not.toContain('    at ');
    }
  });

  it('follows a file of settings', async () => {
    writeFileSync(line.at('POSCAR'), poscarOf(CELLS.unitCell));
    writeFileSync(
      line.at('disp.conf'),
      'DIM = 1 1 1\nDIM_FC2 = 2 1 1\nCREATE_DISPLACEMENTS = .TRUE.\nDISPLACEMENT_DISTANCE = 0.05\n',
    );
    await phono3py('disp.conf');
    const { phonon, displacements } = await yaml('phono3py_disp.yaml');
    expect([...phonon!.supercellMatrix]).toEqual([2, 0, 0, 0, 1, 0, 0, 0, 1]);
    const [first] = displacements!.entries;
    expect('displacement' in first && Math.hypot(...first.displacement)).toBeCloseTo(0.05, 12);
    writeFileSync(line.at('bad.conf'), 'DIM = 1 1 1\nDIMM = 2\n');
    await expect(phono3py('bad.conf')).rejects.toThrow(UsageError);
    await expect(phono3py('bad.conf')).rejects.toThrow('bad.conf:2');
  });
});
