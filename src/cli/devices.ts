import type { Command } from 'commander';
import type { AdapterInfo } from '../device/adapter.js';
import { type Devices, listDevices } from '../workflows/devices.js';

/** phonolink devices */
export function addDevices(program: Command): void {
  program
    .command('devices')
    .description('list the processors that calculations can run on')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  phonolink devices\n')
    .action(async (options: { json?: boolean }) => {
      const devices = await listDevices();
      process.stdout.write(options.json ? `${JSON.stringify(devices, null, 2)}\n` : describeDevices(devices));
    });
}

function describeDevices({ cpu, gpus, noGpu }: Devices): string {
  const lines = [
    `CPU  ${cpu.model || 'of unknown model'}`,
    `     ${cpu.threads} ${cpu.threads === 1 ? 'thread' : 'threads'}, f64 and f32; kernels ${cpu.kernels.join(' ')}`,
    ...gpus.flatMap(describeGpu),
  ];
  if (noGpu) lines.push(`${noGpu.reason} (${noGpu.hint})`);
  return `${lines.join('\n')}\n`;
}

function describeGpu(gpu: AdapterInfo): string[] {
  const { limits } = gpu;
  const maker = [gpu.vendor, gpu.architecture, gpu.description].filter((text) => text && text !== gpu.name);
  const mebibytes = Math.floor(limits.maxStorageBufferBindingSize / 2 ** 20);
  return [
    `GPU  ${gpu.name}${gpu.software ? ' (software: correct, but slower than the CPU)' : ''}`,
    `     ${[gpu.backend, ...maker].filter(Boolean).join(', ')}`,
    `     f32; buffers of ${mebibytes} MiB, ${limits.maxStorageBuffersPerShaderStage} a kernel; workgroups of ${limits.maxComputeInvocationsPerWorkgroup} threads with ${limits.maxComputeWorkgroupStorageSize / 1024} KiB`,
  ];
}
