import { defineConfig } from 'vitest/config';

/** Tests that start the real programs; run.sh installs them. */
export default defineConfig({
  test: {
    include: ['tests/peers/**/*.peer.ts', 'tests/install/*.peer.ts'],
    globalSetup: ['tests/helpers/build-all.ts'],
    testTimeout: 300_000,
    pool: 'threads',
  },
});
