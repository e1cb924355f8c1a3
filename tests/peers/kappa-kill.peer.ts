import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readKappa } from '../../formats/phono3py/kappa.js';
import {
  readCubicForceConstantsHdf5,
  readForceConstantsHdf5,
} from '../../formats/phonopy/force-constants-hdf5.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { digestOf, digestOfFile } from '../../src/workflows/phonon-stages.js';
import { scratch } from './peers.js';
import { killedWhen, type Running, sizeOf, start } from './processes.js';

const SILICON = join(PACKAGE_ROOT, 'fixtures', 'silicon');
const KAPPA = 'kappa-m777.hdf5';

/** A digest of each file of a folder; of HDF5, which notes the time, that of its numbers. */
async function contents(folder: string): Promise<Record<string, string>> {
  const names = readdirSync(folder).filter((name) => !/\.hdf5$|^scattering-|^phonolink\.json$/.test(name));
  const { version: _, ...kappa } = await readKappa(join(folder, KAPPA));
  const [second, third] = [
    await readForceConstantsHdf5(join(folder, 'fc2.hdf5')),
    await readCubicForceConstantsHdf5(join(folder, 'fc3.hdf5')),
  ];
  return {
    ...Object.fromEntries(names.map((name) => [name, digestOfFile(join(folder, name))])),
    second: digestOf(second.constants.values),
    third: digestOf(third.constants.values),
    kappa: digestOf(
      ...Object.entries(kappa).flatMap(([name, value]) => [
        name,
        ArrayBuffer.isView(value) ? value : JSON.stringify(value),
      ]),
    ),
  };
}

describe('phonolink kappa, killed', () => {
  const folder = scratch('kappa-kill');
  const args = (to: string, ...more: string[]) => [
    ...['kappa', join(SILICON, 'Si.tersoff'), join(SILICON, 'POSCAR'), '-o', join(folder, to)],
    ...['--dim', '2', '2', '2', '--mesh', '7', '7', '7', '--temperatures', '300', '--lbte', ...more],
  ];
  /** Points of the grid that are there. */
  const points = (to: string) => {
    const at = join(folder, to);
    const store = existsSync(at) && readdirSync(at).find((name) => name.startsWith('scattering-'));
    return store ? readdirSync(join(at, store)).filter((name) => /^kappa.*\.hdf5$/.test(name)).length : 0;
  };
  let whole: Record<string, string>;
  let all = 0;
  let lasts = 0;

  beforeAll(async () => {
    const begin = performance.now();
    expect(await start(args('whole')).end).toBe(0);
    lasts = performance.now() - begin;
    whole = await contents(join(folder, 'whole'));
    all = points('whole');
    expect(all).toBe(20);
  });

  const moments: readonly [string, (to: string, running: Running) => boolean][] = [
    ['in the third order', (to) => sizeOf(join(folder, to, 'forces.jsonl')) > 200_000],
    ['at the first point', (to) => points(to) > 0],
    ['at half of the points', (to) => points(to) >= all / 2],
    ['at the last point', (to) => points(to) >= all],
    ['at the conductivity', (to) => sizeOf(join(folder, to, KAPPA)) > 0],
    ['at the plots', (to) => sizeOf(join(folder, to, 'kappa.svg')) > 0],
  ];

  it('at each moment of one run goes on, redoes nothing, and comes to the same', async () => {
    let killed = 0;
    let before = 0;
    for (const [, holds] of moments) {
      const running = start(args('often'));
      if (await killedWhen(running, () => holds('often', running))) killed++;
      if (before > 0 && before < all)
        expect(running.said).toContain(`${before} of ${all} points were done before`);
      before = points('often');
    }
    const last = start(args('often'));
    expect(await last.end).toBe(0);
    expect(last.said).not.toContain('on this machine');
    expect(await contents(join(folder, 'often'))).toEqual(whole);
    // A machine may be so quick that the last moments are over before they are seen.
    expect(killed).toBeGreaterThanOrEqual(moments.length - 2);
  });

  it('at times that nobody chose comes to the same', async () => {
    for (let k = 1; k <= 5; k++) {
      const to = `time-${k}`;
      const deadline = performance.now() + (k / 6) * lasts;
      await killedWhen(start(args(to)), () => performance.now() > deadline);
      expect(await start(args(to)).end).toBe(0);
      expect(await contents(join(folder, to))).toEqual(whole);
    }
  });

  it('as shards, each of them once, leaves the others and is redone alone', async () => {
    const shards = [3, 1, 2].map((k) => ({ k, running: start(args('shards', '--shard', `${k}/3`)) }));
    // The first calculates the forces, for which the others wait; one of these is killed at its work.
    const [third, first, second] = shards.map(({ running }) => running);
    await killedWhen(third, () => points('shards') > 2);
    expect(await first.end).toBe(0);
    expect(await second.end).toBe(0);
    const left = all - points('shards');
    expect(left).toBeLessThanOrEqual(Math.ceil(all / 3));
    const again = start(args('shards', '--shard', '3/3'));
    expect(await again.end).toBe(0);
    expect(points('shards')).toBe(all);
    expect(await contents(join(folder, 'shards'))).toEqual(whole);
  });
});
