import { PhonolinkError, quoted } from '../src/model/errors.js';
import { KCAL_PER_MOL } from '../src/model/units.js';
import {
  checkTersoff,
  type TersoffEntry,
  type TersoffParameters,
} from '../src/potentials/tersoff/parameters.js';
import { createTersoff, isTersoff, type TersoffPotential } from '../src/potentials/tersoff/potential.js';
import { realOf, type TextReader, words } from './io/text.js';
import type { PotentialFormat } from './potential-format.js';

/** LAMMPS's file of `pair_style tersoff`: entries of 17 words, over as many lines as they like; # begins a comment. */
export const LAMMPS_TERSOFF: PotentialFormat<TersoffPotential> = {
  name: 'lammps-tersoff',
  title: 'Tersoff of LAMMPS (.tersoff)',
  recognises: (filename, head) => /\.tersoff$/i.test(filename) && !/^\s*tersoff_/.test(head),
  read: async (text) => createTersoff(await readLammpsTersoff(text)),
  async *write(potential) {
    if (!isTersoff(potential))
      throw new PhonolinkError('only a Tersoff potential can be written as a .tersoff file');
    yield writeLammpsTersoff(potential.parameters);
  },
};

/** Names of the numbers of an entry, in the order of the file. */
const NUMBERS = [
  'm',
  'gamma',
  'lambda3',
  'c',
  'd',
  'cos(theta0)',
  'n',
  'beta',
  'lambda2',
  'B',
  'R',
  'D',
  'lambda1',
  'A',
] as const;
const WORDS = 3 + NUMBERS.length;
/** Elements that a file may have; their triples are kept in a table. */
const MOST_SPECIES = 60;

/** @throws FormatError, nothing else */
async function readLammpsTersoff(text: TextReader): Promise<TersoffParameters> {
  const found = new Map<string, TersoffEntry>();
  const species: string[] = [];
  let energyUnit = 1;
  let pending: string[] = [];
  for (let line = await text.next(); line !== null; line = await text.next()) {
    if (text.line === 1) energyUnit = unitOf(line, text);
    pending.push(...words(line.replace(/#.*/, '')));
    if (pending.length < WORDS) continue;
    if (pending.length > WORDS)
      text.fail(`${pending.length} words in an entry`, `${WORDS}: three elements, ${NUMBERS.join(', ')}`);
    const triple = pending.slice(0, 3);
    const key = triple.join(' ');
    if (found.has(key)) text.fail(`a second entry for ${key}`, 'one entry for each three elements');
    found.set(key, entryFrom(pending.slice(3), energyUnit, text));
    for (const symbol of triple) if (!species.includes(symbol)) species.push(symbol);
    if (species.length > MOST_SPECIES)
      text.fail(`more than ${MOST_SPECIES} different elements`, 'a Tersoff potential');
    pending = [];
  }
  if (pending.length > 0)
    text.fail(`${pending.length} words of an entry at the end of the file`, `${WORDS} words`);
  if (found.size === 0) text.fail('no entry', 'entries of a Tersoff potential');
  const parameters = {
    species,
    entries: species.flatMap((a) => species.flatMap((b) => species.map((c) => found.get(`${a} ${b} ${c}`)))),
  };
  checkTersoff(parameters);
  return parameters;
}

/** eV in one unit of energy of the file, by the UNITS of its first line; metal where it says none. */
function unitOf(line: string, text: TextReader): number {
  const units = /^\s*#.*\bUNITS:\s*(\S+)/.exec(line)?.[1] ?? 'metal';
  if (units === 'metal') return 1;
  if (units === 'real') return KCAL_PER_MOL;
  return text.fail(quoted(units), 'units metal or real');
}

function entryFrom(found: string[], energyUnit: number, text: TextReader): TersoffEntry {
  const value = Object.fromEntries(NUMBERS.map((name, i) => [name, realOf(found[i], name, text)])) as Record<
    (typeof NUMBERS)[number],
    number
  >;
  const m = value.m;
  if (m !== 1 && m !== 3) text.fail(`m = ${m}`, 'm = 1 or 3');
  const { R, D } = value;
  if (R < 0 || D < 0 || D > R)
    text.fail(`R = ${R} and D = ${D}`, 'R and D from 0 up, and D no larger than R');
  return {
    a: value.A * energyUnit,
    b: value.B * energyUnit,
    lambda: value.lambda1,
    mu: value.lambda2,
    beta: value.beta,
    n: value.n,
    angle: { kind: 'tersoff', gamma: value.gamma, c: value.c, d: value.d, h: value['cos(theta0)'] },
    inner: R - D,
    outer: R + D,
    alpha: value.lambda3 ** m,
    m,
  };
}

const HEADER = `# UNITS: metal
# element 1, element 2, element 3, ${NUMBERS.join(', ')}
`;

function writeLammpsTersoff({ species, entries }: TersoffParameters): string {
  const t = species.length;
  const lines = entries.flatMap((entry, at) => {
    if (!entry) return [];
    const { angle } = entry;
    if (angle.kind !== 'tersoff')
      throw new PhonolinkError('a .tersoff file has no place for the quadratic angular term of tersoff_mini');
    const names = [Math.floor(at / (t * t)), Math.floor(at / t) % t, at % t].map((kind) => species[kind]);
    const lambda3 = entry.m === 3 ? Math.cbrt(entry.alpha) : entry.alpha;
    const [middle, half] = [(entry.outer + entry.inner) / 2, (entry.outer - entry.inner) / 2];
    const shape = [entry.m, angle.gamma, lambda3, angle.c, angle.d, angle.h];
    const rest = [entry.n, entry.beta, entry.mu, entry.b, middle, half, entry.lambda, entry.a];
    return [[...names, ...shape, ...rest].join(' ')];
  });
  return `${HEADER}${lines.join('\n')}\n`;
}
