import { defineConfig } from 'vitest/config';

/** One file over 20 s is a defect (design: `npm test` ends within 10 minutes on 2 cores). */
const FILE_TIMEOUT_MS = 20_000;
/** Fault and browser files start whole programs; they have their own, longer bound. */
const PROGRAM_TIMEOUT_MS = 180_000;

const databaseTests = ['test/story/**', 'test/http/**', 'test/store/**', 'test/money/**'].map(
  (p) => `${p}/*.test.ts`,
);

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/**/*.test.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 80 },
    },
    projects: [
      {
        extends: true,
        test: { name: 'tidy', include: ['test/tidy*.test.ts'], testTimeout: FILE_TIMEOUT_MS },
      },
      // The default of 5 s is too short for laws over hundreds of random worlds on a busy machine.
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'web/src/**/*.test.ts', 'test/engine/*.test.ts'],
          testTimeout: FILE_TIMEOUT_MS,
        },
      },
      {
        extends: true,
        test: {
          name: 'database',
          include: databaseTests,
          globalSetup: 'test/support/global-setup.ts',
          testTimeout: FILE_TIMEOUT_MS,
          hookTimeout: FILE_TIMEOUT_MS,
        },
      },
      {
        extends: true,
        test: {
          name: 'program',
          include: ['test/faults/**/*.test.ts', 'test/web/**/*.test.ts'],
          globalSetup: 'test/support/global-setup.ts',
          testTimeout: PROGRAM_TIMEOUT_MS,
          hookTimeout: PROGRAM_TIMEOUT_MS,
          fileParallelism: false,
        },
      },
    ],
  },
});
