import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['tests/peers/**', 'node_modules/**'],
    globalSetup: ['tests/helpers/build-kernels.ts'],
    testTimeout: 60_000,
    pool: 'threads',
  },
});
