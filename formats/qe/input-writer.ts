import { heights, volume } from '../../src/model/cell.js';
import { standardMass } from '../../src/model/elements.js';
import { PhonolinkError } from '../../src/model/errors.js';
import type { Frame, InfoValue } from '../../src/model/frame.js';
import { symbolsOf } from '../../src/model/structure.js';
import type { WriteOptions } from '../format.js';
import { digits } from '../io/digits.js';
import { elementOfLabel } from '../labels.js';
import { isStructural, KEPT_CARDS, PW_VELOCITY } from './carried.js';

/** Ry; what is written where nobody has said a cutoff, and a note says so. */
const DEFAULT_CUTOFF = 60;
/** 1/A; the largest distance between k-points, 2 pi included, of the mesh that is written where none is known. */
const DEFAULT_SPACING = 0.25;

/** One frame as a runnable pw.x input: ibrav = 0, cell and positions in angstrom with every digit. */
export async function* writePwInput(
  frames: AsyncIterable<Frame>,
  options: WriteOptions,
): AsyncGenerator<string> {
  let written = false;
  for await (const frame of frames) {
    if (written)
      throw new PhonolinkError('a pw.x input holds one structure, but there are several', {
        hint: 'choose one with --index, or write a format that holds many',
      });
    written = true;
    yield inputText(frame, options);
  }
}

function inputText(frame: Frame, options: WriteOptions): string {
  const { structure } = frame;
  if (structure.count === 0)
    throw new PhonolinkError('a pw.x input needs atoms, but the structure has none', {
      hint: 'write extxyz, which holds an empty cell',
    });
  if (!(volume(structure.cell) > 0))
    throw new PhonolinkError(
      'a pw.x input needs a cell of three lattice vectors, but the structure has none',
      {
        hint: 'give a molecule or a slab a box with vacuum first',
      },
    );
  const table = speciesTable(frame, options);
  return [
    ...namelists(frame, table, options),
    'ATOMIC_SPECIES',
    ...table.rows.map((row) => `  ${row.label} ${row.mass} ${row.file}`),
    '',
    ...kPoints(frame, options),
    '',
    'CELL_PARAMETERS angstrom',
    ...triples(structure.cell),
    '',
    'ATOMIC_POSITIONS angstrom',
    ...positionLines(frame, table.labels),
    ...velocityLines(frame, table.labels, options),
    ...keptCards(frame),
    '',
  ].join('\n');
}

interface SpeciesTable {
  rows: { label: string; mass: number; file: string }[];
  /** [n] */
  labels: string[];
  /** Whether species of the original input are missing, so that variables numbered by species mean others. */
  renumbered: boolean;
}

/** Labels, masses and pseudopotential files: those of the file that was read, in its order, then new ones. */
function speciesTable(frame: Frame, options: WriteOptions): SpeciesTable {
  const { structure } = frame;
  const symbols = symbolsOf(structure);
  const files = new Map<string, string>();
  const known = textsOf(frame.info.get('pseudopotentials'), 2);
  for (const [label, file] of known) files.set(label, file);
  const column = frame.columns.get('label');
  const given = column?.kind === 'S' && column.width === 1 ? column.data : symbols;
  const labels: string[] = [];
  const masses = new Map<string, number>();
  for (let i = 0; i < structure.count; i++) {
    const usable = elementOfLabel(given[i]) === symbols[i] && /^[^\s!#&/]+$/.test(given[i]);
    const base = usable ? given[i] : symbols[i];
    const mass = structure.masses[i];
    let label = base;
    // Atoms of one label but different masses are different species to pw.x.
    for (let k = 1; masses.has(label) && masses.get(label) !== mass; k++) label = `${symbols[i]}${k}`;
    if (label !== base && elementOfLabel(label) !== symbols[i])
      throw new PhonolinkError(`atoms of ${symbols[i]}, which is no element, have different masses`, {
        hint: 'name the species with --species, so that they can be told apart',
      });
    masses.set(label, mass);
    labels.push(label);
    if (label !== base && !files.has(label) && files.has(base)) files.set(label, files.get(base)!);
  }
  const order = options.species ?? known.map(([label]) => label);
  const rank = (label: string) => {
    const exact = order.indexOf(label);
    const place = exact >= 0 ? exact : order.indexOf(elementOfLabel(label));
    return place < 0 ? order.length : place;
  };
  const sorted = [...masses.keys()].sort((p, q) => rank(p) - rank(q));
  const missing = sorted.filter((label) => !files.has(label));
  if (missing.length > 0) {
    const placeholders = missing.map((label) => `${elementOfLabel(label)}.UPF`);
    options.note(
      `The pseudopotential of ${missing.join(', ')} is not known: ${[...new Set(placeholders)].join(', ')} in ATOMIC_SPECIES stands for a file to be named.`,
    );
  }
  const rows = sorted.map((label) => ({
    label,
    mass: masses.get(label) || standardMass(elementOfLabel(label)),
    file: files.get(label) ?? `${elementOfLabel(label)}.UPF`,
  }));
  const renumbered = known.some(([label], k) => rows[k]?.label !== label);
  return { rows, labels, renumbered };
}

function namelists(frame: Frame, table: SpeciesTable, options: WriteOptions): string[] {
  const groups = new Map<string, string[]>([
    ['CONTROL', []],
    ['SYSTEM', ['ibrav = 0', `nat = ${frame.structure.count}`, `ntyp = ${table.rows.length}`]],
    ['ELECTRONS', []],
  ]);
  const given = textsOf(frame.info.get('namelists'), 3);
  const dropped: string[] = [];
  for (const [group, variable, value] of given) {
    if (isStructural(group, variable.replace(/\(.*/, ''))) continue;
    if (table.renumbered && variable.includes('(')) {
      dropped.push(variable);
      continue;
    }
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group)!.push(`${variable} = ${value}`);
  }
  if (dropped.length > 0)
    options.note(`Left out, since the species are others than in the original input: ${dropped.join(', ')}.`);
  if (given.length === 0)
    groups
      .get('CONTROL')!
      .push("calculation = 'scf'", "pseudo_dir = './'", 'tprnfor = .true.', 'tstress = .true.');
  if (!given.some(([group, variable]) => group === 'SYSTEM' && variable === 'ecutwfc')) {
    groups
      .get('SYSTEM')!
      .push(`ecutwfc = ${DEFAULT_CUTOFF}.0 ! Ry, a guess: choose what the pseudopotentials ask for`);
    options.note(
      `ecutwfc is not known: ${DEFAULT_CUTOFF} Ry is a guess, set what the pseudopotentials ask for.`,
    );
  }
  return [...groups].flatMap(([group, lines]) => [`&${group}`, ...lines.map((line) => `  ${line}`), '/']);
}

function kPoints(frame: Frame, options: WriteOptions): string[] {
  const known = textsOf(frame.info.get('K_POINTS'), 1).flat();
  if (known.length > 0) return [`K_POINTS ${known[0]}`, ...known.slice(1).map((line) => `  ${line}`)];
  // Rounded so that a cell whose heights are equal but for noise gets equal meshes.
  const mesh = Array.from(heights(frame.structure.cell), (height, k) =>
    frame.structure.periodic[k]
      ? Math.max(1, Math.ceil(Number(((2 * Math.PI) / (height * DEFAULT_SPACING)).toFixed(6))))
      : 1,
  );
  options.note(
    `The k-points are not known: the mesh ${mesh.join(' x ')} has at most ${DEFAULT_SPACING} 1/A between points; converge it.`,
  );
  return ['K_POINTS automatic', `  ${mesh.join(' ')} 0 0 0`];
}

function triples(values: ArrayLike<number>, scale = 1): string[] {
  const lines: string[] = [];
  for (let i = 0; i < values.length; i += 3) {
    lines.push(`  ${[0, 1, 2].map((c) => digits(values[i + c] / scale).padStart(24)).join(' ')}`);
  }
  return lines;
}

function positionLines(frame: Frame, labels: readonly string[]): string[] {
  const column = frame.columns.get('if_pos');
  const free = column?.kind === 'I' && column.width === 3 ? column.data : null;
  return triples(frame.structure.positions).map(
    (line, i) => `${labels[i].padEnd(4)}${line}${free ? `  ${free.slice(3 * i, 3 * i + 3).join(' ')}` : ''}`,
  );
}

function velocityLines(frame: Frame, labels: readonly string[], options: WriteOptions): string[] {
  if (!frame.velocities) return [];
  options.note(
    "pw.x uses the velocities only with calculation = 'md' and ion_velocities = 'from_input' in &IONS.",
  );
  const lines = triples(frame.velocities, PW_VELOCITY);
  return ['', 'ATOMIC_VELOCITIES a.u', ...lines.map((line, i) => `${labels[i].padEnd(4)}${line}`)];
}

function keptCards(frame: Frame): string[] {
  return KEPT_CARDS.flatMap((name) => {
    const lines = textsOf(frame.info.get(name), 1).flat();
    return lines.length === 0
      ? []
      : ['', `${name} ${lines[0]}`.trimEnd(), ...lines.slice(1).map((line) => `  ${line}`)];
  });
}

/** Rows of `width` texts of an info value; none where it has another form. */
function textsOf(value: InfoValue | undefined, width: number): string[][] {
  if (value?.kind !== 'S' || !('shape' in value) || (value.shape[1] ?? 1) !== width) return [];
  const rows: string[][] = [];
  for (let i = 0; i + width <= value.value.length; i += width) rows.push(value.value.slice(i, i + width));
  return rows;
}
