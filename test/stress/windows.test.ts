/** Crowds at a display: one window at a time whoever calls, and none for a while after one that nobody answered. */

import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { answerOf } from "../support/askonce.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";
import { guarantee } from "../support/guarantee.ts";
import { type ParallelRun, sameAnswer, startParallelRuns, untilOnTheirWay } from "../support/parallel-runs.ts";
import { waitUntil } from "../support/waiting.ts";
import { windowProgram, windowsShown, withDisplay } from "../support/windows.ts";

const MANY = 20;
/** Long enough for all runs to start, on a busy machine too. */
const AT_LEISURE = ["--deadline", "250"];

const display = withDisplay();

withFreshHomes(() => {
  home.configure(
    home.serialLine,
    `[profile hank]\nmfa_serial = ${aws.fixture.hank.devices.token.serial}\nregion = eu-west-1\n`,
  );
});

const CODE_OF = (): string =>
  `case "$*" in *"for hank"*) cat ${home.path}/code.hank ;; *) cat ${home.path}/code ;; esac`;

/** A window that cannot stand beside another unseen, stays until it is let go, and then does this. */
function oneWindow(then: string): void {
  windowProgram(
    home,
    "zenity",
    `mkdir ${home.path}/open || echo twice >> ${home.path}/twice
until [ -e ${home.path}/go ]; do [ -d ${home.path} ] || exit; sleep 0.05; done
rmdir ${home.path}/open
${then}`,
  );
}

/** So many calls for each of these profiles, all of which wait for the window that stands; lets it go, and returns how they ended. */
async function ended(names: readonly string[], each: number, windowsBefore: number) {
  rmSync(join(home.path, "go"), { force: true });
  const runs = names.flatMap((name) => Array(each).fill(["get", name, ...AT_LEISURE]));
  const started: ParallelRun[] = await startParallelRuns(home, runs, { env: { DISPLAY: display() } });
  // One for each is past its way: it asks, or waits for its turn to.
  await untilOnTheirWay(home, runs.length - names.length);
  await waitUntil(
    () => windowsShown(home) > windowsBefore,
    () => "a window",
    30_000,
  );
  home.write("go", "");
  const outcomes = await Promise.all(started.map(({ done }) => done));
  return names.map((_, index) => outcomes.slice(index * each, (index + 1) * each));
}

guarantee(
  `${2 * MANY} for two accounts at one display: a window each, in turn, and no key goes astray`,
  { suite: 1, stress: 3 },
  async (row) => {
    for (let round = 0; round < row.rounds; round++) {
      await home.run(["logout", "--all"]);
      aws.clearCalls();
      home.showCode();
      home.write("code.hank", aws.freshCode(aws.fixture.hank.devices.token.serial));
      oneWindow(CODE_OF());
      const before = windowsShown(home);
      const [jane = [], hank = []] = await ended(["work-keys", "hank"], MANY, before);
      row.worst = `${windowsShown(home) - before} windows, ${aws.count("GetSessionToken")} calls`;
      expect(sameAnswer(jane)).not.toBe(sameAnswer(hank));
      expect([windowsShown(home) - before, aws.count("GetSessionToken")]).toEqual([2, 2]);
      expect(home.read("twice")).toBe("");
    }
  },
);

guarantee(
  `a window that is cancelled is so for all ${MANY}, and the next ${MANY} are shown none`,
  { suite: 1, stress: 3 },
  async (row) => {
    for (let round = 0; round < row.rounds; round++) {
      oneWindow("exit 1");
      const before = windowsShown(home);
      const [met = []] = await ended(["work-keys"], MANY, before);
      const next = await startParallelRuns(home, Array(MANY).fill(["get", "work-keys"]), {
        env: { DISPLAY: display() },
      });
      const refused = await Promise.all(next.map(({ done }) => done));
      row.worst = `${windowsShown(home) - before} windows for ${2 * MANY}`;
      expect(new Set([...met, ...refused].map(({ status }) => status))).toEqual(new Set([4]));
      for (const { stderr } of refused) expect(stderr).toMatch(/the next comes in \d+ (s|min) at the earliest/);
      expect([windowsShown(home) - before, aws.count("GetSessionToken"), home.read("twice")]).toEqual([1, 0, ""]);
      // A session clears what the windows left, whoever got it.
      home.showCode();
      answerOf(await home.run(["get", "work-keys", "--mfa-process", `cat ${home.path}/code`]));
      await home.run(["logout", "--all"]);
      aws.clearCalls();
    }
  },
);
