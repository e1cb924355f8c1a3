import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TextReader } from '../../formats/io/text.js';
import { readOrientation } from '../../formats/lammps/orientation.js';
import { lammpsData } from '../../formats/lammps-data.js';
import { lammpsDump } from '../../formats/lammps-dump.js';
import { uniform } from '../../src/math/random.js';
import { determinant, heights, inverse, rowsTimes } from '../../src/model/cell.js';
import { createFrame, type Frame } from '../../src/model/frame.js';
import { createStructure } from '../../src/model/structure.js';
import { skewedCell } from '../formats/lammps-helpers.js';
import { difference, readNoting, readOne, writeAll } from '../helpers/formats.js';
import { python, scratch } from './peers.js';

/** Debian's lammps-data has it. */
const TERSOFF = '/usr/share/lammps/potentials/Si.tersoff';

function lmp(folder: string, script: string): string {
  writeFileSync(join(folder, 'in.lammps'), script);
  return execFileSync('lmp', ['-in', 'in.lammps', '-log', 'none'], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

const SETUP = `units metal
atom_style atomic
read_data si.data
pair_style tersoff
pair_coeff * * ${TERSOFF} Si
neigh_modify one 10000 page 100000
`;

/** Silicon atoms at random in a skewed cell, none nearer than 1.9 A to another, so that forces stay within reason. */
function silicon(next: () => number, handedness: number): Frame {
  for (;;) {
    const cell = skewedCell(next, handedness);
    if (Math.min(...heights(cell)) < 3) continue;
    const fractions: number[] = [];
    for (let tries = 0; fractions.length < 24 && tries < 300; tries++) {
      const candidate = [next(), next(), next()].map((x) => 3 * x - 1);
      const trial = [...fractions, ...candidate];
      if (nearest(trial, cell) > 1.9) fractions.push(...candidate);
    }
    if (fractions.length < 12) continue;
    const positions = rowsTimes(fractions, cell);
    const count = positions.length / 3;
    const velocities = Float64Array.from(positions, () => 0.02 * (next() - 0.5));
    return createFrame(createStructure({ positions, symbols: new Array(count).fill('Si'), cell }), {
      velocities,
    });
  }
}

/** A, from the last atom to any other or to its own images. */
function nearest(fractions: number[], cell: Float64Array): number {
  const n = fractions.length;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < n; i += 3) {
    const away = [0, 1, 2].map((k) => {
      const d = fractions[n - 3 + k] - fractions[i + k];
      return d - Math.round(d);
    });
    for (let a = -2; a <= 2; a++)
      for (let b = -2; b <= 2; b++)
        for (let c = -2; c <= 2; c++) {
          if (i === n - 3 && a === 0 && b === 0 && c === 0) continue;
          const r = rowsTimes([away[0] + a, away[1] + b, away[2] + c], cell);
          least = Math.min(least, Math.hypot(...r));
        }
  }
  return least;
}

interface Run {
  energy: number;
  /** In the orientation of the frame that was written */
  forces: Float64Array;
  cell: Float64Array;
  positions: Float64Array;
  velocities: Float64Array;
}

/** Energy and forces by LAMMPS of what our data file says, turned back by what our data file records. */
async function evaluate(frame: Frame, name: string): Promise<Run> {
  const folder = scratch(name);
  const { text } = await writeAll(lammpsData, [frame]);
  writeFileSync(join(folder, 'si.data'), text);
  const output = lmp(
    folder,
    `${SETUP}dump d all custom 1 out.dump id type x y z ix iy iz vx vy vz fx fy fz
dump_modify d sort id format float %.17g
run 0
print "energy $(pe:%.17g)"
`,
  );
  const orientation = (await readOrientation(new TextReader(text, 'si.data'))) ?? undefined;
  const dump = await readOne(lammpsDump, readFileSync(join(folder, 'out.dump')), {
    orientation,
    species: ['Si'],
  });
  return {
    energy: Number(/^energy (\S+)$/m.exec(output)![1]),
    forces: dump.labels.forces!,
    cell: dump.structure.cell,
    positions: dump.structure.positions,
    velocities: dump.velocities!,
  };
}

/** A random proper rotation: the triad of two random directions. */
function randomRotation(next: () => number): Float64Array {
  const [a, b] = [0, 1].map(() => [0, 1, 2].map(() => next() - 0.5));
  const unit = (v: number[]) => v.map((x) => x / Math.hypot(...v));
  const cross = (p: number[], q: number[]) =>
    [0, 1, 2].map((k) => p[(k + 1) % 3] * q[(k + 2) % 3] - p[(k + 2) % 3] * q[(k + 1) % 3]);
  const x = unit(a);
  const z = unit(cross(x, b));
  return Float64Array.from([...x, ...cross(z, x), ...z]);
}

describe('lmp reads our data files', () => {
  const next = uniform(31);

  it.each([1, -1, 1, -1, 1, -1])(
    'energy and forces do not depend on the orientation (handedness %i)',
    async (handedness) => {
      const frame = silicon(next, handedness);
      const one = await evaluate(frame, 'lammps');
      // What LAMMPS read is what we had, turned back: cell, unwrapped positions, velocities.
      expect(difference(one.cell, frame.structure.cell)).toBeLessThan(1e-12);
      expect(difference(one.positions, frame.structure.positions)).toBeLessThan(1e-11);
      expect(difference(one.velocities, frame.velocities!)).toBeLessThan(1e-12);

      // The same crystal turned at random, its vectors in another order (which changes the handedness).
      const turn = randomRotation(next);
      const { structure, velocities } = frame;
      const [a, b, c] = [0, 3, 6].map((k) => Array.from(structure.cell.subarray(k, k + 3)));
      const other = createFrame(
        createStructure({
          ...structure,
          positions: rowsTimes(structure.positions, turn),
          cell: rowsTimes([...b, ...a, ...c], turn),
        }),
        { velocities: rowsTimes(velocities!, turn) },
      );
      expect(Math.sign(determinant(other.structure.cell))).toBe(-handedness);
      const two = await evaluate(other, 'lammps');
      const largest = Math.max(...one.forces.map(Math.abs));
      expect(largest).toBeGreaterThan(0.1);
      // Rounded coordinates move an atom by 1e-14 A, which stiff bonds (100 eV/A^2) turn into 1e-12; the rest is summation.
      expect(Math.abs(one.energy - two.energy)).toBeLessThan(1e-10);
      expect(difference(rowsTimes(one.forces, turn), two.forces)).toBeLessThan(1e-10 * Math.max(1, largest));
    },
  );

  it('takes charge, molecular and full styles', async () => {
    for (const style of ['charge', 'molecular', 'full']) {
      const frame = silicon(next, 1);
      const folder = scratch('lammps');
      const { text } = await writeAll(lammpsData, [frame], { atomStyle: style });
      writeFileSync(join(folder, 'si.data'), text);
      const output = lmp(
        folder,
        `units metal\natom_style ${style}\nread_data si.data\nprint "atoms $(atoms)"\n`,
      );
      expect(output).toContain(`atoms ${frame.structure.count}`);
    }
  });
});

describe('we read what lmp writes', () => {
  it('x, xs, xu and xsu of a tilted box are one trajectory', async () => {
    const folder = scratch('lammps');
    const frame = silicon(uniform(8), -1);
    const { text } = await writeAll(lammpsData, [frame]);
    writeFileSync(join(folder, 'si.data'), text);
    const styles = {
      x: 'x y z',
      xi: 'x y z ix iy iz',
      xs: 'xs ys zs ix iy iz',
      xu: 'xu yu zu',
      xsu: 'xsu ysu zsu',
      mix: 'xu ysu zu',
    };
    const dumps = Object.entries(styles).map(
      ([name, columns]) =>
        `dump ${name} all custom 20 ${name}.dump type ${columns} id\ndump_modify ${name} format float %.17g\n`,
    );
    lmp(
      folder,
      `${SETUP}velocity all create 3000 5 mom yes\nfix 1 all nve\ntimestep 0.0005\n${dumps.join('')}run 100\nwrite_data end.data\n`,
    );
    const orientation = (await readOrientation(new TextReader(text, 'si.data')))!;
    const read = async (name: string) =>
      (
        await readNoting(lammpsDump, readFileSync(join(folder, `${name}.dump`)), {
          species: ['Si'],
          orientation,
        })
      ).frames;
    const reference = await read('xu');
    expect(reference.length).toBe(6);
    const inv = inverse(frame.structure.cell);
    for (const name of Object.keys(styles)) {
      const frames = await read(name);
      for (const [k, other] of frames.entries()) {
        const shift = other.structure.positions.map((x, i) => x - reference[k].structure.positions[i]);
        const whole = rowsTimes(shift, inv);
        // Coordinates below 50 A with 17 digits, an inverse cell with entries below 1: a few roundings.
        const worst = whole.map((x) => Math.abs(x - (name === 'x' ? Math.round(x) : 0)));
        expect(Math.max(...worst)).toBeLessThan(1e-12);
        expect(difference(other.structure.cell, frame.structure.cell)).toBeLessThan(1e-12);
      }
    }
    // Only the wrapped style needed whole lattice vectors.
    const last = (await read('x'))[5].structure.positions;
    expect(difference(last, reference[5].structure.positions)).toBeGreaterThan(1);
    // The data file at the end: the same atoms, image flags undone.
    const end = await readOne(lammpsData, readFileSync(join(folder, 'end.data')), {
      species: ['Si'],
      orientation,
    });
    expect(difference(end.structure.positions, reference[5].structure.positions)).toBeLessThan(1e-11);
  });

  it('lmp reads back our dump, record and all', async () => {
    const folder = scratch('lammps');
    // Cells whose tilt LAMMPS takes as it is: a dump keeps the vectors of each frame.
    const cell = Float64Array.of(0, 6, 0, 5, 1, 0, 0.5, 0.5, -7);
    const positions = Float64Array.from([1, 1, -1, 3, 4, -5, 0.2, 0.3, -0.1]);
    const velocities = Float64Array.from({ length: 9 }, (_, i) => 1e-3 * i);
    const frame = createFrame(createStructure({ positions, symbols: ['Si', 'Si', 'Si'], cell }), {
      velocities,
    });
    writeFileSync(join(folder, 'si.data'), (await writeAll(lammpsData, [frame])).text);
    const moved = createFrame(
      createStructure({ positions: positions.map((x) => x + 0.25), symbols: ['Si', 'Si', 'Si'], cell }),
      { velocities },
    );
    const { text } = await writeAll(lammpsDump, [frame, moved]);
    expect(text).toContain('phonolink rotation');
    writeFileSync(join(folder, 'our.dump'), text);
    lmp(
      folder,
      `${SETUP}read_dump our.dump 1 x y z vx vy vz box yes replace yes
write_dump all custom back.dump id element x y z vx vy vz modify sort id format float %.17g element Si
`,
    );
    const data = readFileSync(join(folder, 'si.data'), 'utf8');
    const orientation = (await readOrientation(new TextReader(data, 'si.data')))!;
    const back = await readOne(lammpsDump, readFileSync(join(folder, 'back.dump')), { orientation });
    const shift = rowsTimes(
      back.structure.positions.map((x, i) => x - moved.structure.positions[i]),
      inverse(cell),
    );
    expect(Math.max(...shift.map((x) => Math.abs(x - Math.round(x))))).toBeLessThan(1e-14);
    expect(difference(back.velocities!, velocities)).toBeLessThan(1e-15);
  });
});

describe('ASE reads what we write', () => {
  it.each([1, -1])('data and dump of a skewed cell (handedness %i)', async (handedness) => {
    const folder = scratch('lammps');
    const frame = silicon(uniform(12), handedness);
    const forces = Float64Array.from(frame.structure.positions, (_, i) => Math.sin(i));
    const labelled = { ...frame, labels: { forces } };
    writeFileSync(join(folder, 'our.data'), (await writeAll(lammpsData, [frame])).text);
    writeFileSync(join(folder, 'our.dump'), (await writeAll(lammpsDump, [labelled, labelled])).text);
    const got = python<
      Record<
        'data' | 'dump',
        { cell: number[]; distances: number[]; velocities: number[]; symbols: string[]; forces?: number[] }
      >
    >(
      `
import json, sys
from ase.io import read
def told(a):
    a.wrap()
    return dict(cell=a.cell.array.ravel().tolist(), symbols=a.get_chemical_symbols(),
                distances=a.get_all_distances(mic=True).ravel().tolist(), velocities=a.get_velocities().ravel().tolist())
data = told(read(sys.argv[1], format='lammps-data', Z_of_type={1: 14}))
frames = read(sys.argv[2], format='lammps-dump-text', index=':')
assert len(frames) == 2
forces = frames[1].get_forces().ravel().tolist()
dump = dict(told(frames[1]), forces=forces)
print(json.dumps(dict(data=data, dump=dump)))`,
      join(folder, 'our.data'),
      join(folder, 'our.dump'),
    );
    const plain = await readOne(
      lammpsData,
      readFileSync(join(folder, 'our.data'), 'utf8').replace(/# phonolink .*\n/g, ''),
    );
    expect(difference(got.data.cell, plain.structure.cell)).toBeLessThan(1e-14);
    expect(difference(got.data.distances, got.dump.distances)).toBeLessThan(1e-10);
    expect(got.dump.symbols).toEqual(new Array(frame.structure.count).fill('Si'));
    const length = (v: ArrayLike<number>, i: number) => Math.hypot(v[3 * i], v[3 * i + 1], v[3 * i + 2]);
    // ASE's unit of velocity is A / (10.1805 fs); its constants agree with CODATA 2018 to 1e-8.
    for (let i = 0; i < frame.structure.count; i++) {
      expect(length(got.dump.forces!, i)).toBeCloseTo(length(forces, i), 12);
      const ratio = length(got.data.velocities, i) / length(frame.velocities!, i);
      expect(ratio).toBeCloseTo(10.18050571, 6);
    }
  });
});
