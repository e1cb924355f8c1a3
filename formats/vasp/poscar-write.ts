import { inverse, rowsTimes, volume } from '../../src/model/cell.js';
import { atomicNumber } from '../../src/model/elements.js';
import { PhonolinkError } from '../../src/model/errors.js';
import type { Frame, InfoValue } from '../../src/model/frame.js';
import { composition, type Structure } from '../../src/model/structure.js';
import type { WriteOptions } from '../format.js';
import {
  DIRECT_VELOCITIES,
  LATTICE_VECTORS,
  LATTICE_VELOCITIES,
  MD_EXTRA,
  SELECTIVE,
} from './poscar-names.js';

/**
 * A POSCAR of VASP 5: fractional coordinates and the cell with 16 decimals, which is the precision of a double (the
 * decimals left out are below 1e-16 of a lattice vector), velocities in A/fs with every digit. Atoms are grouped by
 * species; their order within a species stays.
 */
export async function* writePoscar(
  frames: AsyncIterable<Frame>,
  options: WriteOptions,
): AsyncGenerator<string> {
  let written = 0;
  for await (const frame of frames) {
    if (written++ > 0) {
      throw new PhonolinkError('a POSCAR holds one structure, but there are several', {
        hint: 'choose one with --index (-1 is the last), or write extxyz, which holds all',
      });
    }
    yield* poscarOf(frame, options);
  }
  if (written === 0) throw new PhonolinkError('there is no structure to write into a POSCAR');
}

function* poscarOf(frame: Frame, options: WriteOptions): Generator<string> {
  const { structure, info } = frame;
  if (!(volume(structure.cell) > 0)) {
    throw new PhonolinkError('a POSCAR needs a cell of three lattice vectors, but the structure has none', {
      hint: 'put the atoms into a cell with vacuum around them, or write extxyz',
    });
  }
  if (structure.count === 0)
    throw new PhonolinkError('a POSCAR needs atoms, but the structure has none', {
      hint: 'write extxyz, which holds an empty cell',
    });
  const { symbols, counts, order } = groupAtoms(structure, options.species);
  const regrouped = order.some((atom, i) => atom !== i);
  if (regrouped)
    options.note(`the atoms were regrouped by species (${symbols.join(' ')}): their order changed`);

  const comment = info.get('comment');
  const title = comment?.kind === 'S' && !('shape' in comment) ? comment.value : composition(structure);
  yield `${title.replace(/\s+/g, ' ')}\n   1.0000000000000000\n`;
  yield rows(structure.cell, decimal);
  yield ` ${symbols.map((symbol) => symbol.padStart(5)).join(' ')}\n`;
  yield ` ${counts.map((n) => String(n).padStart(5)).join(' ')}\n`;
  const flags = selectiveFlags(frame, options);
  yield `${flags ? 'Selective dynamics\n' : ''}Direct\n`;
  const fractional = rowsTimes(structure.positions, inverse(structure.cell));
  for (let from = 0; from < order.length; from += 1000) {
    yield rows(permuted(fractional, order.subarray(from, from + 1000)), decimal, (i) => {
      if (!flags) return '';
      const atom = order[from + i];
      return `   ${flags[3 * atom] ? 'T' : 'F'} ${flags[3 * atom + 1] ? 'T' : 'F'} ${flags[3 * atom + 2] ? 'T' : 'F'}`;
    });
  }
  yield* motionOf(frame, order, regrouped, options);
}

/** Velocities of the lattice and of the atoms, and the integrator's state where it still belongs to these atoms. */
function* motionOf(
  frame: Frame,
  order: Uint32Array,
  regrouped: boolean,
  options: WriteOptions,
): Generator<string> {
  const lattice = matrix(frame.info.get(LATTICE_VELOCITIES));
  const vectors = matrix(frame.info.get(LATTICE_VECTORS));
  if (lattice && vectors) {
    yield `Lattice velocities and vectors\n  1\n${rows(lattice, exponential)}${rows(vectors, exponential)}`;
  }
  const direct = frame.columns.get(DIRECT_VELOCITIES);
  // A blank line is VASP's own mark of Cartesian velocities; every reader understands it.
  if (frame.velocities) yield `\n${rows(permuted(frame.velocities, order), exponential)}`;
  else if (direct?.kind === 'R' && direct.width === 3) {
    yield `Direct\n${rows(permuted(direct.data, order), exponential)}`;
  }
  const state = frame.info.get(MD_EXTRA);
  if (state?.kind !== 'S' || 'shape' in state) return;
  if (frame.velocities && !regrouped) yield `\n${state.value}\n`;
  else {
    const why = regrouped ? 'the order of the atoms changed' : 'there are no velocities';
    options.note(`the predictor-corrector state (md_extra) was left out, because ${why}`);
  }
}

interface Groups {
  symbols: string[];
  counts: number[];
  /** [n] the atom of the structure at each place of the file */
  order: Uint32Array;
}

/** Atoms by species: in the order asked for, else of first appearance. */
function groupAtoms(structure: Structure, asked: readonly string[] | undefined): Groups {
  const members = new Map<string, number[]>();
  for (const symbol of asked ?? []) members.set(symbol, []);
  structure.kinds.forEach((kind, atom) => {
    const symbol = structure.species[kind];
    const group = members.get(symbol);
    if (group) group.push(atom);
    else if (!asked) members.set(symbol, [atom]);
    else {
      throw new PhonolinkError(`the structure has ${symbol}, which is not among ${asked.join(', ')}`, {
        hint: '--species must name every species',
      });
    }
  });
  const groups = [...members].filter(([, atoms]) => atoms.length > 0);
  for (const [symbol] of groups) {
    if (atomicNumber(symbol) < 0) {
      throw new PhonolinkError(`'${symbol}' is no element: a POSCAR names its species by element`, {
        hint: 'name the species where the structure is read, with --species',
      });
    }
  }
  return {
    symbols: groups.map(([symbol]) => symbol),
    counts: groups.map(([, atoms]) => atoms.length),
    order: Uint32Array.from(groups.flatMap(([, atoms]) => atoms)),
  };
}

/** [3n] whether atoms may move, from the column of that name. */
function selectiveFlags(frame: Frame, options: WriteOptions): ArrayLike<number> | undefined {
  const column = frame.columns.get(SELECTIVE);
  if (!column) return undefined;
  if ((column.kind === 'L' || column.kind === 'I') && column.width === 3) return column.data;
  options.note(`the column ${SELECTIVE} was left out: it has not three flags for each atom`);
  return undefined;
}

function matrix(value: InfoValue | undefined): Float64Array | undefined {
  if (!value || (value.kind !== 'R' && value.kind !== 'I') || !('shape' in value)) return undefined;
  return value.value.length === 9 ? value.value : undefined;
}

function permuted(rows: ArrayLike<number>, order: Uint32Array): Float64Array {
  const out = new Float64Array(3 * order.length);
  order.forEach((from, to) => {
    for (let c = 0; c < 3; c++) out[3 * to + c] = rows[3 * from + c];
  });
  return out;
}

function rows(
  numbers: ArrayLike<number>,
  format: (x: number) => string,
  tail: (row: number) => string = () => '',
): string {
  let out = '';
  for (let i = 0; i < numbers.length; i += 3) {
    out += ` ${format(numbers[i])} ${format(numbers[i + 1])} ${format(numbers[i + 2])}${tail(i / 3)}\n`;
  }
  return out;
}

function decimal(x: number): string {
  return x.toFixed(16).padStart(22);
}

/** 17 significant digits: reads back as the same double. */
function exponential(x: number): string {
  return x.toExponential(16).padStart(24);
}
