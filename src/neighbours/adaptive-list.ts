import type { CpuDevice } from '../device/cpu.js';
import { createNeighbourList, type NeighbourSetup } from './cell-list.js';
import type { NeighbourList } from './list.js';

/**
 * A neighbour list for whatever comes: while positions follow each other closely (dynamics, displacements) it keeps a
 * list with a skin, and where they jump (unrelated frames) it builds the shorter one without, each time.
 */
export function createAdaptiveList(
  device: CpuDevice,
  setup: NeighbourSetup & { skin: number },
): NeighbourList {
  return new AdaptiveList(device, setup);
}

/** Moves of more than this part of the skin between two updates are jumps: the list would not last three of them. */
const JUMP = 1 / 6;

class AdaptiveList implements NeighbourList {
  private list: NeighbourList;
  private hasSkin = false;
  private earlierBuilds = 0;
  private readonly last: Float64Array;
  private readonly lastCell = new Float64Array(9);
  private fresh = true;

  constructor(
    private readonly device: CpuDevice,
    private readonly setup: NeighbourSetup & { skin: number },
  ) {
    this.last = new Float64Array(3 * setup.count);
    this.list = createNeighbourList(device, { ...setup, skin: 0 });
  }

  get count() {
    return this.list.count;
  }
  get pointCount() {
    return this.list.pointCount;
  }
  get points() {
    return this.list.points;
  }
  get owners() {
    return this.list.owners;
  }
  get first() {
    return this.list.first;
  }
  get neighbours() {
    return this.list.neighbours;
  }
  get builds() {
    return this.earlierBuilds + this.list.builds;
  }

  update(positions: Float64Array, cell: Float64Array): void {
    const wantsSkin = this.setup.skin > 0 && !this.fresh && !this.jumps(positions, cell);
    if (wantsSkin !== this.hasSkin) {
      this.earlierBuilds += this.list.builds;
      this.list.release();
      this.list = createNeighbourList(this.device, { ...this.setup, skin: wantsSkin ? this.setup.skin : 0 });
      this.hasSkin = wantsSkin;
    }
    this.list.update(positions, cell);
    this.last.set(positions);
    this.lastCell.set(cell);
    this.fresh = false;
  }

  private jumps(positions: Float64Array, cell: Float64Array): boolean {
    const { last, lastCell } = this;
    const limit = JUMP * this.setup.skin;
    for (let k = 0; k < 9; k++) if (Math.abs(cell[k] - lastCell[k]) > limit) return true;
    // Not <=: a coordinate that is not a number jumps.
    for (let k = 0; k < last.length; k++) if (!(Math.abs(positions[k] - last[k]) < limit)) return true;
    return false;
  }

  release(): void {
    this.list.release();
  }
}
