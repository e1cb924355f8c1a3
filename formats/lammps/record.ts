import { determinant, product, transpose } from '../../src/model/cell.js';
import { isIdentity, isTrivial, type Orientation } from './frame.js';

/**
 * How an orientation stands in a file, where it can be read back: in a data file as comments of the header, a line for
 * each part; in a dump, which has no comments, behind the word of `ITEM: UNITS`, where LAMMPS and others do not look.
 *
 *     phonolink rotation 9 NUMBERS lattice 9 INTEGERS cell 9 NUMBERS periodic T T F
 */
const PARTS = { rotation: 9, lattice: 9, cell: 9, periodic: 3 } as const;
type Part = keyof typeof PARTS;

/** The parts of a record as texts, to be written on one line or on several. */
export function recordParts({ rotation, lattice, original, periodic }: Orientation): string[] {
  const parts = [
    `rotation ${rotation.join(' ')}`,
    `lattice ${lattice.join(' ')}`,
    `cell ${original.join(' ')}`,
  ];
  if (periodic) parts.push(`periodic ${periodic.map((p) => (p ? 'T' : 'F')).join(' ')}`);
  return parts;
}

/** Whether a file needs a record to be read back as it was. */
export function needsRecord(orientation: Orientation): boolean {
  return !isTrivial(orientation) || (orientation.periodic?.includes(false) ?? false);
}

/** Collects the parts of a record from comments. */
export class RecordReader {
  private readonly parts = new Map<Part, string[]>();

  /** Takes `# phonolink PART ...` in; false where the comment is something else. */
  take(comment: string): boolean {
    const found = /^[#\s]*phonolink\s+(.*)$/.exec(comment)?.[1].trim().split(/\s+/);
    if (!found || !(found[0] in PARTS)) return false;
    for (let i = 0; i < found.length; ) {
      const name = found[i] as Part;
      const count = PARTS[name] ?? found.length;
      this.parts.set(name, found.slice(i + 1, i + 1 + count));
      i += 1 + count;
    }
    return true;
  }

  /** The record; undefined where there is none, a sentence on what is wrong where it is damaged. */
  orientation(): Orientation | string | undefined {
    if (this.parts.size === 0) return undefined;
    const numbers = (name: Part) => {
      const texts = this.parts.get(name) ?? [];
      const values = Float64Array.from(texts, Number);
      return values.length === PARTS[name] && values.every(Number.isFinite) ? values : null;
    };
    const rotation = numbers('rotation');
    const lattice = numbers('lattice');
    const original = numbers('cell');
    if (!rotation || !lattice || !original) return 'a recorded rotation that is not whole';
    if (!isRotation(rotation)) return 'a recorded rotation that is none';
    if (!lattice.every(Number.isInteger) || Math.abs(determinant(lattice)) !== 1)
      return 'recorded lattice vectors that are others than those of the cell';
    const flags = this.parts.get('periodic');
    if (!flags) return { rotation, lattice, original };
    if (flags.length !== 3 || !flags.every((flag) => flag === 'T' || flag === 'F'))
      return 'a recorded periodicity that is none';
    const periodic = [flags[0] === 'T', flags[1] === 'T', flags[2] === 'T'] as const;
    return { rotation, lattice, original, periodic };
  }
}

/** Orthonormal and proper, as far as numbers written in full can be. */
function isRotation(m: Float64Array): boolean {
  return (
    product(m, transpose(m)).every((x, k) => Math.abs(x - (k % 4 === 0 ? 1 : 0)) < 1e-12) &&
    determinant(m) > 0
  );
}

/** A sentence for the user on what was done to the cell; '' where nothing was. */
export function rotationNote(orientation: Orientation): string {
  const { rotation, lattice } = orientation;
  const said: string[] = [];
  if (!isIdentity(rotation)) {
    const angle =
      (Math.acos(Math.min(1, Math.max(-1, (rotation[0] + rotation[4] + rotation[8] - 1) / 2))) * 180) /
      Math.PI;
    said.push(
      `the structure was turned by ${angle.toFixed(4)} degrees (a along x, b in the xy plane; v' = v R with R = [${rows(rotation)}])`,
    );
  }
  if (!isIdentity(lattice)) {
    said.push(
      `the cell's vectors were exchanged for others of the same lattice: [${rows(lattice)}] times the cell`,
    );
  }
  if (said.length === 0) return '';
  return `LAMMPS's frame: ${said.join('; ')}; the file records it, and reading it back undoes it`;
}

function rows(m: Float64Array): string {
  const text = (k: number) => [m[3 * k], m[3 * k + 1], m[3 * k + 2]].map((x) => +x.toFixed(6) || 0).join(' ');
  return `${text(0)}; ${text(1)}; ${text(2)}`;
}
