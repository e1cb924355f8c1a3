import type { Table } from './rows.js';

/** Columns of an `Atoms` line by `atom_style` (LAMMPS manual, command `read_data`); image flags may follow. */
export const ATOM_STYLES: Readonly<Record<string, readonly string[]>> = {
  atomic: ['id', 'type', 'x', 'y', 'z'],
  charge: ['id', 'type', 'q', 'x', 'y', 'z'],
  molecular: ['id', 'mol', 'type', 'x', 'y', 'z'],
  bond: ['id', 'mol', 'type', 'x', 'y', 'z'],
  angle: ['id', 'mol', 'type', 'x', 'y', 'z'],
  full: ['id', 'mol', 'type', 'q', 'x', 'y', 'z'],
};

/** Styles that LAMMPS has and that are not read: their atoms are more than points. */
const OTHERS = new Set(
  (
    'amoeba,apip,body,bpm/sphere,dielectric,dipole,dpd,edpd,electron,ellipsoid,hybrid,line,mdpd,oxdna,peri,rheo,' +
    'smd,sph,sphere,spin,tdpd,template,tri,wavepacket'
  ).split(','),
);

/** Whether a word is the name of an atom style, and no other remark behind `Atoms #`. */
export function isStyle(word: string): boolean {
  return word in ATOM_STYLES || OTHERS.has(word);
}

export const IMAGES = ['ix', 'iy', 'iz'] as const;

/**
 * The style of a table of `Atoms` lines that does not name it, from the number of its columns and where whole numbers
 * within the atom types stand; '' where several styles fit, or none.
 * @param types the number of atom types of the header
 */
export function detectStyle(table: Table, types: number): string {
  const fits = ['atomic', 'charge', 'molecular', 'full'].filter((style) => fitsStyle(table, style, types));
  return fits.length === 1 ? fits[0] : '';
}

function fitsStyle(table: Table, style: string, types: number): boolean {
  const columns = ATOM_STYLES[style];
  const extra = table.columns - columns.length;
  if (extra !== 0 && extra !== IMAGES.length) return false;
  return (
    columns.every((name, column) => {
      const values = (test: (x: number) => boolean) => all(table, column, test);
      if (name === 'type') {
        return table.words[column] !== null || values((x) => Number.isInteger(x) && x >= 1 && x <= types);
      }
      if (table.words[column] !== null) return false;
      return name !== 'mol' || values((x) => Number.isInteger(x) && x >= 0);
    }) &&
    (extra === 0 || IMAGES.every((_, k) => all(table, columns.length + k, Number.isInteger)))
  );
}

function all(table: Table, column: number, test: (x: number) => boolean): boolean {
  for (let k = column; k < table.values.length; k += table.columns) if (!test(table.values[k])) return false;
  return true;
}
