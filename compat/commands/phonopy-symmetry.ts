import { siteSymmetry } from '../../src/symmetry/cell-symmetry.js';
import { openCrystal } from './crystal.js';
import type { Session } from './session.js';

/** --symmetry: the space group and its operations in the primitive cell, in phonopy's YAML. */
export async function printSymmetry(session: Session, print: (line: string) => void): Promise<void> {
  const { primitiveSymmetry: symmetry } = await openCrystal(session, true);
  const { spaceGroup, operations, equivalent } = symmetry;
  if (spaceGroup) {
    print(`space_group_type: '${spaceGroup.symbol}'`);
    print(`space_group_number: ${spaceGroup.number}`);
    print(`point_group_type: '${spaceGroup.pointGroup}'`);
  }
  print('space_group_operations:');
  operations.forEach(({ rotation, translation }, o) => {
    print(`- rotation: # ${o + 1}`);
    for (const row of rowsOf(rotation)) print(`  - ${row}`);
    const shifts = Array.from(translation, (x) =>
      (Math.abs(x - Math.round(x)) < 1e-5 ? 0 : x).toFixed(5).padStart(8),
    );
    print(`  translation: [${shifts.join(', ')} ]`);
  });
  print('atom_mapping:');
  equivalent.forEach((to, atom) => {
    print(`  ${atom + 1}: ${to + 1}`);
  });
  print('site_symmetries:');
  equivalent.forEach((to, atom) => {
    if (to !== atom) return;
    print(`- atom: ${atom + 1}`);
    print('  rotations:');
    siteSymmetry(symmetry, atom).forEach(({ rotation }, o) => {
      print(`  - # ${o + 1}`);
      for (const row of rowsOf(rotation)) print(`    - ${row}`);
    });
  });
}

function rowsOf(rotation: Int32Array): string[] {
  return [0, 3, 6].map(
    (k) => `[${Array.from(rotation.subarray(k, k + 3), (x) => String(x).padStart(2)).join(', ')}]`,
  );
}
