import type { Conductivity, ConductivityArrays } from '../../src/model/conductivity.js';
import { PhonolinkError } from '../../src/model/errors.js';
import { type Hdf5Input, readHdf5, writeHdf5 } from '../io/hdf5.js';
import { nameSuffix } from './names.js';
import { readShaped, type Sides, shapeOf } from './shapes.js';

/** Each array's data set and the letters of its shape (`Sides`). */
const ARRAYS: { readonly [K in keyof ConductivityArrays]-?: readonly [string, string] } = {
  frequencies: ['frequency', 'pb'],
  velocities: ['group_velocity', 'qb3'],
  products: ['gv_by_gv', 'qb6'],
  heatCapacities: ['heat_capacity', 'tqb'],
  kappa: ['kappa', 't6'],
  modeKappa: ['mode_kappa', 'tpb6'],
  kappaRta: ['kappa_RTA', 't6'],
  modeKappaRta: ['mode_kappa_RTA', 'tpb6'],
  vectors: ['f_vector', 'pb3'],
  linewidths: ['gamma', 'tqb'],
  isotope: ['gamma_isotope', 'qb'],
  normal: ['gamma_N', 'tqb'],
  umklapp: ['gamma_U', 'tqb'],
  averageStrengths: ['ave_pp', 'qb'],
  points: ['qpoint', 'q3'],
  kappaPopulations: ['kappa_P_RTA', 't6'],
  kappaCoherences: ['kappa_C', 't6'],
  kappaWigner: ['kappa_TOT_RTA', 't6'],
  kappaPopulationsExact: ['kappa_P_exact', 't6'],
  kappaWignerExact: ['kappa_TOT_exact', 't6'],
  modePopulations: ['mode_kappa_P_RTA', 'tqb6'],
  modeCoherences: ['mode_kappa_C', 'tqbb6'],
  modePopulationsExact: ['mode_kappa_P_exact', 'tpb6'],
  kappaIntra: ['kappa_intra', 't6'],
  kappaInter: ['kappa_inter', 't6'],
  kappaIntraExact: ['kappa_intra_exact', 't6'],
  kappaIntraRta: ['kappa_intra_RTA', 't6'],
};
const FIELDS = Object.entries(ARRAYS) as [keyof ConductivityArrays, readonly [string, string]][];

const NUMBERS = {
  sigma: 'sigma',
  sigmaCutoff: 'sigma_cutoff_width',
  unit: 'kappa_unit_conversion',
  boundary: 'boundary_mfp',
} as const;
const SCALARS = Object.entries(NUMBERS) as [keyof typeof NUMBERS, string][];

/** 'kappa-m999.hdf5', and its like for parts of a calculation, -gN and -bN. */
export function kappaName(result: Conductivity, middle?: string): string {
  const { mesh, gridPoints, band, sigma, sigmaCutoff } = result;
  const point = typeof gridPoints === 'number' ? gridPoints : undefined;
  const bands = band === undefined ? undefined : [band];
  return `kappa${nameSuffix({ mesh, point, bands, sigma, sigmaCutoff, middle })}.hdf5`;
}

/**
 * Reads kappa-*.hdf5 of any of phono3py's versions, of a whole grid, of one of its points, or of one band there.
 * @throws FormatError, or PhonolinkError where there is no such file
 */
export async function readKappa(path: string): Promise<Conductivity> {
  return readHdf5(path, (file) => {
    const version = file.text('version');
    const temperatures = file.has('temperature')
      ? file.reals('temperature')
      : file.fail('no data set temperature', 'a kappa-*.hdf5 of phono3py');
    const mesh = threeNumbers(file);
    const point = file.has('grid_point') && file.shape('grid_point').length === 0;
    const band = file.has('band_index') ? file.integers('band_index')[0] - 1 : undefined;
    const letters = (all: string) =>
      all.replace(point ? /[qp]/g : /$^/, '').replace(band === undefined ? /$^/ : /b/g, '');
    const sides: Sides = { t: temperatures.length };
    const arrays: { -readonly [K in keyof ConductivityArrays]: Float64Array } = {};
    for (const [field, [name, all]] of FIELDS) {
      if (file.has(name)) arrays[field] = readShaped(file, name, letters(all), sides);
    }
    const weights = file.has('weight') ? file.integers('weight') : undefined;
    const gridPoints = file.has('grid_point') ? file.integers('grid_point') : undefined;
    for (const [name, list] of Object.entries({
      weight: weights,
      ...(!point && { grid_point: gridPoints }),
    })) {
      if (list && sides.q !== undefined && list.length !== sides.q)
        file.fail(`${list.length} numbers in ${name}`, `one for each of ${sides.q} points`);
    }
    return {
      ...(version !== undefined && { version }),
      mesh,
      ...(file.has('grid_matrix') && { generalGrid: generalGrid(file) }),
      temperatures,
      ...arrays,
      ...(weights && { weights }),
      ...(gridPoints && { gridPoints: point ? gridPoints[0] : gridPoints }),
      ...(band !== undefined && { band }),
      ...Object.fromEntries(
        SCALARS.filter(([, name]) => file.has(name)).map(([field, name]) => [field, file.number(name)]),
      ),
    };
  });
}

export function threeNumbers(file: Hdf5Input): Int32Array {
  const mesh = file.integers('mesh');
  return mesh.length === 3 && mesh.every((n) => n > 0)
    ? mesh
    : file.fail(`the mesh ${mesh.join(' ')}`, 'three positive numbers');
}

function generalGrid(file: Hdf5Input): NonNullable<Conductivity['generalGrid']> {
  const [matrix, left, right] = ['grid_matrix', 'P_matrix', 'Q_matrix'].map((name) => {
    const numbers = file.integers(name);
    return numbers.length === 9 ? numbers : file.fail(`${numbers.length} numbers in ${name}`, 'nine');
  });
  return { matrix, left, right };
}

/**
 * Writes kappa-*.hdf5 with the data sets of phono3py 4: those that there are.
 * @throws PhonolinkError where arrays do not have the lengths that they should, or the file cannot be written
 */
export async function writeKappa(path: string, result: Conductivity): Promise<void> {
  const { version, mesh, generalGrid: general, temperatures, weights, gridPoints, band } = result;
  const sides = sidesOf(result);
  await writeHdf5(path, (file) => {
    if (version !== undefined) file.text('version', version);
    file.reals('temperature', temperatures, [temperatures.length]);
    file.integers('mesh', mesh);
    if (general) {
      file.integers('grid_matrix', general.matrix, [3, 3]);
      file.integers('P_matrix', general.left, [3, 3]);
      file.integers('Q_matrix', general.right, [3, 3]);
    }
    for (const [field, [name, letters]] of FIELDS) {
      const values = result[field];
      if (!values) continue;
      const shape = shapeOf(letters, sides);
      const length = shape.reduce((product, side) => product * side, 1);
      if (values.length !== length)
        throw new PhonolinkError(`${values.length} numbers of ${name}, expected ${shape.join(' x ')}`);
      file.reals(name, values, shape);
    }
    if (weights) file.integers('weight', weights);
    if (typeof gridPoints === 'number') file.integers('grid_point', [gridPoints], []);
    else if (gridPoints) file.integers('grid_point', gridPoints);
    if (band !== undefined) file.integers('band_index', [band + 1], []);
    for (const [field, name] of SCALARS) {
      const value = result[field];
      if (value !== undefined) file.real(name, value);
    }
  });
}

/** Lengths of sides: of points and bands from what has nothing else in it. */
function sidesOf({
  temperatures,
  gridPoints,
  band,
  points,
  weights,
  linewidths,
  frequencies,
}: Conductivity): Sides {
  const t = temperatures.length;
  const single = typeof gridPoints === 'number';
  const q = single
    ? undefined
    : (weights?.length ?? (gridPoints as Int32Array | undefined)?.length ?? (points && points.length / 3));
  if (!single && q === undefined)
    throw new PhonolinkError('a conductivity without the weights or the points of its grid');
  const modes = linewidths ? linewidths.length / t : (frequencies?.length ?? 0);
  const b = band === undefined ? modes / (q ?? 1) : undefined;
  if (b !== undefined && !Number.isInteger(b))
    throw new PhonolinkError(`${modes} modes at ${q ?? 1} points, expected whole numbers of bands`);
  const p = single ? undefined : frequencies && b ? frequencies.length / b : q;
  return { t, q, p, b };
}
