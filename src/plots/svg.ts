import type { Spec } from 'vega';

/** Draws a specification of Vega, which is loaded here: it takes longer to load than most commands to run. */
export async function drawSvg(spec: Spec): Promise<string> {
  const { parse, View, Error: errorsAlone } = await import('vega');
  const view = new View(parse(spec), { renderer: 'none', logLevel: errorsAlone });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}
