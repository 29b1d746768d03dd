import { defineConfig } from "vitest/config";

const SLOW = { testTimeout: 120_000, hookTimeout: 60_000 };

/** First what is quick; then what starts programs and mostly waits for them, four files at a time; then the promises that fill the machine with processes, each with the machine to itself. */
export default defineConfig({
  test: {
    globalSetup: ["test/support/build-program.ts"],
    projects: [
      {
        test: {
          name: "unit",
          testTimeout: 30_000,
          include: ["test/unit/**/*.test.ts", "test/*.test.ts", "test/support/**/*.test.ts"],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "process",
          include: ["test/process/**/*.test.ts"],
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
          ...SLOW,
        },
      },
      {
        test: {
          name: "stress",
          include: ["test/stress/**/*.test.ts"],
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          ...SLOW,
        },
      },
    ],
  },
});
