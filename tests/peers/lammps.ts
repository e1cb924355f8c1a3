import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { determinant, inverse, product, rowsTimes, transpose, volume } from '../../src/model/cell.js';
import type { Structure } from '../../src/model/structure.js';
import { scratch } from './peers.js';

/** LAMMPS's own constant for pressure in `units metal`: bar A^3 in an eV. */
const BAR_PER_PRESSURE = 1.6021765e6;

export interface LammpsResult {
  /** eV */
  energy: number;
  /** [3n] eV/A in the frame of the structure */
  forces: Float64Array;
  /** [9] eV */
  virial: Float64Array;
}

/**
 * One evaluation by `lmp` in `units metal`, in the frame of the structure. `pair` are the pair_style and pair_coeff
 * lines; species are numbered as the structure has them. The cell must be right-handed and periodic.
 */
export function lammps(structure: Structure, pair: string[]): LammpsResult {
  const folder = scratch('lammps');
  const turned = lammpsCell(structure.cell);
  const rotation = product(inverse(structure.cell), turned);
  writeFileSync(join(folder, 'in.data'), dataFile(structure, turned, rotation));
  writeFileSync(join(folder, 'in.lmp'), script(pair));
  execFileSync('lmp', ['-in', 'in.lmp', '-log', 'none'], { cwd: folder, encoding: 'utf8' });
  const totals = readFileSync(join(folder, 'totals'), 'utf8').trim().split(/\s+/).map(Number);
  const rows = readFileSync(join(folder, 'forces'), 'utf8').split('\n').slice(9);
  const forces = Float64Array.from(
    rows.slice(0, structure.count).flatMap((row) => row.trim().split(/\s+/).slice(1).map(Number)),
  );
  const [energy, xx, yy, zz, xy, xz, yz] = totals;
  const scale = volume(structure.cell) / BAR_PER_PRESSURE;
  const virial = Float64Array.of(xx, xy, xz, xy, yy, yz, xz, yz, zz).map((p) => p * scale);
  const back = transpose(rotation);
  return { energy, forces: rowsTimes(forces, back), virial: product(product(rotation, virial), back) };
}

/** The same cell with a along x and b in the xy plane. */
function lammpsCell(cell: Float64Array): Float64Array {
  if (!(determinant(cell) > 0)) throw new Error('LAMMPS needs a right-handed cell');
  const row = (k: number) => cell.subarray(3 * k, 3 * k + 3);
  const dot = (u: Float64Array, v: Float64Array) => u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
  const [a, b, c] = [row(0), row(1), row(2)];
  const ax = Math.sqrt(dot(a, a));
  const bx = dot(a, b) / ax;
  const by = Math.sqrt(dot(b, b) - bx * bx);
  const cx = dot(a, c) / ax;
  const cy = (dot(b, c) - bx * cx) / by;
  return Float64Array.of(ax, 0, 0, bx, by, 0, cx, cy, determinant(cell) / (ax * by));
}

/** A data file of `units metal` in LAMMPS's frame: the cell there and the rotation into it. */
export function dataFile(structure: Structure, cell: Float64Array, rotation: Float64Array): string {
  const positions = rowsTimes(structure.positions, rotation);
  const lines = [
    'written for a test',
    '',
    `${structure.count} atoms`,
    `${structure.species.length} atom types`,
    `0 ${cell[0]} xlo xhi`,
    `0 ${cell[4]} ylo yhi`,
    `0 ${cell[8]} zlo zhi`,
    `${cell[3]} ${cell[6]} ${cell[7]} xy xz yz`,
    '',
    'Atoms # atomic',
    '',
  ];
  for (let i = 0; i < structure.count; i++) {
    lines.push([i + 1, structure.kinds[i] + 1, ...positions.subarray(3 * i, 3 * i + 3)].join(' '));
  }
  return `${lines.join('\n')}\n`;
}

function script(pair: string[]): string {
  return `units metal
atom_style atomic
box tilt large
read_data in.data
mass * 1.0
${pair.join('\n')}
neighbor 0.5 bin
compute p all pressure NULL virial
variable pe equal pe
variable xx equal c_p[1]
variable yy equal c_p[2]
variable zz equal c_p[3]
variable xy equal c_p[4]
variable xz equal c_p[5]
variable yz equal c_p[6]
dump f all custom 1 forces id fx fy fz
dump_modify f sort id format float %.17g
thermo_style custom step pe c_p[1]
run 0
print "$(v_pe:%.17g) $(v_xx:%.17g) $(v_yy:%.17g) $(v_zz:%.17g) $(v_xy:%.17g) $(v_xz:%.17g) $(v_yz:%.17g)" file totals
`;
}
