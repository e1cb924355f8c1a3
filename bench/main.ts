// Prints the table of the bench modules named as arguments: a row a case, as it is measured.
import type { BenchCase } from './helpers/case.js';

const WIDTHS = [44, 12, 12, 12, 22, 9, 9];

function row(...cells: string[]): void {
  console.log(cells.map((cell, k) => (k === 0 ? cell.padEnd(WIDTHS[k]) : cell.padStart(WIDTHS[k]))).join(''));
}

const modules = process.argv.slice(2);
row('case', 'peer', 'phonolink', 'the peer', 'unit', 'ratio', 'wanted');
for (const name of modules) {
  const { cases } = (await import(`./${name}.js`)) as { cases: readonly BenchCase[] };
  for (const { name: title, peer, wanted, run } of cases) {
    const { ours, peer: theirs, unit, ratio } = await run();
    row(
      title,
      peer,
      ours.toPrecision(4),
      theirs.toPrecision(4),
      unit,
      (ratio ?? ours / theirs).toFixed(2),
      wanted === undefined ? '' : `>= ${wanted}`,
    );
  }
}
