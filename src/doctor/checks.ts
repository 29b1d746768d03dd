/** All checks, in the order in which they are made and shown: cheap ones first, and causes before what follows from them. */

import { checkCache } from "./checks/cache.ts";
import { checkClock } from "./checks/clock.ts";
import { checkCommandLine } from "./checks/command-line.ts";
import { checkDevice } from "./checks/device.ts";
import { checkEnvironment } from "./checks/environment.ts";
import { checkIdentity } from "./checks/identity.ts";
import { checkKeyAge } from "./checks/key-age.ts";
import { checkKeys } from "./checks/keys.ts";
import { checkNetwork } from "./checks/network.ts";
import { checkPolicy } from "./checks/policy.ts";
import { checkProfiles } from "./checks/profiles.ts";
import { checkProgram } from "./checks/program.ts";
import { checkPrompt } from "./checks/prompt.ts";
import { checkWay } from "./checks/resolves.ts";
import { checkSettings } from "./checks/settings.ts";
import { checkShadowing } from "./checks/shadowing.ts";
import { checkSharedFiles } from "./checks/shared-files.ts";
import type { Facts, ProfileFacts } from "./facts.ts";
import { type CheckId, type Finding, type Verdict, warn } from "./finding.ts";

type Check<Args extends unknown[]> = readonly [id: CheckId, judge: (...facts: Args) => readonly Verdict[]];

/** About the machine, once for all profiles. */
const SHARED: readonly Check<[Facts]>[] = [
  ["files", checkSharedFiles],
  ["environment", checkEnvironment],
  ["program", checkProgram],
  ["cache", checkCache],
  ["profile", checkProfiles],
];

/** About one profile, on this machine. */
const LOCAL: readonly Check<[Facts, ProfileFacts]>[] = [
  ["profile", checkWay],
  ["keys", checkKeys],
  ["shadowing", checkShadowing],
  ["command", checkCommandLine],
  ["settings", checkSettings],
  ["prompt", checkPrompt],
];

/** About one profile, by what AWS said. */
const REMOTE: readonly Check<[Facts, ProfileFacts]>[] = [
  ["network", checkNetwork],
  ["clock", checkClock],
  ["identity", checkIdentity],
  ["device", checkDevice],
  ["policy", checkPolicy],
  ["key-age", checkKeyAge],
];

export function sharedFindings(facts: Facts): Finding[] {
  return SHARED.flatMap(([id, judge]) => made(id, () => homely(judge(facts), facts)));
}

export function localFindings(facts: Facts, subject: ProfileFacts): Finding[] {
  return LOCAL.flatMap(([id, judge]) => made(id, () => homely(judge(facts, subject), facts), subject.name));
}

export function remoteFindings(facts: Facts, subject: ProfileFacts): Finding[] {
  return REMOTE.flatMap(([id, judge]) => made(id, () => homely(judge(facts, subject), facts), subject.name));
}

/** Sentences of other rooms have whole paths, which people read worse. A cure is typed or pasted: it stays as it is. */
function homely(verdicts: readonly Verdict[], { home }: Facts): Verdict[] {
  if (home === "/") return [...verdicts];
  return verdicts.map((verdict) => ({ ...verdict, text: verdict.text.replaceAll(`${home}/`, "~/") }));
}

/** A check that breaks is a finding: the others are made all the same. */
export function made(check: CheckId, judge: () => readonly Verdict[], profile?: string): Finding[] {
  const about = { check, ...(profile === undefined ? {} : { profile }) };
  try {
    return judge().map((verdict) => ({ ...about, ...verdict }));
  } catch (error) {
    // Its message may hold anything.
    const kind = error instanceof Error ? error.name : typeof error;
    return [{ ...about, ...warn(`this check broke (${kind}), which is a bug in askonce`, "please report it") }];
  }
}
