import { PhonolinkError } from '../../model/errors.js';
import type { ForceSource } from '../force-source.js';

/** Forces that another process has not calculated yet. */
export class ForcesAbsent extends PhonolinkError {
  constructor() {
    super('forces are not there yet', { hint: 'run the first shard, which calculates them' });
  }
}

/** The same source, which calculates nothing: what a journal does not have is absent. */
export function forcesThatAreThere(source: ForceSource): ForceSource {
  return {
    ...source,
    async bind() {
      return {
        evaluate: async () => {
          throw new ForcesAbsent();
        },
        release: () => {},
      };
    },
  };
}
