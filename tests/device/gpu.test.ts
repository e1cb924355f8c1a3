import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listAdapters } from '../../src/device/adapter.js';
import { createGpuDevice, type GpuDevice } from '../../src/device/gpu.js';
import { PACKAGE_ROOT, SHADER_FOLDER } from '../../src/device/paths.js';
import { readShader } from '../../src/device/shader.js';
import { PhonolinkError } from '../../src/model/errors.js';
import { withoutGpu } from '../helpers/gpu.js';

const DOUBLE = `// import: item.wgsl
@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let i = item(workgroup, workgroups, local);
  if (i < arrayLength(&x)) { x[i] = 2 * x[i]; }
}
`;
const ITEM = readFileSync(join(SHADER_FOLDER, 'item.wgsl'), 'utf8');

function folder(files: Record<string, string>): string {
  const path = mkdtempSync(join(tmpdir(), 'phonolink-shaders-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

async function failureOf(work: Promise<unknown>): Promise<PhonolinkError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PhonolinkError);
  expect((error as PhonolinkError).message).not.toContain('\n');
  return error as PhonolinkError;
}

describe('shader files', () => {
  it('join what they import, each file once, and know where a line came from', () => {
    const path = folder({
      'a.wgsl': 'a1\na2',
      'b.wgsl': '// import: a.wgsl\nb2',
      'c.wgsl': '// import: a.wgsl\n// import: b.wgsl\nc3',
    });
    const { code, origin } = readShader('c.wgsl', path);
    expect(code.split('\n').filter((line) => !line.startsWith('//'))).toEqual(['a1', 'a2', 'b2', 'c3']);
    expect(origin(2)).toEqual({ file: 'a.wgsl', line: 2 });
    expect(origin(4)).toEqual({ file: 'b.wgsl', line: 2 });
    expect(origin(7)).toEqual({ file: 'c.wgsl', line: 3 });
  });
});

describe.skipIf(withoutGpu)('a GPU device', () => {
  let device: GpuDevice;
  beforeAll(async () => {
    device = await createGpuDevice({ shaders: folder({ 'double.wgsl': DOUBLE, 'item.wgsl': ITEM }) });
  });
  afterAll(() => device.close());

  it('says what it is', async () => {
    expect((await listAdapters()).map(({ name }) => name)).toContain(device.adapter.name);
    expect(device.adapter.limits.maxStorageBuffersPerShaderStage).toBeGreaterThanOrEqual(8);
  });

  // 65536 workgroups and a bit: more than one dimension of a dispatch holds.
  it.each([1, 1000, 64 * 65536 + 5])('runs a kernel over each of %i items once, and over none', async (n) => {
    const buffer = device.buffer('numbers', 4 * n);
    const numbers = Float32Array.from({ length: n }, (_, i) => i);
    device.upload(buffer, numbers);
    const kernel = await device.kernel('double.wgsl', 'main');
    const group = kernel.bind([buffer]);
    device.run([
      { kernel, group, count: n },
      { kernel, group, count: 0 },
      { kernel, group, count: n },
    ]);
    const [result] = await device.download([{ buffer, bytes: 4 * n }]);
    expect(Buffer.from(result).equals(Buffer.from(numbers.map((x) => 4 * x).buffer))).toBe(true);
    device.release(buffer);
  });

  it('compiles a kernel once', async () => {
    expect(await device.kernel('double.wgsl', 'main')).toBe(await device.kernel('double.wgsl', 'main'));
  });

  it('hands released buffers out again and zeroes what it is told to', async () => {
    const before = device.usedBytes;
    const first = device.buffer('first', 5000);
    device.upload(first, new Int32Array(1250).fill(7));
    device.release(first);
    const second = device.buffer('second', 4900);
    expect(second).toBe(first);
    device.run([], [second]);
    const [bytes] = await device.download([{ buffer: second, bytes: 4900 }]);
    expect(new Int32Array(bytes).every((x) => x === 0)).toBe(true);
    device.release(second);
    expect(device.usedBytes).toBe(before);
    expect(() => device.release(second)).toThrow(/not of this pool/);
  });

  it('reads several buffers at once, of any length', async () => {
    const lengths = [1, 3, 64, 5];
    const buffers = lengths.map((length, k) => {
      const buffer = device.buffer(`buffer ${k}`, 4 * length);
      device.upload(buffer, new Uint32Array(length).fill(k + 1));
      return buffer;
    });
    const results = await device.download(buffers.map((buffer, k) => ({ buffer, bytes: 4 * lengths[k] })));
    results.forEach((result, k) => {
      expect([...new Uint32Array(result)]).toEqual(Array(lengths[k]).fill(k + 1));
    });
    for (const buffer of buffers) device.release(buffer);
  });

  it('refuses a buffer that the adapter cannot hold, by name and size', () => {
    expect(() => device.buffer('neighbours', 2 ** 50)).toThrow(/1073741824 MiB for its neighbours/);
  });
});

describe.skipIf(withoutGpu)('a GPU device that fails', () => {
  it('names file and line of WGSL that does not compile', async () => {
    const path = folder({
      'good.wgsl': 'fn one() -> f32 { return 1.0; }\n',
      'bad.wgsl': '// import: good.wgsl\n\nfn two() -> f32 { return one() + ; }\n',
    });
    const device = await createGpuDevice({ shaders: path });
    const error = await failureOf(device.kernel('bad.wgsl', 'main'));
    expect(error.message).toMatch(/^shaders\/bad\.wgsl:3: /);
    await device.close();
  });

  it('names the kernel whose entry point is missing', async () => {
    const device = await createGpuDevice({ shaders: folder({ 'double.wgsl': DOUBLE, 'item.wgsl': ITEM }) });
    const error = await failureOf(device.kernel('double.wgsl', 'treble'));
    expect(error.message).toContain('double.wgsl treble');
    await device.close();
  });

  it('names the kernel that was bound to too few buffers, once', async () => {
    const device = await createGpuDevice({ shaders: folder({ 'double.wgsl': DOUBLE, 'item.wgsl': ITEM }) });
    const kernel = await device.kernel('double.wgsl', 'main');
    const buffer = device.buffer('numbers', 64);
    device.run([{ kernel, group: kernel.bind([]), count: 1 }]);
    const error = await failureOf(device.download([{ buffer, bytes: 64 }]));
    expect(error.message).toContain('double.wgsl main');
    expect(await device.download([{ buffer, bytes: 64 }])).toHaveLength(1);
    await device.close();
  });

  it('says that it was lost, and in which kernel', async () => {
    const device = await createGpuDevice({ shaders: folder({ 'double.wgsl': DOUBLE, 'item.wgsl': ITEM }) });
    const kernel = await device.kernel('double.wgsl', 'main');
    const buffer = device.buffer('numbers', 64);
    device.run([{ kernel, group: kernel.bind([buffer]), count: 16 }]);
    const download = failureOf(device.download([{ buffer, bytes: 64 }]));
    await device.close();
    const error = await download;
    expect(error.message).toMatch(/double\.wgsl main.*lost/);
    const later = await failureOf(device.download([{ buffer, bytes: 64 }]));
    expect(later.message).toContain('lost');
  });
});

describe.skipIf(withoutGpu)('the list of adapters', () => {
  it('has each once, and each opens by its name', async () => {
    const adapters = await listAdapters();
    expect(new Set(adapters.map(({ name }) => name)).size).toBe(adapters.length);
    for (const { name, backend } of adapters) {
      expect(backend).not.toBe('');
      const device = await createGpuDevice({ adapter: name });
      expect(device.adapter.name).toBe(name);
      await device.close();
    }
  });

  it('says that a name is not in it', async () => {
    const error = await failureOf(createGpuDevice({ adapter: 'Voodoo 2' }));
    expect(error.message).toContain("'Voodoo 2'");
  });
});

// Dawn's threads outlive a script that just ends; a fault in their shutdown shows in the exit code only.
describe.skipIf(withoutGpu)('a process with a GPU device', () => {
  const dist = join(PACKAGE_ROOT, 'dist', 'gpu-exit-test');
  beforeAll(() => {
    const tsc = join(PACKAGE_ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    // Types are another check's matter: this compiles whatever it finds.
    spawnSync(process.execPath, [tsc, '-p', join(PACKAGE_ROOT, 'tsconfig.build.json'), '--outDir', dist]);
  });
  afterAll(() => rmSync(dist, { recursive: true, force: true }));

  it.each([
    ['ends by itself', '', 0],
    ['ends by itself after close', 'await device.close();', 0],
    ['exits', 'process.exit(7);', 7],
    ['exits with work under way', 'device.download([{ buffer, bytes: 64 }]); process.exit(7);', 7],
    ['sets an exit code', 'process.exitCode = 7;', 7],
    ['throws', 'throw new Error("deliberate");', 1],
  ])('that %s leaves the right exit code, at once', (_, ending, code) => {
    const shaders = folder({ 'double.wgsl': DOUBLE, 'item.wgsl': ITEM });
    const script = `
      const { createGpuDevice } = await import(${JSON.stringify(pathToFileURL(join(dist, 'src/device/gpu.js')))});
      const device = await createGpuDevice({ shaders: ${JSON.stringify(shaders)} });
      const kernel = await device.kernel('double.wgsl', 'main');
      const buffer = device.buffer('numbers', 64);
      device.run([{ kernel, group: kernel.bind([buffer]), count: 16 }]);
      await device.download([{ buffer, bytes: 64 }]);
      device.run([{ kernel, group: kernel.bind([buffer]), count: 16 }]);
      ${ending}`;
    const { status, signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect({ status, signal }, stderr).toEqual({ status: code, signal: null });
    if (code !== 1) expect(stderr).toBe('');
  });

  it('in a thread that ends after close goes on', () => {
    const shaders = folder({ 'double.wgsl': DOUBLE, 'item.wgsl': ITEM });
    const thread = `
      (async () => {
        const { createGpuDevice } = await import(${JSON.stringify(pathToFileURL(join(dist, 'src/device/gpu.js')))});
        const device = await createGpuDevice({ shaders: ${JSON.stringify(shaders)} });
        for (let size = 64; size < 1000; size += 64) device.buffer('numbers', size);
        await device.close();
        process.exit();
      })()`;
    const script = `
      const { Worker } = await import('node:worker_threads');
      for (let i = 0; i < 3; i++) {
        const worker = new Worker(${JSON.stringify(thread)}, { eval: true });
        await new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject));
      }
      process.exitCode = 7;`;
    const { status, signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect({ status, signal }, stderr).toEqual({ status: 7, signal: null });
  });
});
