import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/device/paths.js';

/** What a section of a page of docs/ tells its reader to save and to run. */
export interface Recipe {
  readonly title: string;
  /** Files by name: blocks whose fence names a file, '```xml input.xml' */
  readonly files: ReadonlyMap<string, string>;
  /** The blocks fenced as bash, one after the other */
  readonly script: string;
}

/** The recipes of docs/NAME; the files that stand before the first of them belong to each. */
export function recipesOf(name: string): Recipe[] {
  const page = readFileSync(join(PACKAGE_ROOT, 'docs', name), 'utf8');
  const [before, ...sections] = page.split(/^## /m);
  const common = blocksOf(before).files;
  return sections
    .map((section) => {
      const { files, script } = blocksOf(section);
      return { title: section.split('\n', 1)[0], files: new Map([...common, ...files]), script };
    })
    .filter(({ script }) => script !== '');
}

function blocksOf(text: string): { files: Map<string, string>; script: string } {
  const files = new Map<string, string>();
  let script = '';
  for (const [, kind, file, body] of text.matchAll(/^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm)) {
    if (file) files.set(file, body);
    else if (kind === 'bash') script += body;
  }
  return { files, script };
}
