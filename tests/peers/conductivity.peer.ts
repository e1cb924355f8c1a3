import { describe, expect, it } from 'vitest';
import {
  type BoltzmannModes,
  boltzmannConductivity,
  spreadModes,
} from '../../src/lattice/scattering/boltzmann.js';
import {
  completeFull,
  completeReduced,
  pointProjectors,
  spreadRows,
  starRoots,
} from '../../src/lattice/scattering/collision-matrix.js';
import { CollisionBlocks } from '../../src/lattice/scattering/collision-rows.js';
import { modeHeatCapacities } from '../../src/lattice/scattering/heat-capacity.js';
import { IsotopeScattering } from '../../src/lattice/scattering/isotope.js';
import {
  boundaryLinewidths,
  relaxationTimeConductivity,
  totalLinewidths,
} from '../../src/lattice/scattering/relaxation-time.js';
import { velocityProducts } from '../../src/lattice/scattering/star-sums.js';
import { pairVelocityProducts } from '../../src/lattice/scattering/velocity-operator.js';
import { starPairs, wignerConductivity } from '../../src/lattice/scattering/wigner.js';
import { massVariance } from '../../src/model/isotopes.js';
import { withoutData } from '../helpers/shared-data.js';
import { difference, PeerConductivity, SALT, SILICON, tetrahedraOfGrid } from './conductivity.js';

/** Rounding of sums of a few thousand terms, some of which cancel. */
const ROUNDING = 1e-10;

function joined(parts: readonly Float64Array[]): Float64Array {
  return Float64Array.from(parts.flatMap((part) => Array.from(part)));
}

describe.skipIf(withoutData)('conductivity beside phono3py', () => {
  it.each([
    ['silicon', { ...SILICON, mesh: [5, 5, 5], temperatures: [0, 100, 300], isotope: true, boundary: 2 }],
    ['silicon', { ...SILICON, mesh: [4, 4, 4], temperatures: [300], sigma: 0.1, isotope: true }],
    ['salt', { ...SALT, mesh: [4, 4, 4], temperatures: [20, 300], isotope: true }],
  ])('%s by relaxation times', (_, input) => {
    const peer = new PeerConductivity(input);
    const { grid, modes, answer } = peer;
    const points = peer.whole('irreducible');
    const frequencies = peer.at(modes.frequencies, points);
    const velocities = peer.real('velocities');
    const products = velocityProducts(velocities, peer.whole('weights'), peer.rotations);
    expect(difference(products, peer.real('gv_by_gv'))).toBeLessThan(ROUNDING);
    const heatCapacities = modeHeatCapacities(frequencies, input.temperatures);
    expect(difference(heatCapacities, peer.real('heatCapacities'))).toBeLessThan(ROUNDING);
    const sigma = 'sigma' in input ? input.sigma : undefined;
    const scattering = new IsotopeScattering(
      grid,
      modes,
      answer.symbols.map((symbol) => massVariance(symbol)),
      sigma === undefined
        ? { kind: 'tetrahedra', ...tetrahedraOfGrid(answer.cell, grid) }
        : { kind: 'gaussian', sigma },
    );
    const isotope = Float64Array.from(Array.from(points).flatMap((p) => [...scattering.linewidths(p)]));
    expect(difference(isotope, peer.real('isotope'))).toBeLessThan(ROUNDING);
    const boundary = 'boundary' in input ? boundaryLinewidths(velocities, input.boundary) : undefined;
    const linewidths = totalLinewidths(peer.real('gamma'), isotope, boundary);
    const found = relaxationTimeConductivity(
      { total: grid.total, volume: answer.volume, frequencies, products, heatCapacities },
      linewidths,
    );
    expect(difference(found.kappa, peer.real('kappa'))).toBeLessThan(ROUNDING);
    expect(difference(found.modeKappa, peer.real('mode_kappa'))).toBeLessThan(ROUNDING);
  });

  it.each([
    ['silicon', 'reduced', { ...SILICON, mesh: [5, 5, 5], isotope: true, boundary: 10 }],
    ['silicon', 'reduced', { ...SILICON, mesh: [4, 4, 4], sigma: 0.2 }],
    ['silicon', 'full', { ...SILICON, mesh: [3, 3, 3], isotope: true, boundary: 10 }],
    ['salt', 'reduced', { ...SALT, mesh: [4, 4, 4] }],
    ['salt', 'full', { ...SALT, mesh: [3, 3, 3] }],
  ] as const)('%s by the %s collision matrix', (_, kind, input) => {
    const temperature = 300;
    const peer = new PeerConductivity({
      ...input,
      mesh: [...input.mesh],
      temperatures: [temperature],
      lbte: kind,
      dump: true,
    });
    const { grid, modes, symmetry, own, answer } = peer;
    const { bands } = modes;
    const full = kind === 'full';
    const rows = full ? grid.total * bands : 3 * bands * own.length;
    const matrix = new Float64Array(rows * rows);
    const blocks = new CollisionBlocks(grid, modes);
    const reducedRows = 3 * bands * 3 * bands * own.length;
    const ours: Float64Array[] = [];
    const theirs: Float64Array[] = [];
    for (let i = 0; i < own.length; i++) {
      const triplets = peer.triplets(i);
      blocks.set(triplets, peer.real(`pp${i}`), peer.real(`deltas${i}`), temperature);
      const row = new Float64Array(reducedRows);
      blocks.addReduced(triplets, symmetry, row, 0);
      ours.push(row);
      theirs.push(peer.real(`row${i}`));
      if (full) blocks.addFull(triplets, matrix, own[i] * bands * rows);
      else matrix.set(row, i * reducedRows);
    }
    // Rows of points of high symmetry are rounding errors alone.
    expect(difference(joined(ours), joined(theirs))).toBeLessThan(ROUNDING);
    const frequencies = peer.at(modes.frequencies, symmetry.points);
    const velocities = peer.real('velocities');
    const reduced: BoltzmannModes = {
      kind: 'reduced',
      total: grid.total,
      volume: answer.volume,
      bands,
      frequencies,
      velocities,
      roots: starRoots(peer.whole('weights'), symmetry.rotations.length),
      gamma: 0,
      rotations: symmetry.rotations,
      projectors: pointProjectors(symmetry, own),
    };
    const linewidths = totalLinewidths(
      peer.real('gamma'),
      peer.has('isotope') ? peer.real('isotope') : undefined,
      'boundary' in input ? boundaryLinewidths(velocities, input.boundary) : undefined,
    );
    if (!full) {
      completeReduced(matrix, { linewidths, frequencies, bands }, symmetry, own, reduced.roots);
      const found = boltzmannConductivity(reduced, temperature, matrix, linewidths, {
        solver: { kind: 'eigen' },
      });
      expect(difference(found.kappa, peer.real('kappa'))).toBeLessThan(1e-8);
      expect(difference(found.kappaRta, peer.real('kappa_RTA'))).toBeLessThan(ROUNDING);
      expect(difference(found.modeKappa, peer.real('mode_kappa'))).toBeLessThan(1e-7);
      expect(difference(found.vectors, peer.real('f_vectors'))).toBeLessThan(1e-7);
      expect(difference(found.eigenvalues!, peer.real('collision_eigenvalues'))).toBeLessThan(ROUNDING);
      const iterated = boltzmannConductivity(reduced, temperature, matrix, linewidths, {
        solver: { kind: 'gradients' },
      });
      expect(difference(iterated.kappa, found.kappa)).toBeLessThan(1e-6);
    } else {
      spreadRows(matrix, bands, own, peer.moves);
      const modesOfAll = spreadModes(reduced, linewidths, own, peer.moves);
      completeFull(matrix, modesOfAll);
      const found = boltzmannConductivity(modesOfAll, temperature, matrix, modesOfAll.linewidths, {
        solver: { kind: 'eigen' },
      });
      expect(difference(found.kappa, peer.real('kappa'))).toBeLessThan(1e-8);
      expect(difference(found.eigenvalues!, peer.real('collision_eigenvalues'))).toBeLessThan(ROUNDING);
    }
  });

  it.each([
    ['silicon', SILICON],
    ['salt', SALT],
  ])('%s by populations and coherences', (_, files) => {
    const peer = new PeerConductivity({
      ...files,
      mesh: [4, 4, 4],
      temperatures: [300, 800],
      transport: 'SMM19',
      constants: true,
    });
    const { grid, modes, answer } = peer;
    const points = peer.whole('irreducible');
    const { bands } = modes;
    const matrix = peer.dynamicalMatrix();
    const velocities = peer.real('velocities');
    const pairs = Array.from(points).map((p, i) =>
      pairVelocityProducts(
        matrix,
        grid.points.subarray(3 * p, 3 * p + 3),
        modes.frequencies.slice(p * bands, (p + 1) * bands),
        modes.eigenvectors.slice(2 * p * bands * bands, 2 * (p + 1) * bands * bands),
        { mean: 'geometric', velocities: velocities.subarray(3 * bands * i, 3 * bands * (i + 1)) },
      ),
    );
    const found = wignerConductivity(
      {
        total: grid.total,
        volume: answer.volume,
        frequencies: peer.at(modes.frequencies, points),
        heatCapacities: peer.real('heatCapacities'),
      },
      starPairs(joined(pairs), peer.whole('weights'), peer.rotations),
      peer.real('gamma'),
      'diagonal',
    );
    // Derivatives of the dipole sum, cut off where phonopy cuts it off too, and pairs of nearly equal modes.
    expect(difference(found.total, peer.real('kappa'))).toBeLessThan(1e-6);
    expect(difference(found.populations, peer.real('kappa_intra'))).toBeLessThan(1e-6);
    expect(difference(found.coherences, peer.real('kappa_inter'))).toBeLessThan(1e-6);
  });
});
