import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeShengbteThird } from '../../formats/shengbte/third-order.js';
import { uniform } from '../../src/math/random.js';
import { createStructure } from '../../src/model/structure.js';
import { joined } from '../helpers/phonopy-files.js';
import { python, scratch } from './peers.js';

/** Two atoms in a skewed cell, three cells in each direction: no two copies of an atom are equally near. */
const CELL = [3.1, 0.2, 0, 0.4, 3.3, 0.1, -0.2, 0.5, 3.6];
const BASIS = [0.1, 0.2, 0.3, 1.6, 1.9, 2.1];
const ATOMS = 54;

function copies(atom: number): number[] {
  const positions: number[] = [];
  for (let c = 0; c < 3; c++)
    for (let b = 0; b < 3; b++)
      for (let a = 0; a < 3; a++)
        for (let x = 0; x < 3; x++)
          positions.push(BASIS[3 * atom + x] + a * CELL[x] + b * CELL[3 + x] + c * CELL[6 + x]);
  return positions;
}

it('hiphive maps our FORCE_CONSTANTS_3RD onto the supercell that they come from', () => {
  const next = uniform(3);
  const rows = Int32Array.of(0, 27);
  const values = Float64Array.from({ length: 2 * ATOMS ** 2 * 27 }, () => next() - 0.5);
  const positions = Float64Array.from([...copies(0), ...copies(1)]);
  const cells = {
    unitCell: createStructure({ symbols: ['Na', 'Cl'], cell: CELL, positions: Float64Array.from(BASIS) }),
    supercell: createStructure({
      species: ['Na', 'Cl'],
      kinds: Uint16Array.from({ length: ATOMS }, (_, i) => (i < 27 ? 0 : 1)),
      cell: CELL.map((x) => 3 * x),
      positions,
    }),
    superToUnit: Int32Array.from({ length: ATOMS }, (_, i) => (i < 27 ? 0 : 27)),
    tolerance: 1e-5,
  };
  const path = join(scratch('shengbte'), 'FORCE_CONSTANTS_3RD');
  writeFileSync(path, joined(writeShengbteThird({ count: ATOMS, rows, values }, cells)));
  const input = join(scratch('shengbte-input'), 'input.json');
  writeFileSync(input, JSON.stringify({ CELL, BASIS, positions: [...positions], values: [...values] }));
  const most = python<{ most: number; largest: number }>(
    `
import sys, json, numpy as np
from ase import Atoms
import hiphive.force_constants
hiphive.force_constants.ForceConstants.from_arrays = staticmethod(lambda supercell, fc2_array=None, fc3_array=None: fc3_array)
from hiphive.input_output.shengBTE import read_shengBTE_fc3
given = json.load(open(sys.argv[2]))
cell = np.reshape(given['CELL'], (3, 3))
prim = Atoms('NaCl', positions=np.reshape(given['BASIS'], (-1, 3)), cell=cell, pbc=True)
supercell = Atoms('Na27Cl27', positions=np.reshape(given['positions'], (-1, 3)), cell=3 * cell, pbc=True)
read = read_shengBTE_fc3(sys.argv[1], prim, supercell)
given = np.reshape(given['values'], (2, 54, 54, 3, 3, 3))
print(json.dumps(dict(most=float(abs(read[[0, 27]] - given).max()), largest=float(abs(read).max()))))
`,
    path,
    input,
  );
  // Eleven digits of numbers below 0.5.
  expect(most.most).toBeLessThan(0.51e-11);
  expect(most.largest).toBeGreaterThan(0.4);
});
