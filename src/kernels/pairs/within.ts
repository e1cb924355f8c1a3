/**
 * Bytes of a neighbour's record: r_ij (0, 8, 16) and r^2 (24) in f64, its point (32), and a word for the caller (36).
 */
export const FOUND: usize = 40;

/**
 * Writes r_ij, r^2 and the point of all neighbours of atom i closer than sqrt(reach); returns the end of the records.
 * `points`, `first` and `neighbours` are those of a neighbour list.
 */
export function within(points: usize, firsts: usize, neighbours: usize, found: usize, i: i32, reach: f64): usize {
  const centre = points + <usize>i * 24;
  const xy = v128.load(centre);
  const z = load<f64>(centre, 16);
  const first = firsts + ((<usize>i) << 2);
  const end = neighbours + (load<i32>(first, 4) << 2);
  for (let at = neighbours + (load<i32>(first) << 2); at < end; at += 4) {
    const j = load<i32>(at);
    const point = points + <usize>j * 24;
    const dxy = f64x2.sub(v128.load(point), xy);
    const dz = load<f64>(point, 16) - z;
    const squares = f64x2.mul(dxy, dxy);
    const r2 = f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1) + dz * dz;
    v128.store(found, dxy);
    store<f64>(found, dz, 16);
    store<f64>(found, r2, 24);
    store<i32>(found, j, 32);
    // No branch: which neighbour is within reach cannot be foreseen.
    found += select<usize>(FOUND, 0, r2 < reach);
  }
  return found;
}
