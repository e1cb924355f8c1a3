import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runPhonopyQha } from '../../compat/commands/phonopy-qha.js';
import { formatNamed, openStructures } from '../../formats/read.js';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { PHONOPY_UNITS } from '../../src/lattice/harmonic/units.js';
import { volume } from '../../src/model/cell.js';
import { createFrame } from '../../src/model/frame.js';
import { createStructure, type Structure } from '../../src/model/structure.js';
import { createLennardJones } from '../../src/potentials/lj/potential.js';
import { type ForceSource, potentialForces } from '../../src/workflows/force-source.js';
import { type QhaPlan, runQha } from '../../src/workflows/qha.js';
import { written } from '../helpers/formats.js';

/** Argon: its modes are soft where it is expanded far. */
const ARGON = createLennardJones({
  species: ['Ar'],
  pairs: [{ epsilon: 0.0104, sigma: 3.4, cutoff: 7 }],
  shift: true,
});

function fcc(a: number, c = a): Structure {
  return createStructure({
    symbols: ['Ar', 'Ar', 'Ar', 'Ar'],
    cell: [a, 0, 0, 0, a, 0, 0, 0, c],
    positions: Float64Array.of(0, 0, 0, 0, a / 2, c / 2, a / 2, 0, c / 2, a / 2, a / 2, 0),
  });
}

/** Close packed in layers of two kinds of places: the ratio of its axes is free. */
function hcp(a: number, c: number): Structure {
  const h = (Math.sqrt(3) / 2) * a;
  return createStructure({
    symbols: ['Ar', 'Ar'],
    cell: [a, 0, 0, -a / 2, h, 0, 0, 0, c],
    positions: Float64Array.of(0, (2 / 3) * h, c / 4, a / 2, h / 3, (3 * c) / 4),
  });
}

describe('a quasi-harmonic run', () => {
  let device: CpuDevice;
  let folder: string;
  let model: ForceSource;
  beforeAll(async () => {
    device = await createCpuDevice({ threads: 1 });
    model = potentialForces(ARGON, device);
  });
  afterAll(() => device.close());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'phonolink-qha-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function plan(structure: Structure, more: Partial<QhaPlan> = {}): Promise<QhaPlan> {
    writeFileSync(join(folder, 'in.xyz'), await written(formatNamed('extxyz'), [createFrame(structure)]));
    return {
      phonons: {
        ...{ input: join(folder, 'in.xyz'), read: {}, folder: join(folder, 'out'), model: 'LJ' },
        // As engines: no evaluation is spent on telling the time.
        ...{ isRemote: true, dim: [2, 2, 2], primitive: 'auto', tolerance: 1e-5, displacements: {} },
        ...{ symmetrise: true, mesh: [6, 6, 6], gammaCentred: false, restart: false },
      },
      relax: { fmax: 1e-6 },
      strains: [-0.02, 0, 0.02, 0.04, 0.06, 0.08],
      ...{ equation: 'vinet', pressure: 0, highest: 30, step: 2 },
      ...more,
    };
  }

  /** Runs, and ends as if killed before evaluation `last` + 1. */
  async function run(how: QhaPlan, last = Number.POSITIVE_INFINITY) {
    const lines: string[] = [];
    let evaluations = 0;
    const source: ForceSource = {
      ...model,
      async bind(structure) {
        const bound = await model.bind(structure);
        return {
          ...bound,
          evaluate(positions, cell) {
            if (++evaluations > last) throw new Error('killed');
            return bound.evaluate(positions, cell);
          },
        };
      },
    };
    let place = '';
    const report = await runQha(how, source, device, {
      at: (where = '') => {
        place = where;
      },
      say: (line) => lines.push(`${place}: ${line}`),
      note: (line) => lines.push(`note: ${line}`),
      relaxing: () => {},
      forces: () => {},
    }).catch((error: Error) => {
      if (error.message !== 'killed') throw error;
      return undefined;
    });
    return { report, evaluations, lines: lines.join('\n') };
  }

  it('comes to one thermal expansion by volumes, by modes and by phonopy-qha', async () => {
    const { report } = await run(await plan(fcc(5.3)));
    const { expansion, modes, volumes, modesOf } = report!;
    expect(volumes.map(({ strain }) => strain)).toEqual([-0.02, 0, 0.02, 0.04, 0.06, 0.08]);
    for (const one of volumes) expect(one.volume / volumes[1].volume).toBeCloseTo(1 + one.strain, 9);
    expect(modesOf[0]).toBe('strain_+0.00000');
    const t = expansion.temperatures.indexOf(30);
    const { bulkModulus, volume: size } = expansion.minima[t];
    const alpha = expansion.expansion[t];
    const gamma = (alpha * bulkModulus * size) / expansion.heatCapacityAtVolume[t];
    expect(expansion.gruneisen[t]).toBeCloseTo(gamma, 12);
    // Mode parameters of the volume at rest, weighted with their heat at 30 K
    const bands = modes.parameters.length / modes.weights.length;
    let [sum, heat] = [0, 0];
    modes.parameters.forEach((g, k) => {
      const x = (modes.frequencies[k] * PHONOPY_UNITS.planck) / (PHONOPY_UNITS.boltzmann * 30);
      const share = modes.weights[Math.floor(k / bands)] * (x / 2 / Math.sinh(x / 2)) ** 2;
      sum += share * g;
      heat += share;
    });
    // Its gamma is about 2.9 at rest and rises as V^1 with the 5 % that the crystal has grown by 30 K.
    expect(Math.abs(expansion.gruneisen[t] / (sum / heat) - 1)).toBeLessThan(0.1);
    const difference = 30 * size * alpha ** 2 * bulkModulus;
    const measured = expansion.heatCapacityByVolume[t] - expansion.heatCapacityAtVolume[t];
    expect(Math.abs(measured / difference - 1)).toBeLessThan(1e-3);

    const again = join(folder, 'again');
    mkdirSync(again);
    const thermal = readdirSync(join(folder, 'out')).filter((name) =>
      /^thermal_properties.yaml-0\d$/.test(name),
    );
    expect(thermal.length).toBe(6);
    const print = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    await runPhonopyQha(
      ['e-v.dat', ...thermal.sort()].map((name) => `../out/${name}`).concat('--tmax', '30'),
      { folder: again },
    ).finally(() => print.mockRestore());
    for (const name of readdirSync(again))
      expect(readFileSync(join(folder, 'out', name), 'utf8'), name).toBe(
        readFileSync(join(again, name), 'utf8'),
      );
    expect(existsSync(join(folder, 'out', 'gruneisen_mesh.yaml'))).toBe(true);
  });

  it('goes on where it ended, and takes up volumes that are there', async () => {
    const how = await plan(fcc(5.3), { strains: [-0.02, 0, 0.02, 0.04, 0.06] });
    const whole = await run({ ...how, phonons: { ...how.phonons, folder: join(folder, 'whole') } });
    let spent = 0;
    for (const pieces of [5, 9]) {
      const part = await run(how, pieces);
      expect(part.report).toBeUndefined();
      spent += pieces;
    }
    const rest = await run(how);
    expect(spent + rest.evaluations).toBe(whole.evaluations);
    const more = await run({ ...how, strains: [...how.strains, 0.05, 0.07], highest: 20 });
    // Each new volume: the start of the relaxation, the supercell at rest, and one displacement
    expect(more.evaluations).toBe(6);
    expect(more.report!.volumes.map(({ known }) => known)).toEqual([1, 1, 1, 1, 0, 1, 0]);
    expect((await run({ ...how, highest: 20 })).evaluations).toBe(0);
    // Nothing stays of volumes that are not among them now.
    expect(readdirSync(join(folder, 'out')).filter((name) => /yaml-/.test(name)).length).toBe(5);
  });

  it('relaxes the shape of each volume where symmetry leaves it free', async () => {
    const { report, lines } = await run(await plan(hcp(3.75, 6.3)));
    expect(lines).toMatch(/V\/V0 = 1\.0600: relaxing atoms and cell/);
    const { primitiveAtoms, volumes } = report!;
    expect(primitiveAtoms).toBe(2);
    const ratios: number[] = [];
    for (const one of volumes) {
      const { frames } = await openStructures(join(folder, 'out', one.folder, 'relaxed.extxyz'), {});
      for await (const { structure } of frames) {
        ratios.push(structure.cell[8] / structure.cell[0]);
        expect(volume(structure.cell) / volumes[1].volume).toBeCloseTo(1 + one.strain, 9);
      }
    }
    // The ratio at rest is not the one that it began with, and changes with the volume.
    expect(Math.abs(ratios[1] - 6.3 / 3.75)).toBeGreaterThan(0.01);
    expect(new Set(ratios.map((x) => x.toFixed(5))).size).toBeGreaterThan(3);
    const cubic = await run(await plan(fcc(5.3)));
    expect(cubic.lines).toMatch(/V\/V0 = 1\.0600: relaxing atoms of the supercell to/);
  });

  it('leaves volumes with imaginary modes out, and says where', async () => {
    const { report, lines } = await run(
      await plan(fcc(5.3), { strains: [-0.04, -0.02, 0, 0.02, 0.04, 0.06, 0.6] }),
    );
    expect(lines).toMatch(
      /note: IMAGINARY MODES at V\/V0 = 1\.6000 \(\d+\.\d{3} A\^3\): \d+ of 648, the lowest -\d\.\d{4} THz at q = \(.*\); the volume is left out/,
    );
    expect(report!.volumes.filter(({ imaginary }) => imaginary).length).toBe(1);
    expect(report!.expansion.volumes.length).toBe(6);
    const far = await plan(fcc(5.3), { strains: [0, 0.02, 0.04, 0.06, 0.6, 0.7, 0.8] });
    await expect(run(far)).rejects.toThrow('4 of 7 volumes have no imaginary modes, but 5 are needed');
  });

  it('ends where the volumes do', async () => {
    const short = await run(
      await plan(fcc(5.3), { strains: [-0.01, 0, 0.02, 0.04, 0.05, 0.06], highest: 60 }),
    );
    expect(short.lines).toMatch(
      /note: from \d+ K on the least free energy lies outside of the volumes, .*: results end at \d+ K/,
    );
    const { temperatures, minima, volumes } = short.report!.expansion;
    expect(temperatures[temperatures.length - 1]).toBeLessThan(60);
    expect(temperatures.length).toBeGreaterThan(5);
    for (const one of minima) expect(one.volume).toBeLessThanOrEqual(Math.max(...volumes));
    await expect(run(await plan(fcc(5.3), { strains: [-0.05, -0.04, -0.03, -0.02, -0.01] }))).rejects.toThrow(
      /at 0 K the least free energy lies outside of the volumes/,
    );
    await expect(run(await plan(fcc(5.3), { strains: [0.01] }))).rejects.toThrow(
      'there are 2 volumes, but the quasi-harmonic approximation needs 5',
    );
  });
});
