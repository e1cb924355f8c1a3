import { inverse, rowsTimes } from '../../src/model/cell.js';
import type { Structure } from '../../src/model/structure.js';
import { listedOperations } from '../../src/symmetry/axes/listed-operations.js';
import { type StandardCrystal, standardise } from '../../src/symmetry/axes/standard-cell.js';
import { times } from '../../src/symmetry/integer-matrix.js';
import type { Operation } from '../../src/symmetry/operation.js';
import { pointGroupOf } from '../../src/symmetry/point-group.js';
import { type Crystal, openCrystal } from './crystal.js';
import { writeStandardCells } from './phonopy-standard.js';
import type { Session } from './session.js';

/**
 * --symmetry: the space group, its operations and its sites in the primitive cell, as phonopy's YAML, and the standardised
 * cells as files.
 */
export async function printSymmetry(session: Session, print: (line: string) => void): Promise<void> {
  const crystal = await openCrystal(session, true);
  const { primitive, tolerance } = crystal.cells;
  if (session.tags.flag('symmetry') === false) {
    for (const line of operationLines(crystal.primitiveSymmetry.operations)) print(line);
    return;
  }
  const standard = standardise(primitive, tolerance);
  if (await writesSupercell(session, crystal)) {
    await writeStandardCells(session, crystal, standard.structure, print);
    return;
  }
  const operations = listedOperations(standard.group, standard.setting, primitive.cell, tolerance);
  const lines = [
    ...groupLines(standard),
    ...operationLines(operations),
    ...siteLines(crystal, standard, operations),
  ];
  for (const line of lines) print(line);
  await writeStandardCells(session, crystal, standard.structure, print);
}

/** phonopy 4 makes a supercell of the standardised cell where --dim says one, and prints nothing else. */
async function writesSupercell({ tags, version }: Session, { yaml }: Crystal): Promise<boolean> {
  return version === 4 && tags.has('dim') && yaml?.supercellMatrix === undefined;
}

function groupLines({ group }: StandardCrystal): string[] {
  const pointGroup = pointGroupOf(group.operations.map(({ rotation }) => rotation));
  return [
    `space_group_type: '${group.symbol}'`,
    `space_group_number: ${group.number}`,
    `point_group_type: '${pointGroup?.symbol ?? group.pointGroup}'`,
  ];
}

function operationLines(operations: readonly Operation[]): string[] {
  return [
    'space_group_operations:',
    ...operations.flatMap(({ rotation, translation }, o) => {
      const shifts = Array.from(translation, (x) =>
        (Math.abs(x - Math.round(x)) < 1e-5 ? 0 : x).toFixed(5).padStart(8),
      );
      return [
        `- rotation: # ${o + 1}`,
        ...rowsOf(rotation).map(([a, b, c]) => `  - [${a}, ${b} ,${c}]`),
        `  translation: [${shifts.join(', ')} ]`,
      ];
    }),
  ];
}

function siteLines(
  { cells, primitiveSymmetry }: Crystal,
  { wyckoffs }: StandardCrystal,
  operations: readonly Operation[],
): string[] {
  const { equivalent } = primitiveSymmetry;
  const lines = ['atom_mapping:'];
  equivalent.forEach((to, atom) => {
    lines.push(`  ${atom + 1}: ${to + 1}`);
  });
  lines.push('site_symmetries:');
  equivalent.forEach((to, atom) => {
    if (to !== atom) return;
    const rotations = rotationsAt(cells.primitive, atom, operations, cells.tolerance);
    lines.push(`- atom: ${atom + 1}`, `  Wyckoff: '${wyckoffs[atom]}'`);
    const site = pointGroupOf(rotations);
    if (site) {
      lines.push(`  site_point_group: '${site.symbol}'`, '  orientation:');
      lines.push(...rowsOf(site.axes).map((row) => `  - [${row.join(', ')}]`));
    }
    lines.push('  rotations:');
    rotations.forEach((rotation, o) => {
      lines.push(`  - # ${o + 1}`, ...rowsOf(rotation).map((row) => `    - [${row.join(', ')}]`));
    });
  });
  return lines;
}

/** Rotations of the operations that leave an atom where it is. */
function rotationsAt(
  { positions, cell }: Structure,
  atom: number,
  operations: readonly Operation[],
  tolerance: number,
): Int32Array[] {
  const place = rowsTimes(positions.subarray(3 * atom, 3 * atom + 3), inverse(cell));
  return operations.flatMap(({ rotation, translation }) => {
    const apart = times(rotation, place).map((x, k) => x + translation[k] - place[k]);
    const distance = Math.hypot(
      ...rowsTimes(
        apart.map((x) => x - Math.round(x)),
        cell,
      ),
    );
    return distance < tolerance ? [rotation] : [];
  });
}

function rowsOf(matrix: Int32Array): string[][] {
  return [0, 3, 6].map((k) => Array.from(matrix.subarray(k, k + 3), (x) => String(x).padStart(2)));
}
