import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PhonolinkError } from '../model/errors.js';

/** The folder of the package: the nearest above this file that has a package.json (sources and dist/ alike). */
export const PACKAGE_ROOT = findRoot(dirname(fileURLToPath(import.meta.url)));

/** Where the build puts the WebAssembly kernels. */
export const KERNEL_FOLDER = join(PACKAGE_ROOT, 'dist', 'kernels');

/** Where the WGSL lies. */
export const SHADER_FOLDER = join(PACKAGE_ROOT, 'shaders');

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder)
    throw new PhonolinkError('phonolink cannot find its own package.json', { hint: 'reinstall it' });
  return findRoot(parent);
}
