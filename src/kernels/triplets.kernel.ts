// Sums over triplets of phonons (src/lattice/scattering): delta functions of their frequencies by tetrahedra or
// Gaussians, principal values, and what of them goes with the occupation of each mode. Parts stand in triplets/.
import { Deltas, Sums, int } from './triplets/layout';
import { collectTriplet } from './triplets/collect';
import { gaussianTriplet, principalTriplet } from './triplets/smeared';
import { tetrahedraTriplet, workBytes as bytes } from './triplets/tetrahedra';

/** Bytes of workspace a thread. */
export function workBytes(bands: i32, vertices: i32, tetrahedra: i32): usize {
  return bytes(bands, vertices, tetrahedra);
}

/** Weights of triplets begin to end - 1, by tetrahedra. */
export function tetrahedra(block: usize, thread: i32, begin: i32, end: i32): void {
  const b = changetype<Deltas>(block);
  const work = b.work + <usize>thread * bytes(b.bands, b.vertices, b.tetrahedra);
  for (let t = begin; t < end; t++) tetrahedraTriplet(b, t, work);
}

/** By Gaussians. */
export function gaussian(block: usize, thread: i32, begin: i32, end: i32): void {
  const b = changetype<Deltas>(block);
  for (let t = begin; t < end; t++) gaussianTriplet(b, t);
}

/** Principal values in their place. */
export function principal(block: usize, thread: i32, begin: i32, end: i32): void {
  const b = changetype<Deltas>(block);
  for (let t = begin; t < end; t++) principalTriplet(b, t);
}

/** Adds up slices begin to end - 1 of the triplets: which thread takes one does not matter to the result. */
export function collect(block: usize, thread: i32, begin: i32, end: i32): void {
  const s = changetype<Sums>(block);
  for (let slice = begin; slice < end; slice++) {
    const last = int(s.slices, slice + 1);
    for (let t = int(s.slices, slice); t < last; t++) collectTriplet(s, t, s.out + <usize>slice * s.sliceBytes);
  }
}
