import type { ChartSeries } from './chart.js';
import { chart } from './chart.js';

const DIRECTIONS = ['xx', 'yy', 'zz'] as const;
/** Differences of the components of a tensor, in parts of the largest, that are not worth a line of their own */
const ISOTROPIC = 1e-3;

/** Conductivities by temperature of one way to calculate them. */
export interface KappaCurve {
  /** 'relaxation times', 'Boltzmann equation', ... */
  readonly name: string;
  /** [t] K */
  readonly temperatures: ArrayLike<number>;
  /** [t][6] W/m/K */
  readonly kappa: ArrayLike<number>;
}

/** An SVG of conductivities by temperature, both by powers of ten: one line where a crystal is isotropic, else three. */
export async function kappaPlot(curves: readonly KappaCurve[]): Promise<string> {
  const series = curves.flatMap(({ name, temperatures, kappa }) => {
    const component = (c: number) => Float64Array.from(temperatures, (_, t) => kappa[6 * t + c]);
    const all = [0, 1, 2].map(component);
    const isIsotropic = all[0].every((x, t) =>
      all.every((other) => Math.abs(other[t] - x) <= ISOTROPIC * Math.abs(x)),
    );
    const line = (label: string, y: Float64Array): ChartSeries => ({
      name: label,
      kind: 'line',
      x: temperatures,
      y,
    });
    return isIsotropic ? [line(name, all[0])] : all.map((y, c) => line(`${name}, ${DIRECTIONS[c]}`, y));
  });
  return chart(
    { title: 'temperature (K)', log: true },
    { title: 'thermal conductivity (W/m/K)', log: true },
    series,
  );
}

/** Conductivity summed up against something, at one temperature. */
export interface CumulativeCurve {
  readonly name: string;
  /** [s] THz or A */
  readonly points: ArrayLike<number>;
  /** [s][6] W/m/K */
  readonly cumulative: ArrayLike<number>;
}

/** An SVG of the mean of the three directions, summed up against frequency. */
export async function cumulativeFrequencyPlot(curves: readonly CumulativeCurve[]): Promise<string> {
  return chart(
    { title: 'frequency (THz)' },
    { title: 'cumulative conductivity (W/m/K)' },
    curves.map((curve) => meanLine(curve, 1)),
  );
}

/** An SVG of the same against mean free paths, by powers of ten. */
export async function cumulativePathPlot(curves: readonly CumulativeCurve[]): Promise<string> {
  return chart(
    { title: 'mean free path (nm)', log: true },
    { title: 'cumulative conductivity (W/m/K)' },
    curves.map((curve) => meanLine(curve, 0.1)),
  );
}

function meanLine({ name, points, cumulative }: CumulativeCurve, factor: number): ChartSeries {
  return {
    name,
    kind: 'line',
    x: Float64Array.from(points, (x) => x * factor),
    y: Float64Array.from(
      points,
      (_, s) => (cumulative[6 * s] + cumulative[6 * s + 1] + cumulative[6 * s + 2]) / 3,
    ),
  };
}

/** Numbers of modes at one temperature. */
export interface ModeCloud {
  readonly name: string;
  /** [m] THz */
  readonly frequencies: ArrayLike<number>;
  /** [m] */
  readonly values: ArrayLike<number>;
}

/** An SVG of half linewidths (THz) against frequency. */
export async function linewidthPlot(clouds: readonly ModeCloud[]): Promise<string> {
  return cloudPlot('half linewidth (THz)', clouds);
}

/**
 * An SVG of what each mode and its equivalents carry, the mean of the three directions.
 * @param frequencies [m] THz
 * @param modeKappa [m][6] W/m/K, at one temperature
 * @param total N points of the grid: the numbers drawn add up to the conductivity
 */
export async function modeKappaPlot(
  frequencies: ArrayLike<number>,
  modeKappa: ArrayLike<number>,
  total: number,
): Promise<string> {
  const values = Float64Array.from(
    frequencies,
    (_, m) => (modeKappa[6 * m] + modeKappa[6 * m + 1] + modeKappa[6 * m + 2]) / (3 * total),
  );
  return cloudPlot('conductivity of a mode (W/m/K)', [{ name: 'modes', frequencies, values }]);
}

function cloudPlot(title: string, clouds: readonly ModeCloud[]): Promise<string> {
  return chart(
    { title: 'frequency (THz)' },
    { title, log: true },
    clouds.map(({ name, frequencies, values }) => ({ name, kind: 'dots', x: frequencies, y: values })),
  );
}
