import { product, rowsTimes, volume } from '../model/cell.js';
import type { Structure } from '../model/structure.js';
import type { Totals } from '../potentials/totals.js';
import { allowed, type Freedom, joined } from './freedom.js';
import { type Deformation, deformationOf, symmetric } from './strain.js';

/** Where a vector of places and strain puts the atoms. */
export interface Geometry {
  readonly positions: Float64Array;
  readonly cell: Float64Array;
  readonly deformation: Deformation;
}

/** How far from rest a geometry is. */
export interface Unrest {
  /** eV, E + P V */
  readonly enthalpy: number;
  /** By the vector of places and strain, without what must stay, eV/A */
  readonly gradient: Float64Array;
  /** eV/A, the largest force on an atom that may move */
  readonly fmax: number;
  /** eV/A^3, the largest number of the stress beyond the pressure among strains that the cell may take; 0 for a fixed cell */
  readonly smax: number;
  /**
   * The same by the variable of the strain. The two differ where a strain is no longer small: one may vanish without
   * the other only where a component alone is free (xy), whose finite strains bring others along.
   */
  readonly strainGradient: number;
}

const NO_STRAIN = new Float64Array(9);

/** The enthalpy of a structure as a function of a vector of places and strain (Freedom), from a start where it is 0. */
export class Enthalpy {
  /** @param pressure eV/A^3 */
  constructor(
    private readonly start: Pick<Structure, 'positions' | 'cell'>,
    private readonly freedom: Freedom,
    private readonly pressure: number,
  ) {}

  geometry(vector: Float64Array): Geometry {
    const { atoms, strainUnit, strain } = this.freedom;
    const deformation = deformationOf(
      strain ? vector.subarray(3 * atoms).map((x) => x / strainUnit) : NO_STRAIN,
    );
    const places = this.start.positions.map((x, k) => x + vector[k]);
    if (!strain) return { positions: places, cell: this.start.cell, deformation };
    return {
      positions: rowsTimes(places, deformation.f),
      cell: product(this.start.cell, deformation.f),
      deformation,
    };
  }

  unrest({ cell, deformation }: Geometry, { energy, forces, virial }: Totals): Unrest {
    const { freedom, pressure } = this;
    const { strain, strainUnit, atoms } = freedom;
    const places = strain ? rowsTimes(forces, deformation.f) : forces;
    if (!strain) {
      const gradient = allowed(freedom, places).map((x) => -x);
      return { enthalpy: energy, gradient, fmax: largestVector(gradient), smax: 0, strainGradient: 0 };
    }
    const size = volume(cell);
    // dH/d(strain) = P V - W: zero where the stress, -W/V, is -P.
    const byStrain = symmetric(virial).map((w, k) => (k % 4 === 0 ? pressure * size : 0) - w);
    const gradient = allowed(
      freedom,
      joined(
        places.map((x) => -x),
        deformation.derivative(byStrain).map((x) => x / strainUnit),
      ),
    );
    const felt = rowsTimes(gradient.subarray(0, 3 * atoms), deformation.inverse);
    const beyond = strain.project(byStrain);
    return {
      enthalpy: energy + pressure * size,
      gradient,
      fmax: largestVector(felt),
      smax: Math.max(...beyond.map(Math.abs)) / size,
      strainGradient: (Math.max(...gradient.subarray(3 * atoms).map(Math.abs)) * strainUnit) / size,
    };
  }
}

/** The length of the longest of vectors [3n]. */
export function largestVector(vectors: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < vectors.length; i += 3)
    largest = Math.max(largest, vectors[i] ** 2 + vectors[i + 1] ** 2 + vectors[i + 2] ** 2);
  return Math.sqrt(largest);
}
