import { readExtxyz } from './extxyz/read.js';
import { writeExtxyz } from './extxyz/write.js';
import type { StructureFormat } from './format.js';

/**
 * Extended XYZ (specification: github.com/libAtoms/extxyz; ASE's conventions where that leaves a choice) and plain
 * XYZ, which is read only.
 */
export const extxyz: StructureFormat = {
  name: 'extxyz',
  title: 'Extended XYZ',
  manyFrames: true,
  recognises: (filename, head) => /\.(ext|e)?xyz$/i.test(filename) || looksLikeXyz(head),
  read: readExtxyz,
  write: (frames, options) =>
    writeExtxyz(frames, options, {
      forces: 'forces',
      masses: 'masses',
      polarizability: 'polarizability',
      stress: true,
      needsLattice: false,
    }),
  holds: () => true,
};

/** GPUMD's model.xyz, train.xyz and test.xyz: extended XYZ with GPUMD's names. Read as any other. */
export const gpumd: StructureFormat = {
  name: 'gpumd',
  title: "GPUMD's XYZ",
  manyFrames: true,
  recognises: (filename, head) => head === '' && /^(model|train|test)\.xyz$/.test(filename),
  read: readExtxyz,
  write: (frames, options) =>
    writeExtxyz(frames, options, {
      forces: 'force',
      masses: 'mass',
      polarizability: 'pol',
      stress: false,
      needsLattice: true,
    }),
  holds: () => true,
};

/** A count, then a comment that gives the lattice or the columns, or below it a symbol and three numbers. */
function looksLikeXyz(head: string): boolean {
  const [count, comment = '', first = ''] = head.trimStart().split('\n');
  return (
    /^\d+\s*$/.test(count) &&
    (/\b(lattice|properties)\s*=/i.test(comment) ||
      /^\s*[A-Za-z]\w*(\s+[-+]?[.\d][-+.\deEdD]*){3}/.test(first))
  );
}
