/** Looks at everything and judges it, part by part, so that what is quick can be shown before AWS has answered. */

import { platform } from "node:os";
import type { CacheDirectory } from "../cache/directory.ts";
import { homeDirectory } from "../disk/home.ts";
import type { Context } from "../runtime/context.ts";
import type { Environment } from "../runtime/environment.ts";
import type { Program } from "../runtime/program.ts";
import { localFindings, made, remoteFindings, sharedFindings } from "./checks.ts";
import type { Facts, ProfileFacts, PromptFacts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { type KeysAtHand, lookAtAws } from "./look/aws.ts";
import { lookAtCacheDirectory } from "./look/cache.ts";
import { lookAtFiles } from "./look/files.ts";
import { lookAtProgram } from "./look/program.ts";
import { lookAtPrompt } from "./look/prompt.ts";
import { type LocalSubject, subjectsOf } from "./look/subjects.ts";

export interface Examination {
  readonly facts: Facts;
  /** About the machine. */
  readonly shared: readonly Finding[];
  /** About the profiles, without the network. */
  readonly local: readonly Finding[];
  /** Asks AWS, for all profiles side by side. Never rejects. */
  remote(): Promise<Finding[]>;
}

/** Never rejects but for a bug. */
export async function examine(
  asked: string | undefined,
  verbs: ReadonlySet<string>,
  program: Program,
  context: Context,
): Promise<Examination> {
  const { env, uid } = context;
  const here = platform();
  const files = await lookAtFiles(env);
  const { facts: cacheFacts, cache } = lookAtCacheDirectory(env, uid);
  const locals = files.shared === undefined ? [] : subjectsOf(asked, files.shared, env, here);
  const notes = cache?.usable === true ? cache.notes : undefined;
  const subjects: ProfileFacts[] = await Promise.all(
    locals.map(async (subject) => ({ ...subject, prompt: await promptOf(subject, env, here, notes), aws: undefined })),
  );
  const facts: Facts = {
    platform: here,
    nowMs: Date.now(),
    uid,
    home: homeDirectory(),
    env,
    verbs,
    files,
    program: lookAtProgram(program, env, here, cache?.usable === true ? cache.ready : undefined),
    cache: cacheFacts,
    asked,
    subjects,
  };
  const local = subjects.flatMap((subject) => localFindings(facts, subject));
  return { facts, shared: sharedFindings(facts), local, remote: () => remoteOf(facts, cache, context) };
}

async function promptOf(
  { request }: LocalSubject,
  env: Environment,
  here: NodeJS.Platform,
  notes: string | undefined,
): Promise<PromptFacts | undefined> {
  return request === undefined ? undefined : lookAtPrompt(request, env, here, notes);
}

/** One after the other would be ten seconds each where the network is silent. */
async function remoteOf(facts: Facts, cache: CacheDirectory | undefined, context: Context): Promise<Finding[]> {
  const keysAtHand: KeysAtHand = new Map();
  const found = await Promise.all(
    facts.subjects.map(async (subject) => {
      try {
        const aws = await lookAtAws(subject, cache, context, keysAtHand);
        return remoteFindings(facts, { ...subject, aws });
      } catch (error) {
        return made(
          "network",
          () => {
            throw error;
          },
          subject.name,
        );
      }
    }),
  );
  return found.flat();
}
