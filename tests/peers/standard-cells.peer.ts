import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { runPhonopy } from '../../compat/commands/phonopy.js';
import { uniform } from '../../src/math/random.js';
import { inverse, rowsTimes } from '../../src/model/cell.js';
import { type Structure, symbolsOf, withPositions } from '../../src/model/structure.js';
import { operationsInHallOrder } from '../../src/symmetry/axes/hall-order.js';
import { standardise } from '../../src/symmetry/axes/standard-cell.js';
import { askMoyo } from '../../src/symmetry/moyo.js';
import { crystal, inCell, RECIPES, randomCrystal, turned } from '../helpers/crystals.js';
import { DATA, withoutData } from '../helpers/shared-data.js';
import { PYTHON, python, scratch } from './peers.js';

/** Cells of the same crystal that are not in the standard setting. */
const FORMS = [
  [1, 0, 0, 0, 1, 0, 0, 0, 1],
  [0, 0, 1, 1, 0, 0, 0, 1, 0],
  [0, 1, 0, 1, 0, 0, 0, 0, -1],
  [1, 1, 0, 0, 1, 0, 0, 0, 1],
  [1, 2, 0, 0, 1, -1, 0, 0, 1],
  [0, 0, 1, 0, 1, 0, -1, 0, 1],
];

/** The crystal with its origin elsewhere. */
function shifted(structure: Structure): Structure {
  const by = rowsTimes([0.137, 0.411, 0.283], structure.cell);
  return withPositions(
    structure,
    structure.positions.map((x, k) => x + by[k % 3]),
  );
}

interface Named {
  readonly name: string;
  readonly structure: Structure;
}

function everything(): Named[] {
  const random = uniform(7);
  const recipes = RECIPES.flatMap((recipe) =>
    FORMS.flatMap((form, f) => {
      const structure = inCell(crystal(recipe), form);
      const name = `${recipe.name}, cell ${f}`;
      return [
        { name, structure },
        { name: `${name}, origin elsewhere`, structure: shifted(structure) },
        { name: `${name}, turned`, structure: turned(structure, [0.3, 0.4, 0.5]) },
      ];
    }),
  );
  const groups = Array.from({ length: 230 }, (_, g) => {
    const structure = randomCrystal(g + 1, random);
    return [
      { name: `group ${g + 1}`, structure },
      {
        name: `group ${g + 1}, cell ${g % 6}, origin elsewhere`,
        structure: shifted(inCell(structure, FORMS[g % 6])),
      },
    ];
  });
  return [...recipes, ...groups.flat()];
}

interface Refined {
  readonly cell: number[];
  readonly fractional: number[];
  readonly kinds: number[];
}

const REFINE = `
import json, sys
import numpy as np
import spglib
answers = []
for cell, fractional, kinds in json.load(open(sys.argv[1])):
    lattice, places, numbers = spglib.refine_cell((np.reshape(cell, (3, 3)), np.reshape(fractional, (-1, 3)), kinds), 1e-5)
    answers.append({"cell": lattice.ravel().tolist(), "fractional": places.ravel().tolist(), "kinds": numbers.tolist()})
print(json.dumps(answers))
`;

const DATABASE = `
import json
import spglib
answers = {}
for hall in range(1, 531):
    number = spglib.get_spacegroup_type(hall).number
    if number not in {a["number"] for a in answers.values()}:
        found = spglib.get_symmetry_from_database(hall)
        answers[hall] = {
            "number": number,
            "rotations": found["rotations"].reshape(-1, 9).tolist(),
            "translations": found["translations"].tolist(),
        }
print(json.dumps(answers))
`;

describe("standard cells beside spglib's", () => {
  it('have the same axes, origin and order of atoms, in all space groups and many cells', () => {
    const cases = everything();
    const file = join(scratch('standard'), 'cells.json');
    const input = cases.map(({ structure: { cell, positions, kinds } }) => [
      [...cell],
      [...rowsTimes(positions, inverse(cell))],
      [...kinds].map((kind) => kind + 1),
    ]);
    writeFileSync(file, JSON.stringify(input));
    const answers = python<Refined[]>(REFINE, file);
    const differing = cases.filter(({ structure }, i) => {
      const ours = standardise(structure).structure;
      const theirs = answers[i];
      const fractional = rowsTimes(ours.positions, inverse(ours.cell));
      // Places come of numbers with 16 digits, combined a few times over.
      const same =
        theirs.kinds.length === ours.count &&
        theirs.kinds.every((kind, a) => kind === ours.kinds[a] + 1) &&
        theirs.cell.every((x, k) => Math.abs(x - ours.cell[k]) < 1e-8) &&
        theirs.fractional.every((x, k) => {
          const apart = x - fractional[k];
          return Math.abs(apart - Math.round(apart)) < 1e-8;
        });
      return !same;
    });
    expect(differing.map(({ name }) => name)).toEqual([]);
    expect(cases.length).toBeGreaterThan(900);
  });

  it("operations come in the order of spglib's tables", () => {
    const answers =
      python<Record<string, { number: number; rotations: number[][]; translations: number[][] }>>(DATABASE);
    const key = (rotation: ArrayLike<number>, translation: ArrayLike<number>) =>
      [...Array.from(rotation), ...Array.from(translation, (x) => Math.round(24 * x) % 24)].join();
    const differing = Object.entries(answers).filter(([hall, { rotations, translations }]) => {
      const ours = operationsInHallOrder(askMoyo((moyo) => moyo.hall_symbol_entry(Number(hall))).hall_symbol);
      const theirs = rotations.map((rotation, i) => key(rotation, translations[i]));
      return ours.some((o, i) => key(o.rotation, o.translation) !== theirs[i]);
    });
    // In Fdd2 the two shifts of one glide come the other way round.
    expect(differing.map(([, { number }]) => number)).toEqual([43]);
  });
});

function poscar(structure: Structure): string {
  const symbols = symbolsOf(structure);
  const species = [...new Set(symbols)];
  const order = species.flatMap((s) => symbols.flatMap((symbol, i) => (symbol === s ? [i] : [])));
  const fractional = rowsTimes(structure.positions, inverse(structure.cell));
  const row = (values: ArrayLike<number>, k: number) =>
    [0, 1, 2].map((c) => values[3 * k + c].toFixed(16)).join(' ');
  return [
    'a crystal',
    '1.0',
    ...[0, 1, 2].map((k) => row(structure.cell, k)),
    species.join(' '),
    species.map((s) => symbols.filter((symbol) => symbol === s).length).join(' '),
    'Direct',
    ...order.map((i) => row(fractional, i)),
    '',
  ].join('\n');
}

const OLD = '/usr/bin/phonopy';
const hasOld = spawnSync(OLD, ['--help'], { encoding: 'utf8' }).status === 0;

const zoo = !withoutData
  ? ['P-3m1', 'P-42_1m', 'P4mm', 'P6_222', 'Pa-3'].map((name) => ({
      name,
      text: readFileSync(join(DATA, 'phonopy/zoo', `POSCAR_${name}`), 'utf8'),
    }))
  : [];
const files = [
  ...RECIPES.map((recipe, r) => ({
    name: recipe.name,
    text: poscar(r % 2 === 0 ? shifted(inCell(crystal(recipe), FORMS[r % 6])) : crystal(recipe)),
  })),
  ...zoo,
];

/** What phonopy and phonolink print, and the files that they leave. */
async function symmetryOf(text: string, version: 2 | 4) {
  const [theirs, ours] = [scratch('symmetry-theirs'), scratch('symmetry-ours')];
  for (const folder of [theirs, ours]) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'POSCAR'), text);
  }
  const program = version === 2 ? OLD : join(dirname(PYTHON), 'phonopy-init');
  const printed = execFileSync(program, ['--symmetry'], { cwd: theirs, encoding: 'utf8', stdio: 'pipe' });
  let own = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    own += chunk;
    return true;
  });
  await runPhonopy(['--symmetry', '--compat', String(version)], { folder: ours });
  write.mockRestore();
  return { theirs, ours, printed, own };
}

const yamlOf = (text: string) => text.split('\n').filter((line) => line && !/^#|^phonopy_version/.test(line));

/** Numbers and words behind the first line. */
const wordsOf = (path: string) =>
  readFileSync(path, 'utf8').split('\n').slice(1).join(' ').split(/\s+/).filter(Boolean);

describe.each([4, 2] as const)('--symmetry beside phonopy %d', (version) => {
  it.skipIf(version === 2 && !hasOld).each(files)('$name', async ({ text }) => {
    const { theirs, ours, printed, own } = await symmetryOf(text, version);
    expect(yamlOf(own)).toEqual(yamlOf(printed));
    const names = version === 4 ? ['BPOSCAR', 'PPOSCAR', 'phonopy_symcells.yaml'] : ['BPOSCAR', 'PPOSCAR'];
    expect(readdirSync(ours).sort()).toEqual([...names, 'POSCAR'].sort());
    for (const name of ['BPOSCAR', 'PPOSCAR']) {
      const [a, b] = [wordsOf(join(ours, name)), wordsOf(join(theirs, name))];
      expect(a).toHaveLength(b.length);
      const differing = a.filter((word, k) => {
        const apart = Number(word) - Number(b[k]);
        // Places on the border of the cell come out on either side of it by their last digit.
        const isNear = Math.abs(apart) < 1e-9 || (word.includes('.') && Math.abs(Math.abs(apart) - 1) < 1e-9);
        return word !== b[k] && !isNear;
      });
      expect({ name, differing }).toEqual({ name, differing: [] });
    }
  });
});
