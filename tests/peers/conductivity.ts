import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { DynamicalMatrix } from '../../src/lattice/harmonic/dynamical-matrix.js';
import { tetrahedraAround } from '../../src/lattice/harmonic/tetrahedra.js';
import type { CollisionSymmetry, TripletsOfAll } from '../../src/lattice/scattering/collision-rows.js';
import type { GridModes, PhononGrid } from '../../src/model/phonon-grid.js';
import { createStructure } from '../../src/model/structure.js';
import { DATA } from '../helpers/shared-data.js';
import { PYTHON, scratch } from './peers.js';

/** A case as conductivity.py has it. */
export interface ConductivityCase {
  yaml: string;
  forces?: string;
  mesh: number[];
  temperatures: number[];
  lbte?: 'reduced' | 'full';
  isotope?: boolean;
  sigma?: number;
  boundary?: number;
  transport?: string;
  files?: string;
  dump?: boolean;
  /** Force constants of the second order too */
  constants?: boolean;
  pp?: boolean;
  detail?: boolean;
  nu?: boolean;
  method?: number;
  time?: boolean;
}

interface Cell {
  symbols: string[];
  cell: number[];
  positions: number[];
  masses: number[];
}

interface Answer extends Cell {
  unitCell: Cell;
  dim: number[];
  primitiveMatrix: number[];
  rows: number[];
  born: number[];
  dielectric: number[];
  factor: number | null;
  volume: number;
  diagonal: [number, number, number];
  /** Of phono3py, where asked for */
  seconds: { rows?: number; solve?: number };
  arrays: Record<string, { path: string; shape: number[]; kind: 'f64' | 'i32' }>;
}

/** What conductivity.py says of a case. */
export class PeerConductivity {
  readonly answer: Answer;
  readonly grid: PhononGrid;
  readonly modes: GridModes;

  constructor(input: ConductivityCase) {
    const folder = scratch('conductivity');
    const path = join(folder, 'case.json');
    writeFileSync(path, JSON.stringify(input));
    execFileSync(PYTHON, [join(PACKAGE_ROOT, 'tests', 'peers', 'conductivity.py'), path, folder], {
      stdio: 'pipe',
    });
    this.answer = JSON.parse(readFileSync(join(folder, 'answer.json'), 'utf8')) as Answer;
    const { diagonal } = this.answer;
    const addresses = this.whole('addresses');
    this.grid = {
      matrix: Int32Array.of(diagonal[0], 0, 0, 0, diagonal[1], 0, 0, 0, diagonal[2]),
      diagonal,
      total: diagonal[0] * diagonal[1] * diagonal[2],
      addresses,
      points: Float64Array.from(addresses, (x, k) => x / diagonal[k % 3]),
      regular: this.whole('regular'),
      first: this.whole('first'),
    } as unknown as PhononGrid;
    const frequencies = this.real('frequencies');
    this.modes = {
      bands: 3 * this.answer.symbols.length,
      frequencies,
      eigenvectors: this.real('eigenvectors'),
    };
  }

  private bytes(name: string): ArrayBuffer {
    const read = readFileSync(this.answer.arrays[name].path);
    return read.buffer.slice(read.byteOffset, read.byteOffset + read.length) as ArrayBuffer;
  }

  real(name: string): Float64Array {
    return new Float64Array(this.bytes(name));
  }

  whole(name: string): Int32Array {
    return new Int32Array(this.bytes(name));
  }

  has(name: string): boolean {
    return this.answer.arrays[name] !== undefined;
  }

  /** [9] each */
  get rotations(): Float64Array[] {
    const all = this.real('rotations');
    return Array.from({ length: all.length / 9 }, (_, r) => all.subarray(9 * r, 9 * r + 9));
  }

  /** [r][N] */
  get moves(): Int32Array[] {
    const all = this.whole('moves');
    const { total } = this.grid;
    return Array.from({ length: all.length / total }, (_, r) => all.subarray(r * total, (r + 1) * total));
  }

  get symmetry(): CollisionSymmetry {
    return {
      points: this.whole('irreducible'),
      rotations: this.rotations,
      rotated: this.whole('rotated'),
    };
  }

  /** [i] of the N points */
  get own(): Int32Array {
    return this.whole('irreducible').map((p) => this.grid.regular[p]);
  }

  triplets(i: number): TripletsOfAll {
    return {
      points: this.whole(`triplets${i}`),
      of: this.whole(`of${i}`),
      stars: this.whole(`stars${i}`),
    };
  }

  /** With `constants` in the case. */
  dynamicalMatrix(): DynamicalMatrix {
    const { unitCell, dim, primitiveMatrix, rows, born, dielectric, factor } = this.answer;
    const { positions, masses, ...rest } = unitCell;
    const cells = buildPhononCells(
      createStructure({
        ...rest,
        positions: Float64Array.from(positions),
        masses: Float64Array.from(masses),
      }),
      dim,
      primitiveMatrix,
    );
    const values = this.real('constants');
    const { count } = cells.supercell;
    const isFull = values.length === 9 * count * count;
    return new DynamicalMatrix(
      cells,
      {
        count,
        rows: isFull ? Int32Array.from({ length: count }, (_, k) => k) : Int32Array.from(rows),
        values,
      },
      born.length > 0
        ? {
            charges: Float64Array.from(born),
            dielectric: Float64Array.from(dielectric),
            ...(factor !== null && { factor }),
          }
        : undefined,
    );
  }

  /** Of the BZ points what belongs to some: [..][width]. */
  at(all: Float64Array, points: ArrayLike<number>): Float64Array {
    const width = all.length / this.grid.regular.length;
    const out = new Float64Array(points.length * width);
    for (let i = 0; i < points.length; i++)
      out.set(all.subarray(points[i] * width, (points[i] + 1) * width), i * width);
    return out;
  }
}

/** Tetrahedra around a grid's points: the points beside each, and which of them are corners. */
export function tetrahedraOfGrid(cell: ArrayLike<number>, grid: PhononGrid) {
  const { steps, centres } = tetrahedraAround(cell, grid.diagonal);
  const numbers = new Map<string, number>([['0,0,0', 0]]);
  const corners: number[] = [];
  for (let s = 0; s < steps.length; s += 3) {
    if ((s / 3) % 4 === centres[Math.floor(s / 12)]) continue;
    const key = steps.subarray(s, s + 3).join();
    if (!numbers.has(key)) numbers.set(key, numbers.size);
    corners.push(numbers.get(key)!);
  }
  const places = new Map<string, number>();
  const { addresses, diagonal, first } = grid;
  const neighbours: number[] = [];
  for (let p = 0; p < addresses.length; p += 3) places.set(addresses.subarray(p, p + 3).join(), p / 3);
  for (let p = 0; p < addresses.length; p += 3) {
    for (const key of numbers.keys()) {
      const at = key.split(',').map((x, k) => Number(x) + addresses[p + k]);
      const [x, y, z] = at.map((x, k) => ((x % diagonal[k]) + diagonal[k]) % diagonal[k]);
      neighbours.push(places.get(at.join()) ?? first[x + diagonal[0] * (y + diagonal[1] * z)]);
    }
  }
  return { neighbours: Int32Array.from(neighbours), corners: Int32Array.from(corners) };
}

export const SILICON = {
  yaml: join(DATA, 'phono3py', 'Si-PBEsol', 'phono3py_disp.yaml'),
  forces: join(DATA, 'phono3py', 'Si-PBEsol', 'FORCES_FC3'),
};
export const SALT = { yaml: join(DATA, 'phono3py', 'params', 'phono3py_params_NaCl222.yaml.xz') };

/** The largest difference of two arrays in terms of the largest number of the second. */
export function difference(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  if (ours.length !== theirs.length) throw new Error(`${ours.length} numbers, not ${theirs.length}`);
  let most = 0;
  let scale = 0;
  for (let k = 0; k < theirs.length; k++) {
    const d = Math.abs(ours[k] - theirs[k]);
    if (!(d <= most)) most = d;
    scale = Math.max(scale, Math.abs(theirs[k]));
  }
  return most / scale;
}
