import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readKappa } from '../../formats/phono3py/kappa.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { python, scratch } from './peers.js';
import { start } from './processes.js';

interface Answer {
  kappa: number[];
  gamma: number[];
  frequencies: number[];
  gridPoints: number[];
}

const SILICON = join(PACKAGE_ROOT, 'fixtures', 'silicon');
const SCRIPT = readFileSync(join(PACKAGE_ROOT, 'tests', 'peers', 'kappa.py'), 'utf8');
const TEMPERATURES = [100, 300, 1000];

/** The largest difference, in parts of the largest number. */
function apart(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  expect(ours.length).toBe(theirs.length);
  const scale = Array.from(theirs).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return Array.from(ours).reduce((most, x, k) => Math.max(most, Math.abs(x - theirs[k])), 0) / scale;
}

describe("phono3py's conductivity of the folder that phonolink kappa leaves", () => {
  it.each([
    ['relaxation times', [9, 9, 9], []],
    ['relaxation times on a mesh with points on the surface of the zone', [6, 6, 6], []],
    ['the Boltzmann equation', [5, 5, 5], ['--lbte']],
  ] as const)('%s', async (_, mesh, more) => {
    const folder = scratch('kappa');
    const args = [
      ...[
        'kappa',
        join(SILICON, 'Si.tersoff'),
        join(SILICON, 'POSCAR'),
        '-o',
        folder,
        '--dim',
        '2',
        '2',
        '2',
      ],
      ...['--mesh', ...mesh.map(String), '--temperatures', TEMPERATURES.join(',')],
    ];
    expect(await start([...args, ...more]).end).toBe(0);
    const ours = await readKappa(join(folder, `kappa-m${mesh.join('')}.hdf5`));
    const { constants, forces, linewidths, read } = python<Record<string, Answer> & { read: number[] }>(
      SCRIPT,
      folder,
      JSON.stringify(mesh),
      JSON.stringify(TEMPERATURES),
      more.length > 0 ? 'lbte' : 'rta',
    );
    expect(Array.from(ours.gridPoints as Int32Array)).toEqual(constants.gridPoints);
    expect(apart(ours.frequencies!, constants.frequencies)).toBeLessThan(1e-7);
    // Rounding of 1e-7 THz at Gamma; sums over triplets near the kinks of tetrahedra.
    expect(apart(ours.linewidths!, constants.gamma)).toBeLessThan(1e-6);
    expect(apart(ours.kappa!, constants.kappa)).toBeLessThan(1e-6);
    // Displacements have 16 decimals in the file, forces 10: 1e-10 / 0.03^2 eV/A^3 of some 10, and the longest lifetimes.
    expect(apart(ours.linewidths!, forces.gamma)).toBeLessThan(1e-5);
    expect(apart(ours.kappa!, forces.kappa)).toBeLessThan(1e-4);
    expect(apart(ours.kappaRta ?? ours.kappa!, linewidths.kappa)).toBeLessThan(1e-9);
    expect(read).toEqual(Array.from(ours.linewidths!));
  });
});
