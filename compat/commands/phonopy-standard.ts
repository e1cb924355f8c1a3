import { join } from 'node:path';
import { writePhonopyYaml } from '../../formats/phonopy/yaml-write.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { createFrame } from '../../src/model/frame.js';
import { permuted } from '../../src/model/permute.js';
import { type Structure, symbolsOf } from '../../src/model/structure.js';
import { writeText } from '../../src/workflows/phonon-files.js';
import type { Crystal } from './crystal.js';
import type { Session } from './session.js';
import { writeStructure } from './supercells.js';
import { DEFAULT_NAMES, pseudopotentialsOf, writableCalculator } from './unit-cell.js';

/**
 * The standardised conventional and primitive cells: BPOSCAR and PPOSCAR (or the calculator's own), and from phonopy 4 on
 * phonopy_symcells.yaml; with --dim phonopy_supercell.yaml alone.
 * @param conventional atoms of one symbol need not stand together; in the files they do
 */
export async function writeStandardCells(
  session: Session,
  crystal: Crystal,
  conventional: Structure,
  print: (line: string) => void,
): Promise<void> {
  const { folder, tags, version } = session;
  const { calculator, units, name, yaml } = crystal;
  const { tolerance } = crystal.cells;
  const dim = tags.integers('dim');
  const unit = groupedBySymbol(conventional);
  const withSupercell = version === 4 && dim !== undefined && yaml?.supercellMatrix === undefined;
  const cells = buildPhononCells(unit, withSupercell ? dim : [1, 1, 1], 'auto', tolerance);
  if (withSupercell) {
    const { primitive, supercell, supercellMatrix, primitiveMatrix } = cells;
    const pieces = writePhonopyYaml({
      program: 'phonopy',
      units,
      supercellMatrix,
      primitiveMatrix,
      primitive: { structure: primitive },
      supercell: { structure: supercell },
    });
    await writeText(join(folder, 'phonopy_supercell.yaml'), pieces);
    print('Standardized cells have been written into "phonopy_supercell.yaml".');
    return;
  }
  if (version === 4) print(`# Input crystal structure: "${name}"`);
  if (version !== 4 || !yaml) {
    const files = writableCalculator(calculator);
    const pseudopotentials = files === 'qe' && !yaml ? await pseudopotentialsOf(name) : undefined;
    const write = async (letter: string, what: string, structure: Structure) => {
      const file = `${letter}${DEFAULT_NAMES[files]}`;
      await writeStructure(join(folder, file), files, structure, pseudopotentials);
      print(`# Symmetrized ${what} is written into "${file}".`);
    };
    await write('B', 'conventional unit cell', unit);
    await write('P', 'primitive', cells.primitive);
  }
  if (version !== 4) return;
  const pieces = writePhonopyYaml({
    program: 'phonopy',
    units,
    primitive: { structure: cells.primitive },
    unitCell: { structure: unit },
  });
  await writeText(join(folder, 'phonopy_symcells.yaml'), pieces);
  print('# Unit cell and primitive cell have been written in "phonopy_symcells.yaml".');
}

/** Atoms of a symbol together, symbols in the order in which they first occur. */
function groupedBySymbol(structure: Structure): Structure {
  const symbols = symbolsOf(structure);
  const order = [...new Set(symbols)];
  const atoms = symbols.map((_, atom) => atom);
  const sorted = order.flatMap((symbol) => atoms.filter((atom) => symbols[atom] === symbol));
  return permuted(createFrame(structure), Uint32Array.from(sorted)).structure;
}
