import { expect } from 'vitest';
import { TextReader } from '../../formats/io/text.js';
import type { PotentialFormat } from '../../formats/potential-format.js';
import { readPotential } from '../../formats/potentials.js';
import { FormatError } from '../../src/model/errors.js';
import { damaged } from './fuzz.js';

/**
 * Reads every damaged version of a potential file: a potential with a finite cutoff, or one FormatError with file,
 * found and expected. Returns how many of each there were.
 */
export async function fuzzPotential(
  format: PotentialFormat,
  bytes: Uint8Array,
  flips = 300,
): Promise<{ read: number; refused: number }> {
  const outcome = { read: 0, refused: 0 };
  for (const sample of damaged(bytes, flips)) {
    try {
      const potential = await readPotential(format, new TextReader(sample, 'fuzzed'));
      expect(potential.cutoff).toBeGreaterThan(0);
      expect(potential.cutoff).toBeLessThan(Number.POSITIVE_INFINITY);
      outcome.read++;
    } catch (error) {
      if (!(error instanceof FormatError))
        throw new Error(`not a FormatError on:\n${Buffer.from(sample).toString('latin1').slice(0, 2000)}`, {
          cause: error,
        });
      expect(error.file).toBe('fuzzed');
      expect(error.found).not.toBe('');
      expect(error.expected).not.toBe('');
      outcome.refused++;
    }
  }
  return outcome;
}
