import { inverse, rowsTimes } from '../../src/model/cell.js';
import { atomicNumber } from '../../src/model/elements.js';
import type { BandStructure, MeshModes, Modes, PointModes } from '../../src/model/phonon-results.js';
import { type Structure, symbolsOf } from '../../src/model/structure.js';
import { type Hdf5Output, writeHdf5 } from '../io/hdf5.js';
import { reciprocalRows } from './cell.js';
import { bandCount } from './modes-yaml.js';

/**
 * Writes qpoints.hdf5.
 * @throws PhonolinkError where arrays do not fit each other or the file cannot be written
 */
export async function writeQpointsHdf5(path: string, modes: PointModes): Promise<void> {
  const { primitive, matrices } = modes;
  const bands = bandCount(modes, primitive.count);
  const count = modes.points.length / 3;
  await writeHdf5(path, (file) => {
    file.reals('reciprocal_lattice', reciprocalRows(primitive.cell), [3, 3]);
    file.reals('masses', primitive.masses, [primitive.count]);
    file.reals('qpoint', modes.points, [count, 3]);
    writeModes(file, modes, [count], bands);
    if (matrices) file.complexes('dynamical_matrix', matrices, [count, bands, bands]);
  });
}

/**
 * Writes mesh.hdf5.
 * @throws PhonolinkError where arrays do not fit each other or the file cannot be written
 */
export async function writeMeshHdf5(path: string, modes: MeshModes): Promise<void> {
  const bands = bandCount(modes, modes.primitive.count);
  const count = modes.points.length / 3;
  await writeHdf5(path, (file) => {
    file.integers('mesh', modes.mesh);
    file.reals('qpoint', modes.points, [count, 3]);
    file.integers('weight', modes.weights);
    writeModes(file, modes, [count], bands);
  });
}

/**
 * Writes band.hdf5. Segments that are shorter than the longest are filled up with zeros; segment_nqpoint says by how much.
 * @param more texts that stand beside, by their names (calculator, length_unit)
 * @throws PhonolinkError where arrays do not fit each other or the file cannot be written
 */
export async function writeBandHdf5(
  path: string,
  { primitive, segments }: BandStructure,
  more: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  const counts = segments.map(({ points }) => points.length / 3);
  const longest = Math.max(...counts);
  const bands = Math.max(...segments.map((segment) => bandCount(segment, primitive.count)));
  const joined = (of: (segment: (typeof segments)[number]) => Float64Array | undefined, width: number) => {
    const first = of(segments[0]);
    if (!first) return undefined;
    const out = new Float64Array(segments.length * longest * width);
    segments.forEach((segment, s) => {
      out.set(of(segment)!, s * longest * width);
    });
    return out;
  };
  const frequencies = joined((segment) => segment.frequencies, bands)!;
  const velocities = joined((segment) => segment.velocities, 3 * bands);
  const eigenvectors = joined((segment) => segment.eigenvectors, 2 * bands * bands);
  const shape = [segments.length, longest];
  const labels = segments.flatMap((segment) => segment.labels ?? []);
  await writeHdf5(path, (file) => {
    file.integers('nqpoint', [counts.reduce((sum, n) => sum + n, 0)]);
    file.integers('segment_nqpoint', counts);
    writeCell(file, primitive);
    file.reals('path', joined((segment) => segment.points, 3)!, [...shape, 3]);
    file.reals('distance', joined((segment) => segment.distances, 1)!, shape);
    const modes = { frequencies, ...(velocities && { velocities }), ...(eigenvectors && { eigenvectors }) };
    writeModes(file, modes, shape, bands);
    for (const [name, value] of more) file.text(name, value);
    if (labels.length > 0) file.texts('label', labels, [segments.length, 2]);
  });
}

function writeCell(file: Hdf5Output, structure: Structure): void {
  const { cell, positions, masses, count } = structure;
  const symbols = symbolsOf(structure);
  file.reals('reciprocal_lattice', reciprocalRows(cell), [3, 3]);
  file.reals('lattice', cell, [3, 3]);
  file.integers('natom', [count], []);
  file.reals('coordinates', rowsTimes(positions, inverse(cell)), [count, 3]);
  file.texts('symbols', symbols);
  file.integers(
    'numbers',
    symbols.map((symbol) => atomicNumber(symbol.replace(/\d+$/, '')) ?? 0),
  );
  file.reals('masses', masses, [count]);
}

function writeModes(
  file: Hdf5Output,
  { frequencies, velocities, eigenvectors }: Omit<Modes, 'points'>,
  shape: readonly number[],
  bands: number,
): void {
  file.reals('frequency', frequencies, [...shape, bands]);
  if (eigenvectors) file.complexes('eigenvector', inColumns(eigenvectors, bands), [...shape, bands, bands]);
  if (velocities) file.reals('group_velocity', velocities, [...shape, bands, 3]);
}

/** [..][3n][b][2] from [..][b][3n][2]: in the files eigenvectors are columns. */
function inColumns(vectors: Float64Array, bands: number): Float64Array {
  const out = new Float64Array(vectors.length);
  for (let begin = 0; begin < vectors.length; begin += 2 * bands * bands) {
    for (let b = 0; b < bands; b++) {
      for (let i = 0; i < bands; i++) {
        const [from, to] = [begin + 2 * (b * bands + i), begin + 2 * (i * bands + b)];
        out[to] = vectors[from];
        out[to + 1] = vectors[from + 1];
      }
    }
  }
  return out;
}
