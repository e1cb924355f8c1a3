// Phonons of rocksalt beside phonopy, one thread each: from the files on; as programs, with their start; and the same
// command line for both, which writes mesh.yaml as well.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PACKAGE_ROOT } from '../src/device/paths.js';
import { DATA } from '../tests/helpers/shared-data.js';
import { PYTHON } from '../tests/peers/peers.js';
import type { BenchCase } from './helpers/case.js';
import { alternate, type Run, runPeer } from './helpers/peer.js';
import { phononsOnce } from './helpers/phonons-once.js';

const ROUNDS = 5;
const FOLDER = join(DATA, 'phonopy', 'NaCl');
const THREADS = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', RAYON_NUM_THREADS: '1' };

const PEER = `
import os, sys, time, json
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = os.environ["RAYON_NUM_THREADS"] = "1"
import numpy as np
import phonopy
folder, polar = sys.argv[1], sys.argv[2] == "polar"
begin = time.perf_counter()
phonon = phonopy.load(f"{folder}/phonopy.yaml", force_constants_filename=f"{folder}/FORCE_CONSTANTS",
    born_filename=f"{folder}/BORN" if polar else None, is_nac=polar, log_level=0)
phonon.run_mesh([40, 40, 40], is_gamma_center=True)
phonon.run_total_dos()
phonon.run_thermal_properties(t_min=0, t_max=1000, t_step=10, cutoff_frequency=0.01)
seconds = time.perf_counter() - begin
found = phonon.thermal_properties
heat = found.heat_capacity if hasattr(found, "heat_capacity") else found.thermal_properties[3]
print(json.dumps({"seconds": seconds, "frames": len(phonon.mesh.weights), "check": float(np.sum(heat))}))
`;

/** A program's time with its start, ms included that it takes to end. */
function timed(program: string, args: readonly string[], cwd?: string): { seconds: number; output: string } {
  const begin = performance.now();
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...THREADS },
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}\n${stdout}${stderr}`);
  return { seconds: (performance.now() - begin) / 1000, output: stdout };
}

function asProgram(program: string, ...args: string[]): Run {
  const { seconds, output } = timed(program, args);
  return { ...(JSON.parse(output) as Run), seconds };
}

/** The same command line, in a folder with the files that it reads; `check` is the sum of the file of results. */
function asCommand(program: readonly string[], words: readonly string[], results: string): Run {
  const folder = mkdtempSync(join(tmpdir(), 'phonons-'));
  try {
    for (const name of ['phonopy_disp.yaml', 'FORCE_SETS', 'BORN'])
      copyFileSync(join(FOLDER, name), join(folder, name));
    const [first, ...rest] = program;
    const { seconds } = timed(first, [...rest, 'phonopy_disp.yaml', ...words], folder);
    const numbers = [...readFileSync(join(folder, results), 'utf8').matchAll(NUMBER)].map(Number);
    return { seconds, frames: numbers.length, check: numbers.reduce((sum, x) => sum + x, 0) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A heat capacity, or the second column of a density of states */
const NUMBER = /(?<=heat_capacity: +|^ +-?\d+\.\d+ +)-?\d+\.\d+/gm;

function rates(best: { ours: Run; peer: Run }) {
  return { ours: 1 / best.ours.seconds, peer: 1 / best.peer.seconds, unit: 'runs/s' };
}

const PEERS = [
  { peer: 'phonopy', python: PYTHON, command: join(dirname(PYTHON), 'phonopy-load') },
  { peer: "Debian's", python: '/usr/bin/python3', command: '/usr/bin/phonopy-load' },
].filter(({ command }) => existsSync(command));

const ONCE = join(PACKAGE_ROOT, 'dist', 'bench', 'helpers', 'phonons-once.js');
const COMMAND = [process.execPath, join(PACKAGE_ROOT, 'dist', 'src', 'cli', 'main.js'), 'phonopy-load'];

export const cases: readonly BenchCase[] = [true, false].flatMap((polar) => {
  const title = `NaCl, 40 x 40 x 40${polar ? ' with the field' : ''}`;
  const kind = polar ? 'polar' : 'plain';
  const inside: BenchCase = {
    name: `${title}, from files on`,
    peer: 'phonopy',
    wanted: 2,
    run: async () =>
      rates(
        await alternate(
          ROUNDS,
          () => phononsOnce(polar),
          () => runPeer(PEER, FOLDER, kind),
        ),
      ),
  };
  const whole = PEERS.flatMap(({ peer, python, command }): BenchCase[] => [
    {
      name: `${title}, program`,
      peer,
      wanted: 2,
      run: async () =>
        rates(
          await alternate(
            ROUNDS,
            async () => asProgram(process.execPath, ONCE, kind),
            () => asProgram(python, '-c', PEER, FOLDER, kind),
          ),
        ),
    },
    ...[
      { flag: '--dos', more: [], results: 'total_dos.dat' },
      // The acoustic modes at Gamma are rounding errors of either sign, of which the positive would count.
      { flag: '-t', more: ['--cutoff-freq', '0.01'], results: 'thermal_properties.yaml' },
    ].map(({ flag, more, results }): BenchCase => {
      const words = ['--mesh', '40', '40', '40', '--gc', flag, ...more, ...(polar ? [] : ['--nonac'])];
      return {
        name: `${title}, command ${flag}`,
        peer,
        wanted: 2,
        run: async () =>
          rates(
            await alternate(
              ROUNDS,
              async () => asCommand(COMMAND, words, results),
              () => asCommand([command], words, results),
            ),
          ),
      };
    }),
  ]);
  return [inside, ...whole];
});
