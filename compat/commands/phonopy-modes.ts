import { join } from 'node:path';
import {
  type AnimatedModes,
  imagesOf,
  inFrame,
  writeArc,
  writeJmol,
  writeMovingXyz,
  writeVSim,
} from '../../formats/phonopy/animation.js';
import { writeModulationYaml } from '../../formats/phonopy/modulation-yaml.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { DynamicalMatrix } from '../../src/lattice/harmonic/dynamical-matrix.js';
import type { EigenMaker } from '../../src/lattice/harmonic/eigen-batch.js';
import { solveModes } from '../../src/lattice/harmonic/modes.js';
import { type ModeRequest, type Modulation, modulate } from '../../src/lattice/harmonic/modulation.js';
import { rowsTimes } from '../../src/model/cell.js';
import { type Structure, withPositions } from '../../src/model/structure.js';
import { standardRows } from '../../src/symmetry/axes/orientation.js';
import { writeText } from '../../src/workflows/phonon-files.js';
import type { PhononModel } from '../../src/workflows/phonon-plan.js';
import type { Crystal } from './crystal.js';
import { direction } from './phonopy-plan.js';
import { scaled } from './phonopy-units.js';
import type { Session } from './session.js';
import { writeStructure } from './supercells.js';
import { fraction, type Tags } from './tags.js';

/** --modulation: modes frozen into a supercell: MPOSCAR, MPOSCAR-001, ..., MPOSCAR-orig and modulation.yaml. */
export async function writeModulations(
  session: Session,
  crystal: Crystal,
  model: PhononModel,
  eigen: EigenMaker,
): Promise<void> {
  const { folder, tags, say } = session;
  const { factors } = crystal;
  const { primitive } = crystal.cells;
  const { dimension, split, modes } = readModulation(tags, 3 * primitive.count);
  const cells = buildPhononCells(primitive, dimension, 'P', crystal.cells.tolerance);
  const matrix = new DynamicalMatrix(model.cells, model.constants, model.polar);
  const along = direction(tags);
  const found = modes.map((mode) =>
    modulate(
      matrix,
      cells,
      // Amplitudes are in the calculator's unit of length.
      { ...mode, amplitude: mode.amplitude * factors.length },
      { units: model.units, eigen, ...(along && { along }), ...(split && { split }) },
    ),
  );
  const { length } = factors;
  const write = async (suffix: string, some: readonly Modulation[]) => {
    const file = `MPOSCAR${suffix}`;
    // phonopy writes POSCARs for every calculator, in its unit of length.
    const cell = scaled(moved(cells.supercell, some), 1 / length);
    await writeStructure(join(folder, file), 'vasp', cell);
    say(`"${file}" has been written.`);
  };
  for (const [k, one] of found.entries()) await write(`-${String(k + 1).padStart(3, '0')}`, [one]);
  await write('', found);
  await write('-orig', []);
  const entries = found.map(({ mode: _, displacements, ...rest }, k) => ({
    ...rest,
    ...modes[k],
    band: modes[k].band + 1,
    displacements: displacements.map((x) => x / length),
  }));
  const pieces = writeModulationYaml({
    primitive: scaled(primitive, 1 / length),
    supercell: scaled(cells.supercell, 1 / length),
    dimension: cells.supercellMatrix,
    entries,
  });
  await writeText(join(folder, 'modulation.yaml'), pieces);
  say('"modulation.yaml" has been written.');
}

function moved(supercell: Structure, modulations: readonly Modulation[]): Structure {
  const positions = supercell.positions.map((x, k) =>
    modulations.reduce((sum, { displacements }) => sum + displacements[2 * k], x),
  );
  return withPositions(supercell, positions);
}

interface ModulationRequest {
  /** [3] or [9], of the primitive cell */
  readonly dimension: readonly number[];
  /** [3] Cartesian */
  readonly split?: readonly number[];
  readonly modes: readonly ModeRequest[];
}

/** 'a b c[ direction], q q q band[ amplitude[ phase]], ...', with three or nine numbers of the supercell. */
function readModulation(tags: Tags, bands: number): ModulationRequest {
  const tag = 'modulation';
  const [head, ...rest] = tags
    .text(tag)!
    .split(',')
    .map((part) => part.split(/\s+/).filter(Boolean).map(fraction));
  const cells = head.length >= 9 ? 9 : 3;
  const expected = 'a supercell, then for each mode a comma, a q point, a band, an amplitude and a phase';
  if (
    ![3, 6, 9, 12].includes(head.length) ||
    !head.slice(0, cells).every(Number.isInteger) ||
    rest.length === 0
  )
    tags.fail(tag, expected);
  const split = head.slice(cells);
  const modes = rest.map((numbers): ModeRequest => {
    const [q, band, amplitude = 1, phase = 0] = [numbers.slice(0, 3), ...numbers.slice(3)];
    const fits = numbers.length >= 4 && numbers.length <= 6 && numbers.every(Number.isFinite);
    if (!fits || typeof band !== 'number') return tags.fail(tag, expected);
    if (!(Number.isInteger(band) && band >= 1 && band <= bands)) tags.fail(tag, `bands from 1 to ${bands}`);
    return { q: q as number[], band: band - 1, amplitude: amplitude as number, phase: phase as number };
  });
  return { dimension: head.slice(0, cells), modes, ...(split.length === 3 && { split }) };
}

/** --anime: modes of the primitive cell in motion: anime.ascii, or what ANIME_TYPE says. */
export async function writeAnimation(
  session: Session,
  crystal: Crystal,
  model: PhononModel,
  eigen: EigenMaker,
): Promise<void> {
  const { folder, tags, say } = session;
  const { primitive } = crystal.cells;
  const kind = tags.choice('anime_type', ['v_sim', 'arc', 'xyz', 'jmol', 'poscar']) ?? 'v_sim';
  const numbers = tags.reals('anime')!;
  const [q, amplitude] = kind === 'v_sim' ? [numbers.slice(0, 3), numbers[3] ?? 1] : [[0, 0, 0], numbers[1]];
  const [band, , count] = numbers;
  if (kind === 'v_sim' ? ![3, 4].includes(numbers.length) : ![3, 6].includes(numbers.length))
    tags.fail(
      'anime',
      kind === 'v_sim' ? 'a q point, an amplitude' : 'a band, an amplitude, a number of images',
    );
  const isBand = Number.isInteger(band) && band >= 1 && band <= 3 * primitive.count;
  if (kind !== 'v_sim' && !(isBand && Number.isInteger(count) && count > 0))
    tags.fail('anime', `a band from 1 to ${3 * primitive.count}, an amplitude, a number of images`);
  const matrix = new DynamicalMatrix(model.cells, model.constants, model.polar);
  const { frequencies, eigenvectors } = solveModes(matrix, q, { units: model.units, eigen, vectors: true });
  const displacements = eigenvectors!.map(
    (x, k) => x / Math.sqrt(primitive.masses[Math.floor(k / 6) % primitive.count]),
  );
  const shift = rowsTimes(numbers.slice(3, 6).length === 3 ? numbers.slice(3, 6) : [0, 0, 0], primitive.cell);
  const { length } = crystal.factors;
  const structure = scaled(
    withPositions(
      primitive,
      primitive.positions.map((x, k) => x + shift[k % 3]),
    ),
    1 / length,
  );
  const here: AnimatedModes = { structure, q, frequencies, displacements };
  const turned = inFrame(here, standardRows(1, structure.cell));
  const moving = { amplitude, count };
  const write = async (file: string, pieces: Iterable<string>) => {
    await writeText(join(folder, file), pieces);
    say(`Animation was written in "${file}".`);
  };
  if (kind === 'v_sim') await write('anime.ascii', writeVSim(turned, amplitude));
  else if (kind === 'jmol') await write('anime.xyz_jmol', writeJmol(turned, amplitude));
  else if (kind === 'arc') await write('anime.arc', writeArc(turned, imagesOf(turned, band, moving)));
  else if (kind === 'xyz')
    await write('anime.xyz', writeMovingXyz(turned, band, imagesOf(turned, band, moving)));
  else {
    for (const [k, positions] of imagesOf(here, band, moving).entries()) {
      const file = `APOSCAR-${String(k).padStart(3, '0')}`;
      await writeStructure(join(folder, file), 'vasp', withPositions(structure, positions));
    }
    say(`Animation was written in ${count} files from "APOSCAR-000" on.`);
  }
}
