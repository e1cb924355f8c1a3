import { join } from 'node:path';
import type { PhonopyFile } from '../../formats/phonopy/file.js';
import { writePhonopyYaml } from '../../formats/phonopy/yaml-write.js';
import { writeText } from '../../src/workflows/phonon-files.js';
import type { Crystal } from './crystal.js';
import { frequencyFactor } from './phonopy-units.js';
import type { Session } from './session.js';

/** What stands in a phonopy.yaml beside the cells. */
export type Beside = Pick<PhonopyFile, 'polar' | 'displacements' | 'forceConstants' | 'randomSeed'>;

/** Writes phonopy.yaml, phonopy_disp.yaml or phonopy_params.yaml. */
export async function writeSummary(
  { folder, tags, say }: Session,
  { cells, symmetry, calculator, units, yaml }: Crystal,
  name: string,
  beside: Beside,
): Promise<void> {
  const { unitCell, supercell, primitive, superToPrimitive, primitiveToSuper } = cells;
  const { supercellMatrix, primitiveMatrix } = cells;
  const copies = supercell.count / unitCell.count;
  const group = symmetry.spaceGroup;
  const moments = yaml?.unitCell?.moments;
  // Those of the unit cell's atom that a supercell's is a copy of.
  const momentsOf = (atoms: ArrayLike<number>) =>
    moments && { moments: gathered(moments, unitCell.count, atoms, copies) };
  const file: PhonopyFile = {
    program: 'phonopy',
    ...(calculator !== undefined && calculator !== 'vasp' && { calculator }),
    units,
    configuration: tags.entries(),
    frequencyFactor: frequencyFactor(units),
    tolerance: cells.tolerance,
    ...(group && { spaceGroup: { type: group.symbol, number: group.number, hall: group.hallSymbol } }),
    supercellMatrix,
    primitiveMatrix,
    primitive: { structure: primitive, ...momentsOf(primitiveToSuper) },
    unitCell: {
      structure: unitCell,
      ...(moments && { moments }),
      reducedTo: Int32Array.from(unitCell.kinds, (_, u) => Math.floor(superToPrimitive[u * copies] / copies)),
    },
    supercell: {
      structure: supercell,
      reducedTo: superToPrimitive,
      ...momentsOf(Array.from(supercell.kinds.keys())),
    },
    ...beside,
  };
  await writeText(join(folder, name), writePhonopyYaml(file));
  say(`Summary of calculation was written in "${name}".`);
}

/** Moments of a supercell's atoms, of which each of the unit cell's has so many copies in a row. */
function gathered(
  moments: Float64Array,
  count: number,
  atoms: ArrayLike<number>,
  copies: number,
): Float64Array {
  const width = moments.length / count;
  return Float64Array.from(
    Array.from(atoms).flatMap((atom) => {
      const from = width * Math.floor(atom / copies);
      return Array.from(moments.subarray(from, from + width));
    }),
  );
}
