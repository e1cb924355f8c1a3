import type { ForceConstants } from '../../src/model/force-constants.js';
import { expectFull, writeForceConstants } from '../phonopy/force-constants.js';

/**
 * Pieces of FORCE_CONSTANTS_2ND: phonopy's FORCE_CONSTANTS of all atoms. ShengBTE takes the atoms in the order of a
 * supercell that phonopy makes of CONTROL's cell (all copies of its first atom, along the first vector fastest, then
 * those of the second).
 * @throws PhonolinkError where the force constants are compact
 */
export function* writeShengbteSecond(constants: ForceConstants): Generator<string> {
  expectFull(constants, 'FORCE_CONSTANTS_2ND of ShengBTE');
  yield* writeForceConstants(constants);
}
