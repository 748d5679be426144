import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // What needs more than Node and git has scripts of its own: npm run test:python, npm run test:docker.
    exclude: ['test/python/**', 'test/docker/**'],
    // Two cores are what a small CI machine has; scenarios hold several packaged Lambdas in memory each.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
