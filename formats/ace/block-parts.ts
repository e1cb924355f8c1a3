import { bondProblem, embeddingProblem } from '../../src/potentials/ace/check.js';
import type { AceBond, AceEmbedding, AceInner } from '../../src/potentials/ace/parameters.js';
import type { Yaml } from '../io/yaml-value.js';
import type { Block } from './blocks.js';
import { checked, embeddingOf, innerOf, NO_BOND, radialBaseOf } from './parts.js';
import { flatCoefficients, nestedCoefficients } from './radial-coefficients.js';

/** [s] the embeddings, which the blocks of one species have. */
export function blockEmbeddings(
  blocks: readonly Block[],
  species: readonly string[],
  list: Yaml,
): AceEmbedding[] {
  return species.map((symbol) => {
    const own = blocks.filter(({ name }) => name === symbol);
    if (own.length > 1) own[1].node.fail(`a second block ${symbol}`, 'one');
    return own.length === 1
      ? embedding(own[0].node)
      : list.fail(`no block ${symbol}`, `a speciesblock: ${symbol}`);
  });
}

function embedding(node: Yaml): AceEmbedding {
  const name = node.get('npoti');
  const made: AceEmbedding = {
    kind: embeddingOf(name.text('an embedding'), name),
    densities: node.get('ndensityi').integer('the number of densities'),
    parameters: Float64Array.from(node.get('parameters').reals('a parameter of the embedding')),
    coreCutoff: node.find('rho_core_cut')?.real('the core cutoff') ?? 100000,
    coreWidth: node.find('drho_core_cut')?.real('its width') ?? 250,
  };
  checked(embeddingProblem(made), node.get('parameters'));
  return made;
}

type Radial = Pick<
  AceBond,
  'base' | 'parameters' | 'cutoff' | 'cutoffWidth' | 'baseCount' | 'radialCount' | 'lMax' | 'coefficients'
>;
type Core = Pick<AceBond, 'corePrefactor' | 'coreExponent'>;

/** What a block of one or two species says of its bond; what it leaves out is undefined. */
interface BlockBond {
  readonly node: Yaml;
  readonly radial?: Radial;
  readonly core?: Core;
  readonly innerCutoff?: number;
  readonly innerWidth?: number;
  readonly inner?: AceInner;
}

/** [s * s] the bonds of the blocks of one and two species. A pair without a block does not interact. */
export function blockBonds(
  blocks: readonly Block[],
  species: readonly string[],
  splineStep: number,
): { bonds: AceBond[]; inner: AceInner } {
  const said = new Map<string, BlockBond>();
  for (const block of blocks) {
    if (block.species.length > 2) continue;
    if (said.has(block.name)) block.node.fail(`a second block ${block.name}`, 'one');
    said.set(block.name, blockBond(block.node));
  }
  let inner: AceInner | undefined;
  const bonds = species.flatMap((centre) =>
    species.map((neighbour) => {
      const name = (first: string, second: string) => (first === second ? first : `${first} ${second}`);
      const own = said.get(name(centre, neighbour));
      if (!own) return NO_BOND;
      const dual = said.get(name(neighbour, centre));
      const made = joined(own, dual);
      checked(bondProblem(made, splineStep), own.node);
      const type = own.inner ?? dual?.inner ?? 'density';
      if (inner !== undefined && type !== inner)
        own.node.fail(`the inner cutoff ${type} beside ${inner}`, 'the same inner_cutoff_type in all blocks');
      inner = type;
      return made;
    }),
  );
  return { bonds, inner: inner ?? 'density' };
}

function blockBond(node: Yaml): BlockBond {
  const core = node.find('core-repulsion')?.reals('a parameter of the core repulsion');
  if (core && core.length !== 2)
    node.get('core-repulsion').fail(`${core.length} numbers`, 'two: prefactor and exponent');
  const type = node.find('inner_cutoff_type');
  return {
    node,
    radial: radial(node),
    core: core && { corePrefactor: core[0], coreExponent: core[1] },
    innerCutoff: node.find('r_in')?.real('the inner cutoff'),
    innerWidth: node.find('delta_in')?.real('the width of the inner cutoff'),
    inner: type && innerOf(type.text('an inner cutoff'), type),
  };
}

const RADIAL_KEYS = ['nradmaxi', 'nradbaseij', 'radbase', 'radparameters', 'radcoefficients'];

function radial(node: Yaml): Radial | undefined {
  if (!node.find('lmaxi')) {
    const lone = RADIAL_KEYS.find((key) => node.find(key));
    return lone
      ? node.get(lone).fail(`${lone} without lmaxi`, 'all of the radial functions or none')
      : undefined;
  }
  const name = node.get('radbase');
  const counts = {
    baseCount: node.get('nradbaseij').integer('the number of base functions'),
    radialCount: node.get('nradmaxi').integer('the number of radial functions'),
    lMax: node.get('lmaxi').integer('the largest angular momentum'),
  };
  const list = node.get('radcoefficients');
  const flat = list.list('radial coefficients')[0]?.kind === 'scalar';
  return {
    base: radialBaseOf(name.text('a radial basis'), name),
    parameters: node.get('radparameters').reals('a parameter of the radial functions'),
    ...counts,
    coefficients: flat ? flatCoefficients(list, counts) : nestedCoefficients(list, counts),
    cutoff: node.get('rcutij').real('the cutoff'),
    cutoffWidth: node.get('dcutij').real('the width of the cutoff'),
  };
}

/** A bond of what its block says and else of what that of the other order says. */
function joined(own: BlockBond, dual: BlockBond | undefined): AceBond {
  const choose = <T>(mine: T | undefined, other: T | undefined, what: string): T | undefined => {
    if (
      mine !== undefined &&
      other !== undefined &&
      JSON.stringify(flat(mine)) !== JSON.stringify(flat(other))
    )
      own.node.fail(
        `${what} other than that of the block of the other order (line ${dual?.node.line})`,
        'the same for both',
      );
    return mine ?? other;
  };
  choose(own.inner, dual?.inner, 'an inner_cutoff_type');
  const radial = choose(own.radial, dual?.radial, 'a radial basis');
  if (!radial) own.node.fail('no radial functions', 'lmaxi, nradmaxi, nradbaseij, radbase and the others');
  const core = choose(own.core, dual?.core, 'a core repulsion');
  return {
    ...radial,
    ...(core ?? { corePrefactor: 0, coreExponent: 0 }),
    innerCutoff: choose(own.innerCutoff, dual?.innerCutoff, 'an r_in') ?? 0,
    innerWidth: choose(own.innerWidth, dual?.innerWidth, 'a delta_in') ?? 0,
  };
}

/** Plain numbers and texts to compare by. */
function flat(value: unknown): unknown {
  if (value instanceof Float64Array) return Array.from(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, flat(part)]));
}
