import { fixed, scientific } from '../../formats/io/fixed.js';
import type { PhononGrid } from '../../src/model/phonon-grid.js';
import type { ConductivityResult } from '../../src/workflows/kappa/conductivity.js';
import type { ConductivityPlan } from '../../src/workflows/kappa/plan.js';
import type { ChosenPoints } from './phono3py-points.js';
import type { Version } from './session.js';

/** '-------- Force constants --------', as wide as phono3py's. */
export function banner(title: string): string {
  const dashes = 76 - title.length - 2;
  const before = Math.floor(dashes / 2);
  return `${'-'.repeat(before)} ${title} ${'-'.repeat(dashes - before)}`;
}

/** What stands over a point that is calculated. */
export function* pointHead(
  grid: PhononGrid,
  chosen: ChosenPoints,
  i: number,
  { boundary }: Pick<ConductivityPlan, 'boundary'>,
  variances?: readonly number[],
): Generator<string> {
  const point = chosen.points[i];
  yield `======================= Grid point ${point} (${i + 1}/${chosen.points.length}) =======================`;
  const q = Array.from(grid.points.subarray(3 * point, 3 * point + 3), (x) => fixed(x, 5, 2));
  yield `q-point: (${q.join(' ')})`;
  if (boundary !== undefined) {
    yield boundary > 1000
      ? `Boundary mean free path (millimeter): ${fixed(boundary / 1000, 0, 3)}`
      : `Boundary mean free path (micrometer): ${fixed(boundary, 0, 5)}`;
  }
  if (variances)
    yield `Mass variance parameters: ${variances.map((x) => `${scientific(x, 5, 2)} `).join('')}`;
}

/** Frequencies and velocities of its modes, and mean strengths where they are known. */
export function* modeLines(
  { frequencies, velocities, points, bands }: ChosenPoints,
  i: number,
  meanStrengths?: Float64Array,
): Generator<string> {
  const size = frequencies.length / points.length;
  const chosen = bands ?? Array.from({ length: size }, (_, b) => b);
  yield `Frequency     group velocity (x, y, z)     |gv|${meanStrengths ? '       Pqj' : ''}`;
  for (const [k, band] of chosen.entries()) {
    const m = i * size + band;
    const v = velocities.subarray(3 * m, 3 * m + 3);
    const [x, y, z] = Array.from(v, (c) => fixed(c, 8, 3));
    const strength = meanStrengths ? ` ${scientific(meanStrengths[k], 11, 3)}` : '';
    yield `${fixed(frequencies[m], 8, 3)}   (${x} ${y} ${z}) ${fixed(Math.hypot(...v), 8, 3)}${strength}`;
  }
}

const COLUMNS = 'T(K)        xx         yy         zz         yz         xz         xy';

function heading({ sigma }: Pick<ConductivityResult, 'sigma'>): string {
  return `----------- Thermal conductivity (W/m-k) ${sigma === undefined ? 'with tetrahedron method' : `for sigma=${sigma}`} -----------`;
}

function row(temperature: string, all: Float64Array, t: number): string {
  return `${temperature} ${Array.from(all.subarray(6 * t, 6 * t + 6), (x) => ` ${fixed(x, 10, 3)}`).join('')}`;
}

function kelvin(t: number): string {
  return fixed(t, 7, 1);
}

/** A block of rows with a name before each. */
interface Block {
  readonly name: string;
  readonly values: Float64Array;
}

/** The table of a conductivity by relaxation times, in the words of a version. */
export function* relaxationLines(result: ConductivityResult, version: Version): Generator<string> {
  const { temperatures, kappa, kappaPopulations, kappaCoherences, kappaWigner } = result;
  yield heading(result);
  if (!kappaPopulations) {
    yield `#  ${COLUMNS}`;
    for (const [t, temperature] of temperatures.entries()) yield row(kelvin(temperature), kappa!, t);
    yield '';
    return;
  }
  const names = version === 4 ? ['K_intra ', 'K_inter ', 'K_TOT   '] : ['K_P\t', 'K_C\t', 'K_T\t'];
  const all = [kappaPopulations, kappaCoherences!, kappaWigner!];
  yield version === 4 ? `#          ${COLUMNS}` : `#      \t   ${COLUMNS}        `;
  for (const [n, name] of names.entries()) {
    for (const [t, temperature] of temperatures.entries())
      yield row(`${name}${kelvin(temperature)}`, all[n], t);
    yield version === 4 || n < 2 ? ' ' : '';
  }
}

/** The tables of a solution of the Boltzmann equation, one a temperature above zero. */
export function* boltzmannLines(result: ConductivityResult, version: Version): Generator<string> {
  yield heading(result);
  for (const [t, temperature] of result.temperatures.entries()) {
    if (temperature <= 0) continue;
    if (result.kappaCoherences) yield* pairLines(result, version, t, kelvin(temperature));
    else {
      yield `#  ${COLUMNS}        `;
      yield row(kelvin(temperature), result.kappa!, t);
      yield row('  (RTA)', result.kappaRta!, t);
    }
    yield '-'.repeat(76);
  }
}

function* pairLines(
  { kappa, kappaRta, kappaPopulations, kappaCoherences, kappaWignerExact }: ConductivityResult,
  version: Version,
  t: number,
  temperature: string,
): Generator<string> {
  const exact = kappa!;
  const total = kappaWignerExact!;
  if (version === 4) {
    yield `#              ${COLUMNS}`;
    const blocks: Block[] = [
      { name: 'K_intra     ', values: exact },
      { name: 'K_intra_RTA ', values: kappaRta! },
      { name: 'K_inter     ', values: kappaCoherences! },
      { name: 'K_TOT       ', values: total },
    ];
    for (const { name, values } of blocks) yield row(`${name}${temperature}`, values, t);
    return;
  }
  yield `#         \t\t  ${COLUMNS}        `;
  yield row(`K_P_exact\t\t${temperature}`, exact, t);
  yield row(`(K_P_RTA)\t\t${temperature}`, kappaPopulations!, t);
  yield row(`K_C      \t\t${temperature}`, kappaCoherences!, t);
  yield ' ';
  yield row(`K_TOT=K_P_exact+K_C\t${temperature}`, total, t);
}
