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
  'src/workflows': 8,

  'src/cli': 9,
  compat: 10,
};
/** The public entry and the build's own corner stand outside the ranks. */
const OUTSIDE = new Set(['src/index.ts', 'src/kernels']);

function place(path: string): string | undefined {
  if ([...OUTSIDE].some((outside) => path === outside || path.startsWith(`${outside}/`))) return undefined;
  const parts = path.split(sep);
  return parts[0] === 'src' ? `src/${parts[1]}` : parts[0];
}

function sources(folder: string): string[] {
  return readdirSync(join(PACKAGE_ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|js)$/.test(entry.name))
    .map((entry) => relative(PACKAGE_ROOT, join(entry.parentPath, entry.name)));
}

const files = ['src', 'formats', 'compat'].flatMap(sources);

/** Breaches of the rule in one file's text, as sentences. */
function breaches(file: string, text: string): string[] {
  const from = place(file);
  if (!from) return [];
  if (RANKS[from] === undefined) return [`${file}: the folder ${from} has no rank`];
  const imports = [...text.matchAll(/(?:from|import|import\()\s*['"](\.[^'"]+)['"]/g)].map(
    (match) => match[1],
  );
  return imports.flatMap((name) => {
    const target = relative(PACKAGE_ROOT, resolve(PACKAGE_ROOT, dirname(file), name));
    const to = place(target);
    if (to === undefined) return [`${file} imports ${name}, which has no rank`];
    return to === from || RANKS[to] < RANKS[from]
      ? []
      : [`${file} (rank ${RANKS[from]}) imports ${target} (rank ${RANKS[to]})`];
  });
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
    expect(breaches('formats/x.ts', "import { a } from '../src/model/errors.js';")).toEqual([]);
  });
});
