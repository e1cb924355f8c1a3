import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/device/paths.js';

/** The reference data beside the repository; PHONOLINK_DATA names another place. */
export const DATA = process.env.PHONOLINK_DATA ?? join(PACKAGE_ROOT, '..', 'shared', 'data');

const present = existsSync(join(DATA, 'index.json'));

/**
 * Whether to skip tests that need the reference data: in a newcomer's clone that has none they are skipped and
 * counted; in CI (PHONOLINK_CI=1) they run, and fail without it.
 */
export const withoutData = !present && process.env.PHONOLINK_CI !== '1';
