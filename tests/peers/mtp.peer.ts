import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeMtp } from '../../formats/mlip/mtp-writer.js';
import { loadPotential } from '../../formats/potentials.js';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { stressOf } from '../../src/model/frame.js';
import { createStructure, type Structure } from '../../src/model/structure.js';
import { createMtpPotential } from '../../src/potentials/mtp/potential.js';
import { createMtpTemplate } from '../../src/potentials/mtp/template.js';
import type { Potential } from '../../src/potentials/potential.js';
import { totalsOf } from '../../src/potentials/totals.js';
import { randomMtp } from '../helpers/random-mtp.js';
import { python, scratch } from './peers.js';

interface Answer {
  energies: number[];
  forces: number[];
  /** xx yy zz yz xz xy, eV/A^3; none where the atoms have no cell */
  stress: number[] | null;
}

const READ = `
import sys, json
import numpy as np
from ase import Atoms
from ase.data import atomic_numbers
from motep.calculator import make_calculator
from motep.io.mlip.mtp import read_mtp, write_mtp

def answer(data, structure, engine):
    s = json.load(open(structure))
    data.species = [atomic_numbers[symbol] for symbol in s['species']]
    atoms = Atoms(s['symbols'], positions=np.reshape(s['positions'], (-1, 3)), cell=np.reshape(s['cell'], (3, 3)),
                  pbc=s['pbc'])
    atoms.calc = make_calculator(data, engine=engine)
    print(json.dumps(dict(forces=atoms.get_forces().ravel().tolist(),
                          energies=np.ravel(atoms.get_potential_energies()).tolist(),
                          stress=atoms.get_stress().tolist() if all(s['pbc']) else None)))
`;

/** Arguments: model file, structure, engine. */
const EVALUATE = `${READ}
model, structure, engine = sys.argv[1:4]
answer(read_mtp(model), structure, engine)
`;

/** Arguments: a template of ours, structure, and the file for the potential that motep makes of it. */
const INITIALIZE = `${READ}
template, structure, out = sys.argv[1:4]
data = read_mtp(template)
assert data.moment_coeffs is None and data.species_coeffs is None
data.initialize(np.random.default_rng(7))
data.scaling = 0.1
data.moment_coeffs = np.random.default_rng(8).uniform(-1, 1, data.alpha_scalar_moments)
data.species_coeffs = np.random.default_rng(9).uniform(-3, 3, data.species_count)
write_mtp(out, data)
answer(data, structure, 'cext')
`;

/** Arguments: model file, structure, folder of the module phonolink_ase, the phonolink command. */
const ASE = `
import sys, json
import numpy as np
from ase import Atoms
model, structure, module, command = sys.argv[1:5]
sys.path.insert(0, module)
from phonolink_ase import Phonolink
s = json.load(open(structure))
atoms = Atoms(s['symbols'], positions=np.reshape(s['positions'], (-1, 3)), cell=np.reshape(s['cell'], (3, 3)),
              pbc=s['pbc'])
with Phonolink(model, species=s['species'], threads=1, command=[command, f'{module}/../../dist/src/cli/main.js']) as atoms.calc:
    print(json.dumps(dict(forces=atoms.get_forces().ravel().tolist(), energies=[atoms.get_potential_energy()],
                          stress=atoms.get_stress().tolist())))
`;

// biome-ignore format: a table
const POSITIONS = Float64Array.of(
  0, 0, 0, 1.7, 0.2, 0.1, 0.3, 2.9, 0.4, 2.8, 3.1, 0.2, 0.1, 0.2, 3.0, 3.1, 0.1, 2.9, 0.2, 2.8, 3.2, 2.9, 3.0, 3.1,
);

function structureOf(species: readonly string[], periodic = true): Structure {
  return createStructure({
    positions: POSITIONS,
    symbols: Array.from({ length: 8 }, (_, i) => species[i % species.length]),
    cell: [6.3, 0, 0, 0.4, 6.1, 0, 0, -0.5, 6.2],
    periodic: [periodic, periodic, periodic],
  });
}

/** A file of the structure, beside it the model's own order of species. */
function structureFile(folder: string, structure: Structure, species: readonly string[]): string {
  const path = join(folder, 'atoms.json');
  const { kinds, positions, cell, periodic } = structure;
  const symbols = Array.from(kinds, (kind) => structure.species[kind]);
  const [p, c] = [positions, cell].map((values) => Array.from(values));
  writeFileSync(path, JSON.stringify({ symbols, species, positions: p, cell: c, pbc: periodic }));
  return path;
}

describe('motep reads what we write, and agrees', () => {
  let device: CpuDevice;
  beforeAll(async () => {
    device = await createCpuDevice({ threads: 1 });
  });
  afterAll(() => device.close());

  /** Sums of some 1e3 terms in double precision on both sides, through products of up to four factors. */
  const RELATIVE = 1e-11;

  function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>) {
    expect(found.length).toBe(expected.length);
    const scale = Math.max(1, ...Array.from(expected, Math.abs));
    for (let k = 0; k < expected.length; k++)
      expect(Math.abs(found[k] - expected[k])).toBeLessThan(RELATIVE * scale);
  }

  async function expectSame(potential: Potential, structure: Structure, answer: Answer) {
    const evaluator = await potential.bind(device, structure);
    const result = await evaluator.evaluate(structure.positions, structure.cell);
    evaluator.release();
    const { virial, energy } = totalsOf(result);
    if (answer.energies.length === 1) expectClose([energy], answer.energies);
    else expectClose(result.energies, answer.energies);
    expectClose(result.forces, answer.forces);
    if (!answer.stress) return;
    const stress = stressOf(virial, structure.cell);
    expectClose(
      [0, 4, 8, 5, 2, 1].map((at) => stress[at]),
      answer.stress,
    );
  }

  const models = [
    [4, ['Si']],
    [8, ['Si', 'O']],
    [12, ['Pb', 'Te', 'O']],
    [16, ['Si']],
  ] as const;
  const setups = models.flatMap(([level, species]) =>
    (['cext', 'numpy'] as const)
      .filter((engine) => engine === 'cext' || level < 12)
      .map((engine) => [level, species, engine] as const),
  );

  it.each(setups)('level %i of %s, engine %s', async (level, species, engine) => {
    const parameters = randomMtp(level, { level, species });
    const folder = scratch('mtp');
    const model = join(folder, 'pot.mtp');
    writeFileSync(model, [...writeMtp(parameters)].join(''));
    for (const periodic of [true, false]) {
      const structure = structureOf(species, periodic);
      const answer = python<Answer>(EVALUATE, model, structureFile(folder, structure, species), engine);
      expect(answer.energies.length).toBe(8);
      await expectSame(createMtpPotential(parameters), structure, answer);
    }
  });

  it.each([2, 8, 16])('a template of level %i, and what motep writes of it', async (level) => {
    const species = ['Si', 'O'];
    const template = createMtpTemplate({ level, species, minimum: 1.5, cutoff: 4.8, size: 8 });
    const folder = scratch('mtp');
    const [model, out] = [join(folder, 'template.mtp'), join(folder, 'pot.mtp')];
    writeFileSync(model, [...writeMtp(template)].join(''));
    const structure = structureOf(species);
    const answer = python<Answer>(INITIALIZE, model, structureFile(folder, structure, species), out);
    const potential = await loadPotential(out);
    // The names that we put into the tag are still there.
    expect(potential.species).toEqual(species);
    await expectSame(potential, structure, answer);
  });

  it('ASE names the species of a file that numbers them', async () => {
    const species = ['Si', 'O'];
    const parameters = randomMtp(5, { level: 8, species });
    const folder = scratch('mtp');
    const model = join(folder, 'pot.mtp');
    writeFileSync(model, [...writeMtp({ ...parameters, named: false })].join(''));
    const structure = structureOf(species);
    const file = structureFile(folder, structure, species);
    const module = join(PACKAGE_ROOT, 'compat', 'ase');
    const answer = python<Answer>(ASE, model, file, module, process.execPath);
    await expectSame(createMtpPotential(parameters), structure, answer);
  });
});
