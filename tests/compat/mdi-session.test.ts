import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseMdiAddress } from '../../compat/mdi/address.js';
import { runMdiEngine } from '../../compat/mdi/engine.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { UsageError } from '../../src/model/errors.js';
import { createStructure, type Structure, symbolsOf } from '../../src/model/structure.js';
import { eventually, handles, scriptedServer, wells } from '../helpers/ipi.js';
import {
  BOHR,
  CELL,
  command,
  doubleData,
  engineAgainst,
  HARTREE,
  header,
  integerData,
  integers,
  NEW,
  OLD,
  POSITIONS,
  parse,
  say,
  set,
  setUp,
  step,
  toBohr,
} from '../helpers/mdi.js';

let before = 0;
beforeEach(() => {
  before = handles();
});
afterEach(() => eventually(() => handles() <= before, 'all sockets and timers are gone'));

/** Changes of units: some roundings of numbers up to 10. */
const ROUNDING = 1e-13;

function expectClose(a: ArrayLike<number>, b: ArrayLike<number>): void {
  expect(a.length).toBe(b.length);
  for (let i = 0; i < a.length; i++) expect(Math.abs(a[i] - b[i])).toBeLessThan(ROUNDING);
}

const EXIT = command('EXIT');
const recorded = (version: string) =>
  readFileSync(join(PACKAGE_ROOT, 'fixtures', 'mdi', `driver-${version}.bin`));
const NODE_INFO = ['<NNODES', '<NODES', '<NCOMMANDS', '<COMMANDS', '<NCALLBACKS', '<CALLBACKS'];

/** What the model says of atoms, as the wire has it: energy, forces, stress. */
async function expected(positions: number[], cell: number[]): Promise<[number, Float64Array, Float64Array]> {
  const { energy, forces, virial } = await wells(Float64Array.from(positions), Float64Array.from(cell));
  const size = cell[0] * cell[4] * cell[8];
  return [
    energy / HARTREE,
    forces.map((f) => (f * BOHR) / HARTREE),
    virial.map((w) => (w / size / HARTREE) * BOHR ** 3),
  ];
}

/** Each byte alone, without waiting for any answer. */
function byteByByte(bytes: Buffer): (socket: Socket) => void {
  return (socket) => {
    socket.setNoDelay(true);
    let at = 0;
    const next = () => {
      if (at < bytes.length && !socket.destroyed) {
        socket.write(bytes.subarray(at, ++at));
        setImmediate(next);
      }
    };
    next();
  };
}

describe('an MDI session', () => {
  it.each([
    ['1.4.40', NEW],
    ['1.3.2', OLD],
  ])(
    'with the MDI library %s, recorded, its bytes all at once and each alone',
    async (version, generation) => {
      const bytes = recorded(version);
      for (const speak of [say(bytes), byteByByte(bytes)]) {
        const bound: Structure[] = [];
        const { outcome, said } = await engineAgainst(speak, {
          bind: async (structure) => {
            bound.push(structure);
            return { evaluate: wells };
          },
        });
        expect(outcome).toEqual({ steps: 2, end: 'exit' });
        expect(bound.map(symbolsOf)).toEqual([['Si', 'O']]);
        expect(bound[0].periodic).toEqual([true, true, true]);
        const { version: ours, lengths, messages } = parse(said, generation);
        expect(ours.slice(0, 2)).toEqual([1, 4]);
        expect(lengths).toEqual(generation === NEW ? [256, 256] : []);
        expect(messages).toHaveLength(6 + 2 * 4);
        const [first, second] = [messages.slice(6, 10), messages.slice(10)];
        for (const [answers, positions, cell] of [
          [first, POSITIONS, CELL],
          [second, [0.2, 0.2, 0.2, 1.5, 1.4, 2.6], CELL.map((x) => 1.01 * x)],
        ] as const) {
          const [energy, forces, stress] = await expected([...positions], [...cell]);
          expectClose(answers[0].values, [energy]);
          expect(answers[1].values).toEqual([0]);
          expectClose(answers[2].values, forces);
          expectClose(answers[3].values, stress);
        }
      }
    },
  );

  it.each([
    ['1.4.40', NEW],
    ['1.3.2', OLD],
  ])('is driven here by the bytes that the MDI library %s sends', (version, generation) => {
    const session = Buffer.concat([
      generation.handshake,
      ...NODE_INFO.map((name) => command(name, generation)),
      ...setUp(generation),
      ...step(generation),
    ]);
    // The numbers differ in their last bits: the library multiplies by another rounding of the factor.
    const texts = (bytes: Buffer) => bytes.toString('latin1').match(/[<>][A-Z_]+\0+/g);
    const theirs = recorded(version).subarray(0, session.length);
    expect(texts(session)).toEqual(texts(theirs));
    expect(session.subarray(0, 200)).toEqual(theirs.subarray(0, 200));
  });

  it.each([
    [NEW, 256],
    [OLD, 12],
  ])('lists its node and commands in slots as the library does (%#)', async (generation, length) => {
    const { said } = await engineAgainst(
      say(
        generation.handshake,
        ...NODE_INFO.map((name) => command(name, generation)),
        command('EXIT', generation),
      ),
    );
    const [nodes, nodeList, count, list, callbacks, callbackList] = parse(said, generation).messages;
    expect(nodes.values).toEqual([1]);
    expect(nodeList.text).toBe(`${'@DEFAULT'.padEnd(length)},`);
    expect(callbacks.values).toEqual([0]);
    expect(callbackList.text).toBe(`${'@DEFAULT'.padEnd(length)};`);
    const stride = length + 1;
    expect(list.text).toHaveLength((count.values[0] + 1) * stride);
    const slots = Array.from({ length: count.values[0] + 1 }, (_, i) =>
      list.text.slice(i * stride, (i + 1) * stride),
    );
    expect(slots.map((slot) => slot.at(-1)).join('')).toMatch(/^,+;$/);
    const names = slots.map((slot) => slot.slice(0, -1).trimEnd());
    expect(names[0]).toBe('@DEFAULT');
    // What fix mdi/qm looks for.
    for (const name of ['>NATOMS', '>CELL', '>CELL_DISPL', '>ELEMENTS', '>TYPES', '>COORDS', '<PE'])
      expect(names).toContain(name);
    for (const name of ['<ENERGY', '<FORCES', '<STRESS', 'EXIT']) expect(names).toContain(name);
    // With it fix mdi/qm would ask twice for what <ENERGY says at once.
    expect(names).not.toContain('<KE_ELEC');
    // The library registers no name twice.
    expect(new Set(names.slice(1)).size).toBe(count.values[0]);
  });

  it('tells its name, version and node, and gives back what was set', async () => {
    const elements = [14, 8];
    const { outcome, said } = await engineAgainst(
      say(
        NEW.handshake,
        ...['<NAME', '<VERSION', '<@', '@DEFAULT'].map((name) => command(name)),
        ...setUp(NEW, elements),
        set('>CELL_DISPL', doubleData(1, 2, 3)),
        set('>TYPES', integerData(2, 1)),
        step()[0],
        ...['<NATOMS', '<CELL', '<CELL_DISPL', '<DIMENSIONS', '<ELEMENTS', '<TYPES', '<COORDS'].map((name) =>
          command(name),
        ),
        ...['<ENERGY', '<KE', '<KE_NUC'].map((name) => command(name)),
        EXIT,
      ),
      { name: 'QM' },
    );
    expect(outcome).toEqual({ steps: 1, end: 'exit' });
    const [name, version, node, ...rest] = parse(said).messages;
    expect(name.text).toBe('QM'.padEnd(256, '\0'));
    expect(version.values).toEqual(parse(said).version);
    expect(node.text).toBe('@DEFAULT'.padEnd(256, '\0'));
    const [count, cell, origin, dimensions, atomic, types, coordinates, energy, kinetic, nuclear] = rest.map(
      ({ values }) => values,
    );
    expect(count).toEqual([2]);
    expectClose(cell, toBohr(CELL));
    expectClose(origin, [1, 2, 3]);
    expect(dimensions).toEqual([2, 2, 2]);
    expect(atomic).toEqual(elements);
    expect(types).toEqual([2, 1]);
    expectClose(coordinates, toBohr(POSITIONS));
    expectClose(energy, [(await expected(POSITIONS, CELL))[0]]);
    expect([kinetic, nuclear]).toEqual([[0], [0]]);
  });

  it('uses the shorter commands where the driver has others', async () => {
    const generation = { length: 40, handshake: Buffer.concat([integers(1, 4, 0), integers(64, 40)]) };
    const { outcome, said } = await engineAgainst(
      say(
        generation.handshake,
        command('<NAME', generation),
        command('<NODES', generation),
        command('EXIT', generation),
      ),
    );
    expect(outcome).toEqual({ steps: 0, end: 'exit' });
    const [name, nodes] = parse(said).messages;
    expect(name.text).toHaveLength(64);
    expect(nodes.text).toHaveLength(41);
  });

  it('takes numbers of any type, as the library does', async () => {
    const elements = Buffer.alloc(16);
    elements.writeBigInt64LE(14n, 0);
    elements.writeBigInt64LE(8n, 8);
    // Multiples of 1/8: exact in single precision.
    const positions = [0.125, 0.25, 0.5, 3.125, 2.25, 1.5];
    const { outcome, said } = await engineAgainst(
      say(
        NEW.handshake,
        ...setUp().slice(0, 3),
        set('>ELEMENTS', Buffer.concat([header(10, 2), elements])),
        set('>COORDS', Buffer.concat([header(4, 6), Buffer.from(Float32Array.from(positions).buffer)])),
        command('<COORDS'),
        command('<ELEMENTS'),
        EXIT,
      ),
    );
    expect(outcome).toEqual({ steps: 0, end: 'exit' });
    const [coordinates, atomic] = parse(said).messages;
    expectClose(coordinates.values, positions);
    expect(atomic.values).toEqual([14, 8]);
  });

  it('takes the cell in any orientation, left-handed too, and sends the symmetric stress', async () => {
    const cell = [1.2, 5.3, 0.9, 4.1, 0.7, -0.4, -0.8, 0.6, 6.2];
    const virial = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
    const seen: Float64Array[] = [];
    const { said } = await engineAgainst(
      say(NEW.handshake, ...setUp(), set('>CELL', doubleData(...toBohr(cell))), ...step(), EXIT),
      {
        bind: async () => ({
          evaluate: async (positions, box) => {
            seen.push(box);
            return { energy: 0, forces: new Float64Array(positions.length), virial };
          },
        }),
      },
    );
    expectClose(seen[0], cell);
    const determinant =
      cell[0] * (cell[4] * cell[8] - cell[5] * cell[7]) -
      cell[1] * (cell[3] * cell[8] - cell[5] * cell[6]) +
      cell[2] * (cell[3] * cell[7] - cell[4] * cell[6]);
    expect(determinant).toBeLessThan(0);
    const stress = [1, 3, 5, 3, 5, 7, 5, 7, 9].map((w) => ((w / -determinant) * BOHR ** 3) / HARTREE);
    expectClose(parse(said).messages[3].values, stress);
  });

  it('evaluates once for all that is asked of the same positions', async () => {
    const { outcome } = await engineAgainst(
      say(NEW.handshake, ...setUp(), ...step(), command('<ENERGY'), EXIT),
    );
    expect(outcome).toEqual({ steps: 1, end: 'exit' });
    const moved = await engineAgainst(
      say(
        NEW.handshake,
        ...setUp(),
        ...step(),
        set('>CELL', doubleData(...toBohr(CELL.map((x) => 1.1 * x)))),
        command('<ENERGY'),
        EXIT,
      ),
    );
    expect(moved.outcome).toEqual({ steps: 2, end: 'exit' });
    expect(parse(moved.said).messages[4].values).not.toEqual(parse(moved.said).messages[0].values);
  });

  it('binds the model anew where the atoms are others, and only there', async () => {
    const events: string[] = [];
    const three = [...POSITIONS, 3, 3, 3];
    const { outcome } = await engineAgainst(
      say(
        NEW.handshake,
        ...setUp(),
        ...step(),
        ...setUp(),
        ...step(NEW, [...POSITIONS].reverse()),
        ...setUp(NEW, [14, 7]),
        ...step(),
        ...setUp(NEW, [14, 7, 1]),
        ...step(NEW, three),
        EXIT,
      ),
      {
        bind: async (structure) => {
          const symbols = symbolsOf(structure).join('');
          events.push(`bind ${symbols}`);
          return {
            evaluate: (positions, cell) => {
              events.push(symbols);
              return wells(positions, cell);
            },
            release: () => void events.push(`release ${symbols}`),
          };
        },
      },
    );
    expect(outcome).toEqual({ steps: 4, end: 'exit' });
    expect(events).toEqual([
      ...['bind SiO', 'SiO', 'SiO', 'release SiO'],
      ...['bind SiN', 'SiN', 'release SiN'],
      ...['bind SiNH', 'SiNH', 'release SiNH'],
    ]);
  });

  it('has atoms without a cell', async () => {
    const bound: Structure[] = [];
    const [natoms, , , elements] = setUp();
    const { outcome, said } = await engineAgainst(
      say(NEW.handshake, natoms, elements, ...step().slice(0, -1), command('<DIMENSIONS'), EXIT),
      {
        bind: async (structure) => {
          bound.push(structure);
          return {
            evaluate: async (positions, cell) => ({ energy: HARTREE, forces: positions, virial: cell }),
          };
        },
      },
    );
    expect(outcome).toEqual({ steps: 1, end: 'exit' });
    expect(bound[0].periodic).toEqual([false, false, false]);
    expect(bound[0].cell).toEqual(new Float64Array(9));
    const [energy, , , dimensions] = parse(said).messages;
    expectClose(energy.values, [1]);
    expect(dimensions.values).toEqual([1, 1, 1]);
  });

  it('knows the atoms by their types, or by a structure', async () => {
    const structure = createStructure({
      symbols: ['Si', 'O'],
      positions: Float64Array.from(POSITIONS),
      cell: CELL,
    });
    const [natoms, , cell, elements] = setUp();
    const types = set('>TYPES', integerData(2, 1));
    const cases = [
      { parts: [natoms, cell, types], more: { species: ['O', 'Si'] } },
      { parts: [natoms, cell], more: { structure } },
      { parts: [cell], more: { structure } },
      { parts: [natoms, cell, types, elements], more: { species: ['H', 'H'] } },
      { parts: [natoms, cell, types], more: { structure } },
    ];
    for (const { parts, more } of cases) {
      const bound: string[][] = [];
      const { outcome } = await engineAgainst(say(NEW.handshake, ...parts, ...step(), EXIT), {
        ...more,
        bind: async (found) => {
          bound.push(symbolsOf(found));
          return { evaluate: wells };
        },
      });
      expect(outcome).toEqual({ steps: 1, end: 'exit' });
      expect(bound).toEqual([['Si', 'O']]);
    }
  });

  it('answers from the structure what the driver did not send', async () => {
    const structure = createStructure({
      symbols: ['Si', 'O'],
      positions: Float64Array.from(POSITIONS),
      cell: CELL,
    });
    const names = ['<NATOMS', '<CELL', '<COORDS', '<ELEMENTS', '<ENERGY'];
    const { said } = await engineAgainst(say(NEW.handshake, ...names.map((name) => command(name)), EXIT), {
      structure,
    });
    const [count, cell, coordinates, elements, energy] = parse(said).messages.map(({ values }) => values);
    expect(count).toEqual([2]);
    expectClose(cell, toBohr(CELL));
    expectClose(coordinates, toBohr(POSITIONS));
    expect(elements).toEqual([14, 8]);
    expectClose(energy, [(await expected(POSITIONS, CELL))[0]]);
  });

  it('waits for a driver that is not up yet', async () => {
    const taken = await scriptedServer(() => {});
    const { port } = taken;
    await taken.close();
    const running = runMdiEngine({
      connect: { host: '127.0.0.1', port },
      bind: async () => ({ evaluate: wells }),
      timeout: 5000,
    });
    await new Promise((resolve) => setTimeout(resolve, 60));
    const late = createServer((socket) => {
      socket.write(Buffer.concat([NEW.handshake, ...setUp(), ...step(), EXIT]));
      socket.resume();
    });
    await new Promise<void>((resolve) => late.listen(port, '127.0.0.1', resolve));
    expect(await running).toEqual({ steps: 1, end: 'exit' });
    await new Promise((resolve) => late.close(resolve));
  });

  it('ends by the signal: before, while it waits, and after the evaluation under way', async () => {
    const early = await engineAgainst(() => {}, { signal: AbortSignal.abort() });
    expect(early.outcome).toEqual({ steps: 0, end: 'stopped' });

    const waiting = new AbortController();
    const idle = await engineAgainst(
      (socket) => {
        socket.write(Buffer.concat([NEW.handshake, ...setUp(), ...step()]));
        socket.on('end', () => socket.end());
      },
      {
        signal: waiting.signal,
        bind: async () => ({
          evaluate: (positions, cell) => {
            setTimeout(() => waiting.abort(), 30);
            return wells(positions, cell);
          },
        }),
      },
    );
    expect(idle.outcome).toEqual({ steps: 1, end: 'stopped' });
    // A driver that asks for more finds an error, not whatever lies in its memory.
    expect(parse(idle.said).messages.at(-1)).toMatchObject({ flag: 1, values: [] });

    const busy = new AbortController();
    const working = await engineAgainst(
      (socket) => {
        socket.write(Buffer.concat([NEW.handshake, ...setUp(), ...step()]));
        socket.on('end', () => socket.end());
      },
      {
        signal: busy.signal,
        bind: async () => ({
          evaluate: (positions, cell) => {
            busy.abort();
            return wells(positions, cell);
          },
        }),
      },
    );
    expect(working.outcome).toEqual({ steps: 1, end: 'stopped' });
  });
});

describe('the address of a driver', () => {
  it.each([
    ['localhost:8021', 'localhost', 8021],
    ['10.0.0.1:1', '10.0.0.1', 1],
    ['[::1]:65535', '::1', 65535],
  ])('is read from %s', (text, host, port) => {
    expect(parseMdiAddress(text)).toEqual({ host, port });
  });

  it.each([
    ['localhost'],
    ['localhost:'],
    [':8021'],
    ['localhost:0'],
    ['localhost:65536'],
    ['a b:1'],
    ['::1:1'],
  ])('is not %s', (text) => {
    expect(() => parseMdiAddress(text)).toThrow(UsageError);
  });
});
