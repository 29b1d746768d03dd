import { defineConfig } from "vitest/config";

const SLOW = { testTimeout: 120_000, hookTimeout: 60_000 };

/** First what is quick; then what starts programs and mostly waits for them, five files at a time; then the promises that fill the machine with processes, two files at a time. */
export default defineConfig({
  test: {
    globalSetup: ["test/support/build-program.ts"],
    projects: [
      {
        test: {
          name: "unit",
          testTimeout: 30_000,
          maxWorkers: 3,
          // They mock no module, and loading all anew for each file takes as long as they do.
          isolate: false,
          include: ["test/unit/**/*.test.ts", "test/*.test.ts", "test/support/**/*.test.ts"],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "process",
          include: ["test/process/**/*.test.ts"],
          maxWorkers: 5,
          sequence: { groupOrder: 1 },
          ...SLOW,
        },
      },
      {
        test: {
          name: "stress",
          include: ["test/stress/**/*.test.ts"],
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          ...SLOW,
        },
      },
    ],
  },
});
