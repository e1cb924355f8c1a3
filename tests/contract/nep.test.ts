import { join } from 'node:path';
import { describe } from 'vitest';
import { TextReader } from '../../formats/io/text.js';
import { NEP } from '../../formats/nep.js';
import { loadPotential, readPotential } from '../../formats/potentials.js';
import type { Structure } from '../../src/model/structure.js';
import { type ModelShape, nepText } from '../helpers/nep-models.js';
import { DATA, withoutData } from '../helpers/shared-data.js';
import { CPU_F32, CPU_F64, CPU_F64_THREADS } from './devices.js';
import { describePotential } from './potential.js';
import { skewedDiamond } from './structures.js';

const devices = [CPU_F64, CPU_F64_THREADS, CPU_F32];

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

/** Random models reach what no public file has; their numbers are of order one, so their forces are of eV/A. */
const SHAPES: Record<string, ModelShape> = {
  'NEP3, one network': { dialect: 'nep3', species: ['Te', 'Pb'] },
  'NEP4, every invariant': { dialect: 'nep4', species: ['Te', 'Pb'], lMax: '4 1 1 1 1 1 1' },
  'NEP4, l up to 8': { dialect: 'nep4', species: ['Te', 'Pb'], lMax: '8 0 0' },
  'NEP5 with ZBL, cutoffs of each type': {
    dialect: 'nep5_zbl',
    species: ['Te', 'Pb'],
    zbl: '0.8 2.4',
    cutoff: '5 4 4.6 3.7 60 40',
  },
};

for (const [name, shape] of Object.entries(SHAPES)) {
  describePotential({
    name,
    make: () => readPotential(NEP, new TextReader(nepText(shape), 'nep.txt')),
    structures: structures(shape.species, 2.6),
    devices,
  });
}

describe.skipIf(withoutData)('published models', () => {
  const make = (file: string) => () => loadPotential(join(DATA, 'nep', 'potentials', file));
  describePotential({
    name: 'NEP4 Si',
    make: make('Si_2022_NEP4_4body.txt'),
    structures: structures(['Si'], 2.35),
    devices,
  });
  describePotential({
    name: 'NEP4 UNEP-v1',
    make: make('UNEP-v1-Song-2024.txt'),
    structures: structures(['Cu', 'Zr'], 2.6),
    devices,
  });
});
