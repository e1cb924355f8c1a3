import { rowsTimes } from '../../src/model/cell.js';
import type { TextReader } from '../io/text.js';
import type { DumpBox } from './dump-header.js';
import { type Table, vectorsOf } from './rows.js';

/** How a dump gives one coordinate. */
interface Axis {
  column: number;
  /** A fraction of the box: xs, xsu */
  scaled: boolean;
  /** Images are in it already: xu, xsu */
  unwrapped: boolean;
}

/** Names of a coordinate, the unwrapped ones first: those need no image flags. */
const NAMES = [
  { suffix: 'u', scaled: false, unwrapped: true },
  { suffix: 'su', scaled: true, unwrapped: true },
  { suffix: '', scaled: false, unwrapped: false },
  { suffix: 's', scaled: true, unwrapped: false },
];

/**
 * Unwrapped Cartesian positions [3n] in the file's units and the order of the table, from x, xs, xu or xsu in any mix,
 * and image flags where the coordinates are wrapped; `used` gathers the columns that went in.
 */
export function positionsOf(
  table: Table,
  names: readonly string[],
  box: DumpBox,
  used: Set<string>,
  text: TextReader,
): Float64Array {
  const { cell, origin } = box;
  const axes = ['x', 'y', 'z'].map((axis) => axisOf(axis, names, used, text));
  const tilted = [1, 2, 3, 5, 6, 7].some((k) => cell[k] !== 0);
  const uniform = (key: 'scaled' | 'unwrapped') => axes.every((axis) => axis[key] === axes[0][key]);
  if (tilted && !uniform('unwrapped')) {
    text.fail(
      'wrapped and unwrapped coordinates side by side in a tilted box',
      'x y z, xu yu zu, xs ys zs or xsu ysu zsu',
    );
  }
  if (box.general && !uniform('scaled'))
    text.fail('scaled and other coordinates side by side in a general box', 'x y z or xs ys zs');
  const given = vectorsOf(
    table,
    axes.map((axis) => axis.column),
  );
  const positions = uniform('scaled') && axes[0].scaled ? fromScaled(given, cell, origin) : given;
  if (!uniform('scaled')) fromMixed(positions, axes, cell, origin);

  const flags = ['ix', 'iy', 'iz'].map((name, k) => (axes[k].unwrapped ? -1 : names.indexOf(name)));
  flags.forEach((column, k) => {
    if (column >= 0) used.add(['ix', 'iy', 'iz'][k]);
  });
  if (flags.some((column) => column >= 0)) addImages(positions, table, flags, cell);
  return positions;
}

function axisOf(axis: string, names: readonly string[], used: Set<string>, text: TextReader): Axis {
  for (const { suffix, scaled, unwrapped } of NAMES) {
    const name = axis + suffix;
    const column = names.indexOf(name);
    if (column < 0) continue;
    used.add(name);
    return { column, scaled, unwrapped };
  }
  return text.fail(
    `the columns ${names.join(' ')}`,
    `a coordinate ${axis}, ${axis}s, ${axis}u or ${axis}su among them`,
  );
}

function fromScaled(scaled: Float64Array, cell: Float64Array, origin: Float64Array): Float64Array {
  const out = rowsTimes(scaled, cell);
  for (let i = 0; i < out.length; i += 3) {
    out[i] += origin[0];
    out[i + 1] += origin[1];
    out[i + 2] += origin[2];
  }
  return out;
}

/** In LAMMPS's frame z needs only zs, y only ys and zs: from z up, each coordinate gives its fraction or takes it. */
function fromMixed(positions: Float64Array, axes: Axis[], cell: Float64Array, origin: Float64Array): void {
  const fraction = [0, 0, 0];
  for (let i = 0; i < positions.length; i += 3) {
    for (let k = 2; k >= 0; k--) {
      let base = origin[k];
      for (let j = k + 1; j < 3; j++) base += fraction[j] * cell[3 * j + k];
      if (axes[k].scaled) {
        fraction[k] = positions[i + k];
        positions[i + k] = base + fraction[k] * cell[4 * k];
      } else {
        fraction[k] = (positions[i + k] - base) / cell[4 * k];
      }
    }
  }
}

function addImages(positions: Float64Array, table: Table, flags: number[], cell: Float64Array): void {
  const { values, columns, rows } = table;
  for (let k = 0; k < 3; k++) {
    if (flags[k] < 0) continue;
    const [x, y, z] = cell.subarray(3 * k, 3 * k + 3);
    for (let i = 0; i < rows; i++) {
      const image = values[i * columns + flags[k]];
      if (image === 0) continue;
      positions[3 * i] += image * x;
      positions[3 * i + 1] += image * y;
      positions[3 * i + 2] += image * z;
    }
  }
}
