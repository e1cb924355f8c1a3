import { volume } from '../../src/model/cell.js';
import { atomicNumber, SYMBOLS } from '../../src/model/elements.js';
import { PhonolinkError } from '../../src/model/errors.js';
import { createStructure, type Structure, symbolsOf } from '../../src/model/structure.js';

/** Far beyond any cell that goes through a socket; a larger count is a sign of garbage. */
const MOST_ATOMS = 10_000_000;

/** What the user says about the atoms, beside what the driver will. */
export interface KnownAtoms {
  /** The symbols of the driver's atom types 1, 2, ..., for drivers that send no elements */
  readonly species?: readonly string[];
  /** The driver's atoms in the driver's order, for drivers that send neither elements nor types */
  readonly structure?: Structure;
}

/** The atoms as the driver has set them so far, in A. */
export class DriverSystem {
  readonly #known: KnownAtoms;
  #count: number | undefined;
  #elements: Int32Array | undefined;
  #types: Int32Array | undefined;
  #cell: Float64Array | undefined;
  #positions: Float64Array | undefined;
  /** [3] A, where the cell begins; no energy depends on it */
  origin: Float64Array = new Float64Array(3);
  /** Grows with each change of the atoms' kinds or of the directions that are periodic. */
  identity = 0;

  constructor(known: KnownAtoms) {
    this.#known = known;
    const { structure } = known;
    if (!structure) return;
    this.#count = structure.count;
    this.#cell = structure.cell;
    this.#positions = structure.positions;
  }

  /** @throws PhonolinkError where the driver has not set it */
  get count(): number {
    return known(this.#count, '>NATOMS');
  }

  set count(count: number) {
    const { structure } = this.#known;
    if (structure && structure.count !== count) {
      throw new PhonolinkError(
        `the driver has ${count} atoms, but the structure given has ${structure.count}`,
        {
          hint: 'give the structure that the driver simulates, with its atoms in the order of their IDs',
        },
      );
    }
    if (!Number.isInteger(count) || count < 1 || count > MOST_ATOMS) {
      throw new PhonolinkError(`>NATOMS says ${count} atoms, expected 1 to ${MOST_ATOMS}`);
    }
    if (count === this.#count) return;
    this.#count = count;
    this.#elements = undefined;
    this.#types = undefined;
    this.#positions = undefined;
    this.identity++;
  }

  /** [n] atomic numbers */
  get elements(): Int32Array {
    return Int32Array.from(this.symbols(), (symbol) => Math.max(0, atomicNumber(symbol)));
  }

  set elements(elements: Int32Array) {
    const bad = elements.findIndex((z) => z < 1 || z >= SYMBOLS.length);
    if (bad >= 0) {
      throw new PhonolinkError(
        `atom ${bad + 1} has the atomic number ${elements[bad]}, expected 1 to ${SYMBOLS.length - 1}`,
      );
    }
    const { structure } = this.#known;
    const other = structure
      ? symbolsOf(structure).findIndex((symbol, i) => symbol !== SYMBOLS[elements[i]])
      : -1;
    if (structure && other >= 0) {
      throw new PhonolinkError(
        `atom ${other + 1} is ${SYMBOLS[elements[other]]} for the driver, but ${symbolsOf(structure)[other]} in the structure given`,
        { hint: 'the order of the atoms may differ: the driver has them in the order of their IDs' },
      );
    }
    if (!isSame(elements, this.#elements)) this.identity++;
    this.#elements = elements;
  }

  /** [n] the driver's own numbers of kinds, from 1 */
  get types(): Int32Array {
    return known(this.#types, '>TYPES');
  }

  set types(types: Int32Array) {
    if (!isSame(types, this.#types)) this.identity++;
    this.#types = types;
  }

  /** [9] A, rows; zeros where there is none */
  get cell(): Float64Array {
    return this.#cell ?? new Float64Array(9);
  }

  set cell(cell: Float64Array) {
    if (directions(cell).every(Boolean) && !(volume(cell) > 0)) {
      throw new PhonolinkError('the lattice vectors of >CELL span no volume');
    }
    if (String(directions(cell)) !== String(directions(this.cell))) this.identity++;
    this.#cell = cell;
  }

  /** Which of the cell's vectors there are */
  get periodic(): [boolean, boolean, boolean] {
    return directions(this.cell);
  }

  /** [3n] A */
  get positions(): Float64Array {
    return known(this.#positions, '>COORDS');
  }

  set positions(positions: Float64Array) {
    this.#positions = positions;
  }

  /**
   * [n]
   * @throws PhonolinkError where nothing tells them
   */
  symbols(): string[] {
    if (this.#elements) return Array.from(this.#elements, (z) => SYMBOLS[z]);
    const { species, structure } = this.#known;
    if (this.#types && species) return Array.from(this.#types, (type, i) => symbolOfType(type, i, species));
    if (structure) return symbolsOf(structure);
    throw new PhonolinkError(
      this.#types
        ? 'the driver sent atom types, and nothing says which elements they are'
        : 'the driver said neither elements nor types of its atoms',
      {
        hint: "let the driver send elements (in LAMMPS: 'elements Si O' at the end of fix mdi/qm), or give the atoms or the symbols of the types",
      },
    );
  }

  /** @throws PhonolinkError where the driver has left something out, or the cell spans no volume */
  structure(): Structure {
    const { positions, cell, periodic } = this;
    return createStructure({ symbols: this.symbols(), positions, cell, periodic });
  }
}

function known<T>(value: T | undefined, command: string): T {
  if (value !== undefined) return value;
  throw new PhonolinkError(`the driver asked for what it must first set by ${command}`);
}

function symbolOfType(type: number, atom: number, species: readonly string[]): string {
  const symbol = species[type - 1];
  if (symbol !== undefined) return symbol;
  throw new PhonolinkError(
    `atom ${atom + 1} has the type ${type}, but ${species.length} species were given`,
    { hint: 'give the symbol of each of the types of the driver, in their order' },
  );
}

function isSame(a: Int32Array, b: Int32Array | undefined): boolean {
  return a.length === b?.length && a.every((value, i) => value === b[i]);
}

function directions(cell: Float64Array): [boolean, boolean, boolean] {
  const has = (k: number) => Math.hypot(...cell.subarray(3 * k, 3 * k + 3)) > 0;
  return [has(0), has(1), has(2)];
}
