import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { loadPotential } from '../../formats/potentials.js';
import { createCpuDevice } from '../../src/device/cpu.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { createStructure } from '../../src/model/structure.js';
import { totalsOf } from '../../src/potentials/totals.js';
import { framesOf } from '../helpers/formats.js';
import { type Recipe, recipesOf } from '../helpers/recipes.js';
import { PYTHON, python, scratch } from './peers.js';

/** A folder with `phonolink` and the peers' `python`, for the PATH. */
function programs(): string {
  const folder = join(scratch('bin'), 'bin');
  mkdirSync(folder);
  const main = join(PACKAGE_ROOT, 'dist', 'src', 'cli', 'main.js');
  for (const [name, command] of [
    ['phonolink', `"${process.execPath}" "${main}"`],
    ['python', `"${PYTHON}"`],
  ]) {
    writeFileSync(join(folder, name), `#!/bin/sh\nexec ${command} "$@"\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

/** Does what the page says, in a folder of its own. */
async function follow({ files, script }: Recipe): Promise<string> {
  const folder = scratch('recipe');
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  copyFileSync(join(PACKAGE_ROOT, 'fixtures', 'silicon', 'Si.tersoff'), join(folder, 'Si.tersoff'));
  const path = [programs(), dirname(PYTHON), process.env.PATH].join(delimiter);
  const env = {
    ...process.env,
    PATH: path,
    PYTHONPATH: join(PACKAGE_ROOT, 'compat', 'ase'),
    OMP_NUM_THREADS: '1',
  };
  const shell = spawn('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder, env, detached: true });
  let said = '';
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (chunk) => (said += chunk));
  const timer = setTimeout(() => shell.emit('exit', 'too slow'), 120_000);
  const [code] = await once(shell, 'exit');
  clearTimeout(timer);
  // What the script left in the background goes with it.
  try {
    process.kill(-shell.pid!);
  } catch {
    // Nothing was left.
  }
  if (code !== 0) throw new Error(`the recipe ended with ${code}:\n${said}`);
  return folder;
}

async function expectTersoff(input: string, output: string): Promise<void> {
  const folder = dirname(output);
  await promisify(execFile)(process.execPath, [
    ...[join(PACKAGE_ROOT, 'dist', 'src', 'cli', 'main.js'), 'predict', join(folder, 'Si.tersoff')],
    ...[input, '-o', join(folder, 'own.extxyz')],
  ]);
  const own = await framesOf(join(folder, 'own.extxyz'));
  const labelled = await framesOf(output);
  expect(labelled).toHaveLength(own.length);
  for (const [k, { labels }] of labelled.entries()) {
    expect(Math.abs(labels.energy! - own[k].labels.energy!)).toBeLessThan(1e-9);
    for (const name of ['forces', 'virial'] as const) {
      const worst = labels[name]!.map((x, i) => Math.abs(x - own[k].labels[name]![i]));
      expect(Math.max(...worst)).toBeLessThan(1e-9);
    }
  }
}

const TRAJECTORY = `
import json, sys
from ase.io import read
frames = read(sys.argv[1], ':')
print(json.dumps([[f.get_potential_energy(), f.get_kinetic_energy()] for f in frames]))
`;

/** It moves, and the total stays: Verlet with 1 fs keeps it to a few thousandths of what goes to and fro. */
function expectConserved(totals: number[], potentials: number[]): void {
  const span = (values: number[]) => Math.max(...values) - Math.min(...values);
  expect(span(potentials)).toBeGreaterThan(0.1);
  expect(span(totals)).toBeLessThan(5e-3 * span(potentials));
}

/** What must be true of the folder after each recipe of docs/serving.md. */
const OUTCOMES: { readonly [title: string]: (folder: string) => Promise<void> } = {
  'Quantum ESPRESSO labels structures': async (folder) => {
    const frames = await framesOf(join(folder, 'dft.extxyz'));
    expect(frames).toHaveLength(2);
    for (const { labels } of frames) {
      // Silicon's pseudopotential of four electrons: about -3.96 Ha an atom.
      expect(labels.energy! / 8).toBeGreaterThan(-109);
      expect(labels.energy! / 8).toBeLessThan(-106);
      expect(Math.max(...labels.forces!)).toBeGreaterThan(0.1);
      expect(labels.virial).toHaveLength(9);
    }
  },
  'LAMMPS labels structures (fix ipi)': (folder) =>
    expectTersoff(join(folder, 'structures.xyz'), join(folder, 'labelled.extxyz')),
  'ASE labels structures (SocketClient)': (folder) =>
    expectTersoff(join(folder, 'structures.xyz'), join(folder, 'labelled.extxyz')),
  'i-PI moves the atoms': async (folder) => {
    const rows = readFileSync(join(folder, 'run.out'), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.trim().split(/\s+/).map(Number));
    expect(rows).toHaveLength(51);
    expectConserved(
      rows.map(([, conserved]) => conserved),
      rows.map(([, , potential]) => potential),
    );
  },
  'ASE moves the atoms (SocketIOCalculator)': async (folder) => {
    const energies = python<[number, number][]>(TRAJECTORY, join(folder, 'md.traj'));
    expect(energies).toHaveLength(51);
    expectConserved(
      energies.map(([potential, kinetic]) => potential + kinetic),
      energies.map(([potential]) => potential),
    );
  },
  'Any MDI driver moves the atoms': async (folder) => {
    const energies = readFileSync(join(folder, 'energies.txt'), 'utf8').trim().split('\n').map(Number);
    const structures = [0, 0.05, 0.1].map((shift) =>
      createStructure({
        symbols: ['Si', 'Si'],
        positions: Float64Array.of(0, 0, 0, 1.35 + shift, 1.35, 1.35),
        cell: [0, 2.7, 2.7, 2.7, 0, 2.7, 2.7, 2.7, 0],
      }),
    );
    const device = await createCpuDevice({ threads: 1 });
    const evaluator = await (await loadPotential(join(folder, 'Si.tersoff'))).bind(device, structures[0]);
    for (const [k, { positions, cell }] of structures.entries()) {
      const { energy } = totalsOf(await evaluator.evaluate(positions, cell));
      expect(Math.abs(energies[k] - energy)).toBeLessThan(1e-9);
    }
    evaluator.release();
    await device.close();
  },
  'phonolink as an ASE calculator': async (folder) => {
    const [{ structure, labels }] = await framesOf(join(folder, 'relaxed.xyz'));
    // Tersoff's silicon of 1988 (its third set): a = 5.432 A, -4.6297 eV an atom
    expect(structure.cell.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(3 * 5.432 ** 2, 1);
    expect(labels.energy! / 8).toBeCloseTo(-4.6297, 3);
  },
};

describe('docs/serving.md', () => {
  const recipes = recipesOf('serving.md');

  it('has an outcome to check for every recipe', () => {
    expect(recipes.map(({ title }) => title).sort()).toEqual(Object.keys(OUTCOMES).sort());
  });

  it.each(recipes.map((recipe) => [recipe.title, recipe] as const))('%s', async (title, recipe) => {
    await OUTCOMES[title](await follow(recipe));
  });
});
