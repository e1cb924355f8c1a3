import type { Device } from '../../device/device.js';
import type { Structure } from '../../model/structure.js';
import type { Evaluator } from '../potential.js';
import type { RadialMode } from './bond-functions.js';
import type { AceParameters } from './parameters.js';

/** One way to evaluate ACE models; all answer as the plain one does. */
export interface AceBackend {
  /** Whether it holds for this model on this device. */
  suits(parameters: AceParameters, radial: RadialMode, device: Device): boolean;
  /** `kinds` [n] index the model's species. */
  bind(
    parameters: AceParameters,
    radial: RadialMode,
    kinds: Int32Array,
    device: Device,
    structure: Structure,
  ): Promise<Evaluator>;
}
