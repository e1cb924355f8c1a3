import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StructureFormat } from '../../formats/format.js';
import { formatNamed, openStructures } from '../../formats/read.js';
import { STRUCTURE_FORMATS } from '../../formats/registry.js';
import { volume } from '../../src/model/cell.js';
import { atomicNumber } from '../../src/model/elements.js';
import { type Column, type Frame, type InfoValue, quantitiesOf } from '../../src/model/frame.js';
import { permuted, speciesOrder } from '../../src/model/permute.js';
import { symbolsOf } from '../../src/model/structure.js';
import { readAll, written } from '../helpers/formats.js';
import { DATA, withoutData } from '../helpers/shared-data.js';

/** Files of the reference data that hold structures, by folder and name. */
const FILES: readonly [folder: string, name: RegExp][] = [
  ['formats/aims', /./],
  ['formats/extxyz', /./],
  ['formats/vasp', /./],
  ['formats/qe', /(\.in|_aiida\.out|NaCl-001\.out|schema\.xml)$/],
  [
    'formats/lammps',
    /(^si_.*(data|dump)|si\.xyz|^data|\.dump)(\.gz|$)|data_sw|lammps_structure_Ti|forces_Ti\.0/,
  ],
  ['nep', /\.extxyz$|\.xyz$|train\.xyz$/],
  ['mtp', /(\.cfg|xyz)$/],
  ['train', /xyz$/],
  ['md', /(xyz|\.data|\.dump|POSCAR)$/],
  ['phonopy', /(POSCAR.*|vasprun\.xml-\d+)$/],
];

function referenceFiles(): string[] {
  if (withoutData) return [];
  return FILES.flatMap(([folder, name]) =>
    readdirSync(join(DATA, folder), { recursive: true, withFileTypes: true })
      // pw.x printed no positions into one of them.
      .filter(({ name: file }) => file !== 'default_xml_241015_aiida.out')
      .filter((entry) => entry.isFile() && name.test(entry.name))
      .map((entry) => relative(DATA, join(entry.parentPath, entry.name))),
  ).sort();
}

/** What files without symbols do not say, by folder or name. */
const SPECIES: readonly [where: RegExp, species: string[]][] = [
  [/^md\/nep_lammps/, ['C']],
  [/^formats\/lammps\/si_/, ['Si']],
  [/^formats\/lammps\/lammps_forces/, ['Ti']],
];

/** The first two frames of a file: more say nothing new of a format. */
async function firstFrames(file: string): Promise<Frame[]> {
  const frames: Frame[] = [];
  const species = SPECIES.find(([where]) => where.test(file))?.[1];
  const { frames: all } = await openStructures(join(DATA, file), { species });
  for await (const frame of all) {
    frames.push(frame);
    if (frames.length === 2) break;
  }
  return frames;
}

const same = (found: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-10) => {
  if (found.length !== expected.length) return `has ${found.length} numbers instead of ${expected.length}`;
  for (let i = 0; i < expected.length; i++) {
    const [x, y] = [found[i], expected[i]];
    // NaN is for values that a file itself has as NaN.
    if (!(Math.abs(x - y) <= tolerance * Math.max(1, Math.abs(y))) && !(Number.isNaN(x) && Number.isNaN(y)))
      return `differs: ${x} instead of ${y} at ${i}`;
  }
  return '';
};

function sameValue(found: InfoValue | undefined, expected: InfoValue): string {
  if (!found) return 'is gone';
  const list = (value: InfoValue) =>
    ('shape' in value ? Array.from<unknown>(value.value) : [value.value]) as (number | string | boolean)[];
  const [x, y] = [list(found), list(expected)];
  if (found.kind !== expected.kind)
    return `is of kind ${found.kind} instead of ${expected.kind}: ${x} / ${y}`;
  if (typeof y[0] === 'number') return same(x as number[], y as number[]);
  return JSON.stringify(x) === JSON.stringify(y)
    ? ''
    : `is ${JSON.stringify(x)} instead of ${JSON.stringify(y)}`;
}

function sameColumn(format: string, found: Column | undefined, expected: Column): string {
  if (!found) return 'is gone';
  // A dump knows numbers and words only.
  const kinds = format === 'lammps-dump' && expected.kind !== 'S' ? 'RIL' : expected.kind;
  if (!kinds.includes(found.kind)) return `is of kind ${found.kind} instead of ${expected.kind}`;
  if (found.width !== expected.width) return `has width ${found.width} instead of ${expected.width}`;
  if (expected.kind === 'S' || found.kind === 'S')
    return found.data.join(' ') === expected.data.join(' ') ? '' : 'has other words';
  return same(found.data, expected.data);
}

/** What is wrong with a quantity of a frame that was read back; '' where nothing is. */
function fault(format: string, quantity: string, found: Frame, expected: Frame): string {
  const [a, b] = [found.structure, expected.structure];
  switch (quantity) {
    case 'positions':
      return same(a.positions, b.positions);
    case 'cell':
      return same(a.cell, b.cell);
    case 'species':
      return symbolsOf(a).join(' ') === symbolsOf(b).join(' ') ? '' : 'are others';
    case 'masses':
      return same(a.masses, b.masses);
    case 'partial periodicity':
      return `${a.periodic}` === `${b.periodic}` ? '' : `is ${a.periodic} instead of ${b.periodic}`;
    case 'velocities':
      return found.velocities ? same(found.velocities, expected.velocities!) : 'is gone';
  }
  const [, kind, name] = /^(info|column) (.*)$/s.exec(quantity) ?? [];
  if (kind === 'info') return sameValue(found.info.get(name), expected.info.get(name)!);
  if (kind === 'column') return sameColumn(format, found.columns.get(name), expected.columns.get(name)!);
  const key = quantity as keyof Frame['labels'];
  const [x, y] = [found.labels[key], expected.labels[key]!];
  if (x === undefined) return 'is gone';
  return typeof x === 'number' || typeof y === 'number' ? same([x as number], [y as number]) : same(x, y);
}

/** What a format adds by itself, because its files always say it. */
const ADDED: Readonly<Record<string, RegExp>> = {
  poscar: /^info comment$/,
  'qe-in': /^info (namelists|pseudopotentials|K_POINTS)$|^column label$/,
  'lammps-dump': /^(info timestep|column type)$/,
};

/** A frame as a format has to give it back: what its notes say was done is done here too. */
function asNoted(frame: Frame, notes: readonly string[]): Frame {
  const said = (sentence: RegExp) => notes.some((note) => sentence.test(note));
  const order = said(/regrouped by species/) ? speciesOrder(frame) : undefined;
  if (order) return permuted(frame, order);
  let { structure, labels } = frame;
  if (said(/cell .*left out/i) && !structure.periodic.includes(true))
    structure = { ...structure, cell: new Float64Array(9) };
  const w = labels.virial;
  if (w && said(/mean of their off-diagonal pairs/))
    labels = { ...labels, virial: w.map((x, k) => (x + w[3 * (k % 3) + Math.floor(k / 3)]) / 2) };
  if (said(/has no mass/)) structure = { ...structure, masses: structure.masses.map((m) => m || 1) };
  return { ...frame, structure, labels };
}

/** What a format may refuse a structure with; null where it may not. */
function excuse({ structure }: Frame, format: StructureFormat): RegExp | null {
  const bare = !(volume(structure.cell) > 0);
  if (bare && ['poscar', 'gpumd', 'qe-in'].includes(format.name)) return /cell/;
  const unknown = structure.species.some((symbol) => atomicNumber(symbol) < 0);
  return unknown && format.name === 'poscar' ? /is no element/ : null;
}

function faults(found: Frame, expected: Frame, format: StructureFormat): string[] {
  const quantities = quantitiesOf(expected);
  const wrong = quantities
    .filter((quantity) => format.holds?.(quantity) ?? true)
    .map((quantity) => [quantity, fault(format.name, quantity, found, expected)])
    .filter(([, what]) => what !== '')
    .map(([quantity, what]) => `${quantity} ${what}`);
  const added = quantitiesOf(found).filter(
    (quantity) => !quantities.includes(quantity) && !ADDED[format.name]?.test(quantity),
  );
  return [...wrong, ...added.map((quantity) => `${quantity} comes from nowhere`)];
}

const WRITERS = STRUCTURE_FORMATS.filter(({ write }) => write);
const xyz = formatNamed('extxyz');

describe.skipIf(withoutData)('every file to every format and back', () => {
  it.each(referenceFiles())('%s', async (file) => {
    const frames = await firstFrames(file);
    expect(frames.length).toBeGreaterThan(0);
    const found: string[] = [];
    for (const format of WRITERS) {
      const given = format.manyFrames ? frames : frames.slice(0, 1);
      const allowed = given.map((frame) => excuse(frame, format)).find((why) => why !== null);
      if (allowed) {
        await expect(written(format, given)).rejects.toThrow(allowed);
        continue;
      }
      const notes: string[] = [];
      const text = await written(format, given, {}, notes);
      // MLIP numbers its species, and says no more.
      const species = [...new Set(given.flatMap(({ structure }) => symbolsOf(structure)))];
      const back = await readAll(format, text, format.name === 'mlip-cfg' ? { species } : {});
      const again = await readAll(xyz, await written(xyz, back));
      expect([back.length, again.length]).toEqual([given.length, given.length]);
      given.forEach((frame, i) => {
        const expected = asNoted(frame, notes);
        for (const [way, result] of [
          ['', back[i]],
          [', then extxyz', again[i]],
        ] as const)
          found.push(...faults(result, expected, format).map((what) => `${format.name}${way}: ${what}`));
      });
    }
    expect(found).toEqual([]);
  });
});

describe.skipIf(withoutData)("what LAMMPS's frame leaves as it is", () => {
  const turned = [
    'nep/Al_nep3.extxyz',
    'nep/UNEP-v1.extxyz',
    'nep/PbTe_nep4.extxyz',
    'nep/BaZrO3_nep4.extxyz',
    'mtp/maml_Cu.extxyz',
    'train/ace_Cu-I.extxyz',
  ];

  it.each(turned)('%s', async (file) => {
    const dump = formatNamed('lammps-dump');
    const record = /^(metal) phonolink rotation.*$/m;
    let turns = 0;
    for (const frame of await firstFrames(file)) {
      const text = await written(dump, [frame]);
      if (record.test(text)) turns++;
      // Without the record the file is what LAMMPS sees.
      const [seen] = await readAll(dump, text.replace(record, '$1'));
      expect(volume(seen.structure.cell)).toBeCloseTo(volume(frame.structure.cell), 8);
      expect(same(distances(seen), distances(frame))).toBe('');
      // The work of the forces along the vectors between atoms.
      expect(same(work(seen), work(frame), 1e-9)).toBe('');
    }
    expect(turns).toBeGreaterThan(0);
  });
});

/** [m] A between the first 30 atoms */
function distances({ structure: { positions, count } }: Frame): number[] {
  const out: number[] = [];
  for (let i = 0; i < Math.min(30, count); i++)
    for (let j = 0; j < i; j++)
      out.push(Math.hypot(...[0, 1, 2].map((c) => positions[3 * i + c] - positions[3 * j + c])));
  return out;
}

/** [n] eV, force of each atom times the vector to it from the first */
function work({ structure: { positions, count }, labels: { forces } }: Frame): number[] {
  if (!forces) return [];
  return Array.from({ length: count }, (_, i) =>
    [0, 1, 2].reduce((sum, c) => sum + forces[3 * i + c] * (positions[3 * i + c] - positions[c]), 0),
  );
}
