import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { readKappa, writeKappa } from '../../formats/phono3py/kappa.js';
import { formatNamed } from '../../formats/read.js';
import { runCommandLine } from '../../src/cli/program.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import type { Conductivity } from '../../src/model/conductivity.js';
import { createFrame } from '../../src/model/frame.js';
import { createStructure, type Structure } from '../../src/model/structure.js';
import { commandLine } from '../helpers/command-line.js';
import { recipe } from '../helpers/crystals.js';
import { written } from '../helpers/formats.js';

const MODEL = join(PACKAGE_ROOT, 'fixtures', 'silicon', 'Si.tersoff');
const DIAMOND = recipe('diamond');

const cli = commandLine();
const { at, text } = cli;
const run = (...args: string[]) => runCommandLine(['node', 'phonolink', 'kappa', ...args, '--threads', '1']);

async function input(structure: Structure = DIAMOND): Promise<string> {
  writeFileSync(at('in.xyz'), await written(formatNamed('extxyz'), [createFrame(structure)]));
  return at('in.xyz');
}

/** 8 atoms, of which pairs within 3 A are displaced: quick, and good for nothing else. */
const SMALL = ['--dim', '1', '1', '1', '--cutoff-pair', '3', '--no-relax'];
const MESH = ['--mesh', '3', '3', '3', '--temperatures', '300'];

async function report(...args: string[]) {
  cli.stdout = '';
  expect(await run(MODEL, await input(), ...SMALL, ...args, '-o', at('out'), '--json')).toBe(0);
  return JSON.parse(cli.stdout);
}

const stores = (folder: string) => readdirSync(at(folder)).filter((name) => name.startsWith('scattering-'));

describe('phonolink kappa', () => {
  it("leaves the peers' files, plots and a report of its own", async () => {
    const args = ['--dim', '2', '2', '2', '--mesh', '5', '5', '5', '--temperatures', '200:400:100', '--nu'];
    expect(await run(MODEL, await input(), ...args, '-o', at('out'))).toBe(0);
    expect(readdirSync(at('out')).sort()).toEqual(
      [
        ...['FORCES_FC3', 'FORCE_SETS', 'SPOSCAR', 'SPOSCAR_FC3', 'band.svg', 'band.yaml'],
        ...[
          'cumulative-frequency.svg',
          'cumulative-path.svg',
          'fc2.hdf5',
          'fc3.hdf5',
          'force_constants.hdf5',
        ],
        ...['forces.jsonl', 'kappa-m555.hdf5', 'kappa.svg', 'linewidths.svg', 'mesh.yaml', 'mode-kappa.svg'],
        ...['phono3py_disp.yaml', 'phonolink.json', 'phonopy_disp.yaml', 'phonopy_params.yaml'],
        ...['projected_dos.dat', 'relaxed.extxyz', 'report.html', ...stores('out')],
        ...['thermal_properties.svg', 'thermal_properties.yaml', 'total_dos.dat'],
      ].sort(),
    );
    expect(cli.stderr).toMatch(/relaxed in \d+ steps: Fd-3m \(227\) -> Fd-3m \(227\)/);
    expect(cli.stderr).toMatch(
      /third order: 111 supercells of 64 atoms, 1 of them calculated before, .* each: about /,
    );
    expect(cli.stderr).toMatch(/scattering on a grid of 5 x 5 x 5: 10 points, about \d+ triplets/);
    expect(cli.stderr).toMatch(/about [\d.]+ m?s for the other 8 points on this machine/);
    const [head, ...rows] = cli.stdout.trim().split('\n');
    expect(head).toBe('kappa (W/m/K, relaxation times): xx yy zz yz xz xy');
    expect(rows).toHaveLength(4);
    const result = await readKappa(at('out/kappa-m555.hdf5'));
    expect([...result.temperatures]).toEqual([200, 300, 400]);
    rows.slice(0, 3).forEach((row, t) => {
      const [kelvin, , ...tensor] = row.trim().split(/\s+/);
      expect(Number(kelvin)).toBe(result.temperatures[t]);
      tensor.forEach((x, c) => {
        expect(Math.abs(Number(x) - result.kappa![6 * t + c])).toBeLessThanOrEqual(0.0005);
      });
    });
    // Normal and umklapp processes make the whole.
    result.linewidths!.forEach((gamma, k) => {
      expect(gamma).toBeGreaterThanOrEqual(0);
      expect(Math.abs(result.normal![k] + result.umklapp![k] - gamma)).toBeLessThanOrEqual(1e-12 * gamma);
    });
    // Isotropic, without anything between the axes.
    for (let t = 0; t < 3; t++) {
      const [xx, yy, zz, ...others] = result.kappa!.subarray(6 * t, 6 * t + 6);
      for (const x of [yy - xx, zz - xx, ...others]) expect(Math.abs(x)).toBeLessThan(1e-9 * xx);
    }
    const page = text('out/report.html');
    expect(page).toContain('<h1>Thermal conductivity of Si</h1>');
    expect(page).toContain(`<tr><td>300</td><td>${result.kappa![6].toFixed(3)}</td></tr>`);
    for (const heading of [
      ...['Lattice thermal conductivity (W/m/K)', 'Phonons', 'Conductivity and temperature'],
      ...['Which frequencies carry heat', 'How far phonons fly', 'Linewidths', 'Conductivity of modes'],
      ...['Thermal properties', 'What it was made of', 'Settings'],
    ])
      expect(page).toContain(`<h2>${heading}</h2>`);
    expect(page).toContain('<tr><td>program</td><td>phonolink ');
    expect(page).toContain('<tr><td>grid</td><td>5 5 5</td></tr>');
    expect(page.match(/<svg/g)).toHaveLength(7);
    expect(page).not.toMatch(/<(script|link|img|iframe)\b|@import|url\(\s*['"]?http|\bsrc=|NaN|undefined/i);
    expect(XMLValidator.validate(page.slice(page.indexOf('<body>'), page.indexOf('</html>')))).toBe(true);
  });

  it('calculates no forces and no point twice, and what has changed anew', async () => {
    const first = await report(...MESH);
    expect(cli.stderr).toBe('');
    expect(first).toMatchObject({
      composition: 'Si8',
      mesh: [3, 3, 3],
      points: 4,
      missing: 0,
      calculated: 4,
    });
    expect(first.known).toEqual({ second: 0, third: 1 });
    expect(first.results[0].kappa[0][0]).toBeGreaterThan(0);
    const again = await report(...MESH);
    expect(again).toMatchObject({ calculated: 0, known: first.displacements });
    expect(again.results).toEqual(first.results);
    // How a conductivity is made of linewidths changes nothing about these.
    const walls = await report(...MESH, '--bmfp', '0.01', '--wigner');
    expect(walls.calculated).toBe(0);
    expect(walls.results[0].kappa[0][0]).toBeLessThan(first.results[0].kappa[0][0]);
    expect(walls.results[0].kappaCoherences[0][0]).toBeGreaterThan(0);
    const exact = await report(...MESH, '--lbte');
    expect(exact.calculated).toBe(4);
    const iterative = await report(...MESH, '--lbte', '--iterative');
    expect(iterative.calculated).toBe(0);
    expect(Math.abs(iterative.results[0].kappa[0][0] / exact.results[0].kappa[0][0] - 1)).toBeLessThan(1e-6);
    expect(exact.results[0].kappaRta[0][0]).toBeCloseTo(first.results[0].kappa[0][0], 9);
    const other = await report('--mesh', '3', '3', '3', '--temperatures', '300,400', '--home', 'first');
    expect(other).toMatchObject({ calculated: 4, known: first.displacements });
    // The first one's points are still there.
    expect((await report(...MESH)).calculated).toBe(0);
    const restarted = await report(...MESH, '--restart');
    expect(restarted).toMatchObject({ known: { second: 0, third: 1 }, calculated: 4 });
    expect(stores('out')).toHaveLength(1);
  });

  it('tells of another potential, and calculates everything anew', async () => {
    const first = await report(...MESH);
    const other = at('other.tersoff');
    writeFileSync(other, readFileSync(MODEL, 'utf8').replace(/\b471\.18/, '480.0'));
    cli.stdout = '';
    expect(await run(other, await input(), ...SMALL, ...MESH, '-o', at('out'))).toBe(0);
    expect(cli.stderr).toContain('is of another model or other options of it: everything is calculated anew');
    expect(cli.stderr).not.toContain('were done before');
    expect(cli.stdout).not.toContain(first.results[0].kappa[0][0].toFixed(3));
  });

  it('shares its points among shards, in whatever order they are started', async () => {
    const whole = await report(...MESH, '--lbte');
    const result = await readKappa(at('out/kappa-m333.hdf5'));
    rmSync(at('out'), { recursive: true });
    const file = await input();
    const shard = (k: number) =>
      run(MODEL, file, ...SMALL, ...MESH, '--lbte', '--shard', `${k}/3`, '-o', at('out'));
    cli.stdout = '';
    expect(await Promise.all([3, 2, 1].map(shard))).toEqual([0, 0, 0]);
    expect(cli.stderr).toContain('waiting for shard 1/3, which calculates the forces');
    expect(cli.stderr).toContain('; shard 2 of 3');
    expect(stores('out')).toHaveLength(1);
    // Whoever ends last makes the results, and so does the whole command.
    cli.stdout = '';
    const merged = await report(...MESH, '--lbte');
    expect(merged.calculated).toBe(0);
    expect(merged.results).toEqual(whole.results);
    expect(numbersOf(await readKappa(at('out/kappa-m333.hdf5')))).toEqual(numbersOf(result));
  });

  it('says how many points are missing where a shard has not ended', async () => {
    const file = await input();
    expect(await run(MODEL, file, ...SMALL, ...MESH, '--shard', '1/2', '-o', at('out'))).toBe(0);
    expect(cli.stdout).toContain('2 of 4 points are done; the others are those of other shards');
    expect(existsSync(at('out/report.html'))).toBe(false);
    const rest = await report(...MESH);
    expect(rest).toMatchObject({ points: 4, calculated: 2, missing: 0 });
    expect(existsSync(at('out/report.html'))).toBe(true);
  });

  it('names a point that is spoilt, or of another calculation', async () => {
    await report(...MESH);
    const [store] = stores('out');
    const [name] = readdirSync(at(join('out', store))).sort();
    const path = at(join('out', store, name));
    const whole = await readKappa(path);
    const written = (change: Partial<Conductivity>) => () => writeKappa(path, { ...whole, ...change });
    const spoilt: [() => unknown, RegExp][] = [
      [() => truncateSync(path, 1000), /kappa-m333-g\d+\.hdf5: .*expected a.* HDF5 file/],
      [() => writeFileSync(path, 'kappa\n'), /kappa-m333-g\d+\.hdf5: .*expected a.* HDF5 file/],
      [
        written({ frequencies: whole.frequencies!.map((f) => f + 1) }),
        /is of another calculation: it holds other frequencies/,
      ],
      [written({ gridPoints: (whole.gridPoints as number) + 1 }), /it holds another point/],
      [written({ temperatures: Float64Array.of(301) }), /it holds other temperatures/],
    ];
    for (const [spoil, message] of spoilt) {
      await spoil();
      cli.stderr = '';
      expect(await run(MODEL, at('in.xyz'), ...SMALL, ...MESH, '-o', at('out'))).toBe(1);
      expect(cli.stderr).toMatch(message);
      expect(cli.stderr).not.toMatch(/\n {4}at /);
    }
    // Removed, as the hint says, it is calculated again.
    rmSync(path);
    expect((await report(...MESH)).calculated).toBe(1);
  });

  it('takes another supercell for the second order, and scattering of every kind', async () => {
    const found = await report(
      ...MESH,
      '--dim-fc2',
      '2',
      '2',
      '2',
      '--isotope',
      '--lbte',
      '--wigner',
      '--nu',
    );
    expect(found.displacements.second).toBe(1);
    expect(text('out/phono3py_disp.yaml')).toMatch(/phonon_supercell_matrix:\n- \[ +2, +0, +0 \]/);
    expect(found.results[0].kappaWigner[0][0]).toBeGreaterThan(0);
    const widths = await report(
      ...MESH,
      '--sigma',
      '0.3',
      '0.6',
      '--sigma-cutoff',
      '3',
      '--full-matrix',
      '--lbte',
    );
    expect(widths.results.map(({ sigma }: { sigma: number }) => sigma)).toEqual([0.3, 0.6]);
    expect(readdirSync(at('out'))).toContain('kappa-m333-s0.3-sd3.hdf5');
    // Symmetry reduces the matrix to the same numbers.
    const reduced = await report(...MESH, '--sigma', '0.3', '0.6', '--sigma-cutoff', '3', '--lbte');
    reduced.results.forEach(({ kappa }: { kappa: number[][] }, w: number) => {
      expect(Math.abs(kappa[0][0] / widths.results[w].kappa[0][0] - 1)).toBeLessThan(1e-6);
    });
  });

  it('tells imaginary modes, on the page too', async () => {
    const { positions, cell } = DIAMOND;
    const stretched = createStructure({
      ...DIAMOND,
      positions: positions.map((x) => 1.25 * x),
      cell: cell.map((x) => 1.25 * x),
    });
    expect(await run(MODEL, await input(stretched), ...SMALL, ...MESH, '-o', at('out'))).toBe(0);
    expect(cli.stderr).toMatch(/note: IMAGINARY MODES: \d+ of \d+ on the mesh, the lowest -\d+\.\d+ THz/);
    expect(text('out/report.html')).toMatch(
      /<p class="warning">There are imaginary modes, the lowest -\d+\.\d+ THz at q = /,
    );
  });

  it('brings charges along', async () => {
    writeFileSync(at('salt.lj'), 'lj 2 Na Cl\n0.1 2.3 6\n0.2 2.4 6\n0.2 2.4 6\n0.1 2.6 6\n');
    writeFileSync(
      at('BORN'),
      '14.4\n2.43 0 0 0 2.43 0 0 0 2.43\n1.1 0 0 0 1.1 0 0 0 1.1\n-1.1 0 0 0 -1.1 0 0 0 -1.1\n',
    );
    const args = [
      at('salt.lj'),
      await input(recipe('rocksalt')),
      '--dim',
      '1',
      '1',
      '1',
      '--cutoff-pair',
      '3',
    ];
    const kappaOf = async (...more: string[]) => {
      cli.stdout = '';
      expect(await run(...args, '--no-relax', ...MESH, ...more, '-o', at('salt'), '--json')).toBe(0);
      return JSON.parse(cli.stdout);
    };
    const plain = await kappaOf();
    const polar = await kappaOf('--nac', at('BORN'));
    // Forces are the same, phonons and what scatters are not.
    expect(polar.known.third).toBe(plain.displacements.third);
    expect(polar.calculated).toBe(polar.points);
    expect(polar.highest).toBeGreaterThan(plain.highest);
    expect(text('salt/report.html')).toContain('BORN, gonze</td>');
  });

  it.each([
    ['no supercell', ['--dim', '2', '0', '2', ...MESH], 1, "'2 0 2' is no supercell"],
    ['one larger than the memory', ['--dim', '40', '40', '40', ...MESH], 1, 'too many for the memory'],
    [
      'a mesh of two',
      ['--dim', '1', '1', '1', '--mesh', '3', '3'],
      2,
      '--mesh 3 3: expected three whole numbers',
    ],
    ['parts of points', ['--dim', '1', '1', '1', '--mesh', '3', '3', '2.5'], 2, '--mesh 3 3 2.5: expected'],
    ['a mesh that symmetry breaks', ['--dim', '1', '1', '1', '--mesh', '3', '3', '4'], 1, 'symmetry'],
    [
      'temperatures that fall',
      ['--dim', '1', '1', '1', ...MESH, '--temperatures', '300:100:50'],
      2,
      'first:last:step',
    ],
    [
      'no temperatures',
      ['--dim', '1', '1', '1', ...MESH, '--temperatures', 'hot'],
      2,
      'expected temperatures',
    ],
    [
      'a shard too many',
      ['--dim', '1', '1', '1', ...MESH, '--shard', '3/2'],
      2,
      'expected i/N with i from 1 to N',
    ],
    [
      'a width of nothing',
      ['--dim', '1', '1', '1', ...MESH, '--sigma', '0'],
      2,
      '--sigma 0: expected positive widths',
    ],
    ['a solver of nothing', ['--dim', '1', '1', '1', ...MESH, '--iterative'], 2, 'which needs --lbte'],
    [
      'variances of three atoms',
      ['--dim', '1', '1', '1', ...MESH, '--mass-variances', '0', '0', '0'],
      2,
      '3 variances',
    ],
    [
      'a file that is not there',
      ['--dim', '1', '1', '1', ...MESH, '--nac', 'BORN'],
      1,
      'BORN: cannot be read',
    ],
  ])('refuses %s before anything is done', async (_, args, code, message) => {
    expect(await run(MODEL, await input(), ...args, '-o', at('out'))).toBe(code);
    expect(cli.stderr).toContain(message);
    expect(cli.stderr).not.toMatch(/\n {4}at /);
    expect(existsSync(at('out'))).toBe(false);
  });

  it('refuses a collision matrix that does not fit', async () => {
    // 29791 points of 6 modes: 178746 rows, 256 GB at each temperature, eight times over.
    const args = ['--mesh', '31', '31', '31', '--temperatures', '300', '--lbte', '--full-matrix'];
    expect(await run(MODEL, await input(), ...SMALL, ...args, '-o', at('out'))).toBe(1);
    expect(cli.stderr).toMatch(
      /collision matrix of 178746 x 178746 at 1 temperature: 2\.0e\+3 GB of memory, and [\d.e+]+ GB are there/,
    );
    expect(cli.stderr).toContain('the matrix that symmetry reduces');
  });
});

/** All that is no text. */
function numbersOf({ version: _, ...result }: Conductivity): object {
  return result;
}
