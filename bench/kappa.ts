// Thermal conductivities of silicon and rocksalt (64 atoms) from files to a file beside phono3py, each program whole with
// its start: time and the most memory; and how the time grows with the mesh and with the atoms of the primitive cell, which
// goes to bench/out. BENCH_QUICK=1 leaves out what takes phono3py minutes.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chart } from '../src/plots/chart.js';
import { rocksalt, type ScatteringCase, silicon } from '../tests/helpers/scattering-cases.js';
import { PYTHON } from '../tests/peers/peers.js';
import type { BenchCase } from './helpers/case.js';
import { springCrystal, writeCase } from './helpers/kappa-cases.js';

type Method = 'rta' | 'lbte';

interface Job {
  readonly crystal: keyof typeof CRYSTALS;
  readonly mesh: number;
  readonly method: Method;
  readonly threads: number;
}

interface Measured {
  readonly seconds: number;
  readonly megabytes: number;
  readonly kappa: number;
}

const CRYSTALS: Record<string, () => ScatteringCase | Promise<ScatteringCase>> = {
  Si: silicon,
  NaCl: rocksalt,
  ...Object.fromEntries([1, 2, 4, 8].map((atoms) => [`Ar${atoms}`, () => springCrystal(atoms)])),
};

const QUICK = process.env.BENCH_QUICK === '1';
const RESULTS = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'bench', 'out');
const OURS = fileURLToPath(new URL('./helpers/kappa-run.js', import.meta.url));
/**
 * How far apart the two may be. Eigenvectors of modes of equal frequency are any of their space, and tetrahedra weigh such
 * modes apart: random turns of them move silicon's conductivity over a range of 1.6e-2 at 5^3, 9.6e-4 at 9^3, 6.4e-4 at
 * 11^3. Finer meshes have fewer of them.
 */
const sameWithin = (mesh: number) => (mesh < 9 ? 2e-2 : 2e-3);
/** s: what takes a program longer is measured once */
const LONG = 20;

const PEER = `
import json, os, resource, sys
folder, mesh, method = sys.argv[1], int(sys.argv[2]), sys.argv[3]
import numpy as np
import phono3py
os.chdir(folder)
crystal = phono3py.load("phono3py_disp.yaml", fc2_filename="fc2.hdf5", fc3_filename="fc3.hdf5", log_level=0)
crystal.mesh_numbers = [mesh] * 3
crystal.init_phph_interaction()
crystal.run_thermal_conductivity(is_LBTE=method == "lbte", temperatures=[300], write_kappa=True, log_level=0)
kappa = float(np.ravel(crystal.thermal_conductivity.kappa)[0])
print(json.dumps({"kappa": kappa, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
`;

function run(program: string, args: readonly string[], threads: number): Measured {
  const count = String(threads);
  const env = {
    ...process.env,
    OMP_NUM_THREADS: count,
    OPENBLAS_NUM_THREADS: count,
    RAYON_NUM_THREADS: count,
  };
  const begin = performance.now();
  const output = execFileSync(program, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] });
  const seconds = (performance.now() - begin) / 1000;
  return { seconds, ...(JSON.parse(output.trim().split('\n').at(-1)!) as Omit<Measured, 'seconds'>) };
}

const best = (a: Measured | undefined, b: Measured) => (a && a.seconds < b.seconds ? a : b);
const known = new Map<string, Promise<{ ours: Measured; peer: Measured }>>();

/** Both programs in turn, once for whoever asks. */
function measure(job: Job): Promise<{ ours: Measured; peer: Measured }> {
  const key = JSON.stringify(job);
  if (!known.has(key)) known.set(key, measureNow(job));
  return known.get(key)!;
}

async function measureNow({ crystal, mesh, method, threads }: Job) {
  const folder = mkdtempSync(join(tmpdir(), 'phonolink-bench-'));
  try {
    await writeCase(folder, await CRYSTALS[crystal]());
    const args = [folder, String(mesh), method];
    let ours: Measured | undefined;
    let peer: Measured | undefined;
    for (let round = 0; round < 2 && (peer?.seconds ?? 0) < LONG; round++) {
      ours = best(ours, run(process.execPath, [OURS, ...args, String(threads)], threads));
      peer = best(peer, run(PYTHON, ['-c', PEER, ...args], threads));
    }
    if (!(Math.abs(ours!.kappa / peer!.kappa - 1) < sameWithin(mesh)))
      throw new Error(`${crystal} ${mesh}: conductivities are ${ours!.kappa} and ${peer!.kappa} W/m/K`);
    return { ours: ours!, peer: peer! };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const JOBS: readonly (Job & { wanted?: number })[] = [
  { crystal: 'Si', mesh: QUICK ? 11 : 19, method: 'rta', threads: 2, wanted: 2 },
  { crystal: 'Si', mesh: 11, method: 'lbte', threads: 2, wanted: 2 },
  { crystal: 'Si', mesh: 11, method: 'lbte', threads: 1 },
  { crystal: 'NaCl', mesh: 11, method: 'rta', threads: 2, wanted: 2 },
  { crystal: 'NaCl', mesh: 11, method: 'lbte', threads: 2, wanted: 2 },
];

function casesOf({ wanted, ...job }: Job & { wanted?: number }): BenchCase[] {
  const { crystal, mesh, method, threads } = job;
  const name = `${crystal} ${mesh}^3, ${method.toUpperCase()}, ${threads === 1 ? 'one thread' : `${threads} threads`}`;
  return [
    {
      name,
      peer: 'phono3py',
      wanted,
      async run() {
        const { ours, peer } = await measure(job);
        return { ours: ours.seconds, peer: peer.seconds, unit: 's', ratio: peer.seconds / ours.seconds };
      },
    },
    {
      name: `${name}, memory`,
      peer: 'phono3py',
      async run() {
        const { ours, peer } = await measure(job);
        const ratio = peer.megabytes / ours.megabytes;
        return { ours: ours.megabytes, peer: peer.megabytes, unit: 'MB at most', ratio };
      },
    },
  ];
}

interface Growth {
  readonly name: string;
  readonly title: string;
  readonly points: readonly (readonly [number, Job])[];
}

const rta = (crystal: string, mesh: number): Job => ({ crystal, mesh, method: 'rta', threads: 2 });

const GROWTHS: readonly Growth[] = [
  {
    name: 'mesh',
    title: 'points along each axis of the mesh (silicon, relaxation times)',
    points: (QUICK ? [5, 9, 11] : [5, 9, 13, 19]).map((mesh) => [mesh, rta('Si', mesh)]),
  },
  {
    name: 'atoms',
    title: 'atoms in the primitive cell (a crystal of springs, mesh 7^3)',
    points: (QUICK ? [1, 2, 4] : [1, 2, 4, 8]).map((atoms) => [atoms, rta(`Ar${atoms}`, 7)]),
  },
];

/** The exponent of the last step, ours beside the peer's; a table and a drawing go to bench/out. */
async function grow({ name, title, points }: Growth) {
  const all: { x: number; ours: Measured; peer: Measured }[] = [];
  for (const [x, job] of points) all.push({ x, ...(await measure(job)) });
  const table = [
    ['', 'phonolink, s', 'phono3py, s', 'ratio', 'phonolink, MB', 'phono3py, MB'],
    ...all.map(({ x, ours, peer }) => [
      String(x),
      ours.seconds.toFixed(2),
      peer.seconds.toFixed(2),
      (peer.seconds / ours.seconds).toFixed(1),
      ours.megabytes.toFixed(0),
      peer.megabytes.toFixed(0),
    ]),
  ];
  const x = all.map((one) => one.x);
  const svg = await chart({ title, log: true }, { title: 'seconds', log: true }, [
    { name: 'phonolink', kind: 'line', x, y: all.map(({ ours }) => ours.seconds) },
    { name: 'phono3py', kind: 'line', x, y: all.map(({ peer }) => peer.seconds) },
  ]);
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, `kappa-${name}.md`), `${title}\n\n${markdown(table)}`);
  writeFileSync(join(RESULTS, `kappa-${name}.svg`), svg);
  const [before, last] = all.slice(-2);
  const exponent = (of: 'ours' | 'peer') =>
    Math.log(last[of].seconds / before[of].seconds) / Math.log(last.x / before.x);
  const [ours, peer] = [exponent('ours'), exponent('peer')];
  return { ours, peer, unit: 'exponent at the end', ratio: peer / ours };
}

/** The first row is the head. */
function markdown(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, c) => Math.max(3, ...rows.map((row) => row[c].length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, c) => cell.padEnd(widths[c])).join(' | ')} |\n`;
  return [rows[0], widths.map((width) => '-'.repeat(width)), ...rows.slice(1)].map(line).join('');
}

export const cases: readonly BenchCase[] = [
  ...JOBS.flatMap(casesOf),
  ...GROWTHS.map((growth) => ({
    name: `time against ${growth.name}: bench/out/kappa-${growth.name}.md`,
    peer: 'phono3py',
    run: () => grow(growth),
  })),
];
