import { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { addDeviceOptions, type DeviceChoice, openDevice } from '../../src/cli/device-options.js';
import { addDevices } from '../../src/cli/devices.js';
import { UsageError } from '../../src/model/errors.js';
import { type Devices, listDevices } from '../../src/workflows/devices.js';
import { withoutGpu } from '../helpers/gpu.js';

/** What `phonolink devices ...` prints. */
async function printed(...args: string[]): Promise<string> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    const program = new Command();
    addDevices(program);
    await program.parseAsync(['node', 'phonolink', 'devices', ...args]);
    return write.mock.calls.map(([text]) => text).join('');
  } finally {
    write.mockRestore();
  }
}

/** A machine without a GPU, also where this one has one. */
function withoutAdapters(): void {
  vi.spyOn(process, 'platform', 'get').mockReturnValue('linux');
  vi.spyOn(process, 'dlopen').mockImplementation(() => {
    throw new Error('libvulkan.so.1: cannot open shared object file: No such file or directory');
  });
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe('phonolink devices', () => {
  it('lists threads and kernels of the CPU', async () => {
    const { cpu } = await listDevices();
    expect(cpu.threads).toBeGreaterThan(0);
    expect(cpu.kernels).toContain('reduce');
    expect(await printed()).toMatch(/^CPU .*\n +\d+ threads?, f64 and f32; kernels .*reduce/);
  });

  it.skipIf(withoutGpu)('lists every adapter with its limits', async () => {
    const { gpus, noGpu } = JSON.parse(await printed('--json')) as Devices;
    expect(noGpu).toBeUndefined();
    expect(gpus.length).toBeGreaterThan(0);
    const text = await printed();
    for (const { name, limits } of gpus) {
      expect(text).toContain(`GPU  ${name}`);
      expect(limits.maxStorageBufferBindingSize).toBeGreaterThanOrEqual(128 * 2 ** 20);
    }
  });

  it('says in one line why there is no GPU', async () => {
    withoutAdapters();
    const lines = (await printed()).trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(/^no GPU: the Vulkan loader .* is not installed \(docs\/devices\.md/);
    const { gpus, noGpu } = JSON.parse(await printed('--json')) as Devices;
    expect(gpus).toEqual([]);
    expect(noGpu?.reason).toContain('Vulkan loader');
  });

  it('names a driver manifest that does not exist', async () => {
    vi.spyOn(process, 'platform', 'get').mockReturnValue('linux');
    vi.spyOn(process, 'dlopen').mockReturnValue(undefined);
    vi.stubEnv('VK_DRIVER_FILES', '/nowhere/icd.json');
    expect((await listDevices()).noGpu?.reason).toContain('/nowhere/icd.json');
  });
});

const BOTH = ['cpu', 'gpu'] as const;

describe('device options', () => {
  const parse = (...args: string[]): DeviceChoice => {
    const command = addDeviceOptions(new Command())
      .exitOverride()
      .configureOutput({ writeErr: () => {} });
    return command.parse(['node', 'x', ...args]).opts();
  };

  it('give the CPU in f64 on all threads where nothing is said', async () => {
    const { device, remark } = await openDevice(parse());
    expect([device.kind, device.precision, remark]).toEqual(['cpu', 'f64', undefined]);
    await device.close();
  });

  it('are handed on to the CPU', async () => {
    const { device } = await openDevice(parse('--threads', '3', '--precision', 'f32'));
    expect(device).toMatchObject({ kind: 'cpu', threads: 3, precision: 'f32' });
    await device.close();
  });

  it.each(['0', '257', '1.5', 'x'])('refuse %s threads', (count) => {
    expect(() => parse('--threads', count)).toThrow(/whole number from 1 to 256/);
  });

  it.each<[DeviceChoice, readonly ('cpu' | 'gpu')[], RegExp]>([
    [{ device: 'gpu', precision: 'f64' }, ['cpu', 'gpu'], /f32.*f64/],
    [{ device: 'gpu' }, ['cpu'], /no kernels for a GPU/],
    [{ adapter: 'SwiftShader' }, ['cpu', 'gpu'], /--adapter names a GPU/],
  ])('refuse %j for work on %j', async (choice, kinds, message) => {
    const error = await openDevice(choice, kinds).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).message).toMatch(message);
  });

  it.each(['gpu', 'auto'] as const)('give the CPU and one line where %s finds no GPU', async (kind) => {
    withoutAdapters();
    const { device, remark } = await openDevice({ device: kind, threads: 1 }, BOTH);
    expect(device.kind).toBe('cpu');
    expect(remark).toMatch(/^running on the CPU: no GPU: the Vulkan loader/);
    expect(remark).not.toContain('\n');
    await device.close();
  });

  it('give auto the CPU where the work has no kernels for a GPU or needs f64', async () => {
    for (const [choice, kinds] of [
      [{ device: 'auto', threads: 1 }, ['cpu']],
      [{ device: 'auto', threads: 1, precision: 'f64' }, ['cpu', 'gpu']],
    ] as const) {
      const { device, remark } = await openDevice(choice, kinds);
      expect(device.kind).toBe('cpu');
      expect(remark).toMatch(/no kernels for a GPU|no f64/);
      await device.close();
    }
  });

  it('do not replace a GPU that was named', async () => {
    withoutAdapters();
    await expect(openDevice({ device: 'gpu', adapter: 'SwiftShader' }, BOTH)).rejects.toThrow(/no GPU/);
  });

  it.skipIf(withoutGpu)('give the GPU, also one in software, but not to auto', async () => {
    const { device } = await openDevice({ device: 'gpu' }, BOTH);
    expect(device).toMatchObject({ kind: 'gpu', precision: 'f32' });
    const software = device.kind === 'gpu' && device.adapter.software;
    await device.close();
    const auto = await openDevice({ device: 'auto', threads: 1 }, BOTH);
    expect(auto.device.kind).toBe(software ? 'cpu' : 'gpu');
    if (software) expect(auto.remark).toMatch(/no hardware GPU/);
    await auto.device.close();
  });
});
