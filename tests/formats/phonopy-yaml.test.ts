import { describe, expect, it } from 'vitest';
import type { PhonopyFile } from '../../formats/phonopy/file.js';
import { readPhonopyYaml } from '../../formats/phonopy/yaml.js';
import { writePhonopyYaml } from '../../formats/phonopy/yaml-write.js';
import { BOHR, RYDBERG } from '../../src/model/units.js';
import { farthest, joined, opened, rewritten, textOf } from '../helpers/phonopy-files.js';
import { withoutData } from '../helpers/shared-data.js';

const FILES = [
  'phonopy/NaCl/phonopy_disp.yaml',
  'phonopy/NaCl/phonopy.yaml',
  'phonopy/ZnO/phonopy_disp.yaml',
  'phonopy/ZnO/phonopy.yaml',
  'phonopy/Si/phonopy.yaml',
  'phonopy/Si/phonopy_params_Si.yaml',
  'formats/phonopy_yaml/phonopy.yaml',
  'formats/phonopy_yaml/phonopy_disp_NaCl.yaml',
  'phono3py/Si-PBEsol/phono3py_disp.yaml',
  'phono3py/params/phono3py_params_NaCl111.yaml',
  'phono3py/params/phono3py_params_Si111.yaml',
  'phono3py/params/phono3py_params_Si-111-222.yaml',
  'phono3py/params/phono3py_params_NaCl222.yaml.xz',
  'phono3py/params/phono3py_params-qe-Si222.yaml.xz',
];
