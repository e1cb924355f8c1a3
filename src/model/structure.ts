import { inverse, rowsTimes, volume } from './cell.js';
import { standardMass } from './elements.js';
import { PhonolinkError } from './errors.js';

/** Atoms in a cell. Immutable: make a new one with `createStructure` or `withPositions`. Internal units. */
export interface Structure {
  /** n */
  readonly count: number;
  /** [9] A, row-major, ROWS are a, b, c; zero rows along directions that have no lattice vector. */
  readonly cell: Float64Array;
  readonly periodic: readonly [boolean, boolean, boolean];
  /** [s] the symbols that occur, in the order of the file or of the model */
  readonly species: readonly string[];
  /** [n] index into species */
  readonly kinds: Uint16Array;
  /** [3n] A, Cartesian, atom-major, unwrapped */
  readonly positions: Float64Array;
  /** [n] u */
  readonly masses: Float64Array;
}

export interface StructureInput {
  positions: Float64Array;
  /** A symbol for each atom; or give `species` and `kinds`. */
  symbols?: readonly string[];
  species?: readonly string[];
  kinds?: Uint16Array;
  cell?: ArrayLike<number>;
  periodic?: readonly [boolean, boolean, boolean];
  masses?: Float64Array;
}

/**
 * Builds a structure; masses default to standard atomic weights, the cell to none, periodicity to the directions
 * that have a lattice vector.
 * @throws PhonolinkError where the lengths of the arrays disagree or a number is not finite
 */
export function createStructure(input: StructureInput): Structure {
  const { positions } = input;
  const count = positions.length / 3;
  if (!Number.isInteger(count)) {
    throw new PhonolinkError(`positions hold ${positions.length} numbers, expected three for each atom`);
  }
  const { species, kinds } = indexSpecies(input, count);
  const cell = Float64Array.from(input.cell ?? new Float64Array(9));
  if (cell.length !== 9) throw new PhonolinkError(`the cell has ${cell.length} numbers, expected 9`);
  if (!cell.every(Number.isFinite))
    throw new PhonolinkError(`the cell has a number that is not finite: ${cell.join(' ')}`);
  for (let i = 0; i < positions.length; i++) {
    if (!Number.isFinite(positions[i])) {
      throw new PhonolinkError(
        `atom ${Math.floor(i / 3) + 1} has the coordinate ${positions[i]}, expected a finite number`,
      );
    }
  }
  const hasVector = [0, 1, 2].map((k) => Math.hypot(cell[3 * k], cell[3 * k + 1], cell[3 * k + 2]) > 0);
  const periodic = input.periodic ?? ([hasVector[0], hasVector[1], hasVector[2]] as const);
  for (let k = 0; k < 3; k++) {
    if (periodic[k] && !hasVector[k]) {
      throw new PhonolinkError(
        `the structure is periodic along ${'abc'[k]}, but that lattice vector is zero`,
      );
    }
  }
  if (periodic[0] && periodic[1] && periodic[2] && !(volume(cell) > 0)) {
    throw new PhonolinkError(
      'the structure is periodic in three directions, but its lattice vectors span no volume',
    );
  }
  const masses = input.masses ?? massesOf(species, kinds);
  if (masses.length !== count) {
    throw new PhonolinkError(`there are ${masses.length} masses for ${count} atoms, expected one for each`);
  }
  return { count, cell, periodic, species, kinds, positions, masses };
}

function indexSpecies(
  input: StructureInput,
  count: number,
): { species: readonly string[]; kinds: Uint16Array } {
  if (input.symbols) {
    if (input.symbols.length !== count) {
      throw new PhonolinkError(
        `there are ${input.symbols.length} symbols for ${count} atoms, expected one for each`,
      );
    }
    const index = new Map<string, number>();
    const kinds = new Uint16Array(count);
    let last = '';
    let lastKind = 0;
    for (let i = 0; i < count; i++) {
      const symbol = input.symbols[i];
      if (symbol !== last || i === 0) {
        let kind = index.get(symbol);
        if (kind === undefined) {
          kind = index.size;
          index.set(symbol, kind);
        }
        last = symbol;
        lastKind = kind;
      }
      kinds[i] = lastKind;
    }
    return { species: [...index.keys()], kinds };
  }
  const { species, kinds } = input;
  if (!species || !kinds) throw new PhonolinkError('a structure needs symbols, or species and kinds');
  if (kinds.length !== count) {
    throw new PhonolinkError(`there are ${kinds.length} kinds for ${count} atoms, expected one for each`);
  }
  for (let i = 0; i < count; i++) {
    if (kinds[i] >= species.length) {
      throw new PhonolinkError(
        `atom ${i + 1} is of kind ${kinds[i]}, but there are ${species.length} species`,
      );
    }
  }
  return { species, kinds };
}

/** [n] standard atomic weights, u. */
export function massesOf(species: readonly string[], kinds: Uint16Array): Float64Array {
  const table = species.map(standardMass);
  const masses = new Float64Array(kinds.length);
  for (let i = 0; i < kinds.length; i++) masses[i] = table[kinds[i]];
  return masses;
}

/** The same atoms elsewhere; `cell` in A too where it changed. */
export function withPositions(
  structure: Structure,
  positions: Float64Array,
  cell = structure.cell,
): Structure {
  return createStructure({ ...structure, positions, cell });
}

/** The symbol of each atom, [n]. */
export function symbolsOf(structure: Structure): string[] {
  return Array.from(structure.kinds, (kind) => structure.species[kind]);
}

/** A composition such as 'Si64' or 'Na4 Cl4', in the order of the species. */
export function composition(structure: Structure): string {
  const counts = new Array<number>(structure.species.length).fill(0);
  for (const kind of structure.kinds) counts[kind]++;
  return structure.species
    .map((symbol, kind) => ({ symbol, n: counts[kind] }))
    .filter(({ n }) => n > 0)
    .map(({ symbol, n }) => `${symbol}${n}`)
    .join(' ');
}

/**
 * A cell with three independent vectors: missing ones (zero rows of a molecule, a slab or a chain) are completed by
 * unit vectors normal to the others, so that fractional coordinates exist. A, [9].
 */
export function completeCell(cell: Float64Array): Float64Array {
  if (volume(cell) > 0) return cell;
  const full = Float64Array.from(cell);
  const norm = (k: number) => Math.hypot(full[3 * k], full[3 * k + 1], full[3 * k + 2]);
  for (let k = 0; k < 3; k++) {
    if (norm(k) > 0) continue;
    const others = [(k + 1) % 3, (k + 2) % 3].filter((o) => norm(o) > 0);
    let row: [number, number, number];
    if (others.length === 2) row = cross(full, others[0], others[1]);
    else if (others.length === 1) row = perpendicular(full, others[0]);
    else row = [k === 0 ? 1 : 0, k === 1 ? 1 : 0, k === 2 ? 1 : 0];
    const length = Math.hypot(...row);
    for (let c = 0; c < 3; c++) full[3 * k + c] = row[c] / length;
  }
  return full;
}

function cross(m: Float64Array, p: number, q: number): [number, number, number] {
  const [a, b] = [3 * p, 3 * q];
  return [
    m[a + 1] * m[b + 2] - m[a + 2] * m[b + 1],
    m[a + 2] * m[b] - m[a] * m[b + 2],
    m[a] * m[b + 1] - m[a + 1] * m[b],
  ];
}

/** What is left of the axis that lies least along a vector, without its part along it: for the axis x it is y. */
function perpendicular(m: Float64Array, p: number): [number, number, number] {
  const v = [m[3 * p], m[3 * p + 1], m[3 * p + 2]];
  const axis = v.map(Math.abs).reduce((best, x, i, all) => (x < all[best] ? i : best), 0);
  const along = v[axis] / (v[0] ** 2 + v[1] ** 2 + v[2] ** 2);
  const unit = (c: number) => (c === axis ? 1 : 0) - along * v[c];
  return [unit(0), unit(1), unit(2)];
}

/** The structure with every atom moved into the cell along the periodic directions. */
export function wrapped(structure: Structure): Structure {
  const cell = completeCell(structure.cell);
  const fractional = rowsTimes(structure.positions, inverse(cell));
  const positions = Float64Array.from(structure.positions);
  for (let i = 0; i < structure.count; i++) {
    for (let k = 0; k < 3; k++) {
      if (!structure.periodic[k]) continue;
      const shift = Math.floor(fractional[3 * i + k]);
      if (shift === 0) continue;
      for (let c = 0; c < 3; c++) positions[3 * i + c] -= shift * cell[3 * k + c];
    }
  }
  return withPositions(structure, positions);
}
