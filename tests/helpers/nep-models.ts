import { uniform } from '../../src/math/random.js';

/** A NEP model of random numbers in the shape that its words say: not physical, but every number counts. */
export interface ModelShape {
  /** The first word: nep4_zbl_charge1, ... */
  dialect: string;
  species: string[];
  /** Behind `zbl` */
  zbl?: string;
  /** Behind `cutoff` */
  cutoff?: string;
  nMax?: [number, number];
  basisSize?: [number, number];
  /** Behind `l_max` */
  lMax?: string;
  neurons?: number;
  seed?: number;
}

/** The text of nep.txt; counts follow the definition of the format, not our reader. */
export function nepText(shape: ModelShape): string {
  const { dialect, species, zbl, cutoff = '5 4 60 40', nMax = [3, 2], basisSize = [4, 3] } = shape;
  const { lMax = '4 2 1', neurons = 4, seed = 1 } = shape;
  const t = species.length;
  const version = Number(/^nep(\d?)/.exec(dialect)?.[1] || 2);
  const [l, ...flags] = lMax.split(' ').map(Number);
  const invariants = l + flags.filter((flag) => flag > 0).length;
  const dimension = nMax[0] + 1 + (nMax[1] + 1) * invariants + (dialect.includes('temperature') ? 1 : 0);
  const networks = version < 4 ? 1 : t;
  const charged = dialect.includes('charge') ? 1 : 0;
  const perNetwork = neurons * (dimension + 2 + charged) + (version === 5 ? 1 : 0);
  const outputs = dialect.includes('polarizability') ? 2 : 1;
  const perPair =
    version > 2
      ? (nMax[0] + 1) * (basisSize[0] + 1) + (nMax[1] + 1) * (basisSize[1] + 1)
      : nMax[0] + nMax[1] + 2;
  const coefficients = version === 2 && t === 1 ? 0 : perPair * t * t;
  const next = uniform(seed);
  const numbers = (count: number, scale: number, shift = 0) =>
    Array.from({ length: count }, () => exponential(shift + scale * (2 * next() - 1)));
  const header = [`${dialect} ${t} ${species.join(' ')}`];
  if (zbl !== undefined) header.push(`zbl ${zbl}`);
  header.push(`cutoff ${cutoff}`, `n_max ${nMax.join(' ')}`);
  if (version > 2) header.push(`basis_size ${basisSize.join(' ')}`);
  header.push(`l_max ${lMax}`, `ANN ${neurons} 0`);
  return [
    ...header,
    ...numbers(outputs * (perNetwork * networks + 1) + charged, 0.5),
    ...numbers(coefficients, 1),
    ...numbers(dimension, 0.04, 0.05),
    ...(zbl === '0 0' ? flexible(t, numbers) : []),
    '',
  ].join('\n');
}

function flexible(t: number, numbers: (count: number, scale: number, shift?: number) => string[]): string[] {
  return Array.from({ length: (t * (t + 1)) / 2 }, () => [
    ...numbers(1, 0.1, 0.8),
    ...numbers(1, 0.2, 1.8),
    ...numbers(8, 0.2, 0.5),
  ]).flat();
}

/** As GPUMD writes: %15.7e. */
function exponential(x: number): string {
  return x
    .toExponential(7)
    .replace(/e([+-])(\d)$/, 'e$10$2')
    .padStart(15);
}
