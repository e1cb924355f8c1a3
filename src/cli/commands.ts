import type { Command } from 'commander';

/** One command, or several that one module holds, loaded when it is called for: each loads much of the program. */
export interface CommandModule {
  readonly names: readonly string[];
  /** Gives what adds the commands to the program. */
  load(): Promise<(program: Command) => void>;
}

/** Every command (one file a command). */
export const COMMANDS: readonly CommandModule[] = [
  { names: ['convert'], load: async () => (await import('./convert.js')).addConvert },
  { names: ['predict'], load: async () => (await import('./predict.js')).addPredict },
  { names: ['relax'], load: async () => (await import('./relax.js')).addRelax },
  { names: ['serve'], load: async () => (await import('./serve.js')).addServe },
  { names: ['phonons'], load: async () => (await import('./phonons.js')).addPhonons },
  { names: ['qha'], load: async () => (await import('./qha.js')).addQha },
  { names: ['kappa'], load: async () => (await import('./kappa.js')).addKappa },
  { names: ['mtp'], load: async () => (await import('./mtp.js')).addMtp },
  { names: ['devices'], load: async () => (await import('./devices.js')).addDevices },
];
