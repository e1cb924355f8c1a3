import { type TextReader, words } from '../io/text.js';
import { type Atoms, groupedAtoms } from './groups.js';
import { elementOf } from './species.js';

/**
 * Collects which atoms there are from the head of an OUTCAR: "VRHFIN =Si: s2p2" once for each species, "TITEL" the
 * same, "POTCAR:" twice; and "ions per type =   4 4".
 */
export class SpeciesLines {
  private readonly elements: string[] = [];
  private readonly titles: string[] = [];
  private readonly potcars: string[] = [];
  private counts: number[] = [];
  private known: Atoms | undefined;

  /** Whether the line was one of these. */
  take(line: string): boolean {
    const tokens = words(line);
    if (tokens[0] === 'VRHFIN') this.elements.push(/=\s*([A-Za-z]+)/.exec(line)?.[1] ?? '');
    else if (tokens[0] === 'TITEL') this.titles.push(tokens[3] ?? '');
    else if (tokens[0] === 'POTCAR:') this.potcars.push(tokens[line.includes('1/r potential') ? 1 : 2] ?? '');
    else if (line.trimStart().startsWith('ions per type')) {
      this.counts = words(line.slice(line.indexOf('=') + 1)).map(Number);
    } else return false;
    return true;
  }

  /** Numbers of atoms that were broken over several lines. */
  async readMore(text: TextReader): Promise<void> {
    while (this.counts.length > 0 && this.counts.length < this.elements.length) {
      const line = await text.peek();
      if (line === null || !/^\s*\d+(\s+\d+)*\s*$/.test(line)) return;
      this.counts.push(...words(line).map(Number));
      await text.next();
    }
  }

  /** n. @throws FormatError where the head did not say it */
  count(text: TextReader): number {
    const { counts } = this;
    const total = counts.reduce((sum, n) => sum + n, 0);
    // Beyond 2^30 an array of coordinates could not be addressed.
    if (!(total > 0 && total < 2 ** 30 && counts.every((n) => Number.isInteger(n) && n >= 0))) {
      text.fail(`the numbers of atoms '${counts.join(' ')}'`, 'ions per type, above the first ionic step');
    }
    return total;
  }

  /** @throws FormatError where the head did not say them */
  atoms(text: TextReader): Atoms {
    if (this.known) return this.known;
    const { counts } = this;
    const candidates = [
      this.elements,
      this.titles,
      this.potcars.slice(0, Math.ceil(this.potcars.length / 2)),
    ];
    for (const labels of candidates) {
      const symbols = labels.map(elementOf);
      if (symbols.length === counts.length && symbols.every((symbol) => symbol !== '')) {
        this.known = groupedAtoms(symbols, counts);
        return this.known;
      }
    }
    return text.fail(
      `${counts.length} numbers of atoms for ${this.elements.length} species (${this.elements.join(' ')})`,
      'an element for each (VRHFIN lines)',
      { hint: 'VASP prints no more than ten numbers of atoms into OUTCAR; vasprun.xml has all' },
    );
  }
}
