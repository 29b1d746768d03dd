import type { ParsedCommand } from "../../args.ts";
import type { CacheDirectory } from "../../cache/directory.ts";
import { readSessionRecord } from "../../cache/session-list.ts";
import { type Inputs, readInputs, sessionFor } from "../../get-session.ts";
import { codeFromText } from "../../mfa/ask-code.ts";
import { answeredLine } from "../../mfa/prompt-text.ts";
import { isCut, type RoleRequest } from "../../profile/role.ts";
import { noteRun } from "../../ready/keep-ready.ts";
import { openStore } from "../../refresh/store/store.ts";
import { oneLine } from "../../runtime/errors.ts";
import type { SessionRecord } from "../../session/stored-session.ts";
import { withProgress } from "../../terminal/progress.ts";
import { formatDuration } from "../../text/times.ts";
import type { Tools } from "../command.ts";
import { loginTargets, type Target } from "./target.ts";

/** Makes the session now, without the 55 seconds of `get`, and says until when it lasts. */
export async function login(command: Extract<ParsedCommand, { verb: "login" }>, tools: Tools): Promise<number> {
  const { streams, program, context } = tools;
  const inputs = await readInputs(context);
  const { name, flags } = command;
  const targets =
    name === undefined
      ? await loginTargets(flags, inputs.files, openStore(inputs.cache, context).locks, context)
      : [{ name, flags }];
  const code = command.codeFromStdin ? codeFromText(await streams.readStdin()) : undefined;
  // A code is good for one session.
  for (const target of code === undefined ? targets : targets.slice(0, 1)) await signIn(target, inputs, code, tools);
  noteRun(inputs.cache, program, context);
  return 0;
}

async function signIn(
  { name, flags }: Target,
  inputs: Inputs,
  code: string | undefined,
  { streams, context }: Tools,
): Promise<void> {
  const wish = { anew: true, silent: true, ...(code === undefined ? {} : { code }) };
  const { request, cache, session } = await withProgress(`signing in to ${name}`, streams, () =>
    sessionFor(name, flags, context, wish, inputs),
  );
  const lines = [
    answeredLine(name, session, Date.now()),
    ...(isKept(session, cache, context.uid) ? [] : [lossNotice(cache)]),
    ...request.roles.filter(isCut).map(cutNotice),
  ];
  await streams.writeOut(lines.map((line) => `${oneLine(line)}\n`).join(""));
}

/** False when the disk has neither this session nor one that lasts longer. */
function isKept(session: SessionRecord, cache: CacheDirectory, uid: number | undefined): boolean {
  const kept = cache.usable ? readSessionRecord(cache.sessions, session.id, uid) : undefined;
  return kept !== undefined && kept.expiresAtMs >= session.expiresAtMs;
}

/** How a person is told that the next call asks again. */
function lossNotice(cache: CacheDirectory): string {
  return `  it is not kept: ${cache.usable ? `nothing can be written to ${cache.root}` : cache.why}`;
}

/** How a person is told that a role is cut. */
function cutNotice(role: RoleRequest): string {
  return `  ${role.profile} is good for 1 h, not ${formatDuration(role.durationSeconds ?? 0)}: AWS gives no more to a role taken from a session; mfa_mode = direct gets it all, with a code of its own`;
}
