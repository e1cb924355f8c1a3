import { PhonolinkError } from '../../model/errors.js';
import type { Potential } from '../potential.js';
import { speciesIndex } from '../species.js';
import type { AceBackend } from './backend.js';
import type { RadialMode } from './bond-functions.js';
import { FAST_BACKEND } from './fast.js';
import type { AceParameters } from './parameters.js';
import { PLAIN_BACKEND } from './plain-backend.js';

/** Which backend evaluates a model on a device: the first that suits. */
const BACKENDS: readonly AceBackend[] = [FAST_BACKEND, PLAIN_BACKEND];

export interface AcePotential extends Potential {
  readonly name: 'ACE';
  readonly parameters: AceParameters;
}

/** An ACE model as a potential, with the radial functions of LAMMPS (`spline`) where nothing else is asked for. */
export function createAcePotential(parameters: AceParameters, radial: RadialMode = 'spline'): AcePotential {
  return {
    name: 'ACE',
    parameters,
    species: parameters.species,
    cutoff: Math.max(...parameters.bonds.map((bond) => bond.cutoff)),
    predicts: 'energy',
    withRadial: (mode) => createAcePotential(parameters, mode),
    async bind(device, structure) {
      const kinds = speciesIndex('ACE', parameters.species, structure);
      const backend = BACKENDS.find((candidate) => candidate.suits(parameters, radial, device));
      if (!backend) throw new PhonolinkError(`ACE cannot be evaluated on a device of kind ${device.kind}`);
      return backend.bind(parameters, radial, kinds, device, structure);
    },
  };
}

export function isAcePotential(potential: Potential): potential is AcePotential {
  return potential.name === 'ACE' && 'parameters' in potential;
}
