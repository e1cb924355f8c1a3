import type { CubicForceConstants } from '../../model/force-constants.js';
import { averagePermutations } from './permutations.js';
import type { RowLayout } from './rows.js';

/**
 * Completes third-order force constants of which only some pairs of first and second atoms are known: each triplet
 * becomes the mean of its permutations of known pairs, or zero. In place; phono3py's rule for --cutoff-pair.
 * @param known [r][n] 1 where a row's atom and a second one are a known pair
 */
export function keepKnownPairs(cubic: CubicForceConstants, layout: RowLayout, known: Uint8Array): void {
  averagePermutations(cubic, layout, (row, second) => known[layout.count * row + second]);
}
