import type { GruneisenMesh } from '../../model/phonon-results.js';
import type { Structure } from '../../model/structure.js';
import type { QMesh } from '../../symmetry/q-mesh.js';
import { intoBrillouinZone } from './brillouin.js';
import { type GruneisenOptions, gruneisenParameters } from './gruneisen.js';
import type { ThreeVolumes } from './gruneisen-bands.js';

/**
 * Mode Grueneisen parameters at the irreducible points of a mesh, taken into the first Brillouin zone.
 * @throws PhonolinkError as `gruneisenParameters`
 */
export function gruneisenMesh(
  { middle, larger, smaller }: ThreeVolumes,
  primitive: Structure,
  { mesh, points: all, weights }: QMesh,
  options: GruneisenOptions = {},
): GruneisenMesh {
  const points = intoBrillouinZone(all, primitive.cell);
  return { primitive, mesh, weights, ...gruneisenParameters(middle, larger, smaller, points, options) };
}
