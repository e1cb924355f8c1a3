import { aimsGeometry } from './aims/geometry.js';
import { aimsOutput } from './aims/output.js';
import { extxyz, gpumd } from './extxyz.js';
import type { StructureFormat } from './format.js';
import { lammpsData } from './lammps-data.js';
import { lammpsDump } from './lammps-dump.js';
import { mlipCfg } from './mlip/cfg.js';
import { qeInput } from './qe/input.js';
import { qeOutput } from './qe/output.js';
import { qeXml } from './qe/xml.js';
import { outcar } from './vasp/outcar.js';
import { poscar } from './vasp/poscar.js';
import { vasprun } from './vasp/vasprun.js';
import { xdatcar } from './vasp/xdatcar.js';

/** Every structure format, the more particular first: recognition asks in this order. */
export const STRUCTURE_FORMATS: readonly StructureFormat[] = [
  // Known by the shape of their first lines, whatever their comment says.
  poscar,
  xdatcar,
  gpumd,
  extxyz,
  lammpsData,
  // Known by a word, which a comment above may hold.
  lammpsDump,
  mlipCfg,
  vasprun,
  qeXml,
  qeOutput,
  aimsOutput,
  qeInput,
  aimsGeometry,
  outcar,
];
