import { describe, expect, it } from 'vitest';
import { coreBreaks, coreRepulsion } from '../../src/potentials/ace/core.js';
import { ACE_INNER, ACE_RADIAL_BASES, type AceBond } from '../../src/potentials/ace/parameters.js';
import { DEGREE, makePieces, type Piece } from '../../src/potentials/ace/pieces.js';
import { radialBase, radialBreaks } from '../../src/potentials/ace/radial.js';

const BOND: AceBond = {
  base: 'ChebExpCos',
  parameters: [5.25],
  cutoff: 7.3,
  cutoffWidth: 0.01,
  baseCount: 12,
  radialCount: 0,
  lMax: 0,
  coefficients: new Float64Array(0),
  corePrefactor: 100,
  coreExponent: 1.3,
  innerCutoff: 2.1,
  innerWidth: 0.4,
};

function evaluate({ centre, scale, coefficients }: Piece, f: number, r: number): [number, number] {
  const t = (r - centre) * scale;
  let value = 0;
  let slope = 0;
  for (let power = DEGREE; power >= 0; power--) {
    slope = slope * t + value;
    value = value * t + coefficients[f * (DEGREE + 1) + power];
  }
  return [value, slope * scale];
}

/** The largest errors of values and slopes at distances where atoms are found, over the largest of each. */
function errorsOf(
  pieces: readonly Piece[],
  functions: number,
  end: number,
  sample: (r: number, values: Float64Array, slopes: Float64Array) => void,
) {
  const values = new Float64Array(functions);
  const slopes = new Float64Array(functions);
  const largest = [0, 0];
  const errors = [0, 0];
  let at = 0;
  const steps = 7919;
  for (let k = 0; k < steps; k++) {
    const r = 0.6 + ((end - 0.6) * (k + 0.5)) / steps;
    while (r >= pieces[at].end) at++;
    sample(r, values, slopes);
    for (let f = 0; f < functions; f++) {
      const [value, slope] = evaluate(pieces[at], f, r);
      largest[0] = Math.max(largest[0], Math.abs(values[f]));
      largest[1] = Math.max(largest[1], Math.abs(slopes[f]));
      errors[0] = Math.max(errors[0], Math.abs(value - values[f]));
      errors[1] = Math.max(errors[1], Math.abs(slope - slopes[f]));
    }
  }
  return { values: errors[0] / largest[0], slopes: errors[1] / largest[1] };
}

describe('polynomials on pieces', () => {
  it.each(ACE_RADIAL_BASES.flatMap((base) => ACE_INNER.map((inner) => ({ base, inner }))))(
    'equal the functions g_k of $base, inner cutoff by $inner',
    ({ base, inner }) => {
      // An exponent that is no whole number: the third derivative is infinite at the cutoff.
      for (const parameters of base === 'ChebPow' ? [[2], [2.5], [7.9]] : [[5.25], [0.7]]) {
        const bond = { ...BOND, base, parameters };
        const sample = (r: number, values: Float64Array, slopes: Float64Array) =>
          radialBase(bond, inner, r, values, slopes);
        const pieces = makePieces(bond.baseCount, sample, {
          breaks: radialBreaks(bond, inner),
          end: bond.cutoff,
          sets: [bond.baseCount],
        });
        expect(pieces.at(-1)?.end).toBe(bond.cutoff);
        expect(pieces.length).toBeLessThan(700);
        const { values, slopes } = errorsOf(pieces, bond.baseCount, bond.cutoff, sample);
        expect(values).toBeLessThan(1e-14);
        // Allowed is 1e-13 of the largest slope in the piece.
        expect(slopes).toBeLessThan(1e-13);
      }
    },
  );

  it.each(ACE_INNER)('equal the core repulsion, by %s', (inner) => {
    for (const change of [{}, { coreExponent: 0 }, { coreExponent: 30 }, { innerWidth: 0 }]) {
      const bond = { ...BOND, ...change };
      const sample = (r: number, values: Float64Array, slopes: Float64Array) => {
        const { value, slope } = coreRepulsion(bond, inner, [29, 13], r);
        values[0] = r * value;
        slopes[0] = r * slope + value;
      };
      const pieces = makePieces(1, sample, {
        breaks: coreBreaks(bond, inner),
        end: bond.cutoff,
        sets: [1],
      });
      expect(pieces.length).toBeLessThan(300);
      const { values, slopes } = errorsOf(pieces, 1, bond.cutoff, sample);
      expect(values).toBeLessThan(1e-14);
      // Of a steep one a piece begins where it is some times larger than at 0.6 A.
      expect(slopes).toBeLessThan(1e-12);
    }
  });

  it('end where derivatives jump, once where two of them do', () => {
    const sample = (r: number, values: Float64Array, slopes: Float64Array) => {
      values[0] = Math.abs(r - 1);
      slopes[0] = Math.sign(r - 1);
    };
    const pieces = makePieces(1, sample, { breaks: [4, 1 - 1e-16, 1, 0, -3], end: 2, sets: [1] });
    expect(pieces.map(({ end }) => end)).toEqual([1, 2]);
    expect(evaluate(pieces[0], 0, 0.25)).toEqual([expect.closeTo(0.75, 14), expect.closeTo(-1, 14)]);
    expect(evaluate(pieces[1], 0, 1.25)).toEqual([expect.closeTo(0.25, 14), expect.closeTo(1, 14)]);
  });

  it('come to an end with what no polynomial equals', () => {
    const functions: Record<string, (r: number) => [number, number]> = {
      nothing: () => [Number.NaN, Number.NaN],
      'an infinite slope': (r) => [Math.sqrt(2 - r), -0.5 / Math.sqrt(2 - r)],
      'an infinite value': (r) => [1 / (2 - r), 1 / (2 - r) ** 2],
      noise: (r) => [0, Math.sin(1e12 * r)],
      'a step that nobody told': (r) => [r > 1.1 ? 1 : 0, 0],
    };
    for (const [name, f] of Object.entries(functions)) {
      const sample = (r: number, values: Float64Array, slopes: Float64Array) => {
        [values[0], slopes[0]] = f(r);
      };
      const pieces = makePieces(1, sample, { breaks: [], end: 2, sets: [1] });
      expect(pieces.length, name).toBeLessThan(3000);
      expect(pieces.at(-1)?.end, name).toBe(2);
    }
  });
});
