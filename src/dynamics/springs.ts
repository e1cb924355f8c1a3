import type { CpuDevice } from '../device/cpu.js';
import type { Structure } from '../model/structure.js';
import { createNeighbourList } from '../neighbours/cell-list.js';

/** eV: a bond of length d has the stiffness SCALE / d^2 along itself: 10 eV/A^2 in silicon, 40 in diamond. */
const SCALE = 55;
/** Of a bond's stiffness, across it */
const ACROSS = 0.1;
/** How fast stiffness fades beyond the nearest neighbours: exp(-FADING (r/d - 1)) */
const FADING = 3;
/** Springs reach this many times the distance of nearest neighbours, and no farther than REACH (A). */
const SHELLS = 1.5;
const REACH = 7;
/** A; nearer atoms have no stiffer bonds */
const NEAREST = 0.7;
/** eV/A^2 beside the springs, for atoms that have none and for the motion of all together */
const GROUND = 0.1;

/** Springs between near atoms: what any crystal or molecule is like, before anything is known of its forces. */
export interface Springs {
  /**
   * Second derivatives times a displacement [3n] A and a strain [9] at once: eV/A and eV.
   */
  times(displacement: Float64Array, strain: Float64Array): { atoms: Float64Array; strain: Float64Array };
  /** [n] eV/A^2, the mean of an atom's own second derivatives */
  readonly diagonal: Float64Array;
  /** eV, that of a strain */
  readonly strainDiagonal: number;
}

/**
 * Springs of a structure as it stands. They fade with the distance as in the metric of Packwood et al. (J. Chem. Phys.
 * 144, 164109, 2016), but have a direction, as bonds have (Mones et al., Sci. Rep. 8, 13991, 2018): along a bond they are
 * stiffer than across. Each atom's own nearest neighbour is its unit of length, so that bonds of all sorts may mix.
 */
export function springsOf(device: CpuDevice, structure: Structure): Springs {
  const { count, periodic, positions, cell } = structure;
  const list = createNeighbourList(device, { count, periodic, cutoff: REACH, skin: 0 });
  try {
    list.update(positions, cell);
    return springsOfPairs(count, pairsOf(list));
  } finally {
    list.release();
  }
}

interface Pairs {
  readonly i: Int32Array;
  readonly j: Int32Array;
  /** [3m] A, from i to j */
  readonly vectors: Float64Array;
  /** [m] A, what is near for these two */
  readonly near: Float64Array;
}

function pairsOf(list: ReturnType<typeof createNeighbourList>): Pairs {
  const { count, points, owners, first, neighbours } = list;
  const distance = (i: number, p: number) =>
    Math.hypot(
      points[3 * p] - points[3 * i],
      points[3 * p + 1] - points[3 * i + 1],
      points[3 * p + 2] - points[3 * i + 2],
    );
  const near = new Float64Array(count).fill(REACH);
  for (let i = 0; i < count; i++) {
    for (let k = first[i]; k < first[i + 1]; k++) near[i] = Math.min(near[i], distance(i, neighbours[k]));
    near[i] = Math.max(near[i], NEAREST);
  }
  const [is, js, vectors, nears]: number[][] = [[], [], [], []];
  for (let i = 0; i < count; i++) {
    for (let k = first[i]; k < first[i + 1]; k++) {
      const p = neighbours[k];
      const j = owners[p];
      // Every pair stands twice in the list.
      if (j < i) continue;
      const unit = Math.max(near[i], near[j]);
      if (distance(i, p) > SHELLS * unit) continue;
      is.push(i);
      js.push(j);
      nears.push(unit);
      for (let c = 0; c < 3; c++) vectors.push(points[3 * p + c] - points[3 * i + c]);
    }
  }
  return {
    i: Int32Array.from(is),
    j: Int32Array.from(js),
    vectors: Float64Array.from(vectors),
    near: Float64Array.from(nears),
  };
}

function springsOfPairs(count: number, { i, j, vectors, near }: Pairs): Springs {
  const m = i.length;
  // f = across d + along (e d) e
  const across = new Float64Array(m);
  const along = new Float64Array(m);
  const diagonal = new Float64Array(count).fill(GROUND);
  let strainDiagonal = GROUND;
  for (let k = 0; k < m; k++) {
    const x = vectors[3 * k];
    const y = vectors[3 * k + 1];
    const z = vectors[3 * k + 2];
    const r2 = x * x + y * y + z * z;
    // An atom and its own image stand twice in the list, and their spring here.
    const share = i[k] === j[k] ? 0.5 : 1;
    const stiffness =
      (share * SCALE * Math.exp(-FADING * Math.max(0, Math.sqrt(r2) / near[k] - 1))) / near[k] ** 2;
    across[k] = ACROSS * stiffness;
    along[k] = r2 > 0 ? ((1 - ACROSS) * stiffness) / r2 : 0;
    const mean = (stiffness * (1 + 2 * ACROSS)) / 3;
    if (i[k] !== j[k]) {
      diagonal[i[k]] += mean;
      diagonal[j[k]] += mean;
    }
    strainDiagonal += (mean * r2) / 3;
  }
  return {
    diagonal,
    strainDiagonal,
    times(displacement, strain) {
      const atoms = new Float64Array(3 * count);
      for (let k = 0; k < atoms.length; k++) atoms[k] = GROUND * displacement[k];
      const byStrain = strain.map((x) => GROUND * x);
      for (let k = 0; k < m; k++) {
        const a = 3 * i[k];
        const b = 3 * j[k];
        const v = 3 * k;
        const x = vectors[v];
        const y = vectors[v + 1];
        const z = vectors[v + 2];
        const dx = displacement[b] - displacement[a] + strain[0] * x + strain[1] * y + strain[2] * z;
        const dy = displacement[b + 1] - displacement[a + 1] + strain[3] * x + strain[4] * y + strain[5] * z;
        const dz = displacement[b + 2] - displacement[a + 2] + strain[6] * x + strain[7] * y + strain[8] * z;
        const stretch = along[k] * (dx * x + dy * y + dz * z);
        const fx = across[k] * dx + stretch * x;
        const fy = across[k] * dy + stretch * y;
        const fz = across[k] * dz + stretch * z;
        atoms[a] -= fx;
        atoms[a + 1] -= fy;
        atoms[a + 2] -= fz;
        atoms[b] += fx;
        atoms[b + 1] += fy;
        atoms[b + 2] += fz;
        byStrain[0] += fx * x;
        byStrain[1] += fx * y;
        byStrain[2] += fx * z;
        byStrain[3] += fy * x;
        byStrain[4] += fy * y;
        byStrain[5] += fy * z;
        byStrain[6] += fz * x;
        byStrain[7] += fz * y;
        byStrain[8] += fz * z;
      }
      return { atoms, strain: byStrain };
    },
  };
}
