/** Column: three flags an atom, whether it may move along a, b, c. */
export const SELECTIVE = 'selective_dynamics';
/** Column: velocities in lattice vectors per time step, of a file that does not say the time step. */
export const DIRECT_VELOCITIES = 'velocities_direct';
/** Info, 3 x 3: velocities of the lattice vectors, as VASP wrote them, and the vectors they belong to, A. */
export const LATTICE_VELOCITIES = 'lattice_velocities';
export const LATTICE_VECTORS = 'lattice_velocity_vectors';
/** Info: the lines of the predictor-corrector state. */
export const MD_EXTRA = 'md_extra';

/** What a POSCAR can hold, by the names of `quantitiesOf`. */
export const HELD: ReadonlySet<string> = new Set([
  'positions',
  'species',
  'cell',
  'velocities',
  'info comment',
  `info ${LATTICE_VELOCITIES}`,
  `info ${LATTICE_VECTORS}`,
  `info ${MD_EXTRA}`,
  `column ${SELECTIVE}`,
  `column ${DIRECT_VELOCITIES}`,
]);
