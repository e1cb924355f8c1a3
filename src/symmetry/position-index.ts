import { heights } from '../model/cell.js';
import { PhonolinkError } from '../model/errors.js';

/** Finds the atom at a place in a periodic cell, in a time that does not grow with the number of atoms. */
export class PositionIndex {
  private readonly bins: readonly [number, number, number];
  /** [bins + 1] where each bin's atoms begin in `atoms` */
  private readonly starts: Int32Array;
  private readonly atoms: Int32Array;
  /** [3] the tolerance in fractions of the three heights of the cell */
  private readonly margin: Float64Array;

  /**
   * @param cell [9] A, rows
   * @param fractional [3n] coordinates of any size
   * @param kinds [n] what may not be taken for one another
   * @param tolerance A, at most this far is the same place
   * @throws PhonolinkError where the cell is thinner than four tolerances: every place would be any other
   */
  constructor(
    private readonly cell: ArrayLike<number>,
    private readonly fractional: ArrayLike<number>,
    private readonly kinds: ArrayLike<number>,
    private readonly tolerance: number,
  ) {
    const thickness = heights(cell);
    if (!(Math.min(...thickness) > 4 * tolerance)) {
      throw new PhonolinkError(
        `a tolerance of ${tolerance} A is too much for a cell ${Math.min(...thickness).toFixed(6)} A thick`,
      );
    }
    const count = kinds.length;
    const edge = Math.cbrt((thickness[0] * thickness[1] * thickness[2]) / Math.max(count, 1));
    this.bins = [0, 1, 2].map((k) => Math.max(1, Math.min(64, Math.floor(thickness[k] / edge)))) as [
      number,
      number,
      number,
    ];
    this.margin = thickness.map((h) => tolerance / h);
    const binOf = Int32Array.from({ length: count }, (_, i) =>
      this.bin(...([0, 1, 2].map((k) => this.slot(fractional[3 * i + k], k)) as [number, number, number])),
    );
    this.starts = new Int32Array(this.bins[0] * this.bins[1] * this.bins[2] + 1);
    for (const bin of binOf) this.starts[bin + 1]++;
    for (let b = 1; b < this.starts.length; b++) this.starts[b] += this.starts[b - 1];
    this.atoms = new Int32Array(count);
    const next = this.starts.slice();
    for (let i = 0; i < count; i++) this.atoms[next[binOf[i]]++] = i;
  }

  /** The nearest atom of a kind within the tolerance of a fractional place, or -1. */
  find(x: number, y: number, z: number, kind: number): number {
    const { bins, starts, atoms, kinds } = this;
    let best = -1;
    let bestSquare = this.tolerance ** 2;
    const x0 = this.from(x, 0);
    const y0 = this.from(y, 1);
    const z0 = this.from(z, 2);
    const x1 = this.to(x, 0, x0);
    const y1 = this.to(y, 1, y0);
    const z1 = this.to(z, 2, z0);
    for (let a = x0; a <= x1; a++) {
      const binX = modulo(a, bins[0]);
      for (let b = y0; b <= y1; b++) {
        const binY = modulo(b, bins[1]);
        for (let c = z0; c <= z1; c++) {
          const bin = this.bin(binX, binY, modulo(c, bins[2]));
          for (let s = starts[bin]; s < starts[bin + 1]; s++) {
            if (kinds[atoms[s]] !== kind) continue;
            const square = this.squareTo(atoms[s], x, y, z);
            if (square <= bestSquare) {
              best = atoms[s];
              bestSquare = square;
            }
          }
        }
      }
    }
    return best;
  }

  private squareTo(atom: number, x: number, y: number, z: number): number {
    const { cell, fractional } = this;
    let dx = fractional[3 * atom] - x;
    let dy = fractional[3 * atom + 1] - y;
    let dz = fractional[3 * atom + 2] - z;
    dx -= Math.round(dx);
    dy -= Math.round(dy);
    dz -= Math.round(dz);
    const a = dx * cell[0] + dy * cell[3] + dz * cell[6];
    const b = dx * cell[1] + dy * cell[4] + dz * cell[7];
    const c = dx * cell[2] + dy * cell[5] + dz * cell[8];
    return a * a + b * b + c * c;
  }

  private bin(a: number, b: number, c: number): number {
    return (a * this.bins[1] + b) * this.bins[2] + c;
  }

  private slot(x: number, k: number): number {
    return modulo(Math.floor(x * this.bins[k]), this.bins[k]);
  }

  /** The first slot within the margin of a coordinate, not wrapped. */
  private from(x: number, k: number): number {
    return Math.floor((x - this.margin[k]) * this.bins[k]);
  }

  /** The last such slot; one turn of the cell at most. */
  private to(x: number, k: number, from: number): number {
    return Math.min(Math.floor((x + this.margin[k]) * this.bins[k]), from + this.bins[k] - 1);
  }
}

function modulo(i: number, n: number): number {
  const rest = i % n;
  return rest < 0 ? rest + n : rest;
}
