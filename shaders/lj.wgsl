// import: item.wgsl
// import: box.wgsl
// Lennard-Jones pairs over a full neighbour list: every atom gathers its own energy, force and virial. One thread an
// atom. The twin of src/kernels/lj.kernel.ts.

struct Pairs {
  species: u32,
  // 24 epsilon (eV), sigma^2 (A^2), cutoff^2 (A^2), energy to subtract (eV)
  table: array<vec4f>,
}

@group(0) @binding(0) var<storage, read> box: Box;
@group(0) @binding(1) var<storage, read> points: array<Point>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;         // [count]
@group(0) @binding(3) var<storage, read> neighbours: array<u32>;      // [capacity count]
@group(0) @binding(4) var<storage, read> pairs: Pairs;
// [13 count]: energy, force 3, virial 9, each for all atoms
@group(0) @binding(5) var<storage, read_write> results: array<f32>;

// (sigma/r)^2 at most: the twelfth power stays within f32. Closer atoms have no energy that f32 holds, and as WGSL
// need not keep infinity or NaN, a number stands for it (src/potentials/lj/gpu.ts).
const CLOSEST = 1e5;
const OVERLAP = 3e38;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let i = item(workgroup, workgroups, local);
  let count = box.count;
  if (i >= count) { return; }
  let own = points[i];
  let rows = box.rows;
  let table = own.w * pairs.species;
  var overlap = false;
  var energy = 0.0;
  var force = vec3f(0.0);
  var square = vec3f(0.0);   // virial xx yy zz
  var mixed = vec3f(0.0);    // virial yz xz xy
  for (var k = 0u; k < lengths[i]; k++) {
    let other = points[neighbours[k * count + i]];
    let pair = pairs.table[table + other.w];
    let r = pair_vector(rows, own, other);
    let r2 = dot(r, r);
    if (r2 >= pair.z) { continue; }
    if (pair.y >= CLOSEST * r2) {
      overlap = true;
      continue;
    }
    let s2 = pair.y / r2;
    let s6 = s2 * s2 * s2;
    energy += pair.x / 6.0 * s6 * (s6 - 1.0) - pair.w;
    // -(dV/dr)/r: the force on i is -g r_ij, and each end of the pair has half of the virial -r_ij (dV/dr_ij).
    let g = pair.x * s6 * (2.0 * s6 - 1.0) / r2;
    force -= g * r;
    square += g * r * r;
    mixed += g * r.yxx * r.zzy;
  }
  results[i] = select(0.5 * energy, OVERLAP, overlap);
  results[count + i] = force.x;
  results[2u * count + i] = force.y;
  results[3u * count + i] = force.z;
  results[4u * count + i] = 0.5 * square.x;
  results[5u * count + i] = 0.5 * mixed.z;
  results[6u * count + i] = 0.5 * mixed.y;
  results[7u * count + i] = 0.5 * mixed.z;
  results[8u * count + i] = 0.5 * square.y;
  results[9u * count + i] = 0.5 * mixed.x;
  results[10u * count + i] = 0.5 * mixed.y;
  results[11u * count + i] = 0.5 * mixed.x;
  results[12u * count + i] = 0.5 * square.z;
}
