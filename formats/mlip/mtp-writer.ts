import { isTrained, type MtpParameters } from '../../src/potentials/mtp/parameters.js';

/** The tag's end that names the species, as we write it: MLIP reads over the tag. */
const SPECIES = /(?:^|\s)species((?: \S+)+)$/;

/** A potential_tag as it stands, the species that its end names, and what stands before them. */
export function splitTag(tag: string | undefined): { whole?: string; rest?: string; species?: string[] } {
  const match = tag === undefined ? null : SPECIES.exec(tag);
  const species = match?.[1].trim().split(' ');
  if (!match || !species || new Set(species).size !== species.length) return { whole: tag };
  return { whole: tag, rest: tag!.slice(0, match.index), species };
}

/**
 * .mtp of a potential, as MLIP-2 writes it: what was read from a file of MLIP's comes out byte for byte but for blanks at
 * the ends of lines. Reading it back gives the same numbers bit by bit.
 */
export function* writeMtp(parameters: MtpParameters): Generator<string> {
  const { label, types, species, named, scaling, radial, basis } = parameters;
  const number = isTrained(parameters) ? exponential : plain;
  const tag = [...(label.tag ? [label.tag] : []), ...(named ? ['species', ...species] : [])].join(' ');
  yield 'MTP\nversion = 1.1.0\n';
  if (label.name !== undefined) yield `potential_name = ${label.name}\n`;
  if (scaling !== undefined) yield `scaling = ${number(scaling)}\n`;
  if (types) yield `species_count = ${types.length}\n`;
  if (label.tag !== undefined || tag !== '') yield `potential_tag = ${tag}\n`;
  yield `radial_basis_type = ${radial.type}\n`;
  yield `\tmin_dist = ${number(radial.minimum)}\n\tmax_dist = ${number(radial.maximum)}\n`;
  yield `\tradial_basis_size = ${radial.size}\n\tradial_funcs_count = ${radial.functions}\n`;
  yield* radialCoefficients(parameters);
  yield `alpha_moments_count = ${basis.moments}\nalpha_index_basic_count = ${basis.basic.length / 4}\n`;
  yield `alpha_index_basic = ${table(basis.basic)}\nalpha_index_times_count = ${basis.times.length / 4}\n`;
  yield `alpha_index_times = ${table(basis.times)}\nalpha_scalar_moments = ${basis.scalars.length}\n`;
  yield `alpha_moment_mapping = {${basis.scalars.join(', ')}}\n`;
  if (parameters.speciesCoefficients) yield `species_coeffs = ${list(parameters.speciesCoefficients)}\n`;
  if (parameters.momentCoefficients) yield `moment_coeffs = ${list(parameters.momentCoefficients)}\n`;
}

function* radialCoefficients({ types, radial, radialCoefficients: all }: MtpParameters): Generator<string> {
  if (!all || !types) return;
  const { size, functions } = radial;
  yield '\tradial_coeffs\n';
  let at = 0;
  for (const i of types) {
    for (const j of types) {
      yield `\t\t${i}-${j}\n`;
      for (let mu = 0; mu < functions; mu++, at += size) yield `\t\t\t${list(all.subarray(at, at + size))}\n`;
    }
  }
}

function table(rows: Int32Array): string {
  const parts: string[] = [];
  for (let k = 0; k < rows.length; k += 4) parts.push(`{${rows.subarray(k, k + 4).join(', ')}}`);
  return `{${parts.join(', ')}}`;
}

const list = (numbers: Float64Array) => `{${Array.from(numbers, exponential).join(', ')}}`;

/** As templates have them: 0.5, 5 */
const plain = (x: number) => (Object.is(x, -0) ? '-0' : String(x));

/** Sixteen digits, as MLIP writes them, where these are the number; seventeen otherwise. */
function exponential(x: number): string {
  const short = x.toExponential(15);
  const text = Number(short) === x ? short : x.toExponential(16);
  const padded = text.replace(/e([+-])(\d)$/, 'e$10$2');
  return Object.is(x, -0) ? `-${padded}` : padded;
}
