import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createStructure, type Structure } from '../../src/model/structure.js';
import { DATA } from './shared-data.js';

/** A frame of the reference data as it stands, read without our own reader: [n][width] columns and named values. */
export interface ReferenceFrame {
  structure: Structure;
  columns: Map<string, { width: number; data: Float64Array }>;
  values: Map<string, number[]>;
}

const cache = new Map<string, ReferenceFrame[]>();

/** The frames of an extxyz file of the reference data, which is regular: real columns behind species and pos. */
export function referenceFrames(file: string): ReferenceFrame[] {
  const known = cache.get(file);
  if (known) return known;
  const lines = readFileSync(join(DATA, file), 'utf8').trimEnd().split('\n');
  const frames: ReferenceFrame[] = [];
  for (let at = 0; at < lines.length; ) {
    const count = Number(lines[at]);
    frames.push(frameOf(lines[at + 1], lines.slice(at + 2, at + 2 + count)));
    at += 2 + count;
  }
  cache.set(file, frames);
  return frames;
}

function frameOf(comment: string, lines: string[]): ReferenceFrame {
  const entries = [...comment.matchAll(/(\S+?)=(?:"([^"]*)"|(\S+))/g)].map(
    (match) => [match[1], match[2] ?? match[3]] as const,
  );
  const info = new Map(entries);
  const rows = lines.map((line) => line.trim().split(/\s+/));
  const columns = new Map<string, { width: number; data: Float64Array }>();
  const properties = (info.get('Properties') ?? '').split(':');
  let symbols: string[] = [];
  for (let p = 0, from = 0; p < properties.length; p += 3) {
    const width = Number(properties[p + 2]);
    const start = from;
    from += width;
    if (properties[p] === 'species') symbols = rows.map((row) => row[start]);
    else
      columns.set(properties[p], {
        width,
        data: Float64Array.from(rows.flatMap((row) => row.slice(start, start + width).map(Number))),
      });
  }
  const periodic = (info.get('pbc') ?? 'T T T').split(' ').map((flag) => flag === 'T');
  return {
    structure: createStructure({
      positions: columns.get('pos')!.data,
      symbols,
      cell: (info.get('Lattice') ?? '').split(' ').map(Number),
      periodic: [periodic[0], periodic[1], periodic[2]],
    }),
    columns,
    values: new Map(entries.map(([key, value]) => [key, value.split(' ').map(Number)])),
  };
}
