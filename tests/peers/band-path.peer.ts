import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { recommendedPath } from '../../src/lattice/harmonic/band-path.js';
import { inverse, rowsTimes, transpose } from '../../src/model/cell.js';
import type { Structure } from '../../src/model/structure.js';
import { crystal, RECIPES, type Recipe } from '../helpers/crystals.js';
import { PYTHON, scratch } from './peers.js';

/** Two atoms in general places, so that no symmetry is there by accident. */
const GENERAL: Recipe['sites'] = [
  ['Si', 0.1, 0.21, 0.32],
  ['O', 0.13, 0.37, 0.41],
];

/** Lattices whose lengths decide between kinds of Brillouin zones, and lattices that no other recipe has. */
const MORE: Recipe[] = [
  { name: 'oF1', group: 42, lattice: [4, 7, 9, 90, 90, 90], sites: GENERAL },
  { name: 'oF2', group: 42, lattice: [9, 7, 4, 90, 90, 90], sites: GENERAL },
  { name: 'oF3', group: 42, lattice: [6, 6.5, 7, 90, 90, 90], sites: GENERAL },
  { name: 'oI1', group: 46, lattice: [5, 6, 8, 90, 90, 90], sites: GENERAL },
  { name: 'oI2', group: 46, lattice: [8, 6, 5, 90, 90, 90], sites: GENERAL },
  { name: 'oI3', group: 46, lattice: [5, 8, 6, 90, 90, 90], sites: GENERAL },
  { name: 'oC1', group: 36, lattice: [5, 8, 6, 90, 90, 90], sites: GENERAL },
  { name: 'oC2', group: 36, lattice: [8, 5, 6, 90, 90, 90], sites: GENERAL },
  { name: 'oA1', group: 38, lattice: [5, 6, 8, 90, 90, 90], sites: GENERAL },
  { name: 'oA2', group: 38, lattice: [5, 8, 6, 90, 90, 90], sites: GENERAL },
  { name: 'mC1', group: 5, lattice: [8, 5, 6, 90, 105, 90], sites: GENERAL },
  { name: 'mC2', group: 5, lattice: [5, 8, 6, 90, 105, 90], sites: GENERAL },
  { name: 'mC3', group: 5, lattice: [8, 8.1, 3, 90, 115, 90], sites: GENERAL },
  { name: 'mP1', group: 4, lattice: [5, 8, 6, 90, 105, 90], sites: GENERAL },
  { name: 'tI1', group: 79, lattice: [7, 7, 5, 90, 90, 90], sites: GENERAL },
  { name: 'tI2', group: 79, lattice: [5, 5, 8, 90, 90, 90], sites: GENERAL },
  { name: 'hR1', group: 146, lattice: [5, 5, 9, 90, 90, 120], sites: GENERAL },
  { name: 'hR2', group: 146, lattice: [7, 7, 5, 90, 90, 120], sites: GENERAL },
  { name: 'hP1', group: 143, lattice: [5, 5, 6, 90, 90, 120], sites: GENERAL },
  { name: 'cP1', group: 195, lattice: [7, 7, 7, 90, 90, 90], sites: GENERAL },
  { name: 'cP2', group: 207, lattice: [9, 9, 9, 90, 90, 90], sites: GENERAL },
  { name: 'cF1', group: 196, lattice: [9, 9, 9, 90, 90, 90], sites: GENERAL },
  { name: 'aP', group: 1, lattice: [5, 6, 7, 70, 75, 80], sites: GENERAL },
  { name: 'aP obtuse', group: 1, lattice: [5, 6, 7, 100, 104, 109], sites: GENERAL },
];

interface Answer {
  lattice: string;
  path: [string, string][];
  /** Lengths of the lines, 1/A without 2 pi, and distances of all pairs of points from Gamma */
  lengths: number[];
  distances: [number, number][];
  /** [3] fractions of the given cell's reciprocal vectors, where the given cell is seekpath's own */
  standard: boolean;
  points: Record<string, number[]>;
}

const SCRIPT = `
import json, sys, warnings
import numpy as np
import seekpath
warnings.simplefilter("ignore")
answers = []
for cell, positions, kinds in json.load(open(sys.argv[1])):
    cell = np.reshape(cell, (3, 3))
    found = seekpath.get_path((cell, np.reshape(positions, (-1, 3)), kinds))
    reciprocal = np.array(found["reciprocal_primitive_lattice"]) / (2 * np.pi)
    points = {name: np.array(x) @ reciprocal for name, x in found["point_coords"].items()}
    answers.append({
        "lattice": found["bravais_lattice_extended"],
        "path": found["path"],
        "lengths": [float(np.linalg.norm(points[b] - points[a])) for a, b in found["path"]],
        "distances": [[float(np.linalg.norm(points[a])), float(np.linalg.norm(points[b]))] for a, b in found["path"]],
        "standard": bool(np.allclose(cell, found["primitive_lattice"], atol=1e-6)),
        "points": found["point_coords"],
    })
print(json.dumps(answers))
`;

const recipes = [...RECIPES, ...MORE];
const cells: Structure[] = recipes.map(
  (recipe) => buildPhononCells(crystal(recipe), [1, 1, 1], 'auto').primitive,
);
const file = join(scratch('paths'), 'cells.json');
writeFileSync(
  file,
  JSON.stringify(
    cells.map(({ cell, positions, kinds }) => [
      [...cell],
      [...rowsTimes(positions, inverse(cell))],
      [...kinds].map((kind) => kind + 1),
    ]),
  ),
);
const answers = JSON.parse(execFileSync(PYTHON, ['-c', SCRIPT, file], { encoding: 'utf8' })) as Answer[];

describe("paths beside seekpath's", () => {
  it.each(recipes.map(({ name }, k) => [name, cells[k], answers[k]] as const))(
    '%s',
    (_, primitive, answer) => {
      const { lattice, lines } = recommendedPath(primitive);
      expect(lattice).toBe(answer.lattice);
      expect(lines.map(({ labels }) => [...labels])).toEqual(answer.path);
      const reciprocal = transpose(inverse(primitive.cell));
      const length = (q: ArrayLike<number>) => Math.hypot(...rowsTimes(q, reciprocal));
      lines.forEach(({ from, to, labels }, k) => {
        const way = to.map((x, c) => x - from[c]);
        expect(length(way)).toBeCloseTo(answer.lengths[k], 6);
        expect(length(from)).toBeCloseTo(answer.distances[k][0], 6);
        expect(length(to)).toBeCloseTo(answer.distances[k][1], 6);
        if (!answer.standard) return;
        // phonopy takes seekpath's coordinates as they are.
        from.forEach((x, c) => {
          expect(x).toBeCloseTo(answer.points[labels[0]][c], 6);
        });
      });
    },
  );

  it('all kinds of lattices occur', () => {
    const kinds = new Set(answers.map(({ lattice }) => lattice));
    const all =
      'cP1 cP2 cF1 cF2 cI1 tP1 tI1 tI2 oP1 oF1 oF2 oF3 oI1 oI2 oI3 oC1 oC2 oA1 oA2 hP1 hP2 hR1 hR2 mP1 mC1 mC2 mC3 aP2 aP3';
    expect(all.split(' ').filter((kind) => !kinds.has(kind))).toEqual([]);
    expect(answers.filter(({ standard }) => standard).length).toBeGreaterThan(10);
  });
});
