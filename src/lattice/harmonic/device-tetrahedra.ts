import type { CpuDevice } from '../../device/cpu.js';
import { type TetrahedronMethod, tetrahedronDensity } from './density.js';
import { tetrahedraAround } from './tetrahedra.js';

/** Irreducible points a piece: at most this many pieces, so that sums are the same however many threads there are. */
const PIECES = 64;
/** Numbers of shares that are copied into a device's heap: 256 MiB */
const MOST_COPIED = 1 << 25;

/** `tetrahedronDensity` on the threads of a device, to some rounding errors. */
export function deviceTetrahedra(device: CpuDevice): TetrahedronMethod {
  return (modes, mesh, points, shares) => {
    const { heap } = device;
    const { frequencies, primitive, weights } = modes;
    const columns = shares?.length ?? 0;
    if (columns * frequencies.length > MOST_COPIED) return tetrahedronDensity(modes, mesh, points, shares);
    const [n0, n1, n2] = mesh.mesh;
    const total = n0 * n1 * n2;
    const chunk = Math.ceil(weights.length / PIECES);
    const pieces = Math.ceil(weights.length / chunk);
    const width = Math.max(1, columns) * points.length;
    const { steps, centres } = tetrahedraAround(primitive.cell, mesh.mesh);
    const numberOf = new Int32Array(total);
    mesh.irreducible.forEach((point, k) => {
      numberOf[point] = k;
    });
    const out = heap.float64(pieces * width);
    const copied = heap.float64(columns * frequencies.length);
    for (let c = 0; c < columns; c++) copied.set(shares![c], c * frequencies.length);
    const views = [
      heap.int32From(mesh.irreducible),
      heap.int32From(mesh.map.map((point) => numberOf[point])),
      heap.float64From(Float64Array.from(weights, (weight) => weight / (6 * total))),
      heap.float64From(frequencies),
      heap.int32From(steps),
      heap.int32From(centres),
      heap.float64From(points),
      copied,
      out,
    ];
    const block = heap.int32From([
      frequencies.length / weights.length,
      ...mesh.mesh,
      points.length,
      columns,
      chunk,
      frequencies.length,
      ...views.map((view) => view.byteOffset),
      0,
    ]);
    const workBytes = device.kernel('tetrahedra').workBytes as (block: number) => number;
    const work = heap.float64((device.threads * workBytes(block.byteOffset)) / 8);
    block[block.length - 1] = work.byteOffset;
    try {
      device.parallel('tetrahedra', 'density', block.byteOffset, weights.length, chunk);
      const sums = new Float64Array(width);
      for (let k = 0; k < out.length; k++) sums[k % width] += out[k];
      const list = Array.from({ length: width / points.length }, (_, c) =>
        sums.slice(c * points.length, (c + 1) * points.length),
      );
      return { method: 'Tetrahedron method', frequencies: points, columns: list };
    } finally {
      for (const view of [...views, block, work]) heap.release(view);
    }
  };
}
