import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { recommendedPath } from '../../src/lattice/harmonic/band-path.js';
import { inverse, rowsTimes, transpose } from '../../src/model/cell.js';
import type { Structure } from '../../src/model/structure.js';
import { crystal, RECIPES } from '../helpers/crystals.js';
import { LATTICE_RECIPES } from '../helpers/lattices.js';
import { PYTHON, scratch } from './peers.js';

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

const recipes = [...RECIPES, ...LATTICE_RECIPES];
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
