import { join } from 'node:path';
import { bandPlot } from '../../src/plots/phonons.js';
import { thermalPlot } from '../../src/plots/thermal.js';
import { writeText } from '../../src/workflows/phonon-files.js';
import type { PhononResults } from '../../src/workflows/phonons.js';
import type { Session } from './session.js';

/** -p and -s: what phonopy draws into a window or a .pdf, as files of the same names ending in .svg. */
export async function writePlots({ folder, say }: Session, results: PhononResults): Promise<void> {
  const { band, density, projected, thermal, motion, motionMatrices } = results;
  const states = density ?? projected;
  const write = async (name: string, svg: string) => {
    await writeText(join(folder, name), [svg]);
    say(`Plot has been saved to "${name}".`);
  };
  if (band || states) {
    const ofStates = density ? 'total_dos.svg' : 'projected_dos.svg';
    await write(!states ? 'band.svg' : band ? 'band_dos.svg' : ofStates, await bandPlot(band, states));
  }
  if (thermal) await write('thermal_properties.svg', await thermalPlot(thermal));
  if (motion || motionMatrices) say('note: thermal displacements are not drawn');
}
