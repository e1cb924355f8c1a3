import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildPhononCells } from '../../src/lattice/cells.js';
import type { PhononCells } from '../../src/model/phonon-cells.js';
import type { ConductivityPlan } from '../../src/workflows/kappa/plan.js';
import { writeShengbte } from '../../src/workflows/kappa/shengbte.js';
import { recipe } from '../helpers/crystals.js';
import { randomCubic } from '../helpers/scattering.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'phonolink-shengbte-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const plan = (more: Partial<ConductivityPlan> = {}): ConductivityPlan => ({
  mesh: [5, 5, 5],
  convention: 'average',
  widths: ['tetrahedra'],
  temperatures: Float64Array.of(100, 200, 300),
  ...more,
});

function crystal(cells: PhononCells) {
  const { count } = cells.supercell;
  const rows = cells.primitiveToSuper;
  return {
    cells,
    constants: { count, rows, values: new Float64Array(9 * count * rows.length) },
    cubicCells: cells,
    cubic: randomCubic(cells),
  };
}

test('Rows of the unit cell come from those of a smaller primitive cell', async () => {
  // Eight atoms in the unit cell, two in the primitive one.
  const cells = buildPhononCells(recipe('diamond'), [1, 1, 1], 'auto');
  expect([cells.unitCell.count, cells.primitive.count]).toEqual([8, 2]);
  const files = await writeShengbte(folder, crystal(cells), plan());
  expect(files.map((path) => path.slice(folder.length + 1))).toEqual([
    'CONTROL',
    'FORCE_CONSTANTS_2ND',
    'FORCE_CONSTANTS_3RD',
  ]);
  const control = readFileSync(files[0], 'utf8');
  expect(control).toMatch(/natoms=8,/);
  expect(control).toMatch(/ngrid\(:\)=5 5 5/);
  expect(control).toMatch(/T_min=100[\s\S]*T_max=300[\s\S]*T_step=100/);
  expect(readFileSync(files[1], 'utf8').split('\n')[0].trim()).toMatch(/^8(\s+8)?$/);
  // Blocks name every atom of the unit cell as the first.
  const blocks = readFileSync(files[2], 'utf8').split('\n\n').slice(1);
  const firsts = new Set(blocks.map((block) => block.split('\n')[3].trim().split(/\s+/)[0]));
  expect([...firsts].sort()).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
});

test('Temperatures in unequal steps are refused', async () => {
  const cells = buildPhononCells(recipe('diamond'), [1, 1, 1], 'auto');
  const uneven = plan({ temperatures: Float64Array.of(100, 200, 400) });
  await expect(writeShengbte(folder, crystal(cells), uneven)).rejects.toThrow('equal steps');
});
