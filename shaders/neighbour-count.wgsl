// import: item.wgsl
// import: box.wgsl
// Counts the points of each bin. One thread a point.

@group(0) @binding(0) var<storage, read> box: Box;
@group(0) @binding(1) var<storage, read> points: array<Point>;
@group(0) @binding(2) var<storage, read_write> counts: array<atomic<u32>>;  // [bins], zero before

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let p = item(workgroup, workgroups, local);
  if (p >= box.points) { return; }
  atomicAdd(&counts[bin_index(bin_of(points[p], box.bins), box.bins)], 1u);
}
