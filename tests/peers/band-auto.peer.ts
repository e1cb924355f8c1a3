import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { recommendedPath } from '../../src/lattice/harmonic/band-path.js';
import { inverse, rowsTimes } from '../../src/model/cell.js';
import { type Structure, symbolsOf } from '../../src/model/structure.js';
import { crystal, inCell, RECIPES } from '../helpers/crystals.js';
import { LATTICE_RECIPES } from '../helpers/lattices.js';
import { python, scratch } from './peers.js';

/** A cell that is not in the standard setting. */
const CUT = [1, 2, 0, 0, 1, -1, 0, 0, 1];

const all: { name: string; structure: Structure }[] = [...RECIPES, ...LATTICE_RECIPES].flatMap((recipe) => [
  { name: recipe.name, structure: crystal(recipe) },
  { name: `${recipe.name}, cut differently`, structure: inCell(crystal(recipe), CUT) },
]);

interface Answer {
  /** [9] A */
  readonly cell: number[];
  /** [s][2][3] */
  readonly ends: number[][][];
  readonly labels: string[];
  readonly connections: boolean[];
}

/** What --band auto does: the path for its own choice of the primitive cell. */
const SCRIPT = `
import json, sys, warnings
import numpy as np
from phonopy import Phonopy
from phonopy.structure.atoms import PhonopyAtoms
from phonopy.phonon.band_structure import get_band_qpoints_by_seekpath
warnings.simplefilter("ignore")
answers = []
for symbols, cell, fractional in json.load(open(sys.argv[1])):
    unit = PhonopyAtoms(symbols=symbols, cell=np.reshape(cell, (3, 3)), scaled_positions=np.reshape(fractional, (-1, 3)))
    primitive = Phonopy(unit, np.eye(3, dtype=int), primitive_matrix="auto", log_level=0).primitive
    bands, labels, connections = get_band_qpoints_by_seekpath(primitive, 5)
    answers.append({
        "cell": primitive.cell.ravel().tolist(),
        "ends": [[list(map(float, band[0])), list(map(float, band[-1]))] for band in bands],
        "labels": labels,
        "connections": [bool(c) for c in connections],
    })
print(json.dumps(answers))
`;

/** phonopy's labels of a path: each once where one line goes on from the other. */
function joined(lines: readonly { readonly labels: readonly [string, string] }[]) {
  const labels = [lines[0].labels[0]];
  const connections: boolean[] = [];
  lines.forEach(({ labels: [, to] }, k) => {
    const next = lines[k + 1]?.labels[0];
    connections.push(next === to);
    labels.push(to);
    if (next !== undefined && next !== to) labels.push(next);
  });
  return { labels, connections };
}

/** $\\Gamma$, $\\mathrm{X}$, $\\mathrm{H}_{2}$ -> GAMMA, X, H_2 */
const plain = (label: string) =>
  label
    .replace(/\\(Gamma|Sigma|Delta|Lambda)/g, (_, word) => word.toUpperCase())
    .replace(/\\mathrm|[${}]/g, '');

describe("paths beside phonopy's --band auto", () => {
  const file = join(scratch('band-auto'), 'cells.json');
  const input = all.map(({ structure }) => [
    symbolsOf(structure),
    [...structure.cell],
    [...rowsTimes(structure.positions, inverse(structure.cell))],
  ]);
  writeFileSync(file, JSON.stringify(input));
  const answers = python<Answer[]>(SCRIPT, file);
  const kinds = new Set<string>();

  it.each(all.map(({ name, structure }, k) => [name, structure, answers[k]] as const))(
    '%s',
    (_, structure, answer) => {
      const { primitive } = buildPhononCells(structure, [1, 1, 1], 'auto');
      expect(primitive.cell.every((x, k) => Math.abs(x - answer.cell[k]) < 1e-8)).toBe(true);
      const { lattice, lines } = recommendedPath(primitive, 1e-5, 'as they are');
      kinds.add(lattice);
      const { labels, connections } = joined(lines);
      expect(labels).toEqual(answer.labels.map(plain));
      expect(connections).toEqual(answer.connections);
      lines.forEach(({ from, to }, s) => {
        const [first, last] = answer.ends[s];
        const apart = [...from, ...to].map((x, k) => Math.abs(x - [...first, ...last][k]));
        expect(Math.max(...apart)).toBeLessThan(1e-8);
      });
    },
  );

  it('all kinds of lattices occur', () => {
    const wanted =
      'cP1 cP2 cF1 cF2 cI1 tP1 tI1 tI2 oP1 oF1 oF2 oF3 oI1 oI2 oI3 oC1 oC2 oA1 oA2 hP1 hP2 hR1 hR2 mP1 mC1 mC2 mC3 aP2 aP3';
    expect(wanted.split(' ').filter((kind) => !kinds.has(kind))).toEqual([]);
  });
});
