/** Numbers by mode and temperature that a conductivity is made of, each where it is known. Tensors are xx, yy, zz, yz, xz, xy. */
export interface ConductivityArrays {
  /** [p][b] THz */
  readonly frequencies?: Float64Array;
  /** [q][b][3] THz A */
  readonly velocities?: Float64Array;
  /** [q][b][6] THz^2 A^2, products of velocities summed over stars */
  readonly products?: Float64Array;
  /** [t][q][b] eV/K */
  readonly heatCapacities?: Float64Array;
  /** [t][6] W/m/K */
  readonly kappa?: Float64Array;
  /** [t][p][b][6] W/m/K; their sum over the grid's points is kappa */
  readonly modeKappa?: Float64Array;
  /** The same in the relaxation-time approximation, beside a solution of the Boltzmann equation */
  readonly kappaRta?: Float64Array;
  readonly modeKappaRta?: Float64Array;
  /** [p][b][3] phono3py's f_vector */
  readonly vectors?: Float64Array;
  /** [t][q][b] THz, half linewidths of phonon-phonon scattering; of its normal and its umklapp part */
  readonly linewidths?: Float64Array;
  readonly normal?: Float64Array;
  readonly umklapp?: Float64Array;
  /** [q][b] THz */
  readonly isotope?: Float64Array;
  /** [q][b] eV^2, averaged strengths of interaction */
  readonly averageStrengths?: Float64Array;
  /** [q][3] fractions of the reciprocal vectors */
  readonly points?: Float64Array;
  /** [t][6] W/m/K of populations and of coherences, and their sum (versions 2 and 3) */
  readonly kappaPopulations?: Float64Array;
  readonly kappaCoherences?: Float64Array;
  readonly kappaWigner?: Float64Array;
  /** The same with the populations by the Boltzmann equation */
  readonly kappaPopulationsExact?: Float64Array;
  readonly kappaWignerExact?: Float64Array;
  /** [t][q][b][6] and [t][q][b][b][6] W/m/K */
  readonly modePopulations?: Float64Array;
  readonly modeCoherences?: Float64Array;
  /** [t][p][b][6] W/m/K of populations by the Boltzmann equation */
  readonly modePopulationsExact?: Float64Array;
  /** [t][6] W/m/K of single bands and of pairs of them (version 4) */
  readonly kappaIntra?: Float64Array;
  readonly kappaInter?: Float64Array;
  readonly kappaIntraExact?: Float64Array;
  readonly kappaIntraRta?: Float64Array;
}

/**
 * A conductivity and what it is made of: t temperatures, b bands, q irreducible points of a grid (p the same, or all points
 * of the grid where the Boltzmann equation was solved on all).
 */
export interface Conductivity extends ConductivityArrays {
  /** Of the program that wrote it */
  readonly version?: string;
  /** [3] numbers of points: the diagonal of the grid's Smith normal form */
  readonly mesh: Int32Array;
  /** [9] each, where the grid is a generalised one: its matrix, and P and Q of D = P M Q */
  readonly generalGrid?: {
    readonly matrix: Int32Array;
    readonly left: Int32Array;
    readonly right: Int32Array;
  };
  /** [t] K */
  readonly temperatures: Float64Array;
  /** [q] points that each stands for */
  readonly weights?: Int32Array;
  /** [q] BZ points; the only one where there is no q in any array */
  readonly gridPoints?: Int32Array | number;
  /** From 0: the only band, where there is no b in any array either */
  readonly band?: number;
  /** THz, and how many of it a Gaussian reaches; tetrahedra where absent */
  readonly sigma?: number;
  readonly sigmaCutoff?: number;
  /** W/m/K for each eV/K THz A^2 */
  readonly unit?: number;
  /** micrometres */
  readonly boundary?: number;
}
