import type { PairDisplacement, PairDisplacementSet } from '../../src/model/displacements.js';
import type { Yaml } from '../io/yaml-value.js';
import { atomNumber } from './cell.js';
import type { UnitFactors } from './units.js';
import { readAtomDisplacement } from './yaml-displacements.js';

type First = PairDisplacementSet['entries'][number];

/**
 * phono3py's `displacement_pairs`: first displacements, and with each the second ones, either several of an atom in a
 * list (without forces) or one by one with their forces. Supercells are numbered first displacements first.
 * @param info `displacement_pair_info`
 */
export function readPairs(
  yaml: Yaml,
  info: Yaml | undefined,
  count: number,
  factors: UnitFactors,
): PairDisplacementSet {
  const firsts = yaml.list('displacements');
  let lastPair = firsts.length;
  const entries = firsts.map((entry, i): First => {
    const id = i + 1;
    expectId(entry.find('displacement_id'), id);
    const second: PairDisplacement[] = [];
    for (const item of secondItems(entry.find('paired_with') ?? entry.get('second_atoms'))) {
      const many = item.find('displacements');
      const found = many
        ? readGroup(item, many, count, factors, lastPair)
        : [readOne(item, count, factors, lastPair + 1)];
      lastPair += found.length;
      for (const pair of found) second.push(pair);
    }
    return { ...readAtomDisplacement(entry, count, factors), id, second };
  });
  const cutoff = info?.find('cutoff_pair_distance')?.real('the cutoff of pairs');
  const duplicates = info?.find('duplicated_supercell_ids')?.list('pairs of numbers of supercells');
  return {
    kind: 'pairs',
    count,
    ...(cutoff !== undefined && { cutoff: cutoff * factors.length }),
    ...(duplicates && { duplicates: duplicates.map((pair) => duplicate(pair, lastPair)) }),
    entries,
  };
}

/** None where nothing stands behind the key. */
function secondItems(yaml: Yaml): readonly Yaml[] {
  return yaml.kind === 'scalar' && yaml.text('') === '' ? [] : yaml.list('second displacements');
}

function duplicate(pair: Yaml, most: number): readonly [number, number] {
  const [a, b] = pair.vector(2, 'numbers of supercells');
  for (const id of [a, b])
    if (!Number.isInteger(id) || id < 0 || id > most)
      pair.fail(`the supercell ${id}`, `the number of one of ${most} supercells, or 0`);
  return [a, b];
}

function expectId(yaml: Yaml | undefined, id: number): void {
  if (yaml && yaml.integer('the number of a supercell') !== id)
    yaml.fail(
      `the supercell ${yaml.text('a number')}`,
      `number ${id}: they are numbered in the order of the file`,
    );
}

function readOne(item: Yaml, count: number, factors: UnitFactors, id: number): PairDisplacement {
  expectId(item.find('displacement_id'), id);
  return { ...readAtomDisplacement(item, count, factors), ...distanceOf(item, factors), id };
}

function readGroup(
  item: Yaml,
  many: Yaml,
  count: number,
  factors: UnitFactors,
  last: number,
): PairDisplacement[] {
  const atom = atomNumber(item.get('atom'), count);
  const rest = distanceOf(item, factors);
  const rows = many.rows(3, 'a displacement');
  const displacements = factors.length === 1 ? rows : rows.map((x) => x * factors.length);
  const ids = item.find('displacement_ids');
  const numbers = ids?.integers('the number of a supercell');
  return Array.from({ length: rows.length / 3 }, (_, i) => {
    const id = last + i + 1;
    if (numbers && (numbers[i] !== id || numbers.length !== rows.length / 3))
      ids?.fail(`the supercells ${numbers.join(', ')}`, `${rows.length / 3} numbers from ${last + 1} on`);
    return { atom, displacement: displacements.subarray(3 * i, 3 * i + 3), ...rest, id };
  });
}

function distanceOf(item: Yaml, factors: UnitFactors): { distance?: number; included: boolean } {
  const distance = item.find('pair_distance')?.real('the distance of two atoms');
  const included = item.find('included');
  const word = included?.text('true or false').toLowerCase();
  if (word !== undefined && word !== 'true' && word !== 'false') included?.fail(`'${word}'`, 'true or false');
  return {
    ...(distance !== undefined && { distance: distance * factors.length }),
    included: word !== 'false',
  };
}
