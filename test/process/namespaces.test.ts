/** Callers that share a cache and not a pid namespace, as a container and its host may. */

import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { answerOf, type Outcome, PROGRAM } from "../support/askonce.ts";
import { type IsolatedRun, runIsolated } from "../support/isolated-run.ts";
import { kill, processesOf } from "../support/processes.ts";
import { needs } from "../support/tools.ts";
import { waitForMoment } from "../support/waiting.ts";

/** A lock is believed in for ten seconds. */
const STALE_MS = 10_000;

function get(isAway: boolean, { home }: IsolatedRun, ...more: string[]): Promise<Outcome> {
  const args = ["get", "work-keys", ...more];
  if (!isAway) return home.run(args);
  const apart = ["--pid", "--fork", "--kill-child", "--mount-proc"];
  return home.command("unshare", [...apart, process.execPath, PROGRAM, ...args]);
}

it("a holder in another pid namespace is judged by its age alone", async (context) => {
  const isAble = spawnSync("unshare", ["--pid", "--fork", "--mount-proc", "true"]).status === 0;
  needs(context, isAble, "the right to make a pid namespace");
  await Promise.all(
    [true, false].map((isHolderAway) =>
      runIsolated(async (isolated) => {
        const { home } = isolated;
        home.phone(40);
        void get(isHolderAway, isolated);
        await waitForMoment(() => home.prompts === 1, "the holder's question");
        home.phone(0);
        // Its number is another process's here, or nobody's: it is alive all the same.
        const early = await get(!isHolderAway, isolated, "--deadline", "4");
        expect({ status: early.status, prompts: home.prompts }).toEqual({ status: 6, prompts: 1 });
        for (const { pid } of processesOf(home)) kill(pid, "SIGKILL");
        const startedAt = performance.now();
        answerOf(await get(!isHolderAway, isolated));
        expect(home.prompts).toBe(2);
        // Nobody can see from there that it is dead.
        expect(performance.now() - startedAt).toBeGreaterThan(STALE_MS - 5_000);
      }),
    ),
  );
});
