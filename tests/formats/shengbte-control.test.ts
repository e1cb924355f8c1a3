import { describe, expect, it } from 'vitest';
import { writeControl } from '../../formats/shengbte/control.js';
import { createStructure } from '../../src/model/structure.js';
import { joined } from '../helpers/phonopy-files.js';

const unitCell = createStructure({
  symbols: ['Na', 'Cl'],
  cell: [0, 2.8, 2.8, 2.8, 0, 2.8, 2.8, 2.8, 0],
  positions: Float64Array.of(0, 0, 0, 2.8, 2.8, 2.8),
});
const supercellMatrix = Int32Array.of(4, 0, 0, 0, 4, 0, 0, 0, 3);

describe('CONTROL', () => {
  it('has the crystal, the supercell and the settings', () => {
    const text = joined(
      writeControl(
        { unitCell, supercellMatrix },
        {
          mesh: [11, 11, 9],
          temperatures: { min: 100, max: 500, step: 50 },
          isotopes: true,
          polar: {
            dielectric: Float64Array.of(2, 0, 0, 0, 2, 0, 0, 0, 3),
            charges: Float64Array.from({ length: 18 }, (_, k) => k),
          },
        },
      ),
    );
    expect(text).toContain('natoms=2,\n  ngrid(:)=11 11 9\n&end\n');
    expect(text).toContain('lattvec(:,2)=2.800000000000 0.000000000000 2.800000000000,\n');
    expect(text).toContain('elements="Na" "Cl",\n  types=1 2,\n');
    expect(text).toContain('positions(:,2)=0.500000000000 0.500000000000 0.500000000000,\n');
    expect(text).toContain('epsilon(:,3)=0.000000000000 0.000000000000 3.000000000000,\n');
    expect(text).toContain('born(:,2,1)=1.000000000000 4.000000000000 7.000000000000,\n');
    expect(text).toContain('scell(:)=4 4 3\n');
    expect(text).toContain('T_min=100,\n  T_max=500,\n  T_step=50,\n  scalebroad=1\n');
    expect(text).toContain('nonanalytic=.TRUE.,\n  isotopes=.TRUE.,\n  convergence=.TRUE.\n&end\n');
    // Groups open and close in turn, as Fortran reads them.
    expect(text.match(/^&\w+/gm)).toEqual(
      ['allocations', 'crystal', 'parameters', 'flags'].flatMap((name) => [`&${name}`, '&end']),
    );
  });

  it('is refused of what ShengBTE has no place for', () => {
    const skew = Int32Array.of(1, 1, 0, 0, 1, 0, 0, 0, 1);
    const options = { mesh: [2, 2, 2], temperatures: 300 };
    expect(() => joined(writeControl({ unitCell, supercellMatrix: skew }, options))).toThrow(
      'along the vectors of the cell only',
    );
    const polar = { dielectric: new Float64Array(9), charges: new Float64Array(9) };
    expect(() => joined(writeControl({ unitCell, supercellMatrix }, { ...options, polar }))).toThrow(
      '1 Born charges, expected one for each of 2 atoms',
    );
    expect(joined(writeControl({ unitCell, supercellMatrix }, options))).toContain(
      'T=300,\n  scalebroad=1\n&end\n&flags\n  nonanalytic=.FALSE.,\n  isotopes=.FALSE.',
    );
  });
});
