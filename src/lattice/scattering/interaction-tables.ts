import { GrowingInt32 } from '../../device/growing.js';
import type { Heap } from '../../device/memory.js';
import type { PhononGrid } from '../../model/phonon-grid.js';

/**
 * Where the force constants transformed over one atom's place are kept in a heap, a table for each point of the grid: a
 * point serves hundreds of triplets. Those of -q are the conjugates of those of q, and points that differ by a
 * reciprocal lattice vector have the same; room is taken as points are asked for.
 */
export class TransformedTables {
  /** Tables that are made together, and lie in one piece of memory. */
  static readonly CHUNK = 32;

  /** [points] where a point's table begins, and 1 or, where it is that of -q, -1 */
  readonly addresses: Int32Array;
  readonly signs: Int32Array;
  /** Points whose tables are to be made, and [..][3] for each piece of them where it begins, its first, how many */
  readonly wanted: GrowingInt32;
  readonly fills: GrowingInt32;
  /** [N] address of a table, 0: not made yet; and the point that stands for it and its opposite */
  private readonly known: Int32Array;
  private readonly owners: Int32Array;
  private readonly chunks: Float64Array[] = [];
  /** Tables used of the last chunk */
  private used = TransformedTables.CHUNK;

  /** @param size numbers of a table */
  constructor(
    private readonly heap: Heap,
    private readonly grid: PhononGrid,
    private readonly size: number,
  ) {
    const points = grid.regular.length;
    this.addresses = heap.int32(points);
    this.signs = heap.int32(points);
    this.wanted = new GrowingInt32(heap, 0);
    this.fills = new GrowingInt32(heap, 0);
    this.known = new Int32Array(grid.total);
    this.owners = ownersOf(grid);
    for (let p = 0; p < points; p++)
      this.signs[p] = this.owners[grid.regular[p]] === grid.regular[p] ? 1 : -1;
  }

  /** Bytes of all tables of a grid. */
  static bytes({ total }: PhononGrid, size: number): number {
    return 8 * size * (Math.floor(total / 2) + 1 + TransformedTables.CHUNK);
  }

  /**
   * Finds a place for the tables of the second points of triplets.
   * @returns how many pieces of `fills` there are to be made
   */
  want(triplets: Int32Array): number {
    const { grid, known, owners, size } = this;
    const wanted: number[] = [];
    const fills: number[] = [];
    for (let t = 1; t < triplets.length; t += 3) {
      const point = triplets[t];
      const owner = owners[grid.regular[point]];
      if (known[owner] === 0) {
        if (this.used === TransformedTables.CHUNK) {
          this.chunks.push(this.heap.float64(size * TransformedTables.CHUNK));
          this.used = 0;
        }
        const address = this.chunks.at(-1)!.byteOffset + 8 * size * this.used;
        known[owner] = address;
        if (fills.length === 0 || this.used === 0) fills.push(address, wanted.length, 0);
        fills[fills.length - 1]++;
        wanted.push(grid.first[owner]);
        this.used++;
      }
      this.addresses[point] = known[owner];
    }
    this.wanted.resize(wanted.length);
    this.wanted.view.set(wanted);
    this.fills.resize(fills.length);
    this.fills.view.set(fills);
    return fills.length / 3;
  }

  release(): void {
    for (const view of [this.addresses, this.signs, ...this.chunks.splice(0)]) this.heap.release(view);
    this.wanted.release();
    this.fills.release();
  }
}

/** [N] the lower one of each point and its opposite. */
function ownersOf({ addresses, diagonal, regular, total }: PhononGrid): Int32Array {
  const out = new Int32Array(total);
  for (let p = 0; p < regular.length; p++) {
    let opposite = 0;
    for (let k = 2; k >= 0; k--) {
      const d = diagonal[k];
      opposite = opposite * d + (((-addresses[3 * p + k] % d) + d) % d);
    }
    out[regular[p]] = Math.min(regular[p], opposite);
  }
  return out;
}
