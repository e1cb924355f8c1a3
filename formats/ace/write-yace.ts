import type {
  AceBond,
  AceEmbedding,
  AceFunction,
  AceInner,
  AceParameters,
} from '../../src/potentials/ace/parameters.js';
import { writtenCoefficients } from './radial-coefficients.js';
import { flow, flowMap, number, scalar } from './yaml-text.js';

/** A .yace, as LAMMPS and python-ace read it. Reading it back gives the same numbers bit by bit. */
export function* writeYace(parameters: AceParameters): Generator<string> {
  const { species, isolated, splineStep, embeddings, bonds, inner, functions } = parameters;
  yield `elements: ${flow(species.map(scalar))}\nE0: ${flow(isolated)}\n`;
  yield `deltaSplineBins: ${number(splineStep)}\nembeddings:\n`;
  for (const [kind, embedding] of embeddings.entries()) yield `  ${kind}: ${embeddingText(embedding)}\n`;
  yield 'bonds:\n';
  for (const [at, bond] of bonds.entries()) {
    const pair = [Math.floor(at / species.length), at % species.length];
    yield `  ${flow(pair)}: ${bondText(bond, inner)}\n`;
  }
  yield 'functions:\n';
  for (const [centre, own] of functions.entries()) {
    yield own.length > 0 ? `  ${centre}:\n` : `  ${centre}: []\n`;
    for (const f of own) yield `    - ${functionText(f, centre, embeddings[centre].densities)}\n`;
  }
}

function embeddingText({ kind, densities, parameters, coreCutoff, coreWidth }: AceEmbedding): string {
  return flowMap({
    ndensity: densities,
    FS_parameters: flow(parameters),
    npoti: kind,
    rho_core_cutoff: coreCutoff,
    drho_core_cutoff: coreWidth,
  });
}

function bondText(bond: AceBond, inner: AceInner): string {
  return flowMap({
    nradmax: bond.radialCount,
    lmax: bond.lMax,
    nradbasemax: bond.baseCount,
    radbasename: bond.base,
    radparameters: flow(bond.parameters),
    radcoefficients: writtenCoefficients(bond),
    prehc: bond.corePrefactor,
    lambdahc: bond.coreExponent,
    rcut: bond.cutoff,
    dcut: bond.cutoffWidth,
    rcut_in: bond.innerCutoff,
    dcut_in: bond.innerWidth,
    inner_cutoff_type: inner,
  });
}

function functionText(f: AceFunction, centre: number, densities: number): string {
  return flowMap({
    mu0: centre,
    rank: f.rank,
    ndensity: densities,
    num_ms_combs: f.m.length / f.rank,
    mus: flow(f.species),
    ns: flow(f.n),
    ls: flow(f.l),
    ms_combs: flow(f.m),
    ctildes: flow(f.coefficients),
  });
}
