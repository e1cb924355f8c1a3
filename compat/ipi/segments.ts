import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { PhonolinkError, quoted } from '../../src/model/errors.js';
import { firstNotFinite } from '../sockets/units.js';
import { type ForceLabels, type Geometry, SEGMENTS, type SharedPositions } from './messages.js';

type Segment = (typeof SEGMENTS)[number];

/** Where Linux shows POSIX shared memory as files: read and written as such, it is the memory that i-PI sees. */
const FOLDER = '/dev/shm';

/**
 * The shared memory of i-PI's mode='shm': the server's segments of f64, one kind of number each, sized for a whole
 * batch. The socket says who may touch them.
 */
export class Segments {
  readonly #files = new Map<Segment, number>();
  #atoms = 0;
  #batch = 0;

  /**
   * The structures of a POSDATA; opens what it names.
   * @throws PhonolinkError where a segment is not there or too small, as where the server is on another machine, or
   * where a number is not finite
   */
  read({ atoms, batch, names = [] }: SharedPositions): Geometry[] {
    this.#atoms = atoms;
    this.#batch = batch;
    for (const [i, name] of names.entries()) this.#open(SEGMENTS[i], name);
    return Array.from({ length: batch }, (_, i) => ({
      cell: this.#load('cells', i),
      positions: this.#load('positions', i),
    }));
  }

  #open(segment: Segment, name: string): void {
    const needed = 8 * this.#batch * this.#width(segment);
    try {
      if (!/^\/?[\w-][\w.-]*$/.test(name)) throw new Error('that is no name of shared memory');
      const file = openSync(`${FOLDER}/${name.replace('/', '')}`, 'r+');
      this.#files.set(segment, file);
      const { size } = fstatSync(file);
      if (size < needed) throw new Error(`it has ${size} bytes, expected ${needed}`);
    } catch (cause) {
      throw new PhonolinkError(
        `cannot use the shared memory ${quoted(name)} that the server names for the ${segment}: ${(cause as Error).message}`,
        { hint: "mode='shm' needs both programs on one Linux machine; mode='unix' does not", cause },
      );
    }
  }

  /** f64 numbers that a structure takes */
  #width(segment: Segment): number {
    if (segment === 'energies') return 1;
    return segment === 'positions' || segment === 'forces' ? 3 * this.#atoms : 9;
  }

  write(results: readonly ForceLabels[]): void {
    for (const [i, { energy, forces, virial }] of results.entries()) {
      this.#store('energies', i, Float64Array.of(energy));
      this.#store('forces', i, forces);
      this.#store('virials', i, virial);
    }
  }

  close(): void {
    for (const file of this.#files.values()) closeSync(file);
    this.#files.clear();
  }

  #load(segment: Segment, structure: number): Float64Array {
    const values = new Float64Array(this.#width(segment));
    readSync(this.#files.get(segment)!, values, 0, values.byteLength, structure * values.byteLength);
    const bad = firstNotFinite(values);
    if (bad < 0) return values;
    throw new PhonolinkError(
      `number ${bad + 1} of the ${segment} of structure ${structure + 1} in shared memory is ${values[bad]}, expected a finite number`,
    );
  }

  #store(segment: Segment, structure: number, values: Float64Array): void {
    writeSync(this.#files.get(segment)!, values, 0, values.byteLength, structure * values.byteLength);
  }
}
