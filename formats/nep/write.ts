import { PhonolinkError } from '../../src/model/errors.js';
import { HIGHER_INVARIANTS } from '../../src/potentials/nep/invariants.js';
import type { NepNetwork, NepParameters } from '../../src/potentials/nep/parameters.js';

/**
 * nep.txt of a model, as GPUMD and calorine read it: the old l_max syntax wherever it can say what the model has.
 * Reading it back gives the same numbers bit by bit.
 * @throws PhonolinkError where the version has no such dialect (charges are of version 4)
 */
export function writeNep(parameters: NepParameters): string {
  const { species, zbl, radial, angular, neurons } = parameters;
  const lines = [`${dialectOf(parameters)} ${species.length} ${species.join(' ')}`];
  if (zbl?.kind === 'flexible') lines.push('zbl 0 0');
  else if (zbl)
    lines.push(['zbl', zbl.inner, zbl.outer, ...(zbl.factor === undefined ? [] : [zbl.factor])].join(' '));
  lines.push(
    cutoffLine(parameters),
    `n_max ${radial.nMax} ${angular.nMax}`,
    `basis_size ${radial.basisSize} ${angular.basisSize}`,
    lMaxLine(parameters),
    `ANN ${neurons} 0`,
  );
  for (const numbers of numbersOf(parameters)) for (const x of numbers) lines.push(exponential(x));
  lines.push('');
  return lines.join('\n');
}

/** The first word: nep4_zbl_charge1, ... */
function dialectOf({ version, zbl, predicts, chargeMode, temperatureInput }: NepParameters): string {
  const suffix =
    (zbl ? '_zbl' : '') +
    (predicts === 'energy' ? '' : `_${predicts}`) +
    (chargeMode === 0 ? '' : `_charge${chargeMode}`) +
    (temperatureInput ? '_temperature' : '');
  const name = `nep${version}${suffix}`;
  const impossible =
    (version === 5 && suffix !== '' && suffix !== '_zbl') ||
    (version === 3 && chargeMode !== 0) ||
    (zbl && predicts !== 'energy');
  if (impossible)
    throw new PhonolinkError(`there is no NEP dialect ${name}, so this model cannot be written`);
  return name;
}

function cutoffLine({ radial, angular, neighbourLimits }: NepParameters): string {
  const each = Array.from(radial.cutoffs, (rc, i) => `${rc} ${angular.cutoffs[i]}`);
  const same = new Set(each).size === 1;
  return ['cutoff', ...(same ? each.slice(0, 1) : each), ...neighbourLimits].join(' ');
}

function lMaxLine({ lMax, invariants }: NepParameters): string {
  const flags = HIGHER_INVARIANTS.map((name) => (invariants[name] ? 1 : 0));
  const used = flags.lastIndexOf(1) + 1;
  // Programs from before the flags know 0|2 and 0|1 only, those after read both.
  return used <= 2
    ? `l_max ${lMax} ${2 * flags[0]} ${flags[1]}`
    : `l_max ${lMax} ${flags.slice(0, used).join(' ')}`;
}

function* numbersOf(parameters: NepParameters): Generator<ArrayLike<number> & Iterable<number>> {
  const { version, networks, scalarNetworks, sqrtEpsilon, bias, scalarBias, zbl } = parameters;
  yield* networkNumbers(version, networks);
  if (sqrtEpsilon !== undefined) yield [sqrtEpsilon];
  yield [bias];
  if (scalarNetworks) {
    yield* networkNumbers(version, scalarNetworks);
    yield [scalarBias ?? 0];
  }
  yield parameters.radialCoefficients;
  yield parameters.angularCoefficients;
  yield parameters.scaler;
  if (zbl?.kind === 'flexible') yield zbl.pairs;
}

function* networkNumbers(version: number, networks: readonly NepNetwork[]) {
  for (const network of version === 3 ? networks.slice(0, 1) : networks) {
    yield network.w0;
    yield network.b0;
    yield network.w1;
    if (network.wCharge) yield network.wCharge;
    if (version === 5) yield [network.bias];
  }
}

/** Eight digits, as the programs write them, where these are the number; all its digits otherwise. */
function exponential(x: number): string {
  const short = x.toExponential(7);
  const text = Number(short) === x ? short : x.toExponential();
  const padded = text.replace(/e([+-])(\d)$/, 'e$10$2');
  return (Object.is(x, -0) ? `-${padded}` : padded).padStart(15);
}
