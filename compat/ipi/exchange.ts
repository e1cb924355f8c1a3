import { rotatedTensors, rotatedVectors, toLammpsFrame } from '../../formats/lammps/frame.js';
import { inverse, transpose, volume } from '../../src/model/cell.js';
import { PhonolinkError } from '../../src/model/errors.js';
import { createFrame, type Frame, type InfoValue, type Labels } from '../../src/model/frame.js';
import type { Structure } from '../../src/model/structure.js';
import { type AtomicUnits, scaled } from '../sockets/units.js';
import type { Connection } from './connection.js';
import type { EngineMessage, ForceData, PositionData } from './messages.js';
import { cellToWire, completed, isZero } from './units.js';

/** A structure as the wire has it, and the way back of what is said about it. */
export interface Request {
  readonly message: PositionData;
  /** [9] the rotation that took our row vectors into the engine's frame */
  readonly rotation: Float64Array;
}

/**
 * Positions and cell in the frame that every engine understands: h upper triangular with a positive diagonal, as i-PI
 * always has it (LAMMPS fix ipi reads nothing else).
 * @throws PhonolinkError where the structure has no cell of three vectors: the protocol cannot say that
 */
export function requestOf(structure: Structure, units: AtomicUnits): Request {
  if (!(volume(structure.cell) > 0)) {
    throw new PhonolinkError('the structure has no three lattice vectors, which the i-PI protocol needs', {
      hint: 'put the molecule into a box',
    });
  }
  const { cell, orientation } = toLammpsFrame(structure.cell, { periodic: structure.periodic });
  const { rotation } = orientation;
  const positions = rotatedVectors(structure.positions, scaled(rotation, 1 / units.bohr));
  const columns = cellToWire(cell, units);
  return { message: { type: 'POSDATA', cell: columns, inverse: inverse(columns), positions }, rotation };
}

/**
 * The structure with what the engine said, in the structure's own frame. A virial of nothing but zeros beside forces
 * is that of an engine that computes none (ASE's client unless asked for stress): it becomes no label. Text that came
 * along is kept as `ipi_extra`.
 */
export function labelled(
  structure: Structure,
  { rotation }: Request,
  data: ForceData,
  units: AtomicUnits,
): Frame {
  const back = transpose(rotation);
  const labels: Labels = {
    energy: data.energy * units.hartree,
    forces: rotatedVectors(data.forces, scaled(back, units.hartree / units.bohr)),
  };
  const isGiven = !isZero(data.virial) || isZero(data.forces);
  if (isGiven) labels.virial = rotatedTensors(scaled(completed(data.virial), units.hartree), back);
  const info = new Map<string, InfoValue>();
  const text = Buffer.from(data.extra).toString('utf8').replace(/\0/g, '').trim();
  if (text) info.set('ipi_extra', { kind: 'S', value: text });
  return createFrame(structure, { labels, info });
}

/** What an engine that needs one is told: bead 0 and a blank, which no engine reads and none chokes on. */
const INITIALISATION = { type: 'INIT', bead: 0, parameters: Uint8Array.of(32) } as const;

/** The server's side of one engine's session. */
export class Exchange {
  readonly #engine: Connection<EngineMessage>;
  /** Whether a STATUS has no answer yet */
  #isAsked = false;

  constructor(engine: Connection<EngineMessage>) {
    this.#engine = engine;
  }

  /**
   * Lets the engine compute one structure: STATUS, INIT where it asks for one, then POSDATA and GETFORCE together, and
   * with them the STATUS before the next structure, so that nobody has to wait for its answer then.
   * @param timeout ms, for all of it
   * @throws PhonolinkError where the engine vanishes, is too slow or answers something else
   */
  async compute(request: Request, timeout: number): Promise<ForceData> {
    const engine = this.#engine;
    const deadline = performance.now() + timeout;
    const answer = async (): Promise<EngineMessage> => {
      const message = await engine.next(Math.max(1, deadline - performance.now()), timeout);
      if (!message) throw new PhonolinkError(`${engine.peer}: the connection ended before the result`);
      return message;
    };
    const unexpected = (message: EngineMessage, expected: string) =>
      new PhonolinkError(`${engine.peer}: found ${message.type}, expected ${expected}`);

    engine.count = request.message.positions.length / 3;
    if (!this.#isAsked) engine.send({ type: 'STATUS' });
    this.#isAsked = false;
    let status = await answer();
    if (status.type === 'NEEDINIT') {
      engine.send(INITIALISATION, { type: 'STATUS' });
      status = await answer();
      if (status.type !== 'READY') throw unexpected(status, 'READY after INIT');
    }
    if (status.type !== 'READY') throw unexpected(status, 'NEEDINIT or READY');
    engine.send(request.message, { type: 'GETFORCE' }, { type: 'STATUS' });
    this.#isAsked = true;
    const result = await answer();
    if (result.type !== 'FORCEREADY') throw unexpected(result, 'FORCEREADY');
    return result;
  }
  /**
   * Lets the engine go by EXIT, once it has answered the last STATUS: one that answers a socket which is closed already
   * ends with an error. One that does not answer is told after `patience` ms.
   */
  async dismiss(patience: number): Promise<void> {
    if (this.#isAsked) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, patience);
      });
      await Promise.race([this.#engine.next(), late]).finally(() => clearTimeout(timer));
    }
    this.#engine.send({ type: 'EXIT' });
  }
}
