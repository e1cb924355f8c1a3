import { describe, expect, it } from 'vitest';
import { bravaisCell, latticeProblem } from '../../formats/qe/bravais.js';
import { qeInput } from '../../formats/qe/input.js';
import { volume } from '../../src/model/cell.js';
import { difference, readOne, refusal } from '../helpers/formats.js';

const A = 4;
const B = 5;
const C = 7;
const COS = [0, 0, 0, 0, 0.3, -0.2, 0.1]; // celldm(4..6)
const CELLDM = [0, A, B / A, C / A, 0.3, -0.2, 0.1];

const lengths = (m: Float64Array) => [0, 3, 6].map((k) => Math.hypot(m[k], m[k + 1], m[k + 2]));
/** Cosines of the angles b-c, a-c, a-b. */
const cosines = (m: Float64Array) => {
  const l = lengths(m);
  return [
    [1, 2],
    [0, 2],
    [0, 1],
  ].map(([p, q]) => [0, 1, 2].reduce((s, c) => s + m[3 * p + c] * m[3 * q + c], 0) / (l[p] * l[q]));
};

const triclinic =
  A * B * C * Math.sqrt(1 + 2 * COS[4] * COS[5] * COS[6] - COS[4] ** 2 - COS[5] ** 2 - COS[6] ** 2);
const sine = (cos: number) => Math.sqrt(1 - cos * cos);

/** Volume, the three lengths and the three cosines by the crystallographic formulas, none of them from the vectors. */
const d = (x: number, y: number) => Math.hypot(x, y) / 2;
const R2 = Math.SQRT1_2;
const R3 = Math.sqrt(3) / 2;
// biome-ignore format: a table
const EXPECTED: [number, number, number[], number[]][] = [
  [1, A ** 3, [A, A, A], [0, 0, 0]],
  [2, A ** 3 / 4, [A * R2, A * R2, A * R2], [0.5, 0.5, 0.5]],
  [3, A ** 3 / 2, [A * R3, A * R3, A * R3], [1 / 3, -1 / 3, 1 / 3]],
  [-3, A ** 3 / 2, [A * R3, A * R3, A * R3], [-1 / 3, -1 / 3, -1 / 3]],
  [4, A * A * C * R3, [A, A, C], [0, 0, -0.5]],
  [5, A ** 3 * Math.sqrt(1 - 3 * 0.3 ** 2 + 2 * 0.3 ** 3), [A, A, A], [0.3, 0.3, 0.3]],
  [-5, A ** 3 * Math.sqrt(1 - 3 * 0.3 ** 2 + 2 * 0.3 ** 3), [A, A, A], [0.3, 0.3, 0.3]],
  [6, A * A * C, [A, A, C], [0, 0, 0]],
  [7, (A * A * C) / 2, Array(3).fill(Math.sqrt(2 * A * A + C * C) / 2), [C * C - 2 * A * A, C * C, C * C].map((x) => x / (2 * A * A + C * C))],
  [8, A * B * C, [A, B, C], [0, 0, 0]],
  [9, (A * B * C) / 2, [d(A, B), d(A, B), C], [0, 0, (B * B - A * A) / (A * A + B * B)]],
  [-9, (A * B * C) / 2, [d(A, B), d(A, B), C], [0, 0, (A * A - B * B) / (A * A + B * B)]],
  [91, (A * B * C) / 2, [A, d(B, C), d(B, C)], [(B * B - C * C) / (B * B + C * C), 0, 0]],
  [10, (A * B * C) / 4, [d(A, C), d(A, B), d(B, C)], [(B * B) / (4 * d(A, B) * d(B, C)), (C * C) / (4 * d(A, C) * d(B, C)), (A * A) / (4 * d(A, C) * d(A, B))]],
  [12, A * B * C * sine(COS[4]), [A, B, C], [0, 0, COS[4]]],
  [-12, A * B * C * sine(COS[5]), [A, B, C], [0, COS[5], 0]],
  [13, (A * B * C * sine(COS[4])) / 2, [d(A, C), B, d(A, C)], [(A * COS[4]) / (2 * d(A, C)), (A * A - C * C) / (A * A + C * C), (A * COS[4]) / (2 * d(A, C))]],
  [-13, (A * B * C * sine(COS[5])) / 2, [d(A, B), d(A, B), C], [(-A * COS[5]) / (2 * d(A, B)), (A * COS[5]) / (2 * d(A, B)), (B * B - A * A) / (A * A + B * B)]],
  [14, triclinic, [A, B, C], [COS[4], COS[5], COS[6]]],
];

describe('the lattices of pw.x', () => {
  it.each(EXPECTED)('ibrav = %i', (ibrav, expectedVolume, expectedLengths, expectedCosines) => {
    expect(latticeProblem(ibrav, CELLDM)).toBe('');
    const cell = bravaisCell(ibrav, CELLDM);
    // A few dozen roundings of numbers of order 100.
    expect(Math.abs(volume(cell) - expectedVolume)).toBeLessThan(1e-12);
    expect(difference(lengths(cell), expectedLengths)).toBeLessThan(1e-13);
    expect(difference(cosines(cell), expectedCosines)).toBeLessThan(1e-14);
  });

  it('ibrav = 11', () => {
    const cell = bravaisCell(11, CELLDM);
    expect(Math.abs(volume(cell) - (A * B * C) / 2)).toBeLessThan(1e-12);
    expect(difference(lengths(cell), Array(3).fill(Math.sqrt(A * A + B * B + C * C) / 2))).toBeLessThan(
      1e-13,
    );
    // The conventional vectors are sums of the primitive ones: a = a1 - a2, b = a2 - a3, c = a1 + a3.
    const row = (k: number) => cell.subarray(3 * k, 3 * k + 3);
    expect(
      difference(
        row(0).map((x, c) => x - row(1)[c]),
        [A, 0, 0],
      ),
    ).toBeLessThan(1e-14);
    expect(
      difference(
        row(1).map((x, c) => x - row(2)[c]),
        [0, B, 0],
      ),
    ).toBeLessThan(1e-14);
    expect(
      difference(
        row(0).map((x, c) => x + row(2)[c]),
        [0, 0, C],
      ),
    ).toBeLessThan(1e-14);
  });

  it('ibrav = 5 has its threefold axis along z, -5 along (1 1 1)', () => {
    const axis = (m: Float64Array) => [0, 1, 2].map((c) => m[c] + m[3 + c] + m[6 + c]);
    const long = Math.sqrt(3 * (1 + 2 * 0.3)) * A;
    expect(difference(axis(bravaisCell(5, CELLDM)), [0, 0, long])).toBeLessThan(1e-14);
    expect(difference(axis(bravaisCell(-5, CELLDM)), Array(3).fill(long / Math.sqrt(3)))).toBeLessThan(1e-14);
  });

  it.each([
    [8, [0, 4, 1, 0, 0, 0, 0], /celldm\(3\) \(or C\)/],
    [4, [0, 4, 1, 0, 0, 0, 0], /celldm\(3\)/],
    [8, [0, 4, -1, 1, 0, 0, 0], /celldm\(2\)/],
    [5, [0, 4, 0, 0, -0.5, 0, 0], /above -0.5/],
    [12, [0, 4, 1, 1, 1, 0, 0], /cosine/],
    [14, [0, 4, 1, 1, 0.9, -0.9, 0.9], /one corner/],
    [1, [0, 0, 0, 0, 0, 0, 0], /positive lattice parameter/],
    [7, [0, Number.NaN, 0, 1, 0, 0, 0], /positive lattice parameter/],
    [99, CELLDM, /one of the lattices/],
  ])('refuses ibrav = %i with %j', (ibrav, celldm, message) => {
    expect(latticeProblem(ibrav, celldm)).toMatch(message);
  });

  const input = (system: string) =>
    `&system ${system} nat=1 ntyp=1 /\nATOMIC_SPECIES\nH 1 H.UPF\nATOMIC_POSITIONS alat\nH 0 0 0\n`;

  it.each([1, 2, 3, -3, 4, 5, -5, 6, 7, 8, 9, -9, 91, 10, 11, 12, -12, 13, -13, 14])(
    'A, B, C and cosines say the same as celldm for ibrav = %i',
    async (ibrav) => {
      const cosine = ibrav === -12 || ibrav === -13 ? `cosAC = ${COS[5]}` : `cosAB = ${COS[4]}`;
      const angles = ibrav === 14 ? `cosBC = ${COS[4]}, cosAC = ${COS[5]}, cosAB = ${COS[6]}` : cosine;
      const { structure } = await readOne(
        qeInput,
        input(`ibrav = ${ibrav}, A = ${A}, B=${B} C=${C}, ${angles}`),
      );
      expect(difference(structure.cell, bravaisCell(ibrav, CELLDM))).toBeLessThan(1e-14);
    },
  );

  it('reads a list of celldm', async () => {
    const { structure } = await readOne(qeInput, input('ibrav = 8 celldm = 10, 2*1.5,'));
    expect(structure.cell[4] / structure.cell[0]).toBe(1.5);
    expect(structure.cell[8] / structure.cell[0]).toBe(1.5);
    expect(await refusal(qeInput, input('ibrav = 8, celldm(1) = 5, 1.0'))).toMatch(/celldm 5 1 0 0 0 0/);
  });
});
