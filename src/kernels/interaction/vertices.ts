// The legs whose home atom is not the first: their tensors are transformed over the first atom's place and contracted
// with the modes of q0 once for all triplets. What is left is a real matrix for each pair of the other two atoms: a row
// of phases [Re, Im] of their distance times it are [Re, Im] of the vertex.
import { Block, f64s, ROW, ROW_BYTES, seen, start, tensorsAt } from './layout';
import { realSum } from './sums';

/** Numbers of a row: [2][3][chosen][3], parts, axis of the second atom, band, axis of the third. */
@inline export function vertexRow(b: Block): i32 { return 18 * b.chosen; }

/** Where the matrix [2 atoms][vertexRow] of a pair begins. */
@inline export function vertexAt(b: Block, leg: i32, pair: i32): usize {
  return b.vertices + f64s(vertexRow(b) * 2 * (leg * b.count + start(b, pair)));
}

/** One atom y of a pair (home, group): the two rows of it. `atHome`: the axis of the home atom is the second's. */
export function vertex(b: Block, leg: i32, home: i32, group: i32, local: i32, phases: usize, space: usize): void {
  const n = b.n;
  const pair = home * n + group;
  const first = start(b, pair);
  const inGroup = <usize>(first - start(b, home * n)) * ROW_BYTES;
  const tile = <usize>(start(b, pair + 1) - first) << 5;
  const step = <usize>seen(b, home) * ROW_BYTES;
  const tensors = leg == 0 ? b.tensors1 : b.tensors2;
  for (let i = 0; i < n; i++) {
    const p = phases + (<usize>start(b, home * n + i) << 4);
    const atoms = start(b, home * n + i + 1) - start(b, home * n + i);
    const from = tensorsAt(b, tensors, home, i) + inGroup + (<usize>local << 5);
    realSum(space + <usize>i * (2 * ROW_BYTES), from, step, tile, p, p + f64s(atoms), atoms);
  }
  const width = f64s(9 * b.chosen);
  const re = vertexAt(b, leg, pair) + f64s(local * vertexRow(b));
  const im = re + f64s((start(b, pair + 1) - first) * vertexRow(b));
  // Axes of the home atom and of y, in the order of a row of tensors and in that of the result.
  const homeStep: usize = leg == 0 ? f64s(3 * b.chosen) : 8;
  const yStep: usize = leg == 0 ? 8 : f64s(3 * b.chosen);
  for (let band = 0; band < b.chosen; band++) {
    const wave = b.waves0 + f64s(band * 6 * n);
    const minus = wave + f64s(3 * n);
    for (let u = 0; u < 3; u++) {
      for (let w = 0; w < 3; w++) {
        let x: f64 = 0;
        let z: f64 = 0;
        for (let i = 0; i < n; i++) {
          for (let a = 0; a < 3; a++) {
            const t = space + f64s(2 * ROW * i + 9 * u + 3 * a + w);
            const c = load<f64>(wave + f64s(3 * i + a));
            const d = load<f64>(minus + f64s(3 * i + a));
            x += load<f64>(t) * c + load<f64>(t, 224) * d;
            z += load<f64>(t, 224) * c - load<f64>(t) * d;
          }
        }
        const to = f64s(3 * band) + <usize>u * homeStep + <usize>w * yStep;
        store<f64>(re + to, x);
        store<f64>(re + to + width, z);
        store<f64>(im + to, -z);
        store<f64>(im + to + width, x);
      }
    }
  }
}
