import { XMLValidator } from 'fast-xml-parser';
import { expect, test } from 'vitest';
import { reportPage } from '../../src/plots/report.js';
import { thermalPlot } from '../../src/plots/thermal.js';

const page = async () =>
  reportPage({
    title: 'Si & <Ge>',
    subtitle: 'at 300 K',
    sections: [
      {
        heading: 'Results',
        parts: [
          { kind: 'warning', text: '3 modes < 0' },
          { kind: 'table', head: ['T (K)', 'xx'], rows: [['300', '107.8']] },
          { kind: 'facts', facts: [['mesh', '9 x 9 x 9']] },
          {
            kind: 'drawing',
            caption: 'heat',
            svg: `<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd">\n${await thermalPlot(
              {
                temperatures: Float64Array.of(0, 100),
                freeEnergy: Float64Array.of(1, 2),
                entropy: Float64Array.of(0, 3),
                heatCapacity: Float64Array.of(0, 4),
                zeroPoint: 1,
              } as Parameters<typeof thermalPlot>[0],
            )}`,
          },
        ],
      },
    ],
  });

test('A page holds its drawings, and escapes what is text', async () => {
  const html = await page();
  expect(html).toContain('<h1>Si &amp; &lt;Ge&gt;</h1>');
  expect(html).toContain('<p class="warning">3 modes &lt; 0</p>');
  expect(html).toContain('<tr><td>300</td><td>107.8</td></tr>');
  expect(html).not.toContain('<?xml');
  expect(html.match(/<svg/g)).toHaveLength(1);
  // What a browser forgives and XML does not: tags left open, attributes without quotes
  const body = html.slice(html.indexOf('<body>'), html.indexOf('</html>'));
  expect(XMLValidator.validate(body)).toBe(true);
});

test('A page asks a network for nothing', async () => {
  const html = await page();
  const loads = /<(script|link|img|iframe)\b|@import|url\(\s*['"]?http|\bsrc=/i;
  expect(html.match(loads)).toBeNull();
});
