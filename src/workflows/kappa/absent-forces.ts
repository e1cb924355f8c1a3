import { PhonolinkError } from '../../model/errors.js';
import type { ForceSource } from '../force-source.js';

/** The same source, which calculates nothing: what a journal does not have is an error. */
export function forcesThatAreThere(source: ForceSource): ForceSource {
  return {
    ...source,
    async bind() {
      return {
        evaluate: async () => {
          throw new PhonolinkError('forces of the first shard are missing', {
            hint: 'run the first shard again, which calculates them',
          });
        },
        release: () => {},
      };
    },
  };
}
