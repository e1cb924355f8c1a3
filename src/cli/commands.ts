import type { Command } from 'commander';
import { addConvert } from './convert.js';
import { addDevices } from './devices.js';
import { addKappa } from './kappa.js';
import { addMtp } from './mtp.js';
import { addPhonons } from './phonons.js';
import { addPredict } from './predict.js';
import { addQha } from './qha.js';
import { addRelax } from './relax.js';
import { addServe } from './serve.js';

/** Every command: each entry adds one to the program (one file a command). */
export const COMMANDS: readonly ((program: Command) => void)[] = [
  addConvert,
  addPredict,
  addRelax,
  addServe,
  addPhonons,
  addQha,
  addKappa,
  addMtp,
  addDevices,
];
