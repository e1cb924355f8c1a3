import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runIpiClient } from '../../compat/ipi/client.js';
import { ENGINE_GRAMMAR, SERVER_GRAMMAR } from '../../compat/ipi/codec.js';
import { Decoder } from '../../compat/ipi/decoder.js';
import type { EngineMessage, ForceData, PositionData, ServerMessage } from '../../compat/ipi/messages.js';
import { createIpiServer } from '../../compat/ipi/server.js';
import { cellOfWire } from '../../compat/ipi/units.js';
import { scaled } from '../../compat/sockets/units.js';
import { loadPotential } from '../../formats/potentials.js';
import { createCpuDevice } from '../../src/device/cpu.js';
import { createStructure } from '../../src/model/structure.js';
import { collect, encode, scriptedServer } from '../helpers/ipi.js';
import { DATA, withoutData } from '../helpers/shared-data.js';

/** The atomic units of CODATA 2014, which the recorded engine (ASE 3.22) converts with. */
const CODATA_2014 = { bohr: 0.5291772105638411, hartree: 27.211386024367243 };

interface Transcript {
  messages: ['server->client' | 'client->server', string][];
}

const transcripts: [string, Transcript][] = withoutData
  ? []
  : readdirSync(join(DATA, 'ipi'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('transcript.json'))
      .map((name) => [name, JSON.parse(readFileSync(join(DATA, 'ipi', name), 'utf8')) as Transcript]);

function bytesOf({ messages }: Transcript, direction: 'server->client' | 'client->server'): Buffer {
  return Buffer.concat(
    messages.filter(([from]) => from === direction).map(([, text]) => Buffer.from(text, 'base64')),
  );
}

function serverMessages(bytes: Uint8Array): ServerMessage[] {
  const decoder = new Decoder(SERVER_GRAMMAR);
  const messages = [...decoder.push(bytes)];
  expect(decoder.isInside).toBe(false);
  return messages;
}

function engineMessages(bytes: Uint8Array): EngineMessage[] {
  const decoder = new Decoder(ENGINE_GRAMMAR);
  const messages = [...decoder.push(bytes)];
  expect(decoder.isInside).toBe(false);
  return messages;
}

function expectClose(a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number): void {
  expect(a.length).toBe(b.length);
  for (let i = 0; i < a.length; i++) expect(Math.abs(a[i] - b[i])).toBeLessThanOrEqual(tolerance);
}

const isForces = (message: EngineMessage): message is ForceData => message.type === 'FORCEREADY';
const isPositions = (message: ServerMessage): message is PositionData => message.type === 'POSDATA';

describe.skipIf(withoutData)('recorded sessions', () => {
  it('are there', () => expect(transcripts.length).toBeGreaterThan(0));

  describe.each(transcripts)('%s', (_, transcript) => {
    const fromServer = bytesOf(transcript, 'server->client');
    const fromEngine = bytesOf(transcript, 'client->server');

    it('is decoded and encoded again to the same bytes, both ways', () => {
      expect(Buffer.concat(serverMessages(fromServer).map(encode)).equals(fromServer)).toBe(true);
      expect(Buffer.concat(engineMessages(fromEngine).map(encode)).equals(fromEngine)).toBe(true);
    });

    it('is answered by our client as the recorded engine did, with our forces', async () => {
      const potential = await loadPotential(join(DATA, 'nep', 'potentials', 'Si_2022_NEP4_4body.txt'));
      const device = await createCpuDevice({ threads: 1 });
      const first = serverMessages(fromServer).find(isPositions)!;
      const structure = createStructure({
        symbols: new Array<string>(first.positions.length / 3).fill('Si'),
        positions: scaled(first.positions, CODATA_2014.bohr),
        cell: cellOfWire(first.cell, CODATA_2014),
      });
      const evaluator = await potential.bind(device, structure);
      // The server's bytes in the recorded order: each piece after the answer before it, to the last byte.
      const turns = [...transcript.messages];
      const answers: Buffer[] = [];
      const server = await scriptedServer((socket) => {
        let owed = 0;
        const play = () => {
          while (owed <= 0 && turns.length > 0) {
            const [from, text] = turns.shift()!;
            const bytes = Buffer.from(text, 'base64');
            if (from === 'server->client') socket.write(bytes);
            else owed += bytes.length;
          }
        };
        socket.on('data', (chunk) => {
          answers.push(chunk);
          owed -= chunk.length;
          play();
        });
        play();
      });
      const session = await runIpiClient({
        connect: { host: '127.0.0.1', port: server.port },
        count: structure.count,
        timeout: 5000,
        units: CODATA_2014,
        // ASE's client of that version: ready at first, an INIT after each result, one byte of zero with it.
        init: 'afterwards',
        extra: new Uint8Array(1),
        evaluate: async (positions, cell) => {
          const { energies, forces, virials } = await evaluator.evaluate(positions, cell);
          const virial = new Float64Array(9);
          for (let i = 0; i < virials.length; i++) virial[i % 9] += virials[i];
          return { energy: energies.reduce((sum, x) => sum + x, 0), forces, virial };
        },
      });
      await server.close();
      evaluator.release();
      device.close();
      expect(turns).toEqual([]);
      expect(session.end).toBe('exit');
      const recorded = engineMessages(fromEngine);
      const given = engineMessages(Buffer.concat(answers));
      expect(given.map((message) => message.type)).toEqual(recorded.map((message) => message.type));
      expect(session.steps).toBe(recorded.filter(isForces).length);
      // The data set's own tolerances for this transcript, in atomic units.
      const forces = given.filter(isForces);
      for (const [i, theirs] of recorded.filter(isForces).entries()) {
        expectClose([forces[i].energy], [theirs.energy], 1e-10);
        expectClose(forces[i].forces, theirs.forces, 1e-9);
        expectClose(forces[i].virial, theirs.virial, 1e-8);
        expect([...forces[i].extra]).toEqual([...theirs.extra]);
      }
    });

    it('is led by our server to the same positions, as the recorded engine answers', async () => {
      const recorded = serverMessages(fromServer).filter(isPositions);
      const structures = recorded.map(({ positions, cell }) =>
        createStructure({
          symbols: new Array<string>(positions.length / 3).fill('Si'),
          positions: scaled(positions, CODATA_2014.bohr),
          cell: cellOfWire(cell, CODATA_2014),
        }),
      );
      const results = engineMessages(fromEngine).filter(isForces);
      const server = await createIpiServer({
        listen: { host: '127.0.0.1', port: 0 },
        units: CODATA_2014,
        timeout: 5000,
        patience: 5000,
      });
      let step = 0;
      const engine = runIpiClient({
        connect: server.address,
        count: structures[0].count,
        timeout: 5000,
        units: CODATA_2014,
        init: 'afterwards',
        extra: new Uint8Array(1),
        evaluate: async (positions, cell) => {
          // Only the rounding of two changes of units stands between: positions up to 20 bohr.
          expectClose(scaled(positions, 1 / CODATA_2014.bohr), recorded[step].positions, 1e-14);
          expectClose(cell, structures[step].cell, 1e-14);
          const { energy, forces, virial } = results[step++];
          return {
            energy: energy * CODATA_2014.hartree,
            forces: scaled(forces, CODATA_2014.hartree / CODATA_2014.bohr),
            virial: scaled(virial, CODATA_2014.hartree),
          };
        },
      });
      const frames = await collect(server.label(structures));
      await server.close();
      expect(await engine).toEqual({ steps: results.length, end: 'exit' });
      for (const [i, { labels }] of frames.entries()) {
        const energy = results[i].energy * CODATA_2014.hartree;
        expectClose([labels.energy!], [energy], 1e-13);
        expectClose(labels.forces!, scaled(results[i].forces, CODATA_2014.hartree / CODATA_2014.bohr), 1e-13);
        expectClose(labels.virial!, scaled(results[i].virial, CODATA_2014.hartree), 1e-10);
      }
    });
  });
});
