import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatNamed } from '../../formats/read.js';
import { runCommandLine } from '../../src/cli/program.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { volume } from '../../src/model/cell.js';
import { createFrame } from '../../src/model/frame.js';
import { createStructure } from '../../src/model/structure.js';
import { skewedDiamond } from '../contract/structures.js';
import { commandLine } from '../helpers/command-line.js';
import { framesOf, written } from '../helpers/formats.js';

const SILICON = join(PACKAGE_ROOT, 'fixtures', 'silicon');
const MODEL = join(SILICON, 'Si.tersoff');
const TRAJECTORY = join(SILICON, 'trajectory-300K.extxyz');

const cli = commandLine();
const { at, text } = cli;
const run = (...args: string[]) => runCommandLine(['node', 'phonolink', 'relax', ...args, '--threads', '1']);

const SHAKEN = skewedDiamond(['Si'], { bond: 2.4, rattle: 0.15 });

async function input(name = 'in.xyz', structure = SHAKEN): Promise<string> {
  writeFileSync(at(name), await written(formatNamed('extxyz'), [createFrame(structure)]));
  return at(name);
}

describe('phonolink relax', () => {
  it('writes the structure at rest, its labels, steps and a plot', async () => {
    const code = await run(
      ...[MODEL, await input(), '-o', at('out.xyz'), '--cell', '--trajectory', at('steps.xyz')],
      ...['--plot', at('rest.svg')],
    );
    expect(code).toBe(0);
    expect(cli.stdout).toMatch(/^the Tersoff potential, atoms and cell: \d+ evaluations/);
    expect(cli.stdout).toMatch(/0 +Si4 +0 +-\d+\.\d+ .* P1 \(1\)\n +at rest +\d+ .* Fd-3m \(227\)\n/);
    expect(cli.stderr).toMatch(
      /note: frame 0: the space group changed from P1 \(1\) to Fd-3m \(227\) within 0.001 A/,
    );
    const [{ structure, labels }] = await framesOf(at('out.xyz'));
    expect(Math.max(...labels.forces!.map(Math.abs))).toBeLessThanOrEqual(1e-5);
    expect(Math.cbrt((8 * volume(structure.cell)) / structure.count)).toBeCloseTo(5.432, 3);
    expect(labels.energies).toHaveLength(4);
    // What predict says of it
    expect(
      await runCommandLine(['node', 'phonolink', 'predict', MODEL, at('out.xyz'), '-o', at('again.xyz')]),
    ).toBe(0);
    const [again] = await framesOf(at('again.xyz'));
    expect(again.labels.energy).toBeCloseTo(labels.energy!, 10);
    const steps = await framesOf(at('steps.xyz'));
    expect(steps.length).toBeGreaterThan(3);
    expect(steps[0].structure.positions).toEqual(SHAKEN.positions);
    expect(steps.at(-1)!.labels.energy).toBe(labels.energy);
    expect(steps.at(-1)!.info.get('step')).toMatchObject({ value: steps.length - 1 });
    expect(text('rest.svg')).toMatch(/^<svg[\s\S]*largest force[\s\S]*stress[\s\S]*<\/svg>$/);
  });

  it('relaxes every frame, or those chosen, and goes on from its own output at once', async () => {
    expect(await run(MODEL, TRAJECTORY, '-o', at('out.xyz'), '--index', ':3', '--json')).toBe(0);
    const report = JSON.parse(cli.stdout);
    expect(report).toMatchObject({ model: 'the Tersoff potential', tolerance: 0.001, untouched: 0 });
    expect(report.frames).toHaveLength(3);
    for (const frame of report.frames) {
      expect(frame).toMatchObject({ atoms: 64, converged: true, end: 'converged', held: 0 });
      expect(frame.last.spaceGroup).toEqual({ number: 227, symbol: 'Fd-3m' });
    }
    expect(report.notes).toContain('velocities of the input are not written: relaxed atoms are at rest');
    expect((await framesOf(at('out.xyz')))[0].velocities).toBeUndefined();
    cli.stdout = '';
    expect(await run(MODEL, at('out.xyz'), '-o', at('next.xyz'), '--json')).toBe(0);
    for (const { evaluations } of JSON.parse(cli.stdout).frames) expect(evaluations).toBe(1);
  });

  it('reaches the pressure, and keeps symmetry and what is held', async () => {
    const crystal = createStructure({
      symbols: new Array<string>(8).fill('Si'),
      cell: [5.6, 0, 0, 0, 5.5, 0, 0, 0, 5.4],
      positions: Float64Array.from(
        [0, 0, 0, 0, 2, 2, 2, 0, 2, 2, 2, 0, 1, 1, 1, 1, 3, 3, 3, 1, 3, 3, 3, 1].map(
          (x, k) => (x / 4) * [5.6, 5.5, 5.4][k % 3],
        ),
      ),
    });
    const file = await input('ortho.xyz', crystal);
    expect(await run(MODEL, file, '-o', at('POSCAR'), '--cell', 'xx,yy', '--keep-symmetry', '--json')).toBe(
      0,
    );
    const { start, last } = JSON.parse(cli.stdout).frames[0];
    expect([start.spaceGroup.symbol, last.spaceGroup.symbol]).toEqual(['Fddd', 'I4_1/amd']);
    const [{ structure }] = await framesOf(at('POSCAR'));
    expect(structure.cell[8]).toBeCloseTo(5.4, 12);
    cli.stdout = '';
    expect(await run(MODEL, file, '-o', at('squeezed.xyz'), '--cell', '--pressure', '7', '--json')).toBe(0);
    expect(JSON.parse(cli.stdout).frames[0].last.pressure).toBeCloseTo(7, 3);

    const text = `4\nLattice="${SHAKEN.cell.join(' ')}" Properties=species:S:1:pos:R:3:move_mask:L:1\n${[
      0, 1, 2, 3,
    ]
      .map((i) => `Si ${SHAKEN.positions.slice(3 * i, 3 * i + 3).join(' ')} ${i === 1 ? 'F' : 'T'}\n`)
      .join('')}`;
    writeFileSync(at('held.xyz'), text);
    expect(await run(MODEL, at('held.xyz'), '-o', at('out.xyz'))).toBe(0);
    expect(cli.stderr).toContain('note: frame 0: 1 atoms are held in place as the file says');
    const [frame] = await framesOf(at('out.xyz'));
    expect(frame.structure.positions.subarray(3, 6)).toEqual(SHAKEN.positions.subarray(3, 6));
    expect(frame.columns.get('move_mask')).toBeDefined();
  });

  it('exits with 3 where a structure does not come to rest, and writes its last step', async () => {
    expect(await run(MODEL, await input(), '-o', at('out.xyz'), '--max-steps', '4')).toBe(3);
    expect(cli.stderr).toMatch(
      /frame 0 did not come to rest within --max-steps \(fmax .* eV\/A\); .*out\.xyz has the last step/,
    );
    expect(cli.stdout).toContain('OUT OF STEPS');
    const [{ labels }] = await framesOf(at('out.xyz'));
    const [before] = await framesOf(at('in.xyz'));
    expect(Math.max(...labels.forces!.map(Math.abs))).toBeGreaterThan(1e-5);
    expect(before.structure.count).toBe(4);
    expect(await run(MODEL, at('out.xyz'), '-o', at('out.xyz'))).toBe(0);
    // Forces may be at rest where the cell is not.
    const crystal = createStructure({ ...SHAKEN, ...skewedDiamond(['Si'], { bond: 2.6 }) });
    const file = await input('wide.xyz', crystal);
    expect(await run(MODEL, file, '-o', at('out.xyz'), '--cell', '--max-steps', '2')).toBe(3);
    expect(cli.stderr).toMatch(
      /\(fmax .* eV\/A, stress beyond the pressure [\d.]+ GPa\); .*has the last step/,
    );
  });

  it('writes the last step where it is interrupted, and goes on from there', async () => {
    // FIRE to 1e-300 eV/A does not end by itself.
    const frames = [createFrame(SHAKEN), createFrame(SHAKEN)];
    writeFileSync(at('two.xyz'), await written(formatNamed('extxyz'), frames));
    const ended = run(
      ...[MODEL, at('two.xyz'), '-o', at('out.xyz'), '--method', 'fire', '--fmax', '1e-300'],
      ...['--max-steps', '100000000', '--trajectory', at('steps.xyz')],
    );
    const begun = () => existsSync(at('steps.xyz')) && text('steps.xyz').length > 10_000;
    while (!begun()) await new Promise((resolve) => setTimeout(resolve, 5));
    process.emit('SIGINT');
    expect(await ended).toBe(130);
    expect(cli.stderr).toMatch(/1 structures were not begun and are written as they were/);
    expect(cli.stderr).toMatch(/interrupted: the last step is written\n {2}relax .*out\.xyz to go on/);
    const [first, second] = await framesOf(at('out.xyz'));
    const last = (await framesOf(at('steps.xyz'))).at(-1)!;
    expect(first.structure.positions).toEqual(last.structure.positions);
    expect(second.structure.positions).toEqual(SHAKEN.positions);
    expect(await run(MODEL, at('out.xyz'), '-o', at('done.xyz'))).toBe(0);
  });

  it.each([
    [
      'no way for a cell',
      async () => [MODEL, await input(), '--cell', 'cubic'],
      2,
      /'cubic' is no way for a cell/,
    ],
    [
      'a pressure without a cell',
      async () => [MODEL, await input(), '--pressure', '1'],
      2,
      /--pressure acts on the cell/,
    ],
    ['no number', async () => [MODEL, await input(), '--fmax', 'small'], 2, /expected a number/],
    [
      'no positive number',
      async () => [MODEL, await input(), '--fmax', '-1'],
      2,
      /expected a positive number/,
    ],
    [
      'an unknown method',
      async () => [MODEL, await input(), '--method', 'newton'],
      2,
      /Allowed choices are lbfgs, fire/,
    ],
    ['no such frame', async () => [MODEL, await input(), '--index', '5'], 1, /--index 5 selects nothing/],
    [
      'a second frame for a format of one',
      async () => [MODEL, TRAJECTORY, '-o', at('POSCAR')],
      2,
      /holds one structure, and there are 40/,
    ],
    [
      'another element',
      async () => [MODEL, await input('Ge.xyz', createStructure({ ...SHAKEN, species: ['Ge'] }))],
      1,
      /frame 0: atom 1 is Ge, but the Tersoff potential knows Si/,
    ],
    [
      'a cell of a molecule',
      async () => [
        MODEL,
        await input(
          'mol.xyz',
          createStructure({ ...SHAKEN, cell: new Float64Array(9), periodic: [false, false, false] }),
        ),
        '--cell',
      ],
      1,
      /frame 0: the structure is not periodic, so it has no cell to relax/,
    ],
    [
      'symmetry of a molecule',
      async () => [
        MODEL,
        await input(
          'mol.xyz',
          createStructure({ ...SHAKEN, cell: new Float64Array(9), periodic: [false, false, false] }),
        ),
        '--keep-symmetry',
      ],
      1,
      /frame 0: the structure is not periodic in three directions/,
    ],
    [
      'atoms at one place',
      async () => [
        MODEL,
        await input('one.xyz', createStructure({ ...SHAKEN, positions: new Float64Array(12) })),
      ],
      3,
      /frame 0: .*not finite/,
    ],
    [
      'a format that is only read',
      async () => [MODEL, await input(), '-o', at('OUTCAR')],
      2,
      /but not written/,
    ],
  ])('%s ends in one sentence and leaves nothing', async (_name, args, code, sentence) => {
    const given = await args();
    const before = readdirSync(cli.folder);
    expect(await run(...given, ...(given.includes('-o') ? [] : ['-o', at('out.xyz')]))).toBe(code);
    expect(cli.stderr).toMatch(sentence);
    expect(cli.stderr).not.toMatch(/\n\s+at /);
    expect(readdirSync(cli.folder)).toEqual(before);
  });

  it('says nothing with --quiet, and writes a file of each frame', async () => {
    expect(await run(MODEL, TRAJECTORY, '-o', at('POSCAR-%d'), '--index', ':2', '--quiet')).toBe(0);
    expect(cli.stdout + cli.stderr).toBe('');
    expect(readdirSync(cli.folder).sort()).toEqual(['POSCAR-0', 'POSCAR-1']);
  });
});

describe('phonolink relax ipi:', () => {
  it('relaxes by the forces of engines that connect', async () => {
    const file = await input();
    const name = `relax-${process.pid}`;
    const relaxing = run(`ipi:unix:${name}`, file, '-o', at('out.xyz'), '--cell', '--quiet');
    const serve = ['serve', MODEL, '--structure', file, '--unix', name, '--threads', '1', '--quiet'];
    expect(await runCommandLine(['node', 'phonolink', ...serve])).toBe(0);
    expect(await relaxing).toBe(0);
    expect(await run(MODEL, file, '-o', at('direct.xyz'), '--cell', '--quiet')).toBe(0);
    const [[byEngine], [direct]] = [await framesOf(at('out.xyz')), await framesOf(at('direct.xyz'))];
    // Units there and back are rounded at 1e-15 of energies of 20 eV; minima are second order in what is left.
    expect(byEngine.labels.energy).toBeCloseTo(direct.labels.energy!, 8);
    expect(volume(byEngine.structure.cell) / volume(direct.structure.cell)).toBeCloseTo(1, 5);
  });
});
