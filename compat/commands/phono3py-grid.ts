import { join } from 'node:path';
import { fixed, scientific } from '../../formats/io/fixed.js';
import { writeIrreducibleYaml } from '../../formats/phono3py/ir-grid-points.js';
import { nameSuffix } from '../../formats/phono3py/names.js';
import { writeGridAddresses } from '../../formats/phono3py/phonon.js';
import { createCpuDevice } from '../../src/device/cpu.js';
import type { ScatteringPlan } from '../../src/workflows/kappa/plan.js';
import { isotopeOf, pointTriplets, tetrahedraOf } from '../../src/workflows/kappa/point-scattering.js';
import { type ReducedGrid, reducedGrid, type ScatteringGrid } from '../../src/workflows/kappa/scattering.js';
import { writeText } from '../../src/workflows/phonon-files.js';
import { modelOf } from './phono3py-conductivity.js';
import { openInputs, type Phono3pyInputs } from './phono3py-constants.js';
import { openCrystals } from './phono3py-crystals.js';
import { PROGRAM } from './phono3py-gamma-files.js';
import { openGrid } from './phono3py-phonons.js';
import { type RunMode, scatteringPlanOf } from './phono3py-plan.js';
import { bandGroups, namedPoints } from './phono3py-points.js';
import { gridLines, settingLines } from './phono3py-settings.js';
import type { Session } from './session.js';
import { unsuited } from './tags.js';

type GridMode = Extract<RunMode, 'write_grid_info' | 'show_triplets_info' | 'isotope' | 'phonon'>;

/**
 * --wgp, --stp, --isotope alone and --write-phonon alone.
 * @returns the force constants where phono3py writes a summary of them
 */
export async function calculateOnGrid(session: Session, mode: GridMode): Promise<Phono3pyInputs | undefined> {
  if (mode === 'write_grid_info' || mode === 'show_triplets_info') {
    await describeGrid(session, mode);
    return undefined;
  }
  const inputs = await openInputs(session, 'second');
  const model = modelOf(session, inputs);
  const plan = scatteringPlanOf(session, model.cells.primitive.count);
  const { say } = session;
  for (const line of settingLines(mode, plan, inputs.polar !== undefined)) say(line);
  const device = await createCpuDevice();
  try {
    const prepared = await openGrid(session, model, plan, device);
    for (const line of gridLines(prepared.grid, plan)) say(line);
    if (mode === 'phonon') {
      say('None of ph-ph interaction calculation was performed.');
      return inputs;
    }
    const points = namedPoints(session.tags, prepared.grid);
    if (!points)
      throw unsuited('the grid points have to be specified', 'give --gp, numbers of grid points, or --ga');
    const tetrahedra = plan.widths.includes('tetrahedra') ? tetrahedraOf(prepared, plan) : undefined;
    const bands = bandGroups(session.tags, prepared.modes.bands)?.flat();
    for (const point of points) {
      for (const width of plan.widths) {
        const rates = isotopeOf(prepared, model, plan, width, tetrahedra).linewidths(point);
        for (const line of isotopeLines(prepared, point, width, rates, bands)) say(line);
      }
    }
    return undefined;
  } finally {
    await device.close();
  }
}

function* isotopeLines(
  { grid, modes }: ScatteringGrid,
  point: number,
  width: ScatteringPlan['widths'][number],
  rates: Float64Array,
  bands?: readonly number[],
): Generator<string> {
  yield '--------------- Isotope scattering ---------------';
  yield `Grid point: ${point}`;
  yield `q-point: [${Array.from(grid.points.subarray(3 * point, 3 * point + 3), (x) => fixed(x, 0, 8)).join(' ')}]`;
  yield width === 'tetrahedra' ? 'Tetrahedron method' : `Sigma: ${width}`;
  yield '';
  yield 'Phonon-isotope scattering rate in THz (1/4pi-tau)';
  yield ' Frequency     Rate';
  for (const b of bands ?? rates.keys())
    yield `${fixed(modes.frequencies[point * modes.bands + b], 8, 3)}     ${scientific(rates[b], 5, 3)}`;
}

async function describeGrid(session: Session, mode: GridMode): Promise<void> {
  const { tags, say } = session;
  const { phonon, name } = await openCrystals(session);
  say(`Crystal structure was read from "${name}".`);
  const { cells, primitiveSymmetry: symmetry } = phonon;
  const plan = scatteringPlanOf(session, cells.primitive.count);
  const reduced = reducedGrid({ cells, symmetry }, plan);
  const bands = 3 * cells.primitive.count;
  const chosen = bandGroups(tags, bands)?.flat().length ?? bands;
  if (mode === 'write_grid_info') {
    await writeGrid(session, reduced, cells.primitive.cell);
    if (tags.flag('lbte') || tags.flag('write_collision'))
      for (const line of memoryLines(reduced, plan, bands, chosen)) say(line);
    return;
  }
  say('-'.repeat(76));
  say('Grid point        q-point        No. of triplets     Approx. Mem.');
  const { grid, irreducible } = reduced;
  for (const point of namedPoints(tags, grid) ?? irreducible.points.map((p) => grid.first[p])) {
    const q = Array.from(grid.points.subarray(3 * point, 3 * point + 3), (x) => fixed(x, 5, 2)).join(' ');
    const triplets = pointTriplets(reduced, plan, point).weights.length;
    const megabytes = Math.floor((triplets * chosen * bands ** 2 * 8) / 1e6);
    say(
      `  ${String(point).padStart(5)}     (${q})  ${String(triplets).padStart(8)}              ${megabytes} Mb`,
    );
  }
}

async function writeGrid({ folder, say }: Session, reduced: ReducedGrid, cell: Float64Array): Promise<void> {
  const { grid, irreducible } = reduced;
  const points = irreducible.points.map((p) => grid.first[p]);
  await writeText(
    join(folder, 'ir_grid_points.yaml'),
    writeIrreducibleYaml(grid, cell, points, irreducible.weights),
  );
  say('Ir-grid points are written into "ir_grid_points.yaml".');
  const name = `grid_address${nameSuffix({ mesh: grid.diagonal })}.hdf5`;
  await writeGridAddresses(join(folder, name), {
    version: PROGRAM,
    mesh: Int32Array.from(grid.diagonal),
    addresses: grid.addresses,
    map: grid.first,
  });
  say(`Grid addresses are written into "${name}".`);
}

/** What the collision matrix would take, GB. */
function* memoryLines(
  { grid, irreducible }: ReducedGrid,
  { temperatures, widths }: ScatteringPlan,
  bands: number,
  chosen: number,
): Generator<string> {
  const points = irreducible.points.length;
  const all = grid.regular.length;
  const t = temperatures.length;
  const size = (bytes: number) => `${(bytes / 1e9).toFixed(2)} Gb`;
  yield 'Memory requirements:';
  yield `- Piece of collision matrix at each grid point, temp and sigma: ${size(chosen * 3 * points * bands * 3 * 8)}`;
  yield `- Full collision matrix at each temp and sigma: ${size((points * bands * 3) ** 2 * 8)}`;
  yield `- Phonons: ${size(all * (bands ** 2 * 16 + bands * 8 + 1))}`;
  yield `- Grid point information: ${size(all * 5 * 4)}`;
  yield `- Phonon properties: ${size(points * chosen * (3 + 6 + 2 * t + widths.length * t * 15 + 2) * 8)}`;
}
