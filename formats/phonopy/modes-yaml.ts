import { PhonolinkError } from '../../src/model/errors.js';
import type { Modes } from '../../src/model/phonon-results.js';
import type { Structure } from '../../src/model/structure.js';
import { fixed } from '../io/fixed.js';
import type { Yaml } from '../io/yaml-value.js';
import { reciprocalRows, vector } from './cell.js';

/** What band.yaml and mesh.yaml share: the reciprocal lattice, and the bands of a q point. */

/** '[ 0.0, 0.0, 0.0 ]' of C's fixed notation, minus zeros as they come. */
export function bracketed(v: ArrayLike<number>, width: number, decimals: number): string {
  return `[ ${[0, 1, 2].map((c) => fixed(v[c], width, decimals)).join(', ')} ]`;
}

export function reciprocalLatticeLines({ cell }: Structure): string[] {
  const rows = reciprocalRows(cell);
  const lines = [0, 1, 2].map((k) => `- ${vector(rows.subarray(3 * k), 12, 8)} # ${'abc'[k]}*`);
  return ['reciprocal_lattice:', ...lines];
}

/** Length of a wave vector, 1/A. @param columns [9] the reciprocal lattice vectors as columns: the inverse of the cell */
export function distanceFromGamma(q: ArrayLike<number>, columns: Float64Array): number {
  const x = columns[0] * q[0] + columns[1] * q[1] + columns[2] * q[2];
  const y = columns[3] * q[0] + columns[4] * q[1] + columns[5] * q[2];
  const z = columns[6] * q[0] + columns[7] * q[1] + columns[8] * q[2];
  return Math.hypot(x, y, z);
}

/** @throws PhonolinkError where arrays do not fit each other */
export function bandCount(modes: Modes, atoms: number): number {
  const count = modes.points.length / 3;
  const bands = 3 * atoms;
  const fits = (values: Float64Array | undefined, each: number) =>
    values === undefined || values.length === count * bands * each;
  if (!fits(modes.frequencies, 1) || !fits(modes.velocities, 3) || !fits(modes.eigenvectors, 6 * atoms))
    throw new PhonolinkError(`the modes of ${count} q points do not have ${bands} bands each`);
  return bands;
}

/** The lines of `band:` of q point number `q`. */
export function bandLines(modes: Modes, q: number, atoms: number, frequencyGap: string): string[] {
  const bands = 3 * atoms;
  const { frequencies, velocities, eigenvectors } = modes;
  const lines: string[] = [];
  for (let b = 0; b < bands; b++) {
    const mode = q * bands + b;
    lines.push(`  - # ${b + 1}`, `    frequency:${frequencyGap}${fixed(frequencies[mode], 15, 10)}`);
    if (velocities) lines.push(`    group_velocity: ${bracketed(velocities.subarray(3 * mode), 13, 7)}`);
    if (!eigenvectors) continue;
    lines.push('    eigenvector:');
    for (let i = 0; i < atoms; i++) {
      lines.push(`    - # atom ${i + 1}`);
      for (let c = 0; c < 3; c++) {
        const at = 2 * (mode * bands + 3 * i + c);
        lines.push(`      - [ ${fixed(eigenvectors[at], 17, 14)}, ${fixed(eigenvectors[at + 1], 17, 14)} ]`);
      }
    }
  }
  return lines;
}

/** Reads the items of `phonon:`; group velocities and eigenvectors where the first mode has them. */
export function readModes(points: readonly Yaml[], atoms: number): Modes {
  const bands = 3 * atoms;
  const count = points.length;
  const first = points[0]?.get('band').list('bands')[0];
  const modes = {
    points: new Float64Array(3 * count),
    frequencies: new Float64Array(count * bands),
    ...(first?.find('group_velocity') && { velocities: new Float64Array(3 * count * bands) }),
    ...(first?.find('eigenvector') && { eigenvectors: new Float64Array(2 * count * bands * bands) }),
  };
  points.forEach((point, q) => {
    modes.points.set(point.get('q-position').vector(3, 'a q point'), 3 * q);
    const items = point.get('band').list('bands');
    if (items.length !== bands)
      point.get('band').fail(`${items.length} bands`, `${bands}, three for each atom`);
    items.forEach((item, b) => {
      const mode = q * bands + b;
      modes.frequencies[mode] = item.get('frequency').real('a frequency');
      if (modes.velocities)
        modes.velocities.set(item.get('group_velocity').vector(3, 'a group velocity'), 3 * mode);
      if (modes.eigenvectors)
        readVector(item.get('eigenvector'), modes.eigenvectors, 2 * mode * bands, atoms);
    });
  });
  return modes;
}

function readVector(yaml: Yaml, into: Float64Array, at: number, atoms: number): void {
  const items = yaml.list('atoms');
  if (items.length !== atoms) yaml.fail(`an eigenvector of ${items.length} atoms`, `one of ${atoms}`);
  items.forEach((item, i) => {
    const parts = item.rows(2, 'a real and an imaginary part');
    if (parts.length !== 6) item.fail(`${parts.length / 2} components`, 'three');
    into.set(parts, at + 6 * i);
  });
}
