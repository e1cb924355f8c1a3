import type { Frame } from '../../src/model/frame.js';
import type { Structure } from '../../src/model/structure.js';
import { createJob, type Job } from './work.js';

/** Structures taken ahead of the oldest that has no result yet: enough for engines of very different speeds. */
const READ_AHEAD = 64;

/**
 * Submits structures as they come and gives their results in the same order. The source is read on its own, so that
 * one whose next structure depends on an earlier result is not waited for.
 * @param cancel called with the jobs that are still open where the caller stops early or the source fails
 */
export async function* inOrder(
  structures: AsyncIterable<Structure> | Iterable<Structure>,
  submit: (job: Job) => void,
  cancel: (jobs: ReadonlySet<Job>) => void,
): AsyncGenerator<Frame, void> {
  const open: Job[] = [];
  let isRead = false;
  let isStopped = false;
  let failure: { reason: unknown } | undefined;
  let wakeWriter: (() => void) | undefined;
  let wakeReader: (() => void) | undefined;
  const readAll = async () => {
    let number = 0;
    try {
      for await (const structure of structures) {
        if (isStopped) return;
        const job = createJob(++number, structure);
        open.push(job);
        submit(job);
        wakeReader?.();
        while (open.length >= READ_AHEAD && !isStopped) {
          await new Promise<void>((resolve) => {
            wakeWriter = resolve;
          });
        }
        if (isStopped) return;
      }
    } catch (reason) {
      failure = { reason };
    } finally {
      isRead = true;
      wakeReader?.();
    }
  };
  void readAll();
  try {
    for (;;) {
      while (open.length === 0 && !isRead) {
        await new Promise<void>((resolve) => {
          wakeReader = resolve;
        });
      }
      if (open.length === 0) break;
      const frame = await open[0].done;
      open.shift();
      wakeWriter?.();
      yield frame;
    }
    if (failure) throw failure.reason;
  } finally {
    isStopped = true;
    wakeWriter?.();
    cancel(new Set(open));
  }
}
