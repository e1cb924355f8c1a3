import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readForceConstantsHdf5 } from '../../formats/phonopy/force-constants-hdf5.js';
import { formatNamed } from '../../formats/read.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { buildSupercell } from '../../src/lattice/cells.js';
import { createFrame } from '../../src/model/frame.js';
import type { Structure } from '../../src/model/structure.js';
import { digestOf, digestOfFile } from '../../src/workflows/phonon-stages.js';
import { skewedDiamond } from '../contract/structures.js';
import { framesOf, written } from '../helpers/formats.js';
import { scratch } from './peers.js';
import { killedWhen, sizeOf, start } from './processes.js';

const MODEL = join(PACKAGE_ROOT, 'fixtures', 'silicon', 'Si.tersoff');

/** A digest of each file of a folder; of HDF5, which notes the time, that of its numbers. */
async function contents(folder: string): Promise<Record<string, string>> {
  const { constants } = await readForceConstantsHdf5(join(folder, 'force_constants.hdf5'));
  const names = readdirSync(folder).filter((name) => name !== 'force_constants.hdf5');
  return {
    ...Object.fromEntries(names.map((name) => [name, digestOfFile(join(folder, name))])),
    constants: digestOf(constants.rows, constants.values),
  };
}

describe('phonolink phonons, killed', () => {
  const folder = scratch('kill');
  const input = join(folder, 'in.xyz');
  const args = (to: string) => [
    ...['phonons', MODEL, input, '-o', join(folder, to), '--dim', '3', '3', '2', '--fmax', '1e-9'],
    ...['--mesh', '16', '16', '16', '--displacement-plusminus', 'always'],
  ];
  let whole: Record<string, string>;
  let journal = 0;

  beforeAll(async () => {
    const structure = skewedDiamond(['Si'], { bond: 2.4, rattle: 0.1 });
    writeFileSync(input, await written(formatNamed('extxyz'), [createFrame(structure)]));
    expect(await start(args('whole')).end).toBe(0);
    whole = await contents(join(folder, 'whole'));
    journal = sizeOf(join(folder, 'whole', 'forces.jsonl'));
    expect(Object.keys(whole)).toContain('thermal_properties.yaml');
  });

  /** Moments of a run by what is there then, of a folder and of what was said. */
  const moments: readonly [string, (at: (name: string) => number, said: string) => boolean][] = [
    ['at the first line', (_, said) => said !== ''],
    ['in the relaxation', (at) => at('forces.jsonl') > 0.02 * journal],
    ['at the end of the relaxation', (at) => at('relaxed.extxyz') > 0],
    ['before the displacements', (at) => at('phonopy_disp.yaml') > 0],
    ['in the displacements', (at) => at('forces.jsonl') > 0.5 * journal],
    ['at the last displacement', (at) => at('forces.jsonl') >= journal],
    ['at the forces', (at) => at('FORCE_SETS') > 0],
    ['at the force constants', (_, said) => said.includes('force constants:')],
    ['in the phonons', (at) => at('phonopy_params.yaml') > 0],
    ['at the first results', (at) => at('band.yaml') > 0],
    ['at the last results', (at) => at('total_dos.dat') > 0],
    ['at the plots', (at) => at('band.svg') > 0],
  ];

  it('at any one moment comes to the same files, byte for byte', async () => {
    let killed = 0;
    for (const [k, [name, holds]] of moments.entries()) {
      const to = `once-${k}`;
      const at = (file: string) => sizeOf(join(folder, to, file));
      const running = start(args(to));
      if (await killedWhen(running, () => holds(at, running.said))) killed++;
      expect(await start(args(to)).end, name).toBe(0);
      expect(await contents(join(folder, to)), name).toEqual(whole);
    }
    // A machine may be so quick that the last moments are over before they are seen.
    expect(killed).toBeGreaterThanOrEqual(moments.length - 3);
  });

  it('again and again, at each moment of one run, comes to the same files', async () => {
    const at = (file: string) => sizeOf(join(folder, 'often', file));
    for (const [, holds] of moments) {
      const running = start(args('often'));
      await killedWhen(running, () => holds(at, running.said));
    }
    expect(await start(args('often')).end).toBe(0);
    expect(await contents(join(folder, 'often'))).toEqual(whole);
  });

  it('at times that nobody chose comes to the same files', async () => {
    const begin = performance.now();
    expect(await start(args('timed')).end).toBe(0);
    const lasts = performance.now() - begin;
    for (let k = 1; k <= 6; k++) {
      const to = `time-${k}`;
      const deadline = performance.now() + (k / 7) * lasts;
      await killedWhen(start(args(to)), () => performance.now() > deadline);
      expect(await start(args(to)).end).toBe(0);
      expect(await contents(join(folder, to))).toEqual(whole);
    }
  });
});

describe('phonolink relax, killed', () => {
  const folder = scratch('kill-relax');
  const at = (name: string) => join(folder, name);
  const args = (to: string, ...more: string[]) => [
    ...['relax', MODEL, at('in.xyz'), '-o', at(to), '--cell', '--fmax', '1e-7', '--method', 'fire', ...more],
  ];

  it('goes on from the structures that are done, and from a step of the one under way', async () => {
    const frames = [0.05, 0.1, 0.15].map((rattle) =>
      createFrame(repeated(skewedDiamond(['Si'], { bond: 2.4, rattle }), 12)),
    );
    writeFileSync(at('in.xyz'), await written(formatNamed('extxyz'), frames));
    const whole = start(args('whole.xyz', '--json'));
    expect(await whole.end).toBe(0);
    const kill = async (name: string) => {
      expect(await killedWhen(start(args('out.xyz')), () => sizeOf(at(name)) > 10_000)).toBe(true);
      expect(existsSync(at('out.xyz'))).toBe(false);
    };
    await kill('out.xyz.relaxing-step');
    await kill('out.xyz.relaxing');
    await kill('out.xyz.relaxing-step');
    const rest = start(args('out.xyz'));
    expect(await rest.end).toBe(0);
    expect(rest.said).toMatch(/note: [12] structures were relaxed by an earlier run, which was cut short/);
    expect(readdirSync(folder).sort()).toEqual(['in.xyz', 'out.xyz', 'whole.xyz']);
    const [one, two] = [await framesOf(at('whole.xyz')), await framesOf(at('out.xyz'))];
    one.forEach(({ labels }, k) => {
      // Forces of 1e-7 eV/A leave 1e-14 eV for each of 9000 atoms; sums of 40000 eV are rounded at some 1e-10.
      expect(Math.abs(two[k].labels.energy! - labels.energy!)).toBeLessThan(1e-8);
    });
  });
});

/** Copies of a crystal along all three vectors. */
function repeated(structure: Structure, n: number): Structure {
  return buildSupercell(structure, Int32Array.of(n, 0, 0, 0, n, 0, 0, 0, n)).structure;
}
