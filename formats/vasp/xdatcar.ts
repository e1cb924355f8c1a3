import { rowsTimes } from '../../src/model/cell.js';
import { quoted } from '../../src/model/errors.js';
import { createFrame, type Frame, type InfoValue } from '../../src/model/frame.js';
import type { ReadOptions, StructureFormat } from '../format.js';
import { hasTellingEnding } from '../io/names.js';
import { type TextReader, words } from '../io/text.js';
import { type Atoms, groupedAtoms, periodicStructure, symbolsOfGroups } from './groups.js';
import { type Header, readHeader } from './header.js';
import { latin1, readTriples } from './numbers.js';
import { modeLine, TRAJECTORY } from './outline.js';

/**
 * XDATCAR, the trajectory of VASP. The cell stands once, or before each frame where it changes; a frame begins with
 * "Direct configuration= 7" (VASP 5 and 6) or a blank line (4.6).
 * https://www.vasp.at/wiki/index.php/XDATCAR
 */
export const xdatcar: StructureFormat = {
  name: 'xdatcar',
  title: 'VASP XDATCAR',
  manyFrames: true,

  recognises(filename, head) {
    return (
      TRAJECTORY.test(modeLine(head) ?? '') || (/^XDATCAR/i.test(filename) && !hasTellingEnding(filename))
    );
  },

  async *read(text, options) {
    let lattice = await readLattice(text, options);
    for (let frames = 0; ; ) {
      const part = await nextPart(text);
      if (part === null) {
        if (frames === 0)
          text.fail('the end of the file', 'the first configuration', { line: text.line + 1 });
        return;
      }
      if ('comment' in part) lattice = await readLattice(text, options, part.comment);
      else {
        yield await readConfiguration(text, part, lattice);
        frames++;
      }
    }
  },
};

/** What holds for the frames behind a header. */
interface Lattice {
  header: Header;
  /** One for each group of atoms */
  symbols: string[];
  /** Made when the first frame is there: until then the header may promise any number. */
  atoms?: Atoms;
}

async function readLattice(text: TextReader, options: ReadOptions, comment?: string): Promise<Lattice> {
  const header = await readHeader(text, comment);
  return { header, symbols: symbolsOfGroups(header, text, text.line, options.species) };
}

const NEWLINE = 10;

/**
 * The last line of a frame without its line break, as of a run that was stopped while it wrote: refused where its
 * last number has fewer decimals than its first.
 */
function refuseCutNumber(text: TextReader, count: number): void {
  const { bytes, position } = text;
  const line = latin1(bytes, bytes.lastIndexOf(NEWLINE, position - 1) + 1, position);
  const decimals = (line.match(/-?\d*\.?\d*/g) ?? [])
    .filter(Boolean)
    .map((word) => (word.split('.')[1] ?? '').length);
  if (decimals[2] >= decimals[0]) return;
  text.fail(quoted(line), `a third number with ${decimals[0]} decimals too`, {
    line: text.line + count - 1,
    hint: 'the file stops within this line: the run was stopped while it wrote',
  });
}

/** How the coordinates of the next frame are meant. */
interface Mark {
  cartesian: boolean;
  /** The number in "configuration= 7" */
  number?: number;
}

/** Reads the line before a frame, or the comment line of a new header; null at the end of the file. */
async function nextPart(text: TextReader): Promise<Mark | { comment: string } | null> {
  const line = await text.next();
  if (line === null) return null;
  const mark = /^\s*(direct|cartesian) configuration *= *(\d+)?/i.exec(line);
  if (mark) {
    return { cartesian: /^c/i.test(mark[1]), number: mark[2] === undefined ? undefined : Number(mark[2]) };
  }
  if (line.trim() !== '') return { comment: line };
  // A blank line: of the end, before a frame of VASP 4.6, or a blank comment, which the scale alone follows.
  const after = await text.peek();
  if (after === null) return null;
  const [first, ...more] = words(after);
  if (first === undefined || /^[a-z]/i.test(first)) return nextPart(text);
  return more.length > 0 ? { cartesian: false } : { comment: '' };
}

async function readConfiguration(text: TextReader, mark: Mark, lattice: Lattice): Promise<Frame> {
  const { header } = lattice;
  const coordinates = await readTriples(text, header.count, 'coordinates');
  if (text.bytes[text.position - 1] !== NEWLINE) refuseCutNumber(text, header.count);
  const positions = mark.cartesian
    ? coordinates.map((x, i) => x * header.scale[i % 3])
    : rowsTimes(coordinates, header.cell);
  lattice.atoms ??= groupedAtoms(lattice.symbols, header.counts);
  const info = new Map<string, InfoValue>();
  if (header.comment) info.set('comment', { kind: 'S', value: header.comment });
  if (mark.number !== undefined && Number.isSafeInteger(mark.number)) {
    info.set('configuration', { kind: 'I', value: mark.number });
  }
  return createFrame(periodicStructure(lattice.atoms, positions, header.cell), { info });
}
