import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCpuDevice } from '../../src/device/cpu.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { harmonicDisplacements } from '../../src/lattice/displacements/harmonic.js';
import { pairDisplacements } from '../../src/lattice/displacements/pairs.js';
import { cubicForceConstants } from '../../src/lattice/force-constants/cubic.js';
import { symmetriseCubic } from '../../src/lattice/force-constants/cubic-rules.js';
import { cutCubic, cutHarmonic } from '../../src/lattice/force-constants/cut.js';
import { harmonicForceConstants } from '../../src/lattice/force-constants/harmonic.js';
import { symmetriseHarmonic } from '../../src/lattice/force-constants/harmonic-rules.js';
import { compactRows, fullRows, type RowLayout } from '../../src/lattice/force-constants/rows.js';
import { fitHarmonic } from '../../src/lattice/force-constants/snapshots.js';
import { rowsTimes } from '../../src/model/cell.js';
import type { PairDisplacementSet } from '../../src/model/displacements.js';
import type { PhononCells } from '../../src/model/phonon-cells.js';
import { createStructure } from '../../src/model/structure.js';
import { type CellSymmetry, findCellSymmetry } from '../../src/symmetry/cell-symmetry.js';
import { withHarmonicForces, withPairForces } from '../../src/workflows/displaced-forces.js';
import { potentialForces } from '../../src/workflows/force-source.js';
import { recipe } from '../helpers/crystals.js';
import { pairPotential } from '../helpers/pair-potential.js';
import { DATA, withoutData } from '../helpers/shared-data.js';
import { copy, difference, noise } from '../lattice/force-constants/helpers.js';
import { arrayOf, type ForceConstantsAnswer, inputOf, peerForceConstants } from './force-constants.js';

/** Shown whole where one is too large. */
function expectAll(differences: Differences, tolerance: number): void {
  const over = Object.entries(differences).filter(([, value]) => !(value < tolerance));
  expect(Object.fromEntries(over)).toEqual({});
}

/**
 * Sums of a few thousand products of numbers with 16 digits, divided by displacements: 1e-12 of the largest constant
 * for the second order. The third takes a difference of two forces that agree to a part in 30 and divides by 0.03 A
 * twice, and is a hundred times as inexact at most. The goal is 1e-8.
 */
const HARMONIC = 1e-11;
const CUBIC = 1e-9;

/** The largest difference of each array. */
type Differences = Record<string, number>;

function compareHarmonic(
  answer: ForceConstantsAnswer,
  cells: PhononCells,
  symmetry: CellSymmetry,
  rules = 4,
): Differences {
  const worst: Differences = {};
  for (const [name, layout] of layoutsOf(cells, symmetry)) {
    const set = {
      count: answer.set.count,
      entries: answer.set.entries.map((e) => ({ ...e, ...typed(e) })),
    };
    const fc = harmonicForceConstants(symmetry, set, layout);
    worst[`${name}2`] = difference(fc.values, arrayOf(answer, `${name}2`));
    const cut = copy(fc);
    cutHarmonic(cut, cells.supercell, rules);
    worst[`${name}2_cut`] = difference(cut.values, arrayOf(answer, `${name}2_cut`));
    for (const level of [1, 3]) {
      const symmetric = copy(fc);
      symmetriseHarmonic(symmetric, layout, level, 'phonopy');
      worst[`${name}2_level${level}`] = difference(
        symmetric.values,
        arrayOf(answer, `${name}2_level${level}`),
      );
    }
  }
  return worst;
}

function typed({ displacement, forces }: { displacement: number[]; forces: number[] }) {
  return { displacement: Float64Array.from(displacement), forces: Float64Array.from(forces) };
}

function layoutsOf(cells: PhononCells, symmetry: CellSymmetry): [string, RowLayout][] {
  return [
    ['full', fullRows(cells.supercell.count)],
    ['compact', compactRows(cells, symmetry.translations)],
  ];
}

function compareCubic(
  answer: ForceConstantsAnswer,
  set: PairDisplacementSet,
  cells: PhononCells,
  symmetry: CellSymmetry,
  rules?: number,
): Differences {
  const worst: Differences = {};

  for (const [name, layout] of layoutsOf(cells, symmetry)) {
    const { harmonic, cubic } = cubicForceConstants(symmetry, set, layout);
    worst[`${name}2`] = difference(harmonic.values, arrayOf(answer, `${name}2`));
    worst[`${name}3`] = difference(cubic.values, arrayOf(answer, `${name}3`));
    if (rules === undefined) continue;
    const cut = copy(cubic);
    cutCubic(cut, cells.supercell, rules);
    worst[`${name}3_cut`] = difference(cut.values, arrayOf(answer, `${name}3_cut`));
    for (const level of [1, 3]) {
      const symmetric = copy(cubic);
      symmetriseCubic(symmetric, layout, level, 'phonopy');
      worst[`${name}3_level${level}`] = difference(
        symmetric.values,
        arrayOf(answer, `${name}3_level${level}`),
      );
    }
  }
  return worst;
}

function cellsOf(answer: ForceConstantsAnswer): PhononCells {
  const unit = createStructure({
    symbols: answer.symbols,
    cell: answer.cell,
    positions: rowsTimes(answer.fractional, answer.cell),
  });
  const cells = buildPhononCells(unit, answer.dim, answer.primitive);
  expect(Array.from(cells.primitiveToSuper)).toEqual(answer.p2s);
  expect(Array.from(cells.superToPrimitive)).toEqual(answer.s2p);
  return cells;
}

const STRUCTURES: readonly [string, number[]][] = [
  ['rocksalt', [2, 2, 2]],
  ['diamond', [2, 2, 2]],
  ['wurtzite', [3, 3, 2]],
  ['quartz', [2, 2, 1]],
  ['R3m', [1, 1, 1]],
  ['C2/c', [2, 1, 2]],
  ['P-1', [2, 2, 1]],
  ['P1', [1, 2, 2]],
  ['diamond', [1, 1, -1, 0, 2, 1, 1, 0, 2]],
];

describe('second-order force constants are phonopy’s', () => {
  it.each(STRUCTURES)('%s, supercell %s', async (name, dim) => {
    const cells = buildPhononCells(recipe(name), dim);
    const symmetry = findCellSymmetry(cells.supercell);
    const device = await createCpuDevice({ threads: 1 });
    const source = potentialForces(pairPotential(cells.supercell), device);
    for (const options of [{}, { opposites: 'always' as const }, { diagonal: false }]) {
      const set = await withHarmonicForces(harmonicDisplacements(symmetry, options), cells.supercell, source);
      const answer = peerForceConstants({ ...inputOf(cells), set, rules: 4 });
      expectAll(compareHarmonic(answer, cells, symmetry), HARMONIC);
    }
    await device.close();
  });

  it.skipIf(withoutData).each(['NaCl', 'ZnO'])('%s, forces of first principles', (name) => {
    const folder = join(DATA, 'phonopy', name);
    const answer = peerForceConstants({
      program: 'phonopy',
      yaml: join(folder, 'phonopy_disp.yaml'),
      forces: join(folder, 'FORCE_SETS'),
    });
    const cells = cellsOf(answer);
    expectAll(compareHarmonic(answer, cells, findCellSymmetry(cells.supercell)), HARMONIC);
  });
});

describe('force constants fitted to snapshots are symfc’s', () => {
  const cases: [string, number[], number][] = [
    ['rocksalt', [2, 2, 2], 4],
    ['wurtzite', [2, 2, 2], 10],
    ['C2/c', [1, 1, 2], 20],
    ['P-1', [2, 1, 1], 20],
  ];
  it.each(cases)('%s, supercell %s, %i snapshots', async (name, dim, number) => {
    const cells = buildPhononCells(recipe(name), dim);
    const { count } = cells.supercell;
    const symmetry = findCellSymmetry(cells.supercell);
    const device = await createCpuDevice({ threads: 1 });
    const source = potentialForces(pairPotential(cells.supercell), device);
    const random = noise(0.03);
    const entries = Array.from({ length: number }, () => ({
      displacements: random(new Float64Array(3 * count)),
    }));
    const set = await withHarmonicForces({ kind: 'snapshots', count, entries }, cells.supercell, source);
    await device.close();
    const answer = peerForceConstants({ ...inputOf(cells), set });
    const differences: Differences = {};
    for (const [rows, layout] of layoutsOf(cells, symmetry)) {
      differences[rows] = difference(fitHarmonic(symmetry, set, layout).values, arrayOf(answer, `${rows}2`));
    }
    // Both solve normal equations, which square the condition of the displacements: 1e-10 at the most.
    expectAll(differences, 1e-9);
  });
});

describe('third-order force constants are phono3py’s', () => {
  const cases: [string, number[], number | undefined][] = [
    ['rocksalt', [2, 1, 1], undefined],
    ['diamond', [1, 1, 1], undefined],
    ['diamond', [2, 1, 1], undefined],
    ['wurtzite', [2, 2, 1], undefined],
    ['hcp', [2, 2, 2], 4],
    ['R3m', [1, 1, 1], undefined],
    ['P-1', [1, 2, 1], undefined],
    ['P1', [1, 1, 2], 3],
    ['diamond', [2, 1, 1], 4],
    ['diamond', [1, 1, -1, 0, 2, 1, 1, 0, 2], 3],
  ];
  it.each(cases)('%s, supercell %s, cutoff %s', async (name, dim, cutoff) => {
    const cells = buildPhononCells(recipe(name), dim);
    const symmetry = findCellSymmetry(cells.supercell);
    const device = await createCpuDevice({ threads: 1 });
    const source = potentialForces(pairPotential(cells.supercell), device);
    const set = await withPairForces(pairDisplacements(symmetry, { cutoff }), cells.supercell, source);
    const answer = peerForceConstants({ ...inputOf(cells), set, rules: 3.5 });
    expectAll(compareCubic(answer, set, cells, symmetry, 3.5), CUBIC);
    await device.close();
  });

  it.skipIf(withoutData)('Si, 64 atoms, forces of first principles', () => {
    const folder = join(DATA, 'phono3py', 'Si-PBEsol');
    const answer = peerForceConstants({
      program: 'phono3py',
      yaml: join(folder, 'phono3py_disp.yaml'),
      forces: join(folder, 'FORCES_FC3'),
    });
    const cells = cellsOf(answer);
    const set: PairDisplacementSet = {
      kind: 'pairs',
      count: answer.set.count,
      entries: answer.set.entries.map((first) => ({
        ...first,
        ...typed(first),
        second: first.second.map((second) => ({ ...second, ...typed(second) })),
      })),
    };
    expectAll(compareCubic(answer, set, cells, findCellSymmetry(cells.supercell)), CUBIC);
  });
});
