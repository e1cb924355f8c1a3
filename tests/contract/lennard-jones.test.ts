import { createLennardJones } from '../../src/potentials/lj/potential.js';
import { CPU_F32, CPU_F64, CPU_F64_THREADS, F64 } from './devices.js';
import { describePotential } from './potential.js';
import { skewedDiamond } from './structures.js';

const argon = { epsilon: 0.01, sigma: 3.4, cutoff: 8.5 };
const krypton = { epsilon: 0.014, sigma: 3.6, cutoff: 7 };
const mixed = { epsilon: 0.012, sigma: 3.5, cutoff: 7.7 };

// The energy has a step at the cutoff, so differences are taken where no pair crosses it. Energies of 0.1 eV are rounded
// at 1e-17 eV, and some hundred of them over the step leave 1e-10 eV/A.
const tolerances = { ...F64, difference: 2e-9 };

describePotential({
  name: 'Lennard-Jones',
  make: async () =>
    createLennardJones({ species: ['Ar', 'Kr'], pairs: [argon, mixed, mixed, krypton], shift: false }),
  structures: {
    'a skewed cell smaller than the cutoff': skewedDiamond(['Ar', 'Kr'], { bond: 3.8 }),
    'a molecule': skewedDiamond(['Kr', 'Ar'], {
      bond: 3.6,
      repeat: [2, 2, 2],
      periodic: [false, false, false],
    }),
    'a film': skewedDiamond(['Ar'], { bond: 3.7, periodic: [true, false, true], seed: 3 }),
    'a chain of one atom a cell': skewedDiamond(['Ar'], {
      bond: 3.7,
      repeat: [1, 1, 1],
      periodic: [true, false, false],
    }),
  },
  // Computed in f64 on an f32 device too.
  devices: [CPU_F64, CPU_F64_THREADS, CPU_F32].map((device) => ({ ...device, tolerances })),
});
