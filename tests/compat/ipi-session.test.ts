import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createConnection } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type IpiAddress, socketPath } from '../../compat/ipi/address.js';
import { type IpiClientOptions, runIpiClient } from '../../compat/ipi/client.js';
import { ENGINE_GRAMMAR, SERVER_GRAMMAR } from '../../compat/ipi/codec.js';
import { Connection } from '../../compat/ipi/connection.js';
import { Decoder } from '../../compat/ipi/decoder.js';
import type { ForceData } from '../../compat/ipi/messages.js';
import { createIpiServer } from '../../compat/ipi/server.js';
import type { Frame } from '../../src/model/frame.js';
import { createStructure, type Structure } from '../../src/model/structure.js';
import { collect, encode, eventually, scatter, scriptedServer, socketName, wells } from '../helpers/ipi.js';

const UNIX = (): IpiAddress => ({ unix: socketName() });
const TCP = (): IpiAddress => ({ host: '127.0.0.1', port: 0 });
const LIMITS = { timeout: 5000, patience: 5000 };

function engineAt(connect: IpiAddress, count: number, more: Partial<IpiClientOptions> = {}) {
  return runIpiClient({ connect, count, timeout: 5000, evaluate: wells, ...more });
}

/** Changes of units and the turn into the engine's frame and back: some roundings of numbers up to 100. */
const ROUNDING = 1e-12;

async function expectWells(structure: Structure, { labels }: Frame): Promise<void> {
  const { energy, forces, virial } = await wells(structure.positions, structure.cell);
  expect(Math.abs(labels.energy! - energy)).toBeLessThan(ROUNDING);
  for (let i = 0; i < forces.length; i++)
    expect(Math.abs(labels.forces![i] - forces[i])).toBeLessThan(ROUNDING);
  for (let i = 0; i < 9; i++) expect(Math.abs(labels.virial![i] - virial[i])).toBeLessThan(ROUNDING);
}

describe('our client and our server', () => {
  it.each([
    ['a UNIX socket', UNIX],
    ['TCP', TCP],
  ])('agree over %s on a skewed cell in any orientation, left-handed too', async (_, address) => {
    const server = await createIpiServer({ listen: address(), ...LIMITS });
    const cells: Float64Array[] = [];
    const engine = engineAt(server.address, 5, {
      evaluate: (positions, cell) => {
        cells.push(cell);
        return wells(positions, cell);
      },
    });
    const leftHanded = Float64Array.of(1.2, 5.3, 0.9, 4.1, 0.7, -0.4, -0.8, 0.6, 6.2);
    const structures = [scatter(5, 1), scatter(5, 2, leftHanded), scatter(5, 3)];
    const frames = await collect(server.label(structures));
    await server.close();
    expect(await engine).toEqual({ steps: 3, end: 'exit' });
    for (const [i, frame] of frames.entries()) {
      expect(frame.structure).toBe(structures[i]);
      await expectWells(structures[i], frame);
    }
    // h upper triangular: LAMMPS reads nothing else. Our rows are its columns.
    for (const cell of cells) {
      expect([cell[1], cell[2], cell[5]]).toEqual([0, 0, 0]);
      expect(Math.min(cell[0], cell[4], cell[8])).toBeGreaterThan(0);
    }
  });

  it('keep the order of the structures with engines of different speeds', async () => {
    const server = await createIpiServer({ listen: UNIX(), ...LIMITS });
    const structures = Array.from({ length: 200 }, (_, i) => scatter(3, i));
    const turns = (n: number) => async (positions: Float64Array, cell: Float64Array) => {
      for (let i = 0; i < n; i++) await new Promise((resolve) => setImmediate(resolve));
      return wells(positions, cell);
    };
    const engines = [1, 5, 40].map((n) => engineAt(server.address, 3, { evaluate: turns(n) }));
    const frames = await collect(server.label(structures));
    await server.close();
    expect(frames.map((frame) => structures.indexOf(frame.structure))).toEqual(structures.map((__, i) => i));
    for (const [i, frame] of frames.entries()) await expectWells(structures[i], frame);
    const steps = (await Promise.all(engines)).map((session) => session.steps);
    expect(steps.reduce((sum, n) => sum + n, 0)).toBe(200);
    expect(steps[0]).toBeGreaterThan(steps[2]);
  });

  it('part after as many structures as an engine gets, and the next engine goes on', async () => {
    const server = await createIpiServer({ listen: UNIX(), ...LIMITS, perEngine: 2 });
    const structures = Array.from({ length: 5 }, (_, i) => scatter(3, i));
    const labelled = collect(server.label(structures));
    const ends = [];
    for (let i = 0; i < 3; i++) {
      // The last engine waits for a sixth structure until the server closes.
      if (i === 2) void labelled.then(() => server.close());
      ends.push(await engineAt(server.address, 3));
    }
    expect(ends.map(({ steps, end }) => `${steps} ${end}`)).toEqual(['2 exit', '2 exit', '1 exit']);
    expect(await labelled).toHaveLength(5);
  });

  it('send a large system in one piece', async () => {
    const server = await createIpiServer({ listen: UNIX(), ...LIMITS });
    const structure = scatter(20_000, 1);
    const engine = engineAt(server.address, 20_000);
    const [frame] = await collect(server.label([structure]));
    await server.close();
    await engine;
    const { forces } = await wells(structure.positions, structure.cell);
    const error = forces.reduce((most, f, i) => Math.max(most, Math.abs(f - frame.labels.forces![i])), 0);
    expect(error).toBeLessThan(ROUNDING);
  });

  it('find each other where the client is first', async () => {
    const address = UNIX();
    const engine = engineAt(address, 2);
    const server = await createIpiServer({ listen: address, ...LIMITS });
    expect(await collect(server.label([scatter(2, 1)]))).toHaveLength(1);
    await server.close();
    expect((await engine).end).toBe('exit');
  });

  it('work on a source that waits for the last result', async () => {
    const server = await createIpiServer({ listen: UNIX(), ...LIMITS });
    const engine = engineAt(server.address, 2);
    let last = 0;
    let wake = () => {};
    async function* source() {
      for (let i = 0; i < 5; i++) {
        if (i > 0 && last < i) await new Promise<void>((resolve) => (wake = resolve));
        yield scatter(2, i);
      }
    }
    for await (const _ of server.label(source())) {
      last++;
      wake();
    }
    expect(last).toBe(5);
    await server.close();
    await engine;
  });

  it('exchange INIT where the client asks for it', async () => {
    for (const init of ['never', 'first', 'afterwards'] as const) {
      const server = await createIpiServer({ listen: UNIX(), ...LIMITS });
      const told: [number, string][] = [];
      const engine = engineAt(server.address, 2, { init, onInit: (bead, text) => told.push([bead, text]) });
      await collect(server.label([scatter(2, 1), scatter(2, 2), scatter(2, 3)]));
      await server.close();
      await engine;
      expect(told).toEqual(new Array({ never: 0, first: 1, afterwards: 2 }[init]).fill([0, ' ']));
    }
  });

  it('survive 200 engines that come and go', async () => {
    const server = await createIpiServer({ listen: UNIX(), ...LIMITS });
    const path = socketPath((server.address as { unix: string }).unix);
    for (let i = 0; i < 200; i++) {
      const socket = createConnection({ path });
      await new Promise((resolve) => socket.once('connect', resolve));
      socket.destroy();
      await new Promise((resolve) => socket.once('close', resolve));
    }
    await eventually(() => server.engines === 0, 'the server forgets engines that left');
    const engine = engineAt(server.address, 2);
    expect(await collect(server.label([scatter(2, 1)]))).toHaveLength(1);
    await server.close();
    await engine;
  });
});

describe('the server', () => {
  it('takes over the socket file of a killed program, not one that is in use', async () => {
    const address = UNIX();
    const server = await createIpiServer({ listen: address });
    await expect(createIpiServer({ listen: address })).rejects.toThrow(
      /cannot listen at .*another|EADDRINUSE/,
    );
    await server.close();
    const path = socketPath((address as { unix: string }).unix);
    expect(existsSync(path)).toBe(false);
    const dying = `require('net').createServer().listen('${path}', () => process.kill(process.pid, 'SIGKILL'))`;
    expect(spawnSync(process.execPath, ['-e', dying]).signal).toBe('SIGKILL');
    expect(existsSync(path)).toBe(true);
    await (await createIpiServer({ listen: address })).close();
  });

  it('refuses names that are no part of a path', async () => {
    for (const unix of ['', 'a/b', 'x'.repeat(200)]) {
      await expect(createIpiServer({ listen: { unix } })).rejects.toThrow(/cannot name a UNIX socket/);
    }
  });

  it('refuses a structure without a cell, and goes on with others', async () => {
    const server = await createIpiServer({ listen: UNIX(), ...LIMITS });
    const engine = engineAt(server.address, 1);
    const molecule = createStructure({ symbols: ['Si'], positions: new Float64Array(3) });
    await expect(collect(server.label([scatter(1, 1), molecule]))).rejects.toThrow(
      /structure 2: the structure has no three lattice vectors/,
    );
    expect(await collect(server.label([scatter(1, 2)]))).toHaveLength(1);
    await server.close();
    await engine;
  });

  it('passes an error of the source on after the results before it', async () => {
    const server = await createIpiServer({ listen: UNIX(), ...LIMITS });
    const engine = engineAt(server.address, 1);
    async function* source() {
      yield scatter(1, 1);
      throw new Error('line 7 of the file');
    }
    const seen: Frame[] = [];
    const all = async () => {
      for await (const frame of server.label(source())) seen.push(frame);
    };
    await expect(all()).rejects.toThrow('line 7 of the file');
    expect(seen).toHaveLength(1);
    await server.close();
    await engine;
  });
});

/** An engine whose every answer the test writes; `turn` gives the results' own numbers. */
async function customEngine(
  address: IpiAddress,
  status: () => 'NEEDINIT' | 'READY' | 'HAVEDATA',
  result: ForceData,
  onMessage: (type: string) => void,
): Promise<void> {
  const { port } = address as { port: number };
  const socket = createConnection({ host: '127.0.0.1', port });
  const connection = new Connection(socket, new Decoder(SERVER_GRAMMAR), { peer: 'server', stall: 5000 });
  for (;;) {
    const message = await connection.next(5000);
    if (!message || message.type === 'EXIT') break;
    onMessage(message.type);
    if (message.type === 'STATUS') connection.send({ type: status() });
    if (message.type === 'GETFORCE') connection.send(result);
  }
  await connection.close();
}

const cubic = () => scatter(1, 1, Float64Array.of(5, 0, 0, 0, 5, 0, 0, 0, 5));

describe('the server and the habits of other engines', () => {
  const result = (more: Partial<ForceData>): ForceData => ({
    type: 'FORCEREADY',
    energy: 1,
    forces: Float64Array.of(1, 2, 3),
    virial: new Float64Array(9),
    extra: new Uint8Array(0),
    ...more,
  });
  const units = { bohr: 1, hartree: 1 };

  async function labelsBy(answer: ForceData, status: () => 'NEEDINIT' | 'READY' = () => 'READY') {
    const server = await createIpiServer({ listen: TCP(), units, ...LIMITS });
    const heard: string[] = [];
    const engine = customEngine(server.address, status, answer, (type) => heard.push(type));
    const frames = await collect(server.label([cubic(), cubic()]));
    await server.close();
    await engine;
    return { frames, heard };
  }

  it('takes an upper triangle of the virial for the whole (LAMMPS), and sends no INIT unasked', async () => {
    const { frames, heard } = await labelsBy(result({ virial: Float64Array.of(1, 2, 3, 0, 4, 5, 0, 0, 6) }));
    expect([...frames[0].labels.virial!]).toEqual([1, 2, 3, 2, 4, 5, 3, 5, 6]);
    const step = ['POSDATA', 'GETFORCE', 'STATUS'];
    expect(heard).toEqual(['STATUS', ...step, ...step]);
  });

  it('gives no virial where the engine says only zeros, and no text for a byte of zero (ASE)', async () => {
    const { frames } = await labelsBy(result({ extra: new Uint8Array(1) }));
    expect(frames[1].labels).toEqual({ energy: 1, forces: Float64Array.of(1, 2, 3) });
    expect(frames[1].info.size).toBe(0);
  });

  it('says EXIT after the answer to the last STATUS: a late one would meet a closed socket (ASE)', async () => {
    const server = await createIpiServer({ listen: TCP(), units, ...LIMITS });
    const { port } = server.address as { port: number };
    const socket = createConnection({ host: '127.0.0.1', port });
    const connection = new Connection(socket, new Decoder(SERVER_GRAMMAR), { peer: 'server', stall: 5000 });
    const hear = async (type: string) => expect((await connection.next(5000))?.type).toBe(type);
    const labelling = collect(server.label([cubic()]));
    await hear('STATUS');
    connection.send({ type: 'READY' });
    for (const type of ['POSDATA', 'GETFORCE', 'STATUS']) await hear(type);
    connection.send(result({}));
    await labelling;
    const closing = server.close();
    let isLetGo = false;
    const farewell = connection.next(5000).finally(() => {
      isLetGo = true;
    });
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(isLetGo).toBe(false);
    connection.send({ type: 'READY' });
    expect(await farewell).toEqual({ type: 'EXIT' });
    await closing;
    await connection.close();
  });

  it('keeps the text that comes with a result', async () => {
    const { frames } = await labelsBy(result({ extra: Buffer.from('{"dipole": [1, 2, 3]}') }));
    expect(frames[0].info.get('ipi_extra')).toEqual({ kind: 'S', value: '{"dipole": [1, 2, 3]}' });
  });

  it('sends INIT as often as it is asked for (pw.x: before every structure)', async () => {
    let asked = 0;
    const { heard } = await labelsBy(result({}), () => (asked++ % 2 === 0 ? 'NEEDINIT' : 'READY'));
    expect(heard).toEqual([
      ...['STATUS', 'INIT', 'STATUS', 'POSDATA', 'GETFORCE'],
      ...['STATUS', 'INIT', 'STATUS', 'POSDATA', 'GETFORCE'],
      'STATUS',
    ]);
  });
});

describe('the client and the habits of other servers', () => {
  const positions = { type: 'POSDATA' as const, cell: Float64Array.of(9, 0, 0, 0, 9, 0, 0, 0, 9) };
  const posdata = {
    ...positions,
    inverse: new Float64Array(9).fill(Number.NaN),
    positions: new Float64Array(3),
  };

  /** What the client answers to a stream, as types. */
  async function answersTo(stream: Uint8Array, more: Partial<IpiClientOptions> = {}) {
    const decoder = new Decoder(ENGINE_GRAMMAR);
    const answers: string[] = [];
    let isClosed = false;
    const server = await scriptedServer((socket) => {
      socket.on('close', () => {
        isClosed = true;
      });
      socket.on('data', (chunk) => answers.push(...[...decoder.push(chunk)].map((message) => message.type)));
      socket.write(stream);
    });
    const session = await engineAt({ host: '127.0.0.1', port: server.port }, 1, more);
    await eventually(() => isClosed, 'the client has closed its socket');
    await server.close();
    return { session, answers };
  }
  const type = (name: 'STATUS' | 'GETFORCE' | 'EXIT') => encode({ type: name });

  it('answers POSDATA and GETFORCE back to back (i-PI), whatever the inverse cell is', async () => {
    const stream = Buffer.concat([type('STATUS'), encode(posdata), type('GETFORCE'), type('EXIT')]);
    const { session, answers } = await answersTo(stream);
    expect(answers).toEqual(['NEEDINIT', 'FORCEREADY']);
    expect(session).toEqual({ steps: 1, end: 'exit' });
  });

  it('has its data at the STATUS after positions (ASE)', async () => {
    const step = [type('STATUS'), encode(posdata), type('STATUS'), type('GETFORCE')];
    const { answers } = await answersTo(Buffer.concat([...step, ...step, type('EXIT')]));
    expect(answers).toEqual(['NEEDINIT', 'HAVEDATA', 'FORCEREADY', 'READY', 'HAVEDATA', 'FORCEREADY']);
  });

  it('takes an INIT that it did not ask for', async () => {
    const init = encode({ type: 'INIT', bead: 2, parameters: Buffer.from('batch') });
    const told: [number, string][] = [];
    const stream = Buffer.concat([init, type('STATUS'), type('EXIT')]);
    const { answers } = await answersTo(stream, { onInit: (bead, text) => told.push([bead, text]) });
    expect(answers).toEqual(['READY']);
    expect(told).toEqual([[2, 'batch']]);
  });
});
