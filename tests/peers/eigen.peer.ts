import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { EigenSolver } from '../../src/device/eigen.js';
import { hardMatrices, type Kind, planesOf, randomMatrix } from '../helpers/matrices.js';
import { python } from './peers.js';

/** Rounding of either side, a few times 2e-16 of the norm a row of blocks; what is promised is 1e-12. */
const TOLERANCE = 2e-13;

/** Largest differences of ours to LAPACK's, relative to the norm: values, residuals; and of V V^H to the unit matrix. */
const SCRIPT = `
import os, sys, json
os.environ["OPENBLAS_NUM_THREADS"] = "1"
import numpy as np
folder, kind, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
number = complex if kind == "hermitian" else float
a = np.fromfile(folder + "/matrices", dtype=number).reshape(-1, n, n)
x = np.fromfile(folder + "/values").reshape(-1, n)
v = np.fromfile(folder + "/vectors", dtype=number).reshape(-1, n, n)
expected, _ = np.linalg.eigh(a)
norm = np.maximum(np.abs(expected).max(axis=1), 1e-305)
error = np.abs(x - expected).max(axis=1) / norm
rest = a / norm[:, None, None] @ v.transpose(0, 2, 1) - v.transpose(0, 2, 1) * (x / norm[:, None])[:, None, :]
residual = np.linalg.norm(rest, axis=1).max(axis=1)
unit = np.abs(v.conj() @ v.transpose(0, 2, 1) - np.eye(n)).max(axis=(1, 2))
print(json.dumps({"error": error.tolist(), "residual": residual.tolist(), "orthogonality": unit.tolist()}))
`;

interface Defects {
  error: number[];
  residual: number[];
  orthogonality: number[];
}

let device: CpuDevice;
beforeAll(async () => {
  device = await createCpuDevice({ threads: 2 });
});
afterAll(() => device.close());

function compare(kind: Kind, n: number, matrices: Float64Array[]): Defects {
  const folder = mkdtempSync(join(tmpdir(), 'phonolink-eigen-'));
  const solver = new EigenSolver(device, { size: n, kind, vectors: true, batch: matrices.length });
  try {
    for (const [k, matrix] of matrices.entries()) solver.matrices.set(matrix, k * planesOf(kind) * n * n);
    solver.solve();
    const { values, vectors } = solver;
    for (const [name, data] of Object.entries({ matrices: solver.matrices, values, vectors }))
      writeFileSync(join(folder, name), data);
    return python<Defects>(SCRIPT, folder, kind, String(n));
  } finally {
    solver.release();
    rmSync(folder, { recursive: true, force: true });
  }
}

describe.each(['symmetric', 'hermitian'] as const)('eigenvalues of %s matrices', (kind) => {
  it.each([1, 2, 3, 6, 12, 24, 33, 60, 97, 192, 320])(
    'are those of LAPACK, hard matrices of %i rows',
    (n) => {
      const samples = hardMatrices(kind, n);
      const found = compare(
        kind,
        n,
        samples.map(({ matrix }) => matrix),
      );
      for (const [k, { name }] of samples.entries()) {
        expect(found.error[k], name).toBeLessThan(TOLERANCE);
        expect(found.residual[k], name).toBeLessThan(TOLERANCE);
        expect(found.orthogonality[k], name).toBeLessThan(TOLERANCE);
      }
    },
  );

  it('are those of LAPACK, large', () => {
    const n = kind === 'symmetric' ? 1536 : 701;
    const { error, residual, orthogonality } = compare(kind, n, [randomMatrix(kind, n, 1)]);
    for (const [defect] of [error, residual, orthogonality]) expect(defect).toBeLessThan(TOLERANCE);
  });
});
