/**
 * A full neighbour list within a cutoff. Atoms and those of their periodic images that any atom can see are `points`:
 * points 0 to count-1 are the atoms themselves, the rest are images, so that the vector of a pair is one subtraction
 * whatever the cell: r_ij = points[j] - points[i].
 */
export interface NeighbourList {
  /** n atoms */
  readonly count: number;
  readonly pointCount: number;
  /** [3 pointCount] A, in the device's heap */
  readonly points: Float64Array;
  /** [pointCount] the atom that a point is, or is an image of */
  readonly owners: Int32Array;
  /** [n+1] neighbours of atom i stand at first[i] to first[i+1]-1 of `neighbours` */
  readonly first: Int32Array;
  /** point indices; those farther than the cutoff (up to cutoff + skin) are included: the caller compares distances */
  readonly neighbours: Int32Array;
  /** How often the list was built. */
  readonly builds: number;
  /** Moves the points, and rebuilds the list where atoms or the cell have moved too far for the skin. The views above may change. */
  update(positions: Float64Array, cell: Float64Array): void;
  /** Gives the buffers back. */
  release(): void;
}

/** The most neighbours that an atom of the list has. */
export function mostNeighbours({ count, first }: NeighbourList): number {
  let most = 0;
  for (let i = 0; i < count; i++) most = Math.max(most, first[i + 1] - first[i]);
  return most;
}
