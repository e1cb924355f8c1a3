import { rowsTimes } from '../../src/model/cell.js';
import { quoted } from '../../src/model/errors.js';
import { type Atoms, groupedAtoms } from './groups.js';
import { latin1, numbersOf } from './numbers.js';
import { elementOf } from './species.js';
import type { Content, XmlScanner } from './xml.js';
import { readRows, within } from './xml-rows.js';

/** What holds for all steps of a run. */
export interface Run {
  atoms?: Atoms;
  initial?: Site;
  /** fs */
  potim?: number;
  /** kB */
  pstress?: number;
}

/** A <structure>. */
export interface Site {
  /** [9] A */
  cell: Float64Array;
  /** [3n] */
  fractional: Float64Array;
  /** [3n] A/fs */
  velocities?: Float64Array;
  /** [3n] 1 where the atom may move along that lattice vector */
  flags?: Uint8Array;
}

/** POTIM and PSTRESS out of <parameters>. */
export function readParameters(run: Run, content: Content): void {
  const text = latin1(content.bytes, content.start, content.stop);
  const number = (name: string) => {
    const value = new RegExp(`<i name="${name}">([^<]*)</i>`).exec(text)?.[1];
    const read = numbersOf(value ?? '').real();
    return Number.isNaN(read) ? undefined : read;
  };
  run.potim = number('POTIM') ?? run.potim;
  run.pstress = number('PSTRESS') ?? run.pstress;
}

/**
 * Species of <array name="atoms">, one row <rc><c>Si</c><c>   1</c></rc> for each atom. Some versions cut the symbol
 * down ('r' for Zr, 'X' for Xe): the name of the pseudopotential in <array name="atomtypes"> tells then.
 */
export function readAtoms(scanner: XmlScanner, content: Content): Atoms {
  const array = within(content, 'array', 'atoms');
  if (!array) scanner.fail('no atoms', '<array name="atoms"> in <atominfo>');
  const types = within(content, 'array', 'atomtypes');
  const titles = types
    ? [...latin1(types.bytes, types.start, types.stop).matchAll(LAST_CELL)].map((m) => m[1])
    : [];
  const text = latin1(array.bytes, array.start, array.stop);
  const symbols: string[] = [];
  for (const row of text.matchAll(/<rc>\s*<c>([^<]*)<\/c>\s*<c>\s*(\d+)\s*<\/c>\s*<\/rc>/g)) {
    let symbol = elementOf(row[1].trim());
    if (symbol === '' || symbol === 'X') {
      const title = titles[Number(row[2]) - 1]?.trim().split(/\s+/) ?? [];
      symbol = elementOf(title[1] ?? '') || symbol;
    }
    if (!symbol) {
      scanner.fail(quoted(row[1]), `the element of atom ${symbols.length + 1}`, array.start + row.index);
    }
    symbols.push(symbol);
  }
  const told = /<atoms>\s*(\d+)\s*<\/atoms>/.exec(latin1(content.bytes, content.start, array.start))?.[1];
  if (symbols.length === 0 || (told !== undefined && Number(told) !== symbols.length)) {
    scanner.fail(`${symbols.length} rows of atoms`, `${told ?? 'at least one'} in <atominfo>`, array.stop);
  }
  return groupedAtoms(
    symbols,
    symbols.map(() => 1),
  );
}
const LAST_CELL = /<c>([^<]*)<\/c>\s*<\/rc>/g;

/** The cell and fractional positions of a <structure>, and where they stand there, velocities and flags. */
export function readStructure(scanner: XmlScanner, content: Content, run: Run): Site {
  const count = run.atoms?.kinds.length;
  if (count === undefined) scanner.fail('<structure>', '<atominfo> before it', content.start);
  const rows = (name: string, n: number): Float64Array | undefined => {
    const array = within(content, 'varray', name);
    return array ? (readRows(scanner, array, n, name, false) ?? undefined) : undefined;
  };
  const cell = rows('basis', 3);
  const fractional = rows('positions', count);
  if (!cell || !fractional) {
    scanner.fail(`no <varray name="${cell ? 'positions' : 'basis'}">`, 'one in <structure>', content.start);
  }
  const site: Site = { cell, fractional };
  const flags = within(content, 'varray', 'selective');
  if (flags) site.flags = readFlags(scanner, flags, count);
  const velocities = rows('velocities', count);
  // Fractions of the lattice vectors per time step: with them the kinetic energy of the first step comes out.
  if (velocities && run.potim !== undefined && run.potim > 0) {
    const { potim } = run;
    site.velocities = rowsTimes(velocities, cell).map((v) => v / potim);
  }
  return site;
}

/** Rows <v type="logical"> T T F </v>. */
function readFlags(scanner: XmlScanner, content: Content, count: number): Uint8Array {
  const text = latin1(content.bytes, content.start, content.stop);
  const letters = [...text.matchAll(/<v[^>]*>\s*([TF])\s+([TF])\s+([TF])\s*<\/v>/g)].flatMap((m) =>
    m.slice(1, 4),
  );
  if (letters.length !== 3 * count) {
    scanner.fail(
      `${letters.length / 3} rows of selective dynamics`,
      `${count} rows <v> T T F </v>`,
      content.start,
    );
  }
  return Uint8Array.from(letters, (letter) => (letter === 'T' ? 1 : 0));
}
