import { openInputs, type Phono3pyInputs } from './phono3py-constants.js';
import { runModeOf } from './phono3py-plan.js';
import { writeSummary } from './phono3py-summary.js';
import type { Session } from './session.js';

/** Force constants, and whatever is asked for that is calculated of them. */
export async function runFromForces(session: Session): Promise<void> {
  const mode = runModeOf(session.tags);
  if (mode === 'force constants') {
    const inputs = await openInputs(session);
    session.say('None of ph-ph interaction calculation was performed.');
    return summarise(session, inputs);
  }
  if (mode === 'conductivity-RTA' || mode === 'conductivity-LBTE') {
    const { calculateConductivity } = await import('./phono3py-conductivity.js');
    return summarise(session, await calculateConductivity(session, mode));
  }
  if (
    mode === 'imag_self_energy' ||
    mode === 'real_self_energy' ||
    mode === 'spectral_function' ||
    mode === 'jdos'
  ) {
    const { calculateSpectra } = await import('./phono3py-spectra.js');
    const inputs = await calculateSpectra(session, mode);
    // phono3py ends here where it has calculated joint densities.
    return mode === 'jdos' ? undefined : summarise(session, inputs);
  }
  const { calculateOnGrid } = await import('./phono3py-grid.js');
  const inputs = await calculateOnGrid(session, mode);
  if (inputs) await summarise(session, inputs);
}

async function summarise(session: Session, { crystals, polar }: Phono3pyInputs): Promise<void> {
  const name = session.tags.text('output_yaml_filename') ?? 'phono3py.yaml';
  await writeSummary(session, crystals, name, {
    configured: true,
    inAngstrom: true,
    ...(polar && { polar }),
  });
  session.say(`Summary of calculation was written in "${name}".`);
}
