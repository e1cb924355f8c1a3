import { pathSegments, recommendedPath } from '../../src/lattice/harmonic/band-path.js';
import { type PathSegment, straightLine } from '../../src/lattice/harmonic/bands.js';
import type { FrequencyRange } from '../../src/lattice/harmonic/density.js';
import { temperatureSteps } from '../../src/lattice/harmonic/thermal.js';
import { rowsTimes } from '../../src/model/cell.js';
import { UsageError } from '../../src/model/errors.js';
import type { Structure } from '../../src/model/structure.js';
import { reciprocalOperations } from '../../src/symmetry/q-points.js';
import type { DensityPlan, MeshPlan, PhononPlan, PointPlan } from '../../src/workflows/phonon-plan.js';
import { meshSymmetry } from '../../src/workflows/phonons.js';
import { type Crystal, isBandAuto } from './crystal.js';
import type { Session } from './session.js';
import { fraction, type Tags } from './tags.js';

/** Points of a segment where --band-points does not say */
const BAND_POINTS = 51;

/**
 * What a run is to calculate. As phonopy, of what is summed over a mesh one thing: thermal properties before
 * displacements before their matrices before projected densities before the total one.
 */
export function planOf(session: Session, crystal: Crystal): PhononPlan {
  const { tags } = session;
  const path = tags.has('band') ? bandPath(session, crystal) : undefined;
  const eigenvectors = tags.flag('eigenvectors') ?? false;
  const velocities = tags.flag('group_velocity') ?? false;
  const band = path && {
    path,
    eigenvectors,
    velocities,
    connected: tags.flag('band_connection') ?? false,
  };
  const mesh = meshPlan(session, crystal);
  return { ...(band && { band }), ...(mesh && { mesh, ...summed(tags, crystal.cells.primitive) }) };
}

/** What --qpoints asks for. @param fromFile [q][3] of QPOINTS, where it was read */
export function pointPlan(tags: Tags, fromFile?: Float64Array): PointPlan {
  const points = fromFile ?? tags.reals('qpoints')!;
  if (points.length % 3 !== 0) tags.fail('qpoints', 'three numbers for each q point');
  const along = direction(tags);
  const velocities = tags.flag('group_velocity') ?? false;
  if (along && velocities)
    throw new UsageError(
      `${tags.source('q_direction')} and ${tags.source('group_velocity')} do not go together`,
    );
  return {
    points,
    eigenvectors: tags.flag('eigenvectors') ?? false,
    velocities,
    matrices: tags.flag('writedm') ?? false,
    ...(along && { along }),
  };
}

/** [3] --q-direction: from where Gamma of a polar crystal is approached. */
export function direction(tags: Tags): number[] | undefined {
  const along = tags.reals('q_direction');
  if (along && (along.length !== 3 || along.every((x) => x === 0)))
    tags.fail('q_direction', 'three numbers, not all zero');
  return along;
}

/** Whether matrices of displacements are wanted: for their own sake or in a .cif. */
function wantsMatrices(tags: Tags): boolean {
  return tags.flag('tdispmat') === true || tags.has('tdispmat_cif');
}

function summed(tags: Tags, primitive: Structure): Omit<PhononPlan, 'band' | 'mesh'> {
  const temperatures = () => temperatureSteps(tags.real('tmin'), tags.real('tmax'), tags.real('tstep'));
  const direction = tags.reals('projection_direction');
  if (direction && direction.length < 3) tags.fail('projection_direction', 'three numbers');
  const along = direction && rowsTimes(direction.slice(0, 3), primitive.cell);
  if (tags.flag('tprop')) {
    const bands = tags
      .text('band_indices')
      ?.split(/[\s,]+/)
      .filter(Boolean)
      .map((band) => Number(band) - 1);
    const most = 3 * primitive.count;
    if (bands?.some((band) => !(Number.isInteger(band) && band >= 0 && band < most)))
      tags.fail('band_indices', `bands from 1 to ${most}`);
    const cutoff = tags.real('cutoff_frequency');
    return {
      thermal: {
        temperatures: temperatures(),
        ...(cutoff !== undefined && { cutoff }),
        pretendReal: tags.flag('pretend_real') ?? false,
        classical: tags.flag('classical') ?? false,
        ...(bands && { bands }),
      },
    };
  }
  if (tags.flag('tdisp') || wantsMatrices(tags)) {
    const [cutoff, highest] = [tags.real('fmin'), tags.real('fmax')];
    const motion = {
      temperatures: tags.has('tdispmat_cif') ? [tags.real('tdispmat_cif')!] : temperatures(),
      ...(cutoff !== undefined && { cutoff }),
      ...(highest !== undefined && { highest }),
    };
    if (wantsMatrices(tags)) return { motionMatrices: motion };
    return { motion: { ...motion, ...(along && { along }) } };
  }
  const density = densityPlan(tags);
  if (isProjected(tags)) {
    return { projected: { ...density, per: tags.flag('xyz_projection') ? 'direction' : (along ?? 'atom') } };
  }
  return tags.flag('dos') || tags.flag('plot') ? { density } : {};
}

function isProjected(tags: Tags): boolean {
  return tags.has('pdos') || tags.flag('xyz_projection') === true;
}

function densityPlan(tags: Tags): DensityPlan {
  const range = tags.reals('dos_range');
  if (range && range.length !== 3) tags.fail('dos_range', 'three numbers');
  const [min, max, pitch] = [
    tags.real('fmin') ?? range?.[0],
    tags.real('fmax') ?? range?.[1],
    tags.real('fpitch') ?? range?.[2],
  ];
  const width = tags.real('sigma');
  const found: FrequencyRange = {
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(pitch !== undefined && { pitch }),
    ...(width !== undefined && { width }),
  };
  return { range: found, ...(width !== undefined && { smearing: { kind: 'normal', width } }) };
}

/** --mesh with what reduces it, as the version has it; undefined without one. */
export function meshPlan({ tags, version, say }: Session, crystal: Crystal): MeshPlan | undefined {
  const tag = ['mesh_numbers', 'mesh', 'mp'].find((name) => tags.has(name));
  if (!tag) return undefined;
  const mesh = tags.reals(tag)!;
  const isWhole = mesh.every((n) => Number.isInteger(n) && n > 0);
  if (!(mesh.length === 1 ? mesh[0] > 0 : mesh.length === 3 && isWhole))
    tags.fail(tag, 'three positive whole numbers, or one length');
  const shift = tags.reals('mp_shift');
  const needsAll =
    isProjected(tags) ||
    tags.has('projection_direction') ||
    tags.flag('tdisp') ||
    wantsMatrices(tags) ||
    tags.flag('moment') ||
    tags.flag('mesh_symmetry') === false ||
    tags.flag('symmetry') === false;
  const plan: MeshPlan = {
    mesh,
    gammaCentred: tags.flag('gamma_center') ?? false,
    ...(shift && { shift }),
    eigenvectors:
      tags.flag('eigenvectors') ||
      tags.flag('moment') ||
      isProjected(tags) ||
      tags.has('projection_direction'),
    velocities: tags.flag('group_velocity') ?? false,
    reducedBy: needsAll ? 'nothing' : 'symmetry',
  };
  if (needsAll) return plan;
  const operations = reciprocalOperations(
    crystal.primitiveSymmetry.operations.map(({ rotation }) => rotation),
  );
  const { numbers, isWhole: isSymmetric } = meshSymmetry(plan, operations, crystal.cells.primitive.cell);
  if (isSymmetric) return plan;
  if (version === 4) return { ...plan, reducedBy: 'time reversal' };
  say(
    `note: the mesh ${numbers.join(' ')} with its shift has not the symmetry of the crystal; phonopy ${version} ` +
      'reduces it all the same, and here it is not: sums over the mesh differ a little. --gc has none of it.',
  );
  return plan;
}

/** --band: paths that commas part, each of points of three numbers; or auto. */
export function bandPath({ tags, say }: Session, { cells }: Crystal): PathSegment[] {
  const count = tags.integer('band_points') ?? BAND_POINTS;
  if (count < 2) tags.fail('band_points', 'two points or more');
  if (isBandAuto(tags)) {
    const path = recommendedPath(cells.primitive, cells.tolerance, 'as they are');
    if (!path.isStandard)
      say(
        `note: the coordinates of the path are those of the lattice ${path.lattice} in its standard setting, which this ` +
          'primitive cell is not in. As phonopy does, they are taken as they are: points are not where their labels say. ' +
          'phonolink phonons moves them.',
      );
    return pathSegments(path, count).map((segment) => ({
      points: segment.points,
      labels: [mathLabel(segment.labels![0]), mathLabel(segment.labels![1])] as const,
    }));
  }
  const paths = tags
    .text('band')!
    .split(',')
    .map((path) => path.split(/\s+/).filter(Boolean).map(fraction));
  for (const path of paths) {
    if (path.length < 6 || path.length % 3 !== 0 || path.some(Number.isNaN))
      tags.fail('band', 'paths of two points or more, three numbers each, with commas between paths');
  }
  const segments = paths.flatMap((path) =>
    Array.from({ length: path.length / 3 - 1 }, (_, s) =>
      straightLine(path.slice(3 * s, 3 * s + 3), path.slice(3 * s + 3, 3 * s + 6), count),
    ),
  );
  const labels = labelsOf(
    tags,
    paths.map((path) => path.length / 3),
  );
  return segments.map((points, s) => ({ points, ...(labels && { labels: labels[s] }) }));
}

/** Labels of the segments' ends; as phonopy, none where there are too few or too many. */
function labelsOf(tags: Tags, points: readonly number[]): [string, string][] | undefined {
  const labels = tags.text('band_labels')?.split(/\s+/).filter(Boolean);
  if (!labels || labels.length !== points.reduce((sum, n) => sum + n, 0)) return undefined;
  let at = 0;
  return points.flatMap((count) => {
    const own = labels.slice(at, at + count);
    at += count;
    return own.slice(1).map((label, k): [string, string] => [own[k], label]);
  });
}

/** A label as phonopy writes it for its plots: Greek letters by their names, others upright. */
function mathLabel(label: string): string {
  const greek = /^(GAMMA|SIGMA|DELTA|LAMBDA)(.*)$/.exec(label);
  if (!greek) return `$\\mathrm{${label}}$`;
  return `$\\${greek[1][0]}${greek[1].slice(1).toLowerCase()}${greek[2]}$`;
}
