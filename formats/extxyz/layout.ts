import { COLUMN_NAMES, COLUMN_WIDTHS, type ColumnRole } from './names.js';

export type ColumnKind = 'R' | 'I' | 'L' | 'S';

/** What a group of columns is: the species, the atomic number, the position, a known quantity, or only carried. */
export type Role = 'species' | 'number' | 'positions' | ColumnRole | 'carried';

export interface LayoutColumn {
  name: string;
  kind: ColumnKind;
  width: number;
  role: Role;
}

/** What is wrong with a Properties value: both as words of an error message. */
export class LayoutProblem extends Error {
  constructor(
    readonly found: string,
    readonly expected: string,
  ) {
    super(found);
  }
}

/**
 * The columns of Properties=NAME:KIND:WIDTH:...; `forces` names the column that holds them, where detection must not
 * choose.
 * @throws LayoutProblem
 */
export function parseLayout(properties: string, forces?: string): LayoutColumn[] {
  const fields = properties.split(':');
  if (fields.length % 3 !== 0)
    throw new LayoutProblem(
      `${fields.length} fields in Properties`,
      'three for each column, NAME:KIND:WIDTH',
    );
  const columns: LayoutColumn[] = [];
  for (let i = 0; i < fields.length; i += 3) {
    const [name, kind, width] = fields.slice(i, i + 3);
    if (name === '') throw new LayoutProblem('a column without a name in Properties', 'NAME:KIND:WIDTH');
    if (!/^[RILS]$/.test(kind))
      throw new LayoutProblem(`the kind '${kind.slice(0, 20)}' of ${name}`, 'R, I, L or S');
    // The bound keeps a damaged width from asking for more memory than there is.
    if (!/^\d{1,6}$/.test(width) || Number(width) === 0)
      throw new LayoutProblem(
        `the width '${width.slice(0, 20)}' of ${name}`,
        'a whole number from 1 to 999999',
      );
    if (columns.some((column) => column.name === name))
      throw new LayoutProblem(`two columns named ${name}`, 'a name for each column');
    columns.push({ name, kind: kind as ColumnKind, width: Number(width), role: 'carried' });
  }
  assignRoles(columns, forces);
  return columns;
}

function assignRoles(columns: LayoutColumn[], forces: string | undefined): void {
  const named = (name: string) =>
    columns.find((column) => column.name === name) ??
    columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
  const isNumeric = (column: LayoutColumn) => column.kind === 'R' || column.kind === 'I';

  const positions = named('pos') ?? named('positions');
  if (!positions) throw new LayoutProblem('no column pos in Properties', 'pos:R:3');
  if (!isNumeric(positions) || positions.width !== 3)
    throw new LayoutProblem(`${positions.name}:${positions.kind}:${positions.width}`, 'pos:R:3');
  positions.role = 'positions';

  const species = [named('species'), named('symbols'), named('element')].find(
    (column) => column?.width === 1 && (column.kind === 'S' || column.kind === 'I'),
  );
  const number = columns.find((column) => column.name === 'Z');
  if (species) species.role = 'species';
  if (number?.kind === 'I' && number.width === 1) number.role = 'number';
  if (!species && number?.role !== 'number')
    throw new LayoutProblem('neither species nor Z in Properties', 'species:S:1 or Z:I:1');

  for (const role of Object.keys(COLUMN_NAMES) as ColumnRole[]) {
    const names = role === 'forces' && forces !== undefined ? [forces] : COLUMN_NAMES[role];
    const column = names
      .map(named)
      .find((c) => c?.role === 'carried' && isNumeric(c) && COLUMN_WIDTHS[role].includes(c.width));
    if (column) column.role = role;
  }
  // Velocities from momenta only where the file gives none itself.
  const momenta = columns.find((column) => column.role === 'momenta');
  if (momenta && columns.some((column) => column.role === 'velocities')) momenta.role = 'carried';
}
