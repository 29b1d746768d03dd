/** This machine's clock, by the Date of STS's answer, which has whole seconds. */

import { formatDuration } from "../../text/times.ts";
import type { Facts, ProfileFacts } from "../facts.ts";
import { fail, ok, type Verdict, warn } from "../finding.ts";

/** AWS takes no signature that is further off. */
const REFUSED_MS = 5 * 60_000;
/** More than clocks that are kept right ever are. */
const ODD_MS = 20_000;

export function checkClock({ platform }: Facts, { aws }: ProfileFacts): Verdict[] {
  const offsetMs = aws?.clockOffsetMs;
  if (offsetMs === undefined) return [];
  const off = Math.abs(offsetMs);
  if (off < 1_000) return [ok("within a second of AWS's")];
  const text = `${formatDuration(off / 1000)} ${offsetMs > 0 ? "behind" : "ahead of"} AWS's`;
  const cure =
    platform === "darwin"
      ? "sudo sntp -sS time.apple.com"
      : platform === "win32"
        ? "w32tm /resync"
        : "sudo timedatectl set-ntp true";
  if (off >= REFUSED_MS) return [fail(`${text}: AWS refuses what other programs sign`, cure)];
  return [off >= ODD_MS ? warn(text, cure) : ok(text)];
}
