import { pathSegments, recommendedPath } from '../lattice/harmonic/band-path.js';
import { type PathSegment, straightLine } from '../lattice/harmonic/bands.js';
import { UsageError } from '../model/errors.js';
import type { Structure } from '../model/structure.js';

/**
 * The segments of a path.
 * @param text 'auto' for that of Hinuma et al. (as seekpath has it), with its names as phonopy writes them; or
 *   'x y z x y z ..., x y z x y z ...': lines of points, a jump at each comma, numbers or fractions
 * @param labels of the points, for a path that was given; as many as points
 * @param count of points on a segment, its ends included
 * @throws UsageError where the text is no path
 */
export function choosePath(
  text: string,
  primitive: Structure,
  { labels, count, tolerance }: { labels?: readonly string[]; count: number; tolerance: number },
): readonly PathSegment[] {
  if (text !== 'auto') return givenPath(text, labels, count);
  return pathSegments(recommendedPath(primitive, tolerance), count).map(
    ({ points, labels: [from, to] = ['', ''] }) => ({
      points,
      labels: [mathLabel(from), mathLabel(to)],
    }),
  );
}

const GREEK: Readonly<Record<string, string>> = {
  GAMMA: '\\Gamma',
  SIGMA: '\\Sigma',
  DELTA: '\\Delta',
  LAMBDA: '\\Lambda',
};

/** A special point's name as phonopy has it in band.yaml, for TeX. */
function mathLabel(name: string): string {
  const [letter, index] = name.split('_');
  const greek = GREEK[letter];
  return greek ? `$${greek}${index === undefined ? '' : `_${index}`}$` : `$\\mathrm{${name}}$`;
}

function givenPath(text: string, labels: readonly string[] | undefined, count: number): PathSegment[] {
  const lines = text.split(',').map((line) => {
    const numbers = line.trim().split(/\s+/).map(fraction);
    if (numbers.length < 6 || numbers.length % 3 !== 0 || numbers.some((x) => !Number.isFinite(x))) {
      throw new UsageError(
        `--band: '${line.trim()}' is no line of q points`,
        'expected two or more points of three numbers or fractions, such as 0 0 0 1/2 0 1/2; or auto',
      );
    }
    return Array.from({ length: numbers.length / 3 }, (_, k) => numbers.slice(3 * k, 3 * k + 3));
  });
  const points = lines.reduce((sum, line) => sum + line.length, 0);
  if (labels && labels.length !== points) {
    throw new UsageError(`--band-labels has ${labels.length} labels, but the path has ${points} points`);
  }
  let at = 0;
  return lines.flatMap((line) => {
    const begin = at;
    at += line.length;
    return line.slice(1).map((to, k) => ({
      points: straightLine(line[k], to, count),
      ...(labels && { labels: [labels[begin + k], labels[begin + k + 1]] as const }),
    }));
  });
}

function fraction(word: string): number {
  const match = /^([^/]+)(?:\/([^/]+))?$/.exec(word);
  if (!match) return Number.NaN;
  return Number(match[1]) / (match[2] === undefined ? 1 : Number(match[2]));
}
