import { PhonolinkError } from '../src/model/errors.js';
import { basisFunctions, evaluatedFunctions } from '../src/potentials/ace/basis.js';
import { speciesProblem } from '../src/potentials/ace/check.js';
import { createCouple } from '../src/potentials/ace/couplings.js';
import type { AceParameters } from '../src/potentials/ace/parameters.js';
import { type AcePotential, createAcePotential, isAcePotential } from '../src/potentials/ace/potential.js';
import { blockFunctions } from './ace/block-functions.js';
import { blockBonds, blockEmbeddings } from './ace/block-parts.js';
import { readBlock } from './ace/blocks.js';
import { checked, splineStepOf } from './ace/parts.js';
import { writePacemakerYaml } from './ace/write-pacemaker.js';
import type { TextReader } from './io/text.js';
import { parseYaml } from './io/yaml.js';
import type { Yaml } from './io/yaml-value.js';
import type { PotentialFormat } from './potential-format.js';

export const PACEMAKER_YAML: PotentialFormat<AcePotential> = {
  name: 'pacemaker',
  title: 'ACE, B-basis of pacemaker (.yaml)',
  recognises: (filename, head) =>
    head === ''
      ? /\.ya?ml$/i.test(filename)
      : /^\s*-?\s*speciesblock\s*:/m.test(head) || /^\s+DeltaSplineBins\s*:/m.test(head),
  read: async (text) => createAcePotential(await readPacemakerYaml(text)),
  async *write(potential) {
    if (!isAcePotential(potential))
      throw new PhonolinkError("only an ACE potential can be written as pacemaker's YAML");
    yield* writePacemakerYaml(potential.parameters);
  },
};

/**
 * Reads a B-basis of pacemaker: blocks of one, two and more species with their functions. What a block of two species
 * leaves out is taken from that of the other order. Functions marked `skip` are checked and left out.
 * @throws FormatError, nothing else
 */
export async function readPacemakerYaml(text: TextReader): Promise<AceParameters> {
  const root = parseYaml(await text.rest(), text.file);
  const step = root.get('global').get('DeltaSplineBins');
  const splineStep = splineStepOf(step.real('the spline step'), step);
  const list = root.get('species');
  const blocks = list.list('blocks of species').map(readBlock);
  const species = [...new Set(blocks.flatMap((block) => block.species))].sort();
  const embeddings = blockEmbeddings(blocks, species, list);
  const { bonds, inner } = blockBonds(blocks, species, splineStep);
  checked(speciesProblem(species, inner), list);
  const couple = createCouple();
  const functions = species.map((_, centre) =>
    basisFunctions(
      blockFunctions(blocks, centre, { species, bonds, densities: embeddings[centre].densities }, couple),
      couple,
    ),
  );
  return {
    species,
    isolated: new Float64Array(species.length),
    splineStep,
    embeddings,
    bonds,
    inner,
    functions: functions.map(evaluatedFunctions),
    basis: { functions, ...carried(root) },
  };
}

function carried(root: Yaml) {
  const metadata = root.find('metadata');
  const auxdata = root.find('auxdata');
  return {
    ...(metadata && {
      metadata: Object.fromEntries(
        metadata.entries('metadata').map(({ key, value }) => [key.text('a name'), value.text('a text')]),
      ),
    }),
    ...(auxdata && { auxdata: auxdata.plain() }),
  };
}
