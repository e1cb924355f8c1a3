import { inverse, rowsTimes } from '../../src/model/cell.js';
import { type Structure, symbolsOf } from '../../src/model/structure.js';

/** The text of a vasprun.xml with one step: what both phonopy and we read of it, in 16 decimals. */
export function smallVasprun(structure: Structure, forces: ArrayLike<number>, energy: number): string {
  const symbols = symbolsOf(structure);
  const kinds = [...new Set(symbols)];
  const rows = (values: ArrayLike<number>) =>
    Array.from({ length: values.length / 3 }, (_, i) => {
      const row = [0, 1, 2].map((k) => values[3 * i + k].toFixed(16).padStart(22));
      return `<v>${row.join(' ')} </v>`;
    }).join('\n');
  const cell = `<crystal>\n<varray name="basis" >\n${rows(structure.cell)}\n</varray>\n</crystal>`;
  const places = rows(rowsTimes(structure.positions, inverse(structure.cell)));
  const atoms = symbols.map(
    (symbol) => `<rc><c>${symbol.padEnd(2)}</c><c>${String(kinds.indexOf(symbol) + 1).padStart(4)}</c></rc>`,
  );
  return `<?xml version="1.0" encoding="ISO-8859-1"?>
<modeling>
<generator>
<i name="program" type="string">vasp </i>
<i name="version" type="string">5.4.4  </i>
</generator>
<atominfo>
<atoms>${symbols.length}</atoms>
<types>${kinds.length}</types>
<array name="atoms" >
<dimension dim="1">ion</dimension>
<field type="string">element</field>
<field type="int">atomtype</field>
<set>
${atoms.join('\n')}
</set>
</array>
</atominfo>
<calculation>
<scstep>
<energy>
<i name="e_fr_energy">${energy.toFixed(8).padStart(16)} </i>
<i name="e_wo_entrp">${energy.toFixed(8).padStart(16)} </i>
<i name="e_0_energy">${energy.toFixed(8).padStart(16)} </i>
</energy>
</scstep>
<structure>
${cell}
<varray name="positions" >
${places}
</varray>
</structure>
<varray name="forces" >
${rows(forces)}
</varray>
<energy>
<i name="e_fr_energy">${energy.toFixed(8).padStart(16)} </i>
<i name="e_wo_entrp">${energy.toFixed(8).padStart(16)} </i>
<i name="e_0_energy">${energy.toFixed(8).padStart(16)} </i>
</energy>
</calculation>
</modeling>
`;
}
