import type { Command } from 'commander';
import type { ReadOptions } from '../../formats/format.js';
import { UsageError } from '../model/errors.js';

/** What the options of `addReadOptions` give. */
export interface ReadFlags {
  from?: string;
  species?: string;
  energyKey?: string;
  forcesKey?: string;
  virialKey?: string;
  stressKey?: string;
  units?: string;
  atomStyle?: string;
}

/** Adds what a reader of structures may have to be told. */
export function addReadOptions(command: Command): Command {
  return command
    .option('--from <FORMAT>', 'format of IN')
    .option(
      '--species <LIST>',
      'symbols such as Si,O: what numbered species of IN, or of a potential that numbers them (.mtp), are called, the ' +
        'first one first, and the order in which OUT numbers or groups species; every species of IN must be listed',
    )
    .option('--energy-key <NAME>', 'extxyz: the name of the energy (eV)')
    .option('--forces-key <NAME>', 'extxyz: the name of the forces (eV/A)')
    .option('--virial-key <NAME>', 'extxyz: the name of the virial (eV, positive when compressed)')
    .option('--stress-key <NAME>', 'extxyz: the name of the stress (eV/A^3, positive when stretched)')
    .option('--units <STYLE>', "LAMMPS: the files' units (metal where absent)")
    .option('--atom-style <STYLE>', "LAMMPS data: the file's atom style");
}

/** @throws UsageError where --species is no list of different symbols */
export function readOptionsOf(flags: ReadFlags): ReadOptions {
  return {
    species: speciesOf(flags),
    labels: {
      ...(flags.energyKey !== undefined && { energy: flags.energyKey }),
      ...(flags.forcesKey !== undefined && { forces: flags.forcesKey }),
      ...(flags.virialKey !== undefined && { virial: flags.virialKey }),
      ...(flags.stressKey !== undefined && { stress: flags.stressKey }),
    },
    units: flags.units,
    atomStyle: flags.atomStyle,
  };
}

/** @throws UsageError where --species is no list of different symbols */
export function speciesOf(flags: { readonly species?: string }): string[] | undefined {
  const species = flags.species?.split(',').map((symbol) => symbol.trim());
  if (species?.some((symbol) => symbol === '') || new Set(species).size !== (species?.length ?? 0))
    throw new UsageError(`--species ${flags.species}: expected different symbols between commas`);
  return species;
}
