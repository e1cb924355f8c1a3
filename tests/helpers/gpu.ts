import { openAdapter } from '../../src/device/adapter.js';

const present = await openAdapter().then(
  () => true,
  () => false,
);

/**
 * Whether to skip tests that need a GPU adapter, hardware or software: where there is none they are skipped and
 * counted; in CI (PHONOLINK_CI=1) they run, and fail without it. docs/devices.md tells how to get one.
 */
export const withoutGpu = !present && process.env.PHONOLINK_CI !== '1';
