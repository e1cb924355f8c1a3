import { PhonolinkError, quoted } from '../../src/model/errors.js';
import type { Structure } from '../../src/model/structure.js';
import type { Totals } from '../../src/potentials/totals.js';
import { assertUsable } from '../sockets/forces.js';
import { PEER_UNITS } from '../sockets/peers.js';
import type { AtomicUnits } from '../sockets/units.js';
import { COMMANDS, type CommandContext } from './commands.js';
import {
  agreedLengths,
  bareIntegers,
  commandOf,
  encode,
  expectCommand,
  expectNumbers,
  HEADER_LENGTH,
  LENGTHS_LENGTH,
  lengthsByVersion,
  numbersOf,
  OUR_LENGTHS,
  readHeader,
  type TextLengths,
  VERSION,
  VERSION_LENGTH,
} from './messages.js';
import type { ByteStream } from './stream.js';
import { DriverSystem } from './system.js';

/** A model bound to the driver's atoms; eV and A. */
export interface BoundModel {
  /** [3n] A, as the driver has them, and [9] A, rows; zeros where there is no cell */
  evaluate(positions: Float64Array, cell: Float64Array): Promise<Totals>;
  /** Gives back what it holds; called when the driver's atoms become others, and at the end. */
  release?(): void;
}

export interface SessionOptions {
  /**
   * Called before the first evaluation, and again where the driver's elements, their number or the periodic
   * directions have changed. What it throws ends the session.
   */
  readonly bind: (structure: Structure) => Promise<BoundModel>;
  /** The symbols of the driver's atom types 1, 2, ..., for drivers that send types in place of elements */
  readonly species?: readonly string[];
  /** The driver's atoms, for drivers that send neither elements nor types, or ask for what they did not send */
  readonly structure?: Structure;
  /** `PEER_UNITS.mdi` unless told */
  readonly units?: AtomicUnits;
  /** How the engine calls itself where the driver asks; 'phonolink' unless told */
  readonly name?: string;
}

/** The engine's side of one connection. */
export class EngineSession {
  /** Evaluations of the model */
  steps = 0;
  /** What the model threw, as it threw it */
  modelError: unknown;
  readonly #stream: ByteStream;
  readonly #options: SessionOptions;
  readonly #system: DriverSystem;
  #model: BoundModel | undefined;
  /** Of the system that the model is bound to */
  #identity = -1;
  #result: Totals | undefined;

  constructor(stream: ByteStream, options: SessionOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#system = new DriverSystem(options);
  }

  /**
   * Answers commands.
   * @param patience ms for the driver to begin to speak
   * @returns 'exit' where the driver said so, 'closed' where it went away or the stream was left
   * @throws PhonolinkError as `runMdiEngine` does
   */
  async run(patience: number): Promise<'exit' | 'closed'> {
    const lengths = await this.#shakeHands(patience);
    if (!lengths) return 'closed';
    const { units = PEER_UNITS.mdi, name = 'phonolink' } = this.#options;
    const context = { system: this.#system, units, lengths, name, result: () => this.#evaluated() };
    for (;;) {
      const command = await this.#command(lengths.command);
      if (command === undefined) return 'closed';
      if ((await this.#obey(command, context)) === 'exit') return 'exit';
    }
  }

  /** Gives the model back. */
  release(): void {
    this.#model?.release?.();
    this.#model = undefined;
  }

  /** Each side says its version; since 1.4 also how long names and commands are. Undefined at the end. */
  async #shakeHands(patience: number): Promise<TextLengths | undefined> {
    await this.#stream.write(bareIntegers(VERSION));
    const version = await this.#stream.read(VERSION_LENGTH, {
      what: 'first word of the driver',
      patience,
      hint: 'a driver may listen long before it speaks (LAMMPS speaks at its first run): give it more time',
    });
    if (!version) return undefined;
    const lengths = lengthsByVersion(version);
    if (lengths !== 'asked') return lengths;
    await this.#stream.write(bareIntegers([OUR_LENGTHS.name, OUR_LENGTHS.command]));
    const theirs = await this.#stream.read(LENGTHS_LENGTH, {
      what: "the driver's MDI version",
      isInside: true,
    });
    return theirs && agreedLengths(theirs);
  }

  async #command(length: number): Promise<string | undefined> {
    const what = 'a command';
    const header = await this.#stream.read(HEADER_LENGTH, { what });
    if (!header) return undefined;
    expectCommand(readHeader(header, what), length);
    const text = await this.#stream.read(length, { what, isInside: true });
    return text && commandOf(text);
  }

  async #obey(name: string, context: CommandContext): Promise<'exit' | 'closed' | undefined> {
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!command) {
      throw new PhonolinkError(`found the command ${quoted(name)}, which this engine does not have`, {
        hint: `it moves no atoms by itself and has no electrons; its commands: ${Object.keys(COMMANDS).join(' ')}`,
      });
    }
    if ('does' in command) return command.does === 'exit' ? 'exit' : undefined;
    if ('answer' in command) {
      await this.#stream.write(encode(await command.answer(context)));
      return undefined;
    }
    const count = command.takes(context);
    const values = await this.#numbers(name, count);
    if (!values) return 'closed';
    command.set(values, context);
    this.#result = undefined;
    return undefined;
  }

  /** Undefined where the stream was left. */
  async #numbers(what: string, count: number): Promise<Float64Array | undefined> {
    const place = { what, isInside: true };
    const header = await this.#stream.read(HEADER_LENGTH, place);
    if (!header) return undefined;
    const announced = readHeader(header, what);
    expectNumbers(announced, count, what);
    const bytes = await this.#stream.read(announced.length, place);
    return bytes && numbersOf(bytes, announced, what);
  }

  async #evaluated(): Promise<Totals> {
    if (this.#result) return this.#result;
    const { count, positions, cell, identity } = this.#system;
    const structure = identity === this.#identity ? undefined : this.#system.structure();
    try {
      if (structure) {
        this.release();
        this.#model = await this.#options.bind(structure);
        this.#identity = identity;
      }
      const result = await this.#model!.evaluate(positions, cell);
      assertUsable(result, count);
      this.steps++;
      this.#result = result;
      return result;
    } catch (reason) {
      this.modelError = reason;
      throw reason;
    }
  }
}
