import { expect } from 'vitest';
import type { StructureFormat } from '../../formats/format.js';
import { TextReader } from '../../formats/io/text.js';
import type { PotentialFormat } from '../../formats/potential-format.js';
import { readPotential } from '../../formats/potentials.js';
import { readFrames } from '../../formats/read.js';
import { uniform } from '../../src/math/random.js';
import { FormatError } from '../../src/model/errors.js';
import type { Frame } from '../../src/model/frame.js';

/** The texts that damage makes of one: cut behind every line and inside some, bytes flipped, lines swapped or doubled. */
export function* damaged(bytes: Uint8Array, flips: number, seed = 1): Generator<Uint8Array> {
  const next = uniform(seed);
  const ends = [0];
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === 10) ends.push(i + 1);
  // Every line of a short file; of a long one 200 spread evenly and the first 100.
  const cuts = ends.filter((_, i) => ends.length <= 300 || i < 100 || i % Math.ceil(ends.length / 200) === 0);
  for (const cut of cuts) yield bytes.subarray(0, cut);
  for (const cut of cuts) yield bytes.subarray(0, Math.min(bytes.length, cut + Math.floor(next() * 20)));
  for (let i = 0; i < flips; i++) {
    const copy = Uint8Array.from(bytes);
    for (let k = 0; k <= next() * 3; k++) copy[Math.floor(next() * copy.length)] = Math.floor(next() * 256);
    yield copy;
  }
  for (let i = 0; i < flips / 4; i++) {
    const [a, b] = [0, 0].map(() => Math.floor(next() * (ends.length - 1)));
    const line = (k: number) => Buffer.from(bytes.subarray(ends[k], ends[k + 1] ?? bytes.length));
    const lines = ends.map((_, k) => line(k));
    if (i % 2) [lines[a], lines[b]] = [lines[b], lines[a]];
    else lines.splice(a, 0, lines[b]);
    yield Buffer.concat(lines);
  }
}

/**
 * Reads every sample of a file. The only outcomes allowed: `read` comes to its end, or throws one FormatError with
 * file, line, found and expected. Returns how many of each there were.
 */
export async function readDamaged(
  samples: Iterable<Uint8Array>,
  read: (text: TextReader) => Promise<void>,
): Promise<{ read: number; refused: number }> {
  const outcome = { read: 0, refused: 0 };
  for (const sample of samples) {
    try {
      await read(new TextReader(sample, 'fuzzed'));
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

/** Reads every damaged version of a structure file: frames whose numbers are all finite, or one FormatError. */
export function fuzzReader(
  format: StructureFormat,
  bytes: Uint8Array,
  options: { flips?: number; seed?: number } = {},
): Promise<{ read: number; refused: number }> {
  return readDamaged(damaged(bytes, options.flips ?? 200, options.seed), async (text) => {
    for await (const frame of readFrames(format, text, {})) expectFinite(frame);
  });
}

/** Reads every damaged version of a potential file: a potential with a finite cutoff, or one FormatError. */
export function fuzzPotential(
  format: PotentialFormat,
  bytes: Uint8Array,
  flips = 300,
): Promise<{ read: number; refused: number }> {
  return readDamaged(damaged(bytes, flips), async (text) => {
    const { cutoff } = await readPotential(format, text);
    expect(cutoff).toBeGreaterThan(0);
    expect(cutoff).toBeLessThan(Number.POSITIVE_INFINITY);
  });
}

function expectFinite(frame: Frame): void {
  const { structure, labels, velocities } = frame;
  const numbers = [
    structure.positions,
    structure.cell,
    structure.masses,
    velocities ?? [],
    ...Object.values(labels),
  ];
  for (const value of numbers) {
    if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
    else expect((value as Float64Array).every(Number.isFinite)).toBe(true);
  }
}
