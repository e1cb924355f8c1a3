import { PhonolinkError } from '../../src/model/errors.js';
import type { BandSegment, BandStructure, Modes } from '../../src/model/phonon-results.js';
import { fixed } from '../io/fixed.js';
import type { TextReader } from '../io/text.js';
import { readYaml } from '../io/yaml-file.js';
import type { Yaml } from '../io/yaml-value.js';
import { cellLines, readCell } from './cell.js';
import { bandCount, bandLines, bracketed, readModes, reciprocalLatticeLines } from './modes-yaml.js';

/**
 * Pieces of band.yaml, letter by letter as phonopy writes it.
 * @param spaceGroup what `--band auto` puts before all
 * @throws PhonolinkError where arrays do not fit each other
 */
export function* writeBandYaml(
  { primitive, segments }: BandStructure,
  spaceGroup?: { readonly type: string; readonly number: number },
): Generator<string> {
  const counts = segments.map(({ points }) => points.length / 3);
  const lines = spaceGroup
    ? [`space_group_number: ${spaceGroup.number}`, `space_group_type: ${spaceGroup.type}`]
    : [];
  lines.push(
    `nqpoint: ${String(counts.reduce((sum, n) => sum + n, 0)).padEnd(7)}`,
    `npath: ${String(segments.length).padEnd(7)}`,
    'segment_nqpoint:',
    ...counts.map((n) => `- ${n}`),
  );
  const labels = segments.flatMap((segment) => (segment.labels ? [segment.labels] : []));
  if (labels.length > 0 && labels.length < segments.length)
    throw new PhonolinkError(`${labels.length} of ${segments.length} segments of the path have labels`);
  if (labels.length > 0)
    lines.push('labels:', ...labels.map(([from, to]) => `- [ '${escaped(from)}', '${escaped(to)}' ]`));
  lines.push(...reciprocalLatticeLines(primitive), `natom: ${String(primitive.count).padEnd(7)}`);
  lines.push(...cellLines({ structure: primitive }), '', 'phonon:', '');
  yield lines.join('\n');
  for (const segment of segments) yield* segmentPieces(segment, primitive.count);
}

function escaped(label: string): string {
  return label.replace(/'/g, "''");
}

function* segmentPieces(segment: BandSegment, atoms: number): Generator<string> {
  bandCount(segment, atoms);
  for (let q = 0; q < segment.points.length / 3; q++) {
    const lines = [
      `- q-position: ${bracketed(segment.points.subarray(3 * q), 12, 7)}`,
      `  distance: ${fixed(segment.distances[q], 12, 7)}`,
      '  band:',
      ...bandLines(segment, q, atoms, ' '),
      '',
    ];
    yield `${lines.join('\n')}\n`;
  }
}

/**
 * Reads band.yaml.
 * @throws FormatError, nothing else
 */
export async function readBandYaml(text: TextReader): Promise<BandStructure> {
  const root = await readYaml(text);
  const { structure: primitive } = readCell(root, 1);
  const counts = root.get('segment_nqpoint').integers('the number of q points of a segment');
  const points = root.get('phonon').list('q points');
  if (counts.some((n) => n < 0) || counts.reduce((sum, n) => sum + n, 0) !== points.length)
    root.get('phonon').fail(`${points.length} q points`, `segments of ${counts.join(', ')}`);
  const labels = root.find('labels')?.list('pairs of labels');
  if (labels && labels.length !== counts.length)
    root.get('labels').fail(`${labels.length} pairs of labels`, `one for each of ${counts.length} segments`);
  let from = 0;
  const segments = counts.map((count, s) => {
    const items = points.slice(from, from + count);
    from += count;
    const modes: Modes = readModes(items, primitive.count);
    const distances = Float64Array.from(items, (item) => item.get('distance').real('a distance'));
    return { ...modes, distances, ...(labels && { labels: pairOf(labels[s]) }) };
  });
  return { primitive, segments };
}

function pairOf(yaml: Yaml): readonly [string, string] {
  const [from, to, more] = yaml.list('labels').map((label) => label.text('a label'));
  if (to === undefined || more !== undefined) yaml.fail('other than two labels', 'those of the ends');
  return [from, to];
}
