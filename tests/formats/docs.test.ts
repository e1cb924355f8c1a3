import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { POTENTIAL_FORMATS } from '../../formats/potentials.js';
import { STRUCTURE_FORMATS } from '../../formats/registry.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';

const text = (name: string) => readFileSync(join(PACKAGE_ROOT, 'docs', name), 'utf8');

/** The cells of every table row. */
const rows = (name: string) =>
  text(name)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()));

describe('the documents of formats', () => {
  it.each(STRUCTURE_FORMATS.map((format) => [format.name, format] as const))(
    'say of %s what it can do',
    (name, format) => {
      const cells = rows('formats.md').find(([, cell]) => cell === `\`${name}\``)!;
      expect(cells).toBeDefined();
      expect(cells[3]).toBe(format.read ? 'yes' : '');
      expect(cells[4]).toBe(format.write ? (format.manyFrames ? 'yes, many frames' : 'yes') : '');
    },
  );

  it.each(POTENTIAL_FORMATS.map(({ name }) => name))('list the potentials of %s', (name) => {
    expect(text('potentials.md')).toContain(`| \`${name}\``);
  });
});
