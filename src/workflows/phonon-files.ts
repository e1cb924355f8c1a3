import { join } from 'node:path';
import { writeWhole } from '../../formats/io/sink.js';
import { writeBandYaml } from '../../formats/phonopy/band-yaml.js';
import { writeDos } from '../../formats/phonopy/dos-dat.js';
import { writeMeshYaml } from '../../formats/phonopy/mesh-yaml.js';
import { writeBandHdf5, writeMeshHdf5, writeQpointsHdf5 } from '../../formats/phonopy/modes-hdf5.js';
import { writeQpointsYaml } from '../../formats/phonopy/qpoints.js';
import {
  writeThermalDisplacementMatrices,
  writeThermalDisplacements,
} from '../../formats/phonopy/thermal-displacements.js';
import { writeThermalProperties } from '../../formats/phonopy/thermal-properties.js';
import type { MeshModes } from '../model/phonon-results.js';
import type { PhononPlan } from './phonon-plan.js';
import type { PhononResults } from './phonons.js';

/** phonopy's names of the files of results. */
export const PHONON_FILES = {
  points: 'qpoints.yaml',
  band: 'band.yaml',
  mesh: 'mesh.yaml',
  density: 'total_dos.dat',
  projected: 'projected_dos.dat',
  thermal: 'thermal_properties.yaml',
  motion: 'thermal_displacements.yaml',
  motionMatrices: 'thermal_displacement_matrices.yaml',
} as const satisfies Record<keyof PhononResults, string>;

/** Results that there are two formats of. */
export type ModesKey = 'points' | 'band' | 'mesh';

export interface PhononFileOptions {
  /** Results that are not written, though they are there */
  readonly without?: readonly (keyof PhononResults)[];
  /** What `--band auto` puts before all of band.yaml */
  readonly spaceGroup?: { readonly type: string; readonly number: number };
  /** Lines of YAML before all of band.yaml; data sets of band.hdf5 */
  readonly bandHead?: ReadonlyMap<string, string>;
  /** Modes that are written in HDF5: band.hdf5, mesh.hdf5, qpoints.hdf5 */
  readonly inHdf5?: readonly ModesKey[];
  /** Told the path of each file once it is there */
  readonly progress?: (path: string) => void;
}

/**
 * Writes results into a folder, as phonopy's files, each whole or not at all. Eigenvectors of the mesh are written
 * where the plan asked for them, and not where they were only made for something else.
 * @returns paths of the files
 * @throws PhonolinkError where one cannot be written
 */
export async function writePhononFiles(
  folder: string,
  results: PhononResults,
  plan: PhononPlan,
  {
    without = [],
    spaceGroup,
    bandHead = new Map(),
    inHdf5 = [],
    progress = () => {},
  }: PhononFileOptions = {},
): Promise<string[]> {
  const { points, band, density, projected, thermal, motion, motionMatrices } = results;
  const mesh = results.mesh && withAskedVectors(results.mesh, plan);
  const pieces: { readonly [K in keyof PhononResults]?: Iterable<string> } = {
    ...(points && { points: writeQpointsYaml(points) }),
    ...(band && { band: withHead(bandHead, writeBandYaml(band, spaceGroup)) }),
    ...(mesh && { mesh: writeMeshYaml(mesh) }),
    ...(density && { density: writeDos(density) }),
    ...(projected && { projected: writeDos(projected) }),
    ...(thermal && { thermal: writeThermalProperties(thermal) }),
    ...(motion && { motion: writeThermalDisplacements(motion) }),
    ...(motionMatrices && { motionMatrices: writeThermalDisplacementMatrices(motionMatrices) }),
  };
  const written: string[] = [];
  for (const key of Object.keys(PHONON_FILES) as (keyof PhononResults)[]) {
    const text = pieces[key];
    if (!text || without.includes(key)) continue;
    const hdf5 = inHdf5.find((other) => other === key);
    const path = join(folder, hdf5 ? PHONON_FILES[key].replace('.yaml', '.hdf5') : PHONON_FILES[key]);
    if (hdf5 === 'points') await writeQpointsHdf5(path, points!);
    else if (hdf5 === 'band') await writeBandHdf5(path, band!, bandHead);
    else if (hdf5 === 'mesh') await writeMeshHdf5(path, mesh!);
    else await writeText(path, text);
    written.push(path);
    progress(path);
  }
  return written;
}

function withAskedVectors(mesh: MeshModes, plan: PhononPlan): MeshModes {
  return plan.mesh?.eigenvectors ? mesh : { ...mesh, eigenvectors: undefined };
}

/** Writes pieces of text to a file, whole or not at all. @throws PhonolinkError where it cannot be written */
export async function writeText(path: string, pieces: Iterable<string>): Promise<void> {
  await writeWhole(path, asynchronous(pieces));
}

function* withHead(head: ReadonlyMap<string, string>, pieces: Iterable<string>): Generator<string> {
  for (const [key, value] of head) yield `${key}: ${value}\n`;
  yield* pieces;
}

/** Characters that are written at once: small pieces would cost a turn of the event loop each. */
const CHUNK = 1 << 16;

async function* asynchronous(pieces: Iterable<string>): AsyncGenerator<string> {
  let waiting: string[] = [];
  let length = 0;
  for (const piece of pieces) {
    waiting.push(piece);
    length += piece.length;
    if (length < CHUNK) continue;
    yield waiting.join('');
    waiting = [];
    length = 0;
  }
  yield waiting.join('');
}
