import { pairTransport } from '../../src/lattice/scattering/wigner.js';
import { UsageError } from '../../src/model/errors.js';
import type { ConductivityPlan, ScatteringPlan, Width } from '../../src/workflows/kappa/plan.js';
import type { Shard } from '../../src/workflows/kappa/scatter-all.js';
import type { Session } from './session.js';
import { type Tags, unsuited } from './tags.js';

/** THz: phono3py's commands leave out slower modes */
const CUTOFF = 0.01;
/** micrometres: phono3py's commands let no mode fly further */
const BOUNDARY = 1e6;

/** What phono3py calls a kind of run. */
export type RunMode =
  | 'write_grid_info'
  | 'show_triplets_info'
  | 'jdos'
  | 'isotope'
  | 'imag_self_energy'
  | 'real_self_energy'
  | 'spectral_function'
  | 'conductivity-RTA'
  | 'conductivity-LBTE'
  | 'phonon'
  | 'force constants';

/** What the settings ask for; phono3py's order decides where they ask for several. */
export function runModeOf(tags: Tags): RunMode {
  const has = (tag: string) => tags.flag(tag) ?? false;
  const isConductivity = has('bterta') || has('lbte');
  if (has('write_grid_points')) return 'write_grid_info';
  if (has('show_num_triplets')) return 'show_triplets_info';
  if (has('joint_dos')) return 'jdos';
  if (has('isotope') && !isConductivity) return 'isotope';
  if (has('imag_self_energy')) return 'imag_self_energy';
  if (has('real_self_energy')) return 'real_self_energy';
  if (has('spectral_function')) return 'spectral_function';
  if (isConductivity) return has('bterta') ? 'conductivity-RTA' : 'conductivity-LBTE';
  return has('write_phonon') ? 'phonon' : 'force constants';
}

/**
 * The grid and how is summed over it.
 * @param atoms of the primitive cell
 * @throws UsageError where a setting is not what it should be; PhonolinkError where there is no mesh
 */
export function scatteringPlanOf({ tags, version }: Session, atoms: number): ScatteringPlan {
  const isReduced = tags.flag('symmetry') !== false;
  const sigmaCutoff = positive(tags, 'sigma_cutoff_width', 'a number of widths above zero');
  const isotope = isotopeOf(tags, atoms);
  const along = tags.reals('nac_q_direction');
  if (along && (along.length !== 3 || along.every((x) => x === 0)))
    tags.fail('nac_q_direction', 'a direction, three numbers');
  return {
    mesh: meshOf(tags),
    generalGrid: tags.flag('use_grg') ?? false,
    ...(!isReduced && { reducedBy: 'nothing' }),
    triplets: tags.flag('mesh_symmetry') === false ? 'all' : 'reduced',
    convention: isAveraged(tags, version) ? 'average' : 'first',
    widths: widthsOf(tags),
    ...(sigmaCutoff !== undefined && { sigmaCutoff }),
    symmetriseTetrahedra: tags.flag('symmetrize_tetrahedra') ?? false,
    ...(tags.flag('average_degenerate_weights') && { equalBands: 'averaged' }),
    cutoffFrequency: tags.real('cutoff_frequency') ?? CUTOFF,
    temperatures: temperaturesOf(tags),
    ...(isotope && { isotope }),
    ...(version !== 4 && { atCorner: 'nothing' }),
    ...(along && { along }),
    stillGamma: tags.flag('exclude_gamma_acoustic') ?? false,
  };
}

/** A conductivity: by relaxation times, or the solution of the Boltzmann equation. */
export function conductivityPlanOf(
  session: Session,
  mode: 'conductivity-RTA' | 'conductivity-LBTE',
  atoms: number,
): ConductivityPlan {
  const { tags, version } = session;
  const scattering = scatteringPlanOf(session, atoms);
  const transport = tags.text('transport_type');
  if (transport !== undefined) pairTransport(transport);
  return {
    ...scattering,
    split: mode === 'conductivity-RTA' && (tags.flag('n_u') ?? false),
    withStrengths: (tags.flag('full_pp') ?? false) || tags.has('const_ave_pp'),
    ...(mode === 'conductivity-LBTE' && {
      collisions: tags.flag('reducible_collision_matrix') ? 'full' : 'reduced',
    }),
    boundary: positive(tags, 'boundary_mfp', 'a length in micrometres above zero') ?? BOUNDARY,
    ...(transport !== undefined && { wigner: version === 4 ? 'diagonal' : 'equal' }),
  };
}

/**
 * --shard i/N: one of several processes that share a folder.
 * @throws UsageError where it is none, or its points would not be kept
 */
export function shardOf(tags: Tags, mode: RunMode): Shard | undefined {
  const text = tags.text('shard');
  if (text === undefined) return undefined;
  const [, i, n] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
  if (!(i >= 1 && i <= n)) tags.fail('shard', 'i/N, such as 2/4');
  const kept = mode === 'conductivity-LBTE' ? 'write_collision' : 'write_gamma';
  if (!tags.flag(kept))
    throw new UsageError(
      `${tags.source('shard')} needs files that are shared`,
      mode === 'conductivity-LBTE' ? 'add --write-collision' : 'add --write-gamma',
    );
  return { index: i - 1, count: n };
}

/** Which atom of a triplet sits in the home cell: the mean over all three is version 4's, without --v2. */
function isAveraged(tags: Tags, version: Session['version']): boolean {
  return tags.flag('fc3_r0_average') ?? version === 4;
}

function meshOf(tags: Tags): readonly number[] {
  const matrix = tags.integers('grid_matrix');
  if (matrix && matrix.length !== 9) tags.fail('grid_matrix', '9 whole numbers');
  if (matrix) return matrix;
  const mesh = tags.reals('mesh_numbers');
  if (!mesh)
    throw unsuited('the mesh has to be specified', 'give --mesh, such as --mesh 11 11 11, or one length');
  const isFine =
    mesh.length === 1 ? mesh[0] > 0 : [3, 9].includes(mesh.length) && mesh.every(Number.isInteger);
  if (!isFine) tags.fail('mesh_numbers', 'one length, or 3 or 9 whole numbers');
  return mesh;
}

/** Tetrahedra, or Gaussians where a width is given; both where tetrahedra are asked for as well. */
function widthsOf(tags: Tags): Width[] {
  const sigmas = tags.reals('sigma') ?? [];
  if (sigmas.some((sigma) => !(sigma > 0))) tags.fail('sigma', 'widths in THz above zero');
  return tags.flag('tetrahedron') || sigmas.length === 0 ? ['tetrahedra', ...sigmas] : sigmas;
}

/** Temperatures of --ts, or from --tmin to --tmax. */
function temperaturesOf(tags: Tags): Float64Array {
  const given = tags.reals('temperatures');
  if (given) {
    if (given.some((t) => !(t >= 0))) tags.fail('temperatures', 'temperatures in K');
    return Float64Array.from(given);
  }
  const [low, high] = [tags.real('tmin') ?? 0, tags.real('tmax') ?? 1000];
  const step = positive(tags, 'tstep', 'a step above zero') ?? 10;
  if (low < 0) tags.fail('tmin', 'a temperature in K');
  const count = Math.ceil((high + step / 10 - low) / step);
  if (!(count > 0)) tags.fail('tmax', `a temperature from ${low} K on`);
  return Float64Array.from({ length: count }, (_, k) => low + k * step);
}

function isotopeOf(tags: Tags, atoms: number): ScatteringPlan['isotope'] {
  const variances = tags.reals('mass_variances');
  if (variances && variances.length !== atoms)
    tags.fail('mass_variances', `${atoms} numbers, one for each atom of the primitive cell`);
  return variances ?? (tags.flag('isotope') ? 'natural' : undefined);
}

function positive(tags: Tags, name: string, expected: string): number | undefined {
  const value = tags.real(name);
  if (value !== undefined && !(value > 0)) tags.fail(name, expected);
  return value;
}
