import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { socketPath } from '../../compat/ipi/address.js';
import { createIpiServer } from '../../compat/ipi/server.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { framesOf } from '../helpers/formats.js';
import { collect, eventually, scatter, socketName } from '../helpers/ipi.js';
import { scratch } from './peers.js';

/** The command as a process of its own: what signals do to it. */
const MAIN = join(PACKAGE_ROOT, 'dist', 'src', 'cli', 'main.js');
const SILICON = join(PACKAGE_ROOT, 'fixtures', 'silicon');
const MODEL = join(SILICON, 'Si.tersoff');
const TRAJECTORY = join(SILICON, 'trajectory-300K.extxyz');

interface Process {
  readonly child: ChildProcess;
  readonly said: { text: string };
  readonly exit: Promise<number | NodeJS.Signals>;
}

const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});

function phonolink(...args: string[]): Process {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const said = { text: '' };
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk) => (said.text += chunk));
  const exit = once(child, 'close').then(([code, signal]) => code ?? signal);
  return { child, said, exit };
}

const engine = (name: string) =>
  phonolink('serve', MODEL, '--unix', name, '--threads', '1', '--timeout', '10');

function journalLines(output: string): number {
  const path = `${output}.journal.jsonl`;
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 2 : 0;
}

describe('phonolink serve as a process', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends by %s with 130, while it looks for a server and while it waits',
    async (signal) => {
      const name = socketName();
      const lonely = phonolink('serve', MODEL, '--unix', name);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      lonely.child.kill(signal);
      expect(await lonely.exit).toBe(130);
      expect(lonely.said.text).toMatch(/interrupted after 0 steps/);
      const server = await createIpiServer({ listen: { unix: name }, timeout: 10_000, patience: 10_000 });
      const idle = engine(name);
      expect(await collect(server.label([scatter(2, 1)]))).toHaveLength(1);
      idle.child.kill(signal);
      expect(await idle.exit).toBe(130);
      expect(idle.said.text).toMatch(/interrupted after 1 steps/);
      await server.close();
    },
  );

  it('ends by itself where its server is killed', async () => {
    const name = socketName();
    const labelling = phonolink('predict', `ipi:unix:${name}`, TRAJECTORY);
    const idle = engine(name);
    await eventually(() => existsSync(socketPath(name)), 'the server listens');
    await new Promise((resolve) => setTimeout(resolve, 300));
    labelling.child.kill('SIGKILL');
    expect([0, 1]).toContain(await idle.exit);
    expect(idle.said.text).not.toMatch(/fault of its own|at .*\.js:/);
  });
});

describe('phonolink predict ipi: as a process', () => {
  it('goes on after its engine was killed, and after it was killed itself', async () => {
    const name = socketName();
    const output = join(scratch('resume'), 'out.extxyz');
    // 200 evaluations of 64 atoms: time enough to be caught in the middle.
    const many = ['predict', `ipi:unix:${name}`, TRAJECTORY, '-o', output];
    const first = phonolink(...many);
    const killed = engine(name);
    await eventually(() => journalLines(output) >= 5, 'five labels');
    killed.child.kill('SIGKILL');
    const next = engine(name);
    await eventually(() => journalLines(output) >= 10, 'ten labels');
    first.child.kill('SIGKILL');
    await first.exit;
    await next.exit;
    expect(existsSync(output)).toBe(false);
    const kept = journalLines(output);
    expect(kept).toBeGreaterThanOrEqual(10);

    const second = phonolink(...many);
    const last = engine(name);
    expect(await second.exit).toBe(0);
    expect(second.said.text).toContain(`has the labels of ${kept} structures`);
    expect(await last.exit).toBe(0);
    expect(last.said.text).toContain(`Tersoff: ${40 - kept} steps`);
    expect(existsSync(`${output}.journal.jsonl`)).toBe(false);
    const [before, after] = [await framesOf(TRAJECTORY), await framesOf(output)];
    for (const [k, { labels }] of after.entries()) {
      // The trajectory's labels are printed with 8 decimals.
      expect(Math.abs(labels.energy! - before[k].labels.energy!)).toBeLessThan(2e-6);
    }
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends by %s and leaves no socket and no half-written file',
    async (signal) => {
      const name = socketName();
      const output = join(scratch('signal'), 'out.extxyz');
      const labelling = phonolink('predict', `ipi:unix:${name}`, TRAJECTORY, '-o', output);
      await eventually(() => existsSync(socketPath(name)), 'the server listens');
      await eventually(() => labelling.said.text.includes('journal'), 'it says where labels are kept');
      await new Promise((resolve) => setTimeout(resolve, 200));
      labelling.child.kill(signal);
      expect(await labelling.exit).toBe(signal === 'SIGINT' ? 130 : 143);
      expect(existsSync(socketPath(name))).toBe(false);
      expect(existsSync(output)).toBe(false);
    },
  );
});
