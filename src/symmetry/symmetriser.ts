import { symmetricEigen } from '../math/eigen.js';
import { inverse, product, rowsTimes, transpose } from '../model/cell.js';
import { createStructure, type Structure } from '../model/structure.js';
import { permutationsOf } from './cell-symmetry.js';
import { times } from './integer-matrix.js';
import { cartesianRotation, type Operation } from './operation.js';
import { findSpaceGroup, type SpaceGroup, TOLERANCE } from './space-group.js';

/** A structure made exactly symmetric, and the projection of what belongs to it on what its space group leaves alone. */
export interface Symmetriser {
  readonly spaceGroup: SpaceGroup;
  /** The structure moved by less than the tolerance, so that its operations hold to rounding errors */
  readonly structure: Structure;
  /** [9] each, Cartesian, the point group of the crystal whatever the shape of the cell */
  readonly rotations: readonly Float64Array[];
  /** Vectors [3n] of the atoms (forces, displacements), Cartesian, averaged over the space group */
  project(vectors: Float64Array): Float64Array;
}

/**
 * Works on the primitive lattice, so that supercells whose shape lowers the symmetry keep that of their crystal.
 * @param tolerance A
 * @throws PhonolinkError where there is no space group
 */
export function createSymmetriser(structure: Structure, tolerance = TOLERANCE): Symmetriser {
  const spaceGroup = findSpaceGroup(structure, tolerance);
  const { lattice, operations } = spaceGroup;
  const classes = classesOf(lattice.representative);
  const basis = Float64Array.from(classes.atoms);
  const old = rowsTimes(structure.positions, inverse(lattice.cell));
  const at = (atom: number) => old.subarray(3 * atom, 3 * atom + 3);
  const primitive = createStructure({
    positions: rowsTimes(
      Array.from(basis).flatMap((atom) => [...at(atom)]),
      lattice.cell,
    ),
    species: structure.species,
    kinds: Uint16Array.from(basis, (atom) => structure.kinds[atom]),
    cell: lattice.cell,
  });
  const permutations = permutationsOf(primitive, operations, tolerance);

  // Shifted copies first: whole numbers of primitive vectors apart, and their mean.
  const whole = Float64Array.from(old, (x, i) => {
    const first = classes.atoms[classes.of[Math.floor(i / 3)]];
    return Math.round(x - old[3 * first + (i % 3)]);
  });
  const copies = structure.count / classes.atoms.length;
  const mean = new Float64Array(3 * classes.atoms.length);
  for (let i = 0; i < old.length; i++)
    mean[3 * classes.of[Math.floor(i / 3)] + (i % 3)] += (old[i] - whole[i]) / copies;

  const fractional = averagedPlaces(mean, operations, permutations);
  const cell = symmetricLattice(lattice.cell, operations);
  const positions = rowsTimes(
    whole.map((n, i) => n + fractional[3 * classes.of[Math.floor(i / 3)] + (i % 3)]),
    cell,
  );
  const rotations = operations.map(({ rotation }) => cartesianRotation(rotation, cell));
  return {
    spaceGroup,
    structure: createStructure({ ...structure, positions, cell: product(lattice.multiple, cell) }),
    rotations,
    project: (vectors) => averagedVectors(vectors, classes, rotations, permutations),
  };
}

interface Classes {
  /** One atom of each class of shifted copies */
  readonly atoms: readonly number[];
  /** [n] */
  readonly of: Int32Array;
}

function classesOf(representative: Int32Array): Classes {
  const atoms = Array.from(representative.keys()).filter((i) => representative[i] === i);
  const numbers = new Map(atoms.map((atom, k) => [atom, k]));
  return { atoms, of: representative.map((atom) => numbers.get(atom)!) };
}

/**
 * Fractions [3m], averaged over all places that operations take atoms to. moyo's shifts fit each other to rounding errors,
 * however inexact the positions are, so the result is as exact.
 */
function averagedPlaces(
  x: Float64Array,
  operations: readonly Operation[],
  permutations: readonly Int32Array[],
): Float64Array {
  const out = x.slice();
  for (const [k, { rotation, translation }] of operations.entries()) {
    for (let atom = 0; 3 * atom < x.length; atom++) {
      const to = 3 * permutations[k][atom];
      const moved = times(rotation, x.subarray(3 * atom, 3 * atom + 3));
      for (let c = 0; c < 3; c++) {
        const off = moved[c] + translation[c] - x[to + c];
        out[to + c] += (off - Math.round(off)) / operations.length;
      }
    }
  }
  return out;
}

/** The lattice whose metric is the mean over the group: the old one times a symmetric stretch, not turned. */
function symmetricLattice(cell: Float64Array, operations: readonly Operation[]): Float64Array {
  const metric = product(cell, transpose(cell));
  const mean = new Float64Array(9);
  for (const { rotation } of operations) {
    const turned = product(product(transpose(rotation), metric), rotation);
    for (let i = 0; i < 9; i++) mean[i] += turned[i] / operations.length;
  }
  const back = inverse(cell);
  const { values, vectors } = symmetricEigen(product(product(back, mean), transpose(back)), 3);
  const stretch = product(
    transpose(vectors),
    vectors.map((v, i) => v * Math.sqrt(values[Math.floor(i / 3)])),
  );
  return product(cell, stretch);
}

function averagedVectors(
  vectors: Float64Array,
  classes: Classes,
  rotations: readonly Float64Array[],
  permutations: readonly Int32Array[],
): Float64Array {
  const { atoms, of } = classes;
  const mean = new Float64Array(3 * atoms.length);
  const weight = atoms.length / of.length / rotations.length;
  for (let i = 0; i < vectors.length; i++) mean[3 * of[Math.floor(i / 3)] + (i % 3)] += weight * vectors[i];
  const sum = new Float64Array(mean.length);
  for (const [k, rotation] of rotations.entries()) {
    for (let atom = 0; atom < atoms.length; atom++) {
      const to = 3 * permutations[k][atom];
      const turned = times(rotation, mean.subarray(3 * atom, 3 * atom + 3));
      for (let c = 0; c < 3; c++) sum[to + c] += turned[c];
    }
  }
  return Float64Array.from(vectors, (_, i) => sum[3 * of[Math.floor(i / 3)] + (i % 3)]);
}
