import { type Column, createFrame, type Frame, isPerAtom, type Labels } from './frame.js';
import { createStructure } from './structure.js';

/** The frame with atom `order[i]` of the old one as its atom i; everything that belongs to an atom goes with it. */
export function permuted(frame: Frame, order: Uint32Array): Frame {
  const { structure, labels, velocities } = frame;
  const n = structure.count;
  const moved = (data: Float64Array): Float64Array => gather(data, order, n > 0 ? data.length / n : 0);
  const newLabels: Labels = { ...labels };
  for (const [key, value] of Object.entries(labels) as [keyof Labels, number | Float64Array | undefined][]) {
    if (value instanceof Float64Array && isPerAtom(key)) Object.assign(newLabels, { [key]: moved(value) });
  }
  const columns = new Map<string, Column>();
  for (const [name, column] of frame.columns) {
    if (column.kind === 'S') {
      const data = new Array<string>(column.data.length);
      gatherInto(column.data, data, order, column.width);
      columns.set(name, { ...column, data });
    } else columns.set(name, { ...column, data: gather(column.data, order, column.width) } as Column);
  }
  return createFrame(
    createStructure({
      ...structure,
      positions: moved(structure.positions),
      kinds: gather(structure.kinds, order, 1),
      masses: moved(structure.masses),
    }),
    { labels: newLabels, velocities: velocities && moved(velocities), info: frame.info, columns },
  );
}

type Numbers = Float64Array | Int32Array | Uint16Array | Uint8Array;

function gather<T extends Numbers>(data: T, order: Uint32Array, width: number): T {
  const out = data.slice() as T;
  gatherInto(data, out, order, width);
  return out;
}

function gatherInto<E>(data: ArrayLike<E>, out: { [i: number]: E }, order: Uint32Array, width: number): void {
  for (let i = 0; i < order.length; i++) {
    for (let c = 0; c < width; c++) out[i * width + c] = data[order[i] * width + c];
  }
}

/**
 * The order that sorts atoms by species, atoms of one species staying as they are; `species` comes first, in its
 * order, then whatever else the frame has. Null where the atoms are sorted already.
 */
export function speciesOrder(frame: Frame, species: readonly string[] = []): Uint32Array | null {
  const { kinds, count, species: own } = frame.structure;
  const place = (symbol: string, kind: number) => {
    const k = species.indexOf(symbol);
    return k >= 0 ? k : species.length + kind;
  };
  const places = own.map(place);
  let sorted = true;
  for (let i = 1; i < count && sorted; i++) sorted = places[kinds[i - 1]] <= places[kinds[i]];
  if (sorted) return null;
  return Uint32Array.from(kinds.keys()).sort((i, j) => places[kinds[i]] - places[kinds[j]] || i - j);
}
