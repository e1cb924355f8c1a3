import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { phononGrid } from '../../src/lattice/scattering/grid.js';
import { generalGridMatrix } from '../../src/lattice/scattering/grid-matrix.js';
import {
  addressOperations,
  irreduciblePoints,
  rotatedZonePoint,
} from '../../src/lattice/scattering/grid-symmetry.js';
import { tripletsAt } from '../../src/lattice/scattering/triplets.js';
import { inverse, rowsTimes } from '../../src/model/cell.js';
import { symbolsOf } from '../../src/model/structure.js';
import { findCellSymmetry } from '../../src/symmetry/cell-symmetry.js';
import { meshOfLength } from '../../src/symmetry/q-mesh.js';
import { reciprocalOperations } from '../../src/symmetry/q-points.js';
import { RECIPES, recipe } from '../helpers/crystals.js';
import { PYTHON, scratch } from './peers.js';

interface Answer {
  error?: string;
  matrix: number[] | null;
  diagonal: number[];
  left: number[];
  right: number[];
  addresses: number[];
  first: number[];
  regular: number[];
  points: number[];
  weights: number[];
  map: number[];
  operations: number[][];
  rotated: [number[], number][];
  chosen: number[];
  triplets: {
    point: number;
    swap: boolean;
    points: number[];
    weights: number[];
    map: number[];
    stars: number[];
  }[];
}

interface Case {
  name: string;
  /** Three numbers, nine, or a length */
  mesh: number[] | number;
  general: boolean;
}

/** Every crystal system and centring; lengths that give some hundred points. */
const CASES: Case[] = [
  ...RECIPES.flatMap(({ name }): Case[] => [
    { name, mesh: 21, general: false },
    { name, mesh: 15.3, general: true },
  ]),
  { name: 'diamond', mesh: [4, 4, 4], general: false },
  { name: 'diamond', mesh: [7, 7, 7], general: false },
  { name: 'diamond', mesh: [-4, 4, 4, 4, -4, 4, 4, 4, -4], general: true },
  { name: 'wurtzite', mesh: [6, 6, 4], general: false },
  { name: 'bcc', mesh: [5, 5, 5], general: false },
];

const primitives = CASES.map(({ name }) => buildPhononCells(recipe(name), [1, 1, 1], 'auto').primitive);
const file = join(scratch('grid'), 'cases.json');
writeFileSync(
  file,
  JSON.stringify(
    CASES.map((entry, k) => ({
      ...entry,
      symbols: symbolsOf(primitives[k]),
      cell: [...primitives[k].cell],
      fractional: [...rowsTimes(primitives[k].positions, inverse(primitives[k].cell))],
    })),
  ),
);
const answers = JSON.parse(
  execFileSync(PYTHON, [join(PACKAGE_ROOT, 'tests/peers/grid.py'), file], {
    encoding: 'utf8',
    maxBuffer: 1 << 29,
    stdio: ['ignore', 'pipe', 'inherit'],
  }),
) as Answer[];

describe.each(
  CASES.map((entry, k) => [`${entry.name} ${entry.mesh} ${entry.general ? 'grg' : ''}`, entry, k] as const),
)('the grid of %s, beside phono3py', (_, { mesh, general }, k) => {
  const primitive = primitives[k];
  const answer = answers[k];
  const reciprocal = reciprocalOperations(
    findCellSymmetry(primitive).operations.map(({ rotation }) => rotation),
  );
  const numbers =
    typeof mesh !== 'number'
      ? mesh
      : general
        ? generalGridMatrix(mesh, primitive)
        : meshOfLength(mesh, primitive.cell, reciprocal);
  const make = () => phononGrid(numbers, primitive.cell);

  if (answer.error) {
    it('is refused', () => expect(() => addressOperations(make(), reciprocal)).toThrow(/symmetry/));
    return;
  }
  const grid = make();
  const operations = addressOperations(grid, reciprocal);

  it('has the same points in the same order', () => {
    if (answer.matrix) expect([...grid.matrix]).toEqual(answer.matrix);
    expect([...grid.diagonal]).toEqual(answer.diagonal);
    expect([...grid.left]).toEqual(answer.left);
    expect([...grid.right]).toEqual(answer.right);
    expect([...grid.addresses]).toEqual(answer.addresses);
    expect([...grid.first]).toEqual(answer.first);
    expect([...grid.regular]).toEqual(answer.regular);
  });

  it('has the same irreducible points and rotations', () => {
    const found = irreduciblePoints(grid, operations);
    expect([...found.points]).toEqual(answer.points);
    expect([...found.weights]).toEqual(answer.weights);
    expect([...found.map]).toEqual(answer.map);
    const sorted = (all: ArrayLike<number>[]) => all.map((m) => Array.from(m).join()).sort();
    expect(sorted(operations)).toEqual(sorted(answer.operations));
    const { chosen, rotated } = answer;
    const each = rotated.length / chosen.length;
    const ours = rotated.map(([m], r) => rotatedZonePoint(grid, m, chosen[Math.floor(r / each)]));
    expect(ours).toEqual(rotated.map(([, to]) => to));
  });

  it('has the same triplets', () => {
    for (const theirs of answer.triplets) {
      const { point, swap } = theirs;
      const found = tripletsAt(grid, point, operations, { swap });
      expect([...found.points]).toEqual(theirs.points);
      expect([...found.weights]).toEqual(theirs.weights);
      expect([...found.stars]).toEqual(theirs.stars);
      // Of each the first of the points that it stands for.
      const firsts = found.weights.map((_, t) => found.of.indexOf(t));
      expect(Array.from(found.of, (t) => firsts[t])).toEqual(theirs.map);
    }
  });
});
