import type { CpuDevice } from '../device/cpu.js';
import { GrowingFloat32, GrowingFloat64, GrowingInt32 } from '../device/growing.js';
import { PhonolinkError } from '../model/errors.js';
import { layGrid } from './grid.js';
import {
  deformation,
  periodicRows,
  smallestStretch,
  type WorkingLattice,
  workingLattice,
} from './lattice.js';
import type { NeighbourList } from './list.js';

export interface NeighbourSetup {
  /** n atoms */
  readonly count: number;
  readonly periodic: readonly [boolean, boolean, boolean];
  /** A */
  readonly cutoff: number;
  /** A, how much farther the list looks, so that it need not be built anew for small moves; 0 builds at each update */
  readonly skin?: number;
}

/** Exports of src/kernels/neighbours.kernel.ts that run on the calling thread. */
interface Kernel {
  wrap(block: number): number;
  countImages(block: number): number;
  fillImages(block: number): void;
  bounds(block: number): void;
  sortPoints(block: number): void;
  compact(block: number): number;
  displacements(block: number): void;
}

/** Places in the kernel's `reals`. */
const CELL = 0;
const INVERSE = 9;
const TRANSFORM = 18;
const MARGIN = 27;
const ORIGIN = 36;
const CORNER = 39;
const WIDTH = 42;
const REACH = 45;
const STRAIN = 46;
const LARGEST = 55;
const REALS = 57;

const KERNEL = 'neighbours';
/** Atoms of one piece of work where there are several threads. */
const PIECE = 128;
const PLACE_CHUNK = 8192;
/** Fractions of a lattice vector; more than the rounding error of any fraction that the kernel accepts. */
const FRACTION_ERROR = 1e-6;
/** A; beyond it single precision cannot tell neighbours from others, and nothing physical happens. */
const LARGEST_EXTENT = 1e8;
const LARGEST_LIST = 2 ** 30;
/** Neighbours that the kernel writes at a time */
const LANES = 4;

/**
 * A neighbour list by cell lists, in time proportional to the number of atoms: any shape of cell, cells smaller than
 * the cutoff, any mixture of periodic and open directions, atoms anywhere. The order of an atom's neighbours depends
 * on the positions at the last build alone, not on the number of threads.
 */
export function createNeighbourList(device: CpuDevice, setup: NeighbourSetup): NeighbourList {
  return new CellList(device, setup);
}

class CellList implements NeighbourList {
  readonly count: number;
  pointCount = 0;
  points: Float64Array = new Float64Array(0);
  owners: Int32Array = new Int32Array(0);
  first: Int32Array = new Int32Array(0);
  neighbours: Int32Array = new Int32Array(0);
  builds = 0;

  private readonly device: CpuDevice;
  private readonly kernel: Kernel;
  private readonly setup: Required<NeighbourSetup>;
  private lattice: WorkingLattice | null = null;
  private readonly builtCell = new Float64Array(9);
  private released = false;
  /** Atoms of a piece of work, and room for the neighbours of an atom and of a piece */
  private piece = 1;
  private room = 0;
  private capacity = 0;

  private readonly block: GrowingInt32;
  private readonly reals: GrowingFloat64;
  private readonly flags: GrowingInt32;
  private readonly positions: GrowingFloat64;
  private readonly reference: GrowingFloat64;
  private readonly fractions: GrowingFloat64;
  private readonly coordinates: GrowingFloat64;
  private readonly ownerBuffer: GrowingInt32;
  private readonly shifts: GrowingInt32;
  private readonly starts: GrowingInt32;
  private readonly order: GrowingInt32;
  private readonly bins: GrowingInt32;
  private readonly stencil: GrowingInt32;
  private readonly sorted: GrowingFloat32;
  private readonly firstBuffer: GrowingInt32;
  private readonly neighbourBuffer: GrowingInt32;

  constructor(device: CpuDevice, setup: NeighbourSetup) {
    const { count, cutoff, periodic, skin = 0 } = setup;
    if (!(cutoff > 0 && Number.isFinite(cutoff) && skin >= 0 && Number.isFinite(skin))) {
      throw new PhonolinkError(
        `the cutoff is ${cutoff} A and the skin ${skin} A, expected a positive cutoff and a skin of 0 or more`,
      );
    }
    this.device = device;
    this.count = count;
    this.setup = { count, cutoff, periodic, skin };
    this.kernel = device.kernel(KERNEL) as unknown as Kernel;
    const { heap } = device;
    this.block = new GrowingInt32(heap, 24);
    this.reals = new GrowingFloat64(heap, REALS);
    this.flags = new GrowingInt32(heap, 10);
    this.positions = new GrowingFloat64(heap, 3 * count);
    this.reference = new GrowingFloat64(heap, 3 * count);
    this.fractions = new GrowingFloat64(heap, 3 * count);
    this.firstBuffer = new GrowingInt32(heap, count + 1);
    this.coordinates = new GrowingFloat64(heap, 3 * count);
    this.ownerBuffer = new GrowingInt32(heap, count);
    this.shifts = new GrowingInt32(heap, 3 * count);
    this.starts = new GrowingInt32(heap, 1);
    this.order = new GrowingInt32(heap, 4);
    this.bins = new GrowingInt32(heap, count);
    this.stencil = new GrowingInt32(heap, 2);
    this.sorted = new GrowingFloat32(heap, 4);
    this.neighbourBuffer = new GrowingInt32(heap, 1);
    for (let k = 0; k < 3; k++) this.flags.view[k] = periodic[k] ? 1 : 0;
  }

  update(positions: Float64Array, cell: Float64Array): void {
    if (this.released) throw new Error('the neighbour list was released');
    if (positions.length !== 3 * this.count) {
      throw new PhonolinkError(
        `there are ${positions.length} coordinates for ${this.count} atoms, expected three for each`,
      );
    }
    this.positions.view.set(positions);
    this.reals.view.set(periodicRows(cell, this.setup.periodic), CELL);
    if (this.isValid(cell)) this.place();
    else this.build(cell);
  }

  /**
   * Whether no pair can have come within the cutoff unlisted. With F the deformation of the lattice since the build
   * and u what each atom moved beyond it, a pair vector d has become d F + u_i - u_j, no shorter than
   * sigma_min(F) |d| - |u_i| - |u_j|, and unlisted pairs had |d| > cutoff + skin.
   */
  private isValid(cell: Float64Array): boolean {
    const { cutoff, skin, periodic } = this.setup;
    if (!this.lattice || skin === 0) return false;
    const reals = this.reals.view;
    let stretch = 1;
    if (cell.every((x, i) => x === this.builtCell[i])) {
      reals.set([1, 0, 0, 0, 1, 0, 0, 0, 1], STRAIN);
    } else {
      const strain = deformation(this.builtCell, cell, periodic);
      stretch = smallestStretch(strain);
      reals.set(strain, STRAIN);
    }
    this.kernel.displacements(this.block.pointer);
    return stretch * (cutoff + skin) - reals[LARGEST] - reals[LARGEST + 1] >= cutoff;
  }

  private build(cell: Float64Array): void {
    this.lattice = null; // no list, until this one is whole
    const lattice = workingLattice(cell, this.setup.periodic);
    this.builtCell.set(cell);
    this.reference.view.set(this.positions.view);
    this.findPoints(lattice);
    this.place();
    this.sort();
    this.search();
    this.lattice = lattice;
    this.builds++;
  }

  /** Atoms and the images within reach of them: owners and shifts. */
  private findPoints(lattice: WorkingLattice): void {
    const { count, setup } = this;
    const reals = this.reals.view;
    reals.set(lattice.inverse, INVERSE);
    reals.set(lattice.transform, TRANSFORM);
    for (let k = 0; k < 3; k++) {
      const { inverse } = lattice;
      const perLength = Math.hypot(inverse[k], inverse[3 + k], inverse[6 + k]);
      reals[MARGIN + k] = (setup.cutoff + setup.skin) * perLength + FRACTION_ERROR;
    }
    this.writeBlock();
    const lost = this.kernel.wrap(this.block.pointer);
    if (lost >= 0) {
      const at = this.positions.view.subarray(3 * lost, 3 * lost + 3);
      throw new PhonolinkError(
        `atom ${lost + 1} is at ${at.join(' ')} A, which is not finite or too far away`,
        { hint: 'the simulation has become unstable, or the input is in other units', exitCode: 3 },
      );
    }
    const total = this.kernel.countImages(this.block.pointer);
    this.checkSize(total, 'periodic images');
    this.pointCount = total;
    this.coordinates.resize(3 * total);
    this.ownerBuffer.resize(total, count);
    this.shifts.resize(3 * total, 3 * count);
    this.points = this.coordinates.view;
    this.owners = this.ownerBuffer.view;
    this.writeBlock();
    this.kernel.fillImages(this.block.pointer);
  }

  private place(): void {
    this.device.parallel(KERNEL, 'place', this.block.pointer, this.pointCount, PLACE_CHUNK);
  }

  /** Puts the points into bins. */
  private sort(): void {
    const total = this.pointCount;
    const reals = this.reals.view;
    this.kernel.bounds(this.block.pointer);
    const extents = [0, 1, 2].map((k) => (total > 0 ? reals[CORNER + k] - reals[ORIGIN + k] : 0));
    const largest = Math.max(...extents);
    if (!(largest < LARGEST_EXTENT)) {
      throw new PhonolinkError(
        `the atoms are spread over ${largest.toPrecision(3)} A, expected less than ${LARGEST_EXTENT} A`,
        { hint: 'the simulation has become unstable, or the input is in other units', exitCode: 3 },
      );
    }
    // Coordinates are compared in single precision: 2^-24 relative for each of two, three times over.
    const reach = (this.setup.cutoff + this.setup.skin) * (1 + 1e-6) + largest * 2 ** -21;
    reals[REACH] = reach;
    const grid = layGrid(extents, reach, total);
    this.flags.view.set([...grid.bins, ...grid.border], 3);
    reals.set(grid.widths, WIDTH);
    this.stencil.resize(grid.stencil.length);
    this.stencil.view.set(grid.stencil);
    this.starts.resize(grid.bins[0] * grid.bins[1] * grid.bins[2] + 1);
    this.starts.view.fill(0);
    this.order.resize(total + 4);
    this.bins.resize(total);
    this.sorted.resize(3 * (total + 4));
    this.writeBlock();
    this.kernel.sortPoints(this.block.pointer);
    // Room for what atoms of even density would have; later builds start from what the last one needed.
    const density = total / extents.reduce((product, extent) => product * Math.max(extent, reach), 1);
    this.room ||= Math.ceil(8 + 1.1 * density * ((4 * Math.PI) / 3) * reach ** 3);
  }

  private search(): void {
    const { count, device } = this;
    this.piece = device.threads === 1 ? Math.max(1, count) : PIECE;
    const overflow = this.flags.view.subarray(9, 10);
    for (;;) {
      const pieces = Math.ceil(count / this.piece);
      this.capacity = this.piece * this.room + LANES;
      this.checkSize(pieces * this.capacity, 'pairs');
      this.neighbourBuffer.resize(pieces * this.capacity);
      this.writeBlock();
      overflow[0] = 0;
      device.parallel(KERNEL, 'gather', this.block.pointer, count, this.piece);
      if (overflow[0] === 0) break;
      this.room *= 2;
    }
    this.neighbourBuffer.resize(this.kernel.compact(this.block.pointer));
    this.first = this.firstBuffer.view;
    this.neighbours = this.neighbourBuffer.view;
  }

  private checkSize(total: number, what: string): void {
    if (total <= LARGEST_LIST) return;
    throw new PhonolinkError(
      `${this.count} atoms with a cutoff of ${this.setup.cutoff} A have ${total.toPrecision(3)} ${what}, more than ${LARGEST_LIST}`,
      { hint: 'the cell is far too small for the cutoff, or the structure too large for one machine' },
    );
  }

  /** The kernel's parameters: pointers move when buffers grow. */
  private writeBlock(): void {
    this.block.view.set([
      this.count,
      this.pointCount,
      this.positions.pointer,
      this.coordinates.pointer,
      this.ownerBuffer.pointer,
      this.shifts.pointer,
      this.fractions.pointer,
      this.reals.pointer,
      this.flags.pointer,
      this.flags.pointer + 12,
      this.flags.pointer + 24,
      this.starts.pointer,
      this.order.pointer,
      this.sorted.pointer,
      this.pointCount + 4,
      this.bins.pointer,
      this.stencil.pointer,
      this.stencil.view.length / 2,
      this.firstBuffer.pointer,
      this.neighbourBuffer.pointer,
      this.piece,
      this.capacity,
      this.flags.pointer + 36,
      this.reference.pointer,
    ]);
  }

  release(): void {
    if (this.released) return;
    this.released = true;
    for (const buffer of [
      this.block,
      this.reals,
      this.flags,
      this.positions,
      this.reference,
      this.fractions,
      this.coordinates,
      this.ownerBuffer,
      this.shifts,
      this.starts,
      this.order,
      this.bins,
      this.stencil,
      this.sorted,
      this.firstBuffer,
      this.neighbourBuffer,
    ])
      buffer.release();
  }
}
