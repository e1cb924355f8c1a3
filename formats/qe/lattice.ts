import { quoted } from '../../src/model/errors.js';
import { BOHR } from '../../src/model/units.js';
import { parseReal, type TextReader } from '../io/text.js';
import { bravaisCell, latticeProblem } from './bravais.js';
import { type PwInput, rowsOf } from './cards.js';
import { elementsOf, locatedInteger, locatedReal, variable } from './namelist.js';

export interface Lattice {
  /** [9] A, rows */
  cell: Float64Array;
  /** A, what pw.x calls alat */
  alat: number;
  /** Whether alat is said twice and differently, so that lengths in alat mean nothing sure. */
  ambiguous: boolean;
}

/** The cell of a pw.x input from ibrav, celldm or A B C and angles, or CELL_PARAMETERS. */
export function latticeOf(input: PwInput, text: TextReader): Lattice {
  const ibravValue = variable(input.assignments, 'SYSTEM', 'ibrav');
  if (!ibravValue) text.fail('no ibrav', 'ibrav in &SYSTEM', { line: input.end });
  const ibrav = locatedInteger(ibravValue, 'ibrav', text);
  const { celldm, line } = celldmOf(input, ibrav, text);
  if (ibrav === 0) return freeLattice(input, celldm[1], text);
  const problem = latticeProblem(ibrav, celldm);
  if (problem) {
    const given = [1, 2, 3, 4, 5, 6].map(
      (k) => `${Number((k === 1 ? celldm[1] / BOHR : celldm[k]).toPrecision(8))}`,
    );
    text.fail(`ibrav = ${ibrav} with celldm ${given.join(' ')}`, problem, { line: line || ibravValue.line });
  }
  return { cell: bravaisCell(ibrav, celldm), alat: celldm[1], ambiguous: false };
}

/** celldm(1..6) at indices 1 to 6, celldm(1) in A, from either of the two ways to say them; 0 where not said. */
function celldmOf(input: PwInput, ibrav: number, text: TextReader): { celldm: Float64Array; line: number } {
  const celldm = new Float64Array(7);
  const given = elementsOf(input.assignments, 'SYSTEM', 'celldm');
  let line = 0;
  for (const [k, value] of given) {
    if (!(k >= 1 && k <= 6)) text.fail(`celldm(${k})`, 'celldm(1) to celldm(6)', { line: value.line });
    celldm[k] = locatedReal(value, `celldm(${k})`, text) * (k === 1 ? BOHR : 1);
    line = value.line;
  }
  const named = (name: string): number => {
    const value = variable(input.assignments, 'SYSTEM', name);
    if (!value) return 0;
    line = value.line;
    return locatedReal(value, name, text);
  };
  const [a, b, c] = ['a', 'b', 'c'].map(named);
  const [ab, ac, bc] = ['cosab', 'cosac', 'cosbc'].map(named);
  if (a === 0) return { celldm, line };
  if (celldm[1] !== 0) {
    if (ibrav !== 0) text.fail('both celldm and A', 'one of celldm and A, B, C', { line });
    return { celldm, line }; // pw.x lets celldm(1) win here
  }
  celldm.set([a, b / a, c / a], 1);
  if (ibrav === 14) celldm.set([bc, ac, ab], 4);
  else if (ibrav === -12 || ibrav === -13) celldm[5] = ac;
  else celldm[4] = ab;
  return { celldm, line };
}

/** ibrav = 0: the vectors of CELL_PARAMETERS in their unit; without one, alat where alat is set, else bohr. */
function freeLattice(input: PwInput, given: number, text: TextReader): Lattice {
  const card = input.cards.get('CELL_PARAMETERS');
  if (!card) text.fail('no CELL_PARAMETERS', 'CELL_PARAMETERS, since ibrav = 0', { line: input.end });
  const unit = card.option || (given > 0 ? 'alat' : 'bohr');
  const scale = new Map([
    ['alat', given],
    ['bohr', BOHR],
    ['angstrom', 1],
  ]).get(unit);
  if (scale === undefined)
    text.fail(quoted(card.option), 'alat, bohr or angstrom as the unit of CELL_PARAMETERS', {
      line: card.line,
    });
  if (!(scale > 0))
    text.fail('CELL_PARAMETERS in alat', 'a positive celldm(1) or A in &SYSTEM with it', { line: card.line });
  const cell = new Float64Array(9);
  rowsOf(card, 3, 'one for each lattice vector', text).forEach((row, k) => {
    for (let c = 0; c < 3; c++) {
      const x = parseReal(row.words[c] ?? '');
      if (Number.isNaN(x))
        text.fail(quoted(row.words[c] ?? ''), 'three numbers for a lattice vector', { line: row.line });
      cell[3 * k + c] = x * scale;
    }
  });
  const first = Math.hypot(cell[0], cell[1], cell[2]);
  const alat = unit === 'alat' ? given : first;
  // pw.x refuses an alat beside vectors in bohr or angstrom; without lengths in alat there is nothing to confuse.
  const ambiguous = unit !== 'alat' && given !== 0 && Math.abs(given - first) > 1e-6 * first;
  return { cell, alat, ambiguous };
}
