// What comes beside the strengths in a linewidth: triplets, delta functions by tetrahedra, and the sums at many
// temperatures, at some points of a mesh, beside phono3py on the same frequencies; two threads each.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCpuDevice } from '../src/device/cpu.js';
import { buildPhononCells } from '../src/lattice/cells.js';
import { DynamicalMatrix } from '../src/lattice/harmonic/dynamical-matrix.js';
import { phononGrid } from '../src/lattice/scattering/grid.js';
import { gridModes } from '../src/lattice/scattering/grid-modes.js';
import { addressOperations, irreduciblePoints } from '../src/lattice/scattering/grid-symmetry.js';
import { gridTetrahedra } from '../src/lattice/scattering/grid-tetrahedra.js';
import { classesOf, SelfEnergies } from '../src/lattice/scattering/linewidths.js';
import { tripletsAt } from '../src/lattice/scattering/triplets.js';
import { inverse, rowsTimes } from '../src/model/cell.js';
import { symbolsOf } from '../src/model/structure.js';
import { findCellSymmetry } from '../src/symmetry/cell-symmetry.js';
import { reciprocalOperations } from '../src/symmetry/q-points.js';
import { recipe } from '../tests/helpers/crystals.js';
import { springConstants } from '../tests/helpers/springs.js';
import type { BenchCase } from './helpers/case.js';
import { alternate, runPeer } from './helpers/peer.js';

const ROUNDS = 3;
const THREADS = 2;
const CUTOFF = 0.01;

const PEER = `
import os, sys
os.environ["RAYON_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "${THREADS}"
import json, time
from types import SimpleNamespace
import numpy as np
from phono3py.phonon3.imag_self_energy import run_imag_self_energy_with_g_rust
from phono3py.phonon3.triplets import get_triplets_at_q, get_triplets_integration_weights
from phonopy.phonon.grid import BZGrid
from phonopy.physical_units import get_physical_units
from phonopy.structure.atoms import PhonopyAtoms
from phonopy.structure.symmetry import Symmetry
with open(sys.argv[1]) as file:
    case = json.load(file)
cell = PhonopyAtoms(symbols=case["symbols"], cell=np.reshape(case["cell"], (3, 3)),
                    scaled_positions=np.reshape(case["fractional"], (-1, 3)))
grid = BZGrid(case["mesh"], lattice=cell.cell, symmetry_dataset=Symmetry(cell).dataset, store_dense_gp_map=True)
frequencies = np.fromfile(sys.argv[2]).reshape(len(grid.addresses), -1)
bands = frequencies.shape[1]
thz = get_physical_units().KB / get_physical_units().THzToEv
unit = 18 * np.pi / get_physical_units().THzToEv ** 2
begin, count, check = time.perf_counter(), 0, 0.0
for point in case["points"]:
    triplets, weights, _, _ = get_triplets_at_q(point, grid)
    made = SimpleNamespace(get_triplets_at_q=lambda: (triplets, weights), bz_grid=grid, symmetrize_tetrahedra=False,
                           phonons=SimpleNamespace(frequencies=frequencies))
    g, zero = get_triplets_integration_weights(made, frequencies[point].copy(), None)
    strengths = np.full((len(triplets), bands, bands, bands), 1e-12)
    gamma = np.zeros(bands)
    for t in case["temperatures"]:
        run_imag_self_energy_with_g_rust(gamma, strengths, triplets, weights, frequencies, t * thz, g, zero, ${CUTOFF})
        check += gamma.sum() * unit
    count += len(triplets)
print(json.dumps({"seconds": time.perf_counter() - begin, "frames": count, "check": check}))
`;

async function compare(name: string, mesh: number[], temperatures: number[]) {
  const cells = buildPhononCells(recipe(name), [2, 2, 2], 'auto');
  const { primitive } = cells;
  const constants = springConstants(cells, {
    reach: 3.4,
    stiffness: (d, [a, b]) => [40 * Math.exp(-d) * (1 + a + b), 6 * Math.exp(-1.5 * d)],
  });
  const reciprocal = reciprocalOperations(
    findCellSymmetry(primitive).operations.map(({ rotation }) => rotation),
  );
  const grid = phononGrid(mesh, primitive.cell);
  const operations = addressOperations(grid, reciprocal);
  const modes = gridModes(new DynamicalMatrix(cells, constants), grid);
  const { bands, frequencies } = modes;
  const { points: irreducible, map } = irreduciblePoints(grid, operations);
  const points = Array.from(
    irreducible.filter((_, k) => k % Math.ceil(irreducible.length / 20) === 1),
    (p) => grid.first[p],
  );
  const folder = mkdtempSync(join(tmpdir(), 'phonolink-bench-'));
  const [file, values] = [join(folder, 'case.json'), join(folder, 'frequencies')];
  writeFileSync(
    file,
    JSON.stringify({
      symbols: symbolsOf(primitive),
      cell: [...primitive.cell],
      fractional: [...rowsTimes(primitive.positions, inverse(primitive.cell))],
      mesh,
      points,
      temperatures,
    }),
  );
  writeFileSync(values, frequencies);
  const device = await createCpuDevice({ threads: THREADS });
  const strengths = device.heap.float64(1 << 22).fill(1e-12);
  try {
    const smearing = { kind: 'tetrahedra', tetrahedra: gridTetrahedra(grid) } as const;
    const classes = classesOf(grid, map);
    const { ours, peer } = await alternate(
      ROUNDS,
      async () => {
        const begin = performance.now();
        const energies = new SelfEnergies({
          device,
          grid,
          modes,
          strengths: { at: (some) => strengths.subarray(0, some.weights.length * bands ** 3) },
          smearing,
          classes,
          cutoffFrequency: CUTOFF,
          memory: 1 << 26,
        });
        let [frames, check] = [0, 0];
        for (const point of points) {
          const triplets = tripletsAt(grid, point, operations);
          frames += triplets.weights.length;
          for (const gamma of energies.linewidths(triplets, temperatures).gammas) check += gamma;
        }
        energies.release();
        return { seconds: (performance.now() - begin) / 1000, frames, check };
      },
      () => runPeer(PEER, file, values),
    );
    return { ours: ours.frames / ours.seconds, peer: peer.frames / peer.seconds, unit: 'triplets/s' };
  } finally {
    await device.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const one = [300];
const many = Array.from({ length: 101 }, (_, k) => 10 * k);

export const cases: readonly BenchCase[] = [
  {
    name: 'Linewidths, 6 bands, 19 x 19 x 19, one temperature',
    run: () => compare('diamond', [19, 19, 19], one),
  },
  {
    name: 'Linewidths, 6 bands, 19 x 19 x 19, 101 of them',
    run: () => compare('diamond', [19, 19, 19], many),
  },
  { name: 'Linewidths, 12 bands, 11 x 11 x 7, one', run: () => compare('wurtzite', [11, 11, 7], one) },
].map((entry) => ({ ...entry, peer: 'phono3py', wanted: 2 }));
