import { chart } from './chart.js';

/** Points in order of x, drawn as a line or as dots. */
export interface Curve {
  readonly name?: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly dots?: boolean;
  /** Number of its colour; that of its place in the list where absent */
  readonly colour?: number;
}

export interface CurvePlot {
  readonly xTitle: string;
  readonly yTitle?: string;
  readonly curves: readonly Curve[];
}

/** An SVG of curves in one frame just around them, with a legend of those that have names. What is not finite is not drawn. */
export function curvePlot({ xTitle, yTitle = '', curves }: CurvePlot): Promise<string> {
  return chart(
    { title: xTitle, isTight: true },
    { title: yTitle, isTight: true },
    curves.map(({ dots, ...curve }) => ({ ...curve, kind: dots ? 'dots' : 'line' })),
  );
}
