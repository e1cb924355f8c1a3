import type { GruneisenBands, GruneisenMesh, GruneisenModes } from '../../src/model/phonon-results.js';
import type { Structure } from '../../src/model/structure.js';
import { fixed } from '../io/fixed.js';
import { writeHdf5 } from '../io/hdf5.js';
import { cellLines } from './cell.js';
import { bracketed, reciprocalLatticeLines } from './modes-yaml.js';

/** Pieces of gruneisen_mesh.yaml (gruneisen.yaml of phonopy 2), letter by letter as phonopy writes it. */
export function* writeGruneisenMesh(modes: GruneisenMesh): Generator<string> {
  const { mesh, primitive, weights } = modes;
  const count = weights.length;
  yield lines([
    `mesh: [ ${mesh.map((n) => String(n).padStart(5)).join(', ')} ]`,
    `nqpoint: ${count}`,
    ...cellPart(primitive, 'natom:   '),
    'phonon:',
  ]);
  for (let q = 0; q < count; q++) {
    const item = [
      `- q-position: ${bracketed(modes.points.subarray(3 * q), 10, 7)}`,
      `  multiplicity: ${weights[q]}`,
      '  band:',
      ...bandLines(modes, q, primitive, '  '),
      '',
    ];
    yield q === count - 1 ? item.join('\n') : lines(item);
  }
}

/** Pieces of gruneisen_band.yaml (gruneisen.yaml of phonopy 2), letter by letter as phonopy writes it. */
export function* writeGruneisenBands({ primitive, segments }: GruneisenBands): Generator<string> {
  const counts = segments.map(({ distances }) => distances.length);
  yield lines([
    `nqpoint: ${String(counts.reduce((sum, n) => sum + n, 0)).padEnd(7)}`,
    `npath: ${String(segments.length).padEnd(7)}`,
    'segment_nqpoint:',
    ...counts.map((n) => `- ${n}`),
    ...cellPart(primitive, 'natom: '),
    'path:',
    '',
  ]);
  for (const [s, segment] of segments.entries()) {
    yield lines([`- nqpoint: ${counts[s]}`, '  phonon:']);
    for (let q = 0; q < counts[s]; q++) {
      const item = [
        `  - q-position: ${bracketed(segment.points.subarray(3 * q), 10, 7)}`,
        `    distance: ${fixed(segment.distances[q], 10, 7)}`,
        '    band:',
        ...bandLines(segment, q, primitive, '    '),
        '',
      ];
      const isLast = s === segments.length - 1 && q === counts[s] - 1;
      yield isLast ? item.join('\n') : lines(item);
    }
  }
}

/** Writes gruneisen_mesh.hdf5, phonopy's data sets. @throws PhonolinkError where it cannot be written */
export async function writeGruneisenHdf5(path: string, modes: GruneisenMesh): Promise<void> {
  const { mesh, parameters, frequencies, points, weights } = modes;
  const count = weights.length;
  const bands = parameters.length / count;
  await writeHdf5(path, (file) => {
    file.integers('mesh', Int32Array.from(mesh));
    file.reals('gruneisen', parameters, [count, bands]);
    file.integers('weight', weights);
    file.reals('frequency', frequencies, [count, bands]);
    file.reals('qpoint', points, [count, 3]);
  });
}

function cellPart(primitive: Structure, count: string): string[] {
  return [
    ...reciprocalLatticeLines(primitive),
    `${count}${String(primitive.count).padEnd(7)}`,
    ...cellLines({ structure: primitive }),
    '',
  ];
}

function bandLines(
  { parameters, frequencies }: GruneisenModes,
  q: number,
  primitive: Structure,
  indent: string,
): string[] {
  const bands = 3 * primitive.count;
  return Array.from({ length: bands }, (_, b) => [
    `${indent}- # ${b + 1}`,
    `${indent}  gruneisen: ${python(parameters[q * bands + b])}`,
    `${indent}  frequency: ${fixed(frequencies[q * bands + b], 15, 10)}`,
  ]).flat();
}

/** What Python says of numbers that are none. */
function python(x: number): string {
  if (Number.isFinite(x)) return fixed(x, 15, 10);
  return (Number.isNaN(x) ? 'nan' : x > 0 ? 'inf' : '-inf').padStart(15);
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
