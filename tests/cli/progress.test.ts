import { describe, expect, it } from 'vitest';
import { byteAmount, Progress } from '../../src/cli/progress.js';

function terminal(isTTY: boolean, columns = 80) {
  const lines: string[] = [];
  return {
    lines,
    stream: {
      isTTY,
      columns,
      write: (text: string) => {
        lines.push(text);
        return true;
      },
    },
  };
}

describe('progress line', () => {
  it('says how far, how fast, and how long', () => {
    const { lines, stream } = terminal(true);
    let time = 0;
    const progress = new Progress({ amount: byteAmount, total: 4e9 }, stream, () => time);
    progress.update(1e6);
    time = 10_000;
    progress.update(1e9, '12 frames');
    progress.end();
    expect(lines).toEqual(['\r\x1b[K12 frames, 25 % of 4.0 GB, 100 MB/s, 30 s left', '\r\x1b[K']);
  });

  it('is cut to the width of the terminal, and is rare', () => {
    const { lines, stream } = terminal(true, 20);
    let time = 0;
    const progress = new Progress({ amount: byteAmount }, stream, () => time);
    for (time = 0; time < 1000; time++) progress.update(time * 1e6, 'a long word about it');
    expect(lines.length).toBeLessThanOrEqual(10);
    expect(lines[0].length).toBe('\r\x1b[K'.length + 19);
  });

  it('is not there without a terminal, or when asked to be quiet', () => {
    for (const [isTTY, quiet] of [
      [false, false],
      [true, true],
    ]) {
      const { lines, stream } = terminal(isTTY);
      let time = 0;
      const progress = new Progress({ amount: byteAmount, quiet }, stream, () => time);
      time = 1e4;
      progress.update(5);
      progress.end();
      expect(lines).toEqual([]);
    }
  });
});
