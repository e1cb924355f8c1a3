import { PhonolinkError } from '../src/model/errors.js';
import type { StructureFormat } from './format.js';
import { hasTellingEnding } from './io/names.js';
import { readData } from './lammps/data-read.js';
import { writeData } from './lammps/data-write.js';

const HELD = new Set(
  'positions,species,cell,partial periodicity,masses,velocities,info cell_origin,column id,column mol-id,column type,column initial_charges'.split(
    ',',
  ),
);

const COUNT = /^[ \t]*\d+[ \t]+atoms[ \t]*(#.*)?\r?$/m;
const BOX_OR_TYPES = /^[^#\n]*\d[ \t]+(xlo[ \t]+xhi|avec|atom[ \t]+types)\b/m;

/** LAMMPS data files (command `read_data`): atom styles atomic, charge, molecular, bond, angle and full. */
export const lammpsData: StructureFormat = {
  name: 'lammps-data',
  title: 'LAMMPS data',
  manyFrames: false,
  recognises(filename, head) {
    if (head === '') {
      return (
        /\.(data|lmp|lammps|lammps-data)$/i.test(filename) ||
        (/^(data|lammps)[._]/i.test(filename) && !hasTellingEnding(filename))
      );
    }
    // The first line is a comment.
    const header = head.slice(head.indexOf('\n') + 1);
    return COUNT.test(header) && BOX_OR_TYPES.test(header);
  },
  async *read(text, options) {
    yield await readData(text, options);
  },
  async *write(frames, options) {
    let written = false;
    for await (const frame of frames) {
      if (written) {
        throw new PhonolinkError('a LAMMPS data file holds one frame, and there are more', {
          hint: 'choose one with --index, or write a lammps-dump',
        });
      }
      written = true;
      yield* writeData(frame, options);
    }
  },
  holds: (quantity) => HELD.has(quantity),
};
