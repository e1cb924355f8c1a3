import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { PYTHON } from './peers.js';

export type PaceEvaluator = 'b-basis' | 'product' | 'recursive' | 'lammps-product';

export interface PaceFrame {
  /** eV */
  energy: number;
  /** [n] eV, E0 included */
  energies: number[];
  /** [3n] eV/A */
  forces: number[];
  /** [9] eV */
  virial: number[];
  /** [9n] eV, booked on the neighbour of each differentiated site energy; where asked for */
  virials?: number[];
  /** B-basis functions of each atom; where asked for */
  projections?: number[][];
}

/**
 * An ACE potential by python-ace on every frame of an extxyz file. `recursive` and `lammps-product`, the modes of
 * pair_style pace, are wrong for potentials whose species have different numbers of densities.
 */
export function pace(
  potential: string,
  structures: string,
  evaluator: PaceEvaluator,
  wanted: ('virials' | 'projections')[] = [],
): PaceFrame[] {
  const script = join(PACKAGE_ROOT, 'tests', 'peers', 'pace_evaluate.py');
  const output = execFileSync(PYTHON, [script, potential, structures, evaluator, ...wanted], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return (JSON.parse(output) as { frames: PaceFrame[] }).frames;
}

/** The peer's own conversion of a B-basis .yaml to .yace, which pace_yaml2yace is. */
export function paceYamlToYace(yaml: string, yace: string): void {
  execFileSync(PYTHON, ['-m', 'pyace.cli.pace_yaml2yace', yaml, '-o', yace], { stdio: 'pipe' });
}
