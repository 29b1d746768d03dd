import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const SLOW = { testTimeout: 120_000, hookTimeout: 60_000 };

/** The process and stress files that scripts/test runs once more, and no others. */
const again = process.env.ASKONCE_TEST_FILES?.split("\n");
const files = (directory: string): string[] =>
  again?.filter((file) => file.startsWith(directory)) ?? [`${directory}**/*.test.ts`];

/** The files that take longest for their size: until vitest has timed them it starts large files first, and these would end last. */
const LONGEST = /\/process\/(launcher|clients)\.test\.ts$/;

class LongestFirst extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): number =>
      2 * project.config.sequence.groupOrder + (LONGEST.test(moduleId) ? 0 : 1);
    return (await super.sort(specifications)).sort((a, b) => rank(a) - rank(b));
  }
}

/** First what is quick; then what starts programs and mostly waits for them, five files at a time; then the promises that fill the machine with processes, two files at a time. */
export default defineConfig({
  test: {
    globalSetup: ["test/support/build-program.ts"],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          testTimeout: 30_000,
          maxWorkers: 3,
          // They mock no module, and loading all anew for each file takes as long as they do.
          isolate: false,
          include: again ? [] : ["test/unit/**/*.test.ts", "test/*.test.ts", "test/support/**/*.test.ts"],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "process",
          include: files("test/process/"),
          maxWorkers: 5,
          sequence: { groupOrder: 1 },
          ...SLOW,
        },
      },
      {
        test: {
          name: "stress",
          include: files("test/stress/"),
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          ...SLOW,
        },
      },
    ],
  },
});
