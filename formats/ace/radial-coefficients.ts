import type { AceBond } from '../../src/potentials/ace/parameters.js';
import type { Yaml } from '../io/yaml-value.js';
import { flow } from './yaml-text.js';

type Counts = Pick<AceBond, 'baseCount' | 'radialCount' | 'lMax'>;

/** Index of c_nlk in AceBond.coefficients. */
export function coefficientIndex({ lMax, baseCount }: Counts, n: number, l: number, k: number): number {
  return (n * (lMax + 1) + l) * baseCount + k;
}

/** Room for the coefficients of a bond; none where its counts are not sensible, which the check of the bond says. */
export function coefficientRoom({ radialCount, lMax, baseCount }: Counts): Float64Array {
  const count = radialCount * (lMax + 1) * baseCount;
  const sensible = radialCount >= 0 && lMax >= 0 && baseCount >= 0 && count < 1e7;
  return new Float64Array(sensible ? count : 0);
}

/**
 * The radial coefficients [n][l][k] of a YAML file. Lists may be longer than the counts say, as pacemaker has it, and
 * what is beyond is not read.
 */
export function nestedCoefficients(node: Yaml, counts: Counts): Float64Array {
  const coefficients = coefficientRoom(counts);
  if (coefficients.length === 0) return coefficients;
  const rows = atLeast(node, counts.radialCount, 'radial functions');
  for (let n = 0; n < counts.radialCount; n++) {
    const columns = atLeast(rows[n], counts.lMax + 1, 'angular momenta');
    for (let l = 0; l <= counts.lMax; l++) {
      const numbers = atLeast(columns[l], counts.baseCount, 'radial coefficients');
      for (let k = 0; k < counts.baseCount; k++)
        coefficients[coefficientIndex(counts, n, l, k)] = numbers[k].real('a radial coefficient');
    }
  }
  return coefficients;
}

/** The radial coefficients of old files of pacemaker: one list, in the order k, n, l. */
export function flatCoefficients(node: Yaml, counts: Counts): Float64Array {
  const coefficients = coefficientRoom(counts);
  const numbers = atLeast(node, coefficients.length, 'radial coefficients');
  if (numbers.length > coefficients.length)
    node.fail(`${numbers.length} radial coefficients`, `${coefficients.length}`);
  let at = 0;
  for (let k = 0; k < counts.baseCount; k++)
    for (let n = 0; n < counts.radialCount; n++)
      for (let l = 0; l <= counts.lMax; l++)
        coefficients[coefficientIndex(counts, n, l, k)] = numbers[at++].real('a radial coefficient');
  return coefficients;
}

function atLeast(node: Yaml, count: number, what: string): readonly Yaml[] {
  const items = node.list(what);
  return items.length >= count ? items : node.fail(`${items.length} ${what}`, `${count} of them`);
}

/** The radial coefficients of a bond as YAML, [n][l][k]. */
export function writtenCoefficients(bond: AceBond): string {
  const { radialCount, lMax, baseCount, coefficients } = bond;
  const row = (n: number, l: number) => {
    const start = coefficientIndex(bond, n, l, 0);
    return flow(coefficients.subarray(start, start + baseCount));
  };
  return flow(
    Array.from({ length: radialCount }, (_, n) =>
      flow(Array.from({ length: lMax + 1 }, (_, l) => row(n, l))),
    ),
  );
}
