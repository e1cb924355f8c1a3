import { uniform } from '../../src/math/random.js';

const f8 = (x: number) => x.toFixed(8).padStart(16);
const row = (indent: string, values: ArrayLike<number>, i: number) =>
  `${indent}<v>${f8(values[3 * i])}${f8(values[3 * i + 1])}${f8(values[3 * i + 2])} </v>`;

function rows(indent: string, values: ArrayLike<number>): string[] {
  return Array.from({ length: values.length / 3 }, (_, i) => row(indent, values, i));
}

function structure(attribute: string, cell: ArrayLike<number>, positions: ArrayLike<number>): string[] {
  return [
    `  <structure${attribute}>`,
    '   <crystal>',
    '    <varray name="basis" >',
    ...rows('     ', cell),
    '    </varray>',
    '    <i name="volume">    100.00000000 </i>',
    '    <varray name="rec_basis" >',
    ...rows('     ', cell),
    '    </varray>',
    '   </crystal>',
    '   <varray name="positions" >',
    ...rows('    ', positions),
    '   </varray>',
    '  </structure>',
  ];
}

/** What a synthetic vasprun.xml holds besides structures, energies, forces and stress. */
export interface VasprunShape {
  atoms: number;
  cycles: number;
  bands: number;
  kpoints: number;
  /** Points of the density of states */
  dos: number;
}

/** The text of a vasprun.xml up to the first ionic step. */
export function vasprunHead(shape: VasprunShape, parameters = ''): string {
  const next = uniform(7);
  const half = shape.atoms / 2;
  const symbol = (i: number) => (i < half ? 'Na' : 'Cl');
  const atoms = Array.from({ length: shape.atoms }, (_, i) => i);
  return [
    '<?xml version="1.0" encoding="ISO-8859-1"?>',
    '<modeling>',
    ' <generator>',
    '  <i name="program" type="string">vasp </i>',
    ' </generator>',
    ' <kpoints>',
    '  <varray name="kpointlist" >',
    ...rows('   ', new Float64Array(3 * shape.kpoints)),
    '  </varray>',
    '  <varray name="weights" >',
    ...Array.from({ length: shape.kpoints }, () => `   <v>${f8(1 / shape.kpoints)} </v>`),
    '  </varray>',
    ' </kpoints>',
    ' <parameters>',
    '  <separator name="ionic" >',
    '   <i name="PSTRESS">      0.00000000</i>',
    '   <i name="POTIM">      1.50000000</i>',
    parameters,
    '  </separator>',
    ' </parameters>',
    ' <atominfo>',
    `  <atoms>${String(shape.atoms).padStart(8)} </atoms>`,
    '  <types>       2 </types>',
    '  <array name="atoms" >',
    '   <dimension dim="1">ion</dimension>',
    '   <field type="string">element</field>',
    '   <field type="int">atomtype</field>',
    '   <set>',
    ...atoms.map((i) => `    <rc><c>${symbol(i)}</c><c>${i < half ? '   1' : '   2'}</c></rc>`),
    '   </set>',
    '  </array>',
    ' </atominfo>',
    ...structure(' name="initialpos" ', CELL, Float64Array.from({ length: 3 * shape.atoms }, next)),
    '',
  ].join('\n');
}

/** A skewed cell of about 100 A^3. */
export const CELL = [5.1, 0, 0, 0.3, 4.9, 0, -0.2, 0.4, 4.1];

/** One <calculation> of random numbers, as VASP writes it. */
export function vasprunStep(shape: VasprunShape, seed: number): string {
  const next = uniform(seed);
  const numbers = (n: number, scale: number) =>
    Float64Array.from({ length: n }, () => (next() - 0.5) * scale);
  const energy = (indent: string, e: number) => [
    `${indent}<energy>`,
    `${indent} <i name="e_fr_energy">${f8(e)} </i>`,
    `${indent} <i name="e_wo_entrp">${f8(e + 0.002)} </i>`,
    `${indent} <i name="e_0_energy">${f8(e + 0.001)} </i>`,
    `${indent}</energy>`,
  ];
  const lines = [' <calculation>'];
  for (let c = 0; c < shape.cycles; c++) {
    lines.push('  <scstep>', '   <time name="dav">   12.77   12.77</time>');
    lines.push(
      '   <time name="total">   13.42   13.42</time>',
      ...energy('   ', -200 + next()),
      '  </scstep>',
    );
  }
  lines.push(...structure('', CELL, numbers(3 * shape.atoms, 1)));
  lines.push('  <varray name="forces" >', ...rows('   ', numbers(3 * shape.atoms, 4)), '  </varray>');
  lines.push('  <varray name="stress" >', ...rows('   ', numbers(9, 30)), '  </varray>');
  lines.push(...energy('  ', -200 + next()), '  <time name="totalsc">   66.20   66.41</time>');
  lines.push('  <eigenvalues>', '   <array>', '    <dimension dim="1">band</dimension>', '    <set>');
  lines.push('     <set comment="spin 1">');
  for (let k = 0; k < shape.kpoints; k++) {
    lines.push(`      <set comment="kpoint ${k + 1}">`);
    for (let b = 0; b < shape.bands; b++) lines.push(`       <r>${f8(next() * 20 - 10)}    1.0000 </r>`);
    lines.push('      </set>');
  }
  lines.push('     </set>', '    </set>', '   </array>', '  </eigenvalues>');
  lines.push(
    '  <dos>',
    '   <i name="efermi">      5.73214520 </i>',
    '   <total>',
    '    <array>',
    '     <set>',
  );
  for (let d = 0; d < shape.dos; d++) lines.push(`       <r>${f8(next())}${f8(next())}${f8(next())} </r>`);
  lines.push('     </set>', '    </array>', '   </total>', '  </dos>', ' </calculation>', '');
  return lines.join('\n');
}
