import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{src,models,specs,counterexamples,bench}/**/*.test.ts'],
    passWithNoTests: true,
    testTimeout: 30_000,
  },
});
