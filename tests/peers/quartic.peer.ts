import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeQuarticForceConstantsHdf5 } from '../../formats/phonopy/force-constants-hdf5.js';
import { createCpuDevice } from '../../src/device/cpu.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { compactRows } from '../../src/lattice/force-constants/rows.js';
import { findCellSymmetry } from '../../src/symmetry/cell-symmetry.js';
import { potentialForces } from '../../src/workflows/force-source.js';
import { quarticFromForces } from '../../src/workflows/quartic.js';
import { recipe } from '../helpers/crystals.js';
import { pairPotential } from '../helpers/pair-potential.js';
import { python, scratch } from './peers.js';

/** ASE's Lennard-Jones forces, differentiated three times by central differences, beside fc4.hdf5. */
const ASE = `
import json, sys, h5py, numpy as np
from ase import Atoms
from ase.calculators.lj import LennardJones
given = json.loads(sys.argv[1])
with h5py.File(given["file"]) as f:
    fc4, rows = f["fc4"][:], f["p2s_map"][:]
atoms = Atoms(given["symbols"], positions=np.reshape(given["positions"], (-1, 3)),
    cell=np.reshape(given["cell"], (3, 3)), pbc=True)
atoms.calc = LennardJones(epsilon=given["epsilon"], sigma=given["sigma"], rc=given["cutoff"])
rest = atoms.get_positions()
def third(moves, h):
    total = np.zeros_like(rest)
    for signs in np.ndindex(2, 2, 2):
        positions, weight = rest.copy(), 1.0
        for (atom, axis), s in zip(moves, signs):
            positions[atom, axis] += h if s else -h
            weight *= 1 if s else -1
        atoms.set_positions(positions)
        total += weight * atoms.get_forces()
    return -total / (2 * h) ** 3
rng = np.random.default_rng(7)
worst = 0.0
for _ in range(60):
    moves = [(int(rng.integers(len(atoms))), int(rng.integers(3))) for _ in range(3)]
    # Two step lengths: what goes with the square of a step is taken away.
    exact = (4 * third(moves, 0.01) - third(moves, 0.02)) / 3
    (j, b), (k, c), (l, d) = moves
    worst = max(worst, float(np.abs(fc4[:, j, k, l, :, b, c, d] - exact[rows]).max()))
print(json.dumps({"worst": worst, "largest": float(np.abs(fc4).max()), "shape": fc4.shape}))
`;

it('fourth-order force constants in fc4.hdf5 are derivatives of the forces of ASE', async () => {
  const cells = buildPhononCells(recipe('hcp'), [2, 1, 1]);
  const { supercell } = cells;
  const symmetry = findCellSymmetry(supercell);
  const layout = compactRows(cells, symmetry.translations);
  // Between two shells of neighbours: no pair crosses it.
  const cutoff = 4.1;
  const potential = pairPotential(supercell, cutoff);
  const [{ epsilon, sigma }] = potential.parameters.pairs;
  const device = await createCpuDevice({ threads: 1 });
  const at = (distance: number) =>
    quarticFromForces(symmetry, potentialForces(potential, device), layout, { distance, symmetrise: true });
  const [wide, narrow] = [await at(0.02), await at(0.01)];
  await device.close();
  const values = narrow.values.map((x, i) => (4 * x - wide.values[i]) / 3);
  const file = join(scratch('quartic'), 'fc4.hdf5');
  await writeQuarticForceConstantsHdf5(file, { ...narrow, values });
  const symbols = Array.from(supercell.kinds, (kind) => supercell.species[kind]);
  const given = { file, symbols, positions: [...supercell.positions], cell: [...supercell.cell] };
  const { worst, largest, shape } = python<{ worst: number; largest: number; shape: number[] }>(
    ASE,
    JSON.stringify({ ...given, epsilon, sigma, cutoff }),
  );
  expect(shape).toEqual([2, 4, 4, 4, 3, 3, 3, 3]);
  // What is left goes with the fourth power of 0.02 A over some A, times factors of derivatives of r^-12.
  expect(worst / largest).toBeLessThan(1e-6);
});
