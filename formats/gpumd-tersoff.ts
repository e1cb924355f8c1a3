import { PhonolinkError, quoted } from '../src/model/errors.js';
import {
  checkTersoff,
  entryOf,
  type TersoffEntry,
  type TersoffParameters,
} from '../src/potentials/tersoff/parameters.js';
import { createTersoff, isTersoff, type TersoffPotential } from '../src/potentials/tersoff/potential.js';
import { expectNothingMore, readNumberLine, readSpeciesLine } from './gpumd/species-line.js';
import { type TextReader, words } from './io/text.js';
import type { PotentialFormat } from './potential-format.js';

/**
 * GPUMD's three Tersoff files, by the word they begin with: tersoff_1988 (an entry for each triple 000 001 ...),
 * tersoff_1989 (a line for each of one or two elements, and chi) and tersoff_mini (one element).
 */
export const GPUMD_TERSOFF: PotentialFormat<TersoffPotential> = {
  name: 'gpumd-tersoff',
  title: 'Tersoff of GPUMD (tersoff_1988, tersoff_1989, tersoff_mini)',
  recognises: (_filename, head) => /^\s*tersoff_(1988|1989|mini)\s/.test(head),
  read: async (text) => createTersoff(await readGpumdTersoff(text)),
  async *write(potential) {
    if (!isTersoff(potential))
      throw new PhonolinkError('only a Tersoff potential can be written as a tersoff_1988 file');
    yield writeGpumdTersoff(potential.parameters);
  },
};

/** @throws FormatError, nothing else */
async function readGpumdTersoff(text: TextReader): Promise<TersoffParameters> {
  const keyword = words((await text.peek()) ?? '')[0] ?? '';
  const read = { tersoff_1988: read1988, tersoff_1989: read1989, tersoff_mini: readMini }[keyword];
  if (!read) {
    await text.expectLine('tersoff_1988, tersoff_1989 or tersoff_mini');
    text.fail(quoted(keyword), 'tersoff_1988, tersoff_1989 or tersoff_mini');
  }
  const species = await readSpeciesLine(text, keyword);
  const entries = await read(text, species);
  await expectNothingMore(text);
  const parameters = { species, entries };
  checkTersoff(parameters);
  return parameters;
}

async function read1988(text: TextReader, species: readonly string[]): Promise<TersoffEntry[]> {
  const entries: TersoffEntry[] = [];
  for (const first of species) {
    for (const second of species) {
      for (const third of species) {
        const what = `A B lambda mu beta n c d h R S m alpha gamma of ${first} ${second} ${third}`;
        const [a, b, lambda, mu, beta, n, c, d, h, inner, outer, m, alpha, gamma] = await readNumberLine(
          text,
          14,
          what,
        );
        if (m !== 1 && m !== 3) text.fail(`m = ${m}`, 'm = 1 or 3');
        const angle = { kind: 'tersoff' as const, gamma, c, d, h };
        entries.push({ a, b, lambda, mu, beta, n, angle, inner, outer, alpha, m });
      }
    }
  }
  return entries;
}

/** Mixed by the rules of the 1989 paper, its eq. (2): energies and cutoffs geometrically, exponents arithmetically. */
async function read1989(text: TextReader, species: readonly string[]): Promise<TersoffEntry[]> {
  if (species.length > 2) text.fail(`${species.length} species`, 'one or two in a tersoff_1989 file');
  const rows: number[][] = [];
  for (const symbol of species) {
    rows.push(await readNumberLine(text, 11, `A B lambda mu beta n c d h R S of ${symbol}`));
  }
  const chi = species.length === 2 ? (await readNumberLine(text, 1, 'chi'))[0] : 1;
  const geometric = (column: number, i: number, j: number) =>
    i === j ? rows[i][column] : Math.sqrt(rows[i][column] * rows[j][column]);
  const arithmetic = (column: number, i: number, j: number) => (rows[i][column] + rows[j][column]) / 2;
  const kinds = species.map((_symbol, kind) => kind);
  return kinds.flatMap((i) =>
    kinds.flatMap((j) =>
      kinds.map((k) => ({
        a: geometric(0, i, j),
        b: geometric(1, i, j) * (i === j ? 1 : chi),
        lambda: arithmetic(2, i, j),
        mu: arithmetic(3, i, j),
        beta: rows[i][4],
        n: rows[i][5],
        angle: { kind: 'tersoff' as const, gamma: 1, c: rows[i][6], d: rows[i][7], h: rows[i][8] },
        inner: geometric(9, i, k),
        outer: geometric(10, i, k),
        alpha: 0,
        m: 3 as const,
      })),
    ),
  );
}

/** Depth, width and place of the well of a pair, and the bond order (Fan et al., 2020, eqs. 2 to 7). */
async function readMini(text: TextReader, species: readonly string[]): Promise<TersoffEntry[]> {
  if (species.length > 1) text.fail(`${species.length} species`, 'one in a tersoff_mini file');
  const what = 'D alpha r0 S beta n h R S';
  const [depth, alpha, r0, s, beta, n, h, inner, outer] = await readNumberLine(text, 9, what);
  if (!(s > 1)) text.fail(`S = ${s}`, 'S above 1');
  const lambda = Math.sqrt(2 * s) * alpha;
  const mu = Math.sqrt(2 / s) * alpha;
  const a = (depth / (s - 1)) * Math.exp(lambda * r0);
  const b = ((depth * s) / (s - 1)) * Math.exp(mu * r0);
  return [{ a, b, lambda, mu, beta, n, angle: { kind: 'quadratic', h }, inner, outer, alpha: 0, m: 3 }];
}

/** Always tersoff_1988, which holds what the others say but for the angular term of tersoff_mini. */
function writeGpumdTersoff(parameters: TersoffParameters): string {
  const { species } = parameters;
  const lines = [`tersoff_1988 ${species.length} ${species.join(' ')}`];
  species.forEach((first, i) => {
    species.forEach((second, j) => {
      species.forEach((third, k) => {
        const entry = entryOf(parameters, i, j, k);
        if (!entry) {
          throw new PhonolinkError(
            `the Tersoff potential has no entry for ${first} ${second} ${third}, and a tersoff_1988 file needs all`,
          );
        }
        const { angle } = entry;
        if (angle.kind !== 'tersoff')
          throw new PhonolinkError('a tersoff_1988 file has no place for the angular term of tersoff_mini');
        const bond = [entry.a, entry.b, entry.lambda, entry.mu, entry.beta, entry.n];
        const rest = [angle.c, angle.d, angle.h, entry.inner, entry.outer, entry.m, entry.alpha, angle.gamma];
        lines.push([...bond, ...rest].join(' '));
      });
    });
  });
  return `${lines.join('\n')}\n`;
}
