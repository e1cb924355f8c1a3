import { PhonolinkError } from '../../model/errors.js';
import type { Potential } from '../potential.js';
import { speciesIndex } from '../species.js';
import type { MtpBackend } from './backend.js';
import { FAST_BACKEND } from './fast.js';
import { isTrained, type MtpParameters, withSymbols } from './parameters.js';
import { PLAIN_BACKEND } from './plain-backend.js';

/** Which backend evaluates a model on a device: the first that suits. */
const BACKENDS: readonly MtpBackend[] = [FAST_BACKEND, PLAIN_BACKEND];

const NAME = 'MTP';

export interface MtpPotential extends Potential {
  readonly parameters: MtpParameters;
}

/** A moment tensor potential; one without coefficients can be read, converted and written, but not bound. */
export function createMtpPotential(parameters: MtpParameters): MtpPotential {
  return {
    name: NAME,
    parameters,
    species: parameters.species,
    cutoff: parameters.radial.maximum,
    predicts: 'energy',
    ...(!parameters.named && {
      withSpecies: (symbols: readonly string[]) => createMtpPotential(withSymbols(parameters, symbols)),
    }),
    async bind(device, structure) {
      if (!isTrained(parameters)) {
        throw new PhonolinkError('this MTP is a template without coefficients', {
          hint: 'train it (MLIP-2 or 3: mlp train; motep), and use what that writes',
        });
      }
      const kinds = speciesIndex(NAME, parameters.species, structure);
      const backend = BACKENDS.find((candidate) => candidate.suits(parameters, device));
      if (!backend)
        throw new PhonolinkError(`${NAME} cannot be evaluated on a device of kind ${device.kind}`);
      return backend.bind(parameters, kinds, device, structure);
    },
  };
}

export function isMtpPotential(potential: Potential): potential is MtpPotential {
  return potential.name === NAME && 'parameters' in potential;
}
