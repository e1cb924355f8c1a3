import { describe } from 'vitest';
import { createGpuDevice } from '../../src/device/gpu.js';
import { createLennardJones } from '../../src/potentials/lj/potential.js';
import { withoutGpu } from '../helpers/gpu.js';
import { CPU_F64, F64 } from './devices.js';
import { describePotential } from './potential.js';
import { skewedDiamond } from './structures.js';

// Shifted and cut far out, so that only a slope of 24 epsilon (sigma/cutoff)^6/cutoff = 2e-6 eV/A changes where a pair
// crosses the cutoff within the step.
const argon = { epsilon: 0.01, sigma: 3.4, cutoff: 15 };
const krypton = { epsilon: 0.014, sigma: 3.6, cutoff: 15 };
const mixed = { epsilon: 0.012, sigma: 3.5, cutoff: 14.5 };

const step = 0.01;
/**
 * The largest terms are those of the shortest bonds, 1 eV/A and less. A term of a force goes with r^-14, so it has 13
 * times the relative error of r, in which six roundings of 2^-24/sqrt(3) each add up as a root of squares: 18 2^-24, and
 * four standard deviations of that are 4e-6. (Worst cases, atom by atom: tests/parity/lj-gpu.test.ts.)
 */
const rounding = 4e-6;
/**
 * Energies of some 0.3 eV an atom, half as exact as forces, for 16 atoms: 1e-7 eV over the step is 1e-5. Richardson's
 * rule leaves h^4/30 times the fifth derivative, 12 13 14 15 16 4 epsilon s12/r^5 = 500 eV/A^5 in short bonds: 2e-7. Under
 * strain a pair at the cutoff moves by 0.3 A: ten pairs an atom cross it, for which differences are off by the half of
 * 2e-6 eV/A times 15 A at most, with either sign: 1e-5 for each root of the number of atoms.
 */
const difference = 5e-5;
const tolerances = { rounding, step, difference };

describe.skipIf(withoutGpu)('Lennard-Jones on the GPU keeps the contract', () => {
  describePotential({
    name: 'Lennard-Jones',
    make: async () =>
      createLennardJones({ species: ['Ar', 'Kr'], pairs: [argon, mixed, mixed, krypton], shift: true }),
    structures: {
      'a skewed cell smaller than the cutoff': skewedDiamond(['Ar', 'Kr'], { bond: 3.8 }),
      'a molecule': skewedDiamond(['Kr', 'Ar'], {
        bond: 3.6,
        repeat: [2, 2, 2],
        periodic: [false, false, false],
      }),
      'a film': skewedDiamond(['Ar'], { bond: 3.7, periodic: [true, false, true], seed: 3 }),
      'a chain of one primitive cell': skewedDiamond(['Ar'], {
        bond: 3.7,
        repeat: [1, 1, 1],
        periodic: [true, false, false],
      }),
      'a cell larger than two cutoffs': skewedDiamond(['Ar', 'Kr'], { bond: 3.8, repeat: [5, 5, 5] }),
    },
    devices: [
      { ...CPU_F64, tolerances: { ...F64, step, difference } },
      { name: 'GPU', tolerances, open: () => createGpuDevice() },
    ],
  });
});
