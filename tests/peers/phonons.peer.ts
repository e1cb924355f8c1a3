import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatNamed } from '../../formats/read.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { createFrame } from '../../src/model/frame.js';
import { createStructure, type Structure } from '../../src/model/structure.js';
import { skewedDiamond } from '../contract/structures.js';
import { recipe } from '../helpers/crystals.js';
import { written } from '../helpers/formats.js';
import { DATA, withoutData } from '../helpers/shared-data.js';
import { python, scratch } from './peers.js';

const MAIN = join(PACKAGE_ROOT, 'dist', 'src', 'cli', 'main.js');
const MODEL = join(PACKAGE_ROOT, 'fixtures', 'silicon', 'Si.tersoff');

async function command(
  folder: string,
  structure: Structure,
  args: readonly string[],
  model = MODEL,
): Promise<string[]> {
  const input = join(folder, 'in.xyz');
  writeFileSync(input, await written(formatNamed('extxyz'), [createFrame(structure)]));
  return [MAIN, 'phonons', model, input, '-o', join(folder, 'out'), '--threads', '1', ...args];
}

interface Answer {
  bands: number;
  atGamma: number;
  mesh: number;
  heat: number;
  density: number;
  group: string;
  forces: number;
}

/** What phonopy makes of a folder of ours, and how far that is from what the folder says. */
const PHONOPY = `
import json, os, sys, warnings
import numpy as np, phonopy, yaml
warnings.simplefilter("ignore")
folder, n, gamma = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "gamma"
read = lambda name: yaml.load(open(os.path.join(folder, name)), Loader=yaml.CSafeLoader)
ph = phonopy.load(os.path.join(folder, "phonopy_params.yaml"), log_level=0)
stored = phonopy.load(os.path.join(folder, "phonopy_disp.yaml"), log_level=0,
    force_constants_filename=os.path.join(folder, "force_constants.hdf5"))
sets = phonopy.load(os.path.join(folder, "phonopy_disp.yaml"), log_level=0,
    force_sets_filename=os.path.join(folder, "FORCE_SETS"))
def modes(name):
    points = read(name)["phonon"]
    return [p["q-position"] for p in points], np.array([[b["frequency"] for b in p["band"]] for p in points])
q, ours = modes("band.yaml")
near = np.abs(np.array(q)).sum(axis=1) < 1e-6
acoustic = near[:, None] & (np.abs(ours) < 1e-3)
ends = np.cumsum(read("band.yaml")["segment_nqpoint"])
bands, at_gamma = 0.0, 0.0
for one in (ph, stored, sets):
    # Segment by segment: at Gamma a polar crystal has the field of the segment's direction.
    one.nac_params = ph.nac_params
    one.run_band_structure([np.array(piece) for piece in np.split(q, ends[:-1])])
    off = np.abs(np.sort(np.concatenate(one.band_structure.frequencies), axis=1) - np.sort(ours, axis=1))
    bands = max(bands, float(off[~acoustic].max()))
    at_gamma = max(at_gamma, float(off[acoustic].max(initial=0)))
mesh_q, mesh_f = modes("mesh.yaml")
ph.run_qpoints(mesh_q)
mesh = float(np.abs(ph.qpoints.frequencies - mesh_f)[np.abs(mesh_q).sum(axis=1) > 1e-6].max())
ph.run_mesh([n, n, n], is_gamma_center=gamma)
thermal = read("thermal_properties.yaml")["thermal_properties"]
ph.run_thermal_properties(temperatures=[t["temperature"] for t in thermal], cutoff_frequency=1e-3)
heat = float(np.abs(np.array([t["heat_capacity"] for t in thermal]) - ph.thermal_properties.heat_capacity).max())
def density_off(name, run):
    points, *columns = np.loadtxt(os.path.join(folder, name)).T
    # Shares of equal modes are of whatever vectors a solver chose: their sum is not.
    columns = [np.sum(columns, axis=0)]
    theirs = np.atleast_2d(run(freq_min=points[0], freq_max=points[-1], freq_pitch=points[1] - points[0]))
    count = min(theirs.shape[1], len(points))
    return float(np.abs(theirs[:, :count] - np.array(columns)[:, :count]).max() / np.max(columns))
def total(**range):
    ph.run_total_dos(**range)
    return ph.total_dos.dos
def projected(**range):
    ph.run_mesh([n, n, n], is_gamma_center=gamma, with_eigenvectors=True, is_mesh_symmetry=False)
    ph.run_projected_dos(**range)
    return ph.projected_dos.projected_dos.sum(axis=0)
density = max(density_off("total_dos.dat", total), density_off("projected_dos.dat", projected))
print(json.dumps({"bands": bands, "atGamma": at_gamma, "mesh": mesh, "heat": heat, "density": density,
    "group": ph.symmetry.dataset.international, "forces": len(ph.forces)}))
`;

describe('the folder of phonolink phonons', () => {
  it.each([
    ['a cubic crystal', recipe('diamond'), ['2', '2', '2'], [], 'Fd-3m', 1],
    [
      'a skewed one',
      skewedDiamond(['Si'], { bond: 2.36, rattle: 0.05 }),
      ['2', '2', '2'],
      ['--fmax', '1e-4'],
      '',
      0,
    ],
  ] as const)(
    'is loaded by phonopy, which finds the same phonons: %s',
    async (_, structure, dim, more, group, forces) => {
      const folder = scratch('phonons');
      // Eighths are exact in the seven decimals of q in mesh.yaml; sevenths would be off by 1.5e-6 THz.
      const mesh = ['--mesh', '8', '8', '8', '--gc', '--tstep', '100'];
      const args = await command(folder, structure, ['--dim', ...dim, ...mesh, ...more]);
      execFileSync(process.execPath, [...args, '--quiet']);
      const found = python<Answer>(PHONOPY, join(folder, 'out'), '8', 'gamma');
      // Forces are written with ten decimals, which moves a frequency by 1e-10 / (displacement m 8 pi^2 f): 1e-8 THz.
      expect(found.bands).toBeLessThan(1e-6);
      expect(found.mesh).toBeLessThan(1e-6);
      // The root of rounding errors
      expect(found.atGamma).toBeLessThan(1e-3);
      // Seven decimals
      expect(found.heat).toBeLessThan(1e-6);
      // Both by tetrahedra, between points that are given with ten decimals.
      expect(found.density).toBeLessThan(1e-5);
      if (group !== '') expect(found).toMatchObject({ group, forces });
    },
  );

  // The model, like the reference data, is not everywhere.
  it.skipIf(withoutData).each(['gonze', 'wang'])(
    'has the field of the ions as phonopy has it: %s',
    async (method) => {
      const folder = scratch('polar');
      const born = join(folder, 'BORN');
      const diagonal = (x: number) => [x, 0, 0, 0, x, 0, 0, 0, x].join(' ');
      writeFileSync(born, ['14.399652', diagonal(28), diagonal(5.8), diagonal(-5.8), ''].join('\n'));
      const model = join(DATA, 'nep', 'potentials', 'PbTe_nep4.txt');
      const salt = recipe('rocksalt');
      const structure = createStructure({
        ...salt,
        species: ['Pb', 'Te'],
        masses: undefined,
        cell: salt.cell.map((x) => 1.15 * x),
        positions: salt.positions.map((x) => 1.15 * x),
      });
      const more = ['--nac', born, '--nac-method', method, '--mesh', '8', '8', '8', '--gc', '--tstep', '100'];
      execFileSync(process.execPath, [
        ...(await command(folder, structure, ['--dim', '2', '2', '2', ...more], model)),
        '--quiet',
      ]);
      const found = python<Answer>(PHONOPY, join(folder, 'out'), '8', 'gamma');
      expect(found.bands).toBeLessThan(1e-6);
      expect(found.atGamma).toBeLessThan(1e-3);
      expect(found.mesh).toBeLessThan(1e-6);
      expect(found.heat).toBeLessThan(1e-6);
    },
  );

  it('is gone on with after a kill, wherever that was', async () => {
    const folder = scratch('killed');
    const structure = skewedDiamond(['Si'], { bond: 2.36, rattle: 0.02 });
    const args = await command(folder, structure, '--dim 6 6 6 --no-relax --no-band --mesh 2 2 2'.split(' '));
    const journal = join(folder, 'out', 'forces.jsonl');
    const lines = () => (existsSync(journal) ? readFileSync(journal, 'latin1').split('\n').length - 1 : 0);
    const child = spawn(process.execPath, [...args, '--quiet'], { stdio: 'ignore' });
    const ended = new Promise<string | null>((resolve) => child.on('exit', (_, signal) => resolve(signal)));
    const watch = setInterval(() => {
      // A head, one structure at rest, some displacements
      if (lines() >= 5) child.kill('SIGKILL');
    }, 1);
    const signal = await ended;
    clearInterval(watch);
    expect(signal).toBe('SIGKILL');
    const kept = lines() - 2;
    expect(existsSync(join(folder, 'out', 'FORCE_SETS'))).toBe(false);
    const report = JSON.parse(execFileSync(process.execPath, [...args, '--json'], { encoding: 'utf8' }));
    expect(report.displacements).toBe(24);
    expect(report.known).toBe(kept);
    expect(kept).toBeLessThan(24);
    expect(lines()).toBe(2 + 24);
    expect(existsSync(join(folder, 'out', 'FORCE_SETS'))).toBe(true);
  });
});
