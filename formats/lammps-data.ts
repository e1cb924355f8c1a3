import { PhonolinkError } from '../src/model/errors.js';
import type { StructureFormat } from './format.js';
import { readData } from './lammps/data-read.js';
import { writeData } from './lammps/data-write.js';

const HELD = new Set(
  'positions,species,cell,partial periodicity,masses,velocities,info cell_origin,column id,column mol-id,column type,column initial_charges'.split(
    ',',
  ),
);

/** LAMMPS data files (command `read_data`): atom styles atomic, charge, molecular, bond, angle and full. */
export const lammpsData: StructureFormat = {
  name: 'lammps-data',
  title: 'LAMMPS data',
  manyFrames: false,
  recognises(filename, head) {
    if (head === '') return /\.(data|lmp|lammps|lammps-data)$|^(data|lammps)[._]/i.test(filename);
    return /^[ \t]*\d+[ \t]+atoms\b/m.test(head) && /\b(xlo[ \t]+xhi|avec|atom[ \t]+types)\b/.test(head);
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
