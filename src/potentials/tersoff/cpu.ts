import type { CpuDevice } from '../../device/cpu.js';
import { GrowingFloat64, GrowingInt32 } from '../../device/growing.js';
import { createNeighbourList } from '../../neighbours/cell-list.js';
import { expectFinite } from '../finite.js';
import type { Evaluator } from '../potential.js';
import { largestCutoff, type TersoffAngle, type TersoffEntry, type TersoffParameters } from './parameters.js';

/** A; thin, because the second shell of neighbours is soon within it */
const SKIN = 0.5;
/** Atoms of one piece of work */
const CHUNK = 128;
/** Numbers of an entry, as src/kernels/tersoff.kernel.ts lays them out */
const ENTRY = 16;

/** The four numbers of g = G0 + G1 x^2/(G2 + G3 x^2), x = h - cos theta. */
function angular(angle: TersoffAngle): [number, number, number, number] {
  if (angle.kind === 'quadratic') return [0, 1, 1, 0];
  const { gamma, c, d } = angle;
  if (c === 0) return [gamma, 0, 1, 0];
  // c^2/d^2 - c^2/(d^2 + x^2) = (c/d)^2 x^2/(d^2 + x^2), without the cancellation
  return [gamma, gamma * (c / d) ** 2, d ** 2, 1];
}

/** An entry as the kernel takes it. */
function packed(entry: TersoffEntry): number[] {
  const { a, b, lambda, mu, beta, n, angle, inner, outer, alpha, m } = entry;
  return [a, b, lambda, mu, beta, n, ...angular(angle), angle.h, inner, outer, alpha, m, 0];
}

/**
 * Tersoff on the CPU, in f64 whatever the device's precision; `kinds` [n] index the parameters' species, and every
 * entry that they need is there.
 */
export function bindTersoff(
  parameters: TersoffParameters,
  device: CpuDevice,
  kinds: Int32Array,
  periodic: readonly [boolean, boolean, boolean],
): Evaluator {
  const { heap } = device;
  const count = kinds.length;
  const t = parameters.species.length;
  // Atoms whose species do not see each other still have a list, which is empty.
  const cutoff = largestCutoff(parameters) || 1;
  const list = createNeighbourList(device, { count, periodic, cutoff, skin: SKIN });
  const block = heap.int32(17);
  const kindsView = heap.int32From(kinds);
  const missing = new Array<number>(ENTRY).fill(0);
  const entries = heap.float64From(parameters.entries.flatMap((entry) => (entry ? packed(entry) : missing)));
  const cutoff2 = heap.float64From([cutoff ** 2]);
  const counts = heap.int32(count);
  const partners = new GrowingInt32(heap, 0);
  const vectors = new GrowingFloat64(heap, 0);
  const cuts = new GrowingFloat64(heap, 0);
  const angles = new GrowingFloat64(heap, 0);
  const slopes = new GrowingFloat64(heap, 0);
  const energies = heap.float64(count);
  const forces = heap.float64(3 * count);
  const virials = heap.float64(9 * count);

  const writeBlock = () => {
    const pairs = list.neighbours.length;
    partners.resize(pairs);
    vectors.resize(4 * pairs);
    cuts.resize(2 * t * pairs);
    angles.resize(4 * pairs);
    slopes.resize(3 * pairs);
    block.set([
      list.points.byteOffset,
      list.owners.byteOffset,
      list.first.byteOffset,
      list.neighbours.byteOffset,
      kindsView.byteOffset,
      t,
      entries.byteOffset,
      cutoff2.byteOffset,
      counts.byteOffset,
      partners.pointer,
      vectors.pointer,
      cuts.pointer,
      angles.pointer,
      slopes.pointer,
      energies.byteOffset,
      forces.byteOffset,
      virials.byteOffset,
    ]);
  };
  return {
    async evaluate(positions, cell) {
      list.update(positions, cell);
      writeBlock();
      for (const pass of ['pairs', 'bonds', 'collect'])
        device.parallel('tersoff', pass, block.byteOffset, count, CHUNK);
      return expectFinite('Tersoff', {
        energies: energies.slice(),
        forces: forces.slice(),
        virials: virials.slice(),
      });
    },
    release() {
      list.release();
      for (const buffer of [partners, vectors, cuts, angles, slopes]) buffer.release();
      for (const view of [block, kindsView, entries, cutoff2, counts, energies, forces, virials])
        heap.release(view);
    },
  };
}
