// import: item.wgsl
// import: box.wgsl
// Sorts the points of each bin by index, so that sums over neighbours come out the same in every run. By insertion:
// bins are small. One thread a bin.

@group(0) @binding(0) var<storage, read> box: Box;
@group(0) @binding(1) var<storage, read> starts: array<u32>;         // [bins + 1]
@group(0) @binding(2) var<storage, read_write> order: array<u32>;    // [points]

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let bin = item(workgroup, workgroups, local);
  if (bin >= box.bins.x * box.bins.y * box.bins.z) { return; }
  let begin = starts[bin];
  let end = starts[bin + 1u];
  for (var k = begin + 1u; k < end; k++) {
    let p = order[k];
    var hole = k;
    while (hole > begin && order[hole - 1u] > p) {
      order[hole] = order[hole - 1u];
      hole--;
    }
    order[hole] = p;
  }
}
