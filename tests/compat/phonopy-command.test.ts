import { copyFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addPhonopy, runPhonopy } from '../../compat/commands/phonopy.js';
import { openText } from '../../formats/io/open.js';
import { readBandYaml } from '../../formats/phonopy/band-yaml.js';
import { readForceConstants } from '../../formats/phonopy/force-constants.js';
import { readThermalProperties } from '../../formats/phonopy/thermal-properties.js';
import { readPhonopyYaml } from '../../formats/phonopy/yaml.js';
import { runCommandLine } from '../../src/cli/program.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import type { DisplacementSet } from '../../src/model/displacements.js';
import { createStructure, type Structure, symbolsOf } from '../../src/model/structure.js';
import { calculatePhonons } from '../../src/workflows/phonons.js';
import { commandLine } from '../helpers/command-line.js';
import { DATA, withoutData } from '../helpers/shared-data.js';
import { springConstants } from '../helpers/springs.js';

const line = commandLine();
const phonopy = (text: string) =>
  runPhonopy(
    text.match(/(?:"[^"]*"|[^\s"]+)+/g)!.map((word) => word.replace(/"/g, '')),
    { folder: line.folder },
  );
const text = async (name: string) => (await openText(line.at(name))).text;

const POSCAR = 'CsCl on springs\n1.0\n4 0 0\n0 4 0\n0 0 4\nCs Cl\n1 1\nDirect\n0 0 0\n0.5 0.5 0.5\n';
const SPRINGS = {
  reach: 4.1,
  stiffness: (distance: number) => (distance < 3.6 ? [2, 0.1] : [0.7, 0.05]) as [number, number],
};

/** phonopy's masses of both */
const CELLS = buildPhononCells(
  createStructure({
    cell: [4, 0, 0, 0, 4, 0, 0, 0, 4],
    positions: Float64Array.of(0, 0, 0, 2, 2, 2),
    symbols: ['Cs', 'Cl'],
    masses: Float64Array.of(132.9054519, 35.453),
  }),
  [2, 2, 2],
);
const CONSTANTS = springConstants(CELLS, SPRINGS);

/** What a calculator would say: -Phi u, of each displaced supercell a file. */
function calculate(set: DisplacementSet, supercell: Structure): string[] {
  const n = supercell.count;
  const symbols = symbolsOf(supercell);
  return set.entries.map((entry, index) => {
    if (!('atom' in entry)) throw new Error('expected displacements of single atoms');
    const rows = symbols.map((symbol, j) => {
      const u = (k: number) => (j === entry.atom ? entry.displacement[k] : 0);
      const place = [0, 1, 2].map((k) => supercell.positions[3 * j + k] + u(k));
      const force = [0, 1, 2].map((k) =>
        [0, 1, 2].reduce(
          (sum, l) => sum - CONSTANTS.values[9 * (j * n + entry.atom) + 3 * k + l] * entry.displacement[l],
          0,
        ),
      );
      return `${symbol} ${[...place, ...force].join(' ')}`;
    });
    const name = `forces-${index + 1}.extxyz`;
    const head = `Lattice="${supercell.cell.join(' ')}" Properties=species:S:1:pos:R:3:forces:R:3 pbc="T T T"`;
    writeFileSync(line.at(name), `${n}\n${head}\n${rows.join('\n')}\n`);
    return name;
  });
}

const shifted = (row: string) =>
  row
    .trim()
    .split(/\s+/)
    .map((x) => Number(x) + 0.05)
    .join(' ');

describe('a session of phonolink phonopy', () => {
  async function begin(): Promise<string[]> {
    writeFileSync(line.at('POSCAR'), POSCAR);
    await phonopy('-d --dim 2 2 2');
    const { displacements, supercell } = await readPhonopyYaml(await text('phonopy_disp.yaml'));
    return calculate(displacements as DisplacementSet, supercell!.structure);
  }

  it('goes from a structure to phonons', async () => {
    const outputs = await begin();
    expect(
      readdirSync(line.folder)
        .filter((name) => name.includes('POSCAR'))
        .sort(),
    ).toEqual(['POSCAR', 'POSCAR-001', 'POSCAR-002', 'SPOSCAR']);
    await phonopy(`-f ${outputs.join(' ')}`);
    await phonopy('--mesh 4 4 4 -t --tmax 300 --tstep 100 --writefc --full-fc');
    const found = await readForceConstants(await text('FORCE_CONSTANTS'));
    // Forces have ten decimals, and are divided by 0.01 A.
    near(found.values, CONSTANTS.values, 2e-8);
    const thermal = await readThermalProperties(await text('thermal_properties.yaml'));
    const expected = calculatePhonons(
      { cells: CELLS, constants: CONSTANTS },
      { mesh: { mesh: [4, 4, 4] }, thermal: { temperatures: [0, 100, 200, 300] } },
    ).thermal!;
    near(thermal.heatCapacity, expected.heatCapacity, 1e-5);
    near(thermal.freeEnergy, expected.freeEnergy, 1e-5);
    expect(line.stdout).toContain('symmetrization: on');
    expect(line.stdout).toContain('(NAC): off');
    expect(existsSync(line.at('phonopy.yaml'))).toBe(true);
  });

  it('follows a file of settings, arguments before it', async () => {
    const outputs = await begin();
    await phonopy(`-f ${outputs.join(' ')}`);
    writeFileSync(
      line.at('band.conf'),
      'DIM = 2 2 2\nBAND = 0 0 0 +++\n1/2 0 0, 0 0 0 1/2 1/2 1/2\nBAND_LABELS = G X G R\nBAND_POINTS = 3\n',
    );
    await phonopy('band.conf --band-points 5 --compat 2 -q');
    const { segments } = await readBandYaml(await text('band.yaml'));
    expect(segments.map(({ labels }) => labels)).toEqual([
      ['G', 'X'],
      ['G', 'R'],
    ]);
    expect(segments[0].distances.length).toBe(5);
    const expected = calculatePhonons(
      { cells: CELLS, constants: CONSTANTS },
      { band: { path: [{ points: segments[1].points }] } },
    ).band!.segments[0].frequencies;
    await phonopy('band.conf --compat 2 -q -p');
    expect(line.text('band.svg')).toContain('</svg>');
    await phonopy('band.conf --compat 2 -q -p -s --mesh 2 2 2');
    expect(line.text('band_dos.svg')).toContain('</svg>');
    await phonopy('-q -s --mesh 2 2 2 -t');
    expect(line.text('thermal_properties.svg')).toContain('</svg>');
    // Gamma's acoustic modes are noise, the root of what the forces' last digits leave.
    near(segments[1].frequencies.subarray(6), expected.subarray(6), 1e-6);
  });

  it('takes the forces at rest off, and collects into one file', async () => {
    const outputs = await begin();
    const { supercell, displacements } = await readPhonopyYaml(await text('phonopy_disp.yaml'));
    const atRest = {
      ...(displacements as DisplacementSet),
      entries: [{ atom: 0, displacement: new Float64Array(3) }],
    };
    const [rest] = calculate(atRest as DisplacementSet, supercell!.structure);
    // The file at rest took the first name.
    copyFileSync(line.at(rest), line.at('rest.extxyz'));
    calculate(displacements as DisplacementSet, supercell!.structure);
    await phonopy(`--fz rest.extxyz ${outputs.join(' ')} --sp`);
    expect(existsSync(line.at('FORCE_SETS'))).toBe(false);
    const params = await readPhonopyYaml(await text('phonopy_params.yaml'));
    expect(params.displacements!.entries.every((entry) => 'forces' in entry && entry.forces)).toBe(true);
    await phonopy('phonopy_params.yaml --mesh 2 2 2 --dos --nowritemesh');
    expect(existsSync(line.at('total_dos.dat'))).toBe(true);
    expect(existsSync(line.at('mesh.yaml'))).toBe(false);
  });

  it('tells what does not go together', async () => {
    const outputs = await begin();
    await expect(phonopy(`-f ${outputs[0]}`)).rejects.toThrow(
      '1 files of forces are given, but phonopy_disp.yaml has 2',
    );
    await expect(phonopy(`-f ${outputs[1]} ${outputs[0]}`)).rejects.toThrow(
      'from where its displaced supercell has it',
    );
    await expect(phonopy('--mesh 2 2 2')).rejects.toThrow('neither force constants nor FORCE_SETS');
    await expect(phonopy('--mesh 2 2')).rejects.toThrow("--mesh: found '2 2'");
    await expect(phonopy('--mesh 2 2 2 --nac')).rejects.toThrow('needs BORN');
    await expect(phonopy('--band 0 0 0 1')).rejects.toThrow('--band: found');
    await expect(phonopy('-d --dim 2 2')).rejects.toThrow('--dim: found');
    await expect(phonopy('-d --dim 0 1 1')).rejects.toThrow('no supercell');
    await expect(phonopy('missing.yaml')).rejects.toThrow('there is no file missing.yaml');
    await expect(phonopy('--compat 5')).rejects.toThrow('2, 3 or 4');
    // Nothing half-written.
    expect(readdirSync(line.folder).filter((name) => /FORCE|mesh|band|part$/.test(name))).toEqual([]);
  });

  it('warns of forces that are not those of the structure', async () => {
    const outputs = await begin();
    await phonopy(`-f ${outputs.join(' ')}`);
    await phonopy('--mesh 2 2 2');
    expect(line.stdout).not.toContain('the drift is large');
    // A force on every atom, as of a structure that is not at rest.
    const moved = line
      .text('FORCE_SETS')
      .split('\n')
      .map((row, k) => (k > 4 && row.trim().split(/\s+/).length === 3 ? shifted(row) : row));
    writeFileSync(line.at('FORCE_SETS'), moved.join('\n'));
    await phonopy('--mesh 2 2 2');
    expect(line.stdout).toContain(
      'warning: the drift is large beside the force constants: these forces are of',
    );
    // Of another supercell
    await expect(phonopy('-c POSCAR --dim 1 1 1 --mesh 2 2 2')).rejects.toThrow(
      /FORCE_SETS:1: found forces on 16 atoms, expected those on the 2 of the supercell/,
    );
  });

  it('prints the symmetry', async () => {
    writeFileSync(line.at('POSCAR'), POSCAR);
    await phonopy('--symmetry');
    expect(line.stdout).toContain("space_group_type: 'Pm-3m'");
    expect(line.stdout.match(/rotation: #/g)).toHaveLength(48);
    expect(line.stdout).toContain("  Wyckoff: 'a'\n  site_point_group: 'm-3m'");
    expect(readdirSync(line.folder).sort()).toEqual([
      'BPOSCAR',
      'POSCAR',
      'PPOSCAR',
      'phonopy_symcells.yaml',
    ]);
  });

  it('makes a supercell of the standardised cell', async () => {
    writeFileSync(line.at('POSCAR'), POSCAR);
    await phonopy('--symmetry --dim 2 1 1');
    expect(readdirSync(line.folder).sort()).toEqual(['POSCAR', 'phonopy_supercell.yaml']);
    const { text } = await openText(line.at('phonopy_supercell.yaml'));
    const { supercell, supercellMatrix } = await readPhonopyYaml(text);
    expect([...supercellMatrix!]).toEqual([2, 0, 0, 0, 1, 0, 0, 0, 1]);
    expect(supercell!.structure.count).toBe(4);
  });

  it('is a command, which ends with 2 where an argument is not supported', async () => {
    const run = (...words: string[]) =>
      runCommandLine(
        ['node', 'phonolink', 'phonopy', ...words],
        [{ names: ['phonopy'], load: async () => addPhonopy }],
      );
    expect(await run('--alm', '--dim', '2', '2', '2')).toBe(2);
    expect(line.stderr).toContain("phonopy's argument --alm is not supported by phonolink");
    expect(await run('--help')).toBe(0);
    expect(line.stdout).toContain('--dim');
  });
});

describe.skipIf(withoutData)('phonolink phonopy on sodium chloride', () => {
  it.each([
    ['band.yaml', ''],
    ['wang_band.yaml', '--nac-method wang'],
  ])('makes the bands of %s', async (reference, method) => {
    for (const name of ['POSCAR', 'FORCE_SETS', 'BORN'])
      copyFileSync(join(DATA, 'phonopy/NaCl', name), line.at(name));
    const { text: file } = await openText(join(DATA, 'phonopy/NaCl', reference));
    const expected = await readBandYaml(file);
    const paths = expected.segments.map(({ points }) => {
      const ends = [...points.subarray(0, 3), ...points.subarray(points.length - 3)];
      return ends.join(' ');
    });
    const count = expected.segments[0].points.length / 3;
    await phonopy(
      `--compat 2 --dim 2 2 2 --pa auto --nac ${method} --band "${paths.join(', ')}" --band-points ${count}`,
    );
    const found = await readBandYaml(await text('band.yaml'));
    found.segments.forEach(({ points, distances, frequencies }, s) => {
      const other = expected.segments[s];
      near(points, other.points, 2e-7);
      near(distances, other.distances, 2e-7);
      // Below 1e-3 THz are acoustic modes at Gamma, which are noise.
      const sure = (values: Float64Array) => values.filter((_, k) => Math.abs(other.frequencies[k]) > 1e-3);
      near(sure(frequencies), sure(other.frequencies), 1e-6);
    });
    expect(line.stdout).toContain(`(NAC): on (${method ? 'wang' : 'gonze'})`);
  });
});

function near(values: ArrayLike<number>, expected: ArrayLike<number>, allowed: number): void {
  expect(values.length).toBe(expected.length);
  let worst = 0;
  for (let k = 0; k < values.length; k++) worst = Math.max(worst, Math.abs(values[k] - expected[k]));
  expect(worst).toBeLessThanOrEqual(allowed);
}
