import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import type { HomeConvention, InteractionGrid } from '../../src/lattice/scattering/interaction-setup.js';
import { inverse, rowsTimes } from '../../src/model/cell.js';
import type { CubicForceConstants, ForceConstants } from '../../src/model/force-constants.js';
import type { PhononCells } from '../../src/model/phonon-cells.js';
import type { GridModes } from '../../src/model/phonon-grid.js';
import type { PolarResponse } from '../../src/model/polar.js';
import { symbolsOf } from '../../src/model/structure.js';
import { PYTHON, scratch } from './peers.js';

export interface InteractionCase {
  readonly cells: PhononCells;
  readonly harmonic: ForceConstants;
  readonly cubic: CubicForceConstants;
  readonly polar?: PolarResponse;
  /** Points along each axis, or A: a generalised regular grid of that length */
  readonly mesh: readonly number[] | number;
  readonly convention: HomeConvention;
  /** Grid points that strengths are wanted at, about */
  readonly count: number;
  readonly threads?: number;
}

export interface InteractionAnswer {
  readonly grid: InteractionGrid;
  readonly modes: GridModes;
  /** A grid point each; strengths [t][b][b][b] eV^2 */
  readonly parts: readonly {
    readonly point: number;
    readonly triplets: { points: Int32Array };
    readonly strengths: Float64Array;
  }[];
  /** For the strengths of all parts */
  readonly seconds: number;
}

interface Answer {
  bands: number;
  diagonal: [number, number, number];
  chosen: number[];
  seconds: number;
  arrays: Record<string, string>;
}

/** Interaction strengths by phono3py, and the grid and modes that it has them of. */
export function peerInteraction(input: InteractionCase): InteractionAnswer {
  const { cells, harmonic, cubic, polar, mesh, convention, count, threads } = input;
  const folder = scratch('interaction');
  const { unitCell } = cells;
  const stored = (name: string, values: Float64Array) => {
    const path = join(folder, `${name}.f64`);
    writeFileSync(path, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return path;
  };
  const given = {
    symbols: symbolsOf(unitCell),
    cell: unitCell.cell,
    fractional: rowsTimes(unitCell.positions, inverse(unitCell.cell)),
    masses: unitCell.masses,
    dim: cells.supercellMatrix,
    primitive: cells.primitiveMatrix,
    harmonic: stored('harmonic', harmonic.values),
    cubic: stored('cubic', cubic.values),
    polar,
    mesh,
    convention,
    count,
    threads,
  };
  const path = join(folder, 'case.json');
  writeFileSync(
    path,
    JSON.stringify(given, (_, value) => (ArrayBuffer.isView(value) ? Array.from(value as never) : value)),
  );
  const script = join(PACKAGE_ROOT, 'tests', 'peers', 'interaction.py');
  execFileSync(PYTHON, [script, path, folder], { stdio: 'pipe' });
  const answer = JSON.parse(readFileSync(join(folder, 'answer.json'), 'utf8')) as Answer;
  const bytes = (name: string) => Uint8Array.from(readFileSync(answer.arrays[name])).buffer;
  const whole = (name: string) => new Int32Array(bytes(name));
  const real = (name: string) => new Float64Array(bytes(name));
  const [p, q, r] = answer.diagonal;
  return {
    grid: {
      diagonal: answer.diagonal,
      total: p * q * r,
      addresses: whole('addresses'),
      points: real('points'),
      regular: whole('regular'),
    },
    modes: { bands: answer.bands, frequencies: real('frequencies'), eigenvectors: real('eigenvectors') },
    parts: answer.chosen.map((point) => ({
      point,
      triplets: { points: whole(`triplets-${point}`) },
      strengths: real(`strengths-${point}`),
    })),
    seconds: answer.seconds,
  };
}
