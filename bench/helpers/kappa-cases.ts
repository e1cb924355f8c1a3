import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../../formats/io/sink.js';
import {
  writeCubicForceConstantsHdf5,
  writeForceConstantsHdf5,
} from '../../formats/phonopy/force-constants-hdf5.js';
import { ANGSTROM_EV } from '../../formats/phonopy/units.js';
import { writePhonopyYaml } from '../../formats/phonopy/yaml-write.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { createStructure } from '../../src/model/structure.js';
import type { ScatteringCase } from '../../tests/helpers/scattering-cases.js';
import { neighboursOf } from '../../tests/helpers/springs.js';

/** Writes what both programs read of a crystal. */
export async function writeCase(
  folder: string,
  { cells, harmonic, cubic, polar }: ScatteringCase,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const file = writePhonopyYaml({
    program: 'phono3py',
    version: '4.8.2',
    units: ANGSTROM_EV,
    supercellMatrix: cells.supercellMatrix,
    primitiveMatrix: cells.primitiveMatrix,
    primitive: { structure: cells.primitive },
    unitCell: { structure: cells.unitCell },
    supercell: { structure: cells.supercell },
    ...(polar && { polar }),
  });
  await writeWhole(
    join(folder, 'phono3py_disp.yaml'),
    (async function* () {
      yield* file;
    })(),
  );
  await writeForceConstantsHdf5(join(folder, 'fc2.hdf5'), harmonic);
  await writeCubicForceConstantsHdf5(join(folder, 'fc3.hdf5'), cubic);
}

const EDGE = 5.3;
/** eV/A^2 and eV/A^3 of a spring along its length: the second and the third derivative */
const STIFFNESS = 1.2;
const SOFTENING = -8;

/** Cells of one and the same face-centred crystal, by how many atoms its primitive cell is said to have. */
const SIZES: Readonly<Record<number, { copies: readonly number[]; primitive: readonly number[] }>> = {
  1: { copies: [1, 1, 1], primitive: [0, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0] },
  2: { copies: [1, 1, 1], primitive: [0.5, 0.5, 0, -0.5, 0.5, 0, 0, 0, 1] },
  4: { copies: [1, 1, 1], primitive: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
  8: { copies: [1, 1, 2], primitive: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
};

/** Springs between nearest neighbours of a face-centred crystal, whose primitive cell has 1, 2, 4 or 8 atoms. */
export function springCrystal(atoms: number): ScatteringCase {
  const { copies, primitive } = SIZES[atoms];
  const positions: number[] = [];
  for (let z = 0; z < copies[2]; z++) {
    for (const place of [
      [0, 0, 0],
      [0, 0.5, 0.5],
      [0.5, 0, 0.5],
      [0.5, 0.5, 0],
    ])
      positions.push(EDGE * place[0], EDGE * place[1], EDGE * (place[2] + z));
  }
  const unit = createStructure({
    symbols: new Array<string>(positions.length / 3).fill('Ar'),
    positions: Float64Array.from(positions),
    cell: [EDGE, 0, 0, 0, EDGE, 0, 0, 0, EDGE * copies[2]],
  });
  const cells = buildPhononCells(unit, [2, 2, 2 / copies[2]], Float64Array.from(primitive));
  const { supercell, primitiveToSuper: rows } = cells;
  const { count } = supercell;
  const harmonic = { count, rows, values: new Float64Array(9 * rows.length * count) };
  const cubic = { count, rows, values: new Float64Array(27 * rows.length * count ** 2) };
  // Nearest neighbours only: a pair of atoms sees each other once.
  const springs = { reach: 0.75 * EDGE, stiffness: () => [STIFFNESS, 0] as const };
  rows.forEach((i, row) => {
    neighboursOf(supercell, i, springs, (j, v, constants) => {
      for (let k = 0; k < 9; k++) {
        harmonic.values[9 * (row * count + j) + k] += constants[k];
        harmonic.values[9 * (row * count + i) + k] -= constants[k];
      }
      for (const [second, third] of [
        [i, i],
        [i, j],
        [j, i],
        [j, j],
      ]) {
        const sign = (second === i ? 1 : -1) * (third === i ? 1 : -1);
        const at = 27 * ((row * count + second) * count + third);
        for (let k = 0; k < 27; k++)
          cubic.values[at + k] -= sign * third3(v, Math.floor(k / 9), Math.floor(k / 3) % 3, k % 3);
      }
    });
  });
  return { cells, harmonic, cubic };
}

/** Third derivative of a spring at rest along the vector v between its ends. */
function third3(v: readonly number[], a: number, b: number, c: number): number {
  const r = Math.hypot(...v);
  const u = v.map((x) => x / r);
  const same = (i: number, k: number) => (i === k ? 1 : 0);
  const turned = same(a, b) * u[c] + same(b, c) * u[a] + same(c, a) * u[b] - 3 * u[a] * u[b] * u[c];
  return SOFTENING * u[a] * u[b] * u[c] + (STIFFNESS / r) * turned;
}
