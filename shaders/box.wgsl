// The periodic box and the points in it: atoms, and replicas of them where the cell is smaller than two cutoffs, so
// that of all images of a pair only the nearest is ever in sight.
//
// A coordinate is a 32-bit fraction of a box vector. Differences of integers wrap by themselves, which is the minimum
// image, and are exact, however large the box: what is left is the rounding of the pair's own vector.

struct Box {
  rows: array<vec4f, 3>,  // A, box vectors times 2^-32
  bins: vec3u,            // bins along each box vector
  points: u32,
  count: u32,             // atoms: points 0 to count - 1
  capacity: u32,          // neighbours that an atom's row can hold
  reach: f32,             // A, how far the list looks
}

// x, y, z: fractions of the box; w: the kind of the atom
alias Point = vec4u;

// A, from a to the nearest image of b
fn pair_vector(rows: array<vec4f, 3>, a: Point, b: Point) -> vec3f {
  let difference = vec3f(bitcast<vec3i>(b.xyz - a.xyz));
  return difference.x * rows[0].xyz + difference.y * rows[1].xyz + difference.z * rows[2].xyz;
}

// Along each vector the bin of a fraction f is floor(f bins / 2^32), but for the 16 lower bits.
fn bin_of(point: Point, bins: vec3u) -> vec3u {
  return ((point.xyz >> vec3u(16)) * bins) >> vec3u(16);
}

fn bin_index(bin: vec3u, bins: vec3u) -> u32 {
  return (bin.z * bins.y + bin.y) * bins.x + bin.x;
}
