import { join } from 'node:path';
import { writeWhole } from '../../formats/io/sink.js';
import { writeBandYaml } from '../../formats/phonopy/band-yaml.js';
import { writeDos } from '../../formats/phonopy/dos-dat.js';
import { writeMeshYaml } from '../../formats/phonopy/mesh-yaml.js';
import {
  writeThermalDisplacementMatrices,
  writeThermalDisplacements,
} from '../../formats/phonopy/thermal-displacements.js';
import { writeThermalProperties } from '../../formats/phonopy/thermal-properties.js';
import type { PhononPlan } from './phonon-plan.js';
import type { PhononResults } from './phonons.js';

/** phonopy's names of the files of results. */
export const PHONON_FILES = {
  band: 'band.yaml',
  mesh: 'mesh.yaml',
  density: 'total_dos.dat',
  projected: 'projected_dos.dat',
  thermal: 'thermal_properties.yaml',
  motion: 'thermal_displacements.yaml',
  motionMatrices: 'thermal_displacement_matrices.yaml',
} as const satisfies Record<keyof PhononResults, string>;

export interface PhononFileOptions {
  /** Results that are not written, though they are there */
  readonly without?: readonly (keyof PhononResults)[];
  /** What `--band auto` puts before all of band.yaml */
  readonly spaceGroup?: { readonly type: string; readonly number: number };
  /** Lines of YAML before all of band.yaml */
  readonly bandHead?: readonly string[];
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
  { without = [], spaceGroup, bandHead = [], progress = () => {} }: PhononFileOptions = {},
): Promise<string[]> {
  const { band, mesh, density, projected, thermal, motion, motionMatrices } = results;
  const pieces: { readonly [K in keyof PhononResults]?: Iterable<string> } = {
    ...(band && { band: withHead(bandHead, writeBandYaml(band, spaceGroup)) }),
    ...(mesh && {
      mesh: writeMeshYaml(plan.mesh?.eigenvectors ? mesh : { ...mesh, eigenvectors: undefined }),
    }),
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
    const path = join(folder, PHONON_FILES[key]);
    await writeText(path, text);
    written.push(path);
    progress(path);
  }
  return written;
}

/** Writes pieces of text to a file, whole or not at all. @throws PhonolinkError where it cannot be written */
export async function writeText(path: string, pieces: Iterable<string>): Promise<void> {
  await writeWhole(path, asynchronous(pieces));
}

function* withHead(lines: readonly string[], pieces: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`;
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
