import type { DisplacementSet, PairDisplacementSet } from '../../src/model/displacements.js';
import type { PolarResponse } from '../../src/model/polar.js';
import { type Structure, symbolsOf } from '../../src/model/structure.js';
import { COULOMB } from '../../src/model/units.js';
import { fixed, fixedUnsignedZero, scientific } from '../io/fixed.js';
import { cellLines, reciprocalRows, vector } from './cell.js';
import type { PhonopyCell, PhonopyFile } from './file.js';
import { type UnitFactors, unitFactors } from './units.js';

/**
 * Pieces of phonopy_disp.yaml, phonopy_params.yaml and so on, laid out as phonopy 4 does, in the units that the file is
 * to have. What is written is what there is: displacements with forces where they are known.
 */
export function* writePhonopyYaml(file: PhonopyFile): Generator<string> {
  const factors = unitFactors(file.units);
  yield text([...headerLines(file, factors), ...unitLines(file), ...spaceGroupLines(file)]);
  yield* matrixPieces(file.primitiveMatrix, file.supercellMatrix);
  yield* cellPieces(file, factors);
  const { phonon, polar } = file;
  const primitive = (phonon?.primitive ?? file.primitive)?.structure;
  if (polar) yield text([...polarLines(polar, primitive, factors), '']);
  if (file.phononDisplacements) yield* setPieces(file.phononDisplacements, 'phonon_', factors);
  const { displacements } = file;
  if (displacements?.kind === 'pairs') yield* pairPieces(displacements, factors);
  else if (displacements) yield* setPieces(displacements, '', factors, file.randomSeed);
  yield* forceConstantPieces(file, factors);
}

function text(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** A text between double quotes. */
function quote(value: string): string {
  return `"${value.replace(/\\/g, '\\\\').replace(/"/g, '\\"')}"`;
}

function headerLines(file: PhonopyFile, factors: UnitFactors): string[] {
  const { program, version, calculator, frequencyFactor, tolerance, configuration } = file;
  // phonopy 2 does not read a file without a version.
  const lines = [`${program}:`, `  version: ${quote(version ?? '')}`];
  if (calculator !== undefined) lines.push(`  calculator: ${calculator}`);
  if (frequencyFactor !== undefined)
    lines.push(`  frequency_unit_conversion_factor: ${fixed(frequencyFactor, 0, 6)}`);
  if (tolerance !== undefined)
    lines.push(`  symmetry_tolerance: ${scientific(tolerance / factors.length, 0, 5)}`);
  if (configuration?.size) {
    lines.push('  configuration:');
    for (const [key, value] of configuration) lines.push(`    ${key}: ${quote(value)}`);
  }
  return [...lines, ''];
}

function unitLines(file: PhonopyFile): string[] {
  const { units, forceConstants } = file;
  const lines = ['physical_unit:', '  atomic_mass: "AMU"', `  length: ${quote(units.length)}`];
  const sets = [file.displacements, file.phononDisplacements];
  if (sets.some((set) => set?.entries.some((entry) => entry.forces)))
    lines.push(`  force: ${quote(units.force)}`);
  if (forceConstants) lines.push(`  force_constants: ${quote(units.forceConstants)}`);
  return [...lines, ''];
}

function spaceGroupLines({ spaceGroup }: PhonopyFile): string[] {
  if (!spaceGroup) return [];
  const { type, number, hall } = spaceGroup;
  const lines = ['space_group:', `  type: ${quote(type)}`, `  number: ${number}`];
  if (hall !== undefined) lines.push(`  Hall_symbol: ${quote(hall)}`);
  return [...lines, ''];
}

function* matrixPieces(primitive?: Float64Array, supercell?: Int32Array, prefix = ''): Generator<string> {
  if (primitive) {
    const rows = [0, 1, 2].map((k) => `- ${vector(primitive.subarray(3 * k), 18, 15)}`);
    yield text([`${prefix}primitive_matrix:`, ...rows, '']);
  }
  if (supercell) {
    const rows = [0, 1, 2].map((k) => `- ${vector(supercell.subarray(3 * k), 3, 0)}`);
    yield text([`${prefix}supercell_matrix:`, ...rows, '']);
  }
}

function* cellPieces(file: PhonopyFile, factors: UnitFactors): Generator<string> {
  const piece = (name: string, cell: PhonopyCell | undefined, more: readonly string[] = []) =>
    cell ? text([`${name}:`, ...[...cellLines(cell, factors.length), ...more].map((l) => `  ${l}`), '']) : '';
  const primitive = (name: string, cell: PhonopyCell | undefined) =>
    piece(name, cell, cell && reciprocalLines(cell.structure.cell, factors.length));
  yield primitive('primitive_cell', file.primitive);
  yield piece('unit_cell', file.unitCell);
  yield piece('supercell', file.supercell);
  if (!file.phonon) return;
  yield* matrixPieces(undefined, file.phonon.supercellMatrix, 'phonon_');
  yield primitive('phonon_primitive_cell', file.phonon.primitive);
  yield piece('phonon_supercell', file.phonon.supercell);
}

function reciprocalLines(cell: Float64Array, length: number): string[] {
  const rows = reciprocalRows(cell);
  const lines = [0, 1, 2].map((k) => `- ${vector(rows.subarray(3 * k), 21, 15, length)} # ${'abc'[k]}*`);
  return ['reciprocal_lattice: # without 2pi', ...lines];
}

function polarLines(polar: PolarResponse, primitive: Structure | undefined, factors: UnitFactors): string[] {
  const { charges, dielectric, method, factor = COULOMB } = polar;
  const symbols = primitive && symbolsOf(primitive);
  const matrix = (m: Float64Array) => [0, 1, 2].map((k) => `    - ${vector(m.subarray(3 * k), 18, 15)}`);
  const lines = ['nac:', '  born_effective_charge:'];
  for (let i = 0; 9 * i < charges.length; i++)
    lines.push(`  - # ${i + 1}${symbols ? ` (${symbols[i]})` : ''}`, ...matrix(charges.subarray(9 * i)));
  lines.push('  dielectric_constant:', ...matrix(dielectric));
  if (method) lines.push(`  method: "${method === 'wang' ? 'Wang' : 'Gonze'}"`);
  lines.push(`  unit_conversion_factor: ${fixed(factor / factors.coulomb, 0, 9)}`);
  return lines;
}

function* setPieces(
  set: DisplacementSet,
  prefix: string,
  factors: UnitFactors,
  seed?: number,
): Generator<string> {
  if (set.kind === 'snapshots') {
    yield* snapshotPieces(set, prefix, factors, seed);
    return;
  }
  yield `${prefix}displacements:\n`;
  for (const entry of set.entries) {
    const lines = [`- atom: ${String(entry.atom + 1).padStart(4)}`, '  displacement:'];
    lines.push(`    ${row(entry.displacement, 1 / factors.length, 20, ',')}`);
    if (entry.forces) lines.push('  forces:', ...rows(entry.forces, 1 / factors.force, '  - ', 20, ','));
    if (entry.energy !== undefined) lines.push(`  ${energyLine(entry.energy, factors)}`);
    yield text(lines);
  }
  yield '\n';
}

function energyLine(energy: number, factors: UnitFactors): string {
  return `supercell_energy: ${fixed(energy / factors.energy, 0, 8)}`;
}

function* snapshotPieces(
  set: Extract<DisplacementSet, { kind: 'snapshots' }>,
  prefix: string,
  factors: UnitFactors,
  seed: number | undefined,
): Generator<string> {
  yield `${prefix}dataset:\n`;
  if (seed !== undefined) yield `  random_seed: ${seed}\n`;
  const { entries } = set;
  const list = function* (name: string, values: readonly Float64Array[], factor: number): Generator<string> {
    yield `  ${name}:\n`;
    for (let i = 0; i < values.length; i++)
      yield text([`  - # ${i + 1}`, ...rows(values[i], factor, '    - ', 21, ', ')]);
  };
  yield* list(
    'displacements',
    entries.map((entry) => entry.displacements),
    1 / factors.length,
  );
  const forces = entries.flatMap((entry) => entry.forces ?? []);
  if (forces.length > 0 && forces.length === entries.length) yield* list('forces', forces, 1 / factors.force);
  const energies = entries.flatMap((entry) => entry.energy ?? []);
  if (energies.length > 0 && energies.length === entries.length) {
    const lines = energies.map((energy, i) => `  - ${fixed(energy / factors.energy, 0, 16)} # ${i + 1}`);
    yield text(['  supercell_energies:', ...lines]);
  }
  yield '\n';
}

function row(v: ArrayLike<number>, factor: number, width: number, between: string): string {
  const numbers = [0, 1, 2].map((c) => fixedUnsignedZero(v[c] * factor, width, 16));
  return `[ ${numbers.join(between)} ]`;
}

function rows(
  values: Float64Array,
  factor: number,
  before: string,
  width: number,
  between: string,
): string[] {
  return Array.from(
    { length: values.length / 3 },
    (_, i) => before + row(values.subarray(3 * i), factor, width, between),
  );
}

function* pairPieces(set: PairDisplacementSet, factors: UnitFactors): Generator<string> {
  yield 'displacement_pairs:\n';
  for (const first of set.entries) {
    const lines = [`- atom: ${String(first.atom + 1).padStart(4)}`, '  displacement:'];
    lines.push(`    ${row(first.displacement, 1 / factors.length, 19, ', ')}`);
    lines.push(`  displacement_id: ${first.id}`);
    if (first.forces) {
      lines.push('  forces:', ...rows(first.forces, 1 / factors.force, '  - ', 19, ', '));
      if (first.energy !== undefined) lines.push(`  ${energyLine(first.energy, factors)}`);
    }
    lines.push('  paired_with:');
    yield text(lines);
    yield* secondPieces(first.second, set.cutoff !== undefined, factors);
  }
  yield '\n';
  yield text(pairInfo(set, factors));
}

type Pairs = PairDisplacementSet['entries'][number]['second'];

function* secondPieces(pairs: Pairs, withCutoff: boolean, factors: UnitFactors): Generator<string> {
  for (let i = 0; i < pairs.length; ) {
    const pair = pairs[i];
    const lines = [`  - atom: ${String(pair.atom + 1).padStart(4)}`];
    if (pair.distance !== undefined)
      lines.push(`    pair_distance: ${fixed(pair.distance / factors.length, 0, 8)}`);
    if (pair.forces) {
      lines.push('    displacement:', `      ${row(pair.displacement, 1 / factors.length, 19, ', ')}`);
      lines.push(`    displacement_id: ${pair.id}`, '    forces:');
      lines.push(...rows(pair.forces, 1 / factors.force, '    - ', 19, ', '));
      if (pair.energy !== undefined) lines.push(`    ${energyLine(pair.energy, factors)}`);
      i++;
    } else {
      // Those of one atom that stand together share what they have in common.
      let end = i + 1;
      while (end < pairs.length && pairs[end].atom === pair.atom && !pairs[end].forces) end++;
      const group = pairs.slice(i, end);
      if (withCutoff) lines.push(`    included: ${pair.included}`);
      lines.push('    displacements:');
      for (const { displacement } of group)
        lines.push(`    - ${row(displacement, 1 / factors.length, 19, ', ')}`);
      lines.push(`    displacement_ids: [ ${group.map(({ id }) => id).join(', ')} ]`);
      i = end;
    }
    yield text(lines);
  }
}

function pairInfo({ entries, cutoff, duplicates }: PairDisplacementSet, factors: UnitFactors): string[] {
  const pairs = entries.flatMap(({ second }) => second);
  const lines = ['displacement_pair_info:'];
  if (cutoff !== undefined) lines.push(`  cutoff_pair_distance: ${fixed(cutoff / factors.length, 11, 8)}`);
  lines.push(`  number_of_singles: ${entries.length}`, `  number_of_pairs: ${pairs.length}`);
  if (cutoff !== undefined)
    lines.push(`  number_of_pairs_in_cutoff: ${pairs.filter(({ included }) => included).length}`);
  if (duplicates?.length) {
    lines.push('  duplicated_supercell_ids: # 0 means perfect supercell');
    for (const [a, b] of duplicates) lines.push(`  - [ ${a}, ${b} ]`);
    lines.push('');
  }
  return lines;
}

function* forceConstantPieces({ forceConstants }: PhonopyFile, factors: UnitFactors): Generator<string> {
  if (!forceConstants) return;
  const { count, rows: atoms, values } = forceConstants;
  yield text([
    'force_constants:',
    `  format: "${atoms.length === count ? 'full' : 'compact'}"`,
    `  shape: [ ${atoms.length}, ${count} ]`,
    '  elements:',
  ]);
  for (let r = 0; r < atoms.length; r++) {
    const lines: string[] = [];
    for (let j = 0; j < count; j++) {
      lines.push(`  - # (${r + 1}, ${j + 1})`);
      const at = 9 * (r * count + j);
      for (let k = 0; k < 3; k++)
        lines.push(
          `    - ${vector(values.subarray(at + 3 * k, at + 3 * k + 3), 21, 15, 1 / factors.forceConstants)}`,
        );
    }
    yield text(lines);
  }
}
