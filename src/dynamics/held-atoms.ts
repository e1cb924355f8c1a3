import { UsageError } from '../model/errors.js';
import type { Column, Frame } from '../model/frame.js';
import { spanOf } from './strain-space.js';

/** How the columns that hold atoms in place are read: by their names in the formats that have them. */
const HOLDING: Readonly<Record<string, { readonly free: 0 | 1; readonly along: 'axes' | 'lattice' }>> = {
  /** VASP: T where an atom may move along a lattice vector */
  selective_dynamics: { free: 1, along: 'lattice' },
  /** ASE's extended XYZ: T where it may move */
  move_mask: { free: 1, along: 'axes' },
  /** Quantum ESPRESSO: 1 where it may move */
  if_pos: { free: 1, along: 'axes' },
  /** FHI-aims: 1 where it may not */
  constrain_relaxation: { free: 0, along: 'axes' },
};

const AXES = [Float64Array.of(1, 0, 0), Float64Array.of(0, 1, 0), Float64Array.of(0, 0, 1)];

/** What atoms are held in place by, as the frame's file says. */
export interface HeldAtoms {
  /** The column's name */
  readonly column: string;
  /** Atoms that may not move in some direction */
  readonly count: number;
  /** Vectors [3n] without what is held */
  project(vectors: Float64Array): Float64Array;
}

/**
 * Selective dynamics and its like; undefined where every atom may move.
 * @throws UsageError where a column of such a name has no flags
 */
export function heldAtoms({ structure, columns }: Frame): HeldAtoms | undefined {
  for (const [name, { free, along }] of Object.entries(HOLDING)) {
    const column = columns.get(name);
    if (!column) continue;
    const flags = flagsOf(name, column);
    const width = column.width;
    const directions =
      along === 'axes' ? AXES : [0, 1, 2].map((k) => structure.cell.subarray(3 * k, 3 * k + 3));
    const held = new Map<number, Float64Array>();
    for (let i = 0; i < structure.count; i++) {
      const isFree = [0, 1, 2].map((k) => (flags[width * i + (k % width)] !== 0 ? 1 : 0) === free);
      if (!isFree.every(Boolean)) held.set(i, spanOf(directions.filter((_, k) => isFree[k])));
    }
    if (held.size === 0) continue;
    return {
      column: name,
      count: held.size,
      project(vectors) {
        const out = vectors.slice();
        for (const [i, m] of held) {
          const [x, y, z] = vectors.subarray(3 * i, 3 * i + 3);
          for (let c = 0; c < 3; c++) out[3 * i + c] = m[3 * c] * x + m[3 * c + 1] * y + m[3 * c + 2] * z;
        }
        return out;
      },
    };
  }
  return undefined;
}

function flagsOf(name: string, column: Column): ArrayLike<number> {
  if ((column.kind === 'L' || column.kind === 'I') && (column.width === 1 || column.width === 3))
    return column.data;
  throw new UsageError(
    `the column ${name} says which atoms are held in place, but has not one or three flags for each`,
    'give flags (T, F) or remove the column',
  );
}
