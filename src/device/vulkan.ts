import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/**
 * On Linux, Dawn reaches GPUs through the Vulkan loader, and prints warnings of its own where that or its drivers are
 * missing. Looking first gives one line instead, and one that names what to install.
 * @returns what is missing, as the end of a sentence; undefined where all seems there
 */
export function missingVulkan(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  if (!hasLoader()) return 'the Vulkan loader (libvulkan.so.1) is not installed';
  // The loader's documented search (Vulkan-Loader, LoaderDriverInterface.md, "Driver Discovery").
  const env = process.env;
  for (const variable of ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES']) {
    const files = list(env[variable]);
    if (files.length === 0) continue;
    return files.some(existsSync) ? undefined : `${variable} names ${files[0]}, which does not exist`;
  }
  if (list(env.VK_ADD_DRIVER_FILES).some(existsSync)) return undefined;
  return driverFolders().some(hasManifest) ? undefined : 'no Vulkan driver is installed';
}

function hasLoader(): boolean {
  try {
    process.dlopen({ exports: {} }, 'libvulkan.so.1');
    return true;
  } catch (error) {
    // A library that was found, but is no Node addon, is refused with other words.
    return !/cannot open shared object file|No such file/.test((error as Error).message);
  }
}

function driverFolders(): string[] {
  const { env } = process;
  const or = (value: string | undefined, fallback: string[]) =>
    list(value).length > 0 ? list(value) : fallback;
  return [
    ...or(env.XDG_CONFIG_HOME, [join(homedir(), '.config')]),
    ...or(env.XDG_CONFIG_DIRS, ['/etc/xdg']),
    '/usr/local/etc',
    '/etc',
    ...or(env.XDG_DATA_HOME, [join(homedir(), '.local/share')]),
    ...or(env.XDG_DATA_DIRS, ['/usr/local/share', '/usr/share']),
    '/run/opengl-driver/share', // NixOS
  ].map((folder) => join(folder, 'vulkan', 'icd.d'));
}

function hasManifest(folder: string): boolean {
  try {
    return readdirSync(folder).some((file) => file.endsWith('.json'));
  } catch {
    return false;
  }
}

const list = (value: string | undefined) => (value ?? '').split(delimiter).filter((entry) => entry !== '');
