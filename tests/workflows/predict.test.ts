import { describe, expect, it } from 'vitest';
import { createCpuDevice } from '../../src/device/cpu.js';
import { createFrame, type Frame } from '../../src/model/frame.js';
import { createStructure } from '../../src/model/structure.js';
import type { Evaluator, Potential } from '../../src/potentials/potential.js';
import { createComparisons, predict } from '../../src/workflows/predict.js';

/** Every atom is bound to the origin by a spring of 1 eV/A^2; atoms at x > 100 break it. */
function springs(log: string[]): Potential {
  return {
    name: 'spring',
    species: ['Si'],
    cutoff: 1,
    predicts: 'energy',
    bind: async (_device, structure): Promise<Evaluator> => {
      log.push(`bind ${structure.count}`);
      return {
        evaluate: async (positions) => ({
          energies: Float64Array.from({ length: structure.count }, (_, i) =>
            positions[3 * i] > 100
              ? Number.NaN
              : 0.5 * positions.slice(3 * i, 3 * i + 3).reduce((s, x) => s + x * x, 0),
          ),
          forces: positions.map((x) => -x),
          virials: Float64Array.from({ length: 9 * structure.count }, (_, k) => {
            const i = Math.floor(k / 9);
            return -positions[3 * i + Math.floor((k % 9) / 3)] * positions[3 * i + (k % 3)];
          }),
        }),
        release: () => log.push('release'),
      };
    },
  };
}

async function* frames(list: Frame[]): AsyncGenerator<Frame> {
  yield* list;
}

function atom(x: number, labels = {}): Frame {
  return createFrame(createStructure({ positions: Float64Array.of(x, 1, 0), symbols: ['Si'] }), { labels });
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of source) all.push(item);
  return all;
}

describe('predict', () => {
  it('labels frames, keeps their own labels by another name, and compares', async () => {
    const device = await createCpuDevice({ threads: 1 });
    const log: string[] = [];
    const potential = springs(log);
    const comparisons = createComparisons(potential);
    const labels = {
      energy: 3,
      forces: Float64Array.of(-2, -1, 0.5),
      virial: Float64Array.of(-4, -2, 0, -2, -1, 0, 0, 0, 3),
    };
    const [first, second] = await collect(
      predict(potential, device, frames([atom(2, labels), atom(4)]), { comparisons }),
    );
    expect(first.frame.labels.energy).toBeCloseTo(2.5, 14);
    expect([...first.frame.labels.forces!]).toEqual([-2, -1, -0]);
    expect(first.frame.info.get('REF_energy')).toEqual({ kind: 'R', value: 3 });
    expect(first.frame.columns.get('REF_forces')).toEqual({ kind: 'R', width: 3, data: labels.forces });
    expect(first.frame.info.get('REF_virial')).toMatchObject({ shape: [9] });
    expect(second.frame.info.size).toBe(0);
    expect(comparisons.energy.agreement.rmse).toBeCloseTo(0.5, 14);
    expect(comparisons.forces.agreement.count).toBe(3);
    expect(comparisons.forces.agreement.rmse).toBeCloseTo(0.5 / Math.sqrt(3), 14);
    expect(comparisons.virial.agreement.worst).toBeCloseTo(3, 14);
    expect(comparisons.virial.agreement.count).toBe(6);
    expect(log).toEqual(['bind 1', 'release']);
    await device.close();
  });

  it('compares with the free energy where that is all there is', async () => {
    const device = await createCpuDevice({ threads: 1 });
    const potential = springs([]);
    const comparisons = createComparisons(potential);
    const given = [atom(2, { freeEnergy: 3 }), atom(2, { freeEnergy: 100, energy: 2.5 })];
    await collect(predict(potential, device, frames(given), { comparisons }));
    expect(comparisons.energy.agreement.count).toBe(2);
    expect(comparisons.energy.agreement.worst).toBeCloseTo(0.5, 14);
    await device.close();
  });

  it('binds anew when the atoms change, and lets go when a frame cannot be evaluated', async () => {
    const device = await createCpuDevice({ threads: 1 });
    const log: string[] = [];
    const two = createFrame(createStructure({ positions: new Float64Array(6), symbols: ['Si', 'Si'] }));
    await expect(collect(predict(springs(log), device, frames([atom(1), two, atom(101)])))).rejects.toThrow(
      /^frame 2: the spring energy of atom 1 is NaN eV/,
    );
    expect(log).toEqual(['bind 1', 'release', 'bind 2', 'release', 'bind 1', 'release']);
    await device.close();
  });
});
