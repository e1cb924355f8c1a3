import { fixed } from '../../formats/io/fixed.js';
import type { PhononGrid } from '../../src/model/phonon-grid.js';
import type { ScatteringPlan } from '../../src/workflows/kappa/plan.js';
import { banner } from './phono3py-kappa-lines.js';
import type { RunMode } from './phono3py-plan.js';

/** What a run is about to calculate with. */
export function* settingLines(
  mode: RunMode,
  plan: ScatteringPlan,
  hasCharges: boolean,
  spectrum?: { readonly count?: number; readonly step?: number },
): Generator<string> {
  const { widths, sigmaCutoff, temperatures, cutoffFrequency, mesh } = plan;
  yield banner('Calculation settings');
  yield `Run mode: ${mode}`;
  yield `Non-analytical term correction (NAC): ${hasCharges ? 'True' : 'False'}`;
  const beyond = sigmaCutoff === undefined ? '' : `(${fixed(sigmaCutoff, 4, 2)} SD)`;
  const ways = widths.map((width) =>
    width === 'tetrahedra' ? 'Tetrahedron-method' : `Smearing=${width}${beyond}`,
  );
  yield `BZ integration: ${ways.join(', ')}`;
  if (temperatures.length > 0) yield `Temperature: ${temperatureList(temperatures)}`;
  yield `Cutoff frequency: ${cutoffFrequency}`;
  if (spectrum?.step !== undefined) yield `Frequency step for spectrum: ${spectrum.step}`;
  if (spectrum?.count !== undefined) yield `Number of frequency sampling points: ${spectrum.count}`;
  yield mesh.length === 1
    ? `Length for sampling mesh generation: ${mesh[0].toFixed(2)}`
    : `Mesh sampling: [ ${mesh.join(' ')} ]`;
}

function temperatureList(temperatures: Float64Array): string {
  const shown = Array.from(temperatures, (t) => ` ${t.toFixed(1)} `);
  return shown.length > 5
    ? `${shown.slice(0, 5).join('')}...${shown[shown.length - 1].trimEnd()}`
    : shown.join('');
}

/** The grid, and how is summed over it where that is no matter of course. */
export function* gridLines(
  { matrix, diagonal }: PhononGrid,
  { convention, symmetriseTetrahedra, equalBands }: ScatteringPlan,
): Generator<string> {
  const isGeneral = [1, 2, 3, 5, 6, 7].some((e) => matrix[e] !== 0);
  yield `Generating grid system ... ${isGeneral ? '' : `[ ${diagonal.join(' ')} ]`}`;
  if (isGeneral) {
    yield `Generalized regular grid: [ ${diagonal.join(' ')} ]`;
    yield 'Grid generation matrix:';
    for (const k of [0, 3, 6]) yield `  [ ${matrix.subarray(k, k + 3).join(' ')} ]`;
  }
  if (symmetriseTetrahedra) yield 'Tetrahedron weights averaged over point group: True';
  if (equalBands) yield 'Tetrahedron weights averaged over degenerate bands: True';
  yield `fc3-r2q-transformation over three atoms: ${convention === 'average' ? 'True' : 'False'}`;
}
