import { describe, expect, it } from 'vitest';
import { MersenneTwister } from '../../src/math/mersenne-twister.js';
import { Pcg64 } from '../../src/math/pcg64.js';

/** Values printed by numpy 2.4. Logarithms of two libraries differ by a rounding or two of 1e-16. */
describe("numpy's generators", () => {
  it('default_rng(42): bits, uniform and normal numbers', () => {
    const bits = new Pcg64(42);
    expect(Array.from({ length: 4 }, () => bits.bits())).toEqual([
      0xc621fbcd16d92688n,
      0x705a5661a791ffc1n,
      0xdbcd12c26eda1624n,
      0xb286b60e1600888dn,
    ]);
    const uniform = new Pcg64(42);
    for (const x of [0.7739560485559633, 0.4388784397520523, 0.8585979199113825]) {
      expect(uniform.uniform()).toBe(x);
    }
    const normal = new Pcg64(42);
    for (const x of [
      0.30471707975443135, -1.0399841062404955, 0.7504511958064572, 0.9405647163912139, -1.9510351886538364,
      -1.302179506862318,
    ]) {
      expect(normal.normal()).toBeCloseTo(x, 14);
    }
  });

  it('default_rng(1): two hundred thousand normal numbers on, all layers and the tail among them', () => {
    const normal = new Pcg64(1);
    let greatest = 0;
    for (let i = 0; i < 123456; i++) greatest = Math.max(greatest, Math.abs(normal.normal()));
    expect(normal.normal()).toBeCloseTo(-0.1418057668055021, 14);
    expect(greatest).toBeGreaterThan(3.6541528853610088);
  });

  it('seed(42): normal numbers of the older generator', () => {
    const normal = new MersenneTwister(42);
    for (const x of [
      0.4967141530112327, -0.13826430117118466, 0.6476885381006925, 1.5230298564080254, -0.23415337472333597,
    ]) {
      expect(normal.normal()).toBeCloseTo(x, 14);
    }
  });
});
