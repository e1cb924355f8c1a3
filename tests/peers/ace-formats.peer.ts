import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPotential } from '../../formats/potentials.js';
import { createCpuDevice } from '../../src/device/cpu.js';
import { uniform } from '../../src/math/random.js';
import { createStructure } from '../../src/model/structure.js';
import { convertPotential } from '../../src/workflows/convert-potential.js';
import { LEGACY_TEXT, TWO_SPECIES } from '../helpers/ace-files.js';
import { DATA, withoutData } from '../helpers/shared-data.js';
import { type PaceEvaluator, type PaceFrame, pace, paceYamlToYace } from './pace.js';
import { scratch } from './peers.js';

const note = () => {};

/** The same numbers; both are sums of up to 1e4 terms, whose coefficients differ by some 1e-16 of themselves. */
function expectSame(found: readonly PaceFrame[], expected: readonly PaceFrame[], relative: number) {
  expect(found.length).toBe(expected.length);
  expected.forEach((frame, k) => {
    for (const key of ['energies', 'forces', 'virial'] as const) {
      const scale = Math.max(1, ...frame[key].map(Math.abs));
      frame[key].forEach((value, i) => {
        expect(Math.abs(found[k][key][i] - value)).toBeLessThanOrEqual(relative * scale);
      });
    }
    expect(found[k].projections).toEqual(frame.projections);
  });
}

/** 12 atoms of Al and Ni in a cell of 6 A, none nearer than 1.9 A. */
const positions: number[] = [];
const next = uniform(11);
while (positions.length < 36) {
  const atom = [6 * next(), 6.2 * next(), 5.8 * next()];
  const cell = [6, 6.2, 5.8];
  const apart = (from: number) =>
    Math.hypot(
      ...atom.map(
        (x, a) => x - positions[from + a] - cell[a] * Math.round((x - positions[from + a]) / cell[a]),
      ),
    );
  let free = true;
  for (let from = 0; from < positions.length; from += 3) free &&= apart(from) > 1.9;
  if (free) positions.push(...atom);
}
const symbols = Array.from({ length: 12 }, (_, i) => (i % 3 === 0 ? 'Ni' : 'Al'));

function alloyFile(): string {
  const path = join(scratch('ace-formats'), 'alloy.extxyz');
  const rows = symbols.map((symbol, i) => [symbol, ...positions.slice(3 * i, 3 * i + 3)].join(' '));
  const comment = 'Lattice="6 0 0 0 6.2 0 0 0 5.8" Properties=species:S:1:pos:R:3 pbc="T T T"';
  writeFileSync(path, [symbols.length, comment, ...rows, ''].join('\n'));
  return path;
}

async function converted(input: string, name: string): Promise<string> {
  const output = join(scratch('ace-formats'), name);
  await convertPotential(input, output, { note });
  return output;
}

const potential = (name: string) => join(DATA, 'ace', 'potentials', name);
const structures = (name: string) => join(DATA, 'ace', `${name}.extxyz`);

describe('what phonolink writes, python-ace evaluates', () => {
  it.each([
    ['.yaml', 'b-basis'],
    ['.yace', 'product'],
  ] as [string, PaceEvaluator][])(
    'the made-up potential as %s: as phonolink does',
    async (ending, evaluator) => {
      const file = await converted(TWO_SPECIES, `pot${ending}`);
      const [theirs] = pace(file, alloyFile(), evaluator);
      const device = await createCpuDevice({ threads: 1 });
      const cell = Float64Array.of(6, 0, 0, 0, 6.2, 0, 0, 0, 5.8);
      const structure = createStructure({ symbols, positions: Float64Array.from(positions), cell });
      const bound = await (await loadPotential(file)).bind(device, structure);
      const ours = await bound.evaluate(structure.positions, structure.cell);
      const scale = Math.max(...theirs.forces.map(Math.abs), ...theirs.energies.map(Math.abs));
      expect(scale).toBeGreaterThan(0.1);
      theirs.energies.forEach((energy, i) => {
        expect(Math.abs(ours.energies[i] - energy)).toBeLessThan(1e-11 * scale);
      });
      theirs.forces.forEach((force, i) => {
        expect(Math.abs(ours.forces[i] - force)).toBeLessThan(1e-10 * scale);
      });
      bound.release();
      await device.close();
    },
  );

  it('a B-basis written again is the same to the last bit', async () => {
    const again = await converted(TWO_SPECIES, 'again.yaml');
    const wanted = ['projections'] as const;
    const [before, after] = [TWO_SPECIES, again].map((file) =>
      pace(file, alloyFile(), 'b-basis', [...wanted]),
    );
    expectSame(after, before, 0);
  });

  it('a potential from before .yace as .yace', async () => {
    // Their own reader of .ace takes potentials of one species alone.
    const old = join(scratch('ace-formats'), 'old.ace');
    writeFileSync(old, LEGACY_TEXT);
    const [frame] = pace(await converted(old, 'new.yace'), alloyFile(), 'product');
    expect(frame.energies.every(Number.isFinite)).toBe(true);
  });
});

describe.skipIf(withoutData)(
  'potentials of the reference set, as python-ace reads what phonolink writes',
  () => {
    it.each([
      ['ethanol', 'ethanol'],
      ['Cu-III', 'Cu-III'],
      ['ternary_AlCuZn', 'ternary_AlCuZn'],
      ['multispecies_AlNi', 'multispecies_AlNi'],
      ['derived_Cu-I_inner_zbl', 'derived_Cu-I_inner_density'],
      ['derived_Cu-I_inner_distance', 'derived_Cu-I_inner_density'],
    ])('%s.yaml as .yace, beside their own conversion', async (name, frames) => {
      const ours = await converted(potential(`${name}.yaml`), `${name}.yace`);
      const theirs = join(scratch('ace-formats'), `${name}.yace`);
      paceYamlToYace(potential(`${name}.yaml`), theirs);
      const [found, expected] = [ours, theirs].map((file) => pace(file, structures(frames), 'product'));
      expectSame(found, expected, 1e-12);
    });

    it.each([
      ['ethanol', 'ethanol'],
      ['Cu-III', 'Cu-III'],
      ['multispecies_AlNi', 'multispecies_AlNi'],
    ])('%s.yaml written again, functions too', async (name, frames) => {
      const again = await converted(potential(`${name}.yaml`), `${name}.yaml`);
      const [found, expected] = [again, potential(`${name}.yaml`)].map((file) =>
        pace(file, structures(frames), 'b-basis', ['projections']),
      );
      expectSame(found, expected, 0);
    });

    it.each(['Cu-PBE-core-rep', 'Al.pbe.rhocore', 'Al.pbe.in-rank1'])('%s.ace as .yace', async (name) => {
      const file = await converted(potential(`${name}.ace`), `${name}.yace`);
      const frames = structures(`${name}_ace`);
      expectSame(pace(file, frames, 'product'), pace(potential(`${name}.ace`), frames, 'product'), 0);
    });

    it('a .yace written again is text by text the same for both', async () => {
      const first = await converted(potential('ethanol.yace'), 'first.yace');
      const second = await converted(first, 'second.yace');
      expect(readFileSync(second, 'utf8')).toBe(readFileSync(first, 'utf8'));
      const [found, expected] = [first, potential('ethanol.yace')].map((file) =>
        pace(file, structures('ethanol'), 'product'),
      );
      expectSame(found, expected, 0);
    });
  },
);
