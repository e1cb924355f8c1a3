import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCollision, writeCollision } from '../../formats/phono3py/collision.js';
import { readLinewidthDetail, writeLinewidthDetail } from '../../formats/phono3py/gamma-detail.js';
import { writeIrreducibleYaml } from '../../formats/phono3py/ir-grid-points.js';
import { writeCumulativeNumbers, writeCumulativeTensors } from '../../formats/phono3py/kaccum-dat.js';
import { kappaName, readKappa, writeKappa } from '../../formats/phono3py/kappa.js';
import {
  readGridAddresses,
  readPhonons,
  writeGridAddresses,
  writePhonons,
} from '../../formats/phono3py/phonon.js';
import { readStrengths, writeStrengths } from '../../formats/phono3py/pp.js';
import {
  jointDensityName,
  linewidthSpectrumName,
  writeSpectrum,
} from '../../formats/phono3py/spectra-dat.js';
import { cumulativeSpectrum, samplingPoints, spectrumGrid } from '../../src/lattice/scattering/cumulative.js';
import { lifetimes, meanFreePaths } from '../../src/lattice/scattering/relaxation-time.js';
import { joined } from '../helpers/phonopy-files.js';
import { withoutData } from '../helpers/shared-data.js';
import { difference, PeerConductivity, SILICON, tetrahedraOfGrid } from './conductivity.js';
import { PYTHON, python, scratch } from './peers.js';

/** Data sets of a file as h5py has them: shapes, types, and a checksum of the numbers. */
const DATA_SETS = `
import h5py, json, sys, numpy as np
answer = {}
with h5py.File(sys.argv[1]) as f:
    for name, d in f.items():
        values = d[()]
        text = values.decode() if isinstance(values, bytes) else np.asarray(values).ravel().tolist()
        if np.asarray(values).dtype.kind == "c":
            text = np.asarray(values).ravel().view("double").tolist()
        answer[name] = [list(d.shape), "S" if d.dtype.kind == "S" else str(d.dtype), text]
print(json.dumps(answer))
`;

// biome-ignore lint/suspicious/noExplicitAny: one list of readers and writers of many types
const KINDS: [RegExp, (path: string) => Promise<any>, (path: string, value: any) => Promise<void>][] = [
  [/^kappa-/, readKappa, writeKappa],
  [/^gamma_detail-/, readLinewidthDetail, writeLinewidthDetail],
  [/^collision-/, readCollision, writeCollision],
  [/^pp-/, readStrengths, writeStrengths],
  [/^phonon-/, readPhonons, writePhonons],
  [/^grid_address-/, readGridAddresses, writeGridAddresses],
];

/** Every file of a folder read and written into another; their names. */
async function rewritten(from: string, to: string): Promise<string[]> {
  const names: string[] = [];
  for (const name of readdirSync(from)) {
    const kind = KINDS.find(([start]) => start.test(name));
    if (!kind) continue;
    const [, read, write] = kind;
    await write(join(to, name), await read(join(from, name)));
    names.push(name);
  }
  return names;
}

function run(folder: string, program: string, ...args: string[]): string {
  const options = { cwd: folder, encoding: 'utf8', stdio: 'pipe', maxBuffer: 1 << 26 } as const;
  return execFileSync(join(dirname(PYTHON), program), args, options);
}

describe.skipIf(withoutData)('files of results and phono3py', () => {
  it.each([
    ['by relaxation times', { isotope: true, boundary: 5, detail: true, nu: true, pp: true }],
    ['by relaxation times with a Gaussian', { sigma: 0.1, pp: true }],
    ['by the collision matrix', { lbte: 'reduced', isotope: true }],
    ['by the full collision matrix', { lbte: 'full' }],
    ['by populations and coherences', { transport: 'SMM19' }],
  ] as const)('%s: ours have what theirs have', async (_, asked) => {
    const [theirs, ours] = [scratch('theirs'), scratch('ours')];
    new PeerConductivity({ ...SILICON, mesh: [3, 3, 3], temperatures: [100, 300], files: theirs, ...asked });
    const names = await rewritten(theirs, ours);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const [a, b] = [ours, theirs].map((folder) =>
        python<Record<string, unknown>>(DATA_SETS, join(folder, name)),
      );
      expect({ name, ...a }).toEqual({ name, ...b });
    }
    const kappa = names.find((name) => name.startsWith('kappa'))!;
    expect(kappaName(await readKappa(join(ours, kappa)))).toBe(kappa);
  });

  it('phonons and addresses of grids', async () => {
    const [theirs, ours] = [scratch('theirs'), scratch('ours')];
    python(
      `
import phono3py, sys, os, json
ph3 = phono3py.load(sys.argv[1], forces_fc3_filename=sys.argv[2], log_level=0)
ph3.mesh_numbers = [3, 3, 3]
os.chdir(sys.argv[3])
ph3.init_phph_interaction()
ph3.run_phonon_solver()
from phonopy.phonon.grid import get_ir_grid_points
from phono3py.file_IO import write_phonon_to_hdf5, write_grid_address_to_hdf5
points, weights, table = get_ir_grid_points(ph3.grid)
frequencies, eigenvectors, addresses = ph3.get_phonon_data()
write_phonon_to_hdf5(frequencies, eigenvectors, addresses, [3, 3, 3], ir_grid_points=points, ir_grid_weights=weights)
write_grid_address_to_hdf5(addresses, [3, 3, 3], table)
print(json.dumps(1))
`,
      SILICON.yaml,
      SILICON.forces,
      theirs,
    );
    const names = await rewritten(theirs, ours);
    expect(names).toHaveLength(2);
    for (const name of names)
      expect(python(DATA_SETS, join(ours, name))).toEqual(python(DATA_SETS, join(theirs, name)));
  });

  it('their readers take ours', async () => {
    const [theirs, ours] = [scratch('theirs'), scratch('ours')];
    new PeerConductivity({
      ...SILICON,
      mesh: [3, 3, 3],
      temperatures: [100, 300],
      files: theirs,
      lbte: 'reduced',
      pp: true,
    });
    await rewritten(theirs, ours);
    const read = `
import os, sys, json, numpy as np
from phono3py.file_IO import read_gamma_from_hdf5, read_pp_from_hdf5, read_collision_from_hdf5
answer = []
for folder in sys.argv[1:]:
    os.chdir(folder)
    gamma, name = read_gamma_from_hdf5([3, 3, 3])
    pp, g_zero = read_pp_from_hdf5([3, 3, 3], grid_point=1, verbose=False)
    matrix, widths, temperatures = read_collision_from_hdf5([3, 3, 3], grid_point=1, verbose=False)
    answer.append([name, gamma["gamma"].tolist(), pp.tolist(), None if g_zero is None else g_zero.tolist(), matrix.tolist(), widths.tolist(), temperatures.tolist()])
print(json.dumps(answer))
`;
    const [a, b] = python<unknown[]>(read, theirs, ours);
    expect(b).toEqual(a);
  });

  it('phono3py-kaccum and phono3py-kdeplot take ours, and our sums are those of the former', async () => {
    const [theirs, ours] = [scratch('theirs'), scratch('ours')];
    const peer = new PeerConductivity({
      ...SILICON,
      mesh: [5, 5, 5],
      temperatures: [100, 300],
      files: theirs,
    });
    await rewritten(theirs, ours);
    for (const folder of [theirs, ours]) copyFileSync(SILICON.yaml, join(folder, 'phono3py_disp.yaml'));
    const name = 'kappa-m555.hdf5';
    const text = run(ours, 'phono3py-kaccum', name);
    expect(text).toBe(run(theirs, 'phono3py-kaccum', name));
    const { grid, answer } = peer;
    const stars = new Int32Array(grid.total).fill(-1);
    for (const move of peer.moves)
      for (let p = 0; p < grid.total; p++)
        stars[move[p]] = Math.min(stars[move[p]] < 0 ? p : stars[move[p]], p);
    const spectra = spectrumGrid(
      tetrahedraOfGrid(answer.cell, grid),
      peer.whole('irreducible'),
      grid.regular,
      stars,
    );
    const kappa = await readKappa(join(theirs, name));
    const { temperatures, modeKappa, frequencies, velocities, linewidths } = kappa;
    const modes = frequencies!.length;
    const rows = (output: string) =>
      output
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => line.trim().split(/ +/).map(Number));
    const points = samplingPoints(frequencies!);
    const byFrequency = Array.from(temperatures, (_, t) =>
      cumulativeSpectrum(spectra, frequencies!, modeKappa!.slice(6 * t * modes, 6 * (t + 1) * modes), points),
    );
    const mine = joined(writeCumulativeTensors(byFrequency, temperatures));
    // Six decimals are printed of numbers up to some hundreds.
    expect(difference(rows(mine).flat(), rows(text).flat())).toBeLessThan(1e-8);
    expect(mine.split('\n').length).toBe(text.split('\n').filter((line) => !/^# [A-Z]/.test(line)).length);
    const paths = meanFreePaths(linewidths!, velocities!);
    const byPath = Array.from(temperatures, (_, t) => {
      const own = paths.slice(t * modes, (t + 1) * modes);
      const property = modeKappa!.slice(6 * t * modes, 6 * (t + 1) * modes);
      return cumulativeSpectrum(spectra, own, property, samplingPoints(own));
    });
    const path = rows(run(ours, 'phono3py-kaccum', '--mfp', name));
    expect(
      difference(rows(joined(writeCumulativeTensors(byPath, temperatures))).flat(), path.flat()),
    ).toBeLessThan(1e-8);
    const average = run(ours, 'phono3py-kaccum', '--average', name);
    expect(rows(joined(writeCumulativeTensors(byFrequency, temperatures, 'average')))).toEqual(rows(average));
    const times = Array.from(temperatures, (_, t) => {
      const shares = lifetimes(linewidths!.slice(t * modes, (t + 1) * modes));
      const bands = modes / kappa.weights!.length;
      return cumulativeSpectrum(
        spectra,
        frequencies!,
        shares.map((x, m) => x * kappa.weights![Math.floor(m / bands)]),
        points,
      );
    });
    expect(
      difference(
        rows(joined(writeCumulativeNumbers(times, temperatures))).flat(),
        rows(run(ours, 'phono3py-kaccum', '--tau', name)).flat(),
      ),
    ).toBeLessThan(1e-7);
    run(ours, 'phono3py-kdeplot', name);
    expect(readFileSync(join(ours, 'lifetime.png')).length).toBeGreaterThan(1000);
  });

  it('texts are theirs letter by letter', async () => {
    const folder = scratch('texts');
    const peer = new PeerConductivity({ ...SILICON, mesh: [4, 4, 4], temperatures: [300], files: folder });
    python(
      `
import phono3py, sys, os, json, numpy as np
from phonopy.phonon.grid import get_ir_grid_points
from phono3py.file_IO import write_ir_grid_points, write_imag_self_energy_at_grid_point, write_joint_dos_at_t
ph3 = phono3py.load(sys.argv[1], forces_fc3_filename=sys.argv[2], log_level=0)
ph3.mesh_numbers = [4, 4, 4]
ph3.init_phph_interaction()
os.chdir(sys.argv[3])
points, weights, _ = get_ir_grid_points(ph3.grid)
write_ir_grid_points(ph3.grid, ph3.grid.grg2bzg[points], weights, np.linalg.inv(ph3.primitive.cell))
f = np.array([0.0, 0.25, 12.5])
write_imag_self_energy_at_grid_point(3, [0, 1], [4, 4, 4], f, np.array([1e-7, 0.0, 1 / 3]), sigma=0.1, temperature=300.0)
write_joint_dos_at_t(3, [4, 4, 4], f, np.array([[1.5, 0], [1e10, 2], [3, -4]]), temperature=300.5)
print(json.dumps(1))
`,
      SILICON.yaml,
      SILICON.forces,
      folder,
    );
    const { grid, answer } = peer;
    const yaml = joined(
      writeIrreducibleYaml(grid, answer.cell, peer.whole('irreducible'), peer.whole('weights')),
    );
    expect(yaml).toBe(readFileSync(join(folder, 'ir_grid_points.yaml'), 'utf8'));
    const frequencies = Float64Array.of(0, 0.25, 12.5);
    const parts = { mesh: [4, 4, 4], point: 3, temperature: 300 };
    const widths = linewidthSpectrumName({ ...parts, bands: [0, 1], sigma: 0.1 });
    expect(joined(writeSpectrum({ frequencies, columns: [Float64Array.of(1e-7, 0, 1 / 3)] }))).toBe(
      readFileSync(join(folder, widths), 'utf8'),
    );
    const columns = [Float64Array.of(1.5, 1e10, 3), Float64Array.of(0, 2, -4)];
    expect(joined(writeSpectrum({ frequencies, columns }))).toBe(
      readFileSync(join(folder, jointDensityName({ ...parts, temperature: 300.5 })), 'utf8'),
    );
  });
});
