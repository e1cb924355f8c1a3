import { volume } from '../../src/model/cell.js';
import { quoted } from '../../src/model/errors.js';
import { createFrame, type Frame, type InfoValue, type Labels, virialOf } from '../../src/model/frame.js';
import { createStructure, type Structure, symbolsOf } from '../../src/model/structure.js';
import { BOHR, HARTREE } from '../../src/model/units.js';
import type { ReadOptions, StructureFormat } from '../format.js';
import { parseReal, type TextReader, words } from '../io/text.js';
import { elementOfLabel } from '../labels.js';
import { siteColumns } from './columns.js';

/**
 * data-file-schema.xml of pw.x, Hartree atomic units: its steps, then its output. pw.x writes the energy, forces and
 * stress of the last step beside the structure that it moved to afterwards: they go to that step, and the structure
 * that was not computed comes as a last frame without labels. Labels as of the text output; but forces along held
 * coordinates are zero here, and a note says so.
 */
export const qeXml: StructureFormat = {
  name: 'qe-xml',
  title: 'Quantum ESPRESSO data-file-schema.xml',
  manyFrames: true,
  recognises: (filename, head) =>
    /data-file-schema.*\.xml$/i.test(filename) || /^(\s|<[?!][^>]*>)*<qes:espresso\b/.test(head),
  read: (text, options) => readXml(text, options),
};

/** Parsed XML: an element with children, attributes (@name) and text (#text), or its text alone. */
type Node = string | { [name: string]: Node | Node[] };

/** What reads the XML of a section. */
interface Xml {
  /** @returns true, or where it is not well formed */
  validate(raw: string): true | { readonly err: { readonly msg: string; readonly line: number } };
  parse(raw: string): Node;
}

/** Loaded where such a file is read alone. */
async function loadXml(): Promise<Xml> {
  const { XMLParser, XMLValidator } = await import('fast-xml-parser');
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: false,
    isArray: (name) => name === 'atom' || name === 'species',
  });
  return { validate: (raw) => XMLValidator.validate(raw), parse: (raw) => parser.parse(raw) as Node };
}

/** What is huge and of no concern here. */
const SKIPPED = /<(band_structure|symmetries|basis_set|parallel_info|timing_info)[\s>][\s\S]*?<\/\1>/g;

async function* readXml(text: TextReader, options: ReadOptions): AsyncGenerator<Frame> {
  const whole = await text.rest();
  const xml = await loadXml();
  const root = whole.indexOf('<qes:espresso');
  if (root < 0) text.fail('no <qes:espresso>', 'the XML file of a pw.x run', { line: 1 });
  const units = /<qes:espresso[^>]*\bUnits="([^"]*)"/.exec(whole);
  if (units && !/hartree/i.test(units[1]))
    text.fail(`units ${quoted(units[1])}`, 'Hartree atomic units', { line: lineAt(whole, root) });
  const known = { masses: massesOf(whole, text, xml), free: freeOf(whole, text, xml) };
  let last: Frame | null = null;
  for (const section of sections(whole, 'step', text, xml)) {
    if (last) yield last;
    last = frameOf(section, known, section.text);
  }
  const [output] = sections(whole, 'output', text, xml);
  if (output) {
    const final = frameOf(output, known, output.text);
    if (known.free || hasHeldForces(final))
      options.note?.('pw.x writes zero into this file for the forces along coordinates that are held fixed.');
    if (last && repeats(final, last)) {
      yield withStress(last, final);
      if (!sameStructure(final.structure, last.structure))
        yield createFrame(final.structure, { columns: final.columns });
    } else {
      if (last) yield last;
      yield final;
    }
  } else if (last) {
    yield last;
  }
  if (!whole.includes('</qes:espresso>'))
    text.fail('the end of the file', '</qes:espresso>', {
      line: lineAt(whole, whole.length),
      hint: 'the file was cut off',
    });
  if (!output && !last)
    text.fail('neither <step> nor <output>', 'the results of a run', { line: lineAt(whole, root) });
}

/** One <step> or <output>: its parsed content and where it begins. */
interface Section {
  name: string;
  node: Node;
  raw: string;
  line: number;
  text: TextReader;
}

function* sections(whole: string, name: string, text: TextReader, xml: Xml): Generator<Section> {
  const opening = new RegExp(`<${name}[\\s>]`, 'g');
  let line = 1;
  let counted = 0;
  for (let match = opening.exec(whole); match; match = opening.exec(whole)) {
    line += lineAt(whole, match.index, counted) - 1;
    counted = match.index;
    const stop = whole.indexOf(`</${name}>`, match.index);
    if (stop < 0) text.fail('the end of the file', `</${name}> for <${name}>`, { line });
    const end = stop + name.length + 3;
    // Blank lines in place of what is skipped keep the line numbers.
    const raw = whole.slice(match.index, end).replace(SKIPPED, (part) => part.replace(/[^\n]+/g, ''));
    const valid = xml.validate(raw);
    if (valid !== true)
      text.fail(`XML that is not well formed (${valid.err.msg})`, `a whole <${name}>`, {
        line: line + Math.max(0, valid.err.line - 1),
      });
    yield { name, node: child(xml.parse(raw), name) ?? '', raw, line, text };
    opening.lastIndex = end;
  }
}

/** The line, from 1, of a character, counted from another. */
function lineAt(whole: string, index: number, from = 0): number {
  let line = 1;
  for (let at = whole.indexOf('\n', from); at >= 0 && at < index; at = whole.indexOf('\n', at + 1)) line++;
  return line;
}

function child(node: Node | undefined, ...path: string[]): Node | undefined {
  let here = node;
  for (const name of path) {
    if (here === undefined || typeof here === 'string') return undefined;
    const next: Node | Node[] | undefined = here[name];
    here = Array.isArray(next) ? next[0] : next;
  }
  return here;
}

function children(node: Node | undefined, name: string): Node[] {
  if (node === undefined || typeof node === 'string') return [];
  const found = node[name];
  return found === undefined ? [] : Array.isArray(found) ? found : [found];
}

function textOf(node: Node | undefined): string | undefined {
  if (typeof node === 'string') return node;
  const own = node?.['#text'];
  return typeof own === 'string' ? own : undefined;
}

/** Fails at the element of this name in the section, or where the section begins. */
function failIn(section: Section, tag: string, found: string, expected: string): never {
  const at = section.raw.search(new RegExp(`<${tag}[\\s>]`));
  section.text.fail(found, expected, { line: section.line + (at < 0 ? 0 : lineAt(section.raw, at) - 1) });
}

/** The numbers in an element, `count` of them. */
function numbersIn(section: Section, node: Node | undefined, tag: string, count: number): number[] {
  const content = textOf(node);
  if (content === undefined) failIn(section, tag, `no <${tag}>`, `<${tag}> in <${section.name}>`);
  const values = words(content).map(parseReal);
  if (values.length !== count || values.some(Number.isNaN))
    failIn(section, tag, quoted(content), `${count} number${count === 1 ? '' : 's'} in <${tag}>`);
  return values;
}

/** u by label, of the <atomic_species> of the run. */
function massesOf(whole: string, text: TextReader, xml: Xml): Map<string, number> {
  const masses = new Map<string, number>();
  for (const section of sections(whole, 'atomic_species', text, xml)) {
    for (const species of children(section.node, 'species')) {
      const name = textOf(child(species, '@name'));
      if (name === undefined)
        failIn(section, 'species', 'a <species> without a name', 'name="..." in <species>');
      const mass = child(species, 'mass');
      if (mass !== undefined) masses.set(name, numbersIn(section, mass, 'mass', 1)[0]);
    }
    if (masses.size > 0) break;
  }
  return masses;
}

/**
 * Whether forces were set to zero though the file does not say so, as that of a single point does not: pw.x makes
 * forces add up to zero before that.
 */
function hasHeldForces(frame: Frame): boolean {
  const { forces } = frame.labels;
  if (!forces) return false;
  return [0, 1, 2].some((c) => {
    const along = forces.filter((_, i) => i % 3 === c);
    const size = along.reduce((most, f) => Math.max(most, Math.abs(f)), 0);
    return along.includes(0) && Math.abs(along.reduce((sum, f) => sum + f, 0)) > 1e-6 * size;
  });
}

/** What the input of the run says of all its steps. */
interface Known {
  masses: Map<string, number>;
  free: Int32Array | null;
}

/** [3n] 0 where a coordinate is held fixed, of the <free_positions> of the input; null where all are free. */
function freeOf(whole: string, text: TextReader, xml: Xml): Int32Array | null {
  for (const section of sections(whole, 'free_positions', text, xml)) {
    const flags = words(textOf(section.node) ?? '').map(Number);
    if (flags.some((flag) => flag !== 0 && flag !== 1))
      failIn(section, 'free_positions', quoted(textOf(section.node) ?? ''), '0 or 1 for each coordinate');
    return flags.includes(0) ? Int32Array.from(flags) : null;
  }
  return null;
}

function frameOf(section: Section, known: Known, text: TextReader): Frame {
  text.line = section.line;
  const { structure, labels: siteLabels } = structureOf(section, known.masses);
  if (known.free && known.free.length !== 3 * structure.count)
    failIn(
      section,
      'atomic_structure',
      `${structure.count} atoms`,
      `${known.free.length / 3}, as <free_positions> says`,
    );
  const { node } = section;
  const info = new Map<string, InfoValue>();
  const labels: Labels = {};
  const energy = child(node, 'total_energy', 'etot');
  if (energy !== undefined) {
    const value = numbersIn(section, energy, 'etot', 1)[0] * HARTREE;
    const scf = child(node, 'convergence_info', 'scf_conv') ?? child(node, 'scf_conv');
    if (textOf(child(scf, 'convergence_achieved'))?.trim() === 'false') {
      info.set('scf_converged', { kind: 'L', value: false });
      info.set('unconverged_energy', { kind: 'R', value });
    } else {
      labels.energy = value;
      const demet = child(node, 'total_energy', 'demet');
      if (demet !== undefined) {
        labels.freeEnergy = value;
        const contribution = numbersIn(section, demet, 'demet', 1)[0] * HARTREE;
        info.set('smearing_contribution', { kind: 'R', value: contribution });
      }
    }
  }
  const forces = child(node, 'forces');
  if (forces !== undefined)
    labels.forces = Float64Array.from(
      numbersIn(section, forces, 'forces', 3 * structure.count),
      (f) => f * (HARTREE / BOHR),
    );
  const stress = child(node, 'stress');
  if (stress !== undefined) {
    // Positive when compressed, as in the text output.
    const values = numbersIn(section, stress, 'stress', 9).map((s) => -s * (HARTREE / BOHR ** 3));
    labels.virial = virialOf(values, structure.cell);
  }
  const magnetization = child(node, 'magnetization', 'total');
  if (magnetization !== undefined && textOf(child(node, 'magnetization', 'lsda'))?.trim() === 'true')
    info.set('total_magnetization', { kind: 'R', value: numbersIn(section, magnetization, 'total', 1)[0] });
  return createFrame(structure, {
    labels,
    info,
    columns: siteColumns(siteLabels, symbolsOf(structure), known.free),
  });
}

function structureOf(
  section: Section,
  masses: Map<string, number>,
): { structure: Structure; labels: string[] } {
  const node = child(section.node, 'atomic_structure');
  if (node === undefined)
    failIn(section, section.name, 'no <atomic_structure>', `<atomic_structure> in <${section.name}>`);
  const cell = ['a1', 'a2', 'a3'].flatMap((tag) => numbersIn(section, child(node, 'cell', tag), tag, 3));
  const labels: string[] = [];
  const positions: number[] = [];
  for (const atom of children(child(node, 'atomic_positions'), 'atom')) {
    labels.push(
      textOf(child(atom, '@name')) ?? failIn(section, 'atom', 'an <atom> without a name', 'name="..."'),
    );
    positions.push(...numbersIn(section, atom, 'atom', 3));
  }
  const count = Number(textOf(child(node, '@nat')) ?? labels.length);
  if (labels.length !== count || count === 0)
    failIn(section, 'atomic_positions', `${labels.length} atoms`, `${count || 'some'} as nat says`);
  const unknown = labels.find((label) => !masses.has(label));
  if (unknown !== undefined)
    failIn(section, 'atom', quoted(unknown), `one of the species ${[...masses.keys()].join(', ')}`);
  const structure = createStructure({
    positions: Float64Array.from(positions, (x) => x * BOHR),
    cell: cell.map((x) => x * BOHR),
    symbols: labels.map(elementOfLabel),
    masses: Float64Array.from(labels, (label) => masses.get(label)!),
    periodic: [true, true, true],
  });
  return { structure, labels };
}

/** Whether the output only repeats what the last step computed: the very same energy and forces. */
function repeats(final: Frame, last: Frame): boolean {
  const [a, b] = [final.labels, last.labels];
  const sameForces = !a.forces || !b.forces || a.forces.every((f, i) => f === b.forces![i]);
  return a.energy === b.energy && energyOf(final) === energyOf(last) && sameForces;
}

function energyOf(frame: Frame): number | undefined {
  const unconverged = frame.info.get('unconverged_energy');
  return frame.labels.energy ?? (unconverged?.kind === 'R' ? (unconverged.value as number) : undefined);
}

/** The last step with the stress, which only the output has; it was computed in the cell of that step. */
function withStress(last: Frame, final: Frame): Frame {
  if (last.labels.virial || !final.labels.virial)
    return { ...last, info: new Map([...last.info, ...final.info]) };
  const stretched = Float64Array.from(final.labels.virial, (w) => w / volumeRatio(final, last));
  return {
    ...last,
    labels: { ...last.labels, virial: stretched },
    info: new Map([...last.info, ...final.info]),
  };
}

function volumeRatio(final: Frame, last: Frame): number {
  return volume(final.structure.cell) / volume(last.structure.cell);
}

/** To the last digit but one of the file: pw.x carries positions through other units and back. */
function sameStructure(a: Structure, b: Structure): boolean {
  const close = (x: number, y: number) => Math.abs(x - y) <= 1e-13 * Math.max(1, Math.abs(x));
  return a.positions.every((x, i) => close(x, b.positions[i])) && a.cell.every((x, i) => close(x, b.cell[i]));
}
