import type { CpuDevice } from '../../device/cpu.js';
import type { TetrahedronMethod } from './density.js';
import { deviceTetrahedra } from './device-tetrahedra.js';
import { deviceEigen, type EigenMaker } from './eigen-batch.js';
import { deviceSlopes, type SlopeMaker } from './slope-batch.js';

/** What calculates phonons: the plain ways where absent, which define the answers. */
export interface PhononSolvers {
  /** Makes and solves dynamical matrices */
  readonly eigen?: EigenMaker;
  /** Their derivatives, for group velocities */
  readonly slopes?: SlopeMaker;
  /** Densities of states */
  readonly tetrahedra?: TetrahedronMethod;
}

/** All of it on the threads of a device. */
export function onDevice(device: CpuDevice): Required<PhononSolvers> {
  return { eigen: deviceEigen(device), slopes: deviceSlopes(device), tetrahedra: deviceTetrahedra(device) };
}
