import { defineConfig } from 'vitest/config'

/** One project a kind of test: `vitest run --project unit`. Only `e2e` and `integration` start processes. */
function project(name: string, testTimeout: number, fileParallelism: boolean) {
  return {
    test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: testTimeout, fileParallelism, environment: 'node' as const },
  }
}

export default defineConfig({
  test: {
    projects: [
      project('unit', 10_000, true),
      project('property', 120_000, true),
      project('integration', 120_000, false),
      project('e2e', 120_000, false),
    ],
  },
})
