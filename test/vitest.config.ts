import { defineConfig } from "vitest/config";

/** Process tests start many Node processes each: they run one file at a time, so that a storm has the machine to itself. */
export default defineConfig({
  test: {
    globalSetup: ["test/support/build-program.ts"],
    projects: [
      {
        test: { name: "unit", include: ["test/unit/**/*.test.ts", "test/*.test.ts", "test/support/**/*.test.ts"] },
      },
      {
        test: {
          name: "process",
          include: ["test/process/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
