import { addressName, type IpiAddress } from '../../compat/ipi/address.js';
import { type IpiClientOptions, type IpiSession, runIpiClient } from '../../compat/ipi/client.js';
import { PhonolinkError } from '../model/errors.js';
import { createStructure, type Structure } from '../model/structure.js';
import type { Totals } from '../potentials/totals.js';
import type { ForceSource } from './force-source.js';
import { Meter } from './meter.js';

export interface ServePlan {
  readonly connect: IpiAddress;
  readonly source: ForceSource;
  /** The atoms that the server speaks of, in its order; a model of one species needs none. */
  readonly structure?: { readonly file: string; readonly structure: Structure };
  readonly client?: Pick<IpiClientOptions, 'timeout' | 'signal' | 'units' | 'init'>;
}

export interface ServeReport extends IpiSession {
  /** s, from the first positions to the last result */
  readonly seconds: number;
  /** s of `seconds` that the forces took */
  readonly evaluation: number;
}

/**
 * Answers one i-PI server until it ends the session.
 * @param progress told after every step
 * @throws PhonolinkError where the atoms of the server are not those of the structure, the model does not know them,
 * or the session ends otherwise than by an EXIT or between two messages
 */
export async function serve(
  plan: ServePlan,
  progress: (steps: number) => void = () => {},
): Promise<ServeReport> {
  const { source, connect } = plan;
  const named = plan.structure;
  // What the model refuses about the file is said before anybody is waited for.
  const meter = new Meter(progress);
  let bound = named && { structure: named.structure, forces: await meter.bind(source, named.structure) };
  // Engines behind a relay know their atoms themselves: there any species will do.
  const species = source.species ?? ['H'];
  if (!named && species.length !== 1) {
    throw new PhonolinkError(
      `${source.name} knows ${species.join(', ')}, and the i-PI protocol does not say which atoms are meant`,
      { hint: 'give a file with the same atoms in the same order: --structure FILE', exitCode: 2 },
    );
  }
  const evaluate = async (positions: Float64Array, cell: Float64Array): Promise<Totals> => {
    if (!bound) {
      const structure = createStructure({
        symbols: new Array<string>(positions.length / 3).fill(species[0]),
        positions,
        cell,
        periodic: [true, true, true],
      });
      bound = { structure, forces: await meter.bind(source, structure) };
    }
    const { count } = bound.structure;
    if (positions.length !== 3 * count) {
      throw new PhonolinkError(
        `the i-PI server at ${addressName(connect)} has ${positions.length / 3} atoms, expected ${count} as in ${named?.file ?? 'its first positions'}`,
        { hint: 'give a file with the same atoms in the same order: --structure FILE' },
      );
    }
    return bound.forces.evaluate(positions, cell);
  };
  try {
    const session = await runIpiClient({ ...plan.client, connect, evaluate });
    if (session.steps === 0 && session.end === 'closed') {
      throw new PhonolinkError(
        `the i-PI server at ${addressName(connect)} went away before it asked for forces`,
        {
          hint: 'see what it says of the reason',
        },
      );
    }
    return { ...session, seconds: meter.seconds, evaluation: meter.evaluation / 1000 };
  } finally {
    bound?.forces.release();
  }
}
