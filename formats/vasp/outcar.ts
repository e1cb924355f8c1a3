import type { Frame } from '../../src/model/frame.js';
import type { StructureFormat } from '../format.js';
import { hasTellingEnding } from '../io/names.js';
import type { TextReader } from '../io/text.js';
import { readVector } from './header.js';
import { numbersOf, readTriples } from './numbers.js';
import { readForces, readMoments } from './outcar-blocks.js';
import { SpeciesLines } from './outcar-species.js';
import { frameOf, type Step } from './outcar-step.js';

/**
 * OUTCAR, every ionic step: of VASP 5 and 6, and of runs with machine-learned forces. Of a step that has both, the
 * ab initio one counts; frames whose labels come from the machine-learned force field carry the info
 * `machine_learned`. A run that ended between two ionic steps is read up to the last whole one.
 */
export const outcar: StructureFormat = {
  name: 'outcar',
  title: 'VASP OUTCAR',
  manyFrames: true,

  recognises(filename, head) {
    return (
      /^\s*vasp\.\d/.test(head) ||
      (/^OUTCAR/i.test(filename) && !hasTellingEnding(filename)) ||
      /\.outcar$/i.test(filename)
    );
  },

  async *read(text) {
    const species = new SpeciesLines();
    let step: Step = {};
    let cell: Float64Array | undefined;
    /** Where the run began: the positions of its first step, should that print none. */
    let start: Float64Array | undefined;
    /** A machine-learned step that stands unless an ab initio one of the same positions follows. */
    let learned: Frame | undefined;
    let frames = 0;
    for (;;) {
      const line = await text.nextWhere(mayMatter);
      const head = line?.trimStart() ?? '';
      if (line === null || / Iteration /.test(head)) {
        if (step.source) {
          // An energy whose positions did not come: a run that computes no forces does not move.
          step.positions ??= frames === 0 ? start : undefined;
          yield frameOf(text, step, cell, species);
          frames++;
          step = {};
        }
        if (line === null) break;
        learned = undefined;
        step.moments = undefined;
        continue;
      }
      if (species.take(line)) await species.readMore(text);
      else if (head.startsWith('direct lattice vectors')) cell = await readCell(text);
      else if (head.startsWith('position of ions in cartesian')) {
        start = await readTriples(text, species.count(text), 'position of an atom');
      } else if (head.startsWith('in kB')) step.stress = stressOf(line);
      else if (head.startsWith('magnetization (')) await readMoments(text, line, step, species.count(text));
      else if (head.startsWith('POSITION ') && head.includes('TOTAL-FORCE')) {
        await readForces(text, step, species.count(text));
      } else if (/^(ML )?free energie of the ion-electron/i.test(head)) {
        await readEnergies(text, step);
        step.source = /^ML/i.test(head) ? 'machine-learned' : 'ab initio';
      }
      // The energy stands behind the forces; in old versions (5.2) before them.
      if (!step.source || (step.source === 'ab initio' && !step.positions)) continue;
      const frame = frameOf(text, step, cell, species);
      if (learned && step.source === 'machine-learned') {
        yield learned;
        frames++;
      }
      learned = undefined;
      if (step.source === 'machine-learned') learned = frame;
      else {
        yield frame;
        frames++;
      }
      step = {};
    }
    if (learned) {
      yield learned;
      frames++;
    }
    if (step.positions || frames === 0) {
      text.fail('the end of the file', step.positions ? 'the energy of this ionic step' : 'an ionic step', {
        line: text.line + 1,
        hint: 'the run may still be going on, or it was stopped',
      });
    }
  },
};

/** Whether a line can be one that `read` looks for, by its first letters: most are passed over without decoding. */
function mayMatter(bytes: Uint8Array, start: number, stop: number): boolean {
  let p = start;
  while (p < stop && bytes[p] === 32) p++;
  if (stop - p < 6) return false;
  const a = bytes[p];
  const b = bytes[p + 1];
  switch (a) {
    case 80: // POTCAR: POSITION
      return b === 79;
    case 112: // position of ions in cartesian coordinates
      return b === 111 && bytes[p + 12] === 105;
    case 86: // VRHFIN
      return b === 82;
    case 84: // TITEL
      return b === 73;
    case 105: // ions per type, in kB
      return b === 111 || (b === 110 && bytes[p + 3] === 107);
    case 100: // direct lattice vectors
      return b === 105;
    case 109: // magnetization (x)
      return b === 97 && bytes[p + 3] === 110;
    case 77: // ML FREE ENERGIE
      return b === 76;
    case 70: // FREE ENERGIE
      return b === 82;
    case 45: // ------- Iteration
      return b === 45 && stop - p > 30;
    default:
      return false;
  }
}

async function readCell(text: TextReader): Promise<Float64Array> {
  const cell = new Float64Array(9);
  for (let k = 0; k < 3; k++) cell.set(await readVector(text, `the lattice vector ${'abc'[k]}`), 3 * k);
  return cell;
}

/** XX YY ZZ XY YZ ZX of an "in kB" line; nothing where VASP's columns overflowed. */
function stressOf(line: string): Float64Array | undefined {
  const numbers = numbersOf(line.slice(line.indexOf('kB') + 2));
  const [xx, yy, zz, xy, yz, zx] = Array.from({ length: 6 }, () => numbers.real());
  const stress = Float64Array.of(xx, yy, zz, yz, zx, xy);
  return stress.some(Number.isNaN) ? undefined : stress;
}

const NUMBER = '\\s*([-+.\\dEeDd]+|\\*+)';
const FREE = new RegExp(`TOTEN\\s*=${NUMBER}`);
const SIGMA_ZERO = new RegExp(`energy\\(sigma->0\\)\\s*=${NUMBER}`);

/** TOTEN and energy(sigma->0) of the few lines below "FREE ENERGIE OF THE ION-ELECTRON SYSTEM". */
async function readEnergies(text: TextReader, step: Step): Promise<void> {
  for (let i = 0; i < 6; i++) {
    const line = await text.expectLine('energy(sigma->0) of this ionic step');
    const free = FREE.exec(line);
    const zero = SIGMA_ZERO.exec(line);
    if (free) step.freeEnergy = energyOf(free[1], text);
    if (zero) {
      step.energy = energyOf(zero[1], text);
      // VASP goes on after this line: at the end of the file the number may have been cut off.
      if ((await text.peek()) === null) text.fail('the end of the file', 'the rest of this ionic step');
      return;
    }
  }
  text.fail('no energy', 'energy(sigma->0) below FREE ENERGIE OF THE ION-ELECTRON SYSTEM');
}

/** eV; nothing where the column overflowed. */
function energyOf(word: string, text: TextReader): number | undefined {
  if (word.startsWith('*')) return undefined;
  const value = numbersOf(word).real();
  return Number.isNaN(value) ? text.fail(`'${word}'`, 'an energy in eV') : value;
}
