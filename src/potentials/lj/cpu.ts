import type { CpuDevice } from '../../device/cpu.js';
import { createNeighbourList } from '../../neighbours/cell-list.js';
import { expectFinite } from '../finite.js';
import type { Evaluator } from '../potential.js';
import { energyAtCutoff, type LennardJonesParameters } from './parameters.js';

/** A; a list with it holds for some ten steps of dynamics */
const SKIN = 1;
/** Atoms of one piece of work */
const CHUNK = 256;

/** Lennard-Jones on the CPU, in f64 whatever the device's precision; `kinds` [n] index the parameters' species. */
export function bindLennardJones(
  parameters: LennardJonesParameters,
  device: CpuDevice,
  kinds: Int32Array,
  periodic: readonly [boolean, boolean, boolean],
): Evaluator {
  const { heap } = device;
  const count = kinds.length;
  const cutoff = Math.max(...parameters.pairs.map((pair) => pair.cutoff));
  const list = createNeighbourList(device, { count, periodic, cutoff, skin: SKIN });
  const block = heap.int32(10);
  const kindsView = heap.int32From(kinds);
  const pairs = heap.float64From(
    parameters.pairs.flatMap((pair) => [
      24 * pair.epsilon,
      pair.sigma ** 2,
      pair.cutoff ** 2,
      parameters.shift ? energyAtCutoff(pair) : 0,
    ]),
  );
  const energies = heap.float64(count);
  const forces = heap.float64(3 * count);
  const virials = heap.float64(9 * count);
  return {
    async evaluate(positions, cell) {
      list.update(positions, cell);
      block.set([
        list.points.byteOffset,
        list.owners.byteOffset,
        list.first.byteOffset,
        list.neighbours.byteOffset,
        kindsView.byteOffset,
        pairs.byteOffset,
        parameters.species.length,
        energies.byteOffset,
        forces.byteOffset,
        virials.byteOffset,
      ]);
      device.parallel('lj', 'evaluate', block.byteOffset, count, CHUNK);
      return expectFinite('Lennard-Jones', {
        energies: energies.slice(),
        forces: forces.slice(),
        virials: virials.slice(),
      });
    },
    release() {
      list.release();
      for (const view of [block, kindsView, pairs, energies, forces, virials]) heap.release(view);
    },
  };
}
