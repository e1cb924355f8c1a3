import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runPhono3py } from '../../compat/commands/phono3py.js';
import { runKaccum } from '../../compat/commands/phono3py-kaccum.js';
import { openText } from '../../formats/io/open.js';
import { readKappa } from '../../formats/phono3py/kappa.js';
import { readPhonopyYaml } from '../../formats/phonopy/yaml.js';
import { runCommandLine } from '../../src/cli/program.js';
import { createCpuDevice } from '../../src/device/cpu.js';
import { displace, displacedCells } from '../../src/lattice/displacements/displaced-cells.js';
import { UsageError } from '../../src/model/errors.js';
import { createLennardJones } from '../../src/potentials/lj/potential.js';
import { potentialForces } from '../../src/workflows/force-source.js';
import { commandLine } from '../helpers/command-line.js';

const line = commandLine();
const phono3py = (text: string) => runPhono3py(text.split(' ').filter(Boolean), { folder: line.folder });
const kappa = (name: string) => readKappa(line.at(name));

const POSCAR = `argon
1.0
5.26 0 0
0 5.26 0
0 0 5.26
Ar
4
Direct
0 0 0
0 0.5 0.5
0.5 0 0.5
0.5 0.5 0
`;
/** Near its minimum, seen to the next neighbours but one. */
const ARGON = createLennardJones({
  species: ['Ar'],
  pairs: [{ epsilon: 0.0104, sigma: 3.4, cutoff: 5 }],
  shift: true,
});

/** What the set-up half leaves behind, made once. */
let forces = '';
let disp = '';

/** A folder in which force constants can be made. */
async function crystal(): Promise<void> {
  writeFileSync(line.at('POSCAR'), POSCAR);
  if (forces === '') {
    await phono3py('-d --dim 2 2 2 -q');
    disp = line.text('phono3py_disp.yaml');
    const { text } = await openText(line.at('phono3py_disp.yaml'));
    const { displacements, supercell } = await readPhonopyYaml(text).finally(() => text.close());
    const { structure } = supercell!;
    const device = await createCpuDevice({ threads: 1 });
    const bound = await potentialForces(ARGON, device).bind(structure);
    const names: string[] = [];
    for (const { id, moves } of displacedCells(displacements!)) {
      const moved = displace(structure, moves);
      const found = (await bound.evaluate(moved.positions, moved.cell)).forces;
      const rows = Array.from({ length: moved.count }, (_, i) =>
        ['Ar', ...moved.positions.subarray(3 * i, 3 * i + 3), ...found.subarray(3 * i, 3 * i + 3)].join(' '),
      );
      const head = `Lattice="${moved.cell.join(' ')}" Properties=species:S:1:pos:R:3:forces:R:3 pbc="T T T"`;
      names.push(`forces-${id}.extxyz`);
      writeFileSync(line.at(names[names.length - 1]), `${moved.count}\n${head}\n${rows.join('\n')}\n`);
    }
    bound.release();
    await device.close();
    await phono3py(`--cf3 ${names.join(' ')} -q`);
    forces = line.text('FORCES_FC3');
  }
  writeFileSync(line.at('FORCES_FC3'), forces);
  writeFileSync(line.at('phono3py_disp.yaml'), disp);
  line.stdout = '';
}

const RUN = 'phono3py_disp.yaml --mesh 3 3 3';

describe('conductivities of phonolink phono3py', () => {
  it('by relaxation times: the table, the file, and what was done', async () => {
    await crystal();
    await phono3py(`${RUN} --br --ts 0 20 60 --isotope --sigma 0.3 --thm`);
    const { kappa: values, linewidths, weights, boundary, isotope } = await kappa('kappa-m333-s0.3.hdf5');
    expect(Array.from(weights!).reduce((sum, w) => sum + w)).toBe(27);
    expect([boundary, isotope!.length]).toEqual([1e6, linewidths!.length / 3]);
    // A cubic crystal conducts alike along its axes, and nothing at 0 K; the hotter, the less.
    const at = (t: number) => Array.from(values!.subarray(6 * t, 6 * t + 6));
    expect(at(0)).toEqual([0, 0, 0, 0, 0, 0]);
    for (const t of [1, 2]) {
      const [xx, yy, zz, ...off] = at(t);
      expect(Math.abs(xx - yy) + Math.abs(xx - zz)).toBeLessThan(1e-9 * xx);
      for (const x of off) expect(Math.abs(x)).toBeLessThan(1e-9 * xx);
    }
    expect(at(1)[0]).toBeGreaterThan(at(2)[0]);
    expect(line.stdout).toContain(
      '----------- Thermal conductivity (W/m-k) with tetrahedron method -----------',
    );
    const row = line.stdout.split('\n').findLast((text) => text.startsWith('   60.0 '))!;
    expect(row.trim().split(/\s+/)[1]).toBe(at(2)[0].toFixed(3));
    expect(line.stdout).toContain('fc3-r2q-transformation over three atoms: True');
    expect(line.stdout).toContain('Temperature:  0.0  20.0  60.0 ');
    expect(line.stdout).toContain('Grid point 1 (2/4)');
    expect(line.stdout).toContain('were written into \n"kappa-m333.hdf5".');
    expect(existsSync(line.at('phono3py.yaml'))).toBe(true);
  });

  it('goes on from linewidths of points, with the same result', async () => {
    await crystal();
    await phono3py(`${RUN} --br --ts 60 --nu --write-gamma`);
    const first = await kappa('kappa-m333.hdf5');
    const points = readdirSync(line.folder).filter((name) => /^kappa-m333-g\d+\.hdf5$/.test(name));
    expect(points).toHaveLength(first.weights!.length);
    writeFileSync(line.at('kappa-m333.hdf5'), 'another’s');
    await expect(phono3py(`${RUN} --br --ts 60 --read-gamma`)).rejects.toThrow(/kappa-m333.hdf5/);
    rmSync(line.at('kappa-m333.hdf5'));
    line.stdout = '';
    await phono3py(`${RUN} --br --ts 60 --read-gamma`);
    const second = await kappa('kappa-m333.hdf5');
    expect(second.kappa).toEqual(first.kappa);
    expect(second.normal).toEqual(first.normal);
    expect(line.stdout).toContain('kappa-m333.hdf5 not found. Look for hdf5 files at grid points.');
    expect(line.stdout).toContain(`Read data from ${points[0]}.`);
    await phono3py(`${RUN} --br --ts 60 --read-gamma --bmfp 0.01`);
    expect((await kappa('kappa-m333.hdf5')).kappa![0]).toBeLessThan(first.kappa![0]);
    await expect(phono3py(`${RUN} --br --ts 50 --read-gamma`)).rejects.toThrow(
      'holds linewidths at other temperatures',
    );
    await expect(phono3py('phono3py_disp.yaml --mesh 2 2 2 --br --ts 60 --read-gamma')).rejects.toThrow(
      'there is neither kappa-m222-g0.hdf5 nor kappa-m222-g0-b1.hdf5',
    );
  });

  it('by the Boltzmann equation, and again from its collisions', async () => {
    await crystal();
    await phono3py(`${RUN} --lbte --ts 0 60 --sigma 0.3 --write-collision`);
    const first = await kappa('kappa-m333-s0.3.hdf5');
    expect(Array.from(first.kappa!.subarray(0, 6))).toEqual([0, 0, 0, 0, 0, 0]);
    expect(first.kappa![6]).toBeGreaterThan(0);
    expect(first.kappaRta![6]).toBeGreaterThan(0);
    expect([first.modeKappa, first.products]).toEqual([undefined, undefined]);
    expect(existsSync(line.at('coleigs-m333-s0.3.hdf5'))).toBe(true);
    expect(line.stdout).toContain('  (RTA) ');
    // No temperatures: the files have them.
    await phono3py(`${RUN} --lbte --sigma 0.3 --read-collision all`);
    const second = await kappa('kappa-m333-s0.3.hdf5');
    expect(second.temperatures).toEqual(first.temperatures);
    expect(second.kappa).toEqual(first.kappa);
    await expect(phono3py(`${RUN} --lbte --sigma 0.2 --read-collision all`)).rejects.toThrow(
      'there is no collision-m333-g0-s0.2.hdf5',
    );
  });

  it('shares points among processes, and takes up what is there', async () => {
    await crystal();
    await phono3py(`${RUN} --br --ts 60 --sigma 0.3`);
    const alone = await kappa('kappa-m333-s0.3.hdf5');
    rmSync(line.at('kappa-m333-s0.3.hdf5'));
    const part = (i: number) => phono3py(`${RUN} --br --ts 60 --sigma 0.3 --write-gamma --shard ${i}/2`);
    await part(2);
    expect(line.stdout).toContain('2 grid points are left to other shards: no conductivity yet.');
    expect(existsSync(line.at('kappa-m333-s0.3.hdf5'))).toBe(false);
    await part(1);
    expect((await kappa('kappa-m333-s0.3.hdf5')).kappa).toEqual(alone.kappa);
    line.stdout = '';
    await part(1);
    expect(line.stdout).toContain('Shard 1 of 2: 2 grid points, 2 of them are there.');
    expect(line.stdout).not.toContain('Number of triplets');
    for (const [args, said] of [
      ['--br --write-gamma --shard 3/2', 'expected i/N'],
      ['--br --shard 1/2', '--shard needs files'],
      ['--lbte --write-gamma --shard 1/2', '--shard needs files'],
    ])
      await expect(phono3py(`${RUN} ${args}`)).rejects.toThrow(said);
  });

  it('has the names and the defaults of each version', async () => {
    await crystal();
    await phono3py(`${RUN} --br --ts 60 --sigma 0.1 --tt SMM19`);
    const four = await kappa('kappa-m333-s0.1.hdf5');
    expect([four.kappaIntra?.length, four.kappaInter?.length, four.products]).toEqual([6, 6, undefined]);
    expect(line.stdout).toMatch(/^K_intra +60\.0/m);
    line.stdout = '';
    await phono3py(`${RUN} --br --ts 60 --sigma 0.1 --wigner --compat 2 --pa auto`);
    const two = await kappa('kappa-m333-s0.1.hdf5');
    expect([two.kappaPopulations?.length, two.kappaWigner?.length, two.kappa, two.boundary]).toEqual([
      6,
      6,
      undefined,
      undefined,
    ]);
    expect(line.stdout).toMatch(/^K_P\t +60\.0/m);
    expect(line.stdout).toContain('fc3-r2q-transformation over three atoms: False');
  });

  it('linewidths are proportional to constant strengths', async () => {
    await crystal();
    const widths: Float64Array[] = [];
    for (const strength of [1e-9, 3e-9]) {
      await phono3py(`${RUN} --br --ts 60 --const-ave-pp ${strength}`);
      const { linewidths, averageStrengths } = await kappa('kappa-m333.hdf5');
      widths.push(linewidths!);
      expect(averageStrengths![6]).toBeCloseTo(strength, 20);
    }
    // Rounding of sums of a few hundred terms.
    const largest = Math.max(...widths[1]);
    widths[1].forEach((x, k) => {
      expect(Math.abs(x - 3 * widths[0][k])).toBeLessThanOrEqual(1e-13 * largest);
    });
    expect(largest).toBeGreaterThan(0);
  });

  it('goes on from phonons and strengths of points', async () => {
    await crystal();
    await phono3py(`${RUN} --br --ts 60 --write-phonon --write-pp --write-gamma --gp 1 --bi 1 3`);
    const name = 'kappa-m333-g1-b3.hdf5';
    const first = await kappa(name);
    await phono3py(`${RUN} --br --ts 60 --read-phonon --read-pp --write-gamma --gp 1 --bi 1 3`);
    expect((await kappa(name)).linewidths).toEqual(first.linewidths);
    expect(existsSync(line.at('kappa-m333.hdf5'))).toBe(false);
    await expect(phono3py(`${RUN} --br --ts 60 --read-pp --gp 1`)).rejects.toThrow('expected');
    await expect(phono3py(`${RUN} --br --ts 60 --read-pp --gp 4`)).rejects.toThrow('there is no pp-m333-g4');
    await expect(phono3py('phono3py_disp.yaml --mesh 2 2 2 --br --ts 60 --read-phonon')).rejects.toThrow(
      'phonon-m222.hdf5',
    );
  });

  it('sums up to the conductivity, as phono3py-kaccum', async () => {
    await crystal();
    await phono3py(`${RUN} --br --ts 30 60 --sigma 0.3`);
    const name = 'kappa-m333-s0.3.hdf5';
    const { kappa: values } = await kappa(name);
    const sums = async (args: string) => {
      line.stdout = '';
      await runKaccum(`${args} ${name}`.split(' ').filter(Boolean), line.folder);
      return line.stdout
        .split('\n')
        .filter((text) => /^ *-?\d/.test(text))
        .map((text) => text.trim().split(/\s+/).map(Number));
    };
    const rows = await sums('--temperature 60 --nsp 50');
    expect(rows).toHaveLength(50);
    // Six decimals are printed.
    expect(Math.abs(rows[49][1] - values![6])).toBeLessThan(1e-6);
    expect(Math.abs((await sums('--mfp --temperature 60'))[99][1] - values![6])).toBeLessThan(1e-6);
    // Each of 27 points has three modes.
    expect((await sums('--dos'))[99][1]).toBeCloseTo(3, 5);
    await expect(runKaccum(['--temperature', '45', name], line.folder)).rejects.toThrow(
      'there is no temperature of 45 K',
    );
    await expect(runKaccum(['--smearing', name], line.folder)).rejects.toThrow('--smearing is not supported');
    await expect(runKaccum(['--pqj', name], line.folder)).rejects.toThrow('ave_pp');
  });

  it('names what it does not follow, and what does not fit', async () => {
    await crystal();
    for (const argument of ['--ave-pp', '--cph', '--noks', '--kubo'])
      await expect(phono3py(`${RUN} --br ${argument}`)).rejects.toThrow(
        `phono3py's argument ${argument} is not supported by phonolink`,
      );
    for (const [text, said] of [
      ['phono3py_disp.yaml --mesh 3 3 --br', '--mesh'],
      [`${RUN} --br --sigma -1`, '--sigma'],
      [`${RUN} --br --ts cold`, '--ts'],
      [`${RUN} --br --tstep 0`, '--tstep'],
      [`${RUN} --br --tt NJC23`, 'NJC23'],
      [`${RUN} --br --gp 4000`, '--gp'],
      [`${RUN} --br --bi 7`, '--bi'],
      [`${RUN} --br --mv 1e-4 2e-4`, '--mv'],
      [`${RUN} --lbte --pinv-solver 9`, 'pinv-solver'],
      [`${RUN} --lbte --read-collision 0`, '--read-collision'],
    ] as const) {
      const error = await phono3py(text).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error, text).toBeInstanceOf(UsageError);
      expect((error as Error).message).toContain(said);
    }
    await expect(phono3py('phono3py_disp.yaml --br')).rejects.toThrow('the mesh has to be specified');
    await expect(phono3py(`${RUN} --ise`)).rejects.toThrow('the grid points have to be specified');
    expect(readdirSync(line.folder).filter((name) => name.startsWith('kappa'))).toEqual([]);
    expect(await runCommandLine(['phono3py', '--mesh', '3', '3', '3', '--br', '--ave-pp'])).toBe(2);
  });
});

describe('spectra and grids of phonolink phono3py', () => {
  const columns = (name: string) =>
    line
      .text(name)
      .trim()
      .split('\n')
      .map((text) => text.trim().split(/\s+/).map(Number));

  it('counts all pairs of modes in the joint densities', async () => {
    await crystal();
    await phono3py('phono3py_disp.yaml --mesh 5 5 5 --jdos --gp 1 --num-freq-points 401');
    const rows = columns('jdos-m555-g1.dat');
    expect(rows).toHaveLength(401);
    const area = rows.slice(1).reduce((sum, [f, , decay], k) => sum + decay * (f - rows[k][0]), 0);
    // Nine pairs of bands, each with all its weight above zero; four hundred steps of a function with kinks.
    expect(Math.abs(area - 9)).toBeLessThan(0.09);
    expect(existsSync(line.at('phono3py.yaml'))).toBe(false);
  });

  it('writes spectra of self-energies by groups of bands', async () => {
    await crystal();
    const at = `${RUN} --ts 60 --gp 1 --bi 1 2, 3 --num-freq-points 101`;
    await phono3py(`${at} --ise`);
    const [both, one] = ['b1b2', 'b3'].map((bands) => columns(`gammas-m333-g1-t60-${bands}.dat`));
    expect([both.length, one.length]).toEqual([101, 101]);
    expect(one.some(([, gamma]) => gamma > 0)).toBe(true);
    await phono3py(`${at} --rse`);
    expect(columns('deltas-m333-g1-e0.05-t60-b3.dat')).toHaveLength(101);
    await phono3py(`${RUN} --ts 60 --gp 1 --bi 3 --freq-pitch 0.002 --spf --sigma 0.3`);
    const spectral = columns('spectral-m333-g1-s0.3-t60-b3.dat');
    const area = spectral.slice(1).reduce((sum, [f, a], k) => sum + a * (f - spectral[k][0]), 0);
    // A spectral function is normalised; the real part is made of a finite range, and the line is narrow.
    expect(Math.abs(area - 1)).toBeLessThan(0.05);
    expect(existsSync(line.at('spectral-m333-g1-b3-s0.3.hdf5'))).toBe(true);
  });

  it('describes a grid without forces', async () => {
    writeFileSync(line.at('POSCAR'), POSCAR);
    await phono3py('-d --dim 2 2 2 -q');
    line.stdout = '';
    await phono3py(`${RUN} --wgp`);
    expect(readFileSync(line.at('ir_grid_points.yaml'), 'utf8')).toContain('num_reduced_ir_grid_points: 4');
    expect(statSync(line.at('grid_address-m333.hdf5')).size).toBeGreaterThan(0);
    await phono3py(`${RUN} --stp`);
    expect(line.stdout).toMatch(/^ +1 +\( 0\.33 +0\.00 +0\.00\) +6 /m);
  });

  it('tells rates of scattering by isotopes', async () => {
    await crystal();
    await phono3py(`${RUN} --isotope --gp 1`);
    expect(line.stdout).toContain('Phonon-isotope scattering rate in THz (1/4pi-tau)');
    expect(
      line.stdout.split('\n').filter((text) => /^ +\d\.\d{3} {5}\d\.\d{3}e-\d\d$/.test(text)),
    ).toHaveLength(3);
  });
});
