import { join } from 'node:path';
import { nameSuffix } from '../../formats/phono3py/names.js';
import { readPhonons, writePhonons } from '../../formats/phono3py/phonon.js';
import type { CpuDevice } from '../../src/device/cpu.js';
import { quietGamma } from '../../src/lattice/scattering/grid-modes.js';
import type { GridModes } from '../../src/model/phonon-grid.js';
import type { HarmonicModel, ScatteringPlan } from '../../src/workflows/kappa/plan.js';
import { reducedGrid, type ScatteringGrid, scatteringGrid } from '../../src/workflows/kappa/scattering.js';
import { PROGRAM } from './phono3py-gamma-files.js';
import type { Session } from './session.js';
import { unsuited } from './tags.js';

/**
 * The grid with its phonons: calculated, or those of --read-phonon; --write-phonon keeps them.
 * @throws PhonolinkError where the file is not of this grid
 */
export async function openGrid(
  session: Session,
  model: HarmonicModel,
  plan: ScatteringPlan,
  device: CpuDevice,
): Promise<ScatteringGrid> {
  const { tags } = session;
  const known = tags.flag('read_phonon') ? await readModes(session, model, plan) : undefined;
  const prepared = scatteringGrid(model, plan, device, known);
  if (tags.flag('write_phonon') && !known) await keepPhonons(session, prepared);
  return prepared;
}

async function readModes(
  { folder, say }: Session,
  model: HarmonicModel,
  plan: ScatteringPlan,
): Promise<GridModes> {
  const { grid } = reducedGrid(model, plan);
  const name = `phonon${nameSuffix({ mesh: grid.diagonal })}.hdf5`;
  const { addresses, bands, frequencies, eigenvectors } = await readPhonons(join(folder, name));
  const isSame =
    addresses.length === grid.addresses.length && addresses.every((x, k) => x === grid.addresses[k]);
  if (!isSame) throw unsuited(`${name} is of another grid than that of --mesh`);
  const size = 3 * model.cells.primitive.count;
  if (bands !== size) throw unsuited(`${name} holds ${bands} modes at a point, expected ${size}`);
  if (plan.stillGamma) quietGamma(grid, bands, frequencies);
  say(`Phonons are read from "${name}".`);
  return { bands, frequencies, eigenvectors };
}

/** phonon-m*.hdf5. */
async function keepPhonons({ folder, say }: Session, prepared: ScatteringGrid): Promise<void> {
  const { grid, modes, irreducible, symmetry } = prepared;
  const name = `phonon${nameSuffix({ mesh: grid.diagonal })}.hdf5`;
  await writePhonons(join(folder, name), {
    version: PROGRAM,
    mesh: Int32Array.from(grid.diagonal),
    addresses: grid.addresses,
    ...modes,
    irreducible: { points: Int32Array.from(symmetry.points), weights: irreducible.weights },
  });
  say(`Phonons are written into "${name}".`);
}
