/**
 * Constants as the programs that train NEP models have them, not as CODATA does: a model's charges and repulsion were
 * fitted with these numbers, and its energies are defined by them.
 */

/** e^2 / (4 pi epsilon_0) in eV A */
export const NEP_COULOMB = 14.399645;
/** 2 pi in the reciprocal vectors of charge models */
export const NEP_TWO_PI = 6.2831853;
/** 1/A: the inverse screening length of the ZBL repulsion is this times Z_i^0.23 + Z_j^0.23 */
export const NEP_ZBL_INVERSE_LENGTH = 2.134563;
