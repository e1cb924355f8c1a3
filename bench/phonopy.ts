// Reading and writing phonopy's and phono3py's large files beside these programs: the same file, one core, in turn.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openText } from '../formats/io/open.js';
import { writeWhole } from '../formats/io/sink.js';
import type { PhonopyFile } from '../formats/phonopy/file.js';
import { readForceConstants, writeForceConstants } from '../formats/phonopy/force-constants.js';
import {
  readCubicForceConstantsHdf5,
  writeCubicForceConstantsHdf5,
} from '../formats/phonopy/force-constants-hdf5.js';
import { readForces, writeForces } from '../formats/phonopy/forces-fc.js';
import { ANGSTROM_EV } from '../formats/phonopy/units.js';
import { readPhonopyYaml } from '../formats/phonopy/yaml.js';
import { writePhonopyYaml } from '../formats/phonopy/yaml-write.js';
import { uniform } from '../src/math/random.js';
import type { PairDisplacementSet } from '../src/model/displacements.js';
import { createStructure } from '../src/model/structure.js';
import type { BenchCase } from './helpers/case.js';
import { alternate, type Run, runPeer } from './helpers/peer.js';

const ATOMS = 216;
const next = uniform(1);
const random = (length: number) => Float64Array.from({ length }, () => next() - 0.5);

function supercell(): PhonopyFile['supercell'] {
  const positions = random(3 * ATOMS).map((x) => (x + 0.5) * 16);
  const structure = createStructure({
    symbols: new Array<string>(ATOMS).fill('Si'),
    positions,
    cell: [16, 0, 0, 0, 16, 0, 0, 0, 16],
  });
  return { structure };
}

/** First displacements with six second ones of every atom; forces for the first of them, where asked for. */
function pairs(firsts: number, seconds: number, withForces: boolean): PairDisplacementSet {
  let id = firsts;
  const of = () => (withForces ? { forces: random(3 * ATOMS) } : {});
  const entries = Array.from({ length: firsts }, (_, i) => ({
    ...{ atom: i % ATOMS, displacement: random(3), id: i + 1, ...of() },
    second: Array.from({ length: seconds }, (_, k) => ({
      ...{ atom: Math.floor((k * ATOMS) / seconds), displacement: random(3), distance: 1, included: true },
      ...{ id: ++id, ...of() },
    })),
  }));
  return { kind: 'pairs', count: ATOMS, entries };
}

function file(displacements: PairDisplacementSet): PhonopyFile {
  return { program: 'phono3py', version: '4.8.2', units: ANGSTROM_EV, supercell: supercell(), displacements };
}

async function* streamed(pieces: Iterable<string>): AsyncGenerator<string> {
  yield* pieces;
}

const save = (path: string, pieces: Iterable<string>) => writeWhole(path, streamed(pieces));
const open = async (path: string) => (await openText(path)).text;

/** The sum of the squares of all displacements and forces. */
function sum(set: PairDisplacementSet): { frames: number; check: number } {
  let check = 0;
  let frames = 0;
  const add = (values: Float64Array | undefined) => {
    for (const x of values ?? []) check += x * x;
  };
  for (const first of set.entries)
    for (const entry of [first, ...first.second]) {
      add(entry.displacement);
      add(entry.forces);
      frames++;
    }
  return { frames, check };
}

function squares(values: Float64Array): number {
  let total = 0;
  for (const x of values) total += x * x;
  return total;
}

async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const begin = performance.now();
  const result = await work();
  return { seconds: (performance.now() - begin) / 1000, result };
}

interface FileCase {
  readonly name: string;
  readonly peer: string;
  /** Of the file, or in the file where it is packed */
  readonly megabytes?: number;
  make(path: string): Promise<void>;
  ours(path: string): Promise<Run>;
  readonly theirs: string;
}

const TIMER = `
import sys, json, time, warnings
warnings.simplefilter('ignore')
import numpy as np
def squares(x): return float((np.asarray(x) ** 2).sum())
def total(d):
    firsts = d['first_atoms']
    all = firsts + [e for f in firsts for e in f['second_atoms']]
    return len(all), sum(squares(e['displacement']) + (squares(e['forces']) if 'forces' in e else 0) for e in all)
def say(seconds, frames, check): print(json.dumps({'seconds': seconds, 'frames': frames, 'check': check}))
`;

async function readYamlRun(path: string): Promise<Run> {
  const { seconds, result } = await timed(async () => readPhonopyYaml(await open(path)));
  return { seconds, ...sum(result.displacements as PairDisplacementSet) };
}

const READ_YAML = `${TIMER}
from phono3py.interface.phono3py_yaml import read_phono3py_yaml
start = time.perf_counter()
data = read_phono3py_yaml(sys.argv[1])
say(time.perf_counter() - start, *total(data.dataset))
`;

const MADE = pairs(2, 400, true);
const CONSTANTS = {
  count: ATOMS,
  rows: Int32Array.from({ length: ATOMS }, (_, i) => i),
  values: random(9 * ATOMS ** 2),
};
const CUBIC = { count: ATOMS, rows: Int32Array.of(0, 54, 108, 162), values: random(108 * ATOMS ** 2) };

const CASES: readonly FileCase[] = [
  {
    name: 'phono3py_disp.yaml read, 50,000 pairs',
    peer: 'phono3py',
    make: (path) => save(path, writePhonopyYaml(file(pairs(40, 6 * ATOMS, false)))),
    ours: readYamlRun,
    theirs: READ_YAML,
  },
  {
    name: 'phono3py_params.yaml read, 300 supercells',
    peer: 'phono3py',
    make: (path) => save(path, writePhonopyYaml(file(pairs(2, 149, true)))),
    ours: readYamlRun,
    theirs: READ_YAML,
  },
  {
    name: 'FORCES_FC3 read, 802 supercells',
    peer: 'phono3py',
    make: (path) => save(path, writeForces(MADE)),
    async ours(path) {
      const { seconds, result } = await timed(async () => readForces(await open(path), MADE));
      return { seconds, ...sum(result) };
    },
    theirs: `${TIMER}
from phono3py.file_IO import parse_FORCES_FC3
first = lambda: {'number': 0, 'displacement': np.zeros(3), 'second_atoms': [{'number': 0, 'displacement': np.zeros(3)} for _ in range(400)]}
data = {'natom': ${ATOMS}, 'first_atoms': [first(), first()]}
start = time.perf_counter()
parse_FORCES_FC3(data, sys.argv[1])
seconds = time.perf_counter() - start
frames, check = total(data)
say(seconds, frames, check + ${displacementSum(MADE)})
`,
  },
  {
    name: 'FORCES_FC3 write, 802 supercells',
    peer: 'phono3py',
    make: (path) => save(path, writeForces(MADE)),
    async ours(path) {
      const { seconds } = await timed(() => save(`${path}.ours`, writeForces(MADE)));
      return { seconds, frames: 802, check: statSync(`${path}.ours`).size };
    },
    theirs: `${TIMER}
from phono3py.file_IO import write_FORCES_FC3
import os
def made(): return {'number': 0, 'displacement': np.zeros(3), 'forces': np.random.default_rng(1).uniform(-0.5, 0.5, (${ATOMS}, 3))}
data = {'natom': ${ATOMS}, 'first_atoms': [{**made(), 'second_atoms': [made() for _ in range(400)]} for _ in range(2)]}
start = time.perf_counter()
write_FORCES_FC3(data, filename=sys.argv[1] + '.peer')
say(time.perf_counter() - start, 802, os.stat(sys.argv[1] + '.peer').st_size)
`,
  },
  {
    name: `FORCE_CONSTANTS read, ${ATOMS} atoms`,
    peer: 'phonopy',
    make: (path) => save(path, writeForceConstants(CONSTANTS)),
    async ours(path) {
      const { seconds, result } = await timed(async () => readForceConstants(await open(path)));
      return { seconds, frames: result.rows.length, check: squares(result.values) };
    },
    theirs: `${TIMER}
from phonopy.file_IO import parse_FORCE_CONSTANTS
start = time.perf_counter()
fc = parse_FORCE_CONSTANTS(sys.argv[1])
say(time.perf_counter() - start, len(fc), squares(fc))
`,
  },
  {
    name: `fc3.hdf5 read, 4 of ${ATOMS} atoms`,
    peer: 'phono3py',
    megabytes: CUBIC.values.byteLength / 1e6,
    make: (path) => writeCubicForceConstantsHdf5(path, CUBIC),
    async ours(path) {
      const { seconds, result } = await timed(() => readCubicForceConstantsHdf5(path));
      return { seconds, frames: result.constants.rows.length, check: squares(result.constants.values) };
    },
    theirs: `${TIMER}
from phono3py.file_IO import read_fc3_from_hdf5
start = time.perf_counter()
fc = read_fc3_from_hdf5(sys.argv[1])
say(time.perf_counter() - start, len(fc), squares(fc))
`,
  },
  {
    name: `fc3.hdf5 write, 4 of ${ATOMS} atoms`,
    peer: 'phono3py',
    megabytes: CUBIC.values.byteLength / 1e6,
    make: (path) => writeCubicForceConstantsHdf5(path, CUBIC),
    async ours(path) {
      const { seconds } = await timed(() => writeCubicForceConstantsHdf5(`${path}.ours`, CUBIC));
      return { seconds, frames: 4, check: squares(CUBIC.values) };
    },
    theirs: `${TIMER}
from phono3py.file_IO import read_fc3_from_hdf5, write_fc3_to_hdf5
fc = read_fc3_from_hdf5(sys.argv[1])
start = time.perf_counter()
write_fc3_to_hdf5(fc, filename=sys.argv[1] + '.peer', p2s_map=np.array([0, 54, 108, 162]))
say(time.perf_counter() - start, len(fc), squares(fc))
`,
  },
];

/** phono3py takes displacements from elsewhere: what they add to the sum. */
function displacementSum({ entries }: PairDisplacementSet): number {
  const all = entries.flatMap((first) => [first, ...first.second]);
  return all.reduce((total, { displacement }) => total + squares(displacement), 0);
}

const ROUNDS = 2;

async function compare({ megabytes, make, ours, theirs }: FileCase) {
  const folder = mkdtempSync(join(tmpdir(), 'phonolink-bench-'));
  try {
    const path = join(folder, 'file');
    await make(path);
    const size = megabytes ?? statSync(path).size / 1e6;
    const best = await alternate(
      ROUNDS,
      () => ours(path),
      () => runPeer(theirs, path),
    );
    return {
      ours: size / best.ours.seconds,
      peer: size / best.peer.seconds,
      unit: `MB/s of ${size.toFixed(0)} MB`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const cases: readonly BenchCase[] = CASES.map((one) => ({
  name: one.name,
  peer: one.peer,
  run: () => compare(one),
}));
