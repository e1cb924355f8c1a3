import { CALCULATORS, type CommandOption, flag, many, one, type ProgramTable } from './options.js';
import { RUN_OPTIONS } from './phono3py-run-options.js';

/** The arguments of phono3py 2 to 4, of phono3py-init and of phono3py-load, that are followed here. */
export const OPTIONS: readonly CommandOption[] = [
  ...CALCULATORS.map((name) => flag(`--${name}`, 'calculator', name)),
  one('--amplitude', 'displacement_distance'),
  one('-c --cell', 'cell_filename'),
  many('--cf2 --create-f2', 'create_forces_fc2'),
  many('--cf3 --create-f3', 'create_forces_fc3'),
  one('--cf3-file --create-f3-from-file', 'create_forces_fc3_file'),
  flag('--cfc --compact-fc', 'compact_fc'),
  flag('--full-fc', 'compact_fc', '.false.'),
  flag('--cfs --create-force-sets', 'create_force_sets'),
  one('--cfz --subtract-forces', 'subtract_forces'),
  one('--cfz-fc2 --subtract-forces-fc2', 'subtract_forces_fc2'),
  one('--compat', 'compat'),
  one('--config', 'config'),
  one('--cutoff-fc3 --cutoff-fc3-distance', 'cutoff_fc3_distance'),
  one('--cutoff-pair --cutoff-pair-distance', 'cutoff_pair_distance'),
  flag('-d --disp', 'create_displacements'),
  many('--dim', 'dim'),
  many('--dim-fc2', 'phonon_supercell_dimension'),
  flag('--fc2', 'read_fc2'),
  flag('--fc3', 'read_fc3'),
  flag('--no-read-fc2', 'read_fc2', '.false.'),
  flag('--no-read-fc3', 'read_fc3', '.false.'),
  one('--fc-calc --fc-calculator', 'fc_calculator'),
  flag('--fc-symmetry --sym-fc', 'fc_symmetry'),
  flag('--no-fc-symmetry --no-sym-fc', 'fc_symmetry', '.false.'),
  flag('--fs2f2 --force-sets-to-forces-fc2', 'force_sets_to_forces_fc2'),
  one('--hdf5-compression', 'hdf5_compression'),
  many('--mass', 'mass'),
  flag('--nac', 'nac'),
  flag('--nonac', 'nac', '.false.'),
  one('--nac-method', 'nac_method'),
  flag('--nodiag', 'diag', '.false.'),
  flag('--nosym', 'symmetry', '.false.'),
  one('-o', 'output_yaml_filename'),
  many('--pa --primitive-axis --primitive-axes', 'primitive_axes'),
  flag('--pm', 'pm'),
  flag('--pm-fc2', 'pm_fc2'),
  flag('-q --quiet', 'quiet'),
  one('--random-seed', 'random_seed'),
  one('--rd --random-displacements', 'random_displacements'),
  one('--rd-fc2 --random-displacements-fc2', 'random_displacements_fc2'),
  flag('--sp --save-params', 'save_params'),
  flag('--sym-fc2', 'symmetrize_fc2'),
  flag('--sym-fc3r', 'symmetrize_fc3_r'),
  one('--tolerance', 'symmetry_tolerance'),
  flag('-v --verbose', 'verbose'),
  ...RUN_OPTIONS,
];

/** What phono3py understands and this command does not, so that it can be told from a slip of the pen. */
export const UNSUPPORTED: ReadonlySet<string> = new Set(
  (
    '--abinit --crystal --lammps --turbomole --wien2k --alm --ave-pp --band --band-points --cph ' +
    '--collective-phonon --emulate-v1 --factor --fc-calc-opt --fc-calculator-options --gruneisen ' +
    '--gv-delta-q -i --io --ion-clamped --kubo --loglevel --magmom --mlp-params --noks --no-kappa-stars ' +
    '--pp-unit-conversion --pypolymlp --qpoints --rd-auto-factor --read-elph --relax-atomic-positions ' +
    '--sym-fc3q --symfc --symfc-memshow --symfc-memsize --symfc-projector --write-lbte-solution'
  ).split(' '),
);

/** Tags of setting files that no argument sets. */
const MORE_TAGS = ['atom_name', 'dim_fc2', 'primitive_axis'];

/** Arguments whose tags have no meaning in a setting file. */
const ARGUMENTS_ONLY = new Set([
  'config',
  'compat',
  'quiet',
  'verbose',
  'create_force_sets',
  'force_sets_to_forces_fc2',
]);

export const PHONO3PY: ProgramTable = {
  program: 'phono3py',
  options: OPTIONS,
  unsupported: UNSUPPORTED,
  fileTags: new Set([
    ...OPTIONS.map(({ tag }) => tag).filter((tag) => !ARGUMENTS_ONLY.has(tag)),
    ...MORE_TAGS,
  ]),
};
