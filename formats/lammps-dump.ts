import type { StructureFormat } from './format.js';
import { hasTellingEnding } from './io/names.js';
import { readDump } from './lammps/dump-read.js';
import { dumpHolds, writeDump } from './lammps/dump-write.js';

/** LAMMPS dumps as text: styles atom and custom. */
export const lammpsDump: StructureFormat = {
  name: 'lammps-dump',
  title: 'LAMMPS dump',
  manyFrames: true,
  recognises: (filename, head) =>
    head === ''
      ? /\.(dump|lammpstrj|lammpsdump)$/i.test(filename) ||
        (/^dump[._]/i.test(filename) && !hasTellingEnding(filename))
      : /^\s*ITEM: [A-Z]/.test(head),
  read: readDump,
  write: writeDump,
  holds: dumpHolds,
};
