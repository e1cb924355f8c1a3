import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatNamed } from '../formats/read.js';
import { PACKAGE_ROOT } from '../src/device/paths.js';
import { uniform } from '../src/math/random.js';
import { product, rowsTimes } from '../src/model/cell.js';
import { createFrame } from '../src/model/frame.js';
import { createStructure, type Structure } from '../src/model/structure.js';
import { PYTHON } from '../tests/peers/peers.js';
import type { BenchCase } from './helpers/case.js';

/**
 * Relaxations of strained and shaken crystals, atoms and cell to 1e-5 eV/A and 1e-4 GPa, beside ASE's FrechetCellFilter:
 * how often forces are asked for, and the time of the command and of the Python loop (without imports). ASE has the
 * forces of phonolink_ase, or of calorine where one is named, as its users have them.
 */
const DATA = process.env.PHONOLINK_DATA ?? join(PACKAGE_ROOT, '..', 'shared', 'data');
const MAIN = join(PACKAGE_ROOT, 'dist', 'src', 'cli', 'main.js');

/** As a strain that no symmetry has */
const SKEW = [1.02, 0.03, -0.02, 0.03, 0.97, 0.04, -0.02, 0.04, 1.01];
const FCC = [
  [0, 0, 0],
  [0, 0.5, 0.5],
  [0.5, 0, 0.5],
  [0.5, 0.5, 0],
];
const DIAMOND = [...FCC, ...FCC.map((site) => site.map((x) => x + 0.25))];
const PEROVSKITE = [[0, 0, 0], [0.5, 0.5, 0.5], ...FCC.slice(1)];

/** 2x2x2 cells, strained, each atom moved by up to `rattle` A along each axis. */
function shaken(edge: number, sites: number[][], symbols: string[], rattle: number): Structure {
  const next = uniform(1);
  const positions: number[] = [];
  for (let cell = 0; cell < 8; cell++) {
    const at = [cell >> 2, (cell >> 1) & 1, cell & 1];
    for (const site of sites)
      positions.push(...at.map((x, c) => (x + site[c]) * edge + rattle * (2 * next() - 1)));
  }
  return createStructure({
    positions: rowsTimes(positions, SKEW),
    symbols: Array.from({ length: 8 * sites.length }, (_, i) => symbols[i % symbols.length]),
    cell: product([2 * edge, 0, 0, 0, 2 * edge, 0, 0, 0, 2 * edge], SKEW),
  });
}

const SYSTEMS = [
  {
    name: 'Tersoff, 64 Si',
    model: join(PACKAGE_ROOT, 'fixtures', 'silicon', 'Si.tersoff'),
    structure: shaken(5.5, DIAMOND, ['Si'], 0.15),
    calculator: [],
    optimizers: ['BFGS', 'PreconLBFGS'],
  },
  {
    name: 'ACE, 32 Cu',
    model: join(DATA, 'ace', 'potentials', 'Cu-III.yace'),
    structure: shaken(3.7, FCC, ['Cu'], 0.15),
    calculator: [],
    optimizers: ['BFGS', 'PreconLBFGS'],
  },
  {
    name: 'NEP, 40 BaTiO3, calorine',
    model: join(DATA, 'nep', 'potentials', 'BaTiO3_nep4_zbl.txt'),
    structure: shaken(4.02, PEROVSKITE, ['Ba', 'Ti', 'O', 'O', 'O'], 0.05),
    calculator: ['calorine'],
    optimizers: ['BFGS'],
  },
] as const;

interface Cost {
  evaluations: number;
  seconds: number;
  energy: number;
}

async function compare({ model, structure, calculator }: (typeof SYSTEMS)[number], optimizer: string) {
  const folder = mkdtempSync(join(tmpdir(), 'phonolink-bench-'));
  try {
    const file = join(folder, 'in.extxyz');
    const frames = (async function* () {
      yield createFrame(structure);
    })();
    let text = '';
    for await (const piece of formatNamed('extxyz').write!(frames, { note: () => {} })) text += piece;
    writeFileSync(file, text);
    const options = ['--cell', '--threads', '1', '--json', '-o', join(folder, 'out.extxyz')];
    const answer = execFileSync(process.execPath, [MAIN, 'relax', model, file, ...options], {
      encoding: 'utf8',
    });
    const { evaluations, seconds, last } = JSON.parse(answer).frames[0];
    const script = join(PACKAGE_ROOT, 'tests', 'peers', 'relax_ase.py');
    const env = {
      ...process.env,
      OMP_NUM_THREADS: '1',
      PYTHONPATH: join(PACKAGE_ROOT, 'compat', 'ase'),
      PYTHONDONTWRITEBYTECODE: '1',
      PHONOLINK_COMMAND: `"${process.execPath}" "${MAIN}"`,
    };
    const said = execFileSync(PYTHON, [script, model, file, optimizer, '0', ...calculator], {
      encoding: 'utf8',
      env,
      // scipy warns of rounding in every logarithm.
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const peer: Cost = JSON.parse(said.trim().split('\n').at(-1)!)[0];
    return { ours: { evaluations, seconds, energy: last.energy } as Cost, peer, atoms: structure.count };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const cases: readonly BenchCase[] = SYSTEMS.flatMap((system) =>
  system.optimizers.flatMap((optimizer): BenchCase[] => {
    let measured: ReturnType<typeof compare> | undefined;
    const both = () => {
      measured ??= compare(system, optimizer);
      return measured;
    };
    return [
      {
        name: `${system.name}: evaluations`,
        peer: optimizer,
        wanted: 1,
        run: async () => {
          const { ours, peer, atoms } = await both();
          const higher = (ours.energy - peer.energy) / atoms;
          if (Math.abs(higher) > 1e-6) console.log(`  (ours is ${higher.toExponential(1)} eV/atom higher)`);
          return {
            ours: ours.evaluations,
            peer: peer.evaluations,
            unit: 'fewer are better',
            ratio: peer.evaluations / ours.evaluations,
          };
        },
      },
      {
        name: `${system.name}: relaxations`,
        peer: optimizer,
        run: async () => {
          const { ours, peer } = await both();
          return { ours: 1 / ours.seconds, peer: 1 / peer.seconds, unit: '1/s' };
        },
      },
    ];
  }),
);
