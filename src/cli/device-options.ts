import { type Command, InvalidArgumentError, Option } from 'commander';
import { createCpuDevice, type Precision } from '../device/cpu.js';
import type { Device } from '../device/device.js';
import { createGpuDevice } from '../device/gpu.js';
import { PhonolinkError, UsageError } from '../model/errors.js';

/** What the options of `addDeviceOptions` give. */
export interface DeviceChoice {
  readonly device?: 'cpu' | 'gpu' | 'auto';
  readonly adapter?: string;
  readonly threads?: number;
  readonly precision?: Precision;
}

/** A device and, where it is not quite what was asked for, one line that says so. */
export interface OpenedDevice {
  readonly device: Device;
  readonly remark?: string;
}

/** Adds --device, --adapter, --threads and --precision to a command. */
export function addDeviceOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--device <kind>', 'processor: auto takes a hardware GPU where there is one')
        .choices(['cpu', 'gpu', 'auto'])
        .default('cpu'),
    )
    .option('--adapter <name>', 'which GPU, as `phonolink devices` names it')
    .option('--threads <count>', 'threads of the CPU (default: all)', parseThreads)
    .addOption(
      new Option('--precision <kind>', 'arithmetic (default: f64 on the CPU; a GPU has f32)').choices([
        'f64',
        'f32',
      ]),
    );
}

function parseThreads(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > 256)
    throw new InvalidArgumentError('expected a whole number from 1 to 256.');
  return count;
}

/**
 * Opens what was asked for; the caller closes it. Where there is no GPU, and no particular one was named, that is the
 * CPU and a remark. `kinds` are the processors that the work at hand has kernels for, as a potential names them.
 * @throws UsageError where the options contradict each other or the work
 */
export async function openDevice(
  choice: DeviceChoice,
  kinds: readonly Device['kind'][] = ['cpu'],
): Promise<OpenedDevice> {
  const { device = 'cpu', adapter, threads, precision } = choice;
  const cpu = () => createCpuDevice({ threads, precision });
  if (device === 'cpu') {
    if (adapter !== undefined) throw new UsageError('--adapter names a GPU, but the device is the CPU');
    return { device: await cpu() };
  }
  if (device === 'gpu' && precision === 'f64') {
    throw new UsageError('a GPU calculates in f32, but --precision is f64', 'run it with --device cpu');
  }
  if (!kinds.includes('gpu') || precision === 'f64') {
    if (device === 'gpu')
      throw new UsageError('this calculation has no kernels for a GPU', 'run it with --device cpu');
    const reason = precision === 'f64' ? 'a GPU has no f64' : 'this calculation has no kernels for a GPU';
    return { device: await cpu(), remark: `running on the CPU: ${reason}` };
  }
  try {
    const gpu = await createGpuDevice({ adapter });
    if (device === 'gpu' || !gpu.adapter.software) return { device: gpu };
    await gpu.close();
    return { device: await cpu(), remark: `running on the CPU: ${gpu.adapter.name} is no hardware GPU` };
  } catch (error) {
    if (!(error instanceof PhonolinkError) || adapter !== undefined) throw error;
    return { device: await cpu(), remark: `running on the CPU: ${error.message}` };
  }
}
