// Sums the private arrays of the threads: target[k] = sum over t of partial[t * stride + k], k in [begin, end).

@unmanaged
class Block {
  target: usize;
  partial: usize;
  stride: i32; // in numbers
  threads: i32;
}

export function sum(block: usize, thread: i32, begin: i32, end: i32): void {
  const b = changetype<Block>(block);
  for (let k = begin; k < end; k++) {
    let total: f64 = 0;
    for (let t = 0; t < b.threads; t++) {
      total += load<f64>(b.partial + ((<usize>t * b.stride + k) << 3));
    }
    store<f64>(b.target + (<usize>k << 3), total);
  }
}
