import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { inverse, rowsTimes } from '../../src/model/cell.js';
import type { PhononCells } from '../../src/model/phonon-cells.js';
import { symbolsOf } from '../../src/model/structure.js';
import { PYTHON, scratch } from './peers.js';

interface Entry {
  atom: number;
  displacement: number[];
  forces: number[];
}

/** What force_constants.py says of a case. */
export interface ForceConstantsAnswer {
  symbols: string[];
  cell: number[];
  fractional: number[];
  dim: number[];
  primitive: number[];
  p2s: number[];
  s2p: number[];
  set: {
    count: number;
    entries: (Entry & { id: number; second: (Entry & { included: boolean; id: number })[] })[];
  };
  /** Of the last of its calculations */
  seconds: number;
  arrays: Record<string, string>;
}

/** Force constants by phonopy, phono3py or symfc; `input` as force_constants.py has it. */
export function peerForceConstants(input: object): ForceConstantsAnswer {
  const folder = scratch('force-constants');
  const path = join(folder, 'case.json');
  // Typed arrays as plain lists.
  writeFileSync(
    path,
    JSON.stringify(input, (_, value) => (ArrayBuffer.isView(value) ? Array.from(value as never) : value)),
  );
  const script = join(PACKAGE_ROOT, 'tests', 'peers', 'force_constants.py');
  // What it prints are notes to its users.
  execFileSync(PYTHON, [script, path, folder], { stdio: 'pipe' });
  return JSON.parse(readFileSync(join(folder, 'answer.json'), 'utf8')) as ForceConstantsAnswer;
}

export function arrayOf(answer: ForceConstantsAnswer, name: string): Float64Array {
  const bytes = readFileSync(answer.arrays[name]);
  return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
}

/** The cells as force_constants.py takes them. */
export function inputOf({ unitCell, supercellMatrix, primitiveMatrix }: PhononCells) {
  return {
    symbols: symbolsOf(unitCell),
    cell: unitCell.cell,
    fractional: rowsTimes(unitCell.positions, inverse(unitCell.cell)),
    dim: supercellMatrix,
    primitive: primitiveMatrix,
  };
}
