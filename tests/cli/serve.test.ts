import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runIpiClient } from '../../compat/ipi/client.js';
import { createIpiServer, type IpiServer } from '../../compat/ipi/server.js';
import { runCommandLine } from '../../src/cli/program.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import type { Structure } from '../../src/model/structure.js';
import { skewedDiamond } from '../contract/structures.js';
import { commandLine } from '../helpers/command-line.js';
import { framesOf } from '../helpers/formats.js';
import { collect, scriptedServer, socketName } from '../helpers/ipi.js';
import { command, NEW } from '../helpers/mdi.js';
import { nepText } from '../helpers/nep-models.js';

const SILICON = join(PACKAGE_ROOT, 'fixtures', 'silicon');
const MODEL = join(SILICON, 'Si.tersoff');
const TRAJECTORY = join(SILICON, 'trajectory-300K.extxyz');

const cli = commandLine();
const { at } = cli;
const run = (...args: string[]) => runCommandLine(['node', 'phonolink', ...args, '--threads', '1']);
const phonolink = (text: string) => run(...text.split(' '));

const diamonds = (count: number, species = ['Si']): Structure[] =>
  Array.from({ length: count }, (_, k) =>
    skewedDiamond(species, { bond: 2.35, repeat: [2, 2, 1], seed: k + 1 }),
  );

async function ipiServer(): Promise<{ server: IpiServer; name: string }> {
  const name = socketName();
  return {
    name,
    server: await createIpiServer({ listen: { unix: name }, timeout: 10_000, patience: 10_000 }),
  };
}

/** What `predict` says of the same structures: the forces of a rotated cell differ by rounding. */
async function expectOwnForces(input: string, output: string): Promise<void> {
  expect(await phonolink(`predict ${MODEL} ${input} -o ${at('own.extxyz')} --quiet`)).toBe(0);
  const [own, labelled] = [await framesOf(at('own.extxyz')), await framesOf(output)];
  expect(labelled).toHaveLength(own.length);
  for (const [k, { labels }] of labelled.entries()) {
    // Sums of some hundred eV, units changed and cells turned there and back.
    expect(Math.abs(labels.energy! - own[k].labels.energy!)).toBeLessThan(1e-10);
    for (const name of ['forces', 'virial'] as const) {
      const worst = labels[name]!.map((x, i) => Math.abs(x - own[k].labels[name]![i]));
      expect(Math.max(...worst)).toBeLessThan(1e-9);
    }
  }
}

describe('phonolink serve', () => {
  it('gives a server forces until it says EXIT; a model of one species needs no structure', async () => {
    const { server, name } = await ipiServer();
    const session = phonolink(`serve ${MODEL} --unix ${name}`);
    expect(await collect(server.label(diamonds(3)))).toHaveLength(3);
    await server.close();
    expect(await session).toBe(0);
    expect(cli.stdout).toMatch(
      /^Tersoff: 3 steps, [\d.]+ ms each, [\d.]+ ms of it for the forces; the server ended the session\n$/,
    );
    expect(cli.stderr).toBe('');
  });

  it('--json says how the session went', async () => {
    const server = await createIpiServer({
      listen: { host: '127.0.0.1', port: 0 },
      timeout: 10_000,
      patience: 10_000,
    });
    const { port } = server.address as { port: number };
    const session = phonolink(
      `serve ${MODEL} --host 127.0.0.1 --port ${port} --structure ${TRAJECTORY} --json --peer lammps`,
    );
    const [frame] = await framesOf(TRAJECTORY);
    await collect(server.label([frame.structure]));
    await server.close();
    expect(await session).toBe(0);
    const report = JSON.parse(cli.stdout);
    expect(report).toMatchObject({ steps: 1, end: 'exit' });
    expect(report.seconds).toBeGreaterThanOrEqual(report.evaluation);
  });

  it('tells what keeps it from serving', async () => {
    const { server, name } = await ipiServer();
    writeFileSync(at('C.xyz'), '1\nLattice="5 0 0 0 5 0 0 0 5" Properties=species:S:1:pos:R:3\nC 0 0 0\n');
    writeFileSync(at('none.xyz'), '');
    writeFileSync(at('nep.txt'), nepText({ dialect: 'nep4', species: ['Si', 'C'] }));
    writeFileSync(at('dipole.txt'), nepText({ dialect: 'nep4_dipole', species: ['Si'] }));
    const cases: [string, number, RegExp][] = [
      [`serve ${MODEL} --unix ${name} --structure ${at('C.xyz')}`, 1, /C/],
      [`serve ${MODEL} --unix ${name} --structure ${at('none.xyz')}`, 1, /none.xyz/],
      [`serve ${MODEL} --unix ${name} --structure ${at('absent.xyz')}`, 1, /absent.xyz/],
      [`serve ${at('nep.txt')} --unix ${name}`, 2, /knows Si, C.*\n.*--structure FILE/],
      [`serve ${at('dipole.txt')} --unix ${name}`, 1, /predicts a dipole, and no forces/],
      [`serve ${MODEL} --unix ${socketName()} --timeout 0.05`, 1, /no i-PI server at .* within 0.05 s/],
      [`serve ${MODEL}`, 2, /no server is named/],
      [`serve --unix ${name}`, 2, /no model is named/],
      [`serve ${MODEL} --unix ${name} --port 3`, 2, /two places/],
      [`serve ${MODEL} --unix a/b`, 2, /cannot name a UNIX socket/],
      [`serve ${MODEL} --unix ${name} -o x.xyz`, 2, /--listen alone/],
      [`serve ${MODEL} --unix ${name} --patience 3`, 2, /for force engines/],
      [`serve ipi:unix:${socketName()} --unix ${name} --temperature 3`, 2, /not for force engines/],
      [`serve ipi:nowhere --unix ${name}`, 2, /names no force engines/],
      [`serve ${MODEL} --listen --unix ${name}`, 2, /leave one of them out/],
      [`serve --listen --unix ${name}`, 2, /--structure FILE/],
      [`serve --listen --unix ${name} --structure ${TRAJECTORY} -o ${at('o.xyz')}`, 1, /cannot listen at/],
      [`serve ${MODEL} --port 0`, 2, /1 to 65535/],
      [`serve ${MODEL} --mdi nowhere`, 2, /no address of an MDI driver/],
      [`serve ${MODEL} --mdi localhost:9 --unix ${name}`, 2, /--unix is for the i-PI protocol/],
      [`serve ${MODEL} --mdi localhost:9 --timeout 0.05`, 1, /MDI driver/],
      [`serve ${MODEL} --unix ${name} --timeout 0`, 2, /positive number of seconds/],
    ];
    for (const [text, code, message] of cases) {
      cli.stderr = '';
      expect([text, await phonolink(text)]).toEqual([text, code]);
      expect(cli.stderr).toMatch(message);
      expect(cli.stderr).not.toMatch(/ at .*\.[jt]s:/);
    }
    expect(existsSync(at('o.xyz'))).toBe(false);
    await server.close();
  });

  it('ends where the server has other atoms than the file, at its first message', async () => {
    const { server, name } = await ipiServer();
    const session = phonolink(`serve ${MODEL} --unix ${name} --structure ${TRAJECTORY}`);
    const lost = collect(server.label(diamonds(1)));
    lost.catch(() => {});
    expect(await session).toBe(1);
    expect(cli.stderr).toMatch(
      /the i-PI server at .* has 8 atoms, expected 64 as in .*trajectory-300K.extxyz\n.*--structure FILE\n$/,
    );
    await server.close();
    await expect(lost).rejects.toThrow();
  });

  it('ends where a server of a model without a file changes its number of atoms', async () => {
    const { server, name } = await ipiServer();
    const session = phonolink(`serve ${MODEL} --unix ${name}`);
    const [frame] = await framesOf(TRAJECTORY);
    const lost = collect(server.label([...diamonds(1), frame.structure]));
    lost.catch(() => {});
    expect(await session).toBe(1);
    expect(cli.stderr).toMatch(/has 64 atoms, expected 8 as in its first positions/);
    await server.close();
  });

  it('says so where atoms lie at one place, and where the server goes away at once', async () => {
    const { server, name } = await ipiServer();
    const session = phonolink(`serve ${MODEL} --unix ${name}`);
    const [structure] = diamonds(1);
    const lost = collect(server.label([{ ...structure, positions: new Float64Array(24) }]));
    lost.catch(() => {});
    expect(await session).toBe(3);
    expect(cli.stderr).toMatch(/not finite\n {2}two atoms may lie at the same place/);
    await server.close();
    const closing = await scriptedServer((socket) => socket.end());
    expect(await phonolink(`serve ${MODEL} --host 127.0.0.1 --port ${closing.port}`)).toBe(1);
    expect(cli.stderr).toMatch(/went away before it asked for forces/);
    await closing.close();
    const garbage = await scriptedServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n'));
    expect(await phonolink(`serve ${MODEL} --host 127.0.0.1 --port ${garbage.port}`)).toBe(1);
    expect(cli.stderr).toMatch(/found the message header 'HTTP\/1.1 400', expected one of STATUS/);
    await garbage.close();
  });
});

describe('phonolink serve --mdi', () => {
  it('gives an MDI driver forces until it says EXIT', async () => {
    const driver = await scriptedServer((socket) => {
      socket.write(Buffer.concat([NEW.handshake, command('EXIT')]));
      socket.resume();
    });
    expect(await phonolink(`serve ${MODEL} --mdi 127.0.0.1:${driver.port}`)).toBe(0);
    expect(cli.stdout).toMatch(/^Tersoff: 0 steps; the server ended the session\n$/);
    await driver.close();
  });

  it('ends with an error where the driver goes away without EXIT', async () => {
    const driver = await scriptedServer((socket) => {
      socket.end(NEW.handshake);
      socket.resume();
    });
    expect(await phonolink(`serve ${MODEL} --mdi 127.0.0.1:${driver.port}`)).toBe(1);
    expect(cli.stderr).toMatch(/went away without EXIT after 0 steps/);
    await driver.close();
  });
});

describe('phonolink predict ipi:', () => {
  it('labels by two engines of ours, as serve --listen does, and as predict alone', async () => {
    const name = socketName();
    for (const listening of [
      `predict ipi:unix:${name} ${TRAJECTORY} -o ${at('out.extxyz')}`,
      `serve --listen --unix ${name} --structure ${TRAJECTORY} -o ${at('out.extxyz')}`,
    ]) {
      cli.stdout = '';
      const labelling = phonolink(listening);
      const engines = [1, 2].map(() => phonolink(`serve ${MODEL} --unix ${name} --quiet`));
      expect(await labelling).toBe(0);
      expect(await Promise.all(engines)).toEqual([0, 0]);
      expect(cli.stdout).toMatch(/^force engines at the UNIX socket .*: 40 frames, 2560 atoms/);
      expect(existsSync(at('out.extxyz.journal.jsonl'))).toBe(false);
      await expectOwnForces(TRAJECTORY, at('out.extxyz'));
    }
  });

  it('goes on where it ended when the only engine died', async () => {
    const name = socketName();
    const command = `predict ipi:unix:${name} ${TRAJECTORY} -o ${at('out.extxyz')} --patience 0.2`;
    const first = phonolink(command);
    let steps = 0;
    const mortal = runIpiClient({
      connect: { unix: name },
      evaluate: async (positions) => {
        if (++steps > 7) throw new Error('out of memory');
        return { energy: steps, forces: new Float64Array(positions.length), virial: new Float64Array(9) };
      },
    });
    await expect(mortal).rejects.toThrow('out of memory');
    expect(await first).toBe(1);
    expect(cli.stderr).toMatch(/lost force engine 1: .*goes to another\n/);
    expect(cli.stderr).toMatch(/no force engine was connected for 0.2 s/);
    expect(existsSync(at('out.extxyz'))).toBe(false);
    expect(cli.text('out.extxyz.journal.jsonl').trim().split('\n')).toHaveLength(8);

    cli.stderr = '';
    const second = phonolink(command);
    const engine = phonolink(`serve ${MODEL} --unix ${name} --json`);
    expect(await Promise.all([second, engine])).toEqual([0, 0]);
    expect(cli.stderr).toMatch(/has the labels of 7 structures: these are not computed again/);
    expect(cli.stdout).toMatch(/"steps":33/);
    const frames = await framesOf(at('out.extxyz'));
    expect(frames.slice(0, 7).map(({ labels }) => Math.round(labels.energy!))).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('relays: a server whose forces come from an engine behind another', async () => {
    const [front, back] = [socketName(), socketName()];
    const labelling = phonolink(`predict ipi:unix:${front} ${TRAJECTORY} -o ${at('out.extxyz')} --quiet`);
    const relay = phonolink(`serve ipi:unix:${back} --unix ${front} --quiet`);
    const engine = phonolink(`serve ${MODEL} --unix ${back} --quiet`);
    expect(await Promise.all([labelling, relay, engine])).toEqual([0, 0, 0]);
    await expectOwnForces(TRAJECTORY, at('out.extxyz'));
  });
});
