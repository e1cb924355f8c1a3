import { PhonolinkError } from '../model/errors.js';
import type { Evaluation } from './potential.js';

/**
 * The evaluation, where all its numbers are finite.
 * @throws PhonolinkError (exit code 3) that names the first atom whose energy, force, virial or charge is not
 */
export function expectFinite(name: string, evaluation: Evaluation): Evaluation {
  const { energies, forces, virials, charges, bornCharges, tensor } = evaluation;
  const atom = Math.min(
    firstBad(energies, 1),
    firstBad(forces, 3),
    firstBad(virials, 9),
    firstBad(charges, 1),
    firstBad(bornCharges, 9),
  );
  if (atom === Number.POSITIVE_INFINITY && firstBad(tensor, 1) === Number.POSITIVE_INFINITY)
    return evaluation;
  const what =
    atom === Number.POSITIVE_INFINITY
      ? `tensor is ${tensor?.join(' ')}`
      : `energy of atom ${atom + 1} is ${energies[atom] ?? 'not computed'} eV, its force ${forces.subarray(3 * atom, 3 * atom + 3).join(' ')} eV/A and its virial ${virials.subarray(9 * atom, 9 * atom + 9).join(' ')} eV`;
  throw new PhonolinkError(`the ${name} ${what}, which are not finite`, {
    hint: 'two atoms may lie at the same place, or the simulation has become unstable: use a smaller time step',
    exitCode: 3,
  });
}

/** The first atom that has a number that is not finite among its `width`; infinite where there is none. */
function firstBad(values: Float64Array | undefined, width: number): number {
  if (!values) return Number.POSITIVE_INFINITY;
  for (let k = 0; k < values.length; k++) if (!Number.isFinite(values[k])) return Math.floor(k / width);
  return Number.POSITIVE_INFINITY;
}
