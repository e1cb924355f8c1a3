import { PhonolinkError } from '../src/model/errors.js';
import {
  bondProblem,
  embeddingProblem,
  functionProblem,
  speciesProblem,
} from '../src/potentials/ace/check.js';
import type {
  AceBond,
  AceEmbedding,
  AceFunction,
  AceInner,
  AceParameters,
} from '../src/potentials/ace/parameters.js';
import { type AcePotential, createAcePotential, isAcePotential } from '../src/potentials/ace/potential.js';
import { checked, embeddingOf, innerOf, radialBaseOf, splineStepOf } from './ace/parts.js';
import { nestedCoefficients } from './ace/radial-coefficients.js';
import { writeYace } from './ace/write-yace.js';
import type { TextReader } from './io/text.js';
import { parseYaml } from './io/yaml.js';
import type { Yaml } from './io/yaml-value.js';
import type { PotentialFormat } from './potential-format.js';

export const YACE: PotentialFormat<AcePotential> = {
  name: 'yace',
  title: 'ACE, C-tilde basis (.yace)',
  recognises: (filename, head) =>
    head === ''
      ? /\.yace$/i.test(filename)
      : !/^\s*nelements=/m.test(head) &&
        /^(deltaSplineBins|embeddings|bonds|functions):/m.test(head) &&
        (/\.yace$/i.test(filename) || /^elements:/m.test(head)),
  read: async (text) => createAcePotential(await readYace(text)),
  async *write(potential) {
    if (!isAcePotential(potential)) throw new PhonolinkError('only an ACE potential can be written as .yace');
    yield* writeYace(potential.parameters);
  },
};

/**
 * Reads a .yace: the C-tilde basis that pacemaker's pace_yaml2yace writes and LAMMPS (pair_style pace) and python-ace
 * read.
 * @throws FormatError, nothing else
 */
export async function readYace(text: TextReader): Promise<AceParameters> {
  const root = parseYaml(await text.rest(), text.file);
  const elements = root.get('elements');
  const species = elements.list('elements').map((item) => item.text('an element'));
  const isolated = root.get('E0').reals('the energy of an isolated atom');
  if (isolated.length !== species.length)
    root.get('E0').fail(`${isolated.length} energies of isolated atoms`, `${species.length}`);
  const step = root.get('deltaSplineBins');
  const splineStep = splineStepOf(step.real('the spline step'), step);
  const embeddings = eachSpecies(root.get('embeddings'), species.length, 'embeddings').map(embedding);
  const { bonds, inner } = readBonds(root.get('bonds'), species.length, splineStep);
  checked(speciesProblem(species, inner), elements);
  const functions = eachSpecies(root.get('functions'), species.length, 'functions').map((node, centre) =>
    readFunctions(
      node,
      centre,
      embeddings[centre].densities,
      bonds.slice(centre * species.length, (centre + 1) * species.length),
    ),
  );
  return { species, isolated: Float64Array.from(isolated), splineStep, embeddings, bonds, inner, functions };
}

/** The values of a map whose keys are the numbers of the species, in their order. */
function eachSpecies(node: Yaml, count: number, what: string): Yaml[] {
  const found: Yaml[] = [];
  for (const { key, value } of node.entries(what)) {
    const kind = key.integer('the number of a species');
    if (kind < 0 || kind >= count) key.fail(`the species ${kind}`, `one from 0 to ${count - 1}`);
    if (found[kind]) key.fail(`${what} of the species ${kind} twice`, 'each species once');
    found[kind] = value;
  }
  for (let kind = 0; kind < count; kind++)
    if (!found[kind]) node.fail(`no ${what} of the species ${kind}`, `${what} of ${count} species`);
  return found;
}

function embedding(node: Yaml): AceEmbedding {
  const name = node.get('npoti');
  const made: AceEmbedding = {
    kind: embeddingOf(name.text('an embedding'), name),
    densities: node.get('ndensity').integer('the number of densities'),
    parameters: Float64Array.from(node.get('FS_parameters').reals('a parameter of the embedding')),
    coreCutoff: node.get('rho_core_cutoff').real('the core cutoff'),
    coreWidth: node.get('drho_core_cutoff').real('its width'),
  };
  checked(embeddingProblem(made), node);
  return made;
}

function readBonds(node: Yaml, count: number, splineStep: number): { bonds: AceBond[]; inner: AceInner } {
  const bonds: AceBond[] = [];
  let inner: AceInner | undefined;
  for (const { key, value } of node.entries('bonds')) {
    const pair = key.integers('the number of a species');
    if (pair.length !== 2 || pair.some((kind) => kind < 0 || kind >= count))
      key.fail(`a bond of the species ${pair.join(', ')}`, `two numbers from 0 to ${count - 1}`);
    const at = pair[0] * count + pair[1];
    if (bonds[at]) key.fail(`the bond [${pair.join(', ')}] twice`, 'each bond once');
    bonds[at] = bond(value, splineStep);
    const type = value.find('inner_cutoff_type');
    const own = type ? innerOf(type.text('an inner cutoff'), type) : 'density';
    if (inner !== undefined && own !== inner)
      value.fail(`the inner cutoff ${own} beside ${inner}`, 'the same inner cutoff for all bonds');
    inner = own;
  }
  for (let at = 0; at < count * count; at++) {
    if (!bonds[at])
      node.fail(`no bond [${Math.floor(at / count)}, ${at % count}]`, `the bonds of ${count} species`);
  }
  return { bonds, inner: inner ?? 'density' };
}

function bond(node: Yaml, splineStep: number): AceBond {
  const name = node.get('radbasename');
  const base = radialBaseOf(name.text('a radial basis'), name);
  const counts = {
    baseCount: node.get('nradbasemax').integer('the number of base functions'),
    radialCount: node.get('nradmax').integer('the number of radial functions'),
    lMax: node.get('lmax').integer('the largest angular momentum'),
  };
  const made: AceBond = {
    base,
    parameters: node.get('radparameters').reals('a parameter of the radial functions'),
    ...counts,
    coefficients: nestedCoefficients(node.get('radcoefficients'), counts),
    cutoff: node.get('rcut').real('the cutoff'),
    cutoffWidth: node.get('dcut').real('the width of the cutoff'),
    corePrefactor: node.get('prehc').real('the core repulsion'),
    coreExponent: node.get('lambdahc').real('the core repulsion'),
    innerCutoff: node.find('rcut_in')?.real('the inner cutoff') ?? 0,
    innerWidth: node.find('dcut_in')?.real('the width of the inner cutoff') ?? 0,
  };
  checked(bondProblem(made, splineStep), node);
  return made;
}

/** Rank 1 first, otherwise in the order of the file. */
function readFunctions(
  node: Yaml,
  centre: number,
  densities: number,
  bonds: readonly AceBond[],
): AceFunction[] {
  const all = node.list('functions').map((item) => readFunction(item, centre, densities, bonds));
  return [...all.filter(({ rank }) => rank === 1), ...all.filter(({ rank }) => rank > 1)];
}

function readFunction(node: Yaml, centre: number, densities: number, bonds: readonly AceBond[]): AceFunction {
  const rank = node.get('rank').integer('the rank');
  const products = node.get('num_ms_combs').integer('the number of products');
  const mu0 = node.get('mu0').integer('the species of the centre');
  const ndensity = node.get('ndensity').integer('the number of densities');
  if (mu0 !== centre) node.fail(`mu0 ${mu0}`, `${centre}, the species whose functions these are`);
  if (ndensity !== densities) node.fail(`${ndensity} densities`, `${densities}, as the embedding has`);
  if (rank < 1) node.fail(`rank ${rank}`, 'a rank of 1 or more');
  const row = (key: string, count: number, low: number, high: number) => {
    const list = node.get(key);
    const numbers = list.integers(key);
    if (numbers.length !== count) list.fail(`${numbers.length} numbers in ${key}`, `${count}`);
    const outside = numbers.find((x) => x < low || x > high);
    if (outside !== undefined) list.fail(`${outside} in ${key}`, `numbers from ${low} to ${high}`);
    return numbers;
  };
  const coefficients = node.get('ctildes').reals('a coefficient');
  if (coefficients.length !== products * densities)
    node.get('ctildes').fail(`${coefficients.length} coefficients`, `${products} times ${densities}`);
  const f: AceFunction = {
    rank,
    species: Uint8Array.from(row('mus', rank, 0, 255)),
    n: Uint8Array.from(row('ns', rank, 0, 255)),
    l: Uint8Array.from(row('ls', rank, 0, 255)),
    m: Int8Array.from(row('ms_combs', products * rank, -128, 127)),
    coefficients: Float64Array.from(coefficients),
  };
  checked(functionProblem(f, bonds), node);
  return f;
}
