import { rowsTimes, volume } from '../../src/model/cell.js';
import {
  type Column,
  createFrame,
  type Frame,
  type InfoValue,
  type Labels,
  virialOf,
} from '../../src/model/frame.js';
import { KILOBAR } from '../../src/model/units.js';
import type { StructureFormat } from '../format.js';
import { periodicStructure } from './groups.js';
import { SELECTIVE } from './poscar-names.js';
import { type Run, readAtoms, readParameters, readStructure, type Site } from './vasprun-head.js';
import { type Energies, readBornCharges, readCycle, readEnergies } from './vasprun-step.js';
import { type Tag, XmlScanner } from './xml.js';
import { readRows } from './xml-rows.js';

/**
 * vasprun.xml of VASP, every ionic step. Steps of a machine-learned force field stand outside <calculation>; their
 * frames carry the info `machine_learned`. A file that was cut off gives its whole steps, then a FormatError.
 */
export const vasprun: StructureFormat = {
  name: 'vasprun',
  title: 'VASP vasprun.xml',
  manyFrames: true,

  recognises(filename, head) {
    return /^(\s|<[?!][^>]*>)*<modeling\b/.test(head) || /^vasprun.*\.xml/i.test(filename);
  },

  async *read(text) {
    const scanner: XmlScanner = new XmlScanner(text);
    const run: Run = {};
    let step: Step | null = null;
    let place: 'outside' | 'modeling' | 'calculation' = 'outside';
    let frames = 0;
    for (;;) {
      const tag = await scanner.next();
      if (tag === null)
        scanner.fail('the end of the file', place === 'outside' ? '<modeling>' : '</modeling>');
      // A machine-learned step ends where another begins, or with the run.
      const ends: boolean =
        place === 'modeling' && ['calculation', 'structure', '/modeling'].includes(tag.name) && step !== null;
      if (step && (ends || (place === 'calculation' && tag.name === '/calculation'))) {
        yield frameOf(scanner, run, step, frames++);
        step = null;
        if (place === 'calculation') {
          place = 'modeling';
          continue;
        }
      }
      if (place === 'outside') {
        if (tag.name !== 'modeling') scanner.fail(`<${tag.name}>`, '<modeling>');
        place = 'modeling';
      } else if (tag.name === '/modeling' && place === 'modeling') break;
      else if (tag.name === 'calculation' && place === 'modeling') {
        place = 'calculation';
        step = { abInitio: true };
      } else if (tag.name.startsWith('/') || tag.name === 'calculation' || tag.name === 'modeling') {
        scanner.fail(`<${tag.name}>`, `</${place}>`);
      } else {
        if (tag.name === 'structure' && tag.label === '') step ??= { abInitio: false };
        if (
          !(await readRunPart(scanner, tag, run)) &&
          !(step && (await readStepPart(scanner, tag, run, step)))
        ) {
          await scanner.skip(tag);
        }
      }
    }
    if (frames > 0) return;
    if (!run.initial) scanner.fail('no ionic step', 'at least one <calculation>');
    // A run that never came to a step still has the structure that it began with.
    yield frameOf(scanner, run, { abInitio: true, site: run.initial }, 0);
  },
};

/** Takes an element that holds for the whole run; false for another. */
async function readRunPart(scanner: XmlScanner, tag: Tag, run: Run): Promise<boolean> {
  if (tag.name === 'parameters') readParameters(run, await scanner.content(tag));
  else if (tag.name === 'atominfo') run.atoms = readAtoms(scanner, await scanner.content(tag));
  else if (tag.name === 'structure' && tag.label === 'initialpos') {
    run.initial = readStructure(scanner, await scanner.content(tag), run);
  } else return false;
  return true;
}

/** Takes an element of an ionic step; false for one that is of no interest. */
async function readStepPart(scanner: XmlScanner, tag: Tag, run: Run, step: Step): Promise<boolean> {
  const count = run.atoms?.kinds.length ?? 0;
  switch (`${tag.name} ${tag.label}`) {
    case 'structure ':
      step.site = readStructure(scanner, await scanner.content(tag), run);
      return true;
    case 'varray forces':
      step.forces = readRows(scanner, await scanner.content(tag), count, 'forces', true);
      return true;
    case 'varray stress':
      step.stress = readRows(scanner, await scanner.content(tag), 3, 'the stress', true);
      return true;
    case 'energy ':
      step.energies = readEnergies(scanner, await scanner.content(tag));
      return true;
    case 'scstep ':
      step.lastCycle = readCycle(scanner, await scanner.content(tag)) ?? step.lastCycle;
      return true;
    case 'array born_charges':
      step.bornCharges = readBornCharges(scanner, await scanner.content(tag), count);
      return true;
    default:
      return false;
  }
}

/** What an ionic step says. */
interface Step {
  abInitio: boolean;
  site?: Site;
  /** [3n] eV/A; null where VASP printed stars */
  forces?: Float64Array | null;
  /** [9] kB, positive when compressed */
  stress?: Float64Array | null;
  /** Of <calculation><energy> */
  energies?: Energies;
  /** Of the last electronic cycle */
  lastCycle?: Energies;
  /** [9n] e */
  bornCharges?: Float64Array;
}

/** kB in eV/A^3 by VASP's own constants: it undoes exactly what VASP added as the PV term. */
const VASP_KILOBAR = 1e-22 / 1.60217733e-19;

function frameOf(scanner: XmlScanner, run: Run, step: Step, index: number): Frame {
  scanner.markLine();
  // Many-body and optical runs leave the structure out: they do not move the atoms.
  const site = step.site ?? (index === 0 && !step.forces ? run.initial : undefined);
  if (!site || !run.atoms) scanner.fail(`no structure in ionic step ${index + 1}`, '<structure>');
  if (!step.abInitio && !step.forces && !step.energies) {
    scanner.fail('a structure alone', '<calculation>, or forces and energies of a machine-learned step');
  }
  const structure = periodicStructure(run.atoms, rowsTimes(site.fractional, site.cell), site.cell);
  const labels: Labels = energyLabels(step, run.pstress ?? 0, volume(site.cell));
  if (step.forces) labels.forces = step.forces;
  if (step.stress) {
    labels.virial = virialOf(
      step.stress.map((p) => -p * KILOBAR),
      structure.cell,
    );
    if (!labels.virial.every(Number.isFinite)) scanner.fail('a stress out of range', 'a stress in kB');
  }
  if (step.bornCharges) labels.bornCharges = step.bornCharges;
  const info = new Map<string, InfoValue>();
  if (!step.abInitio) info.set('machine_learned', { kind: 'L', value: true });
  const columns = new Map<string, Column>();
  const flags = site.flags ?? run.initial?.flags;
  if (flags) columns.set(SELECTIVE, { kind: 'L', width: 3, data: flags });
  // VASP gives velocities with the structure that the run began with: they are those of the first step.
  const velocities = site.velocities ?? (index === 0 ? run.initial?.velocities : undefined);
  return createFrame(structure, { labels, velocities, info, columns });
}

/**
 * The free energy and the energy extrapolated to sigma = 0, eV. In <calculation><energy>, VASP adds the PV term of
 * PSTRESS to e_fr_energy and some versions print a wrong e_0_energy; the last electronic cycle has neither fault, but
 * lacks classical dispersion corrections. So the difference is taken from the cycle, as ASE does.
 */
function energyLabels(step: Step, pstress: number, cellVolume: number): Labels {
  const labels: Labels = {};
  const { energies, lastCycle } = step;
  if (energies?.free === undefined) return labels;
  const enthalpy = pstress * VASP_KILOBAR * cellVolume;
  labels.freeEnergy = energies.free - enthalpy;
  if (lastCycle?.free !== undefined && lastCycle.zero !== undefined) {
    labels.energy = labels.freeEnergy + (lastCycle.zero - lastCycle.free);
  } else if (!step.abInitio && energies.zero !== undefined) {
    labels.energy = energies.zero - enthalpy;
  }
  return labels;
}
