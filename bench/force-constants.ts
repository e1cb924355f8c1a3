import { join } from 'node:path';
import { loadPotential } from '../formats/potentials.js';
import { createCpuDevice } from '../src/device/cpu.js';
import { PACKAGE_ROOT } from '../src/device/paths.js';
import { buildPhononCells } from '../src/lattice/cells.js';
import { pairDisplacements } from '../src/lattice/displacements/pairs.js';
import { cubicForceConstants } from '../src/lattice/force-constants/cubic.js';
import { symmetriseCubic } from '../src/lattice/force-constants/cubic-rules.js';
import { compactRows, fullRows } from '../src/lattice/force-constants/rows.js';
import { symbolsOf } from '../src/model/structure.js';
import { findCellSymmetry } from '../src/symmetry/cell-symmetry.js';
import { withPairForces } from '../src/workflows/displaced-forces.js';
import { potentialForces } from '../src/workflows/force-source.js';
import { recipe } from '../tests/helpers/crystals.js';
import { pairPotential } from '../tests/helpers/pair-potential.js';
import { arrayOf, inputOf, peerForceConstants } from '../tests/peers/force-constants.js';
import { python } from '../tests/peers/peers.js';
import type { BenchCase } from './helpers/case.js';

/** Third-order force constants from forces that are known: displacements to tensors, symmetry found before. */
async function compare(name: string, dim: number[], rows: 'full' | 'compact') {
  const cells = buildPhononCells(recipe(name), dim);
  const symmetry = findCellSymmetry(cells.supercell);
  const device = await createCpuDevice({ threads: 1 });
  const source = potentialForces(pairPotential(cells.supercell), device);
  const set = await withPairForces(pairDisplacements(symmetry), cells.supercell, source);
  await device.close();
  const layout =
    rows === 'full' ? fullRows(cells.supercell.count) : compactRows(cells, symmetry.translations);
  let [ours, peer] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < 3; round++) {
    const start = performance.now();
    const { cubic } = cubicForceConstants(symmetry, set, layout);
    ours = Math.min(ours, (performance.now() - start) / 1000);
    const answer = peerForceConstants({ ...inputOf(cells), set, layouts: [rows] });
    peer = Math.min(peer, answer.seconds);
    const theirs = arrayOf(answer, `${rows}3`);
    const largest = theirs.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const apart = theirs.reduce((most, x, i) => Math.max(most, Math.abs(x - cubic.values[i])), 0);
    if (!(apart < 1e-8 * largest)) throw new Error(`the two differ by ${apart} of ${largest} eV/A^3`);
  }
  return { ours: 1 / ours, peer: 1 / peer, unit: 'fits/s' };
}

/** Displacements, forces and tensors by phono3py and calorine; seconds without imports. */
const PEER = `
import json, sys, time, warnings, numpy as np
warnings.simplefilter("ignore")
from phono3py import Phono3py
from phonopy.structure.atoms import PhonopyAtoms
from ase import Atoms
from calorine.calculators import CPUNEP
given = json.loads(sys.argv[1])
begin = time.perf_counter()
unit = PhonopyAtoms(symbols=given["symbols"], cell=np.reshape(given["cell"], (3, 3)),
    positions=np.reshape(given["positions"], (-1, 3)))
ph3 = Phono3py(unit, supercell_matrix=np.diag([2, 2, 2]), primitive_matrix="auto", log_level=0)
ph3.generate_displacements()
forces, calculator = [], CPUNEP(given["model"])
for cell in ph3.supercells_with_displacements:
    atoms = Atoms(cell.symbols, positions=cell.positions, cell=cell.cell, pbc=True)
    atoms.calc = calculator
    forces.append(atoms.get_forces())
ph3.forces = np.array(forces)
ph3.produce_fc3(is_compact_fc=True)
fc3 = ph3.fc3
seconds = time.perf_counter() - begin
print(json.dumps({"seconds": seconds, "norm": float(np.linalg.norm(fc3))}))
`;

/** All displacements of a supercell, their forces by NEP and the third-order force constants: from cell to tensors. */
async function wholeByNep() {
  const data = process.env.PHONOLINK_DATA ?? join(PACKAGE_ROOT, '..', 'shared', 'data');
  const model = join(data, 'nep', 'potentials', 'Si_2022_NEP4_4body.txt');
  const potential = await loadPotential(model);
  const unit = recipe('diamond');
  const device = await createCpuDevice({ threads: 1 });
  const input = { model, symbols: symbolsOf(unit), cell: [...unit.cell], positions: [...unit.positions] };
  let [ours, peer] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < 3; round++) {
    const start = performance.now();
    const cells = buildPhononCells(unit, [2, 2, 2]);
    const symmetry = findCellSymmetry(cells.supercell);
    const source = potentialForces(potential, device);
    const set = await withPairForces(pairDisplacements(symmetry), cells.supercell, source);
    const layout = compactRows(cells, symmetry.translations);
    const { cubic } = cubicForceConstants(symmetry, set, layout);
    symmetriseCubic(cubic, layout);
    ours = Math.min(ours, (performance.now() - start) / 1000);
    const answer = python<{ seconds: number; norm: number }>(PEER, JSON.stringify(input));
    peer = Math.min(peer, answer.seconds);
    const norm = Math.sqrt(cubic.values.reduce((sum, x) => sum + x * x, 0));
    // calorine's forces have the digits of tables in f64; displacements of 0.03 A twice divide them.
    if (!(Math.abs(norm / answer.norm - 1) < 1e-4))
      throw new Error(`the two differ: ${norm} and ${answer.norm} eV/A^3`);
  }
  await device.close();
  return { ours: 1 / ours, peer: 1 / peer, unit: 'runs/s' };
}

export const cases: BenchCase[] = [
  { name: 'cell to FC3, 64 Si by NEP', peer: 'phono3py, calorine', run: wholeByNep },
  { name: 'FC3 of 64 Si, compact', peer: 'phono3py', run: () => compare('diamond', [2, 2, 2], 'compact') },
  { name: 'FC3 of 64 Si, full', peer: 'phono3py', run: () => compare('diamond', [2, 2, 2], 'full') },
  { name: 'FC3 of 64 NaCl, compact', peer: 'phono3py', run: () => compare('rocksalt', [2, 2, 2], 'compact') },
  { name: 'FC3 of 72 ZnO, compact', peer: 'phono3py', run: () => compare('wurtzite', [3, 3, 2], 'compact') },
];
