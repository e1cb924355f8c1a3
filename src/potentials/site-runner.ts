import type { CpuDevice } from '../device/cpu.js';
import type { ThreadRecords } from '../device/thread-records.js';
import type { Structure } from '../model/structure.js';
import { createAdaptiveList } from '../neighbours/adaptive-list.js';
import { mostNeighbours, type NeighbourList } from '../neighbours/list.js';
import { expectFinite } from './finite.js';
import type { Evaluation } from './potential.js';
import { createRows, type Rows } from './rows.js';

/** Room that a kernel's threads work in. */
export interface SiteScratch extends ThreadRecords {
  /** Most neighbours of an atom that it is made for */
  readonly neighbours: number;
}

/** What differs between the kernels of site energies. */
export interface SiteKernel {
  /** The module in dist/kernels, whose `evaluate` is called */
  readonly kernel: string;
  /** A */
  readonly cutoff: number;
  readonly skin: number;
  /** Atoms that a thread takes at a time */
  readonly chunk: number;
  createScratch(neighbours: number): SiteScratch;
}

/**
 * What potentials of site energies share on a CPU device: the neighbour list, the threads' room and rows, and the job
 * record that their kernels begin with (src/kernels: model, scratch, points, owners, first, neighbours, kinds, rows,
 * stride of the rows, energies, then the kernel's own words).
 */
export interface SiteRunner {
  readonly list: NeighbourList;
  readonly kinds: Int32Array;
  readonly rows: Rows;
  /** [n] eV, of the last run */
  readonly energies: Float64Array;
  /** Moves the list, and sees to it that the room holds the most neighbours there are. */
  place(positions: Float64Array, cell: Float64Array): SiteScratch;
  /** Calls the kernel for all atoms: of the model at a pointer, in this room, with its own words at the job's end. */
  run(model: number, scratch: SiteScratch, ...words: number[]): void;
  /** Fresh arrays of what the runs since the last call added up. @throws PhonolinkError where they are not finite */
  collect(name: string): Evaluation;
  release(): void;
}

/** Words of the job record that are the kernel's own, at most. */
const OWN_WORDS = 2;

/** @param species [n] index the model's species */
export function createSiteRunner(
  device: CpuDevice,
  { count, periodic }: Structure,
  species: Int32Array,
  { kernel, cutoff, skin, chunk, createScratch }: SiteKernel,
): SiteRunner {
  const { heap } = device;
  const list = createAdaptiveList(device, { count, periodic, cutoff, skin });
  const kinds = heap.int32From(species);
  const energies = heap.float64(count);
  const rows = createRows(device, count);
  const job = heap.int32(10 + OWN_WORDS);
  let scratch: SiteScratch | undefined;
  let checkedBuilds = -1;
  return {
    list,
    kinds,
    rows,
    energies,
    place(positions, cell) {
      list.update(positions, cell);
      if (scratch && list.builds === checkedBuilds) return scratch;
      checkedBuilds = list.builds;
      const most = mostNeighbours(list);
      if (!scratch || scratch.neighbours < most) {
        scratch?.release();
        scratch = undefined;
        scratch = createScratch(Math.ceil(1.1 * most));
      }
      return scratch;
    },
    run(model, room, ...words) {
      job.set([
        model,
        room.pointer,
        list.points.byteOffset,
        list.owners.byteOffset,
        list.first.byteOffset,
        list.neighbours.byteOffset,
        kinds.byteOffset,
        rows.pointer,
        rows.stride,
        energies.byteOffset,
        ...words,
      ]);
      device.parallel(kernel, 'evaluate', job.byteOffset, count, chunk);
    },
    collect(name) {
      const { forces, virials } = rows.collect();
      return expectFinite(name, { energies: new Float64Array(energies), forces, virials });
    },
    release() {
      list.release();
      rows.release();
      scratch?.release();
      for (const view of [kinds, energies, job]) heap.release(view);
    },
  };
}
