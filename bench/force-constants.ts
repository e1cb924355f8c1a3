import { createCpuDevice } from '../src/device/cpu.js';
import { buildPhononCells } from '../src/lattice/cells.js';
import { pairDisplacements } from '../src/lattice/displacements/pairs.js';
import { cubicForceConstants } from '../src/lattice/force-constants/cubic.js';
import { compactRows, fullRows } from '../src/lattice/force-constants/rows.js';
import { findCellSymmetry } from '../src/symmetry/cell-symmetry.js';
import { withPairForces } from '../src/workflows/displaced-forces.js';
import { potentialForces } from '../src/workflows/force-source.js';
import { recipe } from '../tests/helpers/crystals.js';
import { pairPotential } from '../tests/helpers/pair-potential.js';
import { arrayOf, inputOf, peerForceConstants } from '../tests/peers/force-constants.js';
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

export const cases: BenchCase[] = [
  { name: 'FC3 of 64 Si, compact', peer: 'phono3py', run: () => compare('diamond', [2, 2, 2], 'compact') },
  { name: 'FC3 of 64 Si, full', peer: 'phono3py', run: () => compare('diamond', [2, 2, 2], 'full') },
  { name: 'FC3 of 64 NaCl, compact', peer: 'phono3py', run: () => compare('rocksalt', [2, 2, 2], 'compact') },
  { name: 'FC3 of 72 ZnO, compact', peer: 'phono3py', run: () => compare('wurtzite', [3, 3, 2], 'compact') },
];
