import type { Spec } from 'vega';
import type { ThermalProperties } from '../model/phonon-results.js';
import { drawSvg } from './svg.js';

const WIDTH = 420;
const HEIGHT = 260;

/** An SVG of free energy (kJ/mol), entropy and heat capacity (J/K/mol) by temperature, a mole of primitive cells. */
export async function thermalPlot(properties: ThermalProperties): Promise<string> {
  const { temperatures, freeEnergy, entropy, heatCapacity } = properties;
  const curves = [
    { name: 'free energy (kJ/mol)', values: freeEnergy, colour: '#1f5fa8' },
    { name: 'entropy (J/K/mol)', values: entropy, colour: '#b5472f' },
    { name: 'heat capacity (J/K/mol)', values: heatCapacity, colour: '#3c8a4e' },
  ];
  const spec: Spec = {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    background: 'white',
    padding: 12,
    width: WIDTH,
    height: HEIGHT,
    data: curves.map(({ values }, k) => ({
      name: `curve${k}`,
      values: Array.from(values, (y, t) => ({ x: temperatures[t], y })),
    })),
    scales: [
      {
        name: 'x',
        type: 'linear',
        domain: { fields: curves.map((_, k) => ({ data: `curve${k}`, field: 'x' })) },
        range: [0, WIDTH],
        nice: false,
        zero: false,
      },
      {
        name: 'y',
        type: 'linear',
        domain: { fields: curves.map((_, k) => ({ data: `curve${k}`, field: 'y' })) },
        range: [HEIGHT, 0],
        nice: true,
      },
      {
        name: 'colour',
        type: 'ordinal',
        domain: curves.map(({ name }) => name),
        range: curves.map(({ colour }) => colour),
      },
    ],
    axes: [
      { orient: 'bottom', scale: 'x', title: 'temperature (K)', tickCount: 6, grid: true, gridOpacity: 0.4 },
      { orient: 'left', scale: 'y', tickCount: 6, grid: true, gridOpacity: 0.4 },
    ],
    legends: [{ stroke: 'colour', orient: 'right', symbolType: 'stroke', labelLimit: 0 }],
    marks: curves.map(({ colour }, k) => ({
      type: 'line',
      from: { data: `curve${k}` },
      encode: {
        enter: {
          x: { scale: 'x', field: 'x' },
          y: { scale: 'y', field: 'y' },
          stroke: { value: colour },
          strokeWidth: { value: 1.5 },
        },
      },
    })),
  };
  return drawSvg(spec);
}
