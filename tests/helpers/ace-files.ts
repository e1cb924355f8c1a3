import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeYace } from '../../formats/ace/write-yace.js';
import { TextReader } from '../../formats/io/text.js';
import { readPacemakerYaml } from '../../formats/pacemaker-yaml.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';

/** A made-up potential of Al and Ni as pacemaker has it, and the same as .yace. */
export const TWO_SPECIES = join(PACKAGE_ROOT, 'fixtures', 'ace', 'two-species.yaml');
export const YAML_TEXT = readFileSync(TWO_SPECIES, 'utf8');
export const YACE_TEXT = [...writeYace(await readPacemakerYaml(new TextReader(YAML_TEXT, TWO_SPECIES)))].join(
  '',
);

/** A small potential in the text format from before .yace: two species, two densities, ranks 1 and 2. */
export const LEGACY_TEXT = `# made up
UNITS: metal

nelements=2
elements: Al Ni

lmax=1

embedding-function: FinnisSinclairShiftedScaled
4 FS parameters:  1.000000 1.000000 0.500000 0.500000
core energy-cutoff parameters: 100000.0 250.0
3000.0 150.0
E0: -1.5 0.25

radbasename=ChebExpCos
nradbase=2
nradmax=1
cutoffmax=5.500000
deltaSplineBins=0.001
core repulsion parameters: 100.0 5.0
110.0 5.5
110.0 5.5
120.0 6.0
radparameter= 5.25 5 5 4.75
cutoff= 5 5.25 5.25 5.5
dcut= 0.01 0.02 0.02 0.03
crad= 1 2
 3 4
 5 6
 7 8
 5 6
 7 8
 9 10
 11 12

rankmax=2
ndensitymax=2

num_c_tilde_max=2
num_ms_combinations_max=2
total_basis_size_rank1: 1 1
${[0, 1]
  .map(
    (kind) => `ctilde_basis_func: rank=1 ndens=2 mu0=${kind} mu=( 1 )
n=( 2 )
l=( 0 )
num_ms=1
< 0 >:  ${kind + 0.5}  -1.25
`,
  )
  .join('')}total_basis_size: 1 0
ctilde_basis_func: rank=2 ndens=2 mu0=0 mu=( 0  1 )
n=( 1  1 )
l=( 1  1 )
num_ms=2
< 0  0 >:  -0.5  0.25
< 1  -1 >:  1.0  -0.5
`;
