import { join } from 'node:path';
import type { PhonopyCell, PhonopyFile } from '../../formats/phonopy/file.js';
import { ANGSTROM_EV } from '../../formats/phonopy/units.js';
import { writePhonopyYaml } from '../../formats/phonopy/yaml-write.js';
import type { PhononCells } from '../../src/model/phonon-cells.js';
import { writeText } from '../../src/workflows/phonon-files.js';
import type { Crystals } from './phono3py-crystals.js';
import { frequencyFactor } from './phonopy-units.js';
import type { Session } from './session.js';

/** What stands in a phono3py.yaml beside the cells. */
export interface Beside
  extends Pick<PhonopyFile, 'polar' | 'displacements' | 'phononDisplacements' | 'randomSeed'> {
  /** Whether the settings of the run are kept */
  readonly configured: boolean;
  /** In A, without a calculator, as results are; else in the calculator's units */
  readonly inAngstrom?: boolean;
}

/** Writes phono3py.yaml or phono3py_disp.yaml. */
export async function writeSummary(
  { folder, tags }: Session,
  { cubic, phonon, hasOwnPhonon }: Crystals,
  name: string,
  { configured, inAngstrom = false, ...beside }: Beside,
): Promise<void> {
  const { cells, symmetry, calculator, units } = cubic;
  const { supercellMatrix, primitiveMatrix, tolerance } = cells;
  const group = symmetry.spaceGroup;
  const isNamed = !inAngstrom && calculator !== undefined && calculator !== 'vasp';
  const file: PhonopyFile = {
    program: 'phono3py',
    ...(isNamed && { calculator }),
    units: inAngstrom ? ANGSTROM_EV : units,
    ...(configured && { configuration: tags.entries() }),
    // phono3py works in A and eV whatever the calculator.
    frequencyFactor: frequencyFactor(ANGSTROM_EV),
    tolerance,
    ...(group && { spaceGroup: { type: group.symbol, number: group.number, hall: group.hallSymbol } }),
    supercellMatrix,
    primitiveMatrix,
    primitive: { structure: cells.primitive },
    unitCell: unitCellOf(cells),
    supercell: supercellOf(cells),
    ...(hasOwnPhonon && {
      phonon: {
        supercellMatrix: phonon.cells.supercellMatrix,
        primitive: { structure: phonon.cells.primitive },
        supercell: supercellOf(phonon.cells),
      },
    }),
    ...beside,
  };
  await writeText(join(folder, name), writePhonopyYaml(file));
}

function unitCellOf({ unitCell, supercell, superToPrimitive }: PhononCells): PhonopyCell {
  const copies = supercell.count / unitCell.count;
  const reducedTo = Int32Array.from(unitCell.kinds, (_, u) =>
    Math.floor(superToPrimitive[u * copies] / copies),
  );
  return { structure: unitCell, reducedTo };
}

function supercellOf({ supercell, superToPrimitive }: PhononCells): PhonopyCell {
  return { structure: supercell, reducedTo: superToPrimitive };
}
