import { describe, expect, it } from 'vitest';
import { parseReal } from '../../formats/io/numbers.js';
import { TextReader } from '../../formats/io/text.js';
import { parseYaml } from '../../formats/io/yaml.js';
import { parseBlocks } from '../../formats/io/yaml-blocks.js';
import { readYaml } from '../../formats/io/yaml-file.js';
import { Yaml } from '../../formats/io/yaml-value.js';
import { damaged, readDamaged } from '../helpers/fuzz.js';

const SAMPLE = `# a comment
phonopy:
  version: "2.7.0"
  calculator: qe
  symmetry_tolerance: 1.00000e-05
  configuration:
    dim: "2 2 2"   # behind
    hall: "-P 2\\" \\\\"
    name: 'it''s'

labels:
- [ 'A', "B" ]
- [ c, d e ]
supercell_matrix:
- [   2,   0,   0 ]
- [   0,   2,   0 ]

- [   0,   0,   2 ] # c
unit_cell:
  points:
  - symbol: Na # 1
    coordinates: [  0.000000000000000, -0.0,  5e-1 ]
    mass: 22.989769
  - symbol: No
    coordinates: [ 1, 2, 3 ]
displacements:
- # 1
  - displacement: # 1
      [ 0.01, 0.02, 0.03 ]
    force:
      [ 1, 2,3 ]
mixed:
- [ 1, 2 ]
- [ 1, 2, 3 ]
- word
nothing:
list: []
born:
- # 1 (Na)
  - [ 1.0, 0.0 ]
  - [ 0.0, 1.0 ]
-
  - [ 2.0, 0.0 ]
- - a
  - b
`;

/** Numbers as numbers, whichever way they were written. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, normal(inner)]));
  const number = parseReal(String(value));
  return Number.isNaN(number) ? value : number;
}

function blocks(text: string | Uint8Array): Yaml | number {
  return parseBlocks(typeof text === 'string' ? Buffer.from(text) : text, 'f');
}

describe('YAML in blocks', () => {
  it('is what the general parser makes of it', () => {
    const read = blocks(SAMPLE);
    expect(read).toBeInstanceOf(Yaml);
    expect(normal((read as Yaml).plain())).toEqual(normal(parseYaml(SAMPLE, 'f').plain()));
    expect(normal((blocks(SAMPLE.replaceAll('\n', '\r\n')) as Yaml).plain())).toEqual(
      normal((read as Yaml).plain()),
    );
  });

  it('knows its lines and gives rows of numbers as one array', () => {
    const root = blocks(SAMPLE) as Yaml;
    const matrix = root.get('supercell_matrix');
    expect(matrix.rows(3, 'a matrix')).toEqual(Float64Array.of(2, 0, 0, 0, 2, 0, 0, 0, 2));
    expect(matrix.list('rows').map((row) => row.line)).toEqual([15, 16, 18]);
    const lines = root
      .get('unit_cell')
      .get('points')
      .list('atoms')
      .map((point) => point.line);
    expect(lines).toEqual([21, 24]);
    expect(() => matrix.rows(2, 'a matrix')).toThrow('f:15: found 3 numbers, expected 2 numbers, a matrix');
    const point = root.get('unit_cell').get('points').list('atoms')[0];
    expect(Object.is(point.get('coordinates').vector(3, 'coordinates')[1], -0)).toBe(true);
    expect(() => point.get('symbol').rows(3, 'x')).toThrow("f:21: found 'Na', expected a list of x");
  });

  it.each([
    ['an anchor', 'a: &x 1\nb: *x\n', 1],
    ['a text block', 'a: |\n  text\n', 1],
    ['a flow map', 'a: { b: 1 }\n', 1],
    ['a list that goes on', 'b: 1\na: [ 1,\n  2 ]\n', 2],
    ['a word that goes on', 'a: one\n  two\n', 2],
    ['a key twice', 'a: 1\na: 2\n', 2],
    ['an indent that fits nothing', 'a:\n    b: 1\n  c: 2\n', 3],
    ['a cut row', 'a:\n- [ 1.0, 2.0 ]\n- [ 1.0, 2.', 3],
    ['a scalar alone', 'word', 1],
    ['an escape', 'a: "\\x41"', 1],
    ['a tab', 'a:\n\tb: 1', 2],
  ])('leaves %s to the general parser', (_, text, line) => {
    expect(blocks(text)).toBe(line);
  });

  it('refuses a long file that is cut, at once and with the line', async () => {
    const rows = '- [ 0.1234567890123456, 0.1234567890123456, 0.1234567890123456 ]\n'.repeat(140_000);
    const text = new TextReader(`forces:\n${rows}- [ 0.12`, 'long');
    await expect(readYaml(text)).rejects.toThrow('long:140002: found a line that breaks the layout');
  });

  it('is read as the general parser does or left to it, however damaged', async () => {
    const outcome = { same: 0, left: 0 };
    for (const bytes of damaged(Buffer.from(SAMPLE), 3000)) {
      const read = blocks(bytes);
      if (typeof read === 'number') {
        outcome.left++;
        continue;
      }
      const text = new TextDecoder().decode(bytes);
      expect(normal(read.plain()), text).toEqual(normal(parseYaml(text, 'f').plain()));
      outcome.same++;
    }
    expect(outcome.same).toBeGreaterThan(500);
    expect(outcome.left).toBeGreaterThan(500);
    await readDamaged(damaged(Buffer.from(SAMPLE), 300), async (text) => {
      await readYaml(text);
    });
  });
});
