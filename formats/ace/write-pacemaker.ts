import { PhonolinkError } from '../../src/model/errors.js';
import { shapeOf } from '../../src/potentials/ace/basis.js';
import type {
  AceBasisFunction,
  AceBond,
  AceEmbedding,
  AceInner,
  AceParameters,
} from '../../src/potentials/ace/parameters.js';
import { writtenCoefficients } from './radial-coefficients.js';
import { flow, flowMap, number, scalar } from './yaml-text.js';

/**
 * A B-basis as pacemaker reads it, in blocks by the species that take part. Reading it back gives the same numbers bit
 * by bit.
 * @throws PhonolinkError where there is no B-basis, or something that the format has no place for
 */
export function* writePacemakerYaml(parameters: AceParameters): Generator<string> {
  const { species, isolated, splineStep, embeddings, bonds, inner, basis } = parameters;
  if (!basis)
    throw new PhonolinkError(
      "a C-tilde basis (.yace, .ace) cannot be written as pacemaker's B-basis: the sums over couplings that made it cannot be undone",
      { hint: 'convert the .yaml that pacemaker wrote' },
    );
  if (isolated.some((energy) => energy !== 0))
    throw new PhonolinkError("pacemaker's YAML has no place for energies of isolated atoms");
  if (basis.metadata && Object.keys(basis.metadata).length > 0) {
    yield 'metadata:\n';
    for (const [key, value] of Object.entries(basis.metadata)) yield `  ${scalar(key)}: ${scalar(value)}\n`;
  }
  if (basis.auxdata !== undefined) yield `auxdata: ${plainText(basis.auxdata)}\n`;
  yield `global:\n  DeltaSplineBins: ${number(splineStep)}\nspecies:\n`;
  for (const [centre, functions] of basis.functions.entries()) {
    const row = bonds.slice(centre * species.length, (centre + 1) * species.length);
    for (const { members, own } of grouped(functions, centre, row)) {
      yield `  - speciesblock: ${members.map((kind) => species[kind]).join(' ')}\n`;
      if (members.length === 1) yield embeddingText(embeddings[centre]);
      if (members.length <= 2) yield bondText(bonds[centre * species.length + (members[1] ?? centre)], inner);
      yield own.length > 0 ? '    nbody:\n' : '    nbody: []\n';
      for (const f of own) yield `      - ${functionText(f, centre, species)}\n`;
    }
  }
}

interface Group {
  /** Species, that of the centre first. */
  readonly members: readonly number[];
  readonly own: AceBasisFunction[];
}

/**
 * Functions by the set of their species, in the order of these; each bond of the centre has a group, and its own, which
 * pacemaker needs first, comes first.
 */
function grouped(functions: readonly AceBasisFunction[], centre: number, bonds: readonly AceBond[]): Group[] {
  const groups = new Map<string, Group>();
  const group = (neighbours: Iterable<number>) => {
    const others = [...new Set(neighbours)].filter((kind) => kind !== centre).sort((a, b) => a - b);
    const members = [centre, ...others];
    const found = groups.get(members.join(' ')) ?? { members, own: [] };
    groups.set(members.join(' '), found);
    return found;
  };
  group([]);
  bonds.forEach((bond, neighbour) => {
    if (!absent(bond)) group([neighbour]);
  });
  for (const f of functions) group(f.species).own.push(f);
  return [...groups.values()].sort((a, b) => {
    const text = ({ members }: Group) => members.map((kind) => String.fromCharCode(kind)).join('');
    return text(a) < text(b) ? -1 : 1;
  });
}

/** Whether a pair does not interact, as where no block says anything of its bond. */
function absent({ baseCount, radialCount, corePrefactor }: AceBond): boolean {
  return baseCount === 0 && radialCount === 0 && corePrefactor === 0;
}

function embeddingText({ kind, densities, parameters, coreCutoff, coreWidth }: AceEmbedding): string {
  return lines({
    ndensityi: densities,
    npoti: kind,
    parameters: flow(parameters),
    rho_core_cut: coreCutoff,
    drho_core_cut: coreWidth,
  });
}

function bondText(bond: AceBond, inner: AceInner): string {
  return lines({
    nradmaxi: bond.radialCount,
    lmaxi: bond.lMax,
    rcutij: bond.cutoff,
    dcutij: bond.cutoffWidth,
    NameOfCutoffFunctionij: 'cos',
    r_in: bond.innerCutoff,
    delta_in: bond.innerWidth,
    inner_cutoff_type: inner,
    nradbaseij: bond.baseCount,
    radbase: bond.base,
    radparameters: flow(bond.parameters),
    radcoefficients: writtenCoefficients(bond),
    'core-repulsion': flow([bond.corePrefactor, bond.coreExponent]),
  });
}

function functionText(f: AceBasisFunction, centre: number, species: readonly string[]): string {
  const shape = shapeOf(f);
  return flowMap({
    type: [centre, ...shape.species].map((kind) => species[kind]).join(' '),
    nr: flow(shape.n),
    nl: flow(shape.l),
    ...(f.rank > 2 && { lint: flow(shape.coupled) }),
    c: flow(shape.coefficients),
  });
}

/** Keys of a block, each on its line. */
function lines(entries: Readonly<Record<string, string | number>>): string {
  return Object.entries(entries)
    .map(([key, value]) => `    ${key}: ${typeof value === 'number' ? number(value) : value}\n`)
    .join('');
}

/** Texts, lists and maps in flow style. */
function plainText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(plainText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return scalar(String(value));
  const parts = Object.entries(value).map(([key, part]) => `${scalar(key)}: ${plainText(part)}`);
  return `{${parts.join(', ')}}`;
}
