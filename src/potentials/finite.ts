import { PhonolinkError } from '../model/errors.js';
import type { Evaluation } from './potential.js';

/**
 * The evaluation, where its energies and forces are finite.
 * @throws PhonolinkError (exit code 3) that names the first atom where they are not
 */
export function expectFinite(name: string, evaluation: Evaluation): Evaluation {
  const { energies, forces } = evaluation;
  const bad = (values: Float64Array, width: number) => {
    const at = values.findIndex((value) => !Number.isFinite(value));
    return at < 0 ? Number.POSITIVE_INFINITY : Math.floor(at / width);
  };
  const atom = Math.min(bad(energies, 1), bad(forces, 3));
  if (atom === Number.POSITIVE_INFINITY) return evaluation;
  throw new PhonolinkError(
    `the ${name} energy of atom ${atom + 1} is ${energies[atom] ?? 'not computed'} eV and its force ${forces.subarray(3 * atom, 3 * atom + 3).join(' ')} eV/A, which are not finite`,
    {
      hint: 'two atoms may lie at the same place, or the simulation has become unstable: use a smaller time step',
      exitCode: 3,
    },
  );
}
