import type { CpuDevice } from '../../device/cpu.js';
import { createThreadRecords, type Field } from '../../device/thread-records.js';
import type { SiteScratch } from '../site-runner.js';
import { type KernelShape, MOMENT } from './fast-model.js';

/** Bytes of the kernels' records, as in src/kernels/mtp/layout.ts and src/kernels/pairs/within.ts. */
const FOUND = 40;
const GROUP = 16;
const VECTOR = 16;

/** The kernels' room, for each thread of a device. */
export function createFastScratch(device: CpuDevice, shape: KernelShape, neighbours: number): SiteScratch {
  const { lanes, bytes, species, functions, size, monomials, basics, moments } = shape;
  // Each species present may leave a block half empty.
  const blocks = Math.ceil(neighbours / lanes) + Math.min(species, neighbours);
  const pairs = blocks * lanes;
  const row = VECTOR * blocks;
  const own: Field[] = [
    { bytes: FOUND * (neighbours + 1) },
    { bytes: 4 * species },
    { bytes: VECTOR * Math.max(size, 3) },
    // Sums go by four monomials, over the end of the last block.
    { bytes: VECTOR * (Math.max(blocks, 1) * monomials + 4) },
    { bytes: VECTOR * monomials },
    { bytes: bytes * basics },
    { bytes: 4 * bytes * pairs },
    { bytes: 4 * bytes },
    { bytes: MOMENT * moments },
    { bytes: MOMENT * moments },
    { value: 0 },
    { value: 0 },
  ];
  const ofAtom: Field[] = [
    { bytes: bytes * pairs },
    { bytes: bytes * pairs },
    { bytes: bytes * pairs },
    { bytes: 4 * pairs },
    { bytes: 3 * row },
    { bytes: row },
    { bytes: functions * row },
    { bytes: functions * row },
    { value: row },
    { bytes: GROUP * species },
    { value: 0 },
    { value: 0 },
  ];
  const atoms = MOMENT / bytes;
  const fields = [...own, ...Array.from({ length: atoms }, () => ofAtom).flat()];
  return { ...createThreadRecords(device, fields), neighbours };
}
