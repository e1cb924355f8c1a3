import type { GpuDevice } from '../../device/gpu.js';
import { createGpuNeighbourList } from '../../neighbours/gpu-list.js';
import { expectFinite } from '../finite.js';
import type { Evaluation, Evaluator } from '../potential.js';
import { energyAtCutoff, type LennardJonesParameters } from './parameters.js';

/** A; a list with it holds for some ten steps of dynamics */
const SKIN = 1;
/** What the kernel writes where atoms lie so close that f32 holds no energy. */
const OVERLAP = Math.fround(3e38);
/** Energy, force and virial of an atom. */
const WIDTH = 13;

/**
 * Lennard-Jones on a GPU, in f32 but for the positions, which are fixed-point fractions of the box; `kinds` [n] index
 * the parameters' species.
 */
export async function bindLennardJonesGpu(
  parameters: LennardJonesParameters,
  device: GpuDevice,
  kinds: Int32Array,
  periodic: readonly [boolean, boolean, boolean],
): Promise<Evaluator> {
  const count = kinds.length;
  const cutoff = Math.max(...parameters.pairs.map((pair) => pair.cutoff));
  const kernel = await device.kernel('lj.wgsl', 'main');
  const list = await createGpuNeighbourList(device, { kinds, periodic, cutoff, skin: SKIN });
  const table = pairTable(parameters);
  const pairs = device.buffer('Lennard-Jones pairs', table.byteLength);
  device.upload(pairs, table);
  const bytes = 4 * WIDTH * count;
  const results = device.buffer('results', Math.max(16, bytes));
  let group: GPUBindGroup | undefined;
  let builds = 0;

  const evaluate = async (positions: Float64Array, cell: Float64Array): Promise<Evaluation> => {
    if (count > 0) await list.update(positions, cell);
    if (count > 0 && (!group || list.builds !== builds)) {
      group = kernel.bind([list.box, list.points, list.lengths, list.neighbours, pairs, results]);
      builds = list.builds;
    }
    if (group) device.run([{ kernel, group, count }]);
    const [values] = await device.download([{ buffer: results, bytes }]);
    return expectFinite('Lennard-Jones', unpack(new Float32Array(values), count));
  };

  // One evaluation at a time: they share buffers.
  let turn: Promise<unknown> = Promise.resolve();
  return {
    evaluate(positions, cell) {
      const [at, within] = [positions.slice(), cell.slice()];
      const result = turn.then(() => evaluate(at, within));
      turn = result.catch(() => {});
      return result;
    },
    release() {
      list.release();
      device.release(pairs);
      device.release(results);
    },
  };
}

/** The struct Pairs of shaders/lj.wgsl. */
function pairTable(parameters: LennardJonesParameters): Float32Array {
  const rows = parameters.pairs.flatMap((pair) => [
    24 * pair.epsilon,
    pair.sigma ** 2,
    pair.cutoff ** 2,
    parameters.shift ? energyAtCutoff(pair) : 0,
  ]);
  const table = new Float32Array(4 + rows.length);
  new Uint32Array(table.buffer)[0] = parameters.species.length;
  table.set(rows, 4);
  return table;
}

/** From an array for each quantity to an array for each atom. */
function unpack(values: Float32Array, count: number): Evaluation {
  const energies = Float64Array.from(values.subarray(0, count), (x) => (x >= OVERLAP ? Number.NaN : x));
  const forces = new Float64Array(3 * count);
  const virials = new Float64Array(9 * count);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) forces[3 * i + c] = values[(1 + c) * count + i];
    for (let c = 0; c < 9; c++) virials[9 * i + c] = values[(4 + c) * count + i];
  }
  return { energies, forces, virials };
}
