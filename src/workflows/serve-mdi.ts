import type { MdiAddress } from '../../compat/mdi/address.js';
import { runMdiEngine } from '../../compat/mdi/engine.js';
import { PhonolinkError } from '../model/errors.js';
import { Meter } from './meter.js';
import type { ServePlan, ServeReport } from './serve.js';

export interface ServeMdiPlan extends Omit<ServePlan, 'connect' | 'client'> {
  readonly connect: MdiAddress;
  /** What the driver's atom types 1, 2, ... are, where it does not say elements */
  readonly species?: readonly string[];
  readonly client?: Pick<NonNullable<ServePlan['client']>, 'timeout' | 'signal' | 'units'>;
}

/**
 * Answers one MDI driver until it says EXIT.
 * @param progress told after every step
 * @throws PhonolinkError where the driver's atoms are not those of the structure, the model does not know them, or the
 * session ends otherwise than by EXIT
 */
export async function serveMdi(
  plan: ServeMdiPlan,
  progress: (steps: number) => void = () => {},
): Promise<ServeReport> {
  const { connect, source, species, structure, client } = plan;
  const meter = new Meter(progress);
  const session = await runMdiEngine({
    ...client,
    connect,
    species,
    structure: structure?.structure,
    bind: (atoms) => meter.bind(source, atoms),
  });
  if (session.end === 'closed') {
    throw new PhonolinkError(
      `the MDI driver at ${connect.host}:${connect.port} went away without EXIT after ${session.steps} steps`,
      { hint: 'see what it says of the reason' },
    );
  }
  return { ...session, seconds: meter.seconds, evaluation: meter.evaluation / 1000 };
}
