// Dynamical matrices of many q points, or their derivatives along x, y and z: src/lattice/harmonic/matrix-batch.ts. The
// parts stand in dynamical/, in the order of a pass: lattice (sums over lattice vectors), waves (dipoles), blocks.
import { addDipoles, addUniform, balance, rotate, setPulls, setTile, turn, write } from './dynamical/blocks';
import { addUp, setFactors, setPhases } from './dynamical/lattice';
import { Block, DIPOLES, UNIFORM, Work, divide, outputs } from './dynamical/layout';
import { addWaves, setTerms } from './dynamical/waves';

/** Bytes of workspace a thread. */
export function workBytes(block: usize): usize {
  return divide(0, changetype<Block>(block));
}

export function evaluate(block: usize, thread: i32, begin: i32, end: i32): void {
  const b = changetype<Block>(block);
  const at = b.work + <usize>thread * divide(0, b);
  divide(at, b);
  const w = changetype<Work>(at);
  for (let first = begin; first < end; first += b.rows) some(b, w, first, min(b.rows, end - first));
}

function some(b: Block, w: Work, first: i32, count: i32): void {
  for (let row = 0; row < count; row++) {
    const q = b.points + <usize>(first + row) * 24;
    setFactors(b, w, q, row);
    if (b.field == DIPOLES) setTerms(b, w, q, row);
  }
  addUp(b, w, count);
  if (b.field == DIPOLES) addWaves(b, w, count);
  const side = <usize>(3 * b.atoms);
  for (let row = 0; row < count; row++) {
    const point = <usize>(first + row);
    assemble(b, w, b.points + point * 24, row, count, b.out + point * ((side * side * <usize>outputs(b)) << 4));
  }
}

function assemble(b: Block, w: Work, q: usize, row: i32, count: i32, out: usize): void {
  setPhases(b, w, q);
  const sums = <usize>(row * b.levels * b.columns) << 3;
  const re = w.re + sums;
  const im = w.im + sums;
  const form = b.field == UNIFORM ? setPulls(b, w, q) : 0;
  const size = <usize>(9 * b.atoms * b.atoms) << 4;
  for (let i = 0; i < b.atoms; i++) {
    for (let j = 0; j <= i; j++) {
      if (b.levels == 1) {
        setTile(w.tile, re, im, i, j);
        if (form != 0) addUniform(b, w, w.tile, q, i, j, form, re, im, 0);
        if (i != j) rotate(w, i, j);
        if (b.field == DIPOLES) {
          addDipoles(b, w, i, j, row, count, 0);
          if (i == j) balance(b, w, i);
        }
        write(b, w, out, i, j);
        continue;
      }
      setTile(w.whole, re, im, i, j);
      if (form != 0) addUniform(b, w, w.whole, q, i, j, form, re, im, 0);
      for (let axis = 0; axis < 3; axis++) {
        const level = axis + 1;
        const next = <usize>(level * b.columns) << 3;
        setTile(w.tile, re + next, im + next, i, j);
        if (form != 0) addUniform(b, w, w.tile, q, i, j, form, re, im, level);
        if (i != j) {
          turn(b, w, i, j, axis);
          rotate(w, i, j);
        }
        if (b.field == DIPOLES) addDipoles(b, w, i, j, row, count, axis);
        write(b, w, out + <usize>axis * size, i, j);
      }
    }
  }
}
