import type { CpuDevice } from '../device/cpu.js';
import { inverse, rowsTimes, transpose } from '../model/cell.js';
import { createFrame, type Frame } from '../model/frame.js';
import type { PhononCells } from '../model/phonon-cells.js';
import { type Structure, withPositions } from '../model/structure.js';
import type { ForceSource } from './force-source.js';
import {
  type RelaxedFrame,
  type RelaxFrameListener,
  type RelaxFramePlan,
  relaxFrame,
} from './relax-frame.js';

/**
 * Relaxes a crystal: its unit cell, or with `cells` the supercell, all of whose shifts are kept as symmetry (the plan
 * keeps symmetry). So engines that know the supercell and nothing else can relax the unit cell.
 * @returns the unit cell at rest, with its energy, forces and virial where it was evaluated itself (a journal has no more
 * of it); the report is of what was relaxed
 * @throws PhonolinkError as `relaxFrame`
 */
export async function relaxCrystal(
  frame: Frame,
  cells: PhononCells | undefined,
  plan: RelaxFramePlan & { readonly keepSymmetry: true },
  source: ForceSource,
  device: CpuDevice,
  hear: RelaxFrameListener,
): Promise<{ frame: Frame; report: RelaxedFrame }> {
  const { info, columns } = frame;
  if (!cells) {
    const { frame: last, report } = await relaxFrame(frame, plan, source, device, hear);
    const { energy, forces, virial } = last.labels;
    const labels = { energy, forces, ...(virial && { virial }) };
    return { frame: createFrame(last.structure, { labels, info, columns }), report };
  }
  const { frame: last, report } = await relaxFrame(createFrame(cells.supercell), plan, source, device, hear);
  return { frame: createFrame(unitCellOf(last.structure, cells), { info, columns }), report };
}

/** The unit cell of a supercell that was moved as a crystal: each atom in the image that it was in. */
function unitCellOf(moved: Structure, { supercell, unitCell, supercellMatrix }: PhononCells): Structure {
  const m = Float64Array.from(supercellMatrix);
  const cell = rowsTimes(inverse(transpose(m)), moved.cell);
  const before = rowsTimes(supercell.positions, inverse(supercell.cell));
  const after = rowsTimes(moved.positions, inverse(moved.cell));
  const fractions = rowsTimes(unitCell.positions, inverse(unitCell.cell));
  // Copies of an atom follow each other, the first where the unit cell has it.
  const copies = supercell.count / unitCell.count;
  const shifted = fractions.map((x, i) => {
    const first = 3 * copies * Math.floor(i / 3);
    const row = 3 * (i % 3);
    const [a, b, c] = [0, 1, 2].map((k) => after[first + k] - before[first + k]);
    return x + m[row] * a + m[row + 1] * b + m[row + 2] * c;
  });
  return withPositions(unitCell, rowsTimes(shifted, cell), cell);
}
