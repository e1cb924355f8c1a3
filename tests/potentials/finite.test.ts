import { describe, expect, it } from 'vitest';
import { expectFinite } from '../../src/potentials/finite.js';
import type { Evaluation } from '../../src/potentials/potential.js';

const whole = (): Evaluation => ({
  energies: Float64Array.of(1, 2),
  forces: new Float64Array(6),
  virials: new Float64Array(18),
  charges: new Float64Array(2),
  bornCharges: new Float64Array(18),
});

describe('an evaluation', () => {
  it('passes where all is finite', () => {
    const evaluation = whole();
    expect(expectFinite('toy', evaluation)).toBe(evaluation);
  });

  it.each([
    ['energies', 1],
    ['forces', 4],
    ['virials', 17],
    ['charges', 1],
    ['bornCharges', 9],
  ] as const)('is refused where %s are not finite, by the atom', (key, at) => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const evaluation = whole();
      evaluation[key]?.fill(value, at, at + 1);
      expect(() => expectFinite('toy', evaluation)).toThrow('the toy energy of atom 2 is');
    }
  });

  it('is refused where its tensor is not finite', () => {
    const evaluation = {
      ...whole(),
      energies: new Float64Array(0),
      tensor: Float64Array.of(1, Number.NaN, 3),
    };
    expect(() => expectFinite('toy', evaluation)).toThrow('the toy tensor is 1 NaN 3');
  });
});
