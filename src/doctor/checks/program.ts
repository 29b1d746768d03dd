/** What askonce itself runs on. */

import type { Facts } from "../facts.ts";
import { ok, type Verdict, warn } from "../finding.ts";
import { shownPath } from "../wording.ts";

/** Until when a release line of Node gets security fixes (github.com/nodejs/release, schedule.json). */
const END_OF_LIFE: Readonly<Record<number, string>> = {
  20: "2026-04-30",
  21: "2024-06-01",
  22: "2027-04-30",
  23: "2025-06-01",
  24: "2028-04-30",
  25: "2026-06-01",
  26: "2029-04-30",
};

export function checkProgram(facts: Facts): Verdict[] {
  const { program, nowMs, platform, home } = facts;
  const major = Number(program.nodeVersion.split(".")[0]);
  const end = END_OF_LIFE[major];
  const found: Verdict[] = [];
  if (end !== undefined && Date.parse(end) < nowMs)
    found.push(warn(`Node ${program.nodeVersion} gets no security fixes since ${end}`, "install Node 24 or newer"));
  if (platform !== "win32" && program.launcher === undefined)
    found.push(
      warn(
        `askonce-get is not beside ${shownPath(program.script, home)}: each call starts Node`,
        "install askonce again",
      ),
    );
  if (program.remembered?.isThere === false)
    found.push(
      warn(
        `askonce-get remembers ${shownPath(program.remembered.node, home)}, which is gone`,
        "askonce login once: it remembers the Node it runs on",
      ),
    );
  const launcher = program.launcher === undefined ? "" : ", with its launcher";
  return found.length > 0 ? found : [ok(`askonce ${program.version} on Node ${program.nodeVersion}${launcher}`)];
}
