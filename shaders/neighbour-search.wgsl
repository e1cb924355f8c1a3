// import: item.wgsl
// import: box.wgsl
// The full neighbour list: neighbour k of atom i stands at [k count + i], so that neighbouring threads read
// neighbouring words. Where a row is too short it is cut, and `longest` says how long it should have been. One thread
// an atom.

@group(0) @binding(0) var<storage, read> box: Box;
@group(0) @binding(1) var<storage, read> points: array<Point>;
@group(0) @binding(2) var<storage, read> starts: array<u32>;                // [bins + 1]
@group(0) @binding(3) var<storage, read> order: array<u32>;                 // [points]
@group(0) @binding(4) var<storage, read_write> lengths: array<u32>;         // [count]
@group(0) @binding(5) var<storage, read_write> neighbours: array<u32>;      // [capacity count]
@group(0) @binding(6) var<storage, read_write> longest: atomic<u32>;        // zero before

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let i = item(workgroup, workgroups, local);
  if (i >= box.count) { return; }
  let own = points[i];
  let rows = box.rows;
  // Bins are as wide as the reach: the one before to the one behind. Of one or two, all of them, each once.
  let bins = box.bins;
  let span = min(bins, vec3u(3u));
  let corner = bin_of(own, bins) + select(vec3u(0u), bins - vec3u(1u), bins > vec3u(2u));
  let limit = box.reach * box.reach;
  var length = 0u;
  for (var z = 0u; z < span.z; z++) {
    for (var y = 0u; y < span.y; y++) {
      for (var x = 0u; x < span.x; x++) {
        let bin = bin_index((corner + vec3u(x, y, z)) % bins, bins);
        for (var k = starts[bin]; k < starts[bin + 1u]; k++) {
          let p = order[k];
          if (p == i) { continue; }
          let r = pair_vector(rows, own, points[p]);
          if (dot(r, r) >= limit) { continue; }
          if (length < box.capacity) { neighbours[length * box.count + i] = p; }
          length++;
        }
      }
    }
  }
  lengths[i] = min(length, box.capacity);
  atomicMax(&longest, length);
}
