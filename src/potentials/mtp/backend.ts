import type { Device } from '../../device/device.js';
import type { Structure } from '../../model/structure.js';
import type { Evaluator } from '../potential.js';
import type { TrainedMtp } from './parameters.js';

/** One way to evaluate MTPs; all answer as the plain one does. */
export interface MtpBackend {
  /** Whether it holds for this model on this device. */
  suits(parameters: TrainedMtp, device: Device): boolean;
  /** `kinds` [n] index the model's species. */
  bind(parameters: TrainedMtp, kinds: Int32Array, device: Device, structure: Structure): Promise<Evaluator>;
}
