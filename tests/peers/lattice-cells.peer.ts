import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { openStructures } from '../../formats/read.js';
import { poscar } from '../../formats/vasp/poscar.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { type DisplacementOptions, harmonicDisplacements } from '../../src/lattice/displacements/harmonic.js';
import { type PairOptions, pairDisplacements } from '../../src/lattice/displacements/pairs.js';
import { randomDisplacements } from '../../src/lattice/displacements/random.js';
import { primitiveMatrixOf } from '../../src/lattice/primitive-matrix.js';
import { shiftSymmetry } from '../../src/lattice/shift-symmetry.js';
import { uniform } from '../../src/math/random.js';
import { inverse, rowsTimes } from '../../src/model/cell.js';
import { createFrame } from '../../src/model/frame.js';
import { type Structure, symbolsOf, withPositions } from '../../src/model/structure.js';
import { findCellSymmetry } from '../../src/symmetry/cell-symmetry.js';
import { centringMatrix } from '../../src/symmetry/centring.js';
import { meshShift, reduceMesh } from '../../src/symmetry/q-mesh.js';
import { reciprocalOperations } from '../../src/symmetry/q-points.js';
import { findSpaceGroup, operationsIn } from '../../src/symmetry/space-group.js';
import { inCell, RECIPES, randomCrystal, recipe, turned } from '../helpers/crystals.js';
import { writeAll } from '../helpers/formats.js';
import { DATA, withoutData } from '../helpers/shared-data.js';
import { PYTHON, python, scratch } from './peers.js';

interface Case {
  name: string;
  structure: Structure;
  dim: number[];
  primitive: 'auto' | number[];
  pairs: boolean;
}

/** Cells of the same crystal that are not in the standard setting. */
const FORMS = [
  [0, 0, 1, 1, 0, 0, 0, 1, 0],
  [0, 1, 0, 1, 0, 0, 0, 0, -1],
  [1, 1, 0, 0, 1, 0, 0, 0, 1],
  [1, 2, 0, 0, 1, -1, 0, 0, 1],
  [0, 0, 1, 0, 1, 0, -1, 0, 1],
];

/** As phono3py_disp.yaml has them. */
interface ListedPairs {
  atom: number;
  displacement_id: number;
  paired_with: { atom: number; included: boolean; displacements: number[][]; displacement_ids: number[] }[];
}

interface Pairs {
  first: number[][];
  second: number[][];
  duplicates: number[][];
}

interface Answer {
  space_group: string;
  operations: number;
  equivalent: number[];
  wyckoffs: string[];
  primitive_matrix: number[];
  supercell: number[];
  supercell_fractional: number[];
  supercell_symbols: string[];
  s2u: number[];
  primitive: number[];
  primitive_fractional: number[];
  p2s: number[];
  s2p: number[];
  harmonic: Record<string, number[][]>;
  pairs: Record<string, Pairs> | null;
}

/** Shapes that keep the symmetry of a cell and shapes that lower it. */
const DIMS = [
  [1, 1, 1],
  [2, 2, 2],
  [2, 1, 1],
  [1, 3, 2],
  [-1, 1, 1, 1, -1, 1, 1, 1, -1],
  [1, 1, 0, -1, 1, 0, 0, 0, 2],
  [2, 1, 0, 0, 1, 0, 0, 0, 1],
];
/** phono3py's own search is slow in Python: seconds for each case of more atoms. */
const PAIR_ATOMS = 16;

async function references(): Promise<[string, Structure][]> {
  if (withoutData) return [];
  const files = [
    ...['phonopy/NaCl/POSCAR', 'phonopy/ZnO/POSCAR', 'formats/vasp/POSCAR_Al2O3', 'formats/vasp/POSCAR_TiO2'],
    'formats/vasp/POSCAR_Si',
    ...readdirSync(join(DATA, 'phonopy/zoo'))
      .filter((name) => name.startsWith('POSCAR'))
      .map((name) => `phonopy/zoo/${name}`),
  ];
  const read = async (file: string): Promise<[string, Structure]> => {
    for await (const frame of (await openStructures(join(DATA, file))).frames) return [file, frame.structure];
    throw new Error(`${file} holds no structure`);
  };
  return Promise.all(files.map(read));
}

/** Positions as exact as a relaxed structure's: to 1e-6 A, a tenth of the tolerance. */
function inexact(structure: Structure): Structure {
  const random = uniform(structure.count);
  return withPositions(
    structure,
    structure.positions.map((x) => x + 1e-6 * (2 * random() - 1)),
  );
}

async function allCases(): Promise<Case[]> {
  const structures: [string, Structure][] = [
    ...RECIPES.map(({ name }): [string, Structure] => [name, recipe(name)]),
  ];
  structures.push(...(await references()));
  return structures.flatMap(([name, conventional]) => {
    const centring = [...centringMatrix(findSpaceGroup(conventional).centring)];
    const forms: [string, Structure, 'auto' | number[]][] = [
      ['conventional', conventional, 'auto'],
      ['primitive', inCell(conventional, centring), 'auto'],
      ['axes in another order', inCell(conventional, [0, 0, 1, 1, 0, 0, 0, 1, 0]), 'auto'],
      ['axes turned over', inCell(conventional, [0, 1, 0, 1, 0, 0, 0, 0, -1]), 'auto'],
      ['inexact', inexact(conventional), 'auto'],
      ['skewed', inCell(conventional, [1, 1, 0, 0, 1, 0, 0, 0, 1]), 'auto'],
    ];
    return forms.flatMap(([form, structure, primitive]) =>
      DIMS.filter((_, i) => i % 2 === 0 || form === 'conventional' || form === 'primitive')
        .map((dim): Case => {
          const { supercell } = buildPhononCells(structure, dim, 'P');
          const pairs = supercell.count <= PAIR_ATOMS && form === 'conventional';
          return { name: `${name}, ${form}, ${dim.join(' ')}`, structure, dim, primitive, pairs };
        })
        .filter(({ structure: s, dim }) => buildPhononCells(s, dim, 'P').supercell.count <= 130),
    );
  });
}

function described(structure: Structure) {
  return {
    symbols: symbolsOf(structure),
    cell: [...structure.cell],
    fractional: [...rowsTimes(structure.positions, inverse(structure.cell))],
  };
}

function ask(program: string, cases: readonly Case[]): Answer[] {
  const folder = scratch('lattice-cells');
  const [question, answer] = ['cases.json', 'answers.json'].map((name) => join(folder, name));
  const questions = cases.map(({ structure, ...options }) => ({ ...described(structure), ...options }));
  writeFileSync(question, JSON.stringify(questions));
  const script = join(PACKAGE_ROOT, 'tests/peers/lattice_cells.py');
  // What the programs print beside is warnings.
  execFileSync(program, [script, question, answer], { stdio: 'ignore' });
  return JSON.parse(readFileSync(answer, 'utf8'));
}

function expectNear(ours: ArrayLike<number>, theirs: ArrayLike<number>, tolerance: number): void {
  expect(ours.length).toBe(theirs.length);
  for (let i = 0; i < ours.length; i++) expect(Math.abs(ours[i] - theirs[i])).toBeLessThanOrEqual(tolerance);
}

function expectSamePlaces(ours: ArrayLike<number>, theirs: ArrayLike<number>): void {
  const modulo = Array.from(ours, (x, i) => x - theirs[i] - Math.round(x - theirs[i]));
  expectNear(modulo, new Float64Array(ours.length), 1e-9);
}

const HARMONIC: Record<string, DisplacementOptions> = {
  default: {},
  nodiag: { diagonal: false },
  pm: { opposites: 'always' },
  plus: { opposites: 'never' },
};
const PAIRS: Record<string, PairOptions> = {
  default: {},
  nodiag: { diagonal: false },
  pm: { opposites: 'always' },
  cutoff: { cutoff: 3.1 },
};

/** 1e-12 A: displacements of 0.01 A from cells of some 50 A known to 1e-14 of that. */
function compare({ structure, dim, primitive }: Case, answer: Answer): void {
  const cells = buildPhononCells(structure, dim, primitive);
  const { supercell } = cells;
  expectNear(cells.primitiveMatrix, answer.primitive_matrix, 1e-9);
  expectNear(supercell.cell, answer.supercell, 1e-9);
  expectSamePlaces(rowsTimes(supercell.positions, inverse(supercell.cell)), answer.supercell_fractional);
  expect(symbolsOf(supercell)).toEqual(answer.supercell_symbols);
  expect([...cells.superToUnit]).toEqual(answer.s2u);
  expectNear(cells.primitive.cell, answer.primitive, 1e-9);
  expectSamePlaces(
    rowsTimes(cells.primitive.positions, inverse(cells.primitive.cell)),
    answer.primitive_fractional,
  );
  expect([...cells.primitiveToSuper]).toEqual(answer.p2s);
  expect([...cells.superToPrimitive]).toEqual(answer.s2p);

  const symmetry = findCellSymmetry(supercell);
  const { symbol, number, wyckoffs } = symmetry.spaceGroup!;
  expect(`${symbol} (${number})`).toBe(answer.space_group);
  // Where the standard setting leaves a choice of the origin, letters change places: 4a and 4b of rock salt.
  const letters = new Set(wyckoffs.map((letter, i) => `${letter} ${answer.wyckoffs[i]}`));
  expect(letters.size).toBe(new Set(wyckoffs).size);
  expect(letters.size).toBe(new Set(answer.wyckoffs).size);
  expect(symmetry.operations.length * symmetry.translations.length).toBe(answer.operations);
  expect([...symmetry.equivalent]).toEqual(answer.equivalent);

  const sets = Object.entries(HARMONIC).map(
    ([name, options]) => [name, harmonicDisplacements(symmetry, options)] as const,
  );
  for (const [name, { entries }] of [
    ...sets,
    ['nosym', harmonicDisplacements(shiftSymmetry(cells))] as const,
  ]) {
    const theirs = answer.harmonic[name];
    expect(entries.map(({ atom }) => atom)).toEqual(theirs.map(([atom]) => atom));
    expectNear(
      entries.flatMap(({ displacement }) => [...displacement]),
      theirs.flatMap((row) => row.slice(1)),
      1e-12,
    );
  }
  for (const [name, options] of Object.entries(answer.pairs ? PAIRS : {})) {
    const theirs = answer.pairs![name];
    const { entries, duplicates } = pairDisplacements(symmetry, options);
    const second = entries.flatMap((entry) => entry.second);
    expect(entries.map(({ atom, id }) => [atom, id])).toEqual(theirs.first.map((row) => row.slice(0, 2)));
    expectNear(
      entries.flatMap(({ displacement }) => [...displacement]),
      theirs.first.flatMap((row) => row.slice(2)),
      1e-12,
    );
    expect(second.map(({ atom, id, included }) => [atom, id, included ? 1 : 0])).toEqual(
      theirs.second.map((row) => row.slice(0, 3)),
    );
    expectNear(
      second.flatMap(({ displacement }) => [...displacement]),
      theirs.second.flatMap((row) => row.slice(4)),
      1e-12,
    );
    // phono3py takes the first of the images that are within 1e-5 A of the nearest.
    expectNear(
      second.map(({ distance }) => distance!),
      theirs.second.map((row) => row[3]),
      1e-5,
    );
    expect(duplicates).toEqual(theirs.duplicates);
  }
}

/** Debian's phonopy is one of version 2. */
const OLD_PYTHON = '/usr/bin/python3';
const hasOld = spawnSync(OLD_PYTHON, ['-c', 'import phonopy']).status === 0;

describe('cells, symmetry and displacement sets', () => {
  it('are those of phonopy and phono3py 4', async () => {
    const cases = await allCases();
    const answers = ask(PYTHON, cases);
    const failed = cases.filter((entry, i) => !agrees(entry, answers[i])).map(({ name }) => name);
    expect(failed).toEqual([]);
    expect(cases.filter(({ pairs }) => pairs).length).toBeGreaterThan(12);
  });

  it.skipIf(!hasOld)('are those of phonopy 2', async () => {
    const cases = (await allCases()).filter(({ name }) => / (conventional|primitive),/.test(name));
    const answers = ask(OLD_PYTHON, cases);
    const failed = cases.filter((entry, i) => !agrees(entry, answers[i])).map(({ name }) => name);
    expect(failed).toEqual([]);
  });

  it('are in the files that the commands write', async () => {
    for (const [name, dim] of [
      ['rutile', [2, 1, 1]],
      ['corundum', [1, 1, 1]],
      ['C2/c', [1, 2, 1]],
    ] as const) {
      const folder = scratch('phonopy-init');
      const frame = createFrame(recipe(name));
      writeFileSync(join(folder, 'POSCAR'), (await writeAll(poscar, [frame])).text);
      const bin = join(PYTHON, '..');
      const options = { cwd: folder, encoding: 'utf8' } as const;
      const args = ['-d', '--dim', dim.join(' '), '-c', 'POSCAR'];
      execFileSync(join(bin, 'phonopy-init'), args, options);
      execFileSync(join(bin, 'phono3py-init'), [...args, '--cutoff-pair', '3.1'], options);
      const cells = buildPhononCells(recipe(name), dim);
      const symmetry = findCellSymmetry(cells.supercell);
      const harmonic = parse(readFileSync(join(folder, 'phonopy_disp.yaml'), 'utf8')).displacements;
      const { entries } = harmonicDisplacements(symmetry);
      expect(entries.map(({ atom }) => atom + 1)).toEqual(harmonic.map((d: { atom: number }) => d.atom));
      // The file has 16 decimals of numbers that ours differ from by rounding.
      expectNear(
        entries.flatMap((e) => [...e.displacement]),
        harmonic.flatMap((d: { displacement: number[] }) => d.displacement),
        1e-12,
      );
      const listed: ListedPairs[] = parse(
        readFileSync(join(folder, 'phono3py_disp.yaml'), 'utf8'),
      ).displacement_pairs;
      const pairs = pairDisplacements(symmetry, { cutoff: 3.1 }).entries;
      expect(pairs.map(({ atom, id }) => [atom + 1, id])).toEqual(
        listed.map((d) => [d.atom, d.displacement_id]),
      );
      const second = pairs.flatMap((first) => first.second);
      const theirs = listed.flatMap((d) =>
        d.paired_with.flatMap((pair) => pair.displacement_ids.map((id) => [pair.atom, pair.included, id])),
      );
      expect(second.map(({ atom, included, id }) => [atom + 1, included, id])).toEqual(theirs);
      expectNear(
        second.flatMap((e) => [...e.displacement]),
        listed.flatMap((d) => d.paired_with.flatMap((pair) => pair.displacements.flat())),
        1e-12,
      );
    }
  });
});

const PRIMITIVE_MATRICES = `
import json, sys
import numpy as np
from phonopy.structure.atoms import PhonopyAtoms
from phonopy.structure.cells import guess_primitive_matrix
print(json.dumps([
    guess_primitive_matrix(PhonopyAtoms(
        symbols=case["symbols"],
        cell=np.reshape(case["cell"], (3, 3)),
        scaled_positions=np.reshape(case["fractional"], (-1, 3)),
    )).ravel().tolist()
    for case in json.load(open(sys.argv[1]))
]))
`;

describe('primitive axes', () => {
  it("are phonopy's auto for each of the 230 space groups, however the cell is cut and turned", () => {
    const random = uniform(7);
    const cases = Array.from({ length: 230 }, (_, i) => randomCrystal(i + 1, random)).flatMap(
      (conventional) => {
        const centring = [...centringMatrix(findSpaceGroup(conventional).centring)];
        const inSpace = turned(conventional, [6 * random(), 6 * random(), 6 * random()]);
        return [conventional, inSpace].flatMap((structure) => [
          structure,
          inCell(structure, centring),
          ...FORMS.map((columns) => inCell(structure, columns)),
        ]);
      },
    );
    const path = join(scratch('primitive-axes'), 'cases.json');
    writeFileSync(path, JSON.stringify(cases.map(described)));
    const theirs = python<number[][]>(PRIMITIVE_MATRICES, path);
    const different = cases.filter((structure, i) =>
      primitiveMatrixOf(structure, 'auto', 1e-5).some((x, k) => Math.abs(x - theirs[i][k]) > 1e-6),
    );
    expect(different.map((structure) => findSpaceGroup(structure).number)).toEqual([]);
  });
});

const MESHES = `
import json, sys, warnings
import numpy as np
from phonopy.phonon.grid import get_ir_qpoints_and_weights
from phonopy.structure.atoms import PhonopyAtoms
from phonopy.structure.symmetry import Symmetry
warnings.simplefilter("ignore")
out = []
for case in json.load(open(sys.argv[1])):
    cell = PhonopyAtoms(
        symbols=case["symbols"],
        cell=np.reshape(case["cell"], (3, 3)),
        scaled_positions=np.reshape(case["fractional"], (-1, 3)),
    )
    q, w = get_ir_qpoints_and_weights(case["mesh"], cell.cell, Symmetry(cell), is_gamma_center=case["gamma"])
    out.append([q.ravel().tolist(), w.tolist()])
print(json.dumps(out))
`;

describe('irreducible meshes', () => {
  it("are phonopy's where the mesh has the crystal's symmetry", () => {
    const cases = RECIPES.flatMap(({ name }) => {
      const conventional = recipe(name);
      const { cells, operations } = primitiveOf(conventional);
      return [
        { mesh: [4, 4, 4], gamma: true },
        { mesh: [5, 5, 5], gamma: true },
        { mesh: [4, 4, 3], gamma: false },
        { mesh: [3, 3, 2], gamma: true },
      ].flatMap(({ mesh, gamma }) => {
        const ours = reduceMesh(mesh, operations, meshShift(mesh, { gammaCentred: gamma }));
        // phonopy falls back to time reversal alone where any operation does not keep the mesh; we keep the others.
        return ours.operations.length < operations.length
          ? []
          : [{ primitive: cells.primitive, mesh, gamma, ours }];
      });
    });
    expect(cases.length).toBeGreaterThan(40);
    const path = join(scratch('meshes'), 'cases.json');
    writeFileSync(
      path,
      JSON.stringify(cases.map(({ primitive, mesh, gamma }) => ({ ...described(primitive), mesh, gamma }))),
    );
    const theirs = python<[number[], number[]][]>(MESHES, path);
    cases.forEach(({ ours }, i) => {
      const [points, weights] = theirs[i];
      expect([...ours.weights]).toEqual(weights);
      expectSamePlaces(ours.points, points);
    });
  });
});

const RANDOM = `
import json
from phonopy.harmonic.displacement import get_random_displacements_dataset as draw
print(json.dumps([
    draw(4, 7, 0.03, random_seed=11).ravel().tolist(),
    draw(4, 7, 0.03, random_seed=11, is_plusminus=True).ravel().tolist(),
    draw(30, 100, 0.01, random_seed=2147483659, max_distance=0.1).ravel().tolist(),
    draw(30, 100, 0.01, random_seed=0, max_distance=0.1, distance_sampling="atom").ravel().tolist(),
]))
`;
const OLD_RANDOM = `
import json
from phonopy.harmonic.displacement import get_random_displacements_dataset as draw
print(json.dumps([draw(30, 0.03, 100, random_seed=11).ravel().tolist()]))
`;

describe('random displacements', () => {
  const flat = (...[count, snapshots, options]: Parameters<typeof randomDisplacements>) =>
    randomDisplacements(count, snapshots, options).entries.flatMap(({ displacements }) => [...displacements]);

  it("are phonopy 4's from the same seed", () => {
    const theirs = python<number[][]>(RANDOM);
    const range = { distance: 0.01, greatest: 0.1 };
    const ours = [
      flat(7, 4, { seed: 11, distance: 0.03 }),
      flat(7, 4, { seed: 11, distance: 0.03, opposites: true }),
      flat(100, 30, { seed: 2147483659, ...range }),
      flat(100, 30, { seed: 0, ...range, drawn: 'atom' }),
    ];
    ours.forEach((values, i) => {
      expectNear(values, theirs[i], 1e-15);
    });
  });

  it.skipIf(!hasOld)("are phonopy 2's from the same seed", () => {
    const output = execFileSync(OLD_PYTHON, ['-c', OLD_RANDOM], { encoding: 'utf8' });
    expectNear(flat(100, 30, { seed: 11, distance: 0.03, like: 'phonopy 2' }), JSON.parse(output)[0], 1e-15);
  });
});

/** The primitive cell that phonopy takes and the operations on its q points. */
function primitiveOf(conventional: Structure) {
  const cells = buildPhononCells(conventional, [1, 1, 1]);
  const group = findSpaceGroup(cells.primitive);
  const rotations = operationsIn(group, cells.primitive.cell).map(({ rotation }) => rotation);
  return { cells, operations: reciprocalOperations(rotations) };
}

function agrees(entry: Case, answer: Answer): boolean {
  try {
    compare(entry, answer);
    return true;
  } catch (error) {
    console.error(`${entry.name}: ${error instanceof Error ? error.message : error}`);
    return false;
  }
}
