// import: item.wgsl
// import: box.wgsl
// Where the points of each bin begin: the running sum of the counts. One workgroup: each thread sums a stretch of its
// own, then the threads' sums are added up.

@group(0) @binding(0) var<storage, read> box: Box;
@group(0) @binding(1) var<storage, read> counts: array<u32>;           // [bins]
@group(0) @binding(2) var<storage, read_write> starts: array<u32>;     // [bins + 1]

var<workgroup> sums: array<u32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32) {
  let total = box.bins.x * box.bins.y * box.bins.z;
  let stretch = (total + WORKGROUP - 1u) / WORKGROUP;
  let begin = min(local * stretch, total);
  let end = min(begin + stretch, total);
  var sum = 0u;
  for (var b = begin; b < end; b++) { sum += counts[b]; }
  sums[local] = sum;
  workgroupBarrier();
  var before = 0u;
  for (var other = 0u; other < local; other++) { before += sums[other]; }
  for (var b = begin; b < end; b++) {
    starts[b] = before;
    before += counts[b];
  }
  if (local == WORKGROUP - 1u) { starts[total] = before; }
}
