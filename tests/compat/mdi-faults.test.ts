import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MdiEngineOptions, type MdiSession, runMdiEngine } from '../../compat/mdi/engine.js';
import { PhonolinkError } from '../../src/model/errors.js';
import { createStructure } from '../../src/model/structure.js';
import { eventually, handles, scriptedServer, wells } from '../helpers/ipi.js';
import {
  CELL,
  command,
  doubleData,
  doubles,
  engineAgainst,
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
} from '../helpers/mdi.js';

let before = 0;
beforeEach(() => {
  before = handles();
});
afterEach(() => eventually(() => handles() <= before, 'all sockets and timers are gone'));

/** A model's answer for two atoms */
const NOTHING = { energy: 0, forces: new Float64Array(6), virial: new Float64Array(9) };

/** ms; a fault that is only noticed by a timeout is noticed after this */
const SHORT = 60;

function expectError(outcome: unknown, message: RegExp): void {
  expect(outcome).toBeInstanceOf(PhonolinkError);
  expect((outcome as Error).message).toMatch(message);
}

/** Says everything, and takes the engine's end as its own. */
const sayAll =
  (...parts: Buffer[]) =>
  (socket: Socket): void => {
    socket.on('end', () => socket.end());
    say(...parts)(socket);
  };

describe('a driver that dies', () => {
  it.each([
    ['1.4', NEW],
    ['1.3', OLD],
  ])(
    'after any byte of a session of MDI %s ends in order between two messages, else in an error',
    async (_, generation) => {
      const parts = [
        generation.handshake,
        command('<NAME', generation),
        ...setUp(generation),
        ...step(generation),
      ];
      const session = Buffer.concat(parts);
      const whole = new Set<number>([0]);
      let at = 0;
      for (const part of parts) {
        at += part.length;
        whole.add(at);
      }
      let ended = 0;
      for (let length = 0; length < session.length; length++) {
        const { outcome } = await engineAgainst((socket) => socket.end(session.subarray(0, length)));
        if (whole.has(length)) {
          expect(outcome).toMatchObject({ end: 'closed' });
          ended++;
        } else {
          expectError(outcome, /^MDI driver at 127\.0\.0\.1:\d+: the connection ended in the middle of /);
        }
      }
      expect(ended).toBe(parts.length);
    },
  );

  it('by a reset after any byte ends the engine', async () => {
    const session = Buffer.concat([OLD.handshake, ...setUp(OLD), ...step(OLD)]);
    for (let length = 1; length < session.length; length += 3) {
      // After our own first word: a reset before it is a driver that is not up yet.
      const { outcome } = await engineAgainst((socket) => {
        socket.once('data', () => socket.write(session.subarray(0, length), () => socket.resetAndDestroy()));
      });
      // What was on its way when the reset came may be lost: the end in order, or the one that says it broke.
      if (outcome instanceof Error) expectError(outcome, /the connection (broke|ended in the middle of)/);
      else expect(outcome.end).toBe('closed');
    }
  });

  it('while the model is at work ends the engine after it', async () => {
    const { outcome } = await engineAgainst(
      (socket) => {
        say(NEW.handshake, ...setUp(), ...step())(socket);
        socket.on('data', () => {});
        setTimeout(() => socket.resetAndDestroy(), 10);
      },
      {
        bind: async () => ({
          evaluate: async (positions, cell) => {
            await new Promise((resolve) => setTimeout(resolve, 50));
            return wells(positions, cell);
          },
        }),
      },
    );
    expectError(outcome, /the connection broke: /);
  });
});

describe('a driver that is silent', () => {
  it('is not waited for without end before it speaks', async () => {
    const { outcome } = await engineAgainst(() => {}, { timeout: SHORT });
    expectError(outcome, /no first word of the driver within 0\.06 s/);
    expect((outcome as PhonolinkError).hint).toMatch(/LAMMPS/);
  });

  it('is not waited for without end in the middle of anything', async () => {
    for (const parts of [
      [NEW.handshake.subarray(0, 5)],
      [NEW.handshake.subarray(0, 12)],
      [NEW.handshake, command('<PE').subarray(0, 3)],
      [NEW.handshake, command('<PE').subarray(0, 100)],
      [NEW.handshake, command('>NATOMS')],
      [NEW.handshake, setUp()[0].subarray(0, -1)],
    ]) {
      const { outcome } = await engineAgainst(say(...parts), { timeout: SHORT });
      expectError(outcome, /nothing came for 0\.06 s in the middle of /);
    }
  });

  it('is waited for between two commands', async () => {
    const { outcome } = await engineAgainst(
      (socket) => {
        say(NEW.handshake, ...setUp(), ...step())(socket);
        setTimeout(() => socket.write(command('EXIT')), 4 * SHORT);
      },
      { timeout: SHORT },
    );
    expect(outcome).toEqual({ steps: 1, end: 'exit' });
  });

  it('is no driver where nobody listens', async () => {
    const taken = await scriptedServer(() => {});
    await taken.close();
    const options = { bind: async () => ({ evaluate: wells }), timeout: SHORT };
    await expect(
      runMdiEngine({ connect: { host: '127.0.0.1', port: taken.port }, ...options }),
    ).rejects.toThrow(/^no MDI driver at 127\.0\.0\.1:\d+ within 0\.06 s: connect ECONNREFUSED/);
    await expect(
      runMdiEngine({ connect: { host: 'no.such.host.invalid', port: 1 }, ...options }),
    ).rejects.toThrow(/^no MDI driver at no\.such\.host\.invalid:1/);
  });
});

describe('a driver that asks without reading', () => {
  it('fills no memory, and can be left', async () => {
    const atoms = 20_000;
    const asked = 1000;
    const stop = new AbortController();
    const [, , cell] = setUp();
    const { outcome } = await engineAgainst(
      (socket) => {
        socket.pause();
        say(
          NEW.handshake,
          set('>NATOMS', integerData(atoms)),
          set('>ELEMENTS', integerData(...new Array<number>(atoms).fill(14))),
          set('>COORDS', doubleData(...new Array<number>(3 * atoms).fill(0))),
          ...new Array<Buffer>(asked).fill(Buffer.concat([cell, command('<FORCES')])),
        )(socket);
        setTimeout(() => stop.abort(), 500);
        setTimeout(() => socket.destroy(), 600);
      },
      {
        signal: stop.signal,
        bind: async () => ({
          evaluate: async (positions) => ({ ...NOTHING, forces: positions }),
        }),
      },
    );
    expect(outcome).toMatchObject({ end: 'stopped' });
    // Half a megabyte each: the sockets' own buffers hold a few megabytes.
    expect((outcome as MdiSession).steps).toBeLessThan(asked / 10);
  });
});

describe('what is no MDI', () => {
  it.each([
    [
      'another protocol',
      Buffer.from('HTTP/1.1 400 Bad Request\r\n'),
      /found 'HTTP\/1\.1 400', expected the three/,
    ],
    ['i-PI', Buffer.from('STATUS      '), /found 'STATUS', expected the three integers of an MDI version/],
    [
      'the other byte order',
      Buffer.from(NEW.handshake).swap32(),
      /expected the three integers of an MDI version/,
    ],
    ['zeros', Buffer.alloc(12), /found '?nothing'?, expected the three integers/],
    ['MDI 1.0', integers(1, 0, 8), /the driver uses MDI 1\.0\.8, expected 1\.1 or later/],
    [
      'names too short',
      Buffer.concat([integers(1, 4, 0), integers(4, 256)]),
      /names have 4 and commands 256/,
    ],
    ['commands too short', Buffer.concat([integers(1, 4, 0), integers(256, -1)]), /commands -1 characters/],
    [
      'a header of another kind',
      Buffer.concat([NEW.handshake, header(3, 256, 0, 1)]),
      /found 0 1 3 256 as the header/,
    ],
    [
      'an unknown type',
      Buffer.concat([NEW.handshake, header(77, 256)]),
      /found 0 0 77 256 as the header of a command/,
    ],
    ['a count below zero', Buffer.concat([NEW.handshake, header(3, -5)]), /found 0 0 3 -5 as the header/],
    ['an error of its own', Buffer.concat([NEW.handshake, header(3, 256, 9)]), /the driver flags error 9/],
    [
      'numbers for a command',
      Buffer.concat([NEW.handshake, header(2, 256)]),
      /256 values of type 2, expected a command/,
    ],
    [
      'a command of another length',
      Buffer.concat([NEW.handshake, header(3, 12)]),
      /found 12 values of type 3/,
    ],
    [
      'no command',
      Buffer.concat([NEW.handshake, command('')]),
      /found the command nothing, which this engine/,
    ],
    ['garbage for a command', Buffer.concat([NEW.handshake, command('\x01\xfe\x7f')]), /found the command /],
    [
      'a name of JavaScript',
      Buffer.concat([NEW.handshake, command('toString')]),
      /found the command 'toString'/,
    ],
    [
      'an unknown command',
      Buffer.concat([NEW.handshake, command('>TOTCHARGE')]),
      /found the command '>TOTCHARGE'/,
    ],
    ['the next node', Buffer.concat([NEW.handshake, command('@INIT_MD')]), /'@INIT_MD', which this engine/],
  ])('is an error: %s', async (_, bytes, message) => {
    const { outcome, said } = await engineAgainst(sayAll(bytes));
    expectError(outcome, message);
    expect((outcome as Error).message).toMatch(/^MDI driver at 127\.0\.0\.1:\d+: /);
    // The driver is told.
    expect(said.subarray(-16)).toEqual(header(1, 0, 1));
  });
});

const [NATOMS, , CELL_SET, ELEMENTS] = setUp();
const structure = createStructure({
  symbols: ['Si', 'O'],
  positions: Float64Array.from(POSITIONS),
  cell: CELL,
});

describe('wrong data', () => {
  const cases: [string, Buffer[], RegExp, Partial<MdiEngineOptions>?][] = [
    ['no atoms', [set('>NATOMS', integerData(0))], />NATOMS says 0 atoms, expected 1 to/],
    ['less than none', [set('>NATOMS', integerData(-2))], />NATOMS says -2 atoms/],
    ['far too many', [set('>NATOMS', integerData(2 ** 31 - 1))], />NATOMS says 2147483647 atoms/],
    ['half an atom', [set('>NATOMS', doubleData(1.5))], />NATOMS says 1\.5 atoms/],
    ['two numbers of atoms', [set('>NATOMS', integerData(1, 2))], />NATOMS announces 2 numbers, expected 1/],
    [
      'other atoms than the structure',
      [set('>NATOMS', integerData(3))],
      /has 3 atoms, but .* has 2/,
      { structure },
    ],
    [
      'other elements than the structure',
      [...setUp(NEW, [14, 14])],
      /atom 2 is Si .*, but O in/,
      { structure },
    ],
    [
      'characters for coordinates',
      [NATOMS, command('>COORDS'), command('<PE')],
      />COORDS announces 256 characters/,
    ],
    [
      'too few coordinates',
      [NATOMS, set('>COORDS', doubleData(1, 2, 3))],
      />COORDS announces 3 numbers, expected 6/,
    ],
    ['coordinates before the count', [set('>COORDS', doubleData(1, 2, 3))], /must first set by >NATOMS/],
    ['elements before the count', [set('>ELEMENTS', integerData(14))], /must first set by >NATOMS/],
    ['a short cell', [set('>CELL', doubleData(1, 2, 3))], />CELL announces 3 numbers, expected 9/],
    ['a flat cell', [set('>CELL', doubleData(1, 0, 0, 0, 1, 0, 1, 1, 0))], /vectors of >CELL span no volume/],
    [
      'an atomic number of 0',
      [NATOMS, set('>ELEMENTS', integerData(14, 0))],
      /atom 2 has the atomic number 0/,
    ],
    ['one of 119', [NATOMS, set('>ELEMENTS', integerData(119, 1))], /atom 1 has the atomic number 119/],
    [
      'one of 14.5',
      [NATOMS, set('>ELEMENTS', doubleData(14, 14.5))],
      /number 2 of >ELEMENTS is 14\.5, expected a whole/,
    ],
    ['energy before coordinates', [...setUp(), command('<PE')], /must first set by >COORDS/],
    ['forces before anything', [command('<FORCES')], /must first set by >/],
    ['neither elements nor types', [NATOMS, CELL_SET, ...step()], /neither elements nor types of its atoms/],
    [
      'types that nothing explains',
      [NATOMS, CELL_SET, set('>TYPES', integerData(1, 2)), ...step()],
      /sent atom types, and nothing says which elements/,
    ],
    [
      'more types than species',
      [NATOMS, CELL_SET, set('>TYPES', integerData(1, 2)), ...step()],
      /atom 2 has the type 2, but 1 species were given/,
      { species: ['Si'] },
    ],
    [
      'a type of 0',
      [NATOMS, CELL_SET, set('>TYPES', integerData(1, 0)), ...step()],
      /atom 2 has the type 0/,
      { species: ['Si'] },
    ],
    [
      'a stress without a cell',
      [NATOMS, ELEMENTS, ...step()],
      /asked for the stress, but its atoms are in no cell/,
      { bind: async () => ({ evaluate: async () => NOTHING }) },
    ],
    ...[Number.NaN, Number.POSITIVE_INFINITY].flatMap((bad): [string, Buffer[], RegExp][] => [
      [
        `a coordinate of ${bad}`,
        [NATOMS, set('>COORDS', doubleData(0, 0, 0, bad, 1, 1))],
        new RegExp(`number 4 of >COORDS is ${bad}, expected a finite number`),
      ],
      [
        `a cell with ${bad}`,
        [set('>CELL', doubleData(1, 0, 0, 0, 1, 0, 0, 0, bad))],
        new RegExp(`number 9 of >CELL is ${bad}`),
      ],
      [
        `an origin with ${bad}`,
        [set('>CELL_DISPL', doubleData(bad, 0, 0))],
        new RegExp(`number 1 of >CELL_DISPL is ${bad}`),
      ],
    ]),
  ];

  it.each(cases)('is an error: %s', async (_, parts, message, more = {}) => {
    const { outcome, said } = await engineAgainst(sayAll(NEW.handshake, ...parts), more);
    expectError(outcome, message);
    expect((outcome as Error).message).toMatch(/^MDI driver at 127\.0\.0\.1:\d+: /);
    expect(said.subarray(-16)).toEqual(header(1, 0, 1));
  });

  it('needs no memory for what is announced and never comes', async () => {
    const { outcome } = await engineAgainst((socket) =>
      socket.end(
        Buffer.concat([
          NEW.handshake,
          set('>NATOMS', integerData(10_000_000)),
          command('>COORDS'),
          header(2, 30_000_000),
          doubles(1),
        ]),
      ),
    );
    expectError(outcome, /ended in the middle of >COORDS \(8 of 240000000 bytes\)/);
  });
});

describe('a model that fails', () => {
  const results = [
    ['an energy that is not finite', { energy: Number.NaN }, /the model gave an energy of NaN eV/, 3],
    [
      'forces that are not finite',
      { forces: new Float64Array(6).fill(Number.NaN) },
      /not finite among it/,
      3,
    ],
    [
      'forces of other atoms',
      { forces: new Float64Array(3) },
      /gave 3 force components .* expected 6 and 9/,
      1,
    ],
    ['half a virial', { virial: new Float64Array(6) }, /and 6 of the virial/, 1],
  ] as const;
  it.each(results)('ends the session: %s', async (_, wrong, message, exitCode) => {
    const released: string[] = [];
    const { outcome, said } = await engineAgainst(sayAll(NEW.handshake, ...setUp(), ...step()), {
      bind: async () => ({
        evaluate: async () => ({ ...NOTHING, ...wrong }),
        release: () => void released.push('once'),
      }),
    });
    expectError(outcome, message);
    expect((outcome as PhonolinkError).exitCode).toBe(exitCode);
    expect(released).toEqual(['once']);
    expect(parse(said).messages).toEqual([{ flag: 1, type: 1, values: [], text: '' }]);
  });

  it('says so in its own words', async () => {
    const unknown = new PhonolinkError('no O in this model');
    for (const bind of [
      () => Promise.reject(unknown),
      async () => ({ evaluate: () => Promise.reject(unknown) }),
    ] as MdiEngineOptions['bind'][]) {
      const { outcome } = await engineAgainst(sayAll(NEW.handshake, ...setUp(), ...step()), { bind });
      expect(outcome).toBe(unknown);
    }
  });
});

describe('many sessions', () => {
  it('leave no socket and no timer behind', async () => {
    const parts = Buffer.concat([NEW.handshake, ...setUp(), ...step()]);
    let served = 0;
    const driver = await scriptedServer((socket) => {
      const isKind = served++ % 2 === 0;
      socket.once('data', () => {
        if (isKind) socket.end(parts);
        else socket.write(parts.subarray(0, 1000), () => socket.resetAndDestroy());
      });
    });
    const connect = { host: '127.0.0.1', port: driver.port };
    for (let i = 0; i < 1000; i++) {
      await runMdiEngine({ connect, bind: async () => ({ evaluate: wells }), timeout: 5000 }).catch(
        (reason) => expectError(reason, /the connection /),
      );
    }
    await driver.close();
    expect(served).toBe(1000);
  });
});
