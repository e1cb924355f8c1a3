import { determinant, volume } from '../../src/model/cell.js';
import type { Frame } from '../../src/model/frame.js';
import { completeCell } from '../../src/model/structure.js';
import { type Orientation, rotatedFrame, toLammpsFrame } from './frame.js';

/** A frame as LAMMPS takes it: turned, in a box. */
export interface Boxed {
  frame: Frame;
  /** [3] A, the corner xlo ylo zlo */
  origin: Float64Array;
  orientation: Orientation;
}

/** A of empty space around atoms along directions without a lattice vector: LAMMPS needs a box there too. */
const MARGIN = 5;

/**
 * Turns a frame into LAMMPS's frame. Directions without a lattice vector get a box around the atoms.
 * @throws PhonolinkError where the cell's vectors are parallel
 */
export function boxed(frame: Frame, options: { reduce: boolean; note(sentence: string): void }): Boxed {
  const { structure } = frame;
  const { cell, periodic } = structure;
  const origin = originOf(frame);
  const box = completeCell(cell);
  const missing = [0, 1, 2].filter((k) => !cell.subarray(3 * k, 3 * k + 3).some((x) => x !== 0));
  for (const k of missing) {
    const unit = box.slice(3 * k, 3 * k + 3);
    const [low, high] = extent(structure.positions, unit);
    for (let c = 0; c < 3; c++) {
      origin[c] += (low - MARGIN) * unit[c];
      box[3 * k + c] *= high - low + 2 * MARGIN;
    }
  }
  if (missing.length > 0) {
    const axes = missing.map((k) => 'abc'[k]).join(', ');
    options.note(
      `LAMMPS needs a box: along ${axes}, where there is no lattice vector, it ends ${MARGIN} A beyond the outermost atoms`,
    );
  }
  // Turned round, a vector of a lattice leaves the lattice; one that only bounds the atoms would leave them outside.
  if (volume(box) > 0 && determinant(box) < 0 && !periodic.includes(true)) {
    for (let c = 0; c < 3; c++) origin[c] += box[6 + c];
  }
  const { cell: turned, orientation } = toLammpsFrame(box, { periodic, reduce: options.reduce });
  const recorded: Orientation = { ...orientation, original: cell, periodic };
  const info = new Map(frame.info).set('cell_origin', { kind: 'R', shape: [3], value: origin });
  const result = rotatedFrame({ ...frame, info }, orientation.rotation, turned);
  return { frame: result, origin: originOf(result), orientation: recorded };
}

/** [3] A, the corner of the box that a LAMMPS file had; else the origin. A copy. */
function originOf(frame: Frame): Float64Array {
  const origin = frame.info.get('cell_origin');
  const known = origin && 'shape' in origin && origin.kind === 'R' && origin.value.length === 3;
  return known ? Float64Array.from(origin.value) : new Float64Array(3);
}

function extent(positions: Float64Array, unit: Float64Array): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < positions.length; i += 3) {
    const x = positions[i] * unit[0] + positions[i + 1] * unit[1] + positions[i + 2] * unit[2];
    low = Math.min(low, x);
    high = Math.max(high, x);
  }
  return low <= high ? [low, high] : [0, 0];
}
