import { add, fill, least, mul, sub } from '../ops';
import { GEOMETRY, Group, Pair, Side } from './layout';

// A row of the table is a piece: its end, centre (A) and 1/half its width (1/A), four f64 with one unused, then, for each
// pair of functions, vectors c_0 to c_7 of polynomials of t = (r - centre) scale. The last row never ends and is zero.

const HEAD: usize = 32;
const VECTOR: usize = 128;

/**
 * Values and slopes (1/A) of all functions of the distance of a group's pairs, from polynomials on pieces. Each cell knows
 * the piece in which it begins; the last function is r times the core repulsion, which is finite at all distances.
 */
export function pieces(side: Side, group: Group, densities: i32): void {
  const pair = changetype<Pair>(group.pair);
  const row = HEAD + <usize>pair.vectors * VECTOR;
  const scale = fill(pair.cells);
  const last = fill(<f64>pair.knots);
  const core = (<usize>(pair.first + densities)) << 4;
  let values = side.radial + <usize>group.block * side.radialStride;
  let slopes = side.radialSlopes + <usize>group.block * side.radialStride;
  let geometry = side.geometry + <usize>group.block * GEOMETRY;
  for (let b = 0; b < group.blocks; b++) {
    const r = v128.load(geometry, 80);
    const cell = least(f64x2.floor(mul(r, scale)), last);
    const first = find(pair, row, f64x2.extract_lane(r, 0), <i32>f64x2.extract_lane(cell, 0));
    const second = find(pair, row, f64x2.extract_lane(r, 1), <i32>f64x2.extract_lane(cell, 1));
    two(first, second, row, values, slopes, r);
    const inverse = v128.load(geometry, 48);
    const repulsion = mul(v128.load(values + core), inverse);
    v128.store(values + core, repulsion);
    v128.store(slopes + core, mul(sub(v128.load(slopes + core), repulsion), inverse));
    geometry += GEOMETRY;
    values += side.radialStride;
    slopes += side.radialStride;
  }
}

// @ts-ignore: decorator
@inline function find(pair: Pair, row: usize, r: f64, cell: i32): usize {
  let piece = pair.table + load<i32>(pair.index + ((<usize>cell) << 2));
  while (r >= load<f64>(piece)) piece += row;
  return piece;
}

/** The functions of two pairs at distances r, whose pieces are a and b. */
function two(a: usize, b: usize, row: usize, values: usize, slopes: usize, r: v128): void {
  const dt = v128.load64_splat(a, 16);
  const du = v128.load64_splat(b, 16);
  const t = mul(sub(v128.shuffle<f64>(r, r, 0, 0), v128.load64_splat(a, 8)), dt);
  const u = mul(sub(v128.shuffle<f64>(r, r, 1, 1), v128.load64_splat(b, 8)), du);
  const end = a + row;
  a += HEAD;
  b += HEAD;
  for (; a < end; a += VECTOR, b += VECTOR, values += 32, slopes += 32) {
    // Horner's scheme: each step of the slope takes the value before its own.
    let sa = v128.load(a, 112);
    let sb = v128.load(b, 112);
    let va = add(mul(sa, t), v128.load(a, 96));
    let vb = add(mul(sb, u), v128.load(b, 96));
    sa = add(mul(sa, t), va);
    sb = add(mul(sb, u), vb);
    va = add(mul(va, t), v128.load(a, 80));
    vb = add(mul(vb, u), v128.load(b, 80));
    sa = add(mul(sa, t), va);
    sb = add(mul(sb, u), vb);
    va = add(mul(va, t), v128.load(a, 64));
    vb = add(mul(vb, u), v128.load(b, 64));
    sa = add(mul(sa, t), va);
    sb = add(mul(sb, u), vb);
    va = add(mul(va, t), v128.load(a, 48));
    vb = add(mul(vb, u), v128.load(b, 48));
    sa = add(mul(sa, t), va);
    sb = add(mul(sb, u), vb);
    va = add(mul(va, t), v128.load(a, 32));
    vb = add(mul(vb, u), v128.load(b, 32));
    sa = add(mul(sa, t), va);
    sb = add(mul(sb, u), vb);
    va = add(mul(va, t), v128.load(a, 16));
    vb = add(mul(vb, u), v128.load(b, 16));
    sa = add(mul(sa, t), va);
    sb = add(mul(sb, u), vb);
    va = add(mul(va, t), v128.load(a));
    vb = add(mul(vb, u), v128.load(b));
    sa = mul(sa, dt);
    sb = mul(sb, du);
    v128.store(values, v128.shuffle<f64>(va, vb, 0, 2));
    v128.store(values, v128.shuffle<f64>(va, vb, 1, 3), 16);
    v128.store(slopes, v128.shuffle<f64>(sa, sb, 0, 2));
    v128.store(slopes, v128.shuffle<f64>(sa, sb, 1, 3), 16);
  }
}
