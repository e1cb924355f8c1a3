import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/device/paths.js';

/** Tests of the command as its users have it: builds dist/, once. */
export default function setup(): void {
  execFileSync(process.execPath, [join(PACKAGE_ROOT, 'scripts', 'build.mjs')], { stdio: 'inherit' });
}
