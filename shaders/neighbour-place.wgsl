// import: item.wgsl
// import: box.wgsl
// Writes each point's index into its bin, in the order in which the threads come. One thread a point.

@group(0) @binding(0) var<storage, read> box: Box;
@group(0) @binding(1) var<storage, read> points: array<Point>;
@group(0) @binding(2) var<storage, read> starts: array<u32>;                // [bins + 1]
@group(0) @binding(3) var<storage, read_write> placed: array<atomic<u32>>;  // [bins], zero before
@group(0) @binding(4) var<storage, read_write> order: array<u32>;           // [points]

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let p = item(workgroup, workgroups, local);
  if (p >= box.points) { return; }
  let bin = bin_index(bin_of(points[p], box.bins), box.bins);
  order[starts[bin] + atomicAdd(&placed[bin], 1u)] = p;
}
