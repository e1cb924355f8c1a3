/** A page of results that opens anywhere, without a network: text, tables and drawings all in one file. */
export interface Report {
  readonly title: string;
  /** A line below the title */
  readonly subtitle?: string;
  readonly sections: readonly ReportSection[];
}

export interface ReportSection {
  readonly heading: string;
  readonly parts: readonly ReportPart[];
}

export type ReportPart =
  | { readonly kind: 'text'; readonly text: string }
  /** Something that the reader must not miss */
  | { readonly kind: 'warning'; readonly text: string }
  | {
      readonly kind: 'table';
      readonly head: readonly string[];
      readonly rows: readonly (readonly string[])[];
    }
  /** Pairs of a name and a value */
  | { readonly kind: 'facts'; readonly facts: readonly (readonly [string, string])[] }
  | { readonly kind: 'drawing'; readonly svg: string; readonly caption?: string };

const STYLE = `
  body { font: 15px/1.5 system-ui, sans-serif; color: #1d2129; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.6rem; margin-bottom: 0; }
  h2 { font-size: 1.15rem; margin-top: 2.2rem; border-bottom: 1px solid #d7dbe2; padding-bottom: .2rem; }
  .subtitle { color: #5a6372; margin-top: .2rem; }
  .warning { background: #fff3d6; border-left: 4px solid #d08a00; padding: .5rem .8rem; }
  table { border-collapse: collapse; margin: .6rem 0; }
  th, td { text-align: right; padding: .2rem .8rem; border-bottom: 1px solid #e6e9ee; font-variant-numeric: tabular-nums; }
  th { font-weight: 600; }
  .facts td:first-child { text-align: left; color: #5a6372; }
  .facts td:last-child { text-align: left; }
  figure { margin: .8rem 0; }
  figure svg { max-width: 100%; height: auto; }
  figcaption { color: #5a6372; font-size: .9rem; }
  @media print { body { margin: 0; } h2 { break-after: avoid; } figure { break-inside: avoid; } }`;

/** The page as HTML. Drawings are SVG made by this program and stand in it as they are; all else is escaped. */
export function reportPage({ title, subtitle, sections }: Report): string {
  const body = sections.map(
    ({ heading, parts }) =>
      `<section>\n<h2>${escaped(heading)}</h2>\n${parts.map(partOf).join('\n')}\n</section>`,
  );
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}\n</style>`,
    '</head>',
    '<body>',
    `<h1>${escaped(title)}</h1>`,
    ...(subtitle === undefined ? [] : [`<p class="subtitle">${escaped(subtitle)}</p>`]),
    ...body,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function partOf(part: ReportPart): string {
  switch (part.kind) {
    case 'text':
      return `<p>${escaped(part.text)}</p>`;
    case 'warning':
      return `<p class="warning">${escaped(part.text)}</p>`;
    case 'table':
      return `<table>\n${row(part.head, 'th')}\n${part.rows.map((cells) => row(cells, 'td')).join('\n')}\n</table>`;
    case 'facts':
      return `<table class="facts">\n${part.facts.map((cells) => row(cells, 'td')).join('\n')}\n</table>`;
    case 'drawing': {
      const caption = part.caption === undefined ? '' : `\n<figcaption>${escaped(part.caption)}</figcaption>`;
      return `<figure>\n${inPage(part.svg)}${caption}\n</figure>`;
    }
  }
}

function row(cells: readonly string[], tag: 'td' | 'th'): string {
  return `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
}

/** An SVG file's head has no place within a page. */
function inPage(svg: string): string {
  return svg.replace(/^\s*<\?xml[^>]*\?>\s*/, '').replace(/^\s*<!DOCTYPE[^>]*>\s*/i, '');
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
}
