// Eigenvalues with eigenvectors beside LAPACK (zheevd and dsyevd of the OpenBLAS in numpy's wheel), one thread each.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCpuDevice } from '../src/device/cpu.js';
import { EigenSolver } from '../src/device/eigen.js';
import { uniform } from '../src/math/random.js';
import type { BenchCase } from './helpers/case.js';
import { alternate, runPeer } from './helpers/peer.js';

const ROUNDS = 3;
/** Seconds that one side measures at least, each round. */
const SECONDS = 0.5;

const PEER = `
import os, sys, time, json
os.environ["OPENBLAS_NUM_THREADS"] = "1"
import numpy as np
path, kind, n, limit = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
data = np.fromfile(path, dtype=complex if kind == "hermitian" else float).reshape(-1, n, n)
best, begin, rounds = 1e9, time.perf_counter(), 0
while rounds < 2 or time.perf_counter() - begin < limit:
    start = time.perf_counter()
    values = np.linalg.eigh(data)[0]
    best = min(best, time.perf_counter() - start)
    rounds += 1
print(json.dumps({"seconds": best / len(data), "frames": len(data), "check": float(np.abs(values).sum())}))
`;

type Kind = 'hermitian' | 'symmetric';

/** Random matrices with elements in [-1, 1), both triangles. */
function samples(kind: Kind, size: number, batch: number): Float64Array {
  const next = uniform(size);
  const planes = kind === 'hermitian' ? 2 : 1;
  const data = new Float64Array(planes * size * size * batch);
  for (let k = 0; k < batch; k++) {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        const at = planes * ((k * size + i) * size + j);
        const turned = planes * ((k * size + j) * size + i);
        data[at] = 2 * next() - 1;
        data[turned] = data[at];
        if (planes === 1 || i === j) continue;
        data[at + 1] = 2 * next() - 1;
        data[turned + 1] = -data[at + 1];
      }
    }
  }
  return data;
}

async function compare(kind: Kind, size: number) {
  const batch = Math.max(1, Math.min(1000, Math.floor(2e5 / size ** 2)));
  const data = samples(kind, size, batch);
  const folder = mkdtempSync(join(tmpdir(), 'phonolink-bench-'));
  const path = join(folder, 'matrices');
  writeFileSync(path, data);
  const device = await createCpuDevice({ threads: 1 });
  const solver = new EigenSolver(device, { size, kind, vectors: true, batch });
  solver.matrices.set(data);
  try {
    const { ours, peer } = await alternate(
      ROUNDS,
      async () => {
        let best = Number.POSITIVE_INFINITY;
        const begin = performance.now();
        for (let round = 0; round < 2 || performance.now() - begin < 1000 * SECONDS; round++) {
          const start = performance.now();
          solver.solve();
          best = Math.min(best, performance.now() - start);
        }
        const check = solver.values.reduce((sum, x) => sum + Math.abs(x), 0);
        return { seconds: best / 1000 / batch, frames: batch, check };
      },
      () => runPeer(PEER, path, kind, String(size), String(SECONDS)),
    );
    return { ours: 1 / ours.seconds, peer: 1 / peer.seconds, unit: 'matrices/s' };
  } finally {
    await device.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const sizes: [Kind, number, number][] = [
  ['hermitian', 6, 0.5],
  ['hermitian', 12, 0.5],
  ['hermitian', 24, 0.5],
  ['hermitian', 60, 0.5],
  ['hermitian', 192, 0.5],
  ['symmetric', 192, 0.5],
  ['symmetric', 600, 0.25],
  ['symmetric', 1536, 0.25],
];

export const cases: readonly BenchCase[] = sizes.map(([kind, size, wanted]) => ({
  name: `Eigenvectors, ${kind}, ${size} x ${size}`,
  peer: 'LAPACK',
  wanted,
  run: () => compare(kind, size),
}));
