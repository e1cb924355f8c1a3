import { CALCULATORS, type CommandOption, flag, many, one, type ProgramTable } from './options.js';

/** The arguments of phonopy 2 to 4, of phonopy-init and of phonopy-load, that are followed here. */
export const OPTIONS: readonly CommandOption[] = [
  ...CALCULATORS.map((name) => flag(`--${name}`, 'calculator', name)),
  one('--amplitude --amin', 'displacement_distance'),
  one('--amax', 'displacement_distance_max'),
  flag('--amax-per-atom', 'displacement_distance_sampling', 'atom'),
  many('--anime', 'anime'),
  many('--band', 'band'),
  flag('--band-connection', 'band_connection'),
  one('--band-format', 'band_format'),
  many('--band-labels', 'band_labels'),
  one('--band-points', 'band_points'),
  many('--bi --band-indices', 'band_indices'),
  one('-c --cell', 'cell_filename'),
  flag('--classical', 'classical'),
  one('--config', 'config'),
  one('--compat', 'compat'),
  one('--cutoff-freq --cutoff-frequency', 'cutoff_frequency'),
  one('--cutoff-radius', 'cutoff_radius'),
  flag('-d --displacement', 'create_displacements'),
  many('--dim', 'dim'),
  flag('--dos', 'dos'),
  flag('--eigvecs --eigenvectors', 'eigenvectors'),
  many('-f --force-sets', 'create_force_sets'),
  one('--fc-calc --fc-calculator', 'fc_calculator'),
  one('--fc-format', 'fc_format'),
  flag('--fc-symmetry --sym-fc', 'fc_symmetry'),
  flag('--no-fc-symmetry --no-sym-fc', 'fc_symmetry', '.false.'),
  one('--fmax', 'fmax'),
  one('--fmin', 'fmin'),
  one('--fpitch', 'fpitch'),
  flag('--full-fc', 'full_force_constants'),
  flag('--cfc', 'full_force_constants', '.false.'),
  many('--fz --force-sets-zero', 'create_force_sets_zero'),
  flag('--gc --gamma-center', 'gamma_center'),
  flag('--gv --group-velocity', 'group_velocity'),
  flag('--hdf5', 'hdf5'),
  flag('--include-all', 'include_all'),
  flag('--include-born --include-nac-params', 'include_nac_params'),
  flag('--exclude-born --exclude-nac-params', 'include_nac_params', '.false.'),
  flag('--include-disp', 'include_disp'),
  flag('--include-fc', 'include_fc'),
  flag('--include-fs', 'include_fs'),
  many('--mass', 'mass'),
  one('--mesh-format', 'mesh_format'),
  many('--modulation', 'modulation'),
  flag('--moment', 'moment'),
  one('--moment-order', 'moment_order'),
  many('--mp --mesh', 'mesh_numbers'),
  flag('--nac', 'nac'),
  flag('--nonac', 'nac', '.false.'),
  one('--nac-method', 'nac_method'),
  flag('--nodiag', 'diag', '.false.'),
  flag('--nomeshsym', 'mesh_symmetry', '.false.'),
  flag('--noreadfc', 'read_force_constants', '.false.'),
  flag('--nosym', 'symmetry', '.false.'),
  flag('--nowritemesh', 'write_mesh', '.false.'),
  many('--pa --primitive-axis --primitive-axes', 'primitive_axes'),
  many('--pd --projection-direction', 'projection_direction'),
  many('--pdos', 'pdos'),
  flag('-p --plot -s --save', 'plot'),
  flag('--pm', 'pm'),
  flag('--pr --pretend-real', 'pretend_real'),
  many('--q-direction', 'q_direction'),
  many('--qpoints', 'qpoints'),
  one('--qpoints-format', 'qpoints_format'),
  flag('-q --quiet', 'quiet'),
  one('--random-seed', 'random_seed'),
  one('--rd-auto-factor', 'rd_number_estimation_factor'),
  one('--rd --random-displacements', 'random_displacements'),
  flag('--read-qpoints', 'read_qpoints'),
  flag('--readfc', 'read_force_constants'),
  one('--readfc-format', 'readfc_format'),
  one('--sigma', 'sigma'),
  flag('--sp --save-params', 'save_params'),
  flag('--symmetry', 'check_symmetry'),
  flag('-t --thermal-property', 'tprop'),
  flag('--td --tdisp --thermal-displacements', 'tdisp'),
  flag('--tdm --thermal-displacement-matrix', 'tdispmat'),
  one('--tdm-cif --thermal-displacement-matrix-cif', 'tdispmat_cif'),
  one('--tmax', 'tmax'),
  one('--tmin', 'tmin'),
  one('--tolerance', 'symmetry_tolerance'),
  one('--tstep', 'tstep'),
  flag('-v --verbose', 'verbose'),
  flag('--writefc', 'write_force_constants'),
  one('--writefc-format', 'writefc_format'),
  flag('--writedm', 'writedm'),
  flag('--xyz-projection', 'xyz_projection'),
];

/** What phonopy understands and this command does not, so that it can be told from a slip of the pen. */
export const UNSUPPORTED: ReadonlySet<string> = new Set(
  (
    '--abacus --abinit --castep --cp2k --crystal --dftb+ --elk --exciting --fleur --lammps --octopus --pwmat --qlm ' +
    '--siesta --turbomole --wien2k --alm --band-const-interval --dense-svecs --dm-decimals ' +
    '--exclude-gamma-acoustic --no-exclude-gamma-acoustic --factor --fc --force-constants --fc-calc-opt ' +
    '--fc-calculator-options --fc-decimals --fc-spg-symmetry --fits-debye-model --freq-scale --gv-delta-q ' +
    '--hdf5-compression --hiphive --irreps --irreps-qpoint --irreps-symmetry-adapted ' +
    '--no-irreps-symmetry-adapted --lcg --little-cogroup --legacy-backend --legacy-plot --legend --loglevel ' +
    '--magmom --mass-ase-iupac2016 --mlp-params --pt ' +
    '--projected-thermal-property --pypolymlp ' +
    '--rd-temperature --relax-atomic-positions --rust --show-irreps --site-mixture ' +
    '--split-site-mixture --sscha --temperature --trigonal --wien2k-p1'
  ).split(' '),
);

/** Tags of setting files that no argument sets. */
const MORE_TAGS = [
  'anime_type',
  'atom_name',
  'dos_range',
  'force_constants',
  'mesh',
  'mp',
  'mp_shift',
  'primitive_axis',
];

/** Arguments whose tags have no meaning in a setting file. */
const ARGUMENTS_ONLY = new Set(['config', 'compat', 'quiet', 'verbose', 'check_symmetry', 'plot']);

/** Tags that a setting file may hold. */
export const FILE_TAGS: ReadonlySet<string> = new Set([
  ...OPTIONS.map(({ tag }) => tag).filter((tag) => !ARGUMENTS_ONLY.has(tag)),
  ...MORE_TAGS,
]);

export const PHONOPY: ProgramTable = {
  program: 'phonopy',
  options: OPTIONS,
  unsupported: UNSUPPORTED,
  fileTags: FILE_TAGS,
};
