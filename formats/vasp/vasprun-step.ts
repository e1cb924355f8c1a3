import { quoted } from '../../src/model/errors.js';
import { latin1, numbersIn } from './numbers.js';
import type { Content, XmlScanner } from './xml.js';
import { readRows } from './xml-rows.js';

/** Energies in eV; a member is absent where VASP printed stars or nothing. */
export interface Energies {
  /** e_fr_energy */
  free?: number;
  /** e_0_energy */
  zero?: number;
}

/** The energies in an <energy>. */
export function readEnergies(scanner: XmlScanner, content: Content): Energies {
  return {
    free: energyNamed(scanner, content, 'e_fr_energy'),
    zero: energyNamed(scanner, content, 'e_0_energy'),
  };
}

/** The energies in the last <energy> of an <scstep>; null where it has none (chemical shifts). */
export function readCycle(scanner: XmlScanner, content: Content): Energies | null {
  const view = Buffer.from(content.bytes.buffer, content.bytes.byteOffset, content.stop);
  const start = view.lastIndexOf('<energy>', undefined, 'latin1');
  if (start < content.start) return null;
  if (
    view.indexOf('"e_0_energy"', start, 'latin1') < 0 ||
    view.indexOf('"e_fr_energy"', start, 'latin1') < 0
  ) {
    scanner.fail('<energy>', 'e_fr_energy and e_0_energy in it', start);
  }
  return readEnergies(scanner, { ...content, start });
}

function energyNamed(scanner: XmlScanner, content: Content, name: string): number | undefined {
  const { bytes, stop } = content;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, stop);
  const open = `<i name="${name}">`;
  const found = view.lastIndexOf(open, undefined, 'latin1');
  if (found < content.start) return undefined;
  const numbers = numbersIn(bytes, found + open.length, stop);
  const value = numbers.real();
  if (!Number.isNaN(value)) return value;
  if (numbers.overflow()) return undefined;
  const end = view.indexOf('<', found + open.length);
  const text = latin1(bytes, found + open.length, end < 0 ? stop : end);
  return scanner.fail(quoted(text), `an energy in eV, ${name}`, found);
}

/** Three rows for each atom in a <set> of its own, [9n] e. */
export function readBornCharges(scanner: XmlScanner, content: Content, count: number): Float64Array {
  const { bytes, stop } = content;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, stop);
  const out = new Float64Array(9 * Math.min(count, stop - content.start));
  let from = content.start;
  for (let atom = 0; atom < count; atom++) {
    const open = view.indexOf('<set>', from, 'latin1');
    const close = open < 0 ? -1 : view.indexOf('</set>', open, 'latin1');
    if (close < 0) scanner.fail(`Born charges of ${atom} atoms`, `of ${count} atoms`, content.start);
    const tensor = readRows(
      scanner,
      { bytes, start: open + '<set>'.length, stop: close },
      3,
      `the Born charges of atom ${atom + 1}`,
      false,
    );
    if (tensor) out.set(tensor, 9 * atom);
    from = close;
  }
  return out;
}
