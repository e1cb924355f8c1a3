import { execFileSync } from 'node:child_process';
import { PYTHON } from '../../tests/peers/peers.js';

/** What one run says of itself: the time without starting and importing, and what it found, to be compared. */
export interface Run {
  seconds: number;
  frames: number;
  /** Something that both must agree on: the sum of all forces' sizes, for example. */
  check: number;
}

/** Runs a Python script with arguments in a process of its own; it prints a `Run` as JSON. */
export function runPeer(script: string, ...args: string[]): Run {
  const output = execFileSync(PYTHON, ['-c', script, ...args], { encoding: 'utf8', maxBuffer: 1 << 26 });
  return JSON.parse(output) as Run;
}

/** Ours and theirs in turn, so that a busy machine slows both; the best run of each. */
export async function alternate(
  rounds: number,
  ours: () => Promise<Run>,
  peer: () => Run,
): Promise<{ ours: Run; peer: Run }> {
  const best: { ours?: Run; peer?: Run } = {};
  for (let round = 0; round < rounds; round++) {
    const own = await ours();
    const other = peer();
    if (own.frames !== other.frames || Math.abs(own.check - other.check) > 1e-6 * Math.abs(other.check))
      throw new Error(`the two do not agree: ${JSON.stringify(own)} and ${JSON.stringify(other)}`);
    if (!best.ours || own.seconds < best.ours.seconds) best.ours = own;
    if (!best.peer || other.seconds < best.peer.seconds) best.peer = other;
  }
  return { ours: best.ours!, peer: best.peer! };
}
