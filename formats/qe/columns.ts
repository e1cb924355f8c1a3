import type { Column } from '../../src/model/frame.js';

/**
 * What a file says of its sites beyond the structure: `label` [n] where the labels are not plain symbols, and `if_pos`
 * [n,3], 0 where a coordinate is held fixed, where the file says any.
 */
export function siteColumns(
  labels: string[],
  symbols: readonly string[],
  free: Int32Array | null,
): Map<string, Column> {
  const columns = new Map<string, Column>();
  if (labels.some((label, i) => label !== symbols[i]))
    columns.set('label', { kind: 'S', width: 1, data: labels });
  if (free) columns.set('if_pos', { kind: 'I', width: 3, data: free });
  return columns;
}
