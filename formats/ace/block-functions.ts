import { PhonolinkError } from '../../src/model/errors.js';
import type { FunctionShape } from '../../src/potentials/ace/basis.js';
import { functionProblem } from '../../src/potentials/ace/check.js';
import { type Couple, completeCoupled } from '../../src/potentials/ace/couplings.js';
import type { AceBond } from '../../src/potentials/ace/parameters.js';
import { words } from '../io/text.js';
import type { Yaml } from '../io/yaml-value.js';
import type { Block } from './blocks.js';
import { checked } from './parts.js';

/** What the functions of a centre are checked against. */
export interface Centre {
  readonly species: readonly string[];
  /** [s * s] */
  readonly bonds: readonly AceBond[];
  readonly densities: number;
}

/** The functions of all blocks of a centre (the number of its species), in the order of the file. */
export function blockFunctions(
  blocks: readonly Block[],
  centre: number,
  of: Centre,
  couple: Couple,
): FunctionShape[] {
  return blocks
    .filter(({ species }) => species[0] === of.species[centre])
    .flatMap((block) => {
      const bonds = of.bonds.slice(centre * of.species.length, (centre + 1) * of.species.length);
      const list = block.node.get('nbody');
      const items = list.kind === 'scalar' && list.text('') === '' ? [] : list.list('functions');
      return items
        .map((item) => ({ item, shape: readShape(item, block, { ...of, bonds }, couple) }))
        .filter(({ item }) => !skipped(item))
        .map(({ shape }) => shape);
    });
}

function skipped(item: Yaml): boolean {
  const skip = item.find('skip');
  if (!skip) return false;
  const word = skip.text('true or false').toLowerCase();
  if (!['true', 'false', 'yes', 'no', 'on', 'off'].includes(word))
    skip.fail(`skip: ${word}`, 'true or false');
  return word === 'true' || word === 'yes' || word === 'on';
}

/** @param of `bonds` [s] of the centre with each species */
function readShape(item: Yaml, block: Block, of: Centre, couple: Couple): FunctionShape {
  const type = item.get('type');
  const [centre, ...neighbours] = words(type.text('the species of a function'));
  if (centre !== block.species[0] || neighbours.some((symbol) => !block.species.includes(symbol)))
    type.fail(`a function of ${[centre, ...neighbours].join(' ')}`, `one of the block ${block.name}`);
  if (neighbours.length === 0) type.fail('a function of no neighbours', 'the centre and its neighbours');
  const coefficients = item.get('c');
  const c =
    coefficients.kind === 'scalar'
      ? [coefficients.real('a coefficient')]
      : coefficients.reals('a coefficient');
  if (c.length !== of.densities)
    coefficients.fail(`${c.length} coefficients`, `${of.densities}, one for each density of ${centre}`);
  const n = small(item.get('nr'), 'nr');
  const nl = item.find('nl');
  const l = nl ? small(nl, 'nl') : neighbours.length === 1 ? [0] : small(item.get('nl'), 'nl');
  for (const [key, numbers] of [
    ['nr', n],
    ['nl', l],
  ] as const)
    if (numbers.length !== neighbours.length)
      item.get(key).fail(`${numbers.length} numbers`, `${neighbours.length}, one for each neighbour`);
  const lint = item.find('lint');
  const shape = {
    species: neighbours.map((symbol) => of.species.indexOf(symbol)),
    n,
    l,
    coupled: coupledOf(item, l, lint ? small(lint, 'lint') : []),
    coefficients: c,
  };
  const bytes = { species: Uint8Array.from(shape.species), n: Uint8Array.from(n), l: Uint8Array.from(l) };
  checked(functionProblem({ ...bytes, m: new Int8Array(0) }, of.bonds), item);
  try {
    couple(shape.l, shape.coupled);
  } catch (error) {
    refuse(error, item);
  }
  return shape;
}

function coupledOf(item: Yaml, l: readonly number[], lint: readonly number[]): number[] {
  try {
    return completeCoupled(l, lint);
  } catch (error) {
    return refuse(error, item);
  }
}

function refuse(error: unknown, item: Yaml): never {
  if (!(error instanceof PhonolinkError)) throw error;
  return item.fail(error.message, 'nl and lint that couple to an invariant function');
}

/** Whole numbers that fit a byte. */
function small(list: Yaml, what: string): number[] {
  const numbers = list.integers(what);
  const outside = numbers.find((x) => x < 0 || x > 255);
  return outside === undefined ? numbers : list.fail(`${outside} in ${what}`, 'numbers from 0 to 255');
}
