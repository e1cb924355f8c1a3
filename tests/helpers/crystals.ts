import { inverse, product, rowsTimes } from '../../src/model/cell.js';
import { createStructure, type Structure, symbolsOf } from '../../src/model/structure.js';
import { askMoyo, rowMajor } from '../../src/symmetry/moyo.js';

export interface Recipe {
  readonly name: string;
  /** Space group, 1 to 230, in spglib's setting of it */
  readonly group: number;
  /** a b c in A, alpha beta gamma in degrees */
  readonly lattice: readonly [number, number, number, number, number, number];
  /** A symbol and the fractional place of one atom of each orbit */
  readonly sites: readonly (readonly [string, number, number, number])[];
}

/** The conventional cell of a recipe: every site repeated by all operations of the space group. */
export function crystal({ group, lattice, sites }: Recipe): Structure {
  const operations = askMoyo((moyo) => moyo.operations_from_number(group, { type: 'Spglib' }, false));
  const symbols: string[] = [];
  const fractional: number[] = [];
  for (const [symbol, ...site] of sites) {
    const orbit: number[][] = [];
    for (const { rotation, translation } of operations) {
      const w = rowMajor(rotation);
      const x = [0, 1, 2].map((k) => {
        const moved = w[3 * k] * site[0] + w[3 * k + 1] * site[1] + w[3 * k + 2] * site[2] + translation[k];
        const rest = moved - Math.floor(moved);
        return 1 - rest < 1e-9 ? 0 : rest;
      });
      const known = orbit.some((y) => y.every((v, k) => Math.abs(v - x[k] - Math.round(v - x[k])) < 1e-6));
      if (!known) orbit.push(x);
    }
    for (const x of orbit) {
      symbols.push(symbol);
      fractional.push(...x);
    }
  }
  const cell = cellOf(lattice);
  return createStructure({ symbols, cell, positions: rowsTimes(fractional, cell) });
}

/** [9] A, rows: a along x, b in the plane of x and y. */
export function cellOf([a, b, c, ...angles]: Recipe['lattice']): Float64Array {
  const exact = (degrees: number) => (degrees === 90 ? 0 : Math.cos((degrees * Math.PI) / 180));
  const [ca, cb, cg] = angles.map(exact);
  const sg = Math.sqrt(1 - cg * cg);
  const cy = (ca - cb * cg) / sg;
  const height = c * Math.sqrt(1 - cb * cb - cy * cy);
  return Float64Array.of(a, 0, 0, b * cg, b * sg, 0, c * cb, c * cy, height);
}

/**
 * The same crystal in another cell of the same lattice or of a smaller one.
 * @param columns [9] (a b c)_new = (a b c)_old times it
 */
export function inCell(structure: Structure, columns: readonly number[]): Structure {
  const cell = product(
    [0, 3, 6, 1, 4, 7, 2, 5, 8].map((i) => columns[i]),
    structure.cell,
  );
  const fractional = rowsTimes(structure.positions, inverse(cell));
  const all = symbolsOf(structure);
  const symbols: string[] = [];
  const kept: number[] = [];
  const near = (x: number) => Math.abs(x - Math.round(x)) < 1e-6;
  for (let i = 0; i < structure.count; i++) {
    const x = [0, 1, 2].map((k) => fractional[3 * i + k] - Math.floor(fractional[3 * i + k] + 1e-9));
    const known = symbols.some(
      (symbol, j) => symbol === all[i] && x.every((v, k) => near(v - kept[3 * j + k])),
    );
    if (known) continue;
    symbols.push(all[i]);
    kept.push(...x);
  }
  return createStructure({ symbols, cell, positions: rowsTimes(kept, cell) });
}

/** Structures of every crystal system and centring, of our own making; some are real prototypes. */
export const RECIPES: readonly Recipe[] = [
  {
    name: 'P1',
    group: 1,
    lattice: [4.1, 4.7, 5.3, 81, 97, 105],
    sites: [
      ['Si', 0.1, 0.2, 0.3],
      ['O', 0.4, 0.7, 0.1],
      ['O', 0.8, 0.35, 0.6],
    ],
  },
  {
    name: 'P-1',
    group: 2,
    lattice: [4.3, 4.9, 5.6, 84, 98, 107],
    sites: [
      ['Ti', 0, 0, 0],
      ['O', 0.21, 0.34, 0.28],
      ['O', 0.41, 0.83, 0.66],
    ],
  },
  {
    name: 'P2_1',
    group: 4,
    lattice: [5.1, 4.2, 6.3, 90, 103, 90],
    sites: [
      ['Zr', 0.11, 0.02, 0.23],
      ['O', 0.42, 0.31, 0.17],
    ],
  },
  {
    name: 'C2/c',
    group: 15,
    lattice: [6.8, 5.9, 5.2, 90, 109, 90],
    sites: [
      ['Cu', 0.25, 0.25, 0],
      ['O', 0, 0.418, 0.25],
    ],
  },
  {
    name: 'Cm',
    group: 8,
    lattice: [6.1, 5.4, 4.3, 90, 99, 90],
    sites: [
      ['Zn', 0.1, 0, 0.2],
      ['S', 0.52, 0, 0.71],
      ['S', 0.27, 0.19, 0.44],
    ],
  },
  {
    name: 'Pnma',
    group: 62,
    lattice: [5.4, 7.6, 5.2, 90, 90, 90],
    sites: [
      ['Ca', 0.03, 0.25, 0.99],
      ['Ti', 0, 0, 0.5],
      ['O', 0.48, 0.25, 0.08],
      ['O', 0.29, 0.04, 0.71],
    ],
  },
  {
    name: 'Cmcm',
    group: 63,
    lattice: [3.3, 8.9, 4.6, 90, 90, 90],
    sites: [
      ['Ga', 0, 0.13, 0.25],
      ['N', 0, 0.41, 0.25],
    ],
  },
  {
    name: 'Amm2',
    group: 38,
    lattice: [3.98, 5.67, 5.69, 90, 90, 90],
    sites: [
      ['Ba', 0, 0, 0],
      ['Ti', 0.5, 0, 0.51],
      ['O', 0, 0, 0.49],
      ['O', 0.5, 0.25, 0.23],
    ],
  },
  {
    name: 'Fddd',
    group: 70,
    lattice: [8.2, 9.7, 6.1, 90, 90, 90],
    sites: [
      ['S', 0.125, 0.125, 0.46],
      ['Sr', 0.125, 0.125, 0.125],
    ],
  },
  {
    name: 'Imma',
    group: 74,
    lattice: [5.5, 7.7, 5.6, 90, 90, 90],
    sites: [
      ['Sr', 0, 0.25, 0.002],
      ['Ru', 0, 0, 0.5],
      ['O', 0.25, 0.03, 0.75],
    ],
  },
  {
    name: 'P-4',
    group: 81,
    lattice: [4.4, 4.4, 5.9, 90, 90, 90],
    sites: [
      ['Al', 0, 0, 0],
      ['P', 0.31, 0.12, 0.27],
    ],
  },
  {
    name: 'rutile',
    group: 136,
    lattice: [4.59, 4.59, 2.96, 90, 90, 90],
    sites: [
      ['Ti', 0, 0, 0],
      ['O', 0.305, 0.305, 0],
    ],
  },
  {
    name: 'I4/mmm',
    group: 139,
    lattice: [3.9, 3.9, 13.1, 90, 90, 90],
    sites: [
      ['La', 0, 0, 0.361],
      ['Cu', 0, 0, 0],
      ['O', 0, 0.5, 0],
      ['O', 0, 0, 0.183],
    ],
  },
  {
    name: 'chalcopyrite',
    group: 122,
    lattice: [5.29, 5.29, 10.42, 90, 90, 90],
    sites: [
      ['Cu', 0, 0, 0],
      ['Fe', 0, 0, 0.5],
      ['S', 0.257, 0.25, 0.125],
    ],
  },
  {
    name: 'quartz',
    group: 152,
    lattice: [4.91, 4.91, 5.4, 90, 90, 120],
    sites: [
      ['Si', 0.47, 0, 0.3333333333333333],
      ['O', 0.41, 0.27, 0.12],
    ],
  },
  {
    name: 'corundum',
    group: 167,
    lattice: [4.76, 4.76, 12.99, 90, 90, 120],
    sites: [
      ['Al', 0, 0, 0.352],
      ['O', 0.306, 0, 0.25],
    ],
  },
  {
    name: 'R3m',
    group: 160,
    lattice: [5.6, 5.6, 6.9, 90, 90, 120],
    sites: [
      ['Ba', 0, 0, 0],
      ['Ti', 0, 0, 0.49],
      ['O', 0.17, 0.83, 0.33],
    ],
  },
  {
    name: 'wurtzite',
    group: 186,
    lattice: [3.25, 3.25, 5.2, 90, 90, 120],
    sites: [
      ['Zn', 0.3333333333333333, 0.6666666666666666, 0],
      ['O', 0.3333333333333333, 0.6666666666666666, 0.381],
    ],
  },
  {
    name: 'hcp',
    group: 194,
    lattice: [3.2, 3.2, 5.2, 90, 90, 120],
    sites: [['Mg', 0.3333333333333333, 0.6666666666666666, 0.25]],
  },
  {
    name: 'P-62m',
    group: 189,
    lattice: [5.8, 5.8, 3.5, 90, 90, 120],
    sites: [
      ['Fe', 0.59, 0, 0.5],
      ['Fe', 0.256, 0, 0],
      ['P', 0, 0, 0.5],
    ],
  },
  {
    name: 'pyrite',
    group: 205,
    lattice: [5.42, 5.42, 5.42, 90, 90, 90],
    sites: [
      ['Fe', 0, 0, 0],
      ['S', 0.384, 0.384, 0.384],
    ],
  },
  { name: 'I-43d', group: 220, lattice: [6.1, 6.1, 6.1, 90, 90, 90], sites: [['Na', 0.06, 0.06, 0.06]] },
  {
    name: 'rocksalt',
    group: 225,
    lattice: [5.69, 5.69, 5.69, 90, 90, 90],
    sites: [
      ['Na', 0, 0, 0],
      ['Cl', 0.5, 0.5, 0.5],
    ],
  },
  {
    name: 'diamond',
    group: 227,
    lattice: [5.43, 5.43, 5.43, 90, 90, 90],
    sites: [['Si', 0, 0, 0]],
  },
  { name: 'bcc', group: 229, lattice: [2.87, 2.87, 2.87, 90, 90, 90], sites: [['Fe', 0, 0, 0]] },
];

export function recipe(name: string): Structure {
  const found = RECIPES.find((entry) => entry.name === name);
  if (!found) throw new Error(`there is no recipe ${name}`);
  return crystal(found);
}

/**
 * A crystal of a space group, of two kinds of atoms in general places, its lattice any that the crystal system allows.
 * @param random uniform numbers in [0, 1)
 */
export function randomCrystal(group: number, random: () => number): Structure {
  const length = () => 4 + 4 * random();
  const angle = () => 75 + 40 * random();
  const [a, b, c] = [length(), length(), length()];
  const site = (symbol: string) => [symbol, random(), random(), random()] as const;
  return crystal({
    name: `${group}`,
    group,
    lattice: latticeOf(group, [a, b, c], [angle(), angle(), angle()]),
    sites: [site('Si'), site('O')],
  });
}

function latticeOf(
  group: number,
  [a, b, c]: readonly [number, number, number],
  [alpha, beta, gamma]: readonly [number, number, number],
): Recipe['lattice'] {
  if (group <= 2) return [a, b, c, alpha, beta, gamma];
  if (group <= 15) return [a, b, c, 90, beta, 90];
  if (group <= 74) return [a, b, c, 90, 90, 90];
  if (group <= 142) return [a, a, c, 90, 90, 90];
  if (group <= 194) return [a, a, c, 90, 90, 120];
  return [a, a, a, 90, 90, 90];
}

/** A structure turned in space by three angles, radians. */
export function turned(structure: Structure, [p, q, r]: readonly [number, number, number]): Structure {
  const z = (t: number) => [Math.cos(t), -Math.sin(t), 0, Math.sin(t), Math.cos(t), 0, 0, 0, 1];
  const x = (t: number) => [1, 0, 0, 0, Math.cos(t), -Math.sin(t), 0, Math.sin(t), Math.cos(t)];
  const rotation = product(product(z(p), x(q)), z(r));
  const positions = rowsTimes(structure.positions, rotation);
  return createStructure({ ...structure, positions, cell: rowsTimes(structure.cell, rotation) });
}
