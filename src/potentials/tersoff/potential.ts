import { requireCpu } from '../../device/device.js';
import { PhonolinkError } from '../../model/errors.js';
import type { Potential } from '../potential.js';
import { speciesIndex } from '../species.js';
import { bindTersoff } from './cpu.js';
import { checkTersoff, entryOf, largestCutoff, type TersoffParameters } from './parameters.js';

export interface TersoffPotential extends Potential {
  readonly parameters: TersoffParameters;
}

const NAME = 'Tersoff';

/** @throws PhonolinkError where the numbers are no Tersoff potential */
export function createTersoff(parameters: TersoffParameters): TersoffPotential {
  checkTersoff(parameters);
  return {
    name: NAME,
    parameters,
    species: parameters.species,
    cutoff: largestCutoff(parameters),
    predicts: 'energy',
    async bind(device, structure) {
      const kinds = speciesIndex(NAME, parameters.species, structure);
      const { needed, index } = neededFor(parameters, kinds);
      return bindTersoff(needed, requireCpu(device, NAME), index, structure.periodic);
    },
  };
}

export function isTersoff(potential: Potential): potential is TersoffPotential {
  return potential.name === NAME && 'parameters' in potential;
}

/** The parameters of the species that occur, and each atom's kind among these. */
function neededFor(
  parameters: TersoffParameters,
  kinds: Int32Array,
): { needed: TersoffParameters; index: Int32Array } {
  const used = [...new Set(kinds)].sort((a, b) => a - b);
  const species = used.map((kind) => parameters.species[kind]);
  const entries = used.flatMap((i) =>
    used.flatMap((j) =>
      used.map((k) => {
        const entry = entryOf(parameters, i, j, k);
        if (entry) return entry;
        const names = [i, j, k].map((kind) => parameters.species[kind]).join(' ');
        throw new PhonolinkError(`the Tersoff potential has no entry for ${names}`, {
          hint: 'use a file that has every triple of the elements in the structure',
        });
      }),
    ),
  );
  return { needed: { species, entries }, index: kinds.map((kind) => used.indexOf(kind)) };
}
