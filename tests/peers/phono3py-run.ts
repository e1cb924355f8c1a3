import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, vi } from 'vitest';
import { runPhono3py } from '../../compat/commands/phono3py.js';
import { openText } from '../../formats/io/open.js';
import { SALT, SILICON } from './conductivity.js';
import { PYTHON, python, scratch } from './peers.js';

/** Folders in which the peer's commands and ours run one after the other. */
export interface Twins {
  readonly theirs: string;
  readonly ours: string;
}

/** What both begin with. */
export async function material(name: 'silicon' | 'salt'): Promise<string> {
  const folder = scratch(`run-${name}`);
  if (name === 'silicon') {
    copyFileSync(SILICON.yaml, join(folder, 'phono3py_disp.yaml'));
    copyFileSync(SILICON.forces, join(folder, 'FORCES_FC3'));
  } else {
    const { text } = await openText(SALT.yaml);
    const lines: string[] = [];
    for (let line = await text.next(); line !== null; line = await text.next()) lines.push(line);
    await text.close();
    writeFileSync(join(folder, 'phono3py_params.yaml'), `${lines.join('\n')}\n`);
  }
  return folder;
}

/** Both folders with the files of another. */
export function twinsOf(from: string): Twins {
  const folders = { theirs: scratch('run-theirs'), ours: scratch('run-ours') };
  for (const folder of [folders.theirs, folders.ours]) {
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(from)) copyFileSync(join(from, name), join(folder, name));
  }
  return folders;
}

/** phono3py itself. */
export function theirRun(folder: string, line: string, program = join(dirname(PYTHON), 'phono3py')): string {
  const words = line.split(' ').filter(Boolean);
  const { status, stdout, stderr } = spawnSync(program, words, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${line}\n${stdout}${stderr}`);
  return stdout;
}

export async function ourRun(folder: string, line: string, run = runPhono3py): Promise<string> {
  let printed = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
  try {
    await run(line.split(' ').filter(Boolean), { folder });
  } finally {
    write.mockRestore();
  }
  return printed;
}

const DUMP = `
import h5py, glob, json, os, sys, numpy as np
answer = {}
for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.hdf5"))):
    sets = {}
    with h5py.File(path) as f:
        for name, d in f.items():
            if name in ("version", "physical_unit"):
                sets[name] = [[], []]
                continue
            values = np.asarray(d[()])
            numbers = values.ravel()
            if numbers.dtype.kind == "c":
                numbers = numbers.view("double")
            sets[name] = [list(values.shape), np.nan_to_num(numbers.astype("double"), nan=1e300).tolist()]
    answer[os.path.basename(path)] = sets
print(json.dumps(answer))
`;

type Dump = Record<string, Record<string, [shape: number[], values: number[]]>>;

export interface Comparison {
  /** Of the largest number of each data set */
  readonly tolerance: number;
  /** Data sets by 'file: name' that are not compared by their numbers */
  readonly without?: RegExp;
}

/** All HDF5 files that are new against a folder, data set by data set; their names. */
export function expectSameHdf5({ theirs, ours }: Twins, { tolerance, without }: Comparison): string[] {
  const [a, b] = [ours, theirs].map((folder) => python<Dump>(DUMP, folder));
  expect(Object.keys(a)).toEqual(Object.keys(b));
  for (const [file, sets] of Object.entries(b)) {
    // Fill values and versions apart, all that they have and nothing more.
    expect({ file, sets: Object.keys(a[file]) }).toEqual({ file, sets: Object.keys(sets) });
    for (const [name, [shape, values]] of Object.entries(sets)) {
      const where = `${file}: ${name}`;
      expect({ where, shape: a[file][name][0] }).toEqual({ where, shape });
      if (without?.test(where)) continue;
      const own = a[file][name][1];
      const largest = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      const worst = values.reduce((most, x, k) => Math.max(most, Math.abs(x - own[k])), 0);
      // What is nothing but rounding errors: velocities of about 10 and their like that cancel.
      if (largest < 1e-12 && worst < 1e-12) continue;
      expect(worst, where).toBeLessThanOrEqual(tolerance * largest);
    }
  }
  return Object.keys(b);
}

/** All *.dat files, number by number. */
export function expectSameDat({ theirs, ours }: Twins, tolerance: number): string[] {
  const names = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.dat'));
  expect(names(ours).sort()).toEqual(names(theirs).sort());
  for (const name of names(theirs)) {
    const [a, b] = [ours, theirs].map((folder) =>
      readFileSync(join(folder, name), 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.trim().split(/\s+/).map(Number)),
    );
    expect(a.length, name).toBe(b.length);
    const largest = b.flat().reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    for (const [k, row] of b.entries())
      for (const [c, x] of row.entries())
        expect(Math.abs(x - a[k][c]), `${name}: ${k}`).toBeLessThanOrEqual(tolerance * largest);
  }
  return names(theirs);
}

/** Rows of tables of conductivity: their words, and their numbers. */
function tableRows(text: string): { head: string; numbers: number[] }[] {
  return text.split('\n').flatMap((line) => {
    const found = line.match(/^(.*?)((?: +-?\d+\.\d{3}){6})\s*$/);
    if (!found) return [];
    return [{ head: found[1].trim(), numbers: found[2].trim().split(/\s+/).map(Number) }];
  });
}

/** Tables of conductivity, to a rounding of their last digit; how many rows. */
export function expectSameTables(ours: string, theirs: string): number {
  const [a, b] = [tableRows(ours), tableRows(theirs)];
  expect(a.map(({ head }) => head)).toEqual(b.map(({ head }) => head));
  for (const [k, { head, numbers }] of b.entries()) {
    for (const [c, x] of numbers.entries())
      expect(Math.abs(x - a[k].numbers[c]), `${head} ${c}`).toBeLessThanOrEqual(0.001 + 1e-8 * Math.abs(x));
  }
  return b.length;
}

/** Headings that stand over tables, and what is said of files. */
export function remarks(text: string): string[] {
  return text
    .split('\n')
    .filter((line) =>
      /W\/m-k|^#|^"?(kappa|coleigs)|written|Grid point \d|BZ integration|Mesh sampling/.test(line),
    )
    .map((line) => line.trimEnd())
    .filter((line) => !/fc[23]\.hdf5/.test(line));
}
