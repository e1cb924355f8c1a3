// Builds dist/: the kernels by the AssemblyScript compiler, everything else by tsc.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildKernels } from './build-kernels.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

let tsc;
try {
  tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
} catch {
  // A tarball ships dist/ and installs no compilers: nothing to build there.
  if (existsSync(join(root, 'dist', 'src', 'cli', 'main.js'))) process.exit(0);
  throw new Error('phonolink is not built and typescript is not installed: run `npm ci` in the repository');
}

rmSync(join(root, 'dist'), { recursive: true, force: true });
await buildKernels();
execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });
chmodSync(join(root, 'dist', 'src', 'cli', 'main.js'), 0o755);
