import type { Device } from '../../device/device.js';
import type { Structure } from '../../model/structure.js';
import type { Evaluator } from '../potential.js';
import type { NepParameters } from './parameters.js';

/** One way to evaluate NEP models; all answer as the plain one does. */
export interface NepBackend {
  /** Whether it holds for this model on this device. */
  suits(parameters: NepParameters, device: Device): boolean;
  /** `kinds` [n] index the model's species. */
  bind(
    parameters: NepParameters,
    kinds: Int32Array,
    device: Device,
    structure: Structure,
  ): Promise<Evaluator>;
}
