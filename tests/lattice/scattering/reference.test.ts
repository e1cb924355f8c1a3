import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readKappa } from '../../../formats/phono3py/kappa.js';
import { readForceConstantsHdf5 } from '../../../formats/phonopy/force-constants-hdf5.js';
import { readPhonopyYaml } from '../../../formats/phonopy/yaml.js';
import { buildPhononCells } from '../../../src/lattice/cells.js';
import { DynamicalMatrix } from '../../../src/lattice/harmonic/dynamical-matrix.js';
import { solveModes } from '../../../src/lattice/harmonic/modes.js';
import { PHONOPY_UNITS } from '../../../src/lattice/harmonic/units.js';
import { modeHeatCapacities } from '../../../src/lattice/scattering/heat-capacity.js';
import {
  boundaryLinewidths,
  conductivityUnit,
  relaxationTimeConductivity,
  totalLinewidths,
} from '../../../src/lattice/scattering/relaxation-time.js';
import { velocityProducts } from '../../../src/lattice/scattering/star-sums.js';
import { pairVelocityProducts } from '../../../src/lattice/scattering/velocity-operator.js';
import { starPairs, wignerConductivity } from '../../../src/lattice/scattering/wigner.js';
import { findCellSymmetry } from '../../../src/symmetry/cell-symmetry.js';
import { cartesianRotation } from '../../../src/symmetry/operation.js';
import { opened } from '../../helpers/phonopy-files.js';
import { DATA, withoutData } from '../../helpers/shared-data.js';

const FOLDER = join(DATA, 'phono3py');

/** A kappa file of the reference data as what conductivities are made of. */
async function carriersOf(name: string) {
  const file = await readKappa(join(FOLDER, name, 'rta_m9.kappa-m999.hdf5'));
  return {
    file,
    temperatures: file.temperatures,
    linewidths: file.linewidths!,
    velocities: file.velocities!,
    weights: file.weights!,
    carriers: {
      total: file.mesh[0] * file.mesh[1] * file.mesh[2],
      volume: conductivityUnit(1) / file.unit!,
      frequencies: file.frequencies!,
      products: file.products!,
      heatCapacities: modeHeatCapacities(file.frequencies!, file.temperatures),
    },
  };
}

function relative(ours: Float64Array, theirs: Float64Array): number {
  const scale = theirs.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  expect(ours.length).toBe(theirs.length);
  return ours.reduce((most, x, k) => Math.max(most, Math.abs(x - theirs[k])), 0) / scale;
}

/** Cartesian rotations of a face-centred cubic crystal, by the symmetry of silicon. */
async function silicon() {
  const file = await readPhonopyYaml(await opened(join(FOLDER, 'Si-PBEsol', 'phono3py_disp.yaml')));
  const cells = buildPhononCells(file.unitCell!.structure, file.supercellMatrix!, file.primitiveMatrix!);
  const { operations } = findCellSymmetry(cells.primitive);
  const rotations = operations.map(({ rotation }) => cartesianRotation(rotation, cells.primitive.cell));
  return { cells, rotations: withInversion(rotations) };
}

/** Time reversal doubles a point group that has no inversion. */
function withInversion(rotations: Float64Array[]): Float64Array[] {
  const key = (r: ArrayLike<number>) => Array.from(r, (x) => Math.round(x * 1e6) + 0).join();
  const known = new Set(rotations.map(key));
  return [...rotations, ...rotations.map((r) => r.map((x) => -x)).filter((r) => !known.has(key(r)))];
}

describe.skipIf(withoutData)('conductivity out of the linewidths of phono3py 2.5', () => {
  it.each(['Si-PBEsol', 'NaCl222'])('%s', async (name) => {
    const { file, carriers, linewidths } = await carriersOf(name);
    expect(relative(carriers.heatCapacities, file.heatCapacities!)).toBeLessThan(1e-14);
    const found = relaxationTimeConductivity(carriers, linewidths);
    // Rounding of a few operations on each mode, and of the sum over them.
    expect(relative(found.modeKappa, file.modeKappa!)).toBeLessThan(1e-14);
    expect(relative(found.kappa, file.kappa!)).toBeLessThan(1e-14);
    // The acoustic modes at Gamma.
    expect(Array.from(found.ignored)).toEqual(file.temperatures.length === 3 ? [3, 3, 3] : [3, 3, 3, 3, 3]);
  });

  it('of silicon with walls, 1 micrometre apart', async () => {
    const { carriers, linewidths, velocities, temperatures } = await carriersOf('Si-PBEsol');
    const all = totalLinewidths(linewidths, boundaryLinewidths(velocities, 1));
    const { kappa } = relaxationTimeConductivity(carriers, all);
    // kappa_phono3py251.json, rta_m9_boundary1um
    expect(Math.abs(kappa[6 * temperatures.indexOf(300)] / 76.3900959294749 - 1)).toBeLessThan(1e-12);
  });

  it('of silicon has products of velocities by its point group', async () => {
    const { file, velocities, weights } = await carriersOf('Si-PBEsol');
    const { rotations } = await silicon();
    expect(rotations).toHaveLength(48);
    expect(relative(velocityProducts(velocities, weights, rotations), file.products!)).toBeLessThan(1e-12);
  });

  it('of silicon by populations and coherences', async () => {
    const { file, carriers, linewidths, temperatures, weights } = await carriersOf('Si-PBEsol');
    const { cells, rotations } = await silicon();
    const { constants } = await readForceConstantsHdf5(join(FOLDER, 'Si-PBEsol', 'fc2_compact.hdf5'));
    const matrix = new DynamicalMatrix(cells, constants);
    const { frequencies, eigenvectors } = solveModes(matrix, file.points!, {
      vectors: true,
      units: PHONOPY_UNITS,
    });
    const bands = 6;
    const pairs = Array.from(weights, (_, q) =>
      Array.from(
        pairVelocityProducts(
          matrix,
          file.points!.subarray(3 * q, 3 * q + 3),
          frequencies.slice(q * bands, (q + 1) * bands),
          eigenvectors!.slice(72 * q, 72 * (q + 1)),
          { mean: 'arithmetic' },
        ),
      ),
    );
    const found = wignerConductivity(
      carriers,
      starPairs(Float64Array.from(pairs.flat()), weights, rotations),
      linewidths,
    );
    const { cases } = JSON.parse(readFileSync(join(FOLDER, 'wigner_phono3py251.json'), 'utf8'));
    const reference = cases.find(({ system }: { system: string }) => system === 'Si-PBEsol');
    reference.temperatures.forEach((temperature: number, t: number) => {
      const at = 6 * temperatures.indexOf(temperature);
      const sides = [
        [found.populations, reference.kappa_P_RTA],
        [found.coherences, reference.kappa_C],
        [found.total, reference.kappa_TOT_RTA],
      ];
      // phono3py 2.5 takes differences over 1e-5 1/A of a root: to some 1e-6 of it.
      for (const [ours, theirs] of sides) expect(Math.abs(ours[at] / theirs[0][t][0] - 1)).toBeLessThan(2e-5);
    });
  });
});
