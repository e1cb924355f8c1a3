import { extxyz, gpumd } from './extxyz.js';
import type { StructureFormat } from './format.js';
import { lammpsData } from './lammps-data.js';
import { lammpsDump } from './lammps-dump.js';
import { outcar } from './vasp/outcar.js';
import { poscar } from './vasp/poscar.js';
import { vasprun } from './vasp/vasprun.js';
import { xdatcar } from './vasp/xdatcar.js';

/** Every structure format, the more particular first: recognition asks in this order. */
export const STRUCTURE_FORMATS: readonly StructureFormat[] = [
  lammpsDump,
  lammpsData,

  vasprun,
  outcar,
  xdatcar,
  poscar,
  gpumd,
  extxyz,
];
