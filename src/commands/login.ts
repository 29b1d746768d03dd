import type { Command } from "../args.ts";
import { readSharedFiles, type SharedFiles } from "../aws-files/read.ts";
import { type CacheDirectory, cacheRoot, lookAtCache } from "../cache/directory.ts";
import { readSession, type StoredSession } from "../cache/session-file.ts";
import { codeFromText } from "../mfa/ask-code.ts";
import { answeredLine } from "../mfa/prompt-text.ts";
import { resolveRequest } from "../profile/request.ts";
import { isCut, type RoleRequest } from "../profile/role.ts";
import { noteRun } from "../ready/keep-ready.ts";
import { refresh } from "../refresh/refresh.ts";
import { openStore } from "../refresh/store.ts";
import type { Context } from "../runtime/context.ts";
import { oneLine } from "../runtime/errors.ts";
import type { Ports } from "../runtime/ports.ts";
import { withProgress } from "../terminal/progress.ts";
import { formatDuration } from "../text/times.ts";
import { loginTargets, type Target } from "./login-target.ts";

/** The same refresh as `get`, now and without its 55 seconds; says until when the session lasts. */
export async function login(
  command: Extract<Command, { verb: "login" }>,
  ports: Ports,
  context: Context,
): Promise<number> {
  const files = await readSharedFiles(ports.env);
  const cache = lookAtCache(cacheRoot(ports.env), context.uid);
  const { name, flags } = command;
  const targets =
    name === undefined ? await loginTargets(flags, files, openStore(cache, context), context) : [{ name, flags }];
  const code = command.codeFromStdin ? codeFromText(await ports.readStdin()) : undefined;
  // A code is good for one session.
  for (const target of code === undefined ? targets : targets.slice(0, 1))
    await signIn(target, files, cache, code, ports, context);
  noteRun(cache, ports, context);
  return 0;
}

async function signIn(
  { name, flags }: Target,
  files: SharedFiles,
  cache: CacheDirectory,
  code: string | undefined,
  ports: Ports,
  context: Context,
): Promise<void> {
  context.waiting.profile = name;
  const resolved = resolveRequest(name, flags, files, ports.env);
  // Whoever types login wants to be asked, whatever the profile and the environment say for programs.
  const isUnasked = resolved.prompt === "none" && flags.noPrompt === undefined && flags.prompt === undefined;
  const request = isUnasked ? { ...resolved, prompt: "auto" as const } : resolved;
  if (request.log !== undefined) context.logTo(request.log);
  ports.fenceSdk();
  const asking = { anew: true, silent: true, ...(code === undefined ? {} : { code }) };
  const session = await withProgress(`signing in to ${name}`, ports, () => refresh(request, cache, context, asking));
  const lines = [
    answeredLine(request.name, session, Date.now()),
    ...(isKept(session, cache, context.uid) ? [] : [lossNotice(cache)]),
    ...request.roles.filter(isCut).map(cutNotice),
  ];
  await ports.writeOut(lines.map((line) => `${oneLine(line)}\n`).join(""));
}

/** False when the disk has neither this session nor one that lasts longer. */
function isKept(session: StoredSession, cache: CacheDirectory, uid: number | undefined): boolean {
  const kept = cache.usable ? readSession(cache.sessions, session.id, uid) : undefined;
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
