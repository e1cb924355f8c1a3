import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { allowed, type Freedom, withoutDrift } from '../../src/dynamics/freedom.js';
import { springMetric } from '../../src/dynamics/spring-metric.js';
import { springsOf } from '../../src/dynamics/springs.js';
import { strainSpace } from '../../src/dynamics/strain-space.js';
import { recipe } from '../helpers/crystals.js';
import { worst } from '../helpers/worst.js';

let device: CpuDevice;
beforeAll(async () => {
  device = await createCpuDevice({ threads: 1 });
});
afterAll(() => device.close());

describe('the metric of springs', () => {
  it('gives no way in what must stay, whatever rounding errors of it are asked for', () => {
    const structure = recipe('hcp');
    const freedom: Freedom = {
      atoms: structure.count,
      constraints: [withoutDrift],
      strain: strainSpace('shape', structure),
      strainUnit: 5,
    };
    const springs = springsOf(device, structure);
    const { solve } = springMetric(freedom, () => springs);
    // The volume, which no spring of a shape holds: its answer would be as long as its stiffness is small.
    const volume = new Float64Array(15);
    for (const k of [6, 10, 14]) volume[k] = 1e-17;
    // Springs are stiffer than 1 eV/A^2: no way is longer than what was asked for. Without the projection it is 3e-13.
    expect(Math.max(...solve(volume).map(Math.abs))).toBeLessThan(1e-17);
    const shape = new Float64Array(15);
    [shape[6], shape[10], shape[14]] = [-1, -1, 2];
    const way = solve(shape.map((x, k) => x + volume[k]));
    expect(worst(way, allowed(freedom, way))).toBeLessThan(1e-12);
    expect(way[14]).toBeGreaterThan(0);
  });
});
