import { HIGHER_INVARIANTS } from '../../src/potentials/nep/invariants.js';
import type { NepNetwork, NepParameters, NepZbl } from '../../src/potentials/nep/parameters.js';
import type { NepHeader } from './header.js';

/** Components of the descriptor. */
function dimensionOf(header: NepHeader): number {
  const higher = HIGHER_INVARIANTS.filter((name) => header.invariants[name]).length;
  return header.nMax[0] + 1 + (header.nMax[1] + 1) * (header.lMax + higher) + (header.temperature ? 1 : 0);
}

/** How many numbers stand in each part of the file, in order. */
export function sectionsOf(header: NepHeader): { name: string; count: number }[] {
  const t = header.species.length;
  const { neurons, version, predicts, chargeMode, nMax, basisSize } = header;
  const sets = version >= 4 ? t : 1;
  const one = (dimensionOf(header) + 2) * neurons + (chargeMode > 0 ? neurons : 0) + (version === 5 ? 1 : 0);
  const networks = (one * sets + 1) * (predicts === 'polarizability' ? 2 : 1) + (chargeMode > 0 ? 1 : 0);
  const expansion = (which: 0 | 1) => {
    if (version > 2) return (nMax[which] + 1) * (basisSize[which] + 1) * t * t;
    return t === 1 ? 0 : (nMax[which] + 1) * t * t;
  };
  return [
    { name: 'of the networks', count: networks },
    { name: 'radial coefficients', count: expansion(0) },
    { name: 'angular coefficients', count: expansion(1) },
    { name: 'scalers', count: dimensionOf(header) },
    { name: 'of the flexible ZBL', count: header.zbl === 'flexible' ? 5 * t * (t + 1) : 0 },
  ].filter((section) => section.count > 0);
}

/** The parameters of a header and its numbers, of which there are as many as `sectionsOf` says. */
export function parametersOf(header: NepHeader, numbers: Float64Array): NepParameters {
  let at = 0;
  const take = (count: number) => {
    at += count;
    return numbers.slice(at - count, at);
  };
  const { species, version, neurons, chargeMode, predicts, nMax, basisSize } = header;
  const t = species.length;
  const dimension = dimensionOf(header);
  const network = (): NepNetwork => ({
    w0: take(neurons * dimension),
    b0: take(neurons),
    w1: take(neurons),
    wCharge: chargeMode > 0 ? take(neurons) : undefined,
    bias: version === 5 ? take(1)[0] : 0,
  });
  const networksOf = (): NepNetwork[] => {
    if (version >= 4) return Array.from({ length: t }, network);
    return new Array<NepNetwork>(t).fill(network());
  };
  const networks = networksOf();
  const sqrtEpsilon = chargeMode > 0 ? take(1)[0] : undefined;
  const bias = take(1)[0];
  const scalarNetworks = predicts === 'polarizability' ? networksOf() : undefined;
  const scalarBias = predicts === 'polarizability' ? take(1)[0] : undefined;
  const coefficients = (which: 0 | 1): Float64Array => {
    if (version > 2) return take((nMax[which] + 1) * (basisSize[which] + 1) * t * t);
    return diagonal(nMax[which], t, t === 1 ? undefined : take((nMax[which] + 1) * t * t));
  };
  return {
    version: version === 2 ? 3 : version,
    predicts,
    ...(header.temperature ? { temperatureInput: true as const } : {}),
    chargeMode,
    species,
    radial: { cutoffs: header.radialCutoffs, nMax: nMax[0], basisSize: basisSize[0] },
    angular: { cutoffs: header.angularCutoffs, nMax: nMax[1], basisSize: basisSize[1] },
    lMax: header.lMax,
    invariants: header.invariants,
    neurons,
    dimension,
    networks,
    bias,
    scalarNetworks,
    scalarBias,
    sqrtEpsilon,
    radialCoefficients: coefficients(0),
    angularCoefficients: coefficients(1),
    scaler: take(dimension),
    zbl: zblOf(header.zbl, t, take),
    neighbourLimits: header.neighbourLimits,
  };
}

/**
 * Version 2 has g_n = c_n f_n, with c = 1 where there is one species (Fan et al., J. Phys.: Condens. Matter 34,
 * 125902, 2022): version 3 with c_nk = c_n where k = n, and 0 elsewhere.
 */
function diagonal(nMax: number, t: number, c: Float64Array | undefined): Float64Array {
  const out = new Float64Array((nMax + 1) ** 2 * t * t);
  for (let n = 0; n <= nMax; n++) {
    for (let pair = 0; pair < t * t; pair++) out[n * (nMax + 2) * t * t + pair] = c ? c[n * t * t + pair] : 1;
  }
  return out;
}

function zblOf(zbl: NepHeader['zbl'], t: number, take: (count: number) => Float64Array): NepZbl | undefined {
  if (zbl === undefined) return undefined;
  if (zbl === 'flexible') return { kind: 'flexible', pairs: take(5 * t * (t + 1)) };
  return { kind: 'universal', ...zbl };
}
