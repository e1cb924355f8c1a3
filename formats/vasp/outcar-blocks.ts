import type { TextReader } from '../io/text.js';
import { failRow, numbersIn } from './numbers.js';
import type { Step } from './outcar-step.js';

/** Positions (A) and forces (eV/A) of the `count` lines between two rules. */
export async function readForces(text: TextReader, step: Step, count: number): Promise<void> {
  await text.expectLine('a rule above the positions');
  const block = await text.block(count, `positions and forces of ${count} atoms`);
  const numbers = numbersIn(block.bytes, block.start, block.stop);
  const positions = new Float64Array(3 * count);
  const forces = new Float64Array(3 * count);
  let overflowed = false;
  for (let i = 0; i < count; i++) {
    const start = numbers.at;
    for (let c = 0; c < 6; c++) {
      const value = numbers.real();
      if (!Number.isNaN(value)) (c < 3 ? positions : forces)[3 * i + (c % 3)] = value;
      else if (c >= 3 && numbers.overflow()) overflowed = true;
      else failRow(text, block, start, text.line + i, `position and force of atom ${i + 1}, six numbers`);
    }
    numbers.skipLine();
  }
  step.positions = positions;
  // VASP prints stars for a force beyond its columns: the step has no forces then.
  if (!overflowed) step.forces = forces;
}

/** The column `tot` of a table "magnetization (x)", (y) or (z). */
export async function readMoments(text: TextReader, title: string, step: Step, count: number): Promise<void> {
  const axis = 'xyz'.indexOf(title.charAt(title.indexOf('(') + 1));
  if (axis < 0) return;
  for (let i = 0; i < 3; i++) await text.expectLine('the table of magnetic moments');
  const block = await text.block(count, `magnetic moments of ${count} atoms`);
  const numbers = numbersIn(block.bytes, block.start, block.stop);
  const moments = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const start = numbers.at;
    const number = numbers.real();
    let last = Number.NaN;
    let columns = 0;
    for (let value = numbers.real(); !Number.isNaN(value); value = numbers.real()) {
      last = value;
      columns++;
    }
    if (number !== i + 1 || columns === 0) {
      failRow(text, block, start, text.line + i, `the magnetic moment of atom ${i + 1}`);
    }
    moments[i] = last;
    numbers.skipLine();
  }
  step.moments ??= [];
  step.moments[axis] = moments;
}
