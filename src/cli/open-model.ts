import { readFileSync } from 'node:fs';
import { addressName, type IpiAddress, parseIpiModel } from '../../compat/ipi/address.js';
import { createIpiServer, type IpiServer } from '../../compat/ipi/server.js';
import { loadPotential } from '../../formats/potentials.js';
import type { Device } from '../device/device.js';
import { UsageError } from '../model/errors.js';
import type { Potential } from '../potentials/potential.js';
import { engineForces, type ForceSource, potentialForces } from '../workflows/force-source.js';
import { type ModelChoice, potentialAs } from '../workflows/model-choice.js';
import { digestOf } from '../workflows/phonon-stages.js';
import { type DeviceChoice, openDevice } from './device-options.js';
import { type EngineFlags, milliseconds, unitsOf } from './engine-options.js';
import { speciesOf } from './read-options.js';

export interface ModelFlags extends DeviceChoice, EngineFlags, Omit<ModelChoice, 'species'> {
  /** Symbols between commas, for structures and potentials whose species are numbers */
  species?: string;
}

/** A potential file on a device, or the server that force engines connect to. */
export type OpenedModel = {
  readonly name: string;
  close(): Promise<void>;
} & (
  | { readonly kind: 'potential'; readonly potential: Potential; readonly device: Device }
  | { readonly kind: 'engines'; readonly server: IpiServer }
);

/** What a MODEL argument may be, for --help. */
export const MODEL_HELP =
  'a potential file (nep.txt, .mtp, .tersoff, ...), or ipi:unix:NAME or ipi:HOST:PORT for force engines that connect there';

/**
 * Opens the model that a user names.
 * @param say takes what the user should know at once
 * @throws UsageError where an option belongs to the other kind
 */
export async function openModel(
  name: string,
  flags: ModelFlags,
  say: (line: string) => void,
): Promise<OpenedModel> {
  const address = parseIpiModel(name);
  return address ? openEngines(address, flags, say) : openPotentialFile(name, flags, say);
}

async function openPotentialFile(
  name: string,
  flags: ModelFlags,
  say: (line: string) => void,
): Promise<OpenedModel> {
  if (flags.patience !== undefined) {
    throw new UsageError(
      `--patience is for force engines, but ${name} is a file`,
      'name ipi:unix:NAME or ipi:HOST:PORT',
    );
  }
  const potential = potentialAs(await loadPotential(name), { ...flags, species: speciesOf(flags) });
  const { device, remark } = await openDevice(flags, potential.devices);
  if (remark) say(remark);
  return { kind: 'potential', name: potential.name, potential, device, close: () => device.close() };
}

async function openEngines(
  address: IpiAddress,
  flags: ModelFlags,
  say: (line: string) => void,
): Promise<OpenedModel> {
  for (const option of ['temperature', 'radial'] as const) {
    if (flags[option] === undefined) continue;
    throw new UsageError(
      `--${option} is for potential files, not for force engines`,
      'tell it to the engines',
    );
  }
  const server = await createIpiServer({
    listen: address,
    timeout: milliseconds(flags.engineTimeout),
    patience: milliseconds(flags.patience),
    perEngine: flags.perEngine,
    units: unitsOf(flags),
    onLost: ({ message }) => say(`lost ${message}; what it worked on goes to another`),
  });
  const place = addressName(server.address);
  say(`waiting for force engines at ${place}`);
  return { kind: 'engines', name: `force engines at ${place}`, server, close: () => server.close() };
}

/**
 * The model as what gives forces to moving atoms.
 * @throws PhonolinkError where it predicts no energies
 */
export function forcesOf(model: OpenedModel): ForceSource {
  return model.kind === 'engines'
    ? engineForces(model.server, model.name)
    : potentialForces(model.potential, model.device);
}

/** What forces hang on: the model's bytes, the options of it, and the arithmetic. */
export function identityOf(name: string, model: OpenedModel, flags: ModelFlags): string {
  if (model.kind === 'engines') return `engines at ${name}`;
  const { temperature, radial, species } = flags;
  const { kind } = model.device;
  const precision = model.device.kind === 'cpu' ? model.device.precision : 'f32';
  return digestOf(readFileSync(name), JSON.stringify({ temperature, radial, species, kind, precision }));
}
