import { PhonolinkError, UsageError } from '../model/errors.js';

/** Frames by number from 0, as Python's sequences take them: negative ones count from the end. */
export interface Slice {
  /** As the user wrote it */
  text: string;
  /** One frame and not a range: it must be there. */
  single: boolean;
  start: number;
  /** Exclusive; undefined for the end */
  stop: number | undefined;
  step: number;
}

/** '3', '-1', '0:100:2', ':10', '-20:' ...; the step is positive. */
export function parseSlice(text: string): Slice {
  const parts = text.trim().split(':');
  if (parts.length > 3 || !parts.every((part) => /^\s*([+-]?\d+)?\s*$/.test(part)) || text.trim() === '') {
    throw new UsageError(
      `--index ${text}: expected a frame number or START:STOP:STEP`,
      'examples: 0, -1 (the last frame), 0:100:2, -10:',
    );
  }
  const [start, stop, step] = parts.map((part) => (part.trim() === '' ? undefined : Number(part)));
  if (parts.length === 1) {
    const index = start ?? 0;
    return { text, single: true, start: index, stop: index === -1 ? undefined : index + 1, step: 1 };
  }
  if (step !== undefined && step < 1)
    throw new UsageError(`--index ${text}: the step is ${step}, expected 1 or more`);
  return { text, single: false, start: start ?? 0, stop, step: step ?? 1 };
}

/**
 * The items of a slice, in order. Memory: a start from the end holds that many items, a stop from the end likewise;
 * other slices hold none, and stop reading when they are done.
 * @throws PhonolinkError where nothing is selected
 */
export async function* sliced<T>(items: AsyncIterable<T>, slice: Slice): AsyncGenerator<T> {
  const { start, stop, step } = slice;
  let seen = 0;
  let given = 0;
  let ended = true;
  const held: { index: number; item: T }[] = [];
  if (start >= 0) {
    const lag = stop !== undefined && stop < 0 ? -stop : 0;
    const until = stop !== undefined && stop >= 0 ? stop : Number.POSITIVE_INFINITY;
    for await (const item of items) {
      const index = seen++;
      if (index >= until) {
        ended = false;
        break;
      }
      if (index >= start && (index - start) % step === 0) held.push({ index, item });
      while (held.length > 0 && held[0].index < seen - lag) {
        given++;
        yield held.shift()!.item;
      }
      if (given > 0 && index + 1 >= until) break;
    }
  } else {
    for await (const item of items) {
      held.push({ index: seen++, item });
      if (held.length > -start) held.shift();
    }
    const first = Math.max(0, seen + start);
    const last = stop === undefined ? seen : stop < 0 ? seen + stop : stop;
    // A single frame before the first one is not there; a range only begins later.
    if (!slice.single || seen + start >= 0) {
      for (const { index, item } of held) {
        if (index >= last || (index - first) % step !== 0) continue;
        given++;
        yield item;
      }
    }
  }
  if (given === 0) {
    const held = ended ? `: the file holds ${seen} ${seen === 1 ? 'frame' : 'frames'}` : '';
    throw new PhonolinkError(`--index ${slice.text} selects nothing${held}`, {
      hint: ended && seen > 0 ? `frames are numbered from 0 to ${seen - 1}` : '',
    });
  }
}
