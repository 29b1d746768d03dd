/** The launcher and Node, before it loads anything, answer as the whole program would: in every state, under every shell. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Outcome, PROGRAM } from "../support/askonce.ts";
import { type ReadyRun, ready, SHELLS, withReadyHome } from "../support/ready-home.ts";
import { STATES, type State } from "../support/ready-states.ts";
import { hasTool } from "../support/tools.ts";

withReadyHome(["work-keys", "work", "a b"], (fresh) =>
  fresh.configure(`${fresh.serialLine}\nmin_remaining = 20m`, "[profile 'a b']\nsource_profile = work-keys\n"),
);

/** With ASKONCE_TEST_REQUIRE=all every shell has to be there. */
const hasShell = (shell: string): boolean =>
  process.env.ASKONCE_TEST_REQUIRE === "all" || hasTool(SHELLS[shell]?.[0] ?? "");

/** What is compared: not what differs from run to run. */
const shown = ({ status, stdout, stderr }: Outcome) => ({ status, stdout, stderr });

const names = Object.keys(STATES);

describe("as the whole program answers:", () => {
  it.each(names)("%s", async (name) => compare(STATES[name] as State));
});

it("several states at once, in any order, under any shell, are answered as the whole program answers", async () => {
  const changes = names.filter((name) => STATES[name]?.change !== undefined);
  const runs = names.filter((name) => STATES[name]?.run !== undefined);
  const all = Object.keys(SHELLS).filter(hasShell);
  const choices = [
    fc.subarray(changes, { minLength: 1, maxLength: 3 }),
    fc.option(fc.constantFrom(...runs)),
    fc.constantFrom(...all),
  ] as const;
  await fc.assert(
    fc.asyncProperty(...choices, async (chosen, run, shell) => {
      const change = (): void => {
        for (const name of chosen) attempt(STATES[name]?.change);
      };
      await compare({ served: "perhaps", change, ...(run === null ? {} : { run: STATES[run]?.run }) } as State, [
        shell,
      ]);
    }),
    { numRuns: 25, endOnFailure: true },
  );
}, 120_000);

/** What one change has taken away another cannot change. */
function attempt(change: (() => void) | undefined): void {
  try {
    change?.();
  } catch {
    // The same happens each time.
  }
}

/** A run from the same state for each way to answer. */
async function compare(state: State, shells = Object.keys(SHELLS).filter(hasShell)): Promise<void> {
  const start = (): ReadyRun => {
    ready.restore();
    state.change?.();
    return state.run?.() ?? {};
  };
  const full = shown(await ready.runFull(start()));
  expect(shown(await ready.runNode(start()))).toEqual(full);
  for (const [index, shell] of shells.entries()) {
    const isNodes = state.served === undefined;
    // What Node makes of its words is the same after each shell.
    if (isNodes && index > 0) {
      const run = start();
      const started = [[PROGRAM, "get", ...(run.args ?? ["work-keys"])].join(" ")];
      expect({ shell, ...(await ready.runLauncherAlone(shell, run)) }).toEqual({ shell, printed: "", started });
      continue;
    }
    const launcher = await ready.runLauncher(shell, start());
    expect({ shell, ...shown(launcher) }).toEqual({ shell, ...full });
    if (state.served !== "perhaps") expect([shell, launcher.nodes]).toEqual([shell, isNodes ? 1 : 0]);
  }
}
