import { inverse, rowsTimes } from '../../src/model/cell.js';
import { PhonolinkError } from '../../src/model/errors.js';
import { createStructure, type Structure } from '../../src/model/structure.js';
import { fixed, fixedUnsignedZero } from '../io/fixed.js';
import type { Yaml } from '../io/yaml-value.js';
import type { PhonopyCell } from './file.js';

/**
 * Reads `lattice` and `points` of a cell, in units of `length` A.
 * @throws FormatError
 */
export function readCell(yaml: Yaml, length: number): PhonopyCell {
  const lattice = yaml.get('lattice');
  const cell = lattice.rows(3, 'a lattice vector').map((x) => x * length);
  if (cell.length !== 9) lattice.fail(`${cell.length / 3} lattice vectors`, 'three');
  const points = yaml.find('points') ?? yaml.get('atoms');
  const atoms = points.list('atoms');
  const count = atoms.length;
  const fractional = new Float64Array(3 * count);
  const symbols: string[] = [];
  const masses = new Float64Array(count);
  let withMass = 0;
  const moments: number[] = [];
  const reducedTo = new Int32Array(count);
  let reduced = 0;
  atoms.forEach((atom, i) => {
    const place = atom.find('coordinates') ?? atom.get('position');
    fractional.set(place.vector(3, 'fractional coordinates'), 3 * i);
    symbols.push((atom.find('extended_symbol') ?? atom.get('symbol')).text('a symbol'));
    refuseMixture(atom);
    const mass = atom.find('mass');
    if (mass) {
      masses[i] = mass.real('a mass in u');
      if (!(masses[i] > 0)) mass.fail(`the mass ${masses[i]}`, 'a mass above 0');
      withMass++;
    }
    const moment = atom.find('magnetic_moment');
    if (moment)
      moments.push(...(moment.kind === 'list' ? moment.reals('a moment') : [moment.real('a moment')]));
    const target = atom.find('reduced_to');
    if (target) {
      reducedTo[i] = atomNumber(target, count);
      reduced++;
    }
  });
  const whole = (found: number, name: string) => {
    if (found > 0 && found < count)
      points.fail(`${name} of ${found} of ${count} atoms`, 'one for each, or none');
    return found > 0;
  };
  const hasMasses = whole(withMass, 'masses');
  if (moments.length !== 0 && moments.length !== count && moments.length !== 3 * count)
    points.fail(`${moments.length} numbers of magnetic moments`, `one or three for each of ${count} atoms`);
  let structure: Structure;
  try {
    structure = createStructure({
      symbols,
      positions: rowsTimes(fractional, cell),
      cell,
      periodic: [true, true, true],
      masses: hasMasses ? masses : undefined,
    });
  } catch (error) {
    if (!(error instanceof PhonolinkError)) throw error;
    return yaml.fail(`a cell that makes no sense (${error.message})`, 'a cell with volume, and its atoms');
  }
  return {
    structure,
    ...(moments.length > 0 && { moments: Float64Array.from(moments) }),
    ...(whole(reduced, 'reduced_to') && { reducedTo }),
  };
}

function refuseMixture(atom: Yaml): void {
  const weight = atom.find('weight') ?? atom.find('mixture');
  weight?.fail(
    'a site that several elements share',
    'one element on each site',
    'phonolink has no mixed sites',
  );
}

/** A number of an atom, from 1 in the file and from 0 here. */
export function atomNumber(yaml: Yaml, count: number): number {
  const number = yaml.integer('the number of an atom');
  if (number < 1 || number > count) yaml.fail(`the atom ${number}`, `one of the ${count} atoms`);
  return number - 1;
}

/** The lines of a cell, in units of `length` A; `reducedTo` only where it is asked for. */
export function cellLines({ structure, moments, reducedTo }: PhonopyCell, length = 1): string[] {
  const { count, cell, species, kinds, masses } = structure;
  const fractional = rowsTimes(structure.positions, inverse(cell));
  const lines = ['lattice:'];
  for (let k = 0; k < 3; k++)
    lines.push(`- ${vector(cell.subarray(3 * k), 21, 15, 1 / length)} # ${'abc'[k]}`);
  lines.push('points:');
  for (let i = 0; i < count; i++) {
    const name = species[kinds[i]];
    // phonopy tells sites of one element apart by numbers: Fe1, Fe2.
    const symbol = name.replace(/\d+$/, '');
    lines.push(`- symbol: ${symbol} # ${i + 1}`);
    if (symbol !== name) lines.push(`  extended_symbol: ${name}`);
    lines.push(`  coordinates: ${vector(fractional.subarray(3 * i), 18, 15)}`);
    lines.push(`  mass: ${fixed(masses[i], 0, 6)}`);
    if (reducedTo) lines.push(`  reduced_to: ${reducedTo[i] + 1}`);
    if (moments) {
      const width = moments.length / count;
      const own = Array.from(moments.subarray(i * width, (i + 1) * width), (m) => fixedUnsignedZero(m, 0, 8));
      lines.push(`  magnetic_moment: ${width === 1 ? own[0] : `[${own.join(', ')}]`}`);
    }
  }
  return lines;
}

/** Three numbers in brackets. */
export function vector(v: ArrayLike<number>, width: number, decimals: number, factor = 1): string {
  const numbers = [0, 1, 2].map((c) => fixedUnsignedZero(v[c] * factor, width, decimals));
  return `[ ${numbers.join(', ')} ]`;
}

/** The lattice vectors of the reciprocal cell as rows, [9] 1/length (without 2 pi). */
export function reciprocalRows(cell: Float64Array): Float64Array {
  const columns = inverse(cell);
  return Float64Array.from({ length: 9 }, (_, i) => columns[3 * (i % 3) + Math.floor(i / 3)]);
}
