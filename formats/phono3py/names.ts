/** What the names of phono3py's files tell. */
export interface NameParts {
  readonly mesh: ArrayLike<number>;
  /** BZ point */
  readonly point?: number;
  /** From 0 */
  readonly bands?: readonly number[];
  /** THz */
  readonly sigma?: number;
  readonly sigmaCutoff?: number;
  /** K */
  readonly temperature?: number;
  /** What users put before the ending (-o) */
  readonly middle?: string;
}

/** '-m999-g12-b1b2-s0.1-sd3-t300.middle', of what is there: behind 'kappa', 'pp' and others. */
export function nameSuffix({
  mesh,
  point,
  bands,
  sigma,
  sigmaCutoff,
  temperature,
  middle,
}: NameParts): string {
  return [
    `-m${Array.from(mesh).join('')}`,
    point === undefined ? '' : `-g${point}`,
    bands === undefined ? '' : `-${bands.map((b) => `b${b + 1}`).join('')}`,
    sigma === undefined ? '' : `-s${plainNumber(sigma)}`,
    sigma === undefined || sigmaCutoff === undefined ? '' : `-sd${plainNumber(sigmaCutoff)}`,
    temperature === undefined ? '' : `-t${plainNumber(temperature)}`,
    middle === undefined ? '' : `.${middle}`,
  ].join('');
}

/** A number of six decimals at most, without zeros behind. */
export function plainNumber(x: number): string {
  return x.toFixed(6).replace(/\.?0+$/, '');
}
