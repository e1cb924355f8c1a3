import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeControl } from '../../../formats/shengbte/control.js';
import { writeShengbteSecond } from '../../../formats/shengbte/second-order.js';
import { writeShengbteThird } from '../../../formats/shengbte/third-order.js';
import { expandCubic, expandHarmonic } from '../../lattice/force-constants/expand.js';
import { compactRows } from '../../lattice/force-constants/rows.js';
import { PhonolinkError } from '../../model/errors.js';
import type { PhononCells } from '../../model/phonon-cells.js';
import { findCellSymmetry } from '../../symmetry/cell-symmetry.js';
import { writeText } from '../phonon-files.js';
import type { AnharmonicModel, ConductivityPlan } from './plan.js';

/** ShengBTE's names. */
export const SHENGBTE_FILES = {
  control: 'CONTROL',
  second: 'FORCE_CONSTANTS_2ND',
  third: 'FORCE_CONSTANTS_3RD',
} as const;

/**
 * Writes what ShengBTE needs for the same calculation, with the unit cell as its cell.
 * @returns paths
 * @throws PhonolinkError where a supercell is not along the vectors of the cell, or temperatures are not in equal steps
 */
export async function writeShengbte(
  folder: string,
  { cells, constants, cubicCells, cubic, polar }: AnharmonicModel,
  { temperatures, isotope, collisions, mesh }: ConductivityPlan & { readonly mesh: readonly number[] },
): Promise<string[]> {
  if (polar && cells.unitCell.count !== cells.primitive.count)
    throw new PhonolinkError('Born charges for ShengBTE need the primitive cell as the unit cell', {
      hint: 'give the primitive cell as the structure',
    });
  await mkdir(folder, { recursive: true });
  const at = (name: keyof typeof SHENGBTE_FILES) => join(folder, SHENGBTE_FILES[name]);
  const harmonic = expandHarmonic(constants, layoutOf(cells));
  const rows = Int32Array.from([...new Set(cubicCells.superToUnit)].sort((a, b) => a - b));
  const third = expandCubic(cubic, layoutOf(cubicCells), rows);
  await writeText(
    at('control'),
    writeControl(cells, {
      mesh,
      temperatures: stepsOf(temperatures),
      ...(polar && { polar }),
      isotopes: isotope !== undefined,
      convergence: collisions !== undefined,
    }),
  );
  await writeText(at('second'), writeShengbteSecond(harmonic));
  await writeText(at('third'), writeShengbteThird(third, cubicCells));
  return (Object.keys(SHENGBTE_FILES) as (keyof typeof SHENGBTE_FILES)[]).map(at);
}

function layoutOf(cells: PhononCells) {
  return compactRows(cells, findCellSymmetry(cells.supercell, cells.tolerance).translations);
}

function stepsOf(temperatures: Float64Array): number | { min: number; max: number; step: number } {
  if (temperatures.length === 1) return temperatures[0];
  const [min, next] = temperatures;
  const step = next - min;
  if (!temperatures.every((t, k) => Math.abs(t - min - k * step) < 1e-6))
    throw new PhonolinkError('ShengBTE takes temperatures in equal steps alone', {
      hint: 'give --temperatures first:last:step',
    });
  return { min, max: temperatures[temperatures.length - 1], step };
}
