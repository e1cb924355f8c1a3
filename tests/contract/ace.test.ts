import { join } from 'node:path';
import { describe } from 'vitest';
import { loadPotential } from '../../formats/potentials.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import type { Structure } from '../../src/model/structure.js';
import { DATA, withoutData } from '../helpers/shared-data.js';
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

describePotential({
  name: 'ACE of two species, ranks 1 to 5',
  make: () => loadPotential(join(PACKAGE_ROOT, 'fixtures', 'ace', 'two-species.yaml')),
  structures: structures(['Al', 'Ni'], 2.6),
});

describePotential({
  name: 'ACE of two species, ranks 1 to 5, by the equations',
  make: async () =>
    (await loadPotential(join(PACKAGE_ROOT, 'fixtures', 'ace', 'two-species.yaml'))).withRadial!('analytic'),
  structures: structures(['Al', 'Ni'], 2.6),
});

describe.skipIf(withoutData)('published ACE models', () => {
  const make = (file: string) => () => loadPotential(join(DATA, 'ace', 'potentials', file));
  describePotential({
    name: 'ACE Cu-III',
    make: make('Cu-III.yace'),
    structures: structures(['Cu'], 2.5),
  });
  describePotential({
    name: 'ACE Cu-PBE-core-rep',
    make: make('Cu-PBE-core-rep.ace'),
    structures: {
      'a skewed cell smaller than the cutoff': structures(['Cu'], 2.5)[
        'a skewed cell smaller than the cutoff'
      ],
    },
  });
  describePotential({
    name: 'ACE AlCuZn',
    make: make('ternary_AlCuZn.yace'),
    structures: structures(['Al', 'Cu'], 2.6),
  });
  describePotential({
    name: 'ACE Cu-I with an inner cutoff by ZBL',
    make: make('derived_Cu-I_inner_zbl.yaml'),
    structures: structures(['Cu'], 2.4),
  });
  describePotential({
    name: 'ACE Cu-I with an inner cutoff by ZBL, by the equations',
    make: async () => (await make('derived_Cu-I_inner_zbl.yaml')()).withRadial!('analytic'),
    structures: structures(['Cu'], 2.4),
  });
  describePotential({
    name: 'ACE Cu-PBE-core-rep, by the equations',
    make: async () => (await make('Cu-PBE-core-rep.ace')()).withRadial!('analytic'),
    structures: {
      'a skewed cell smaller than the cutoff': structures(['Cu'], 2.5)[
        'a skewed cell smaller than the cutoff'
      ],
    },
  });
});
