import { determinant, inverse, product, rowsTimes, transpose } from '../../model/cell.js';
import { IDENTITY, wholeNumbers } from '../integer-matrix.js';
import type { PrimitiveLattice } from '../primitive-lattice.js';
import { operationsIn, type SpaceGroup } from '../space-group.js';
import { baseCentring, type Columns, CYCLES, MONOCLINIC, RHOMBOHEDRAL, TURNS_4, TURNS_6 } from './changes.js';
import { delaunay, delaunayInPlane, type Vector } from './delaunay.js';
import { niggli } from './niggli.js';
import { nearestOrientation } from './orientation.js';
import { pointAxes } from './point-axes.js';
import { Setting } from './setting.js';

/**
 * [9] columns: (a b c)_standard = (a b c)_cell times it, the conventional axes of a space group in its standard
 * setting. The setting leaves a choice: axes may be turned over, swapped, or in monoclinic and triclinic crystals cut
 * differently. This is spglib's choice, and so phonopy's, rule for rule: a cell that is in the standard setting
 * already stays as it is; short axes come first where the space group does not name them; of what the point group
 * takes to each other that counts which is nearest to the standard orientation in space; otherwise what comes first in
 * the order of a Delaunay-reduced primitive lattice.
 * @param cell [9] A, rows: the cell that `group` was found in
 */
export function conventionalAxes(group: SpaceGroup, cell: Float64Array, tolerance: number): Float64Array {
  const axes = axesBeforeTurn(group, cell, tolerance);
  const turn = nearestOrientation(group, product(transpose(axes), cell), tolerance);
  return turn ? product(axes, turn) : axes;
}

/** The same before the choice of what is nearest to the standard orientation in space. */
export function axesBeforeTurn(group: SpaceGroup, cell: Float64Array, tolerance: number): Float64Array {
  const primitive = primitiveRows(group.lattice, cell, tolerance);
  const search = new Search(group, primitive, cell, tolerance);
  // Columns of the primitive lattice = columns of the cell times this.
  const relative = transpose(product(primitive.flat(), inverse(cell)));
  return product(relative, search.run());
}

/** The primitive lattice in the order that everything after depends on. */
export function primitiveRows(lattice: PrimitiveLattice, cell: Float64Array, tolerance: number): Vector[] {
  const order = lattice.translations.length;
  const units = [0, 3, 6].map((i) => Array.from(IDENTITY.subarray(i, i + 3)));
  const shifts = [...lattice.translations.slice(1).map((shift) => Array.from(shift)), ...units];
  const chosen = firstBasis(shifts, order) ?? units;
  // The shifts are rational: their inverse is whole-numbered.
  const exact = inverse(inverse(chosen.flat()).map(Math.round));
  return delaunay(vectorsOf(rowsTimes(exact, cell)), tolerance);
}

/** The first three of a list of vectors that span a cell `order` times smaller than the unit. */
function firstBasis(vectors: readonly number[][], order: number): number[][] | undefined {
  for (let i = 0; i < vectors.length; i++) {
    for (let j = i + 1; j < vectors.length; j++) {
      for (let k = j + 1; k < vectors.length; k++) {
        const volume = Math.abs(determinant([...vectors[i], ...vectors[j], ...vectors[k]]));
        if (volume > 1e-8 && Math.round(1 / volume) === order) return [vectors[i], vectors[j], vectors[k]];
      }
    }
  }
  return undefined;
}

/** Free choices of orthorhombic axes by space group, 16 to 74: as many as leave the symbol as it is, signs apart. */
const FREE_AXES = '62262266621211112122121111222216622111122122131112222666262';

/** The search for axes, all of them columns in primitive lattice vectors. */
class Search {
  private readonly setting: Setting;

  constructor(
    private readonly group: SpaceGroup,
    private readonly primitive: readonly Vector[],
    private readonly cell: Float64Array,
    private readonly tolerance: number,
  ) {
    this.setting = new Setting(group, primitive.flat());
  }

  run(): Columns {
    const { number } = this.group;
    const start = this.initial();
    if (number <= 2) return start;
    if (number <= 15) return this.monoclinic(start);
    if (number <= 74) return this.orthorhombic(start);
    if (number <= 142) return this.turned(start, TURNS_4);
    if (number <= 194) return this.turned(start, this.group.centring === 'R' ? RHOMBOHEDRAL : TURNS_6);
    return this.permuted(start, () => true);
  }

  /** Axes of the right shape, save for which is which. */
  private initial(): Columns {
    const { number } = this.group;
    const axes = this.cut(pointAxes(number, this.rotations()));
    const whole = wholeNumbers(axes, 1e-3)!;
    const order = Math.abs(determinant(whole));
    if (order === 2) return product(axes, baseCentring(whole, number <= 15));
    if (order === 3) {
      const obverse = [OBVERSE, REVERSE].filter((m) => wholeNumbers(product(axes, m), 0.1) !== undefined);
      return product(axes, obverse.at(-1)!);
    }
    return axes;
  }

  /** Triclinic and monoclinic axes are cut anew to be short. */
  private cut(axes: Int32Array): Columns {
    const { number } = this.group;
    if (number > 15) return Float64Array.from(axes);
    const rows = vectorsOf(this.lengthsAlong(axes));
    if (number <= 2) return this.columnsOf(niggli(rows, this.tolerance ** 2));
    const [a, c, b] = delaunayInPlane(rows[0], rows[2], rows[1], this.tolerance);
    return this.columnsOf([a, b, c]);
  }

  /** Rotations in the order of a search through the images of the three vectors of the reduced lattice. */
  private rotations(): Int32Array[] {
    const reduced = delaunay(this.primitive, this.tolerance).flat();
    const change = this.columnsOf(vectorsOf(reduced));
    const rank = (rotation: Int32Array) => {
      const inReduced = wholeNumbers(product(product(inverse(change), rotation), change), 1e-3)!;
      return [0, 1, 2].map((k) => IMAGES.indexOf([0, 1, 2].map((r) => inReduced[3 * r + k]).join()));
    };
    return operationsIn(this.group, this.primitive.flat())
      .map(({ rotation }) => ({ rotation, rank: rank(rotation) }))
      .sort((p, q) => p.rank[0] - q.rank[0] || p.rank[1] - q.rank[1] || p.rank[2] - q.rank[2])
      .map(({ rotation }) => rotation);
  }

  private turned(start: Columns, changes: readonly Columns[]): Columns {
    const all = changes.map((change) => product(start, change)).filter((axes) => this.setting.fits(axes));
    return all.find((axes) => this.flips(axes)?.every((x) => x === 1)) ?? this.first(all);
  }

  /** Axes in any of six orders, those first that are the given cell's but for signs. */
  private permuted(start: Columns, allowed: (axes: Columns) => boolean): Columns {
    const all = CYCLES.map((change) => product(start, change));
    const alike = all.flatMap((axes) => {
      const signs = this.flips(axes);
      return signs ? [product(axes, diagonal(signs))] : [];
    });
    return this.first([...alike, ...all].filter((axes) => allowed(axes) && this.setting.fits(axes)));
  }

  private orthorhombic(start: Columns): Columns {
    const free = Number(FREE_AXES[this.group.number - 16]);
    const shortFirst = (axes: Columns, k: number, l: number) => {
      const norms = this.norms(axes);
      return norms[k] <= norms[l] + 1e-10;
    };
    if (free === 6) return this.permuted(start, (x) => shortFirst(x, 0, 1) && shortFirst(x, 1, 2));
    if (free === 3) return this.permuted(start, (x) => shortFirst(x, 0, 1) && shortFirst(x, 0, 2));
    const named = this.permuted(start, () => true);
    if (free === 1) return named;
    // The unique axis is where it belongs now: of the orders, those that keep it there are left.
    return this.swapped(named);
  }

  /** The two axes that the space group does not tell apart, the shorter one first. */
  private swapped(start: Columns): Columns {
    const orders = CYCLES.map((change, i) => ({ change, others: [0, 1, 2].filter((k) => k !== UNIQUE[i]) }));
    const candidates = (alike: boolean) =>
      orders.flatMap(({ change, others: [k, l] }) => {
        const axes = product(start, change);
        const signs = alike ? this.flips(axes) : [1, 1, 1];
        if (!signs) return [];
        const flipped = product(axes, diagonal(signs));
        const norms = this.norms(flipped);
        return norms[k] <= norms[l] + 1e-10 && this.setting.fits(flipped) ? [flipped] : [];
      });
    return this.first([...candidates(true), ...candidates(false)]);
  }

  /** Of the cuts with an obtuse angle that fit, that with the shortest axes, like the given cell if one is. */
  private monoclinic(start: Columns): Columns {
    const ordered = [3, 4, 6, 10, 11].includes(this.group.number);
    const found = MONOCLINIC.flatMap(({ change, unique }) => {
      const axes = product(start, change);
      const [p, q] = [0, 1, 2].filter((k) => k !== unique);
      const rows = vectorsOf(this.lengthsAlong(axes));
      const angle = rows[p][0] * rows[q][0] + rows[p][1] * rows[q][1] + rows[p][2] * rows[q][2];
      const norms = this.norms(axes);
      if (angle > 1e-10 || (ordered && norms[p] > norms[q] + 1e-10)) return [];
      const signs = this.flips(axes);
      const alike = signs !== undefined && signs[p] * signs[q] > 0;
      const chosen = alike ? product(axes, diagonal(signs)) : axes;
      const length = Math.sqrt(norms[p]) + Math.sqrt(norms[q]);
      return this.setting.fits(chosen) ? [{ axes: chosen, alike, length }] : [];
    });
    const shortest = Math.min(...found.map(({ length }) => length));
    const best = found.filter(({ length }) => length - shortest < this.tolerance);
    return this.first([...best.filter(({ alike }) => alike), ...best].map(({ axes }) => axes));
  }

  private first(all: readonly Columns[]): Columns {
    if (all.length > 0) return all[0];
    // moyo has found the setting, so that it exists: its own axes are right, if not those that spglib takes.
    const fromLattice = product(this.group.lattice.cell, inverse(this.primitive.flat()));
    return product(transpose(fromLattice), this.group.standardFromLattice);
  }

  /** Signs that make axes those of the given cell, where nothing else is between them. */
  private flips(axes: Columns): number[] | undefined {
    const relative = product(this.cell, inverse(this.lengthsAlong(axes)));
    const signs = [0, 4, 8].map((i) => (relative[i] < 0 ? -1 : 1));
    const alike = relative.every((x, i) => Math.abs(Math.abs(x) - IDENTITY[i]) <= this.tolerance);
    return alike && signs[0] * signs[1] * signs[2] === 1 ? signs : undefined;
  }

  /** [9] A, rows: axes in Cartesian coordinates. */
  private lengthsAlong(axes: ArrayLike<number>): Float64Array {
    return product(transpose(axes), this.primitive.flat());
  }

  private norms(axes: Columns): number[] {
    return vectorsOf(this.lengthsAlong(axes)).map(([x, y, z]) => x * x + y * y + z * z);
  }

  private columnsOf(rows: readonly Vector[]): Columns {
    const relative = product(rows.flat(), inverse(this.primitive.flat()));
    return transpose(relative).map(Math.round);
  }
}

/** Centred rhombohedral axes from hexagonal ones, columns: the two ways in which they can stand. */
const OBVERSE = [2, -1, -1, 1, 1, -2, 1, 1, 1].map((x) => x / 3);
const REVERSE = [1, -2, 1, 2, -1, -1, 1, 1, 1].map((x) => x / 3);

/** The axis that each of the six orders of axes leaves apart. */
const UNIQUE = [2, 1, 0, 2, 1, 0];

/** Images of a reduced lattice vector, in the order in which spglib tries them. */
const IMAGES: readonly string[] = (
  '1,0,0 0,1,0 0,0,1 -1,0,0 0,-1,0 0,0,-1 0,1,1 1,0,1 1,1,0 0,-1,-1 -1,0,-1 -1,-1,0 0,1,-1 -1,0,1 1,-1,0 0,-1,1 ' +
  '1,0,-1 -1,1,0 1,1,1 -1,-1,-1 -1,1,1 1,-1,1 1,1,-1 1,-1,-1 -1,1,-1 -1,-1,1'
).split(' ');

function vectorsOf(rows: ArrayLike<number>): Vector[] {
  return [0, 3, 6].map((i): Vector => [rows[i], rows[i + 1], rows[i + 2]]);
}

function diagonal([x, y, z]: readonly number[]): number[] {
  return [x, 0, 0, 0, y, 0, 0, 0, z];
}
