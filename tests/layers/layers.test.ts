import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/device/paths.js';

/** docs/ARCHITECTURE.md, "Dependency ranks": a file imports lower ranks and its own folder only. */
const RANKS: Record<string, number> = {
  'src/math': 0,
  'src/model': 1,
  'src/device': 2,
  'src/symmetry': 2,
  'src/neighbours': 3,
  'src/lattice': 3,
  'src/potentials': 4,
  'src/dynamics': 5,
  'src/fitting': 5,
  'src/transport': 6,
  'src/sampling': 6,
  formats: 7,
  'src/plots': 7,
  'compat/sockets': 7,
  'compat/ipi': 8,
  'compat/mdi': 8,
  'src/workflows': 9,
  'src/cli': 10,
  compat: 11,
};
/** The public entries and the build's own corner stand outside the ranks: an entry puts everything together. */
const OUTSIDE = new Set(['src/index.ts', 'src/cli/main.ts', 'src/kernels']);

function place(path: string): string | undefined {
  if ([...OUTSIDE].some((outside) => path === outside || path.startsWith(`${outside}/`))) return undefined;
  const parts = path.split(sep);
  const nested = `${parts[0]}/${parts[1]}`;
  return parts[0] === 'src' || RANKS[nested] !== undefined ? nested : parts[0];
}

function sources(folder: string): string[] {
  return readdirSync(join(PACKAGE_ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|js)$/.test(entry.name))
    .map((entry) => relative(PACKAGE_ROOT, join(entry.parentPath, entry.name)));
}

const files = ['src', 'formats', 'compat'].flatMap(sources);

/** The files of ours that one imports, types too, by their places in the package. */
function importsOf(file: string, text: string): string[] {
  return [...text.matchAll(/(?:from|import|import\()\s*['"](\.[^'"]+)['"]/g)].map((match) =>
    relative(PACKAGE_ROOT, resolve(PACKAGE_ROOT, dirname(file), match[1])),
  );
}

/** Breaches of the rule in one file's text, as sentences. */
function breaches(file: string, text: string): string[] {
  const from = place(file);
  if (!from) return [];
  if (RANKS[from] === undefined) return [`${file}: the folder ${from} has no rank`];
  return importsOf(file, text).flatMap((target) => {
    const to = place(target);
    if (to === undefined) return [`${file} imports ${target}, which has no rank`];
    return to === from || RANKS[to] < RANKS[from]
      ? []
      : [`${file} (rank ${RANKS[from]}) imports ${target} (rank ${RANKS[to]})`];
  });
}

/**
 * Circles of imports, 'a -> b -> a', one for each import that closes one: a walk in depth that meets a file which it
 * is still inside of.
 */
function circles(texts: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  const path: string[] = [];
  const done = new Set<string>();
  const visit = (file: string) => {
    if (path.includes(file)) {
      found.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      return;
    }
    if (done.has(file)) return;
    path.push(file);
    // Imports name what is compiled to, x.js for x.ts; those of kernels have no ending.
    for (const target of importsOf(file, texts.get(file) ?? '')) {
      visit(texts.has(target) ? target : `${target.replace(/\.js$/, '')}.ts`);
    }
    path.pop();
    done.add(file);
  };
  for (const file of texts.keys()) visit(file);
  return found;
}

describe('dependency ranks', () => {
  it('are kept by every file', () => {
    expect(files.length).toBeGreaterThan(10);
    expect(files.flatMap((file) => breaches(file, readFileSync(join(PACKAGE_ROOT, file), 'utf8')))).toEqual(
      [],
    );
  });

  it('catch a breach', () => {
    expect(breaches('src/model/x.ts', "import { a } from '../potentials/potential.js';")).toHaveLength(1);
    expect(breaches('src/device/x.ts', "import { a } from '../symmetry/y.js';")).toHaveLength(1);
    expect(breaches('src/new/x.ts', '')).toHaveLength(1);
    expect(breaches('compat/ipi/x.ts', "import { a } from '../../src/workflows/y.js';")).toHaveLength(1);
    expect(breaches('src/workflows/x.ts', "import { a } from '../../compat/ipi/y.js';")).toEqual([]);
    expect(breaches('formats/x.ts', "import { a } from '../src/model/errors.js';")).toEqual([]);
  });
});

describe('imports', () => {
  it('go in no circle', () => {
    const texts = new Map(files.map((file) => [file, readFileSync(join(PACKAGE_ROOT, file), 'utf8')]));
    expect(circles(texts)).toEqual([]);
  });

  it('that do are found, those of types too', () => {
    const texts = new Map([
      ['src/a.ts', "import { b } from './b/b.js';\nimport { d } from './d.js';"],
      ['src/b/b.ts', "import type { C } from './c';"],
      ['src/b/c.ts', "export { type A } from '../a.js';"],
      ['src/d.ts', "import { c } from './b/c.js';\nimport { worker } from './worker.js';"],
      ['src/worker.js', "import './worker.js';"],
    ]);
    expect(circles(texts)).toEqual([
      'src/a.ts -> src/b/b.ts -> src/b/c.ts -> src/a.ts',
      'src/worker.js -> src/worker.js',
    ]);
    texts.delete('src/worker.js');
    texts.set('src/b/c.ts', '');
    expect(circles(texts)).toEqual([]);
  });
});
