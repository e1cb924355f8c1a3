import { inverse, rowsTimes } from '../../src/model/cell.js';
import { type Structure, symbolsOf } from '../../src/model/structure.js';
import { fixed } from '../io/fixed.js';
import { bracketed } from './modes-yaml.js';

/** A mode that was frozen in, as modulation.yaml has it. */
export interface ModulationEntry {
  readonly q: readonly number[];
  /** From 1 */
  readonly band: number;
  readonly amplitude: number;
  /** Degrees */
  readonly phase: number;
  /** THz */
  readonly frequency: number;
  /** [3n][2] */
  readonly eigenvector: Float64Array;
  /** [m][3][2] in the unit of the cells */
  readonly displacements: Float64Array;
}

export interface ModulationFile {
  readonly primitive: Structure;
  readonly supercell: Structure;
  /** [9] of the primitive cell */
  readonly dimension: ArrayLike<number>;
  readonly entries: readonly ModulationEntry[];
}

/** Pieces of modulation.yaml, letter by letter as phonopy writes it. */
export function* writeModulationYaml({
  primitive,
  supercell,
  dimension,
  entries,
}: ModulationFile): Generator<string> {
  const rows = [0, 3, 6].map((k) => `  - [ ${[0, 1, 2].map((c) => dimension[k + c]).join(', ')} ]`);
  const head = [
    'primitive_cell:',
    ...cellLines(primitive),
    'supercell:',
    '  dimension:',
    ...rows,
    ...cellLines(supercell),
    'modulations:',
  ];
  yield `${head.join('\n')}\n`;
  const toFractions = inverse(supercell.cell);
  for (const entry of entries) yield `${displacementLines(entry, toFractions).join('\n')}\n`;
  yield 'phonon:\n';
  for (const entry of entries) yield `${phononLines(entry).join('\n')}\n`;
}

function cellLines(structure: Structure): string[] {
  const { cell, positions, masses } = structure;
  // As phonopy has it: columns of the reciprocal lattice, where its other files have rows.
  const reciprocal = inverse(cell);
  const places = rowsTimes(positions, inverse(cell));
  const row = (values: Float64Array, k: number, width: number, decimals: number) =>
    `  - ${bracketed(values.subarray(3 * k, 3 * k + 3), width, decimals)}`;
  return [
    '  atom_info:',
    ...symbolsOf(structure).map(
      (symbol, i) => `  - { name: ${symbol.padStart(2)}, mass: ${fixed(masses[i], 10, 5)} }`,
    ),
    '  reciprocal_lattice:',
    ...[0, 1, 2].map((k) => `${row(reciprocal, k, 12, 8)} # ${'abc'[k]}*`),
    '  real_lattice:',
    ...[0, 1, 2].map((k) => row(cell, k, 20, 15)),
    '  positions:',
    ...Array.from({ length: structure.count }, (_, i) => row(places, i, 20, 15)),
  ];
}

function modeLines({ q, band, amplitude, phase }: ModulationEntry): string[] {
  return [
    `- q-position: ${bracketed(q, 12, 7)}`,
    `  band: ${band}`,
    `  amplitude: ${fixed(amplitude, 0, 6)}`,
    `  phase: ${fixed(phase, 0, 6)}`,
  ];
}

const pair = (values: ArrayLike<number>, at: number, width: number, decimals: number) =>
  `[ ${fixed(values[at], width, decimals)}, ${fixed(values[at + 1], width, decimals)} ]`;

function displacementLines(entry: ModulationEntry, toFractions: Float64Array): string[] {
  const { displacements } = entry;
  const lines = [...modeLines(entry), '  displacements:'];
  for (let k = 0; k < displacements.length; k += 2) {
    const size = Math.hypot(displacements[k], displacements[k + 1]);
    const atom = Math.floor(k / 6) + 1;
    lines.push(
      `  - ${pair(displacements, k, 20, 15)} # ${atom} ${'xyz'[(k / 2) % 3]} (${fixed(size, 0, 6)})`,
    );
  }
  lines.push('  fractional_displacements:');
  const parts = [0, 1].map((part) =>
    rowsTimes(
      displacements.filter((_, k) => k % 2 === part),
      toFractions,
    ),
  );
  for (let k = 0; k < parts[0].length; k++) {
    const atom = Math.floor(k / 3) + 1;
    lines.push(`  - ${pair([parts[0][k], parts[1][k]], 0, 20, 15)} # ${atom} ${'abc'[k % 3]}`);
  }
  return lines;
}

function phononLines(entry: ModulationEntry): string[] {
  const { frequency, eigenvector } = entry;
  const lines = [...modeLines(entry), `  frequency: ${fixed(frequency, 15, 10)}`, '  eigenvector:'];
  for (let k = 0; k < eigenvector.length; k += 2) {
    if (k % 6 === 0) lines.push(`  - # atom ${k / 6 + 1}`);
    const degrees = (Math.atan2(eigenvector[k + 1], eigenvector[k]) * 180) / Math.PI;
    lines.push(`    - ${pair(eigenvector, k, 17, 14)} # ${fixed(degrees, 0, 6)}`);
  }
  return lines;
}
