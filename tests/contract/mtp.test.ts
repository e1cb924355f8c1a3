import { join } from 'node:path';
import { describe } from 'vitest';
import { loadPotential } from '../../formats/potentials.js';
import { requireCpu } from '../../src/device/device.js';
import type { Structure } from '../../src/model/structure.js';
import type { MtpBackend } from '../../src/potentials/mtp/backend.js';
import { FAST_BACKEND } from '../../src/potentials/mtp/fast.js';
import type { TrainedMtp } from '../../src/potentials/mtp/parameters.js';
import { PLAIN_BACKEND } from '../../src/potentials/mtp/plain-backend.js';
import { createMtpPotential } from '../../src/potentials/mtp/potential.js';
import type { Potential } from '../../src/potentials/potential.js';
import { speciesIndex } from '../../src/potentials/species.js';
import { type MtpShape, randomMtp } from '../helpers/random-mtp.js';
import { DATA, withoutData } from '../helpers/shared-data.js';
import { CPU_F32, CPU_F64, CPU_F64_THREADS } from './devices.js';
import { describePotential } from './potential.js';
import { skewedDiamond } from './structures.js';

function structures(symbols: string[], bond: number): Record<string, Structure> {
  return {
    'a skewed cell smaller than the cutoff': skewedDiamond(symbols, { bond }),
    'a molecule': skewedDiamond(symbols, {
      bond,
      repeat: [2, 2, 2],
      periodic: [false, false, false],
      seed: 2,
    }),
    'a film': skewedDiamond(symbols, { bond, periodic: [true, false, true], seed: 3 }),
  };
}

/** The potential bound by one backend, whatever suits better. */
function boundBy(backend: MtpBackend, parameters: TrainedMtp): Potential {
  const potential = createMtpPotential(parameters);
  return {
    ...potential,
    bind: async (device, structure) =>
      backend.bind(
        parameters,
        speciesIndex(potential.name, potential.species, structure),
        requireCpu(device, potential.name),
        structure,
      ),
  };
}

/**
 * f32 of products of up to four moments: the energy sums hundreds of them, of both signs and up to ten times as large as
 * their sum, where 2^-24 a factor leaves some 1e-5. The second derivative jumps at the cutoff, (r_c - r)^2, and pairs
 * that cross it within the step leave an error in proportion to it: a fifth of the usual one.
 */
const MTP_F32 = { ...CPU_F32, tolerances: { ...CPU_F32.tolerances, rounding: 1e-4, step: 4e-3 } };

/** Random models reach what no public file has; their energies are of some eV. */
const SHAPES: Record<string, MtpShape & { bond?: number }> = {
  'level 12': { level: 12 },
  'level 8, RBShapeev': { level: 8, type: 'RBShapeev' },
  'level 8, RBTaylor': { level: 8, type: 'RBTaylor' },
  // So close that some pairs are below the minimum.
  'level 8, RBChebyshev_repuls': { level: 8, type: 'RBChebyshev_repuls', bond: 1.9 },
};

for (const [name, { bond = 2.5, ...shape }] of Object.entries(SHAPES)) {
  const parameters = randomMtp(7, shape);
  describePotential({
    name: `MTP of ${name}, kernels`,
    make: async () => boundBy(FAST_BACKEND, parameters),
    structures: structures([...parameters.species], bond),
    // The bends of the others' random functions are too sharp for steps of f32; tests/parity holds all of them to f64.
    devices: [CPU_F64, CPU_F64_THREADS, ...(shape.type ? [] : [MTP_F32])],
  });
  describePotential({
    name: `MTP of ${name}, plain`,
    make: async () => boundBy(PLAIN_BACKEND, parameters),
    structures: structures([...parameters.species], bond),
    devices: [CPU_F64],
  });
}

describe.skipIf(withoutData)('published models', () => {
  const make = (file: string, symbol: string) => async () => {
    const potential = await loadPotential(join(DATA, 'mtp', file));
    return potential.withSpecies!([symbol]);
  };
  describePotential({
    name: 'MTP Si of maml',
    make: make('maml_Si.mtp', 'Si'),
    structures: structures(['Si'], 2.35),
    // Level 24 leaves 1e-4 of an energy in f32, and no step has differences that tell: see the reference cases.
    devices: [CPU_F64, CPU_F64_THREADS],
  });
  describePotential({
    name: 'MTP Cu of maml',
    make: make('maml_Cu.mtp', 'Cu'),
    structures: structures(['Cu'], 2.5),
    devices: [CPU_F64, CPU_F64_THREADS, MTP_F32],
  });
});
