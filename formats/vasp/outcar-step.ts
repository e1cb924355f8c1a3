import {
  createFrame,
  type Frame,
  fromVoigt,
  type InfoValue,
  type Labels,
  virialOf,
} from '../../src/model/frame.js';
import { KILOBAR } from '../../src/model/units.js';
import type { TextReader } from '../io/text.js';
import { periodicStructure } from './groups.js';
import type { SpeciesLines } from './outcar-species.js';

/** What one ionic step says. */
export interface Step {
  /** [3n] A, eV/A */
  positions?: Float64Array;
  forces?: Float64Array;
  /** Voigt xx yy zz yz xz xy, kB, positive when compressed */
  stress?: Float64Array;
  /** [n] or [3n] Bohr magnetons, for x, y and z as far as they were printed */
  moments?: Float64Array[];
  energy?: number;
  freeEnergy?: number;
  /** What the energy is of; absent before it was read */
  source?: 'ab initio' | 'machine-learned';
}

/** The frame that a step makes; what it must have and has not is a FormatError. */
export function frameOf(
  text: TextReader,
  step: Step,
  cell: Float64Array | undefined,
  species: SpeciesLines,
): Frame {
  if (!cell) text.fail('no cell with the energy of an ionic step', 'direct lattice vectors');
  if (!step.positions) {
    text.fail('no positions and forces with the energy of an ionic step', 'POSITION  TOTAL-FORCE', {
      hint: 'with NWRITE = 0 or 1 VASP leaves them out of OUTCAR; vasprun.xml has them',
    });
  }
  const structure = periodicStructure(species.atoms(text), step.positions, cell);
  const labels: Labels = {};
  if (step.energy !== undefined) labels.energy = step.energy;
  if (step.freeEnergy !== undefined) labels.freeEnergy = step.freeEnergy;
  if (step.forces) labels.forces = step.forces;
  if (step.stress) {
    // kB positive when compressed; a stress in eV/A^3 is positive when stretched.
    labels.virial = virialOf(
      fromVoigt(step.stress).map((p) => -p * KILOBAR),
      structure.cell,
    );
    if (!labels.virial.every(Number.isFinite)) text.fail('a stress out of range', 'a stress in kB');
  }
  const moments = momentsOf(step.moments, structure.count);
  if (moments) labels.magneticMoments = moments;
  const info = new Map<string, InfoValue>();
  if (step.source === 'machine-learned') info.set('machine_learned', { kind: 'L', value: true });
  return createFrame(structure, { labels, info });
}

/** Collinear [n], or noncollinear [3n] where y and z were printed too. */
function momentsOf(axes: Float64Array[] | undefined, count: number): Float64Array | undefined {
  if (!axes?.[0]) return undefined;
  if (!axes[1] || !axes[2]) return axes[0];
  const out = new Float64Array(3 * count);
  for (let i = 0; i < count; i++) for (let c = 0; c < 3; c++) out[3 * i + c] = axes[c][i];
  return out;
}
