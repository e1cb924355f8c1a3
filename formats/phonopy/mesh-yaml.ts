import { inverse } from '../../src/model/cell.js';
import type { MeshModes } from '../../src/model/phonon-results.js';
import { fixed } from '../io/fixed.js';
import type { TextReader } from '../io/text.js';
import { readYaml } from '../io/yaml-file.js';
import { cellLines, readCell } from './cell.js';
import {
  bandCount,
  bandLines,
  bracketed,
  distanceFromGamma,
  readModes,
  reciprocalLatticeLines,
} from './modes-yaml.js';

/**
 * Pieces of mesh.yaml, letter by letter as phonopy writes it.
 * @throws PhonolinkError where arrays do not fit each other
 */
export function* writeMeshYaml(modes: MeshModes): Generator<string> {
  const { primitive, mesh, points, weights } = modes;
  bandCount(modes, primitive.count);
  const count = points.length / 3;
  const columns = inverse(primitive.cell);
  const lines = [
    `mesh: [ ${mesh.map((n) => String(n).padStart(5)).join(', ')} ]`,
    `nqpoint: ${String(count).padEnd(7)}`,
    ...reciprocalLatticeLines(primitive),
    `natom:   ${String(primitive.count).padEnd(7)}`,
    ...cellLines({ structure: primitive }),
    '',
    'phonon:',
  ];
  yield `${lines.join('\n')}\n`;
  for (let q = 0; q < count; q++) {
    const point = points.subarray(3 * q, 3 * q + 3);
    const item = [
      `- q-position: ${bracketed(point, 12, 7)}`,
      `  distance_from_gamma: ${fixed(distanceFromGamma(point, columns), 12, 9)}`,
      `  weight: ${String(weights[q]).padEnd(5)}`,
      '  band:',
      ...bandLines(modes, q, primitive.count, '  '),
      '',
    ];
    yield q === count - 1 ? item.join('\n') : `${item.join('\n')}\n`;
  }
}

/**
 * Reads mesh.yaml.
 * @throws FormatError, nothing else
 */
export async function readMeshYaml(text: TextReader): Promise<MeshModes> {
  const root = await readYaml(text);
  const { structure: primitive } = readCell(root, 1);
  const [a, b, c] = root.get('mesh').integers('the mesh');
  if (!(a > 0 && b > 0 && c > 0)) root.get('mesh').fail('no mesh', 'three numbers above 0');
  const items = root.get('phonon').list('q points');
  const weights = Int32Array.from(items, (item) => item.get('weight').integer('a weight'));
  return { primitive, mesh: [a, b, c], weights, ...readModes(items, primitive.count) };
}
