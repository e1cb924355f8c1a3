import type { FileUnits } from '../../formats/phonopy/units.js';
import { unitFactors } from '../../formats/phonopy/units.js';
import { PHONOPY_UNITS, type PhononUnits } from '../../src/lattice/harmonic/units.js';
import type { Modes } from '../../src/model/phonon-results.js';
import { createStructure, type Structure } from '../../src/model/structure.js';
import type { PhononResults } from '../../src/workflows/phonons.js';

/** phonopy's rydberg, eV, and bohr, A: older than ours, and 5e-7 away in a force constant */
const RYDBERG = 13.605699115444;
const BOHR = 0.529177207423948;

/** THz for the root of a force constant over a mass in u, in the units of a calculator. */
export function frequencyFactor(units: FileUnits): number {
  const isRydberg = units.forceConstants === 'Ry/au^2';
  const value = isRydberg ? RYDBERG / BOHR ** 2 : unitFactors(units).forceConstants;
  return PHONOPY_UNITS.toTHz * Math.sqrt(value);
}

/**
 * What force constants that were made of a calculator's units by our constants are to be multiplied with, to be what
 * phonopy's and phono3py's constants make of them.
 */
export function forceConstantUnits(units: FileUnits): { second: number; third: number } {
  if (units.forceConstants !== 'Ry/au^2') return { second: 1, third: 1 };
  const { forceConstants, length } = unitFactors(units);
  const second = RYDBERG / BOHR ** 2 / forceConstants;
  return { second, third: second / (BOHR / length) };
}

/** phonopy's constants for force constants that were read in a calculator's units. */
export function phononUnits(units: FileUnits): PhononUnits {
  return {
    ...PHONOPY_UNITS,
    toTHz: frequencyFactor(units) / Math.sqrt(unitFactors(units).forceConstants),
  };
}

/**
 * Results in a calculator's units: phonopy writes cells, distances and velocities in its length, dynamical matrices in its
 * force constants over u.
 */
export function inUnits(results: PhononResults, length: number, forceConstants: number): PhononResults {
  if (length === 1 && forceConstants === 1) return results;
  const { points, band, mesh } = results;
  return {
    ...results,
    ...(points && {
      points: {
        ...slowed(points, length),
        primitive: scaled(points.primitive, 1 / length),
        ...(points.matrices && { matrices: points.matrices.map((x) => x / forceConstants) }),
      },
    }),
    ...(band && {
      band: {
        primitive: scaled(band.primitive, 1 / length),
        segments: band.segments.map((segment) => ({
          ...slowed(segment, length),
          distances: segment.distances.map((x) => x * length),
        })),
      },
    }),
    ...(mesh && { mesh: { ...slowed(mesh, length), primitive: scaled(mesh.primitive, 1 / length) } }),
  };
}

export function scaled(structure: Structure, factor: number): Structure {
  const by = (values: Float64Array) => values.map((x) => x * factor);
  return createStructure({ ...structure, cell: by(structure.cell), positions: by(structure.positions) });
}

function slowed<T extends Modes>(modes: T, length: number): T {
  const { velocities } = modes;
  return velocities ? { ...modes, velocities: velocities.map((x) => x / length) } : modes;
}
