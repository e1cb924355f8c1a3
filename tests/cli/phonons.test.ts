import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openText } from '../../formats/io/open.js';
import { readBandYaml } from '../../formats/phonopy/band-yaml.js';
import { readThermalProperties } from '../../formats/phonopy/thermal-properties.js';
import { readPhonopyYaml } from '../../formats/phonopy/yaml.js';
import { formatNamed } from '../../formats/read.js';
import { runCommandLine } from '../../src/cli/program.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { rowsTimes } from '../../src/model/cell.js';
import { createFrame } from '../../src/model/frame.js';
import { createStructure, type Structure, withPositions } from '../../src/model/structure.js';
import { BOLTZMANN, KJ_PER_MOL } from '../../src/model/units.js';
import { createSymmetriser } from '../../src/symmetry/symmetriser.js';
import { skewedDiamond, withoutCell } from '../contract/structures.js';
import { commandLine } from '../helpers/command-line.js';
import { recipe } from '../helpers/crystals.js';
import { framesOf, written } from '../helpers/formats.js';
import { DATA, withoutData } from '../helpers/shared-data.js';

const MODEL = join(PACKAGE_ROOT, 'fixtures', 'silicon', 'Si.tersoff');
const DIAMOND = recipe('diamond');

const cli = commandLine();
const { at, text } = cli;
const run = (...args: string[]) =>
  runCommandLine(['node', 'phonolink', 'phonons', ...args, '--threads', '1']);
const opened = async (name: string) => (await openText(at(name))).text;

async function input(structure: Structure = DIAMOND): Promise<string> {
  writeFileSync(at('in.xyz'), await written(formatNamed('extxyz'), [createFrame(structure)]));
  return at('in.xyz');
}

/** Four atoms of silicon in a cell that symmetry holds less than diamond's, and that is not at rest. */
function squeezed(): Structure {
  const { structure } = createSymmetriser(skewedDiamond(['Si'], { bond: 2.4 }), 1e-3);
  const [x, y, z] = [1.01, 0.99, 1.005];
  const stretched = (values: Float64Array) => values.map((v, k) => v * [x, y, z][k % 3]);
  const positions = stretched(structure.positions);
  positions[2] += 0.02;
  return withPositions(structure, positions, stretched(structure.cell));
}

describe('phonolink phonons', () => {
  const small = ['--dim', '2', '2', '2', '--mesh', '8', '8', '8', '--tstep', '100', '--band-points', '11'];

  it("relaxes, displaces, and leaves phonopy's files and plots", async () => {
    expect(await run(MODEL, await input(), ...small, '-o', at('out'))).toBe(0);
    expect(readdirSync(at('out')).sort()).toEqual([
      ...[
        'FORCE_SETS',
        'SPOSCAR',
        'band.svg',
        'band.yaml',
        'force_constants.hdf5',
        'forces.jsonl',
        'mesh.yaml',
      ],
      ...[
        'phonolink.json',
        'phonopy_disp.yaml',
        'phonopy_params.yaml',
        'projected_dos.dat',
        'relaxed.extxyz',
      ],
      ...['thermal_properties.svg', 'thermal_properties.yaml', 'total_dos.dat'],
    ]);
    expect(cli.stderr).toMatch(/relaxing atoms and cell to 0.00001 eV\/A/);
    expect(cli.stderr).toMatch(/relaxed in \d+ steps: Fd-3m \(227\) -> Fd-3m \(227\)/);
    expect(cli.stderr).toMatch(/Si8: space group Fd-3m \(227\) within 0.00001 A/);
    expect(cli.stderr).toMatch(/1 displacement of 64 atoms, .* each: about .* on this machine/);
    expect(cli.stderr).toMatch(/sum rule broken by .* eV\/A\^2, after symmetrising by/);
    expect(cli.stdout).toMatch(/frequencies up to 16\.\d+ THz on a mesh of 8 x 8 x 8, none imaginary/);
    const band = await readBandYaml(await opened('out/band.yaml'));
    expect(band.segments.map(({ labels }) => labels!.join(' '))).toEqual(
      ['\\Gamma X', 'X U', 'K \\Gamma', '\\Gamma L', 'L W', 'W X'].map((pair) =>
        pair
          .split(' ')
          .map((name) => (name.startsWith('\\') ? `$${name}$` : `$\\mathrm{${name}}$`))
          .join(' '),
      ),
    );
    const file = await readPhonopyYaml(await opened('out/phonopy_params.yaml'));
    const [{ structure }] = await framesOf(at('out/relaxed.extxyz'));
    // Written with 15 decimals of the fractions and of A
    file.unitCell!.structure.positions.forEach((x, i) => {
      expect(Math.abs(x - structure.positions[i])).toBeLessThan(1e-13);
    });
    expect(file.spaceGroup).toMatchObject({ type: 'Fd-3m', number: 227 });
    expect(text('out/band.svg')).toMatch(
      /^<svg[\s\S]*frequency \(THz\)[\s\S]*Γ[\s\S]*states per THz[\s\S]*<\/svg>$/,
    );
    expect(text('out/thermal_properties.svg')).toMatch(/^<svg[\s\S]*heat capacity[\s\S]*<\/svg>$/);
  });

  it('takes up what is there, and says in JSON what it did', async () => {
    const args = [MODEL, await input(), ...small, '--no-relax', '-o', at('out'), '--json'];
    expect(await run(...args)).toBe(0);
    const first = JSON.parse(cli.stdout);
    expect(cli.stderr).toBe('');
    expect(first).toMatchObject({
      ...{ composition: 'Si8', atoms: 8, spaceGroup: { number: 227, symbol: 'Fd-3m' }, relaxed: 'not' },
      ...{ supercellAtoms: 64, primitiveAtoms: 2, displacements: 1, known: 0, mesh: [8, 8, 8] },
      imaginary: { mesh: null, band: null },
    });
    expect(first.cost).toMatchObject({ evaluations: 1, atoms: 64 });
    expect(first.thermal.temperatures).toHaveLength(11);
    cli.stdout = '';
    expect(await run(...args, '--tmax', '200', '--no-band')).toBe(0);
    const second = JSON.parse(cli.stdout);
    expect(second).toMatchObject({ known: 1, cost: null });
    expect(second.thermal.heatCapacity).toEqual(first.thermal.heatCapacity.slice(0, 3));
  });

  it('tells imaginary modes and forces at rest', async () => {
    // Stretched by a tenth, Tersoff's silicon is softer than nothing against shear.
    const { positions, cell } = DIAMOND;
    const moved = positions.map((x, i) => 1.25 * x + (i === 0 ? 0.05 : 0));
    const stretched = createStructure({ ...DIAMOND, positions: moved, cell: cell.map((x) => 1.25 * x) });
    const code = await run(MODEL, await input(stretched), ...small, '--no-relax', '-o', at('out'));
    expect(code).toBe(0);
    expect(cli.stderr).toMatch(/note: the structure is not at rest: the largest force is \d\.\d+ eV\/A/);
    expect(cli.stderr).toMatch(
      /note: IMAGINARY MODES: \d+ of \d+ on the mesh, the lowest -\d+\.\d+ THz at q = \(.*\); the thermal properties leave them out/,
    );
    expect(cli.stderr).toMatch(/note: IMAGINARY MODES: \d+ of \d+ along the bands/);
    expect(cli.stdout).not.toContain('none imaginary');
  });

  it('takes a path and a displacement that are given', async () => {
    const path = ['--band', '0 0 0 1/2 0 1/2, 3/8 3/8 3/4 0 0 0', '--band-labels', 'G', 'X', 'K', 'G'];
    const code = await run(
      ...[MODEL, await input(), '--dim', '2', '2', '2', '--no-relax', '--quiet', '-o', at('out'), ...path],
      ...['--amplitude', '0.02', '--displacement-plusminus', 'always', '--pa', 'F', '--mesh', '30'],
    );
    expect(code).toBe(0);
    expect(cli.stderr + cli.stdout).toBe('');
    const { segments } = await readBandYaml(await opened('out/band.yaml'));
    expect(segments.map(({ labels }) => labels)).toEqual([
      ['G', 'X'],
      ['K', 'G'],
    ]);
    expect(Array.from(segments[1].points.subarray(0, 3))).toEqual([0.375, 0.375, 0.75]);
    const { displacements } = await readPhonopyYaml(await opened('out/phonopy_disp.yaml'));
    expect(displacements!.entries).toHaveLength(2);
  });

  it('names what it cannot use: atoms that occur twice, a file for a folder', async () => {
    const positions = DIAMOND.positions.slice();
    positions.set(positions.subarray(6, 9), 0);
    const twice = createStructure({ ...DIAMOND, positions });
    expect(await run(MODEL, await input(twice), ...small, '-o', at('out'))).toBe(1);
    expect(cli.stderr).toContain(
      'atoms of one kind lie within the tolerance (0.00001 A) of each other: atoms 1 and 3, 0 A apart',
    );
    expect(await run(MODEL, await input(), ...small, '-o', at('in.xyz'))).toBe(1);
    expect(cli.stderr).toContain('in.xyz: no folder can be made: a file has that name');
    expect(await run(MODEL, await input(), ...small, '-o', at('in.xyz/out'))).toBe(1);
    expect(cli.stderr).toContain('out: no folder can be made');
  });

  it.each([
    ['no supercell', ['--dim', '2', '0', '2'], 1, "'2 0 2' is no supercell"],
    ['one larger than the memory', ['--dim', '40', '40', '40'], 1, 'a supercell of 512000 atoms, too many'],
    ['two numbers', ['--dim', '2', '2'], 2, '--dim 2 2: expected 3 or 9 whole numbers'],
    ['no path', ['--dim', '2', '2', '2', '--band', '0 0 0'], 2, "'0 0 0' is no line of q points"],
    ['another primitive cell', ['--dim', '2', '2', '2', '--pa', 'R'], 1, 'the primitive matrix'],
    ['no mesh', ['--dim', '2', '2', '2', '--mesh', '4', '4'], 2, '--mesh 4 4: expected'],
    ['a file that is not there', ['--dim', '2', '2', '2', '--nac', 'BORN'], 1, 'BORN: cannot be read'],
  ])('refuses %s before anything is done', async (_, args, code, message) => {
    expect(await run(MODEL, await input(), ...args, '-o', at('out'))).toBe(code);
    expect(cli.stderr).toContain(message);
    expect(cli.stderr).not.toMatch(/\n {4}at /);
    expect(existsSync(at('out'))).toBe(false);
  });

  it('relaxes and calculates by engines of the supercell, as many as connect', async () => {
    // Both of its atoms are displaced in their directions: work for two engines.
    const crystal = squeezed();
    const file = await input(crystal);
    const given = ['--dim', '2', '2', '1', '--mesh', '4', '4', '4', '--fmax', '1e-7', '--json'];
    const name = `phonons-${process.pid}`;
    const running = run(`ipi:unix:${name}`, file, ...given, '-o', at('engines'));
    while (!existsSync(at('engines/SPOSCAR'))) await new Promise((resolve) => setTimeout(resolve, 5));
    const serve = () =>
      runCommandLine(
        ['node', 'phonolink', 'serve', MODEL, '--structure', at('engines/SPOSCAR'), '--unix', name].concat(
          ...['--threads', '1', '--quiet'],
        ),
      );
    expect(await Promise.all([serve(), serve()])).toEqual([0, 0]);
    expect(await running).toBe(0);
    const byEngines = JSON.parse(cli.stdout);
    expect(byEngines).toMatchObject({ relaxed: 'now', supercellAtoms: 16, cost: null });
    expect(byEngines.displacements).toBeGreaterThan(2);
    cli.stdout = '';
    expect(await run(MODEL, file, ...given, '-o', at('direct'))).toBe(0);
    const direct = JSON.parse(cli.stdout);
    expect(byEngines.spaceGroup).toEqual(direct.spaceGroup);
    const [[one], [two]] = [
      await framesOf(at('engines/relaxed.extxyz')),
      await framesOf(at('direct/relaxed.extxyz')),
    ];
    // Stiffnesses are above 1 eV/A^2: forces below 1e-7 eV/A leave less than 1e-7 A, some times over in soft directions.
    one.structure.cell.forEach((x, k) => {
      expect(Math.abs(x - two.structure.cell[k])).toBeLessThan(1e-5);
    });
    one.structure.positions.forEach((x, k) => {
      expect(Math.abs(x - two.structure.positions[k])).toBeLessThan(1e-5);
    });
    expect(Math.abs(byEngines.highest - direct.highest)).toBeLessThan(1e-3);
    expect(readFileSync(at('engines/SPOSCAR'), 'utf8').split('\n')[6].trim()).toBe('16');
  });

  it('does not move atoms that the file holds with engines', async () => {
    const { cell, positions } = squeezed();
    const rows = [0, 1, 2, 3].map(
      (i) => `Si ${positions.slice(3 * i, 3 * i + 3).join(' ')} ${i === 1 ? 'F' : 'T'}\n`,
    );
    const head = `4\nLattice="${cell.join(' ')}" Properties=species:S:1:pos:R:3:move_mask:L:1\n`;
    writeFileSync(at('held.xyz'), head + rows.join(''));
    expect(await run('ipi:unix:nobody', at('held.xyz'), ...small, '-o', at('out'))).toBe(1);
    expect(cli.stderr).toContain('move_mask holds 1 atoms in place, which relaxation with engines does not');
    expect(existsSync(at('out'))).toBe(false);
  });

  it('refuses what is no crystal, or of other species', async () => {
    expect(await run(MODEL, await input(withoutCell(DIAMOND)), ...small, '-o', at('out'))).toBe(1);
    expect(cli.stderr).toContain('not periodic in three directions');
    const other = createStructure({ ...DIAMOND, species: ['Ge'] });
    expect(await run(MODEL, await input(other), ...small, '-o', at('out'))).toBe(1);
    expect(cli.stderr).toContain('atom 1 is Ge, but the Tersoff potential knows Si');
    expect(existsSync(at('out'))).toBe(false);
  });
});

interface Reference {
  potential: string;
  unitcell: { lattice: number[][]; symbols: string[]; scaled_positions: number[][] };
  masses: number[];
  q: number[][];
  frequencies_THz: number[][];
  thermal_properties: {
    temperatures: number[];
    free_energy: number[];
    entropy: number[];
    heat_capacity: number[];
  };
}

describe.skipIf(withoutData).each(['Si_NEP4_4body', 'Cu_ACE_Cu-III'])('%s', (name) => {
  it('from the potential to frequencies and heat', async () => {
    const entry = JSON.parse(readFileSync(join(DATA, 'index.json'), 'utf8')).cases.find(
      ({ id }: { id: string }) => id === `e2e/${name}`,
    );
    const reference: Reference = JSON.parse(readFileSync(join(DATA, 'e2e', `${name}.json`), 'utf8'));
    const { unitcell, masses } = reference;
    const cell = unitcell.lattice.flat();
    const structure = createStructure({
      symbols: unitcell.symbols,
      cell,
      positions: rowsTimes(unitcell.scaled_positions.flat(), cell),
      masses: Float64Array.from(unitcell.symbols, () => masses[0]),
    });
    const path = reference.q.flat().join(' ');
    const code = await run(
      ...[join(DATA, reference.potential), await input(structure), '--dim', '2', '2', '2', '-o', at('out')],
      ...['--no-relax', '--amplitude', '0.03', '--band', path, '--band-points', '2', '--quiet'],
      ...['--mesh', '11', '11', '11', '--tstep', '100'],
    );
    expect(code).toBe(0);
    const { segments } = await readBandYaml(await opened('out/band.yaml'));
    const size = 3 * masses.length;
    reference.frequencies_THz.forEach((expected, q) => {
      const segment = segments[Math.max(0, q - 1)];
      const begin = q === 0 ? 0 : size;
      expected.forEach((f, b) => {
        const found = segment.frequencies[begin + b];
        expect(Math.abs(found - f)).toBeLessThan(entry.quantities.frequencies_THz.abs);
      });
    });
    const found = await readThermalProperties(await opened('out/thermal_properties.yaml'));
    const allowed = entry.quantities.thermal_properties.rel;
    const expected = reference.thermal_properties;
    // The reference counts acoustic modes at Gamma where their rounding errors came out positive: so many more modes in
    // the limit of high temperature, at frequencies that one number stands for (their geometric mean).
    const gas = BOLTZMANN / KJ_PER_MOL / 11 ** 3;
    const at1 = expected.temperatures[0] / 100;
    const counted = Math.round((expected.heat_capacity[0] - found.heatCapacity[at1]) / (1000 * gas));
    expect(counted).toBeLessThan(3);
    const noise = counted === 0 ? 0 : 1 - (expected.entropy[0] - found.entropy[at1]) / (1000 * counted * gas);
    expected.temperatures.forEach((kelvin, k) => {
      const t = kelvin / 100;
      const ratio = noise - Math.log(kelvin / expected.temperatures[0]);
      const more = counted * gas;
      near(found.freeEnergy[t] + more * kelvin * ratio, expected.free_energy[k], allowed);
      near(found.entropy[t] + 1000 * more * (1 - ratio), expected.entropy[k], allowed);
      near(found.heatCapacity[t] + 1000 * more, expected.heat_capacity[k], allowed);
    });
  });
});

function near(found: number, expected: number, relative: number): void {
  expect(Math.abs(found / expected - 1)).toBeLessThan(relative);
}
