/**
 * The library: structures and their files, potentials and the devices that evaluate them. Units: eV, A, u, e, fs, K.
 *
 * ```ts
 * const device = await createCpuDevice();
 * const potential = await loadPotential('nep.txt');
 * for await (const { structure } of (await openStructures('test.xyz')).frames) {
 *   const evaluator = await potential.bind(device, structure);
 *   const { energies, forces } = await evaluator.evaluate(structure.positions, structure.cell);
 *   evaluator.release();
 * }
 * await device.close();
 * ```
 */
export { type IpiAddress, parseIpiModel } from '../compat/ipi/address.js';
export { type IpiClientOptions, type IpiSession, runIpiClient } from '../compat/ipi/client.js';
export { createIpiServer, type IpiServer, type IpiServerOptions } from '../compat/ipi/server.js';
export { PEER_UNITS } from '../compat/sockets/peers.js';
export type { ReadOptions, StructureFormat, WriteOptions } from '../formats/format.js';
export { writeWhole } from '../formats/io/sink.js';
export type { PotentialFormat } from '../formats/potential-format.js';
export { loadPotential, POTENTIAL_FORMATS } from '../formats/potentials.js';
export { formatNamed, openStructures, recognise } from '../formats/read.js';
export { STRUCTURE_FORMATS } from '../formats/registry.js';
export { type CpuDevice, createCpuDevice, type Precision } from './device/cpu.js';
export type { Device } from './device/device.js';
export { createGpuDevice, type GpuDevice } from './device/gpu.js';
export { type HeldAtoms, heldAtoms } from './dynamics/held-atoms.js';
export {
  type Relaxation,
  type RelaxEnd,
  type RelaxOptions,
  type RelaxStep,
  relax,
} from './dynamics/relax.js';
export type { CellFreedom } from './dynamics/strain-space.js';
export { FormatError, PhonolinkError, UsageError } from './model/errors.js';
export {
  type Column,
  createFrame,
  type Frame,
  type InfoValue,
  type Labels,
  stressOf,
  virialOf,
} from './model/frame.js';
export { createStructure, type Structure, symbolsOf, withPositions, wrapped } from './model/structure.js';
export * as units from './model/units.js';
export { createLennardJones } from './potentials/lj/potential.js';
export { createMtpPotential } from './potentials/mtp/potential.js';
export { createMtpTemplate } from './potentials/mtp/template.js';
export { createNepPotential } from './potentials/nep/potential.js';
export type { Evaluation, Evaluator, Potential } from './potentials/potential.js';
export { type Totals, totalsOf } from './potentials/totals.js';
export { findSpaceGroup, type SpaceGroup } from './symmetry/space-group.js';
export { createSymmetriser, type Symmetriser } from './symmetry/symmetriser.js';
export { convert } from './workflows/convert.js';
export { convertPotential } from './workflows/convert-potential.js';
export { engineForces, type ForceSource, potentialForces } from './workflows/force-source.js';
export { enginePredictor } from './workflows/label.js';
export { LabelJournal } from './workflows/label-journal.js';
export { predict } from './workflows/predict.js';
export { type RelaxPlan, type RelaxReport, relaxFiles } from './workflows/relax.js';
export { serve } from './workflows/serve.js';
