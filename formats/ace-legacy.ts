import {
  bondProblem,
  embeddingProblem,
  functionProblem,
  speciesProblem,
} from '../src/potentials/ace/check.js';
import type { AceBond, AceEmbedding, AceFunction, AceParameters } from '../src/potentials/ace/parameters.js';
import { type AcePotential, createAcePotential } from '../src/potentials/ace/potential.js';
import { checked, embeddingOf, radialBaseOf, splineStepOf } from './ace/parts.js';
import { coefficientIndex, coefficientRoom } from './ace/radial-coefficients.js';
import { Scanner } from './ace/scanner.js';
import type { TextReader } from './io/text.js';
import type { PotentialFormat } from './potential-format.js';

export const ACE_LEGACY: PotentialFormat<AcePotential> = {
  name: 'ace',
  title: 'ACE, C-tilde basis of LAMMPS before 2022 (.ace)',
  recognises: (filename, head) =>
    head === ''
      ? /\.ace$/i.test(filename)
      : /^[ \t]*nelements=\s*\d/m.test(head) && /^[ \t]*elements:/m.test(head),
  read: async (text) => createAcePotential(await readAceLegacy(text)),
};

/**
 * Reads the text format .ace that came before .yace. Lines before `nelements=` are comments; without an
 * `embedding-function` a linear one is meant; without `E0` isolated atoms have the energy 0. All species share the
 * embedding and the numbers of radial functions.
 * @throws FormatError, nothing else
 */
export async function readAceLegacy(text: TextReader): Promise<AceParameters> {
  const scanner = new Scanner(await text.rest(), text.file);
  scanner.seek('nelements=');
  scanner.label('nelements=');
  const count = scanner.integer('the number of elements', 1, 255);
  scanner.label('elements:');
  const species = Array.from({ length: count }, () => scanner.word('an element'));
  checked(speciesProblem(species, 'density'), scanner);
  scanner.label('lmax=');
  const lMax = scanner.integer('lmax', 0, 100);
  const shared = sharedEmbedding(scanner);
  scanner.label('core energy-cutoff parameters:');
  const cores = species.map(() => scanner.reals(2, 'a core cutoff'));
  const isolated = scanner.try('E0:') ? scanner.reals(count, 'E0') : species.map(() => 0);
  const { bonds, splineStep } = readBonds(scanner, count, lMax);
  scanner.label('rankmax=');
  scanner.integer('rankmax', 0, 127);
  scanner.label('ndensitymax=');
  const densities = scanner.integer('ndensitymax', 1, 255);
  const embeddings = cores.map(
    ([coreCutoff, coreWidth]): AceEmbedding => ({ ...shared, densities, coreCutoff, coreWidth }),
  );
  for (const embedding of embeddings) checked(embeddingProblem(embedding), scanner);
  scanner.label('num_c_tilde_max=');
  scanner.word('num_c_tilde_max');
  scanner.label('num_ms_combinations_max=');
  scanner.word('num_ms_combinations_max');
  const pairs = readFunctions(scanner, 'total_basis_size_rank1:', bonds, densities, count);
  const others = readFunctions(scanner, 'total_basis_size:', bonds, densities, count);
  scanner.end();
  return {
    species,
    isolated: Float64Array.from(isolated),
    splineStep,
    embeddings,
    bonds,
    inner: 'density',
    functions: pairs.map((own, kind) => [...own, ...others[kind]]),
  };
}

function sharedEmbedding(scanner: Scanner): Pick<AceEmbedding, 'kind' | 'parameters'> {
  const named = scanner.try('embedding-function:');
  const kind = named ? embeddingOf(scanner.word('an embedding'), scanner) : 'FinnisSinclair';
  const count = scanner.integer('the number of FS parameters', 0, 510);
  scanner.label('FS parameters:');
  const parameters = scanner.reals(count, 'an FS parameter');
  if (!named && parameters.some((value, i) => i % 2 === 1 && value !== 1))
    scanner.fail(
      'an embedding with exponents other than 1 and no name',
      'embedding-function: before the FS parameters',
    );
  return { kind, parameters: Float64Array.from(parameters) };
}

function readBonds(scanner: Scanner, count: number, lMax: number): { bonds: AceBond[]; splineStep: number } {
  scanner.label('radbasename=');
  const base = radialBaseOf(scanner.word('a radial basis'), scanner);
  scanner.label('nradbase=');
  const baseCount = scanner.integer('nradbase', 0, 255);
  scanner.label('nradmax=');
  const radialCount = scanner.integer('nradmax', 0, 255);
  scanner.label('cutoffmax=');
  scanner.real('cutoffmax');
  scanner.label('deltaSplineBins=');
  const splineStep = splineStepOf(scanner.real('deltaSplineBins'), scanner);
  const pairs = count * count;
  scanner.label('core repulsion parameters:');
  const cores = Array.from({ length: pairs }, () => scanner.reals(2, 'a core repulsion'));
  scanner.label('radparameter=');
  const parameters = scanner.reals(pairs, 'a radial parameter');
  scanner.label('cutoff=');
  const cutoffs = scanner.reals(pairs, 'a cutoff');
  scanner.label('dcut=');
  const widths = scanner.reals(pairs, 'the width of a cutoff');
  scanner.label('crad=');
  const bonds = cores.map(([corePrefactor, coreExponent], pair): AceBond => {
    const counts = { baseCount, radialCount, lMax };
    const coefficients = coefficientRoom(counts);
    for (let k = 0; k < baseCount; k++)
      for (let n = 0; n < radialCount; n++)
        for (let l = 0; l <= lMax; l++)
          coefficients[coefficientIndex(counts, n, l, k)] = scanner.real('a radial coefficient');
    return {
      base,
      parameters: [parameters[pair]],
      cutoff: cutoffs[pair],
      cutoffWidth: widths[pair],
      ...counts,
      coefficients,
      corePrefactor,
      coreExponent,
      innerCutoff: 0,
      innerWidth: 0,
    };
  });
  for (const bond of bonds) checked(bondProblem(bond, splineStep), scanner);
  return { bonds, splineStep };
}

/** [s] functions: their numbers for each species, then all of them. */
function readFunctions(
  scanner: Scanner,
  label: string,
  bonds: readonly AceBond[],
  densities: number,
  count: number,
): AceFunction[][] {
  scanner.label(label);
  const sizes = scanner.integers(count, 'a number of functions', 0, 1e8);
  return sizes.map((size, centre) => {
    const functions: AceFunction[] = [];
    while (functions.length < size) {
      const f = readFunction(scanner, centre, densities);
      if ((f.rank === 1) !== (label === 'total_basis_size_rank1:'))
        scanner.fail(`a function of rank ${f.rank}`, `one that belongs to '${label}'`);
      checked(functionProblem(f, bonds.slice(centre * count, (centre + 1) * count)), scanner);
      functions.push(f);
    }
    return functions;
  });
}

function readFunction(scanner: Scanner, centre: number, densities: number): AceFunction {
  scanner.label('ctilde_basis_func:');
  scanner.label('rank=');
  const rank = scanner.integer('the rank', 1, 127);
  scanner.label('ndens=');
  scanner.integer('the number of densities', densities, densities);
  scanner.label('mu0=');
  scanner.integer('the species of the centre', centre, centre);
  const row = (name: string) => {
    scanner.label(`${name}=(`);
    const numbers = scanner.integers(rank, name, 0, 255);
    scanner.label(')');
    return Uint8Array.from(numbers);
  };
  const [species, n, l] = ['mu', 'n', 'l'].map(row);
  scanner.label('num_ms=');
  const products = scanner.integer('the number of products', 0, 1e8);
  const m: number[] = [];
  const coefficients: number[] = [];
  for (let product = 0; product < products; product++) {
    scanner.label('<');
    m.push(...scanner.integers(rank, 'm', -127, 127));
    scanner.label('>:');
    coefficients.push(...scanner.reals(densities, 'a coefficient'));
  }
  return {
    rank,
    species,
    n,
    l,
    m: Int8Array.from(m),
    coefficients: Float64Array.from(coefficients),
  };
}
