import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PHONOPY_UNITS } from '../../../src/lattice/harmonic/units.js';
import { type BoltzmannModes, boltzmannConductivity } from '../../../src/lattice/scattering/boltzmann.js';
import {
  completeReduced,
  pointProjectors,
  starRoots,
} from '../../../src/lattice/scattering/collision-matrix.js';
import { checkCollisionMemory, collisionBytes } from '../../../src/lattice/scattering/collision-memory.js';
import { CollisionBlocks, inverseSinh } from '../../../src/lattice/scattering/collision-rows.js';
import { cornerShare } from '../../../src/lattice/scattering/corner-share.js';
import { cornerWeight } from '../../../src/lattice/scattering/corner-weight.js';
import { cumulativeSpectrum, samplingPoints } from '../../../src/lattice/scattering/cumulative.js';
import { modeHeatCapacities, modeHeatCapacity } from '../../../src/lattice/scattering/heat-capacity.js';
import { IsotopeScattering } from '../../../src/lattice/scattering/isotope.js';
import { applyInverse, solverOf } from '../../../src/lattice/scattering/pseudo-inverse.js';
import {
  boundaryLinewidths,
  lifetimes,
  meanFreePaths,
  relaxationTimeConductivity,
  totalLinewidths,
} from '../../../src/lattice/scattering/relaxation-time.js';
import { groupSum, VOIGT, velocityProducts } from '../../../src/lattice/scattering/star-sums.js';
import { pairTransport, starPairs, wignerConductivity } from '../../../src/lattice/scattering/wigner.js';
import { uniform } from '../../../src/math/random.js';
import { massVariance } from '../../../src/model/isotopes.js';
import type { GridModes, PhononGrid } from '../../../src/model/phonon-grid.js';

function random(length: number, seed = 1): Float64Array {
  const next = uniform(seed);
  return Float64Array.from({ length }, () => next() - 0.5);
}

const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1];
/** The group 4/mmm along z: 16 rotations. */
const TETRAGONAL = [
  [1, 0, 0, 1],
  [0, -1, 1, 0],
  [-1, 0, 0, -1],
  [0, 1, -1, 0],
  [-1, 0, 0, 1],
  [1, 0, 0, -1],
  [0, 1, 1, 0],
  [0, -1, -1, 0],
].flatMap(([a, b, c, d]) => [1, -1].map((z) => [a, b, 0, c, d, 0, 0, 0, z]));

/** A grid of N points along one axis, all of its own BZ point. */
function chain(total: number): PhononGrid {
  const numbers = Int32Array.from({ length: total }, (_, k) => k);
  return {
    matrix: Int32Array.of(total, 0, 0, 0, 1, 0, 0, 0, 1),
    diagonal: [total, 1, 1],
    total,
    addresses: Int32Array.from({ length: 3 * total }, (_, k) => (k % 3 === 0 ? k / 3 : 0)),
    points: Float64Array.from({ length: 3 * total }, (_, k) => (k % 3 === 0 ? k / 3 / total : 0)),
    regular: numbers,
    first: Int32Array.from({ length: total + 1 }, (_, k) => k),
  } as unknown as PhononGrid;
}

describe('heat capacities of modes', () => {
  it('are k where it is hot, nothing where it is cold', () => {
    const { boltzmann, planck } = PHONOPY_UNITS;
    // 1 - x^2 / 12, x = h f / k T
    const x = (5 * planck) / (boltzmann * 1e5);
    expect(modeHeatCapacity(5, 1e5, PHONOPY_UNITS) / boltzmann).toBeCloseTo(1 - x ** 2 / 12, 10);
    expect(Array.from(modeHeatCapacities([5, 1e-5, -1], [0, 0.01]))).toEqual([0, 0, 0, 0, 0, 0]);
    expect(modeHeatCapacities([5, 1e-5, -1], [300]).slice(1)).toEqual(new Float64Array(2));
  });
});

describe('sums over a point group', () => {
  it('leave tensors that have its symmetry', () => {
    const sum = groupSum(TETRAGONAL);
    const six = random(6, 3);
    const out = VOIGT.map((_, k) => six.reduce((all, x, l) => all + sum[6 * k + l] * x, 0));
    expect(out[0]).toBeCloseTo(out[1], 12);
    expect(out[0]).toBeCloseTo(8 * (six[0] + six[1]), 12);
    expect(out[2]).toBeCloseTo(16 * six[2], 12);
    for (const x of out.slice(3)) expect(x).toBeCloseTo(0, 12);
  });
});

describe('conductivity by relaxation times', () => {
  const velocities = random(18, 5).map((x) => 50 * x);
  const weights = [1, 16, 8];
  const frequencies = random(6, 7).map((x) => 5 + 4 * x);
  const products = velocityProducts(velocities, weights, TETRAGONAL);
  const temperatures = [3e4, 6e4];
  const carriers = {
    total: 25,
    volume: 40,
    frequencies,
    products,
    heatCapacities: modeHeatCapacities(frequencies, temperatures),
  };
  const gamma = random(6, 9).map((x) => 0.1 + 0.1 * x);

  it('has the symmetry of the point group and is positive', () => {
    const { kappa, ignored } = relaxationTimeConductivity(
      carriers,
      totalLinewidths(new Float64Array(12), gamma),
    );
    for (const t of [0, 6]) {
      expect(kappa[t]).toBeGreaterThan(0);
      expect(kappa[t + 1] / kappa[t]).toBeCloseTo(1, 12);
      expect(kappa[t + 2]).toBeGreaterThan(0);
      for (const c of [3, 4, 5]) expect(Math.abs(kappa[t + c])).toBeLessThan(1e-12 * kappa[t]);
    }
    expect(Array.from(ignored)).toEqual([0, 0]);
  });

  it('times T is constant where it is hot and linewidths rise with T', () => {
    const hot = Float64Array.from([...gamma.map((g) => g * 1), ...gamma.map((g) => g * 2)]);
    const { kappa } = relaxationTimeConductivity(carriers, hot);
    // Heat capacities differ from k by x^2 / 12 < 1e-5 there.
    expect((2 * kappa[6]) / kappa[0]).toBeCloseTo(1, 4);
  });

  it('falls by walls, which are all that is left where nothing else scatters', () => {
    const walls = boundaryLinewidths(velocities, 0.1);
    const paths = meanFreePaths(walls, velocities);
    // 0.1 micrometres
    for (const path of paths) expect(path).toBeCloseTo(1000, 8);
    expect(() => boundaryLinewidths(velocities, 0)).toThrow('0 micrometres');
    const bare = relaxationTimeConductivity(carriers, totalLinewidths(new Float64Array(12), gamma));
    const rough = relaxationTimeConductivity(carriers, totalLinewidths(new Float64Array(12), gamma, walls));
    expect(rough.kappa[0]).toBeLessThan(bare.kappa[0]);
  });

  it('leaves out what does not scatter, and says so', () => {
    const none = relaxationTimeConductivity(carriers, new Float64Array(12));
    expect(none.kappa).toEqual(new Float64Array(12));
    expect(Array.from(none.ignored)).toEqual([6, 6]);
    expect(Array.from(lifetimes([0, 1 / (4 * Math.PI)]))).toEqual([0, 1]);
    expect(() => relaxationTimeConductivity(carriers, new Float64Array(6))).toThrow(
      'do not belong to 6 modes',
    );
  });
});

describe('weights of a corner', () => {
  const corners = fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { minLength: 4, maxLength: 4 });

  it('up to x add up to the part of the tetrahedron below x, whose volume grows by the density', () => {
    fc.assert(
      fc.property(corners, fc.integer({ min: -1, max: 40 }), (whole, cut) => {
        const v = whole.map((k) => k / 40);
        const sorted = [...v].sort((a, b) => a - b);
        const x = (cut + 0.5) / 40;
        const shares = v.map((_, k) => {
          const others = v.filter((__, l) => l !== k);
          const share = (at: number) => cornerShare(v[k], others[0], others[1], others[2], at);
          const h = 1e-6;
          const slope = (share(x + h) - share(x - h)) / (2 * h);
          // Third derivatives are below 24 / (1/40)^3 there, of which h^2 / 6 is 3e-7.
          expect(slope).toBeCloseTo(cornerWeight(v[k], others[0], others[1], others[2], x), 5);
          return share(x);
        });
        const below = shares.reduce((a, b) => a + b);
        const cubes = sorted.map((p, k) =>
          x <= p ? 0 : (x - p) ** 3 / sorted.reduce((all, r, l) => (l === k ? all : all * (r - p)), 1),
        );
        // The volume below x is a spline: the sum of truncated powers.
        expect(below).toBeCloseTo(
          cubes.reduce((a, b) => a + b, 0),
          6,
        );
      }),
    );
    expect(cornerShare(0.5, 0.5, 0.5, 0.5, 0.4)).toBe(0);
    expect(cornerShare(0.5, 0.5, 0.5, 0.5, 0.5)).toBe(0.25);
  });

  it('give all of a property where all modes are below', () => {
    const grid = {
      total: 2,
      irreducible: 1,
      neighbours: Int32Array.of(0, 0),
      corners: new Int32Array(72).fill(1),
    };
    const points = samplingPoints([1, 2], 3);
    const found = cumulativeSpectrum(grid, Float64Array.of(1, 2), Float64Array.of(3, 5), points);
    expect(Array.from(found.cumulative)).toEqual([1.5, 1.5, 4]);
    expect(() => samplingPoints([1], 1)).toThrow('whole number from 2 on');
  });
});

describe('isotopes', () => {
  it('of silicon and of elements that have one or none', () => {
    // Tamura's parameter of natural silicon
    expect(massVariance('Si')).toBeCloseTo(2.01e-4, 6);
    expect(massVariance('Na')).toBe(0);
    expect(massVariance('X', [1, 0.5, 3, 0.5])).toBeCloseTo(0.25, 14);
    expect(() => massVariance('Tc')).toThrow('isotopes of Tc');
  });

  it('scatter into modes of the same direction and frequency', () => {
    const grid = chain(4);
    const frequencies = Float64Array.from({ length: 12 }, (_, k) => [1, 2, 3][k % 3]);
    const eigenvectors = new Float64Array(4 * 3 * 3 * 2);
    for (let m = 0; m < 12; m++) eigenvectors[6 * m + 2 * (m % 3)] = 1;
    const modes: GridModes = { bands: 3, frequencies, eigenvectors };
    const scattering = new IsotopeScattering(grid, modes, [0.01], { kind: 'gaussian', sigma: 0.1 });
    const peak = 1 / (0.1 * Math.sqrt(2 * Math.PI));
    const found = scattering.linewidths(1);
    [1, 2, 3].forEach((f, b) => {
      expect(found[b]).toBeCloseTo((Math.PI / 4) * f ** 2 * 0.01 * peak, 12);
    });
    expect(() => new IsotopeScattering(grid, modes, [0, 0], { kind: 'gaussian', sigma: 1 })).toThrow(
      '2 variances of masses, expected one for each of 1 atoms',
    );
  });
});

describe('a tetrahedron with a corner of the very frequency', () => {
  it.each([
    ['above', 1],
    ['nothing', 0],
  ] as const)('adds %s', (atCorner, sign) => {
    const grid = chain(4);
    // Of each point one tetrahedron, to the other three; only the first band's frequencies differ.
    const neighbours = Int32Array.from([0, 1, 2, 3, 1, 2, 3, 0, 2, 3, 0, 1, 3, 0, 1, 2]);
    const frequencies = Float64Array.from([0, 1, 2, 3].flatMap((q) => [1 + q, 10, 20]));
    const eigenvectors = new Float64Array(4 * 18).fill(1 / Math.sqrt(18));
    const modes: GridModes = { bands: 3, frequencies, eigenvectors };
    const corners = Int32Array.of(1, 2, 3);
    const scattering = new IsotopeScattering(grid, modes, [1e-3], {
      kind: 'tetrahedra',
      neighbours,
      corners,
      atCorner,
    });
    expect(Math.sign(scattering.linewidths(1)[0])).toBe(sign);
  });
});

describe('the collision matrix', () => {
  const total = 5;
  const bands = 2;
  const grid = chain(total);
  // f(q) = f(-q)
  const frequencies = Float64Array.from({ length: total * bands }, (_, m) => {
    const q = Math.floor(m / bands);
    return 1 + Math.min(q, total - q) * 1.3 + (m % bands) * 0.7;
  });
  const modes: GridModes = { bands, frequencies, eigenvectors: new Float64Array(0) };
  /** Symmetric in the order of its modes, as the potential's derivatives are. */
  const strength = (...m: number[]) => m.reduce((sum, x) => sum + Math.cos(1.7 * x), 3.5) ** 2 * 1e-12;
  const delta = (x: number) => Math.exp(-x * x);

  function matrixAt(temperature: number): Float64Array {
    const size = total * bands;
    const matrix = new Float64Array(size * size);
    const blocks = new CollisionBlocks(grid, modes);
    for (let q0 = 0; q0 < total; q0++) {
      // One triplet for each pair of q1 and q2.
      const of = new Int32Array(total);
      const points: number[] = [];
      for (let q1 = 0; q1 < total; q1++) {
        const q2 = (2 * total - q0 - q1) % total;
        if (q2 < q1) of[q1] = of[q2];
        else {
          of[q1] = points.length / 3;
          points.push(q0, q1, q2);
        }
      }
      const triplets = {
        points: Int32Array.from(points),
        of,
        stars: Int32Array.from({ length: total }, (_, p) => p),
      };
      const count = points.length / 3;
      const strengths = new Float64Array(count * bands ** 3);
      const deltas = new Float64Array(count * bands ** 3);
      for (let k = 0; k < strengths.length; k++) {
        const t = Math.floor(k / bands ** 3);
        const [a, b, c] = [Math.floor(k / bands ** 2), Math.floor(k / bands), k].map(
          (x, i) => points[3 * t + i] * bands + (x % bands),
        );
        strengths[k] = strength(a, b, c);
        const [f, g, h] = [frequencies[a], frequencies[b], frequencies[c]];
        deltas[k] = delta(f - g - h) + delta(f + g - h) + delta(f - g + h);
      }
      blocks.set(triplets, strengths, deltas, temperature);
      blocks.addFull(triplets, matrix, q0 * bands * size);
    }
    return matrix;
  }

  it('is symmetric: detailed balance', () => {
    const matrix = matrixAt(300);
    const size = total * bands;
    let largest = 0;
    for (let i = 0; i < size; i++) {
      for (let k = 0; k < size; k++) {
        largest = Math.max(largest, matrix[i * size + k]);
        expect(matrix[i * size + k]).toBeGreaterThan(0);
        expect(matrix[i * size + k] / matrix[k * size + i]).toBeCloseTo(1, 12);
      }
    }
    expect(largest).toBeGreaterThan(0);
    expect(matrixAt(0).every((x) => x === 0)).toBe(true);
  });

  it('with nothing off its main diagonal is the relaxation-time approximation', () => {
    const points = Int32Array.of(0, 1, 2);
    const own = points;
    const rotations = [IDENTITY, IDENTITY.map((x) => -x)];
    const rotated = Int32Array.of(0, 0, 1, 4, 2, 3);
    const symmetry = { points, rotations, rotated };
    const weights = [1, 2, 2];
    const f = frequencies.slice(0, 6);
    const velocities = random(18, 11).map((x, k) => (k < 6 ? 0 : 30 * x));
    const linewidths = random(6, 13).map((x) => 1 + x);
    const temperature = 250;
    const roots = starRoots(weights, 2);
    const reduced: BoltzmannModes = {
      kind: 'reduced',
      total,
      volume: 30,
      bands,
      frequencies: f,
      velocities,
      roots,
      rotations,
      projectors: pointProjectors(symmetry, own),
    };
    for (const solver of [{ kind: 'eigen' }, { kind: 'gradients' }] as const) {
      const matrix = new Float64Array(18 * 18);
      completeReduced(matrix, { linewidths, frequencies: f, bands }, symmetry, own, roots);
      const found = boltzmannConductivity(reduced, temperature, matrix, linewidths, { solver });
      const rta = relaxationTimeConductivity(
        {
          total,
          volume: 30,
          frequencies: f,
          products: velocityProducts(velocities, weights, rotations),
          heatCapacities: modeHeatCapacities(f, [temperature]),
        },
        linewidths,
      );
      for (let c = 0; c < 6; c++) {
        expect(found.kappa[c]).toBeCloseTo(rta.kappa[c], 8);
        expect(found.kappaRta[c]).toBeCloseTo(rta.kappa[c], 10);
      }
      expect(found.kappa[0]).toBeGreaterThan(0);
    }
  });

  it('is told in memory, and refused where it cannot fit', () => {
    const size = { kind: 'reduced', points: 220, bands: 6, temperatures: 2, decomposed: true } as const;
    expect(collisionBytes(size)).toBe(8 * 3960 ** 2 * 9);
    expect(checkCollisionMemory(size, 8e9)).toBe(
      'collision matrix of 3960 x 3960 at 2 temperatures: 1.1 GB of memory',
    );
    expect(() => checkCollisionMemory(size, 1e9)).toThrow('1.1 GB of memory, and 1.0 GB are there');
  });

  it('inverse sinh is zero where modes are too slow or it is too cold', () => {
    expect(Array.from(inverseSinh([-1, 1e-5, 1], 0))).toEqual([0, 0, 0]);
    const x = PHONOPY_UNITS.planck / (2 * PHONOPY_UNITS.boltzmann * 300);
    expect(inverseSinh([1], 300)[0] * Math.sinh(x)).toBeCloseTo(1, 14);
  });
});

describe('the pseudo-inverse', () => {
  const n = 12;
  const factor = random(n * 8, 17);
  /** A^T A of 8 rows: four eigenvalues are zero. */
  const matrix = Float64Array.from({ length: n * n }, (_, e) => {
    const [i, k] = [Math.floor(e / n), e % n];
    let sum = 0;
    for (let r = 0; r < 8; r++) sum += factor[r * n + i] * factor[r * n + k];
    return sum;
  });
  const side = Float64Array.from({ length: n }, (_, i) =>
    random(n, 19).reduce((sum, x, k) => sum + matrix[i * n + k] * x, 0),
  );

  it('by eigenvectors and by conjugate gradients is the same', () => {
    const ones = new Float64Array(n).fill(1);
    const eigen = applyInverse(matrix, [side], ones, solverOf({}));
    const gradients = applyInverse(matrix, [side], ones, { kind: 'gradients' });
    expect(eigen.dropped).toBe(4);
    expect(gradients.iterations).toBeGreaterThan(0);
    eigen.solutions[0].forEach((x, k) => {
      expect(gradients.solutions[0][k]).toBeCloseTo(x, 7);
    });
    expect(applyInverse(matrix, [side], ones, solverOf({ solver: 7 })).dropped).toBeLessThanOrEqual(4);
    expect(applyInverse(matrix, [side], ones, solverOf({ cutoff: 1e9 })).dropped).toBe(n);
  });

  it('leaves out negative eigenvalues only by method 1', () => {
    const turned = matrix.map((x) => -x);
    const ones = new Float64Array(n).fill(1);
    expect(applyInverse(turned, [side], ones, solverOf({ method: 0 })).dropped).toBe(4);
    expect(applyInverse(turned, [side], ones, solverOf({ method: 1 })).dropped).toBe(n);
  });

  it('knows solvers by their numbers', () => {
    expect(() => solverOf({ solver: 8 })).toThrow('pinv-solver 8');
    expect(() => solverOf({ method: 2 })).toThrow('pinv-method 2');
    expect(() => solverOf({ cutoff: -1 })).toThrow('pinv-cutoff -1');
  });
});

describe('populations and coherences', () => {
  it('are known by the names that phono3py gives them', () => {
    expect(pairTransport('wigner').split).toBe('equal');
    expect(pairTransport('SMM19').split).toBe('diagonal');
    expect(() => pairTransport('NJC23')).toThrow('transport of the type NJC23 is not supported');
    expect(() => pairTransport('x')).toThrow('there is no transport of the type x');
  });

  it('of modes that have nothing in common are the relaxation-time approximation', () => {
    const frequencies = Float64Array.of(1, 2, 4);
    const velocities = random(9, 23).map((x) => 20 * x);
    const heatCapacities = modeHeatCapacities(frequencies, [300]);
    const pairs = new Float64Array(3 * 3 * 6);
    for (let b = 0; b < 3; b++)
      VOIGT.forEach(([a, c], k) => {
        pairs[6 * (b * 3 + b) + k] = velocities[3 * b + a] * velocities[3 * b + c];
      });
    const linewidths = Float64Array.of(0.1, 0.2, 0.3);
    const carriers = { total: 1, volume: 20, frequencies, heatCapacities };
    const found = wignerConductivity(carriers, starPairs(pairs, [1], [IDENTITY]), linewidths);
    const rta = relaxationTimeConductivity(
      { ...carriers, products: velocityProducts(velocities, [1], [IDENTITY]) },
      linewidths,
    );
    found.populations.forEach((x, c) => {
      expect(x).toBeCloseTo(rta.kappa[c], 10);
    });
    expect(found.coherences).toEqual(new Float64Array(6));
    // A pair of equal frequency is a population of either kind of mode, or a coherence.
    pairs.fill(1);
    const equal = { ...carriers, frequencies: Float64Array.of(1, 2, 2.00005) };
    const two = wignerConductivity(equal, pairs, linewidths);
    const four = wignerConductivity(equal, pairs, linewidths, 'diagonal');
    expect(two.total[0]).toBeCloseTo(four.total[0], 10);
    expect(two.populations[0]).toBeGreaterThan(four.populations[0]);
  });
});
