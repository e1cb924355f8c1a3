import { PhonolinkError } from '../model/errors.js';
import { missingVulkan } from './vulkan.js';

/** A graphics processor, or software that plays one, as the WebGPU implementation describes it. */
export interface AdapterInfo {
  /** 'SwiftShader Device (Subzero)'; the name that `openAdapter` takes */
  readonly name: string;
  /** 'vulkan', 'metal', 'd3d12', ...; '' where Dawn does not say */
  readonly backend: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  /** Computed by the CPU: right, but slower than the CPU device. */
  readonly software: boolean;
  readonly limits: AdapterLimits;
}

/** What bounds the size of a structure and the shape of a kernel. Bytes and counts. */
export interface AdapterLimits {
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
  readonly maxStorageBuffersPerShaderStage: number;
  readonly maxComputeWorkgroupStorageSize: number;
  readonly maxComputeInvocationsPerWorkgroup: number;
  readonly maxComputeWorkgroupsPerDimension: number;
}

/** Dawn's entry points. They live as long as the process: collected while a device lives, the process crashes. */
const instances: GPU[] = [];

/** Why there is no adapter, and what to do. The message is one sentence. */
function noAdapter(reason: string, cause?: unknown): PhonolinkError {
  return new PhonolinkError(`no GPU: ${reason}`, {
    hint: 'docs/devices.md tells how to get an adapter; --device cpu needs none',
    cause,
  });
}

/**
 * The adapter called `name`, or the fastest that there is.
 * @throws PhonolinkError where there is none; its message is one sentence that says why
 */
export async function openAdapter(name?: string): Promise<{ adapter: GPUAdapter; info: AdapterInfo }> {
  const create = await implementation();
  const gpu = entry(create, name === undefined ? [] : [`adapter=${name}`]);
  let adapter: GPUAdapter | null;
  try {
    adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  } catch (cause) {
    throw noAdapter(`there is no adapter called '${name}'`, cause);
  }
  if (!adapter) throw noAdapter('the graphics driver offers no adapter to WebGPU');
  const known = await adapterNames(create);
  // What the adapter calls its device is its name in small letters, with a dash for all else.
  const own = known.find(
    (entry) => entry.name.toLowerCase().replace(/[^a-z0-9]+/g, '-') === adapter.info.device,
  );
  const { info } = adapter;
  const fallback = { name: name ?? (info.description || info.device || info.vendor), backend: '' };
  return { adapter, info: describe(adapter, known.find((entry) => entry.name === name) ?? own ?? fallback) };
}

/**
 * Every adapter that this machine has, each once.
 * @throws PhonolinkError where there is none; its message is one sentence that says why
 */
export async function listAdapters(): Promise<AdapterInfo[]> {
  const create = await implementation();
  const adapters: AdapterInfo[] = [];
  for (const known of await adapterNames(create)) {
    const adapter = await entry(create, [`adapter=${known.name}`])
      .requestAdapter()
      .catch(() => null);
    if (adapter) adapters.push(describe(adapter, known));
  }
  if (adapters.length === 0) throw noAdapter('the graphics driver offers no adapter to WebGPU');
  return adapters;
}

interface AdapterName {
  readonly name: string;
  readonly backend: string;
}

/** Dawn has no call that lists adapters, but it names them all when it is asked for one that does not exist. */
async function adapterNames(create: Create): Promise<AdapterName[]> {
  const message: string = await entry(create, ['adapter=(none of this name)'])
    .requestAdapter()
    .then(
      () => '',
      (error: Error) => error.message,
    );
  const known = new Map<string, AdapterName>();
  for (const [, backend, name] of message.matchAll(/backend: '([^']*)', name: '(.*)'/g)) {
    if (!known.has(name)) known.set(name, { name, backend });
  }
  return [...known.values()];
}

function describe(adapter: GPUAdapter, known: AdapterName): AdapterInfo {
  const { info, limits } = adapter;
  return {
    ...known,
    vendor: info.vendor,
    architecture: info.architecture,
    description: info.description,
    software: info.isFallbackAdapter,
    limits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
    },
  };
}

type Create = (options: string[]) => GPU;

function entry(create: Create, options: string[]): GPU {
  const gpu = create(options);
  instances.push(gpu);
  return gpu;
}

/** The optional package `webgpu` (Dawn), loaded when first asked for. */
async function implementation(): Promise<Create> {
  const missing = missingVulkan();
  if (missing) throw noAdapter(missing);
  try {
    const { create } = await import('webgpu');
    return create;
  } catch (cause) {
    const absent = (cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    throw noAdapter(
      absent
        ? 'the optional package webgpu is not installed'
        : `the package webgpu does not load on this machine (${firstLine(cause)})`,
      cause,
    );
  }
}

function firstLine(error: unknown): string {
  return String((error as Error)?.message ?? error).split('\n', 1)[0];
}
