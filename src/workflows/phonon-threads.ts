import type { PhononCells } from '../model/phonon-cells.js';
import type { CellSymmetry } from '../symmetry/cell-symmetry.js';
import { reciprocalOperations } from '../symmetry/q-points.js';
import type { PhononPlan } from './phonon-plan.js';
import { meshNumbers } from './phonons.js';

/** s that starting the threads of a device takes, twice over */
const WORTH = 0.1;
/** s for each element of a matrix that is made and solved, and for each of its rows times that */
const PER_ELEMENT = 2.5e-7;
const PER_ROW = 1.5e-9;

/**
 * Threads for what a plan asks for: 1 where more would take longer to start than they save, undefined (all of them)
 * where they are worth it.
 */
export function threadsFor(
  { band, mesh }: PhononPlan,
  { primitive }: PhononCells,
  { operations }: CellSymmetry,
): 1 | undefined {
  let points = band ? band.path.reduce((sum, segment) => sum + segment.points.length / 3, 0) : 0;
  if (mesh) {
    const ofQ = reciprocalOperations(operations.map(({ rotation }) => rotation));
    const { numbers } = meshNumbers(mesh, ofQ, primitive.cell);
    const share = { symmetry: ofQ.length, 'time reversal': 2, nothing: 1 }[mesh.reducedBy ?? 'symmetry'];
    points += numbers.reduce((product, n) => product * n, 1) / share;
  }
  const size = 3 * primitive.count;
  return points * size ** 2 * (PER_ELEMENT + PER_ROW * size) < WORTH ? 1 : undefined;
}
