import { describe, expect, it } from 'vitest';
import { uniform } from '../../src/math/random.js';
import { rowsTimes } from '../../src/model/cell.js';
import { createStructure, type Structure } from '../../src/model/structure.js';
import { findSpaceGroup } from '../../src/symmetry/space-group.js';
import { createSymmetriser } from '../../src/symmetry/symmetriser.js';
import { repeated } from '../contract/structures.js';
import { crystal, inCell, RECIPES, recipe } from '../helpers/crystals.js';

/** Atoms moved by up to `most` along each axis, the cell strained by as much over its length. */
function shaken(structure: Structure, most: number, seed = 1): Structure {
  const next = uniform(seed);
  const strain = [1, 0, 0, 0, 1, 0, 0, 0, 1].map((x) => x + (most / 8) * (2 * next() - 1));
  const positions = rowsTimes(structure.positions, strain).map((x) => x + most * (2 * next() - 1));
  return createStructure({ ...structure, positions, cell: rowsTimes(structure.cell, strain) });
}

function random(n: number, seed = 5): Float64Array {
  const next = uniform(seed);
  return Float64Array.from({ length: n }, () => next() - 0.5);
}

const CELLS: Readonly<Record<string, (structure: Structure) => Structure>> = {
  conventional: (structure) => structure,
  // Its shape lowers the symmetry of most lattices.
  'twice as long': (structure) => repeated(structure, [2, 1, 1]),
  skewed: (structure) => inCell(structure, [1, 1, 0, 0, 1, -1, 0, 0, 1]),
};

describe.each(RECIPES.map((entry) => [entry.name, entry] as const))('%s', (_name, entry) => {
  it.each(Object.entries(CELLS))('shaken, %s: is made exact', (_cell, made) => {
    const exact = made(crystal(entry));
    const found = createSymmetriser(shaken(exact, 1e-4), 1e-3);
    expect(found.spaceGroup.number).toBe(entry.group);
    // Places of up to 20 A to rounding errors
    expect(findSpaceGroup(found.structure, 1e-10).number).toBe(entry.group);
    const { positions, cell } = found.structure;
    for (const [k, x] of positions.entries()) expect(Math.abs(x - exact.positions[k])).toBeLessThan(2e-3);
    for (const [k, x] of cell.entries()) expect(Math.abs(x - exact.cell[k])).toBeLessThan(2e-3);
  });
});

describe('projection', () => {
  it.each(['rutile', 'quartz', 'diamond', 'P1', 'C2/c'])('%s: keeps what it has kept', (name) => {
    const { project, structure } = createSymmetriser(recipe(name));
    const once = project(random(3 * structure.count));
    const twice = project(once);
    for (const [k, x] of twice.entries()) expect(Math.abs(x - once[k])).toBeLessThan(1e-14);
  });

  it('leaves nothing of forces in diamond, and all of them in P1', () => {
    const { project, structure } = createSymmetriser(recipe('diamond'));
    for (const x of project(random(3 * structure.count))) expect(Math.abs(x)).toBeLessThan(1e-14);
    const low = createSymmetriser(recipe('P1'));
    const forces = random(3 * low.structure.count);
    for (const [k, x] of low.project(forces).entries()) expect(Math.abs(x - forces[k])).toBeLessThan(1e-15);
  });

  it('leaves places symmetric along whatever it has projected', () => {
    const { project, structure } = createSymmetriser(recipe('Pnma'));
    const moved = project(random(3 * structure.count)).map((x, k) => structure.positions[k] + 0.3 * x);
    expect(moved.some((x, k) => Math.abs(x - structure.positions[k]) > 0.01)).toBe(true);
    expect(findSpaceGroup(createStructure({ ...structure, positions: moved }), 1e-9).number).toBe(62);
  });
});
