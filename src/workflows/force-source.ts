import type { IpiServer } from '../../compat/ipi/server.js';
import type { Device } from '../device/device.js';
import { PhonolinkError } from '../model/errors.js';
import type { Labels } from '../model/frame.js';
import { createStructure, type Structure } from '../model/structure.js';
import { expectFinite } from '../potentials/finite.js';
import type { Potential } from '../potentials/potential.js';
import type { Totals } from '../potentials/totals.js';
import { labelsOf } from './predict.js';

/** Whatever gives the forces of moving atoms: a potential on a device, or force engines behind a socket. */
export interface ForceSource {
  readonly name: string;
  /** The symbols that it knows; absent where it does not say */
  readonly species?: readonly string[];
  /** @throws PhonolinkError where it does not know the atoms */
  bind(structure: Structure): Promise<BoundForces>;
}

/** Energy, forces and virial, and all else that was said of the structure. */
export interface Forces extends Totals {
  /** The virial is absent where an engine computes none. */
  readonly labels: Labels;
}

/** Bound to atoms: their count, kinds and periodicity. */
export interface BoundForces {
  /** Evaluations that may be under way together, where that is of use; one where absent */
  readonly atOnce?: number;
  /** [3n] A, unwrapped, and [9] A, rows */
  evaluate(positions: Float64Array, cell: Float64Array): Promise<Forces>;
  release(): void;
}

/** @throws PhonolinkError where the potential predicts no energies */
export function potentialForces(potential: Potential, device: Device): ForceSource {
  const { name, species, predicts } = potential;
  if (predicts !== 'energy') {
    throw new PhonolinkError(`the ${name} model predicts a ${predicts}, and no forces`, {
      hint: 'use it with phonolink predict',
    });
  }
  return {
    name: `the ${name} potential`,
    species,
    async bind(structure) {
      const evaluator = await potential.bind(device, structure);
      return {
        evaluate: async (positions, cell) =>
          forcesOf(labelsOf(potential, expectFinite(name, await evaluator.evaluate(positions, cell)))),
        release: () => evaluator.release(),
      };
    },
  };
}

/** Engines that are given work at the same time at most: nobody has more, and what waits is held in memory */
const ENGINES = 256;

/** Force engines that connect to a server of ours; each works on one structure at a time, all of them together. */
export function engineForces(server: IpiServer, name: string): ForceSource {
  return {
    name,
    bind: async (structure) => ({
      atOnce: ENGINES,
      async evaluate(positions, cell) {
        const { species, kinds, masses, periodic } = structure;
        const moved = createStructure({ positions, cell, species, kinds, masses, periodic });
        for await (const { labels } of server.label([moved])) {
          return forcesOf(labels);
        }
        throw new PhonolinkError(`${name} gave no result`);
      },
      release: () => {},
    }),
  };
}

/** Engines that compute no virial (ASE's client unless asked) leave it zero; the protocol has no way to say so. */
function forcesOf(labels: Labels): Forces {
  const { energy, forces, virial } = labels;
  return { energy: energy!, forces: forces!, virial: virial ?? new Float64Array(9), labels };
}
