import { defineConfig } from 'vitest/config';

/** Tests that need Python or a Docker engine on the machine; scripts/python.ts and scripts/docker.ts bring them. */
export default defineConfig({
  test: {
    include: ['test/python/**/*.test.ts', 'test/docker/**/*.test.ts', 'test/containers/docker-engine.test.ts'],
    // Their containers want the two cores for themselves.
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
